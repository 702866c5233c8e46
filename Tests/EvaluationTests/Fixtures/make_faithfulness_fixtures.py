# SPDX-License-Identifier: Apache-2.0
"""Writes what Captum and Quantus say of explanations of a small network, to `faithfulness`.

    pip install torch captum quantus
    python make_faithfulness_fixtures.py

The network is tanh(x · hidden) · output, and a second one x · linear, both on pictures of 4 × 4 pixels.
Nothing random is left to the metrics: perturbations are given, and single features removed in order.
Quantus' "black" is the least number of the instance; ours is 0, so it is asked for 0.
"""

from pathlib import Path

import captum.metrics
import numpy as np
import quantus
import torch
from quantus.functions.perturb_func import noisy_linear_imputation

OUT = Path(__file__).resolve().parent / "faithfulness"
INSTANCES, SIDE, UNITS, CLASSES, PERTURBATIONS = 5, 4, 8, 3, 12


class Network(torch.nn.Module):
    def __init__(self, *weights):
        super().__init__()
        self.weights = [torch.tensor(w, dtype=torch.float64) for w in weights]

    def forward(self, x):
        x = x.to(torch.float64).flatten(1)
        for index, weight in enumerate(self.weights):
            x = x @ weight if index == 0 else torch.tanh(x) @ weight
        return x


def save(name, values):
    np.save(OUT / f"{name}.npy", np.asarray(values, dtype=np.float64))


def gradients(network, inputs, classes):
    x = torch.tensor(inputs, requires_grad=True)
    network(x)[np.arange(len(inputs)), classes].sum().backward()
    return x.grad.numpy()


def quantus_scores(metric, network, inputs, classes, attributions):
    return metric(
        model=network, x_batch=inputs, y_batch=classes, a_batch=attributions, softmax=False,
        channel_first=True, device="cpu")


def main():
    OUT.mkdir(exist_ok=True)
    random = np.random.RandomState(5)
    inputs = random.uniform(0.1, 1, (INSTANCES, 1, SIDE, SIDE))
    hidden = random.normal(0, 0.6, (SIDE * SIDE, UNITS))
    output = random.normal(0, 1, (UNITS, CLASSES))
    linear = random.normal(0, 1, (SIDE * SIDE, CLASSES))
    network, line = Network(hidden, output).eval(), Network(linear).eval()
    classes = network(torch.tensor(inputs)).argmax(1).numpy()
    save("inputs", inputs)
    save("hidden", hidden)
    save("output", output)
    save("linear", linear)

    slopes = gradients(network, inputs, classes)
    products = slopes * inputs
    plain = dict(abs=False, normalise=False, disable_warnings=True, return_aggregate=False)
    save("pixel-flipping", quantus_scores(
        quantus.PixelFlipping(features_in_step=1, perturb_baseline=0.0, **plain),
        network, inputs, classes, products))
    save("faithfulness-estimate", quantus_scores(
        quantus.FaithfulnessEstimate(features_in_step=1, perturb_baseline=0.0, **plain),
        network, inputs, classes, products))

    line_classes = line(torch.tensor(inputs)).argmax(1).numpy()
    save("quantus-sensitivity-n-of-linear", quantus_scores(
        quantus.SensitivityN(
            features_in_step=1, n_max_percentage=0.8, perturb_baseline=0.0,
            similarity_func=quantus.similarity_func.correlation_pearson, **plain),
        line, inputs, line_classes, gradients(line, inputs, line_classes) * inputs))

    road = quantus.ROAD(percentages=[25, 50, 75], noise=0.0, **plain)
    scores = quantus_scores(road, network, inputs, classes, products)
    save("road", [scores[share] for share in (25, 50, 75)])

    picture = random.uniform(0, 1, (2, 6, 7))
    removed = random.permutation(42)[:30]
    mask = np.zeros(42)
    mask[removed] = 1
    save("picture", picture[None])
    save("removed", mask.reshape(1, 1, 6, 7))
    save("imputed", noisy_linear_imputation(picture, removed, noise=0.0)[None])

    disturbed = np.clip(
        inputs + random.normal(0, 0.2, (PERTURBATIONS, *inputs.shape)), 0, 1)
    save("disturbed", disturbed)
    for name, attributions, isShare in [("gradient", slopes, False), ("product", products, True)]:
        for normalize in (False, True):
            save(f"infidelity-{name}-{'scaled' if normalize else 'plain'}", infidelity(
                network, inputs, classes, attributions, disturbed, isShare, normalize))


def infidelity(network, inputs, classes, attributions, disturbed, isShare, normalize):
    """Captum's, with the perturbations that are given."""
    def perturb(x):
        # Captum repeats each instance for all its perturbations before it goes to the next.
        points = torch.tensor(disturbed).transpose(0, 1).flatten(0, 1)
        moved = x - points
        return (moved / x if isShare else moved), points

    return captum.metrics.infidelity(
        lambda x, target: network(x)[torch.arange(len(x)), target], perturb,
        torch.tensor(inputs), torch.tensor(attributions),
        additional_forward_args=(torch.tensor(classes),), n_perturb_samples=PERTURBATIONS,
        normalize=normalize).numpy()


if __name__ == "__main__":
    main()
