# SPDX-License-Identifier: Apache-2.0
"""Trains the networks whose output is something else than one class: a series' class and its steps,
the class of every pixel, several labels, a class and a size.

    cd Examples && swift run -c release ground-truth ground-truth
    python Models/train_outputs.py ground-truth

The argument is the folder that `ground-truth` wrote. Writes `heartbeats.onnx`, `shapes-segmented.onnx`,
`shapes-present.onnx` and `object-size.onnx`, and copies the small test sets to `../Data`. What it prints
of how good they are is of an eighth of the instances, which no network saw.
"""

import argparse
import shutil
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import train
import train_ground_truth


class Join(nn.Module):
    """Channels of both, one behind the other; a module, so that the node has its name."""

    def forward(self, first, second):
        return torch.cat([first, second], 1)


class HeartbeatNetwork(nn.Module):
    """[batch, 2, 250], millivolts -> logits [batch, 3]: no bump, one in I, one in II; and the same at
    each step, `steps` [batch, 3, 250]."""

    outputs = ("logits", "steps")

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(2, 16, 7, padding=3)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv1d(16, 24, 7, padding=6, dilation=2)
        self.relu2 = nn.ReLU()
        self.conv3 = nn.Conv1d(24, 24, 7, padding=9, dilation=3)
        self.relu3 = nn.ReLU()
        self.steps = nn.Conv1d(24, 3, 1)
        self.greatest = nn.AdaptiveMaxPool1d(1)
        self.flatten = nn.Flatten()
        self.logits = nn.Linear(24, 3)

    def forward(self, x):
        x = self.relu1(self.conv1(x))
        x = self.relu2(self.conv2(x))
        x = self.relu3(self.conv3(x))
        return self.logits(self.flatten(self.greatest(x))), self.steps(x)


class SegmentingNetwork(nn.Module):
    """[batch, 3, 32, 32], 0 ... 1 -> logits [batch, 4, 32, 32]: ground, disc, square, triangle. A small
    U-Net (Ronneberger and others 2015)."""

    outputs = ("logits",)

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(16, 24, 3, padding=1)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.conv3 = nn.Conv2d(24, 32, 3, padding=1)
        self.relu3 = nn.ReLU()
        self.deep = nn.Conv2d(32, 32, 3, padding=1)
        self.relu_deep = nn.ReLU()
        self.up2 = nn.ConvTranspose2d(32, 24, 2, stride=2)
        self.join2 = Join()
        self.conv4 = nn.Conv2d(48, 24, 3, padding=1)
        self.relu4 = nn.ReLU()
        self.up1 = nn.ConvTranspose2d(24, 16, 2, stride=2)
        self.join1 = Join()
        self.conv5 = nn.Conv2d(32, 16, 3, padding=1)
        self.relu5 = nn.ReLU()
        self.logits = nn.Conv2d(16, 4, 1)

    def forward(self, x):
        fine = self.relu1(self.conv1(x))
        middle = self.relu2(self.conv2(self.pool1(fine)))
        coarse = self.relu_deep(self.deep(self.relu3(self.conv3(self.pool2(middle)))))
        middle = self.relu4(self.conv4(self.join2(self.up2(coarse), middle)))
        return self.logits(self.relu5(self.conv5(self.join1(self.up1(middle), fine))))


class SizeNetwork(nn.Module):
    """[batch, 3, 32, 32], 0 ... 1 -> probabilities [batch, 4]: disc, square, triangle, cross; and the
    object's pixels, `size` [batch, 1]."""

    outputs = ("probabilities", "size")

    def __init__(self):
        super().__init__()
        for name, module in train_ground_truth.pictures([
            ("conv4", nn.Conv2d(32, 40, 3, padding=1)),
            ("relu4", nn.ReLU()),
            ("greatest", nn.MaxPool2d(8)),
            ("flatten", nn.Flatten()),
        ], 40, 4).named_children():
            self.add_module(name, module)
        self.probabilities = nn.Softmax(1)
        self.conv5 = nn.Conv2d(32, 32, 3, padding=1)
        self.relu5 = nn.ReLU()
        self.average = nn.AvgPool2d(8)
        self.flat = nn.Flatten()
        self.size = nn.Linear(32, 1)

    def forward(self, x):
        for name in ["conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "conv3", "relu3"]:
            x = self.get_submodule(name)(x)
        logits = self.logits(self.flatten(self.greatest(self.relu4(self.conv4(x)))))
        return self.probabilities(logits), self.size(self.flat(self.average(self.relu5(self.conv5(x)))))

    def use_pixels(self):
        """Training is on (pixels - 90) / 50, which a network reaches sooner."""
        with torch.no_grad():
            self.size.weight *= 50
            self.size.bias.mul_(50).add_(90)


def presence_network():
    """[batch, 3, 32, 32], 0 ... 1 -> probabilities [batch, 3]: disc, square, triangle, each by itself."""
    network = train_ground_truth.pictures([
        ("conv4", nn.Conv2d(32, 48, 3, padding=1)),
        ("relu4", nn.ReLU()),
        ("greatest", nn.MaxPool2d(8)),
        ("flatten", nn.Flatten()),
    ], 48, 3)
    network.add_module("probabilities", nn.Sigmoid())
    network.outputs = ("probabilities",)
    return network


class Heartbeats:
    make, rate, epochs, decay, input = HeartbeatNetwork, 5e-3, 8, 1e-3, "series"

    def data(load):
        masks = load("heartbeats-masks")
        return load("heartbeats"), [load("heartbeats-labels"), (masks * np.array([[[1], [2]]])).sum(1)]

    def loss(answer, wanted):
        return functional.cross_entropy(answer[0], wanted[0]) + functional.cross_entropy(answer[1], wanted[1])

    def figures(answer, wanted):
        step = answer[1].argmax(1)
        bump = wanted[1] > 0
        return {"of the classes right": (answer[0].argmax(1) == wanted[0]).float().mean(),
                "of the steps with a bump right": (step == wanted[1])[bump].float().mean(),
                "of all steps right": (step == wanted[1]).float().mean()}


class Segmented:
    make, rate, epochs, decay, input = SegmentingNetwork, 8e-3, 12, 1e-3, "image"

    def data(load):
        return load("shapes"), [load("shapes-pixels").astype(np.int64)]

    def loss(answer, wanted):
        return functional.cross_entropy(answer, wanted[0])

    def figures(answer, wanted):
        predicted = answer.argmax(1)
        overlap = [((predicted == c) & (wanted[0] == c)).sum() / ((predicted == c) | (wanted[0] == c)).sum()
                   for c in range(1, 4)]
        return {"of the pixels right": (predicted == wanted[0]).float().mean(),
                "intersection over union, mean of the shapes": sum(overlap) / 3}


class Present:
    make, rate, epochs, decay, input = presence_network, 3e-3, 12, 1e-2, "image"

    def data(load):
        pixels = load("shapes-pixels").reshape(-1, 1024)
        return load("shapes"), [np.stack([(pixels == c).any(1) for c in (1, 2, 3)], 1).astype(np.float32)]

    def loss(answer, wanted):
        return functional.binary_cross_entropy(answer, wanted[0])

    def figures(answer, wanted):
        right = (answer > 0.5) == (wanted[0] > 0.5)
        return {"of the answers right": right.float().mean(),
                "of the pictures right in all": right.all(1).float().mean()}


class Size:
    make, rate, epochs, decay, input = SizeNetwork, 4e-3, 16, 1e-2, "image"

    def data(load):
        sizes = load("objects-masks").sum((1, 2, 3)).astype(np.float32)[:, None]
        return load("objects"), [load("objects-labels"), sizes]

    def loss(answer, wanted):
        size = functional.smooth_l1_loss(answer[1], (wanted[1] - 90) / 50)
        return functional.nll_loss(answer[0].clamp_min(1e-7).log(), wanted[0]) + size

    def figures(answer, wanted):
        error = (answer[1] - wanted[1]).abs().mean()
        return {"of the classes right": (answer[0].argmax(1) == wanted[0]).float().mean(),
                "mean error of the size, as a share of its mean": error / wanted[1].mean()}


TASKS = {"heartbeats": Heartbeats, "shapes-segmented": Segmented, "shapes-present": Present, "object-size": Size}


def fit(name, task, load):
    torch.manual_seed(5)
    network = task.make()
    inputs, wanted = task.data(load)
    inputs, wanted = torch.from_numpy(inputs), [torch.from_numpy(w) for w in wanted]
    held_out = len(inputs) // 8
    optimizer = torch.optim.AdamW(network.parameters(), lr=task.rate, weight_decay=task.decay)
    steps = task.epochs * -(-(len(inputs) - held_out) // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, task.rate, total_steps=steps)
    begun = time.time()
    for epoch in range(task.epochs):
        for rows in (held_out + torch.randperm(len(inputs) - held_out)).split(64):
            optimizer.zero_grad()
            task.loss(network(inputs[rows]), [w[rows] for w in wanted]).backward()
            optimizer.step()
            schedule.step()
    if task is Size:
        network.use_pixels()
    with torch.no_grad():
        figures = task.figures(network.eval()(inputs[:held_out]), [w[:held_out] for w in wanted])
    for text, figure in figures.items():
        print(f"{name}: {figure.item():.2%} {text}, {held_out} held out")
    print(f"{name}: {time.time() - begun:.0f} s")
    train.export(network, inputs[:1], train.HERE / f"{name}.onnx", task.input, outputs=network.outputs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="what `ground-truth` wrote")
    parser.add_argument("--only", choices=TASKS, help="one of the networks")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name, task in TASKS.items():
        if arguments.only in (None, name):
            fit(name, task, lambda file: np.load(arguments.folder / "training" / f"{file}.npy"))
    for file in sorted((arguments.folder / "test").glob("*.npy")):
        if file.stem.startswith(("heartbeats", "shapes")):
            shutil.copy(file, train.DATA)


if __name__ == "__main__":
    main()
