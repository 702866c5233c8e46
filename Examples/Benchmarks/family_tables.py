# SPDX-License-Identifier: Apache-2.0
"""scikit-learn's families of families.py: models fitted to made-up tables, converted by skl2onnx.

The reference is scikit-learn itself in double precision; gradients are central differences of it.
"""

import warnings
from dataclasses import dataclass, field

import numpy as np

FAMILIES = {}


def family(make):
    FAMILIES["sklearn-" + make.__name__.replace("_", "-")] = make
    return make


def central_differences(function, x, step=1e-6):
    """The gradient of Σ function(x) for a function that keeps rows apart."""
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape[1:]):
        up, down = x.copy(), x.copy()
        up[(slice(None), *place)] += step
        down[(slice(None), *place)] -= step
        gradient[(slice(None), *place)] = (function(up) - function(down)) / (2 * step)
    return gradient


@dataclass
class Table:
    """A fitted model; `logits` gives what `.logits` should resolve to, `[rows, …]`."""

    model: object
    logits: object
    head: str | None
    outputs: dict  # by name, functions of the table
    rows: np.ndarray
    options: dict = field(default_factory=dict)
    table = None  # of an embedding

    def write_reference(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        x = self.rows.astype(np.float64)
        logits = self.logits(x)
        element = logits.reshape(len(x), -1).shape[1] // 3
        np.save(folder / "input.X.npy", self.rows)
        np.save(folder / "logits.npy", logits)
        np.save(folder / "gradient.input.X.npy",
                central_differences(lambda x: self.logits(x).reshape(len(x), -1)[:, element], x))
        for name, function in self.outputs.items():
            np.save(folder / f"output.{name}.npy", function(x))
        (folder / "reference.txt").write_text(
            f"element={element}\nhead={self.head or 'none'}\ngradients=input:X\n"
            f"inputs=X\noutputs={','.join(self.outputs)}\n")

    def export(self, opset, batch, path):
        from skl2onnx import to_onnx

        learning = 1 if opset < 13 else 3
        model = to_onnx(self.model, self.rows[:1], options=self.options or None,
                        target_opset={"": opset, "ai.onnx.ml": learning})
        path.write_bytes(model.SerializeToString())


def data(classes=3):
    random = np.random.default_rng(5)
    x = random.normal(size=(300, 5)).astype(np.float32)
    scores = x @ random.normal(size=(5, max(classes, 3)))
    labels = (scores[:, 0] > 0).astype(int) if classes == 2 else scores.argmax(1)
    return x, labels, np.tanh(scores[:, :2])


def classifier(model, logits, head, classes=3, zipmap=False, labels=None, x=None):
    table, numbers, _ = data(classes)
    table = table if x is None else x(table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(table, numbers if labels is None else np.array(labels)[numbers])
    outputs = {"probabilities": model.predict_proba if hasattr(model, "predict_proba") else model.decision_function}
    if zipmap:
        outputs = {"output_probability": model.predict_proba}
    if labels is None:
        outputs["output_label" if zipmap else "label"] = model.predict
    rows = table[:3]
    options = {id(model): {"zipmap": zipmap}} if hasattr(model, "predict_proba") else {}
    return Table(model, lambda x: logits(model, x), head, outputs, rows, options)


def decision(model, x):
    return model.decision_function(x)


def both_signs(model, x):
    scores = model.decision_function(x)
    return np.stack([-scores, scores], 1)


def probabilities(model, x):
    return model.predict_proba(x)


def perceptron(model, x):
    """What a perceptron gives ahead of its last function."""
    functions = {"relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "logistic": lambda x: 1 / (1 + np.exp(-x))}
    for place, (weight, bias) in enumerate(zip(model.coefs_, model.intercepts_)):
        x = x @ weight + bias
        if place + 1 < len(model.coefs_):
            x = functions[model.activation](x)
    return x


@family
def perceptron_classes():
    from sklearn.neural_network import MLPClassifier
    return classifier(MLPClassifier((8, 6), max_iter=60, random_state=0), perceptron, "softmax")


@family
def perceptron_two_classes():
    from sklearn.neural_network import MLPClassifier
    # σ(s) and 1 − σ(s) are joined behind the sigmoid: no logits with the shape of the output.
    return classifier(MLPClassifier((8,), activation="tanh", max_iter=60, random_state=0), probabilities, None, 2)


@family
def perceptron_regression():
    from sklearn.neural_network import MLPRegressor
    x, _, numbers = data()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MLPRegressor(hidden_layer_sizes=(8,), activation="logistic", max_iter=60, random_state=0)
        model.fit(x, numbers[:, 0])

    def column(x):
        return model.predict(x)[:, None]
    return Table(model, column, None, {"variable": column}, x[:3])


@family
def logistic():
    from sklearn.linear_model import LogisticRegression
    return classifier(LogisticRegression(), decision, "softmax")


@family
def logistic_two_classes():
    from sklearn.linear_model import LogisticRegression
    return classifier(LogisticRegression(), both_signs, "sigmoid", 2)


@family
def logistic_zipmap():
    from sklearn.linear_model import LogisticRegression
    return classifier(LogisticRegression(), decision, "softmax", zipmap=True)


@family
def logistic_text_labels():
    from sklearn.linear_model import LogisticRegression
    return classifier(LogisticRegression(), decision, "softmax", labels=["red", "green", "blue"])


@family
def text_labels_zipmap():
    from sklearn.neural_network import MLPClassifier
    return classifier(MLPClassifier((8,), max_iter=60, random_state=0), perceptron, "softmax", zipmap=True,
                      labels=["red", "green", "blue"])


@family
def pipeline():
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    return classifier(make_pipeline(StandardScaler(), LogisticRegression()), decision, "softmax")


@family
def normalized_pipeline():
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, Normalizer
    return classifier(make_pipeline(Normalizer("l2"), MinMaxScaler(), LogisticRegression()), decision, "softmax")


@family
def imputed_pipeline():
    from sklearn.decomposition import PCA
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import RobustScaler

    def holes(x):
        x = x.copy()
        x[5::7, 2] = np.nan
        return x
    return classifier(make_pipeline(SimpleImputer(), RobustScaler(), PCA(3), LogisticRegression()), decision, "softmax",
                      x=holes)


@family
def polynomial_pipeline():
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures
    return classifier(make_pipeline(PolynomialFeatures(2), LogisticRegression(max_iter=200)), decision, "softmax")


@family
def discriminant():
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    return classifier(LinearDiscriminantAnalysis(), decision, "softmax")


@family
def naive_bayes():
    from sklearn.naive_bayes import GaussianNB
    return classifier(GaussianNB(), probabilities, None)


@family
def support_vectors_linear():
    from sklearn.svm import LinearSVC
    return classifier(LinearSVC(), decision, None)


@family
def linear_regression():
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    x, _, numbers = data()
    model = make_pipeline(StandardScaler(), LinearRegression()).fit(x, numbers)
    return Table(model, model.predict, None, {"variable": model.predict}, x[:3])


def made(name):
    return FAMILIES[name]()
