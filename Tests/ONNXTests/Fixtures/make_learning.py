# SPDX-License-Identifier: Apache-2.0
"""Writes learning.cases: the operators of ai.onnx.ml, with the outputs that onnxruntime gives.

    python make_learning.py          (needs numpy, onnx and onnxruntime)

A case is what make_fixtures.py describes. Those called `refused` have no outputs.
"""

import numpy as np
import onnxruntime
from make_fixtures import case, write
from onnx import TensorProto, helper

X = np.array([[0.5, -1, 2], [0, 0, 0], [-3, 1.5, 0.25], [1, 2, -0.5]], np.float32)
FLOAT, INT64, STRING = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING


def model(operation, inputs, outputs, **attributes):
    def axes(x):
        return ["rows" if len(x) == len(X) else len(x), *x.shape[1:]]

    node = helper.make_node(operation, list(inputs), list(outputs), name="node", domain="ai.onnx.ml", **attributes)
    graph = helper.make_graph(
        [node], "g",
        [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(x.dtype), axes(x))
         for n, x in inputs.items()],
        [helper.make_tensor_value_info(n, t, None) for n, t in outputs.items()])
    imports = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8)


def computed(name, operation, inputs, outputs, **attributes):
    made = model(operation, inputs, outputs, **attributes)
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    numbers = [n for n, t in outputs.items() if t != STRING]
    return case(name, made, list(inputs.items()), list(zip(numbers, session.run(numbers, inputs))), 1e-5, 1e-6)


def learning():
    one, two = {"x": X}, {"label": INT64, "scores": FLOAT}
    yield computed("Scaler, each", "Scaler", one, {"y": FLOAT}, offset=[1.0, 2, -1], scale=[0.5, 2, 3])
    yield computed("Scaler, all", "Scaler", one, {"y": FLOAT}, offset=[0.5], scale=[2.0])
    yield computed("Scaler, whole numbers", "Scaler", {"x": X.astype(np.int64)}, {"y": FLOAT}, offset=[1.0],
                   scale=[0.5])
    for norm in ("MAX", "L1", "L2"):
        yield computed(f"Normalizer, {norm}", "Normalizer", one, {"y": FLOAT}, norm=norm)
    holes = X.copy()
    holes[0, 1] = holes[2, 2] = np.nan
    yield computed("Imputer, none", "Imputer", {"x": holes}, {"y": FLOAT}, imputed_value_floats=[1.0, 2, 3],
                   replaced_value_float=float("nan"))
    yield computed("Imputer, zero", "Imputer", one, {"y": FLOAT}, imputed_value_floats=[7.0], replaced_value_float=0.0)
    yield computed("Binarizer", "Binarizer", one, {"y": FLOAT}, threshold=0.4)
    yield computed("FeatureVectorizer", "FeatureVectorizer", {"a": X, "b": X[:, :2] * 3}, {"y": FLOAT},
                   inputdimensions=[3, 2])
    yield computed("ArrayFeatureExtractor", "ArrayFeatureExtractor", {"x": X, "i": np.array([[2, 0]])}, {"y": FLOAT})
    weights = [0.5, -1, 0.25, 0.75, 1, -0.5, -0.25, 0.1, 0.3]
    for link in ("NONE", "LOGISTIC", "SOFTMAX"):
        yield computed(f"LinearRegressor, {link}", "LinearRegressor", one, {"y": FLOAT}, coefficients=weights[:6],
                       intercepts=[0.1, -0.2], targets=2, post_transform=link)
        yield computed(f"LinearClassifier, {link}", "LinearClassifier", one, two, coefficients=weights,
                       intercepts=[0.1, -0.2, 0.3], classlabels_ints=[7, 3, 5], post_transform=link, multi_class=1)
        yield computed(f"LinearClassifier, {link}, two classes", "LinearClassifier", one, two, coefficients=weights[:6],
                       intercepts=[0.1, -0.2], classlabels_ints=[4, 9], post_transform=link)
        if link != "SOFTMAX":
            yield computed(f"LinearClassifier, {link}, one column", "LinearClassifier", one, two,
                           coefficients=weights[:3], intercepts=[0.1], classlabels_ints=[4, 9], post_transform=link)
    yield computed("LinearClassifier, texts", "LinearClassifier", one, {"label": STRING, "scores": FLOAT},
                   coefficients=weights, intercepts=[0.1, -0.2, 0.3], classlabels_strings=["a", "b", "c"])

    def refused(name, operation, outputs, **attributes):
        return case(f"refused: {name}", model(operation, one, outputs, **attributes), [("x", X)], [])

    yield refused("a softmax over one column", "LinearClassifier", two, coefficients=weights[:3], intercepts=[0.1],
                  classlabels_ints=[4, 9], post_transform="SOFTMAX")
    yield refused("PROBIT", "LinearRegressor", {"y": FLOAT}, coefficients=weights[:3], post_transform="PROBIT")
    yield refused("leave no output", "LinearClassifier", {"label": STRING}, coefficients=weights,
                  intercepts=[0.1, -0.2, 0.3], classlabels_strings=["a", "b", "c"])
    yield refused("coefficients", "LinearRegressor", {"y": FLOAT}, coefficients=weights[:4], intercepts=[0.1, 0.2, 0.3],
                  targets=3)
    yield refused("intercepts", "LinearRegressor", {"y": FLOAT}, coefficients=weights[:3], intercepts=[0.1, 0.2])
    yield refused("imputed_value_floats", "Imputer", {"y": FLOAT})
    yield refused("ai.onnx.ml.TreeEnsembleRegressor", "TreeEnsembleRegressor", {"y": FLOAT}, n_targets=1)


if __name__ == "__main__":
    write("learning.cases", list(learning()))
