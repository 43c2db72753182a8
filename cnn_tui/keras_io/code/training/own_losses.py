"""Losses that a script writes as functions, where they only call a loss of Keras's or TensorFlow's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnn_tui.keras_io.code.values import Instance, Named, Value

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


def loss_call(callee: Named, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Instance | None:
    """The loss that a function computes of labels and of what a network gives, or whose mean it is; None for others."""
    first = unnamed[0] if unnamed else None
    if callee.name in _MEANS and is_loss(first) and len(unnamed) == 1:
        return first if not given or given == {"axis": -1} else None
    if callee.name in _OF_TENSORFLOW and callee.path.startswith("tensorflow."):
        return Instance(_OF_TENSORFLOW[callee.name], {"from_logits": True}, place)
    kind = _OF_KERAS.get(callee.name)
    if kind is None or not callee.is_keras or len(unnamed) + len({"y_true", "y_pred"} & given.keys()) < 2:
        return None
    arguments = {**dict(zip(_ARGUMENTS, unnamed[2:], strict=False)), **given}
    return Instance(kind, {name: arguments[name] for name in _ARGUMENTS if name in arguments}, place)


def is_loss(value: Value) -> bool:
    """Whether a value is such a loss."""
    return isinstance(value, Instance) and value.kind in _OF_KERAS.values()
