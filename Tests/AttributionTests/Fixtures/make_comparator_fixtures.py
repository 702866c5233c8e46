# SPDX-License-Identifier: Apache-2.0
"""Writes what Captum's methods outside the gradient family answer for example networks, in float64, to
`comparators/`.

    pip install torch captum onnx scikit-learn
    python make_comparator_fixtures.py

Captum rounds Shapley values to float32 whatever the network is in, and gives every element of a
group the whole group's value; the tests divide by the group's size.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from captum.attr import (
    Deconvolution, GuidedBackprop, KernelShap, LayerAttribution, LayerGradCam, Occlusion, ShapleyValues)

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
OUT = HERE / "comparators"
sys.path.insert(0, str(ROOT / "Examples" / "Models"))
sys.path.insert(0, str(HERE))
import train  # noqa: E402
from make_captum_fixtures import RESIDUAL_SEED, initializers, precision  # noqa: E402


def network(made, path):
    made.load_state_dict(initializers(path), strict=False)
    return made.double().eval()


def quadrants():
    labels = torch.zeros(1, 1, 8, 8, dtype=torch.long)
    labels[..., 4:] += 1
    labels[..., 4:, :] += 2
    return labels


def answers():
    digits = torch.from_numpy(np.load(ROOT / "Examples/Data/ten-digits.npy")[[8, 3]]).double()
    model = network(train.digits_network(), ROOT / "Examples/Models/digits.onnx")[:-1]
    target = torch.tensor([8, 3])
    yield "occlusion-digits-3x3", Occlusion(model).attribute(digits, (1, 3, 3), target=target)
    yield "occlusion-digits-3x4-2x3-gray", Occlusion(model).attribute(
        digits, (1, 3, 4), strides=(1, 2, 3), baselines=0.5, target=target)
    yield "guided-digits", GuidedBackprop(model).attribute(digits, target)
    yield "deconvolution-digits", Deconvolution(model).attribute(digits, target)
    for layer in ["relu1", "relu2"]:
        cam = LayerGradCam(model, getattr(model, layer))
        yield f"gradcam-digits-{layer}", cam.attribute(digits, target, relu_attributions=True)
        plain = cam.attribute(digits, target)
        yield f"gradcam-digits-{layer}-plain", plain
        yield f"gradcam-digits-{layer}-bilinear", LayerAttribution.interpolate(
            plain, (8, 8), interpolate_mode="bilinear")
    mask = quadrants()
    yield "shapley-digits-quadrants", ShapleyValues(model).attribute(
        digits, target=target, feature_mask=mask)
    torch.manual_seed(0)
    np.random.seed(0)
    yield "kernelshap-digits-quadrants", KernelShap(model).attribute(
        digits, target=target, feature_mask=mask, n_samples=20000, perturbations_per_eval=500)

    patients = torch.from_numpy(np.load(ROOT / "Examples/Data/breast-cancer.npy")[[0, 1, 3]]).double()
    model = network(train.tabular_network(), ROOT / "Examples/Models/tabular.onnx")[:-1]
    yield "occlusion-tabular", Occlusion(model).attribute(patients, (1,), target=0)

    random = np.random.RandomState(RESIDUAL_SEED)
    pictures = torch.from_numpy(random.normal(0, 1, (2, 3, 16, 16)).astype(np.float32)).double()
    model = network(train.small_residual_network(), HERE / "residual-small.onnx")
    target = torch.tensor([1, 4])
    yield "guided-residual", GuidedBackprop(model).attribute(pictures, target)
    yield "deconvolution-residual", Deconvolution(model).attribute(pictures, target)
    yield "occlusion-residual-channels", Occlusion(model).attribute(
        pictures, (2, 5, 5), strides=(1, 4, 4), target=target)
    yield "gradcam-residual", LayerGradCam(model, model.get_submodule("block2.relu2")).attribute(
        pictures, target, relu_attributions=True)
    yield "residual-inputs", pictures


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    torch.set_num_threads(1)
    with precision(torch.float64):
        for name, answer in answers():
            array = answer.detach().numpy()
            assert np.abs(array).sum() > 0, name
            np.save(OUT / f"{name}.npy", array)
            print(name, array.shape)


if __name__ == "__main__":
    main()
