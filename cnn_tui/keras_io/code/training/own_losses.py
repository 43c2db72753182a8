"""Losses that a script writes as functions, where they only call a loss of Keras's or TensorFlow's."""

from __future__ import annotations

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.values import Instance, Value

_OF_KERAS = {
    "categorical_crossentropy": "CategoricalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "binary_crossentropy": "BinaryCrossentropy",
    "mean_squared_error": "MeanSquaredError",
    "mse": "MeanSquaredError",
}
"""Functions of Keras's, as the class of the same loss."""
_OF_TENSORFLOW = {
    "softmax_cross_entropy_with_logits": "CategoricalCrossentropy",
    "softmax_cross_entropy_with_logits_v2": "CategoricalCrossentropy",
    "sparse_softmax_cross_entropy_with_logits": "SparseCategoricalCrossentropy",
    "sigmoid_cross_entropy_with_logits": "BinaryCrossentropy",
}
"""Functions of TensorFlow's, all of which take logits."""
_MEANS = ("reduce_mean", "mean")
_ARGUMENTS = ("from_logits", "label_smoothing")


def loss_call(call: Call) -> Instance | None:
    """The loss that a function computes of labels and of what a network gives, or whose mean it is; None for others."""
    if call.name in _MEANS and is_loss(call.first) and len(call.unnamed) == 1:
        return call.first if not call.given or call.given == {"axis": -1} else None
    if call.name in _OF_TENSORFLOW and call.path.startswith("tensorflow."):
        return Instance(_OF_TENSORFLOW[call.name], {"from_logits": True}, call.place)
    kind = _OF_KERAS.get(call.name)
    if kind is None or not call.is_keras or len(call.unnamed) + len({"y_true", "y_pred"} & call.given.keys()) < 2:
        return None
    arguments = call.but(unnamed=call.unnamed[2:]).by_name(*_ARGUMENTS)
    return Instance(kind, {name: arguments[name] for name in _ARGUMENTS if name in arguments}, call.place)


def is_loss(value: Value) -> bool:
    """Whether a value is such a loss."""
    return isinstance(value, Instance) and value.kind in _OF_KERAS.values()
