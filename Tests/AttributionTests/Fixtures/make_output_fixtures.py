# SPDX-License-Identifier: Apache-2.0
"""Writes what Captum answers for networks whose output is more than one class: `outputs/*.npy`.

    pip install torch captum onnx onnxruntime
    python make_output_fixtures.py

Integrated gradients by the middles of 50 steps, in float32, of the heartbeat network (a class, and a
class summed over the steps at which it is predicted) and of the network that segments (the same over
pixels, one class against another over those of the first, and a class in a box). Captum has no regions:
the network is wrapped in a function that holds the mask of the instance. The script fails where
PyTorch and ONNX Runtime disagree about what the networks answer, and where float64 gives something else.
"""

import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from captum.attr import IntegratedGradients

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
OUT = HERE / "outputs"
sys.path.insert(0, str(ROOT / "Examples" / "Models"))
sys.path.insert(0, str(HERE))
import make_captum_fixtures  # noqa: E402
import train_outputs  # noqa: E402

STEPS = 50


def load(name, make, inputs):
    """The network with the file's weights."""
    path = ROOT / "Examples" / "Models" / f"{name}.onnx"
    network = make()
    network.load_state_dict(make_captum_fixtures.initializers(path))
    network.eval()
    theirs = onnxruntime.InferenceSession(str(path)).run(None, {make_input(path): inputs})
    with torch.no_grad():
        ours = network(torch.from_numpy(inputs))
    for a, b in zip(ours if isinstance(ours, tuple) else (ours,), theirs):
        np.testing.assert_allclose(a.numpy(), b, rtol=1e-4, atol=1e-4)
    return network


def make_input(path):
    return onnxruntime.InferenceSession(str(path)).get_inputs()[0].name


def over(maps, inputs, class_index, predicted=None, box=None):
    """A function of inputs: a class's numbers added over a region that is the instances' own.

    Captum evaluates all steps of all instances at once, the batch after itself.
    """
    with torch.no_grad():
        own = maps(inputs)
        mask = torch.zeros_like(own[:, 0])
        if box:
            mask[(slice(None), *box)] = 1
        else:
            mask = (own.argmax(1) == predicted).to(own.dtype)
    axes = tuple(range(1, mask.ndim))

    def quantity(x):
        weights = mask.repeat(len(x) // len(mask), *([1] * (mask.ndim - 1)))
        return (maps(x)[:, class_index] * weights).sum(axes)

    return quantity


def cases():
    """A name, the network, its instances, and a function that makes the quantity."""
    series = np.load(ROOT / "Examples/Data/heartbeats.npy")[[1, 2, 4]]
    network = load("heartbeats", train_outputs.HeartbeatNetwork, series)
    labels = np.load(ROOT / "Examples/Data/heartbeats-labels.npy")[[1, 2, 4]]
    rows = torch.from_numpy(labels)
    yield ("heartbeats-class", network, series,
           lambda x: lambda z: network(z)[0].gather(1, rows.repeat(len(z) // 3)[:, None])[:, 0])
    yield "heartbeats-steps", network, series, lambda x: over(lambda z: network(z)[1], x, 1, predicted=1)
    pictures = np.load(ROOT / "Examples/Data/shapes.npy")[:4]
    segments = load("shapes-segmented", train_outputs.SegmentingNetwork, pictures)
    yield "shapes-predicted", segments, pictures, lambda x: over(segments, x, 2, predicted=2)

    def against(x):
        own, other = over(segments, x, 2, predicted=2), over(segments, x, 0, predicted=2)
        return lambda z: own(z) - other(z)

    yield "shapes-against", segments, pictures, against
    yield ("shapes-box", segments, pictures,
           lambda x: over(segments, x, 1, box=(slice(4, 17), slice(8, 25))))


def main():
    OUT.mkdir(exist_ok=True)
    for name, network, inputs, make in cases():
        answers = {}
        for dtype in (torch.float32, torch.float64):
            with make_captum_fixtures.precision(dtype):
                network.to(dtype)
                x = torch.from_numpy(inputs).to(dtype)
                answers[dtype] = IntegratedGradients(make(x)).attribute(
                    x, torch.zeros_like(x), n_steps=STEPS, method="riemann_middle").detach()
                network.to(torch.float32)
        single, double = answers.values()
        difference = ((single - double).abs().sum() / double.abs().sum()).item()
        print(f"{name}: {tuple(single.shape)}, float32 against float64 {difference:.1e}")
        assert double.abs().sum() > 0 and difference < 2e-5, name
        np.save(OUT / f"{name}.npy", double.to(torch.float32).numpy())


if __name__ == "__main__":
    main()
