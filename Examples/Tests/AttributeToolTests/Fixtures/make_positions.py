# SPDX-License-Identifier: Apache-2.0
"""Writes spans.onnx, beside.onnx and likely.onnx, networks of which every number is known.

    pip install onnx numpy
    python make_positions.py

All read ids and mask [batch, length]. Token i has the row (i / 100, -i / 200) of a table; the
vocabulary is that of `Models/sentiment-tokenizer.json`. spans.onnx gives the first number of each token
as `starts`, the second as `ends`, [batch, length] each, and nothing is done with the mask. beside.onnx
reads `weights` [batch, 2] besides, and gives as `logits` [batch, 2] the sum of the rows that the mask
shows, times the weights. likely.onnx gives the rows themselves as `vectors` [batch, length, 2], and
as `likely` the softmax of their opposites.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
TOKENIZER = HERE.parents[2] / "Models" / "sentiment-tokenizer.json"

ids = np.arange(len(json.loads(TOKENIZER.read_text())["model"]["vocab"]), dtype=np.float32)
constants = [
    numpy_helper.from_array(np.stack([ids / 100, -ids / 200], 1), "table"),
    numpy_helper.from_array(np.array(0), "first"), numpy_helper.from_array(np.array(1), "second"),
    numpy_helper.from_array(np.array([2]), "last"),
    numpy_helper.from_array(np.array([1]), "length")]
gather = helper.make_node("Gather", ["table", "ids"], ["vectors"], "vectors")


def text(name):
    return helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])


def numbers(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])


def write(name, nodes, inputs, outputs):
    used = {value for node in nodes for value in node.input}
    graph = helper.make_graph(
        nodes, name, inputs, outputs, [tensor for tensor in constants if tensor.name in used])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, HERE / f"{name}.onnx")


write("spans", [
    gather,
    helper.make_node("Gather", ["vectors", "first"], ["starts"], "starts", axis=2),
    helper.make_node("Gather", ["vectors", "second"], ["ends"], "ends", axis=2),
], [text("ids"), text("mask")], [numbers("starts", "length"), numbers("ends", "length")])
write("beside", [
    gather,
    helper.make_node("Cast", ["mask"], ["shown"], "shown", to=TensorProto.FLOAT),
    helper.make_node("Unsqueeze", ["shown", "last"], ["column"], "column"),
    helper.make_node("Mul", ["vectors", "column"], ["seen"], "seen"),
    helper.make_node("ReduceSum", ["seen", "length"], ["sum"], "sum", keepdims=0),
    helper.make_node("Mul", ["sum", "weights"], ["logits"], "logits"),
], [text("ids"), text("mask"), numbers("weights", 2)], [numbers("logits", 2)])
write("likely", [
    gather,
    helper.make_node("Neg", ["vectors"], ["opposites"], "opposites"),
    helper.make_node("Softmax", ["opposites"], ["likely"], "likely", axis=-1),
], [text("ids"), text("mask")], [numbers("vectors", "length", 2), numbers("likely", "length", 2)])
