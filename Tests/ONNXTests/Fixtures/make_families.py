# SPDX-License-Identifier: Apache-2.0
"""Packs small files of Examples/Benchmarks/families.py into families.cases, with their references.

    python Examples/Benchmarks/families.py --folder FOLDER --export-only       (once for each Python that it needs)
    python Tests/ONNXTests/Fixtures/make_families.py FOLDER

A case is what make_fixtures.py describes, with: outputs by name, `logits`, `gradient of PLACE`, and
`element`, the element of a row's logits whose gradient it is; and
message Case { …; string head = 7; }
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from make_fixtures import case, field, write

# One file of each family that is small, so that every exporter, an old and a new operator set, and a
# fixed batch come up several times.
FILES = """
fcn/torchscript-11-any several-outputs/dynamo-18-one convolutions-1d/dynamo-25-any convolutions-1d/torchscript-11-one
convolutions-3d/torchscript-13-one convolutions-3d/dynamo-18-any image-and-table/torchscript-20-one
image-and-table/dynamo-23-any weights-as-inputs/torchscript-11-any weights-as-inputs/dynamo-18-one
mixer/torchscript-13-one mixer/dynamo-18-any lstm/torchscript-11-any lstm/dynamo-18-one
lstm-time-first/torchscript-17-one lstm-bidirectional/torchscript-13-any lstm-any-length/torchscript-18-any
gru/torchscript-20-one gru-time-first/dynamo-25-any gru-bidirectional/torchscript-11-one bert-eager/torchscript-13-one
bert-any-length/dynamo-18-any bert-model/torchscript-20-one vit/dynamo-18-any weights-as-constants/torchscript-13-any
sklearn-perceptron-classes/sklearn-18-any sklearn-perceptron-two-classes/sklearn-13-any
sklearn-perceptron-regression/sklearn-17-any sklearn-logistic/sklearn-11-any
sklearn-logistic-two-classes/sklearn-18-any sklearn-logistic-zipmap/sklearn-17-any
sklearn-logistic-text-labels/sklearn-18-any sklearn-text-labels-zipmap/sklearn-21-any
sklearn-normalized-pipeline/sklearn-13-any sklearn-imputed-pipeline/sklearn-18-any
sklearn-polynomial-pipeline/sklearn-17-any sklearn-naive-bayes/sklearn-18-any
sklearn-support-vectors-linear/sklearn-17-any sklearn-linear-regression/sklearn-18-any keras-perceptron/keras-17-any
keras-convolutions/keras-13-one keras-signal/keras-18-any keras-lstm/keras-17-any keras-gru-text/keras-17-one
keras-attention/keras-18-one
""".split()


def stripped(path):
    """The model without what only people read: traces of the exporter, shapes of hidden values."""
    model = onnx.load(path)
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    if path.name.startswith("dynamo"):
        del model.graph.value_info[:]
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        value.doc_string = ""
        del value.metadata_props[:]
    return model.SerializeToString()


def packed(path):
    folder = path.parent
    told = dict(line.split("=", 1) for line in (folder / "reference.txt").read_text().splitlines())

    def tensors(kind, names):
        return [(name, np.load(folder / f"{kind}.{name}.npy")) for name in names.split(",") if name]

    place = path.with_suffix(".place")
    outputs = tensors("output", told["outputs"]) + [("logits", np.load(folder / "logits.npy"))]
    for name in told["gradients"].split(","):
        where = place.read_text() if name == "embedding" else name.split(":")[-1]
        if where:
            array = np.load(folder / f"gradient.{name.replace(':', '.')}.npy")
            outputs.append((f"gradient of {where}", array.astype(np.float32)))
    outputs.append(("element", np.array(int(told["element"]))))
    outputs = [(name, x.astype(np.float32) if x.dtype == np.float64 else x) for name, x in outputs]
    _, opset, batch = path.stem.split("-")
    exporter = path.stem.split("-")[0]
    label = f"{folder.name} by {exporter}, operator set {opset}, {'any rows' if batch == 'any' else 'one row'}"
    return case(label, stripped(path), tensors("input", told["inputs"]), outputs, 1e-4, 1e-6) \
        + field(7, told["head"].encode())


if __name__ == "__main__":
    write("families.cases", [packed(Path(sys.argv[1]) / f"{name}.onnx") for name in FILES])
