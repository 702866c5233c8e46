# SPDX-License-Identifier: Apache-2.0
"""Writes what Captum's DeepLift answers, in float64, and a small network with smooth operations.

    pip install torch captum onnx
    python make_deeplift_fixtures.py

Its rescale rule is one cell of the secant rule, except at max pooling, where Captum splits changes
otherwise. Run it after `make_captum_fixtures.py`, whose inputs and baselines it reads.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from captum.attr import DeepLift
from torch import nn

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
OUT = HERE / "deeplift"
sys.path.insert(0, str(ROOT / "Examples" / "Models"))
import train  # noqa: E402


def smooth_network():
    """[batch, 2, 6, 6] -> [batch, 3]; each operation is called once, as DeepLift wants it."""
    torch.manual_seed(4)
    return nn.Sequential(
        nn.Conv2d(2, 4, 3), nn.Tanh(), nn.Conv2d(4, 4, 3), nn.Sigmoid(), nn.Flatten(),
        nn.Linear(16, 8), nn.Softplus(), nn.Linear(8, 3)).eval()


def filled(network, path):
    weights = {i.name: torch.from_numpy(onnx.numpy_helper.to_array(i).copy())
               for i in onnx.load(str(ROOT / path)).graph.initializer}
    network.load_state_dict(weights, strict=False)
    return network.eval()


def main():
    torch.set_num_threads(1)
    OUT.mkdir(exist_ok=True)
    smooth = smooth_network()
    random = np.random.RandomState(6)
    torch.onnx.export(
        smooth, (torch.zeros(1, 2, 6, 6),), str(OUT / "smooth.onnx"), dynamo=False, opset_version=17,
        input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "rows"}, "y": {0: "rows"}})
    networks = {
        "tabular": filled(train.tabular_network(), "Examples/Models/tabular.onnx")[:-1],
        "residual-small": filled(
            train.small_residual_network(), "Tests/AttributionTests/Fixtures/residual-small.onnx"),
        "smooth": smooth,
    }
    for name, network in networks.items():
        if name == "smooth":
            x, baseline = random.normal(0, 1, (3, 2, 6, 6)), random.normal(0, 1, (1, 2, 6, 6))
            np.save(OUT / "smooth-inputs.npy", x)
            np.save(OUT / "smooth-baseline.npy", baseline)
        else:
            x, baseline = (np.load(HERE / "captum" / name / f"{what}.npy").astype(np.float64)
                           for what in ("inputs", "baseline"))
        network.double()
        x, baseline = torch.from_numpy(x), torch.from_numpy(baseline)
        with torch.no_grad():
            target = network(x).argmax(1)
        answer = DeepLift(network).attribute(x, baseline, target).detach().numpy()
        np.save(OUT / f"{name}.npy", answer)
        print(name, answer.shape)


if __name__ == "__main__":
    main()
