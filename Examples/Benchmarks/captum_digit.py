# SPDX-License-Identifier: Apache-2.0
"""The shortest script that explains one digit with Captum; time the whole process.

    time python captum_digit.py ../Data/eight.npy attributions.npy
"""

import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from captum.attr import IntegratedGradients
from torch import nn

network = nn.Sequential(OrderedDict(
    conv1=nn.Conv2d(1, 16, 3), relu1=nn.ReLU(), conv2=nn.Conv2d(16, 32, 3), relu2=nn.ReLU(),
    pool=nn.MaxPool2d(2), flatten=nn.Flatten(),
    dense=nn.Linear(128, 64), relu3=nn.ReLU(), logits=nn.Linear(64, 10)))
network.load_state_dict(torch.load(Path(__file__).parent / "../Models/digits.pt"))
network.eval()

image = torch.from_numpy(np.load(sys.argv[1]))
label = network(image).argmax(1)
attributions = IntegratedGradients(network).attribute(image, target=label, n_steps=50)
np.save(sys.argv[2], attributions.detach().numpy())
print(f"class {label.item()}, attributions sum to {attributions.sum():.4f}")
