# SPDX-License-Identifier: Apache-2.0
"""Writes what Captum answers for the example networks: arrays, and `captum/index.json` that lists them.

    pip install torch captum onnx onnxruntime scikit-learn
    python make_captum_fixtures.py

Every case is computed in float32 and in float64. The script fails where the two disagree by more
than rounding, and where an activation comes so near to a kink of ReLU or max pooling that rounding
decides the gradient: such a case would test luck. It also fails where PyTorch and ONNX Runtime
disagree about what the network answers, and where an answer is all zeros.
"""

import contextlib
import json
import shutil
import sys
from pathlib import Path

import captum
import numpy as np
import onnx
import onnxruntime
import torch
from captum.attr import (
    InputXGradient, IntegratedGradients, InternalInfluence, LayerConductance, LayerIntegratedGradients,
    NeuronConductance, NeuronIntegratedGradients, Saliency)

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
OUT = HERE / "captum"
sys.path.insert(0, str(ROOT / "Examples" / "Models"))
import train  # noqa: E402

STEPS = 50
KINK_MARGIN = 5e-7  # rounding in float32 moves the activations of these networks by about 1e-7
RESIDUAL_SEED = 239  # of inputs that keep the margin
RULES = ["riemann_left", "riemann_right", "riemann_middle", "gausslegendre"]
# Captum's trapezoid takes n points but divides by n, not n - 1: its weights sum to (n - 1) / n.
TRAPEZOID = "riemann_trapezoid"
NOTES = {TRAPEZOID: f"Captum's weights sum to {STEPS - 1}/{STEPS}; divide by that for the trapezoid rule"}


def models():
    """Name: (ONNX file, network to fill, its logits, layers, a neuron, instances, baseline that is not zero)."""
    digits = np.load(ROOT / "Examples/Data/ten-digits.npy")[[8, 3]]
    network = train.digits_network()
    yield ("digits", "Examples/Models/digits.onnx", network, network[:-1],
           ["conv1", "relu2", "pool", "dense"], ("dense", [5]),
           digits, np.random.RandomState(0).uniform(0, 1, (1, 1, 8, 8)).astype(np.float32))

    patients = np.load(ROOT / "Examples/Data/breast-cancer.npy")[[0, 1, 3]]
    network = train.tabular_network()
    means = initializers(ROOT / "Examples/Models/tabular.onnx")["standardize.mean"].numpy()[None]
    yield ("tabular", "Examples/Models/tabular.onnx", network, network[:-1],
           ["standardize", "dense1", "relu2"], ("relu1", [5]), patients, means)

    random = np.random.RandomState(RESIDUAL_SEED)
    pictures = random.normal(0, 1, (2, 3, 16, 16)).astype(np.float32)
    network = train.small_residual_network()
    # block2.norm2 lies on a branch: block2.shortcut passes it by.
    yield ("residual-small", "Tests/AttributionTests/Fixtures/residual-small.onnx", network, network,
           ["block2.norm2", "block2.relu2"], ("block2.relu2", [1, 1, 2]),
           pictures, random.normal(0, 1, (1, 3, 16, 16)).astype(np.float32))


def initializers(path):
    return {i.name: torch.from_numpy(onnx.numpy_helper.to_array(i).copy())
            for i in onnx.load(str(path)).graph.initializer}


@contextlib.contextmanager
def precision(dtype):
    """In float64 all of Captum's arithmetic: it makes path points in the default type, and casts
    integrated gradients' weights with `Tensor.float()`, which would leave errors near 1e-8."""
    to_float = torch.Tensor.float
    torch.set_default_dtype(dtype)
    if dtype == torch.float64:
        torch.Tensor.float = torch.Tensor.double
    try:
        yield
    finally:
        torch.Tensor.float = to_float
        torch.set_default_dtype(torch.float32)


def answers(network, logits, layers, neuron, x, baseline, target):
    """Every case of a model, one after the other: what it is, and Captum's answer."""
    zeros = torch.zeros_like(baseline)
    yield dict(method="saliency", to="logits"), Saliency(logits).attribute(x, target, abs=False)
    yield dict(method="input_x_gradient", to="logits"), InputXGradient(logits).attribute(x, target)

    ends = [("logits", logits, "zeros", zeros), ("logits", logits, "tensor", baseline)]
    if network is not logits:
        ends.append(("probabilities", network, "zeros", zeros))
    for to, function, name, start in ends:
        for rule in RULES + [TRAPEZOID]:
            yield (dict(method="integrated_gradients", to=to, baseline=name, rule=rule),
                   IntegratedGradients(function).attribute(x, start, target, n_steps=STEPS, method=rule))

    for layer in layers:
        module = logits.get_submodule(layer)
        for method, explainer, rules in [
            ("layer_integrated_gradients", LayerIntegratedGradients, ["riemann_right", "gausslegendre"]),
            ("internal_influence", InternalInfluence, ["riemann_right", "gausslegendre"]),
            ("layer_conductance", LayerConductance, RULES),
        ]:
            for rule in rules:
                yield (dict(method=method, to="logits", layer=layer, baseline="zeros", rule=rule),
                       explainer(logits, module).attribute(x, zeros, target, n_steps=STEPS, method=rule))

    layer, index = neuron
    module, selector = logits.get_submodule(layer), tuple(index)
    case = dict(layer=layer, neuron=index, baseline="zeros")
    yield (dict(method="neuron_integrated_gradients", to=layer, rule="gausslegendre", **case),
           NeuronIntegratedGradients(logits, module).attribute(
               x, selector, zeros, n_steps=STEPS, method="gausslegendre"))
    yield (dict(method="neuron_conductance", to="logits", rule="riemann_middle", **case),
           NeuronConductance(logits, module).attribute(
               x, selector, zeros, target, n_steps=STEPS, method="riemann_middle"))


def watch_kinks(network):
    """A list to which every evaluation adds how near it came to a kink."""
    margins = []

    def relu(module, inputs):
        margins.append(inputs[0].detach().abs().min().item())

    def pool(module, inputs):
        size = module.kernel_size
        windows = inputs[0].detach().unfold(2, size, size).unfold(3, size, size).flatten(-2)
        first, second = windows.topk(2).values.unbind(-1)
        margins.append((first - second)[first > 0].min().item() if (first > 0).any() else np.inf)

    for module in network.modules():
        if isinstance(module, torch.nn.ReLU):
            module.register_forward_pre_hook(relu)
        if isinstance(module, torch.nn.MaxPool2d):
            module.register_forward_pre_hook(pool)
    return margins


def file_name(case):
    parts = [case["method"], case.get("layer"), *map(str, case.get("neuron", [])),
             case["to"] if case["to"] != case.get("layer") else None, case.get("baseline"), case.get("rule")]
    return "-".join(part for part in parts if part) + ".npy"


def relative_difference(a, b):
    return np.abs(a - b).sum() / np.abs(b).sum()


def main():
    torch.set_num_threads(1)
    shutil.rmtree(OUT, ignore_errors=True)
    index = {"captum": captum.__version__, "torch": torch.__version__.split("+")[0], "steps": STEPS,
             "models": {}, "cases": []}

    for name, path, network, logits, layers, neuron, inputs, baseline in models():
        _, unexpected = network.load_state_dict(initializers(ROOT / path), strict=False)
        assert not unexpected, unexpected
        network.eval()
        session = onnxruntime.InferenceSession(str(ROOT / path))
        runtime = session.run(None, {session.get_inputs()[0].name: inputs})[0]
        with torch.no_grad():
            outputs = network(torch.from_numpy(inputs)).numpy()
        assert np.allclose(outputs, runtime, rtol=0, atol=1e-5), name
        target = torch.from_numpy(outputs.argmax(1))
        margins = watch_kinks(network)

        results = {}
        for dtype in (torch.float32, torch.float64):
            dtype_name = str(dtype).split(".")[1]
            folder = OUT / name / dtype_name
            folder.mkdir(parents=True)
            network.to(dtype)
            with precision(dtype):
                x, b = torch.from_numpy(inputs).to(dtype), torch.from_numpy(baseline).to(dtype)
                for case, answer in answers(network, logits, layers, neuron, x, b, target):
                    answer = answer.detach().numpy()
                    assert answer.dtype == dtype_name and answer.any(tuple(range(1, answer.ndim))).all(), case
                    file = folder / file_name(case)
                    assert not file.exists(), file
                    np.save(file, answer)
                    results.setdefault(file.name, []).append(answer)
                    index["cases"].append({
                        "model": name, **case, "steps": STEPS if "rule" in case else None,
                        "note": NOTES.get(case.get("rule")), "target": target.tolist(),
                        "dtype": dtype_name, "file": str(file.relative_to(OUT))})
        differences = {file: relative_difference(*pair) for file, pair in results.items()}
        worst = max(differences, key=differences.get)
        print(f"{name}: {len(results)} cases, float32 against float64 at most {differences[worst]:.1e} ({worst}), "
              f"no nearer to a kink than {min(margins):.1e}")
        assert min(margins) > KINK_MARGIN, name
        assert differences[worst] < 5e-6, {f: d for f, d in differences.items() if d >= 5e-6}

        np.save(OUT / name / "inputs.npy", inputs)
        np.save(OUT / name / "baseline.npy", baseline)
        np.save(OUT / name / "outputs.npy", outputs)
        index["models"][name] = {
            "onnx": path, "inputs": f"{name}/inputs.npy", "outputs": f"{name}/outputs.npy",
            "baselines": {"zeros": None, "tensor": f"{name}/baseline.npy"}, "target": target.tolist()}

    cases = ",\n    ".join(
        json.dumps({key: value for key, value in case.items() if value is not None}) for case in index.pop("cases"))
    head = json.dumps(index, indent=2)[:-2]
    (OUT / "index.json").write_text(f'{head},\n  "cases": [\n    {cases}\n  ]\n}}\n')


if __name__ == "__main__":
    main()
