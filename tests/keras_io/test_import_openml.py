"""Scripts that fetch MNIST by scikit-learn."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import read

CODE = """
import numpy as np
from sklearn.datasets import fetch_openml
from sklearn.model_selection import train_test_split
from tensorflow import keras
from tensorflow.keras import layers
FETCH
X = X / 255.0
y = y.astype(np.uint8)
SPLIT
model = keras.Sequential([layers.Dense(16, input_shape=(784,)), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, u, epochs=2, validation_data=(v, w))
"""
FETCHES = {
    "put together": "(a, b), (c, d) = keras.datasets.mnist.load_data()\n"
    "X, y = np.concatenate([a, c]).reshape(-1, 784), np.concatenate([b, d])",
    "both": "X, y = fetch_openml('mnist_784', version=1, return_X_y=True, as_frame=False)",
    "by names": "mnist = fetch_openml('mnist_784')\nX, y = mnist['data'], mnist['target']",
    "by attributes": "mnist = fetch_openml(name='mnist_784')\nX, y = mnist.data.to_numpy(), mnist.target",
}
IN_ORDER = "x, v, u, w = X[:60000], X[60000:], y[:60000], y[60000:]"


@pytest.mark.parametrize("fetch", FETCHES)
def test_the_halves_in_their_order_are_those_of_the_dataset(tmp_path: Path, fetch: str) -> None:
    imported = read(tmp_path, CODE.replace("FETCH", FETCHES[fetch]).replace("SPLIT", IN_ORDER))
    assert (imported.experiment.dataset, imported.experiment.training.validation) == ("mnist", "test")
    assert [type(layer).__name__ for layer in imported.experiment.layers] == ["Flatten", "Dense", "Dense"]
    assert not any("halves" in note or "stand in" in note for note in imported.notes)
    part = IN_ORDER.replace("[:60000]", "[5000:45000]").replace("[60000:]", "[50000:60000]")
    some = read(tmp_path, CODE.replace("FETCH", FETCHES[fetch]).replace("SPLIT", part)).experiment
    assert (some.leave_out, some.training.validation) == (("0-4999", "45000-49999"), "50000-59999")


def test_another_dataset_of_openml_is_not_known(tmp_path: Path) -> None:
    fetch = FETCHES["both"].replace("mnist_784", "Kuzushiji-MNIST")
    imported = read(tmp_path, CODE.replace("FETCH", fetch).replace("SPLIT", IN_ORDER))
    assert any("are not known: set the dataset to them" in note for note in imported.differences)


@pytest.mark.parametrize(("size", "differs"), [("10000", False), ("0.2", True)])
def test_images_that_are_split_anew_are_said(tmp_path: Path, size: str, differs: bool) -> None:
    """A split into as many as the dataset's own halves have trains on as many images, though on others."""
    split = f"x, v, u, w = train_test_split(X, y, test_size={size})"
    imported = read(tmp_path, CODE.replace("FETCH", FETCHES["both"]).replace("SPLIT", split))
    assert imported.experiment.dataset == "mnist"
    (note,) = (note for note in imported.notes if "halves" in note)
    assert note.startswith("both halves of the dataset are put together")
    assert (note in imported.differences) is differs
    assert not any("stand in" in one for one in imported.notes)
