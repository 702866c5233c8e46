# SPDX-License-Identifier: Apache-2.0
"""Keras's families of families.py: networks with random, seeded weights, converted by tf2onnx.

The reference is Keras in float32 and TensorFlow's gradient tape.
"""

import os
from dataclasses import dataclass

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

FAMILIES = {}


def family(make):
    FAMILIES["keras-" + make.__name__.replace("_", "-")] = make
    return make


@dataclass
class Network:
    body: object  # a Keras model that gives logits
    rows: np.ndarray
    head: str | None = None

    @property
    def table(self):
        """The shape of the first layer's table, where that looks words up."""
        import keras
        first = self.body.layers[0]
        return tuple(first.embeddings.shape) if isinstance(first, keras.layers.Embedding) else None

    def whole(self):
        import keras
        functions = {"softmax": keras.layers.Softmax(), "sigmoid": keras.layers.Activation("sigmoid")}
        given = keras.Input(self.rows.shape[1:], dtype=str(self.rows.dtype))
        logits = self.body(given)
        return keras.Model(given, logits if self.head is None else functions[self.head](logits))

    def write_reference(self, folder):
        import tensorflow as tf

        folder.mkdir(parents=True, exist_ok=True)
        x = point = tf.constant(self.rows)
        place = "input:x"
        with tf.GradientTape() as tape:
            if self.table is None:
                tape.watch(point)
                logits = self.body(x, training=False)
            else:
                place = "embedding"
                logits = point = self.body.layers[0](x)
                tape.watch(point)
                for layer in self.body.layers[1:]:
                    logits = layer(logits)
            flat = tf.reshape(logits, [len(self.rows), -1])
            element = flat.shape[1] // 3
            quantity = tf.reduce_sum(flat[:, element])
        np.save(folder / "input.x.npy", self.rows)
        np.save(folder / "output.output.npy", self.whole()(x, training=False).numpy())
        np.save(folder / "logits.npy", logits.numpy())
        np.save(folder / f"gradient.{place.replace(':', '.')}.npy", tape.gradient(quantity, point).numpy())
        (folder / "reference.txt").write_text(
            f"element={element}\nhead={self.head or 'none'}\ngradients={place}\ninputs=x\noutputs=output\n")

    def export(self, opset, batch, path):
        import tensorflow as tf
        import tf2onnx

        shape = [None if batch == "any" else 1, *self.rows.shape[1:]]
        signature = [tf.TensorSpec(shape, self.rows.dtype, name="x")]
        network = self.whole()
        function = tf.function(lambda x: {"output": network(x, training=False)}, input_signature=signature)
        model, _ = tf2onnx.convert.from_function(function, input_signature=signature, opset=opset)
        path.write_bytes(model.SerializeToString())


def random_rows(*shape):
    return np.random.default_rng(3).normal(size=(3, *shape)).astype(np.float32)


@family
def perceptron():
    import keras
    from keras import layers
    network = keras.Sequential([
        keras.Input((6,)), layers.Dense(8, activation="elu"), layers.BatchNormalization(), layers.Dropout(0.5),
        layers.Dense(8, activation="swish"), layers.LayerNormalization(), layers.Dense(4)])
    return Network(network, random_rows(6), "softmax")


@family
def convolutions():
    import keras
    from keras import layers
    network = keras.Sequential([
        keras.Input((16, 16, 3)), layers.Conv2D(6, 3, padding="same", strides=2), layers.BatchNormalization(),
        layers.ReLU(), layers.DepthwiseConv2D(3, padding="same"), layers.LeakyReLU(), layers.MaxPooling2D(),
        layers.SeparableConv2D(8, 3, activation="mish", padding="same"), layers.UpSampling2D(interpolation="bilinear"),
        layers.Conv2DTranspose(4, 3, strides=2, padding="same"),
        layers.AveragePooling2D(2), layers.GlobalAveragePooling2D(), layers.Dense(3)])
    return Network(network, random_rows(16, 16, 3), "softmax")


@family
def mobilenet():
    import keras
    network = keras.applications.MobileNetV2(
        input_shape=(32, 32, 3), alpha=0.35, weights=None, classes=5, classifier_activation=None)
    return Network(network, random_rows(32, 32, 3), "softmax")


@family
def signal():
    import keras
    from keras import layers
    network = keras.Sequential([
        keras.Input((24, 2)), layers.Conv1D(6, 5, padding="causal", activation="tanh"), layers.MaxPooling1D(),
        layers.Conv1D(6, 3, dilation_rate=2), layers.PReLU(shared_axes=[1]), layers.Flatten(), layers.Dense(2)])
    return Network(network, random_rows(24, 2), "sigmoid")


@family
def lstm():
    import keras
    from keras import layers
    network = keras.Sequential([
        keras.Input((7, 4)), layers.Bidirectional(layers.LSTM(5, return_sequences=True)), layers.LSTM(6),
        layers.Dense(3)])
    return Network(network, random_rows(7, 4), "softmax")


@family
def gru_text():
    import keras
    from keras import layers
    network = keras.Sequential([
        keras.Input((7,), dtype="int32"), layers.Embedding(30, 6), layers.GRU(5, return_sequences=True),
        layers.GlobalMaxPooling1D(), layers.Dense(3)])
    return Network(network, np.random.default_rng(3).integers(0, 30, (3, 7)).astype(np.int32), "softmax")


@family
def attention():
    import keras
    from keras import layers
    x = keras.Input((6, 8))
    y = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 4)(x, x))
    network = keras.Model(x, layers.Dense(3)(layers.GlobalAveragePooling1D()(y)))
    return Network(network, random_rows(6, 8))


def made(name):
    import keras
    keras.utils.set_random_seed(4)
    made = FAMILIES[name]()
    # Statistics of normalizations start at 0 and 1, which would hide mistakes.
    random = np.random.default_rng(9)
    for layer in made.body.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.moving_mean.assign(random.normal(size=layer.moving_mean.shape) * 0.2)
            layer.moving_variance.assign(random.uniform(0.5, 1.5, layer.moving_variance.shape))
    return made
