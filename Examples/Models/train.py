# SPDX-License-Identifier: Apache-2.0
"""Trains the example networks and writes them as ONNX files, with real held-out inputs beside them.

    python train.py

Every leaf module of a network has a name, and the value that it computes has the same name in the
ONNX file, so that `conv1`, `pool` or `logits` is what one asks for when one cuts the network.
"""

import argparse
import inspect
import warnings
from collections import OrderedDict
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "Data"
FIXTURES = HERE.parents[1] / "Tests" / "AttributionTests" / "Fixtures"

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


# Networks


class Standardize(nn.Module):
    """(x - mean) / deviation, the statistics being part of the network."""

    def __init__(self, width):
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("deviation", torch.ones(width))

    def forward(self, x):
        return (x - self.mean) / self.deviation


class Reshape(nn.Module):
    """To a shape written down, batch included, as exporters leave it in a model of fixed batch."""

    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(self.shape)


class Add(nn.Module):
    def forward(self, x, y):
        return x + y


class Residual(nn.Module):
    """Two convolutions with batch normalization, added to what came in."""

    def __init__(self, channels_in, channels_out, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels_out)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels_out)
        self.shortcut = None
        if stride != 1 or channels_in != channels_out:
            self.shortcut = nn.Sequential(OrderedDict([
                ("conv", nn.Conv2d(channels_in, channels_out, 1, stride, bias=False)),
                ("norm", nn.BatchNorm2d(channels_out)),
            ]))
        self.add = Add()
        self.relu2 = nn.ReLU()

    def forward(self, x):
        y = self.norm2(self.conv2(self.relu1(self.norm1(self.conv1(x)))))
        return self.relu2(self.add(y, x if self.shortcut is None else self.shortcut(x)))


def digits_network(fixed_batch=False):
    """[batch, 1, 8, 8], 0 ... 1 -> probabilities of ten digits [batch, 10]."""
    return nn.Sequential(OrderedDict([
        ("conv1", nn.Conv2d(1, 16, 3)),
        ("relu1", nn.ReLU()),
        ("conv2", nn.Conv2d(16, 32, 3)),
        ("relu2", nn.ReLU()),
        ("pool", nn.MaxPool2d(2)),
        ("flatten", Reshape(1, 128) if fixed_batch else nn.Flatten()),
        ("dense", nn.Linear(128, 64)),
        ("relu3", nn.ReLU()),
        ("logits", nn.Linear(64, 10)),
        ("probabilities", nn.Softmax(dim=1)),
    ]))


def tabular_network():
    """[batch, 30] in the units of the measurements -> malignant, benign [batch, 2]."""
    return nn.Sequential(OrderedDict([
        ("standardize", Standardize(30)),
        ("dense1", nn.Linear(30, 32)),
        ("relu1", nn.ReLU()),
        ("dense2", nn.Linear(32, 16)),
        ("relu2", nn.ReLU()),
        ("logits", nn.Linear(16, 2)),
        ("probabilities", nn.Softmax(dim=1)),
    ]))


def residual_network():
    """[batch, 3, 224, 224] -> [batch, 1000], the layout of the 18-layer residual network."""
    torch.manual_seed(18)
    layers = [
        ("conv", nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)),
        ("norm", nn.BatchNorm2d(64)),
        ("relu", nn.ReLU()),
        ("pool", nn.MaxPool2d(3, stride=2, padding=1)),
    ]
    channels = 64
    for stage, width in enumerate([64, 128, 256, 512], start=1):
        layers.append((f"stage{stage}a", Residual(channels, width, 1 if stage == 1 else 2)))
        layers.append((f"stage{stage}b", Residual(width, width)))
        channels = width
    layers += [
        ("average", nn.AdaptiveAvgPool2d(1)),
        ("flatten", nn.Flatten()),
        ("logits", nn.Linear(512, 1000)),
    ]
    return randomized(nn.Sequential(OrderedDict(layers)))


def small_residual_network():
    """[batch, 3, 16, 16] -> [batch, 5], the same parts at a size for tests."""
    torch.manual_seed(8)
    return randomized(nn.Sequential(OrderedDict([
        ("conv", nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)),
        ("norm", nn.BatchNorm2d(8)),
        ("relu", nn.ReLU()),
        ("block1", Residual(8, 8)),
        ("block2", Residual(8, 16, stride=2)),
        ("block3", Residual(16, 16)),
        ("average", nn.AdaptiveAvgPool2d(1)),
        ("flatten", nn.Flatten()),
        ("logits", nn.Linear(16, 5)),
    ])))


def randomized(network):
    """Random weights of a size that keeps activations near 1, and batch statistics that do something."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.4, 0.9)
            nn.init.normal_(module.bias, std=0.2)
            module.running_mean.normal_(std=0.3)
            module.running_var.uniform_(0.7, 1.8)
    return network.eval()


# Training


def split(inputs, labels, held_out, seed=0):
    """A fixed shuffle; the last `held_out` rows are never trained on."""
    order = np.random.RandomState(seed).permutation(len(labels))
    inputs, labels = torch.from_numpy(inputs[order]), torch.from_numpy(labels[order])
    return (inputs[:-held_out], labels[:-held_out]), (inputs[-held_out:], labels[-held_out:])


def fit(network, inputs, labels, epochs, weight_decay, after_step=lambda: None):
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    logits = network[:-1]  # the loss takes the softmax itself
    for _ in range(epochs):
        for rows in torch.randperm(len(labels)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(logits(inputs[rows]), labels[rows]).backward()
            optimizer.step()
            after_step()
        schedule.step()
    return network.eval()


def accuracy(network, inputs, labels):
    with torch.no_grad():
        return (network(inputs).argmax(1) == labels).float().mean().item()


def train_digits():
    from sklearn.datasets import load_digits

    # Grey values as an 8-bit picture holds them: what a PNG says divided by 255 is the model's input.
    source = load_digits()
    pixels = np.round(source.images * 255 / 16).astype(np.uint8)[:, None]
    inputs = pixels.astype(np.float32) / 255
    training, held_out = split(inputs, source.target.astype(np.int64), held_out=450)

    torch.manual_seed(8)
    network = digits_network()
    convolutions = [network.conv1, network.conv2]

    @torch.no_grad()
    def keep_blank_silent():
        # Negative biases: where a picture is blank nothing fires. Otherwise equal positive values
        # would compete in max pooling, and the gradient would depend on who breaks the tie.
        for convolution in convolutions:
            convolution.bias.clamp_(max=-0.02)

    keep_blank_silent()
    fit(network, *training, epochs=60, weight_decay=0.05, after_step=keep_blank_silent)
    print(f"digits: accuracy {accuracy(network, *held_out):.4f} on {len(held_out[1])} held-out digits")
    return network, held_out


def train_tabular():
    from sklearn.datasets import load_breast_cancer

    source = load_breast_cancer()
    training, held_out = split(
        source.data.astype(np.float32), source.target.astype(np.int64), held_out=143)

    torch.manual_seed(30)
    network = tabular_network()
    network.standardize.mean.copy_(training[0].mean(0))
    network.standardize.deviation.copy_(training[0].std(0))
    fit(network, *training, epochs=40, weight_decay=0.1)
    print(f"tabular: accuracy {accuracy(network, *held_out):.4f} on {len(held_out[1])} held-out rows")
    return network, held_out, list(source.feature_names)


# Files


def export(network, example, path, input_name, dynamic=True, outputs=()):
    """Writes an ONNX file, opset 17, in which nodes and values are called as the modules are.

    Batch normalization stays a node of its own, as the network in memory has it. `outputs` names the
    modules whose values a network with several outputs answers, in order.
    """
    outputs = list(outputs) or list(network._modules)[-1:]
    options = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    if dynamic:
        options["dynamic_axes"] = {name: {0: "batch"} for name in [input_name, *outputs]}
    warnings.simplefilter("ignore", DeprecationWarning)  # the exporter that Debian's PyTorch has, too
    torch.onnx.export(
        network, (example,), str(path), opset_version=17, do_constant_folding=False,
        training=torch.onnx.TrainingMode.PRESERVE,
        input_names=[input_name], output_names=outputs, **options)

    model = onnx.load(str(path))
    nodes = model.graph.node
    # The exporter's node name is the module's path and the operator: /stage1a/conv1/Conv.
    modules = [".".join(node.name.split("/")[1:-1]) for node in nodes]
    renamed = {}
    for index, (node, module) in enumerate(zip(nodes, modules)):
        last = module not in modules[index + 1:]
        node.name = module if last else f"{module}.{node.op_type.lower()}"
        node.doc_string = ""
        for position, value in enumerate(node.output):
            renamed[value] = node.name if position == 0 else f"{node.name}.{position}"
    for node in nodes:
        node.input[:] = [renamed.get(value, value) for value in node.input]
        node.output[:] = [renamed[value] for value in node.output]
    model.graph.name = path.stem
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB, values {', '.join(n.name for n in nodes)}")


def write_digits(network, held_out):
    """Of each class, the held-out digit that the network is surest of; an 8 and a 3 also on their own."""
    from PIL import Image

    inputs, labels = held_out
    with torch.no_grad():
        probabilities = network(inputs)
    chosen = []
    for label in range(10):
        sureness = torch.where(labels == label, probabilities[:, label], torch.tensor(-1.0))
        chosen.append(inputs[sureness.argmax()].numpy())
    np.save(DATA / "ten-digits.npy", np.stack(chosen))
    for label, image in enumerate(chosen):
        pixels = np.round(image[0] * 255).astype(np.uint8)
        Image.fromarray(pixels).save(DATA / f"{WORDS[label]}.png")
    for label in (3, 8):
        np.save(DATA / f"{WORDS[label]}.npy", chosen[label][None])


def write_tabular(held_out, feature_names):
    inputs, labels = held_out
    np.save(DATA / "breast-cancer.npy", inputs[:5].numpy())
    (DATA / "breast-cancer-features.txt").write_text("\n".join(feature_names) + "\n")
    print(f"breast-cancer.npy: classes {labels[:5].tolist()}")


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter).parse_args()
    torch.set_num_threads(1)  # the order of sums, and with it the result, does not depend on the machine's cores
    torch.use_deterministic_algorithms(True)

    for folder in (DATA, FIXTURES):
        folder.mkdir(parents=True, exist_ok=True)

    network, held_out = train_digits()
    example = held_out[0][:1]
    torch.save(network.state_dict(), HERE / "digits.pt")
    export(network, example, HERE / "digits.onnx", "image")
    fixed = digits_network(fixed_batch=True).eval()
    fixed.load_state_dict(network.state_dict())
    export(fixed, example, FIXTURES / "digits-fixed.onnx", "image", dynamic=False)
    write_digits(network, held_out)

    network, held_out, feature_names = train_tabular()
    export(network, held_out[0][:1], HERE / "tabular.onnx", "features")
    write_tabular(held_out, feature_names)

    export(small_residual_network(), torch.zeros(1, 3, 16, 16), FIXTURES / "residual-small.onnx", "image")


if __name__ == "__main__":
    main()
