# SPDX-License-Identifier: Apache-2.0
"""Trains an autoencoder of handwritten digits, for paths through its latent space.

    python train_autoencoder.py

Writes `digits-encoder.onnx` and `digits-decoder.onnx`. The digits are those that the digits network
was trained on; the ones in `../Data` are held out here, too.
"""

from collections import OrderedDict

import numpy as np
import torch
from torch import nn

import train

CODE = 8


def encoder():
    """[batch, 1, 8, 8], 0 ... 1 -> code [batch, 8]."""
    return nn.Sequential(OrderedDict([
        ("flatten", nn.Flatten()),
        ("dense1", nn.Linear(64, 48)),
        ("tanh", nn.Tanh()),
        ("code", nn.Linear(48, CODE)),
    ]))


def decoder():
    """[batch, 8] -> [batch, 1, 8, 8], 0 ... 1."""
    return nn.Sequential(OrderedDict([
        ("dense1", nn.Linear(CODE, 48)),
        ("tanh", nn.Tanh()),
        ("dense2", nn.Linear(48, 64)),
        ("sigmoid", nn.Sigmoid()),
        ("image", train.Reshape(-1, 1, 8, 8)),
    ]))


def digits():
    """As `train.train_digits` has them: those to train on, and those held out."""
    from sklearn.datasets import load_digits

    source = load_digits()
    pixels = np.round(source.images * 255 / 16).astype(np.uint8)[:, None]
    inputs = pixels.astype(np.float32) / 255
    (training, _), (held_out, _) = train.split(inputs, source.target.astype(np.int64), held_out=450)
    return training, held_out


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    training, held_out = digits()
    torch.manual_seed(88)
    parts = [encoder(), decoder()]
    network = nn.Sequential(*parts)
    epochs = 200
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for _ in range(epochs):
        for rows in torch.randperm(len(training)).split(64):
            optimizer.zero_grad()
            # Noisy inputs keep the codes of what is near each other near.
            noisy = training[rows] + 0.1 * torch.randn_like(training[rows])
            nn.functional.mse_loss(network(noisy), training[rows]).backward()
            optimizer.step()
        schedule.step()
    with torch.no_grad():
        error = (network(held_out) - held_out).square().mean().sqrt().item()
        spread = (held_out - training.mean(0)).square().mean().sqrt().item()
    print(f"autoencoder: root mean square error {error:.3f} of held-out pixels, which spread by {spread:.3f}")
    train.export(parts[0].eval(), held_out[:1], train.HERE / "digits-encoder.onnx", "image")
    train.export(parts[1].eval(), torch.zeros(1, CODE), train.HERE / "digits-decoder.onnx", "code")


if __name__ == "__main__":
    main()
