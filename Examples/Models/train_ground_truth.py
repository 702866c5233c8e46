# SPDX-License-Identifier: Apache-2.0
"""Trains the networks for which it is known what an explanation should say.

    cd Examples && swift run -c release ground-truth ground-truth
    python Models/train_ground_truth.py ground-truth

The argument is the folder that `ground-truth` wrote. Writes `objects.onnx`, `scenes.onnx`,
`mosaic.onnx` and `gaussian.onnx`, all of which end in logits, and copies the small test sets to
`../Data`. The accuracies that it prints are of an eighth of the instances, which no network saw.
"""

import argparse
import shutil
import time
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from torch import nn

import train


def pictures(end, width, classes):
    """[batch, 3, 32, 32], 0 ... 1 -> logits [batch, classes]; `end` makes `width` numbers of [32, 8, 8]."""
    return nn.Sequential(OrderedDict([
        ("conv1", nn.Conv2d(3, 16, 3, padding=1)),
        ("relu1", nn.ReLU()),
        ("pool1", nn.MaxPool2d(2)),
        ("conv2", nn.Conv2d(16, 24, 3, padding=1)),
        ("relu2", nn.ReLU()),
        ("pool2", nn.MaxPool2d(2)),
        ("conv3", nn.Conv2d(24, 32, 3, padding=1)),
        ("relu3", nn.ReLU()),
        *end,
        ("logits", nn.Linear(width, classes)),
    ]))


def object_network():
    """disc, square, triangle, cross"""
    return pictures([
        ("conv4", nn.Conv2d(32, 48, 3, padding=1)),
        ("relu4", nn.ReLU()),
        ("greatest", nn.MaxPool2d(8)),
        ("flatten", nn.Flatten()),
    ], 48, 4)


def scene_network():
    """stripes, checks, dots, zigzag"""
    return pictures([("average", nn.AvgPool2d(8)), ("flatten", nn.Flatten())], 32, 4)


def mosaic_network():
    """disc, square, triangle, cross, ring, bars: positive where it is there"""
    return pictures([
        ("conv4", nn.Conv2d(32, 48, 3, padding=1)),
        ("relu4", nn.ReLU()),
        ("greatest", nn.MaxPool2d(8)),
        ("flatten", nn.Flatten()),
    ], 48, 6)


def gaussian_network():
    """[batch, 20] -> logits [batch, 2]"""
    return nn.Sequential(OrderedDict([
        ("dense1", nn.Linear(20, 96)),
        ("relu1", nn.ReLU()),
        ("dense2", nn.Linear(96, 96)),
        ("relu2", nn.ReLU()),
        ("logits", nn.Linear(96, 2)),
    ]))


def right(logits, wanted):
    """The share of right answers: of classes, or of each class being there or not."""
    if wanted.ndim == 2:
        return ((logits > 0) == (wanted > 0.5)).float().mean().item()
    return (logits.argmax(1) == wanted).float().mean().item()


def fit(name, make, inputs, wanted, path, epochs, rate, decay):
    torch.manual_seed(5)
    network = make()
    held_out = len(inputs) // 8
    inputs, wanted = torch.from_numpy(inputs), torch.from_numpy(wanted)
    train_x, train_y, test_x, test_y = (
        inputs[held_out:], wanted[held_out:], inputs[:held_out], wanted[:held_out])
    loss = nn.functional.binary_cross_entropy_with_logits if wanted.ndim == 2 else nn.functional.cross_entropy
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=decay)
    steps = epochs * -(-len(train_x) // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    begun = time.time()
    for epoch in range(epochs):
        for rows in torch.randperm(len(train_x)).split(64):
            optimizer.zero_grad()
            loss(network(train_x[rows]), train_y[rows]).backward()
            optimizer.step()
            schedule.step()
    with torch.no_grad():
        print(f"{name}: {right(network(test_x), test_y):.2%} of {len(test_x)} held out, "
              f"{right(network(train_x), train_y):.2%} trained on, {time.time() - begun:.0f} s")
    train.export(network.eval(), test_x[:1], train.HERE / f"{name}.onnx", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="what `ground-truth` wrote")
    parser.add_argument("--only", help="one of the networks")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    def load(name):
        return np.load(arguments.folder / "training" / f"{name}.npy")

    tasks = {
        "gaussian": lambda: (gaussian_network, load("gaussian"), load("gaussian-labels"), "features", 30, 5e-3, 3e-2),
        "scenes": lambda: (scene_network, load("objects"), load("scenes-labels"), "image", 6, 1e-2, 1e-3),
        "objects": lambda: (object_network, load("objects"), load("objects-labels"), "image", 12, 3e-3, 1e-2),
        "mosaic": lambda: (mosaic_network, load("mosaic"), load("mosaic-presence").astype(np.float32), "image", 12,
                           3e-3, 1e-2),
    }
    for name, task in tasks.items():
        if arguments.only in (None, name):
            fit(name, *task())
    for file in sorted((arguments.folder / "test").glob("*.npy")):
        if file.stem != "mosaic-presence":
            shutil.copy(file, train.DATA)


if __name__ == "__main__":
    main()
