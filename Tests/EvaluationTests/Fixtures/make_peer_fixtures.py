# SPDX-License-Identifier: Apache-2.0
"""Writes peers/peers.json: what Quantus, Captum, SciPy and statsmodels give for small, fixed cases.

    pip install quantus captum torch scipy statsmodels
    python Tests/EvaluationTests/Fixtures/make_peer_fixtures.py
"""

import json
import pathlib
import warnings

import captum
import numpy as np
import quantus
import scipy
import scipy.stats
import statsmodels
import torch
from captum.attr import InputXGradient, Saliency
from captum.metrics import sensitivity_max
from statsmodels.stats.multitest import multipletests

warnings.simplefilter("ignore")
numbers = np.random.default_rng(5)


def quantus_scores():
    """Maps of 6 × 6 pixels, signed and positive, with masks of what matters."""
    maps = numbers.normal(size=(3, 1, 6, 6)).round(3)
    maps[1] = np.abs(maps[1])
    maps[2, 0, 3:] = 0
    masks = np.zeros((3, 1, 6, 6))
    masks[0, 0, 1:4, 2:5] = 1
    masks[1, 0, :2] = 1
    masks[2, 0, 2:5, 0:2] = 1
    sizes = dict(abs=True, normalise=False, disable_warnings=True)
    plain = dict(abs=False, normalise=False, disable_warnings=True)
    metrics = {
        "sparseness": quantus.Sparseness(**sizes),
        "complexity": quantus.Complexity(**sizes),
        "effective": quantus.EffectiveComplexity(eps=1e-5, **sizes),
        "pointing": quantus.PointingGame(**plain),
        "rank": quantus.RelevanceRankAccuracy(**plain),
        "mass": quantus.RelevanceMassAccuracy(**plain),
        "auc": quantus.AUC(**plain),
    }
    image = np.zeros_like(maps)
    labels = np.zeros(3, dtype=int)
    scores = {}
    for name, metric in metrics.items():
        given = metric(
            model=None, x_batch=image, y_batch=labels, a_batch=maps.copy(), s_batch=masks.copy())
        scores[name] = [float(score) for score in given]
    return {"maps": maps.ravel().tolist(), "masks": masks.ravel().tolist(), "scores": scores}


class Sizes(torch.nn.Module):
    """Σ c |x|: the gradient is c times the sign, and jumps where an element changes its sign."""

    weights = torch.tensor([3.0, 2.0, 6.0, 1.0], dtype=torch.float64)

    def forward(self, x):
        return (self.weights * x.abs()).sum(1, keepdim=True)


def captum_sensitivities():
    torch.manual_seed(1)
    x = torch.tensor([[0.01, -0.02, 0.5, -0.8], [1.0, 1.0, 1.0, 1.0]], dtype=torch.float64)
    saliency, product = Saliency(Sizes()), InputXGradient(Sizes())

    def gradient(inputs):
        return saliency.attribute(inputs, abs=False)

    zeros = torch.zeros(1, 4, dtype=torch.float64)
    fixed = torch.tensor([[0.05, -0.03, 0.02, 0.04]], dtype=torch.float64)
    return {
        "instances": x.tolist(),
        "jumps": sensitivity_max(
            gradient, x, perturb_radius=0.1, n_perturb_samples=200).tolist(),
        # The attributions of zeros are zeros: Captum then tells the change itself.
        "ofNothing": sensitivity_max(
            product.attribute, zeros, lambda inputs: inputs + fixed, n_perturb_samples=1).tolist(),
        "moved": fixed[0].tolist(),
        "fixed": sensitivity_max(
            product.attribute, x[1:], lambda inputs: inputs + fixed,
            n_perturb_samples=1).tolist(),
    }


def statistics():
    first = numbers.normal(0.3, 1, 12).round(2)
    second = numbers.normal(0, 1, 12).round(2)
    differences = first - second
    skewed = numbers.exponential(2, 25).round(3)
    test = scipy.stats.permutation_test(
        (first, second), lambda a, b: np.mean(a - b), permutation_type="samples",
        n_resamples=np.inf)
    bootstrap = {
        method: list(scipy.stats.bootstrap(
            (skewed,), np.mean, method=method, n_resamples=200_000,
            rng=np.random.default_rng(3)).confidence_interval)
        for method in ["BCa", "percentile"]
    }
    higher = scipy.stats.wilcoxon(differences, alternative="greater").statistic
    total = 12 * 13 / 2
    pvalues = [0.01, 0.04, 0.03, 0.2, 0.005, 0.04]
    return {
        "first": first.tolist(),
        "second": second.tolist(),
        "pValue": float(test.pvalue),
        "rankBiserial": float(2 * higher / total - 1),
        "standardizedEffect": float(differences.mean() / differences.std(ddof=1)),
        "skewed": skewed.tolist(),
        "biasCorrected": [float(end) for end in bootstrap["BCa"]],
        "percentile": [float(end) for end in bootstrap["percentile"]],
        "pValues": pvalues,
        "holm": multipletests(pvalues, method="holm")[1].tolist(),
    }


versions = {module.__name__: module.__version__ for module in
            [quantus, captum, scipy, statsmodels, np, torch]}
target = pathlib.Path(__file__).parent / "peers" / "peers.json"
target.write_text(json.dumps(
    {"versions": versions, "quantus": quantus_scores(), "captum": captum_sensitivities(),
     "statistics": statistics()}, indent=1) + "\n")
print(target)
