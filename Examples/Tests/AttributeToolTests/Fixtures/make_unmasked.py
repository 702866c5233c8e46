# SPDX-License-Identifier: Apache-2.0
"""Writes unmasked.onnx: ids [batch, length] -> logits [batch, 2], the mean of one row of a table a token.

    pip install onnx numpy
    python make_unmasked.py

There is no mask, so that texts of different length cannot be fed together. The vocabulary is that of
`Models/sentiment-tokenizer.json`. The row of token i is (i / 100, -i / 200).
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
TOKENIZER = HERE.parents[2] / "Models" / "sentiment-tokenizer.json"

count = len(json.loads(TOKENIZER.read_text())["model"]["vocab"])
ids = np.arange(count, dtype=np.float32)
table = np.stack([ids / 100, -ids / 200], 1)
graph = helper.make_graph(
    [
        helper.make_node("Gather", ["table", "ids"], ["vectors"], "vectors"),
        helper.make_node("ReduceMean", ["vectors"], ["logits"], "logits", axes=[1], keepdims=0),
    ],
    "unmasked",
    [helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "length"])],
    [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 2])],
    [numpy_helper.from_array(table, "table")])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, HERE / "unmasked.onnx")
