"""MNIST and Fashion-MNIST as scikit-learn fetches them from OpenML: all images one below the other, each as a row."""

from __future__ import annotations

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.array_joins import put_together
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.values import OPTIONS, Instance, Value

_NAMES = {"mnist_784": "mnist", "mnist-original": "mnist", "mnist original": "mnist", "fashion-mnist": "fashion_mnist"}
"""Of the datasets of OpenML the lab's, by their names in small letters."""
_PIXELS = 784


def openml_call(call: Call) -> Value:
    """What scikit-learn fetches; None for any other call, and another dataset."""
    name = call.get(0, "name")
    if call.name not in ("fetch_openml", "fetch_mldata") or not isinstance(name, str):
        return None
    dataset = _NAMES.get(name.lower())
    if dataset is None:
        return None
    halves = [("train", 60_000), ("test", 10_000)]
    images = [DatasetArrays(dataset, half, "images", (_PIXELS,), count, count) for half, count in halves]
    labels = [one.labels() for one in images]
    both = put_together(images, call.place), put_together(labels, call.place)
    if call.given.get("return_X_y") is True:
        return both
    return Instance(OPTIONS, dict(zip(("data", "target"), both, strict=True)), call.place)  # asked for both ways, too
