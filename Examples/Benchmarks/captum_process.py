# SPDX-License-Identifier: Apache-2.0
"""The shortest script that explains one instance with Captum; time the whole process.

    python captum_process.py digits ../Data/eight.npy attributions.npy
    python captum_process.py residual FOLDER/residual.npy attributions.npy
"""

import sys
from pathlib import Path

import numpy as np
import torch
from captum.attr import IntegratedGradients

MODELS = Path(__file__).resolve().parents[1] / "Models"
sys.path.insert(0, str(MODELS))
import train  # noqa: E402

instance = torch.from_numpy(np.load(sys.argv[2]))
size = None
if sys.argv[1] == "digits":
    network = train.digits_network()
    network.load_state_dict(torch.load(MODELS / "digits.pt"))
    network = network[:-1].eval()
else:
    # The setting that is best on two cores.
    network = train.residual_network().to(memory_format=torch.channels_last)
    instance, size = instance.to(memory_format=torch.channels_last), 5
network.requires_grad_(False)

with torch.no_grad():
    label = network(instance).argmax(1)
attributions = IntegratedGradients(network).attribute(
    instance, target=label, n_steps=50, internal_batch_size=size)
np.save(sys.argv[3], attributions.detach().numpy())
print(f"class {label.item()}, attributions sum to {attributions.sum():.4f}")
