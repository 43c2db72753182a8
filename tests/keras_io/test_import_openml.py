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


def test_another_dataset_of_openml_is_not_known(tmp_path: Path) -> None:
    fetch = FETCHES["both"].replace("mnist_784", "Kuzushiji-MNIST")
    imported = read(tmp_path, CODE.replace("FETCH", fetch).replace("SPLIT", IN_ORDER))
    assert any("are not known: set the dataset to them" in note for note in imported.differences)


def test_images_that_are_split_anew_are_said(tmp_path: Path) -> None:
    split = "x, v, u, w = train_test_split(X, y, test_size=10000)"
    imported = read(tmp_path, CODE.replace("FETCH", FETCHES["both"]).replace("SPLIT", split))
    assert imported.experiment.dataset == "mnist"
    assert any(note.startswith("both halves of the dataset are put together") for note in imported.differences)
