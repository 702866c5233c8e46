# SPDX-License-Identifier: Apache-2.0
"""Trains the network of vehicles, of which it is known what tells any two kinds apart.

    python train_vehicles.py

Draws its pictures itself, by `vehicles.py`. Writes `vehicles.onnx`, which ends in logits, and to `../Data`
the first pictures of seed 2: `vehicles.npy`, `vehicles-labels.npy`, and `vehicles-parts.npy`, which tells
where the picture of a sedan and that of a convertible would differ, and of the other kinds where they differ
from a sedan's. The accuracy that it prints is of pictures that the network never saw.
"""

import time
from collections import OrderedDict

import numpy as np
import torch
from torch import nn

import train
import vehicles

TRAINED, HELD_OUT, KEPT, EPOCHS = 8000, 2000, 12, 12


def vehicle_network():
    """[batch, 3, 40, 40], 0 ... 1 -> logits [batch, 4]: sedan, convertible, pickup, van"""
    return nn.Sequential(OrderedDict([
        ("conv1", nn.Conv2d(3, 16, 3, padding=1)),
        ("relu1", nn.ReLU()),
        ("pool1", nn.MaxPool2d(2)),
        ("conv2", nn.Conv2d(16, 24, 3, padding=1)),
        ("relu2", nn.ReLU()),
        ("pool2", nn.MaxPool2d(2)),
        ("conv3", nn.Conv2d(24, 32, 3, padding=1)),
        ("relu3", nn.ReLU()),
        ("conv4", nn.Conv2d(32, 32, 3, padding=1)),
        ("relu4", nn.ReLU()),
        ("greatest", nn.MaxPool2d(10)),
        ("flatten", nn.Flatten()),
        ("logits", nn.Linear(32, 4)),
    ]))


def scaled(pictures):
    return torch.from_numpy(pictures.astype(np.float32) / np.float32(255))


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(5)
    pictures, kinds = vehicles.pictures(TRAINED, seed=1)
    inputs, wanted = scaled(pictures), torch.from_numpy(kinds)
    network = vehicle_network()
    optimizer = torch.optim.AdamW(network.parameters(), lr=4e-3, weight_decay=1e-2)
    steps = EPOCHS * -(-TRAINED // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    begun = time.time()
    for epoch in range(EPOCHS):
        total = 0
        for rows in torch.randperm(TRAINED).split(64):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(network(inputs[rows]), wanted[rows])
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(rows)
        print(f"epoch {epoch + 1}: loss {total / TRAINED:.3f}, {time.time() - begun:.0f} s", flush=True)
    network.eval()
    pictures, kinds = vehicles.pictures(HELD_OUT, seed=3)
    with torch.no_grad():
        found = torch.cat([network(rows) for rows in scaled(pictures).split(250)]).argmax(1).numpy()
    print(f"{(found == kinds).mean():.1%} of {HELD_OUT} held out: " + ", ".join(
        f"{name} {(found == kinds)[kinds == kind].mean():.1%}" for kind, name in enumerate(vehicles.KINDS)))
    pictures, kinds = vehicles.pictures(KEPT, seed=2)
    train.export(network, scaled(pictures[:1]), train.HERE / "vehicles.onnx", "image")
    roofs = [vehicles.masks(KEPT, seed=2, against=against) for against in (1, 0)]
    # A sedan against a convertible, any other against a sedan.
    mask = np.where((kinds == 0)[:, None, None], roofs[0], roofs[1])[:, None].astype(np.uint8)
    np.save(train.DATA / "vehicles.npy", scaled(pictures).numpy())
    np.save(train.DATA / "vehicles-labels.npy", kinds)
    np.save(train.DATA / "vehicles-parts.npy", mask)


if __name__ == "__main__":
    main()
