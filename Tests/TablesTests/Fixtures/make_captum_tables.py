# SPDX-License-Identifier: Apache-2.0
"""Captum's integrated gradients of the networks for tables, by the rows of their CSV files.

    pip install captum==0.9.0 torch onnx
    python make_captum_tables.py

The ONNX files are rebuilt in PyTorch from their weights. Rows are standardized as the features' files
say; one-hot groups are summed. Attributions are of the logits, or of the standardized output.
"""

import csv
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from captum.attr import IntegratedGradients
from onnx import numpy_helper
from torch import nn

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parents[2] / "Examples"
ROWS = 20
STEPS = 64


def network(name, activation, dtype):
    """The dense layers of a file, up to the logits."""
    graph = onnx.load(EXAMPLES / "Models" / f"{name}.onnx").graph
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    layers = []
    for node in graph.node:
        if node.op_type == "Gemm":
            weight, bias = weights[node.input[1]], weights[node.input[2]]
            layer = nn.Linear(weight.shape[1], weight.shape[0])
            layer.weight.data, layer.bias.data = torch.tensor(weight), torch.tensor(bias)
            layers += [layer, activation()]
    return nn.Sequential(*layers[:-1]).to(dtype)


def rows(description, name):
    with open(EXAMPLES / "Data" / f"{name}.csv") as file:
        table = list(csv.DictReader(file))
    columns, groups = [], []
    for index, feature in enumerate(description["features"]):
        title = feature["name"] + (f" [{feature['unit']}]" if "unit" in feature else "")
        cells = [row[title] for row in table]
        for category in feature.get("categories", [None]):
            groups.append(index)
            columns.append(
                [(float(cell) - feature["mean"]) / feature["scale"] for cell in cells] if category is None
                else [float(cell == category) for cell in cells])
    return np.array(columns).T, groups


def grouped(values, groups):
    return np.stack(
        [values[:, [g == index for g in groups]].sum(1) for index in range(max(groups) + 1)], axis=1)


def main():
    torch.set_num_threads(1)
    index = []
    for name, activation in [("breast-cancer", nn.ReLU), ("diabetes", nn.Tanh)]:
        description = json.loads((EXAMPLES / "Models" / f"{name}.features.json").read_text())
        data, groups = rows(description, name)
        for dtype in [torch.float32, torch.float64]:
            model = network(name, activation, dtype)
            inputs = torch.tensor(data[:ROWS], dtype=dtype)
            for baseline in ["zeros", "mean"]:
                start = torch.zeros_like(inputs[:1])
                if baseline == "mean":
                    start = torch.tensor(data.mean(0, keepdims=True), dtype=dtype)
                target = model(inputs).argmax(1) if name == "breast-cancer" else 0
                for rule, method in [("gauss-legendre", "gausslegendre"), ("midpoint", "riemann_middle")]:
                    values = IntegratedGradients(model).attribute(
                        inputs, start.expand_as(inputs), target=target, n_steps=STEPS, method=method)
                    kind = str(dtype).split(".")[1]
                    file = f"{name}-{baseline}-{rule}-{kind}.npy"
                    np.save(HERE / file, grouped(values.double().numpy(), groups))
                    index.append({
                        "model": name, "baseline": baseline, "rule": rule, "steps": STEPS,
                        "elementType": kind, "file": file})
    lines = ",\n  ".join(json.dumps(entry) for entry in index)
    (HERE / "captum-tables.json").write_text(f"[\n  {lines}\n]\n")


if __name__ == "__main__":
    main()
