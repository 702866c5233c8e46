# SPDX-License-Identifier: Apache-2.0
"""The larger networks that are timed, with seeded random weights, and their export to ONNX.

    python networks.py FOLDER

Needs torchvision and transformers. Each is written as FOLDER/NAME.onnx, with any number of rows,
and what is explained as FOLDER/NAME.npy.
"""

import argparse
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Models"))
import train  # noqa: E402

VOCABULARY, TOKENS = 30_000, 64


def picture():
    """[1, 3, 224, 224], as both sides see it."""
    pixels = np.random.RandomState(0).uniform(0, 1, (1, 3, 224, 224)).astype(np.float32)
    return torch.from_numpy(pixels)


def mobilenet():
    """MobileNet v3, small."""
    import torchvision

    return torchvision.models.mobilenet_v3_small()


def transformer():
    """A vision transformer, small, on patches of 16 × 16."""
    import torchvision

    return torchvision.models.VisionTransformer(
        image_size=224, patch_size=16, num_layers=12, num_heads=6, hidden_dim=384, mlp_dim=1536)


class SentenceClassifier(nn.Module):
    """BERT with six layers of 384 features, and a class from its first token.

    Takes embeddings of words: what is explained.
    """

    def __init__(self):
        super().__init__()
        from transformers import BertConfig, BertModel

        self.encoder = BertModel(BertConfig(
            vocab_size=VOCABULARY, hidden_size=384, num_hidden_layers=6, num_attention_heads=12,
            intermediate_size=1536), add_pooling_layer=False)
        self.classify = nn.Linear(384, 2)

    def forward(self, words):
        return self.classify(self.encoder(inputs_embeds=words).last_hidden_state[:, 0])


class RecurrentClassifier(nn.Module):
    """An LSTM over embeddings of words, and a class from its last state."""

    def __init__(self):
        super().__init__()
        self.recur = nn.LSTM(128, 256, batch_first=True)
        self.classify = nn.Linear(256, 2)

    def forward(self, words):
        return self.classify(self.recur(words)[0][:, -1])


def sentence(features):
    """The embeddings of a sentence, [1, 64 tokens, features]."""
    words = np.random.RandomState(1).normal(0, 1, (1, TOKENS, features)).astype(np.float32)
    return torch.from_numpy(words)


# By name: the network, and what is explained.
NETWORKS = {
    "residual": (train.residual_network, picture),
    "mobilenet": (mobilenet, picture),
    "transformer": (transformer, picture),
    "sentence": (SentenceClassifier, lambda: sentence(384)),
    "recurrent": (RecurrentClassifier, lambda: sentence(128)),
}


def network(name):
    """(the network, ready to be explained; the instance)"""
    torch.manual_seed(0)
    build, instance = NETWORKS[name]
    return build().eval().requires_grad_(False), instance()


def operations(name):
    """Floating-point operations of one gradient: a forward pass, and back to what is explained."""
    from torch.utils.flop_counter import FlopCounterMode

    model, instance = network(name)
    instance.requires_grad_()
    with FlopCounterMode(display=False) as counter:
        model(instance)[:, 0].sum().backward()
    return counter.get_total_flops()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    torch.backends.mha.set_fastpath_enabled(False)  # its fused operator has no form in ONNX
    for name in NETWORKS:
        model, instance = network(name)
        np.save(folder / f"{name}.npy", instance.numpy())
        if name == "residual":
            train.export(model, instance, folder / "residual.onnx", "image")
            continue
        torch.onnx.export(
            model, (instance,), str(folder / f"{name}.onnx"), dynamo=False, opset_version=17,
            input_names=["input"], output_names=["logits"], dynamic_axes={"input": {0: "rows"}, "logits": {0: "rows"}})
        print(f"{name}: {(folder / f'{name}.onnx').stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
