# SPDX-License-Identifier: Apache-2.0
"""Writes what Captum answers about units of the digits network: `units/captum.json`.

    pip install torch captum onnx
    python make_unit_fixtures.py

Channels of `relu2` are added up over their positions: LayerActivation, LayerConductance and
InternalInfluence of the score of class 8 less that of class 3, and NeuronIntegratedGradients of two channels'
sums. In float64, from a black picture, by Gauss and Legendre's 50 points; NOTE: Captum's conductance takes
differences between neighbouring points, as `progression: .moves` does.
"""

import json
from pathlib import Path

import captum
import numpy as np
import torch
from captum.attr import InternalInfluence, LayerActivation, LayerConductance, NeuronIntegratedGradients

import make_captum_fixtures as fixtures

HERE = Path(__file__).resolve().parent
CHANNELS = [28, 4]


def main():
    name, file, network, logits, *_ = next(fixtures.models())
    weights = fixtures.initializers(fixtures.ROOT / file)
    network.load_state_dict({key: value for key, value in weights.items() if key in network.state_dict()})
    digits = np.load(fixtures.ROOT / "Examples/Data/ten-digits.npy")[[8, 3]]
    with fixtures.precision(torch.float64):
        logits = logits.double().eval()
        inputs = torch.from_numpy(digits).double()
        baseline = torch.zeros_like(inputs[:1])

        def difference(x):
            output = logits(x)
            return output[:, 8] - output[:, 3]

        layer = logits.relu2
        options = dict(baselines=baseline, n_steps=50, method="gausslegendre")
        sums = {
            "activation": LayerActivation(difference, layer).attribute(inputs),
            "conductance": LayerConductance(difference, layer).attribute(inputs, **options),
            "influence": InternalInfluence(difference, layer).attribute(inputs, **options),
        }
        answer = {key: value.sum((2, 3)).tolist() for key, value in sums.items()}
        views = [
            NeuronIntegratedGradients(logits, layer).attribute(
                inputs, neuron_selector=lambda output, channel=channel: output[:, channel].sum((1, 2)), **options)
            for channel in CHANNELS]
        answer["views"] = {str(channel): view.flatten(1).tolist() for channel, view in zip(CHANNELS, views)}
    answer["captum"] = captum.__version__
    assert all(np.abs(answer[key]).max() > 0 for key in sums)
    (HERE / "units").mkdir(exist_ok=True)
    (HERE / "units" / "captum.json").write_text(json.dumps(answer, indent=1) + "\n")


if __name__ == "__main__":
    main()
