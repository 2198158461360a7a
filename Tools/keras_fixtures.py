"""Writes Tests/InterchangeTests/Fixtures/ONNX/keras-*: small models exported by Keras, with outputs and Jacobians.

    KERAS_BACKEND=tensorflow python3 Tools/keras_fixtures.py     (keras 3.15.1, tensorflow-cpu 2.21.0, tf2onnx 1.17.0, onnx 1.23.2, numpy 2.4.6)
    KERAS_BACKEND=torch python3 Tools/keras_fixtures.py          (keras 3.15.1, torch 2.15.0, onnx 1.23.2, numpy 2.4.6)

keras-NAME-BACKEND.onnx has its answers in keras-NAME-BACKEND.npz, from the same weights in float64 with the same backend: x, y (before
a final softmax) and jacobian [N, outputs, inputs].
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
import keras
import numpy as np
import onnx
from keras import layers as L

BACKEND = keras.backend.backend()
FOLDER = os.path.join(os.path.dirname(__file__), "..", "Tests", "InterchangeTests", "Fixtures", "ONNX")


def functional():
    i = L.Input((8, 8, 2))
    c = L.Add()([L.Conv2D(4, 3, padding="same", activation="relu")(i), L.Conv2D(4, 1)(i)])
    c = L.UpSampling2D(2)(L.Concatenate()([c, i]))
    c = L.PReLU(shared_axes=[1, 2], alpha_initializer="random_normal")(L.ZeroPadding2D(1)(L.Conv2DTranspose(3, 3, strides=2, padding="same")(c)))
    return keras.Model(i, L.Dense(3)(L.Dropout(0.3)(L.GlobalMaxPooling2D()(c))))


def maxout():
    i = L.Input((7,))
    return keras.Model(i, L.Dense(2)(L.Maximum()([L.Dense(5)(i), L.Dense(5)(i), L.Dense(5)(i)])))


def two():
    i, j = L.Input((6,), name="first"), L.Input((4,), name="second")
    return keras.Model([i, j], [L.Dense(3, name="p")(L.Concatenate()([L.Dense(5, activation="relu")(i), j])), L.Dense(2, name="q")(i)])


MODELS = {
    "mlp": lambda: keras.Sequential([L.Input((6,)), L.Dense(9, activation="relu"), L.Dense(7, activation="leaky_relu"), L.Dense(3, activation="softmax")]),
    "cnn": lambda: keras.Sequential([L.Input((12, 12, 3)), L.Conv2D(4, 3, padding="same", strides=2, activation="relu"), L.BatchNormalization(),
                                     L.ReLU(6.0), L.MaxPooling2D(2), L.Conv2D(5, 3), L.ReLU(), L.Flatten(), L.Dense(3)]),
    "mobile": lambda: keras.Sequential([L.Input((10, 10, 3)), L.SeparableConv2D(4, 3, padding="same", activation="relu"),
                                        L.DepthwiseConv2D(3, padding="same"), L.BatchNormalization(), L.ReLU(6.0),
                                        L.AveragePooling2D(3, 2, padding="same"), L.GlobalAveragePooling2D(), L.Dense(4)]),
    "lstm": lambda: keras.Sequential([L.Input((4, 3)), L.LSTM(3), L.Dense(2)]),
    "gru": lambda: keras.Sequential([L.Input((4, 3)), L.GRU(3), L.Dense(2)]),
    "rnn": lambda: keras.Sequential([L.Input((4, 3)), L.SimpleRNN(4, activation="relu"), L.Dense(2)]),
    "conv1d": lambda: keras.Sequential([L.Input((12, 3)), L.Conv1D(4, 3, padding="causal", activation="relu"), L.MaxPooling1D(2), L.Flatten(), L.Dense(2)]),
    "functional": functional,
    "maxout": maxout,
    "two": two,
}


def built(make, dtype, weights=None):
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    keras.utils.set_random_seed(5)
    model = make()
    random = np.random.default_rng(3)
    for layer in model.layers:
        if isinstance(layer, L.BatchNormalization):
            layer.set_weights([random.uniform(0.5, 1.5, w.shape) if k in (0, 3) else random.normal(0, 0.3, w.shape)
                               for k, w in enumerate(layer.get_weights())])
    if weights:
        model.set_weights(weights)
    return model


def readable(model):
    """The function that is read: the first input to the first output before a final softmax, the other inputs at 0.5."""
    if isinstance(model.layers[-1], L.Dense) and model.layers[-1].activation is keras.activations.softmax:
        model.layers[-1].activation = keras.activations.linear
        model = keras.Model(model.inputs, model.layers[-1](model.layers[-2].output))
    if len(model.inputs) == 1:
        return model
    return lambda x: model([x] + [keras.ops.full((x.shape[0],) + tuple(i.shape[1:]), 0.5, dtype="float64") for i in model.inputs[1:]])[0]


def answers(f, x):
    if BACKEND == "tensorflow":
        import tensorflow as tf
        rows = []
        for k in range(f(tf.constant(x[:1])).shape[-1]):
            t = tf.constant(x)
            with tf.GradientTape() as tape:
                tape.watch(t)
                y = tf.reshape(f(t), [len(x), -1])
                unit = tf.reduce_sum(y[:, k])  # samples do not touch each other
            rows.append(tape.gradient(unit, t).numpy().reshape(len(x), -1))
        return y.numpy(), np.stack(rows, 1)
    import torch
    t = torch.tensor(x)
    y = f(t).detach().flatten(1)
    jacobian = [torch.autograd.functional.jacobian(lambda u: f(u[None]).flatten(), s).reshape(y.shape[1], -1) for s in t]
    return y.numpy(), torch.stack(jacobian).numpy()


for name, make in MODELS.items():
    model = built(make, "float32")
    shapes = [tuple(i.shape[1:]) for i in model.inputs]
    example = [np.zeros((2,) + shape, np.float32) for shape in shapes]
    model(example if len(example) > 1 else example[0])
    path = os.path.join(FOLDER, f"keras-{name}-{BACKEND}.onnx")
    model.export(path, format="onnx", verbose=False)
    proto = onnx.load(path)
    proto.doc_string = ""
    del proto.graph.value_info[:]
    for node in proto.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    onnx.save(proto, path)
    double = readable(built(make, "float64", model.get_weights()))
    x = np.random.default_rng(1).normal(0, 1.5, (3,) + shapes[0])
    y, jacobian = answers(double, x)
    np.savez_compressed(path[:-5] + ".npz", x=x, y=y, jacobian=jacobian)
