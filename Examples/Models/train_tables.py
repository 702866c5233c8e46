# SPDX-License-Identifier: Apache-2.0
"""Trains the networks for tables, and writes each beside a file that describes its features.

    pip install torch scikit-learn onnx
    python train_tables.py

    breast-cancer.onnx, diabetes.onnx     scikit-learn's data, features standardized beforehand
    rents-embedding.onnx                  rents drawn here, whose districts go in as ids
    rents-one-hot.onnx                    the same function, whose districts go in one-hot

The scaler is scikit-learn's: its `mean_` and `scale_` are what the features' file has.
"""

import csv
import json
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.preprocessing import StandardScaler
from torch import nn

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "Data"


def number(value):
    """As few digits as tell the number from all others of single precision."""
    return json.loads(np.format_float_positional(np.float32(value), trim="-"))


def split(count, held_out):
    """A fixed shuffle; the last `held_out` rows are never trained on."""
    order = np.random.RandomState(0).permutation(count)
    return order[:-held_out], order[-held_out:]


def fit(network, inputs, targets, loss, epochs, weight_decay):
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for _ in range(epochs):
        for rows in torch.randperm(len(targets)).split(64):
            optimizer.zero_grad()
            loss(network(*[tensor[rows] for tensor in inputs]), targets[rows]).backward()
            optimizer.step()
        schedule.step()
    return network.eval()


def export(network, examples, name, inputs, output):
    path = HERE / f"{name}.onnx"
    warnings.simplefilter("ignore", DeprecationWarning)
    torch.onnx.export(
        network, examples, str(path), opset_version=17, dynamo=False, input_names=inputs,
        output_names=[output], dynamic_axes={key: {0: "batch"} for key in [*inputs, output]})
    model = onnx.load(str(path))
    model.graph.name = name
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def write_features(name, description):
    """One feature a line."""
    features = [json.dumps(feature, ensure_ascii=False) for feature in description.pop("features")]
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},"
             for key, value in description.items()]
    text = "\n".join(["{", *lines, '  "features": [', "    " + ",\n    ".join(features), "  ]", "}", ""])
    json.loads(text)
    (HERE / f"{name}.features.json").write_text(text)


def write_csv(name, header, rows):
    with open(DATA / f"{name}.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


# Breast cancer: two classes, thirty numbers


def breast_cancer():
    source = load_breast_cancer()
    training, held_out = split(len(source.target), held_out=143)
    scaler = StandardScaler().fit(source.data[training])
    inputs = torch.tensor(scaler.transform(source.data), dtype=torch.float32)
    labels = torch.tensor(source.target)

    torch.manual_seed(3)
    network = nn.Sequential(
        nn.Linear(30, 24), nn.ReLU(), nn.Linear(24, 12), nn.ReLU(), nn.Linear(12, 2))
    fit(network, [inputs[training]], labels[training], nn.functional.cross_entropy, 40, 0.1)
    with torch.no_grad():
        right = (network(inputs[held_out]).argmax(1) == labels[held_out]).float().mean().item()
    print(f"breast cancer: accuracy {right:.4f} on {len(held_out)} held-out rows")
    export(
        nn.Sequential(*network, nn.Softmax(1)), (inputs[:1],), "breast-cancer", ["features"],
        "probabilities")

    classes = [str(name) for name in source.target_names]
    write_features("breast-cancer", {
        "$schema": "../../Docs/features.schema.json",
        "target": "diagnosis",
        "classes": classes,
        "features": [
            {"name": str(name), "mean": number(mean), "scale": number(scale)}
            for name, mean, scale in zip(source.feature_names, scaler.mean_, scaler.scale_)],
    })
    write_csv(
        "breast-cancer", [*source.feature_names, "diagnosis"],
        [[*[number(value) for value in source.data[row]], classes[source.target[row]]]
         for row in held_out])


# Diabetes: a number is predicted from nine numbers and a category

DIABETES = [
    ("age", "years"), ("sex", None), ("body mass index", "kg/m²"), ("blood pressure", "mmHg"),
    ("total cholesterol", None), ("low-density lipoproteins", None),
    ("high-density lipoproteins", None), ("cholesterol ratio", None),
    ("log triglycerides", None), ("blood sugar", None),
]


def diabetes():
    source = load_diabetes(scaled=False)
    training, held_out = split(len(source.target), held_out=110)
    # The sexes are called 1 and 2 in the source, which does not say which is which.
    numbers = np.delete(source.data, 1, axis=1)
    sexes = source.data[:, 1].astype(int)
    scaler = StandardScaler().fit(numbers[training])
    scaled = scaler.transform(numbers)
    # In the order of the columns, the sex as two.
    inputs = torch.tensor(
        np.column_stack([scaled[:, :1], sexes == 1, sexes == 2, scaled[:, 1:]]), dtype=torch.float32)
    target_scaler = StandardScaler().fit(source.target[training, None])
    targets = torch.tensor(target_scaler.transform(source.target[:, None]), dtype=torch.float32)

    torch.manual_seed(5)
    network = nn.Sequential(nn.Linear(11, 16), nn.Tanh(), nn.Linear(16, 8), nn.Tanh(), nn.Linear(8, 1))
    fit(network, [inputs[training]], targets[training], nn.functional.mse_loss, 60, 0.5)
    with torch.no_grad():
        residual = (network(inputs[held_out]) - targets[held_out]).square().mean().item()
    spread = targets[held_out].var(unbiased=False).item()
    print(f"diabetes: R² {1 - residual / spread:.3f} on {len(held_out)} held-out rows")
    export(network, (inputs[:1],), "diabetes", ["features"], "progression")

    means, scales = iter(scaler.mean_), iter(scaler.scale_)
    features = []
    for name, unit in DIABETES:
        feature = {"name": name}
        if unit:
            feature["unit"] = unit
        if name == "sex":
            feature |= {"categories": ["1", "2"], "encoding": "one-hot"}
        else:
            feature |= {"mean": number(next(means)), "scale": number(next(scales))}
        features.append(feature)
    write_features("diabetes", {
        "$schema": "../../Docs/features.schema.json",
        "target": "progression",
        "output": {"name": "progression after a year", "mean": number(target_scaler.mean_[0]),
                   "scale": number(target_scaler.scale_[0])},
        "features": features,
    })
    header = [name + (f" [{unit}]" if unit else "") for name, unit in DIABETES] + ["progression"]
    for name, rows in [("diabetes", held_out), ("diabetes-train", training)]:
        write_csv(name, header, [
            [*[number(value) for value in source.data[row]], number(source.target[row])]
            for row in rows])


# Rents: numbers and a district, which is looked up, or is one-hot

DISTRICTS = ["harbour", "old town", "hillside", "stadium", "university"]


class EmbeddingNetwork(nn.Module):
    """Three numbers, and a vector for the district, into two hidden layers."""

    def __init__(self):
        super().__init__()
        self.districts = nn.Embedding(len(DISTRICTS), 4)
        self.numbers = nn.Linear(3, 24)
        self.places = nn.Linear(4, 24, bias=False)
        self.rest = nn.Sequential(nn.Tanh(), nn.Linear(24, 12), nn.Tanh(), nn.Linear(12, 1))

    def forward(self, flat, district):
        return self.rest(self.numbers(flat) + self.places(self.districts(district)))


class OneHotNetwork(nn.Module):
    """The same function of the numbers, with the district one-hot behind them."""

    def __init__(self, source):
        super().__init__()
        table = source.districts.weight @ source.places.weight.T
        self.numbers = nn.Linear(3 + len(DISTRICTS), 24)
        self.numbers.weight = nn.Parameter(torch.cat([source.numbers.weight, table.T], 1))
        self.numbers.bias = source.numbers.bias
        self.rest = source.rest

    def forward(self, flat):
        return self.rest(self.numbers(flat))


def rents():
    random = np.random.RandomState(11)
    count = 2000
    area = np.round(random.uniform(20, 140, count), 1)
    floor = random.randint(0, 9, count)
    year = random.randint(1900, 2021, count)
    district = random.choice(len(DISTRICTS), count, p=[0.15, 0.3, 0.2, 0.1, 0.25])
    square = np.array([11.0, 16.5, 14.0, 9.5, 13.0])[district]
    rent = np.round(
        150 + square * area * (1 + 0.15 * np.tanh((year - 1990) / 15))
        + np.where(district == 0, 22.0, 6.0) * floor + random.normal(0, 40, count), 0)

    flats = np.column_stack([area, floor, year])
    training, held_out = split(count, held_out=300)
    scaler = StandardScaler().fit(flats[training])
    target_scaler = StandardScaler().fit(rent[training, None])
    inputs = torch.tensor(scaler.transform(flats), dtype=torch.float32)
    places = torch.tensor(district)
    targets = torch.tensor(target_scaler.transform(rent[:, None]), dtype=torch.float32)

    torch.manual_seed(7)
    network = EmbeddingNetwork()
    fit(network, [inputs[training], places[training]], targets[training], nn.functional.mse_loss, 60, 0.01)
    one_hot = OneHotNetwork(network).eval()
    joined = torch.cat([inputs, nn.functional.one_hot(places, len(DISTRICTS)).float()], 1)
    with torch.no_grad():
        predicted = network(inputs[held_out], places[held_out])
        residual = (predicted - targets[held_out]).square().mean().item()
        difference = (predicted - one_hot(joined[held_out])).abs().max().item()
    spread = targets[held_out].var(unbiased=False).item()
    print(f"rents: R² {1 - residual / spread:.3f} on {len(held_out)} held-out rows; "
          f"both networks within {difference:.1e}")
    export(network, (inputs[:1], places[:1]), "rents-embedding", ["flat", "district"], "rent")
    export(one_hot, (joined[:1],), "rents-one-hot", ["flat"], "rent")

    # Paths start at a flat that could be: the middle of the numbers, the most frequent district.
    middle = [number(value) for value in np.median(flats[training], axis=0)]
    frequent = DISTRICTS[np.bincount(district[training]).argmax()]
    names = [("area", "m²"), ("floor", None), ("built", None)]
    for name, encoding in [("rents-embedding", "ids"), ("rents-one-hot", "one-hot")]:
        features = [
            {"name": feature, **({"unit": unit} if unit else {}), "input": "flat", "mean": number(mean),
             "scale": number(scale), "baseline": start}
            for (feature, unit), mean, scale, start
            in zip(names, scaler.mean_, scaler.scale_, middle)]
        features.append({
            "name": "district", "input": "district" if encoding == "ids" else "flat",
            "categories": DISTRICTS, "encoding": encoding, "baseline": frequent})
        write_features(name, {
            "$schema": "../../Docs/features.schema.json",
            "target": "rent",
            "output": {"name": "rent", "unit": "€", "mean": number(target_scaler.mean_[0]),
                       "scale": number(target_scaler.scale_[0])},
            "features": features,
        })
    write_csv("rents", ["district", "area [m²]", "floor", "built", "rent [€]"], [
        [DISTRICTS[district[row]], number(area[row]), floor[row], year[row], int(rent[row])]
        for row in held_out])


def main():
    torch.set_num_threads(1)  # the order of sums does not depend on the machine's cores
    torch.use_deterministic_algorithms(True)
    breast_cancer()
    diabetes()
    rents()


if __name__ == "__main__":
    main()
