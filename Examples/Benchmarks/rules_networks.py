# SPDX-License-Identifier: Apache-2.0
"""Trains the networks on which integration rules are compared, and exports them to ONNX.

    python rules_networks.py FOLDER

Ten classes of pictures, 28 × 28, are drawn: three strokes a class, their ends shifted at random.
Written are FOLDER/NAME.onnx, with logits at its end; FOLDER/inputs.npy, pictures that no network
was trained on, [100, 1, 28, 28]; and FOLDER/mean.npy, the mean of those it was trained on. Seeded:
the same files each time on the same machine. Half a minute of one core.
"""

import argparse
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Models"))
import train  # noqa: E402

SIDE, CLASSES, TRAINED, HELD_OUT = 28, 10, 3000, 100


# Pictures


def strokes(count, random):
    """(pictures [count, 1, 28, 28] from 0 to 1, labels [count]); ink fades over a pixel."""
    ends = np.random.RandomState(3).uniform(4, SIDE - 4, (CLASSES, 3, 2, 2))
    labels = random.randint(CLASSES, size=count)
    shifted = ends[labels] + random.normal(0, 1.2, (count, 3, 2, 2))
    start, way = shifted[:, :, 0], shifted[:, :, 1] - shifted[:, :, 0]
    pixels = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)), -1).reshape(-1, 2)
    # The nearest point of each stroke to each pixel.
    offset = pixels[None, None] - start[:, :, None]
    length = np.maximum((way**2).sum(-1), 1e-9)[..., None]
    share = np.clip((offset * way[:, :, None]).sum(-1) / length, 0, 1)
    distance = np.linalg.norm(offset - share[..., None] * way[:, :, None], axis=-1).min(1)
    ink = np.clip(2 - distance, 0, 1) * random.uniform(0.7, 1, (count, 1))
    return (torch.from_numpy(ink.reshape(count, 1, SIDE, SIDE).astype(np.float32)),
            torch.from_numpy(labels))


# Networks


def dense(depth, width, activation=nn.ReLU):
    layers = [nn.Flatten()]
    for layer in range(depth):
        layers += [nn.Linear(SIDE * SIDE if layer == 0 else width, width), activation()]
    return nn.Sequential(*layers, nn.Linear(width, CLASSES))


def strided(activation=nn.ReLU):
    return nn.Sequential(
        nn.Conv2d(1, 16, 4, stride=2), activation(), nn.Conv2d(16, 32, 4, stride=2), activation(),
        nn.Flatten(), nn.Linear(800, 100), activation(), nn.Linear(100, CLASSES))


def pooled():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, CLASSES))


def residual():
    """17 convolutions on the longest way."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
        train.Residual(8, 8), train.Residual(8, 16, 2), *(train.Residual(16, 16) for _ in range(6)),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, CLASSES))


NETWORKS = {
    "mlp-3x100": lambda: dense(3, 100),
    "mlp-6x100": lambda: dense(6, 100),
    "mlp-3x512": lambda: dense(3, 512),
    "mlp-12x50": lambda: dense(12, 50),
    "conv-strided": strided,
    "conv-pooled": pooled,
    "residual": residual,
    "gelu-3x100": lambda: dense(3, 100, nn.GELU),
    "tanh-conv": lambda: strided(nn.Tanh),
}


# Training


def fit(network, pictures, labels, epochs=6):
    for module in network.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    for _ in range(epochs):
        for rows in torch.randperm(len(labels)).split(64):
            optimizer.zero_grad()
            functional.cross_entropy(network(pictures[rows]), labels[rows]).backward()
            optimizer.step()
    return network.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)  # the result does not depend on the machine

    random = np.random.RandomState(0)
    pictures, labels = strokes(TRAINED, random)
    held_out, answers = strokes(HELD_OUT, random)
    np.save(folder / "inputs.npy", held_out.numpy())
    np.save(folder / "mean.npy", pictures.mean(0, keepdim=True).numpy())
    for name, build in NETWORKS.items():
        torch.manual_seed(0)
        network = fit(build(), pictures, labels)
        with torch.no_grad():
            accuracy = (network(held_out).argmax(1) == answers).float().mean()
        torch.onnx.export(
            network, (held_out[:1],), str(folder / f"{name}.onnx"), dynamo=False, opset_version=17,
            input_names=["picture"], output_names=["logits"],
            dynamic_axes={"picture": {0: "rows"}, "logits": {0: "rows"}})
        print(f"{name}: {accuracy:.0%} of {HELD_OUT} held-out pictures", flush=True)


if __name__ == "__main__":
    main()
