"""How a script splits images that are not known, which are split the same way once the dataset is set to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.keras_io.imported.model import Imported
from tests.keras_io.scripts import read

HEAD = """
import pickle
import numpy as np
from sklearn.model_selection import train_test_split
from tensorflow.keras import layers, models
from tensorflow.keras.preprocessing.image import ImageDataGenerator
X, y = pickle.load(open("pets.pkl", "rb"))
"""
MODEL = """
model = models.Sequential([
    layers.Conv2D(8, 3, activation="relu", input_shape=(SHAPE)), layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
"""
ONCE = "a, b, u, v = train_test_split(X, y, test_size=0.2)\n"
TWICE = "a, b, u, v = train_test_split(X, y, test_size=0.3)\na, c, u, w = train_test_split(a, u, test_size=0.1)\n"


def imported(folder: Path, split: str, fit: str, shape: str = "64, 64, 3") -> Imported:
    return read(folder, f"{HEAD}{split}{MODEL.replace('SHAPE', shape)}model.fit({fit}, epochs=2)\nmodel.evaluate(b, v)")


@pytest.mark.parametrize(
    ("split", "fit", "test", "validation"),
    [
        (TWICE, "a, u, validation_data=(c, w)", 0.3, 0.1),
        (ONCE, "a, u, validation_data=(b, v)", 0.2, "test"),
        (ONCE, "a, u, validation_split=0.25", 0.2, 0.25),
        (ONCE, "a, u", 0.2, "none"),
        (ONCE + "a, b = a.astype('float32') / 255, b / 255\n", "a, u, validation_data=(b, v)", 0.2, "test"),
        (TWICE, "ImageDataGenerator().flow(a, u), validation_data=(np.array(c), w)", 0.3, 0.1),
    ],
)
def test_images_that_are_not_known_are_split_as_there(
    tmp_path: Path, split: str, fit: str, test: float, validation: float | str
) -> None:
    experiment = imported(tmp_path, split, fit).experiment
    assert (experiment.test, experiment.training.validation) == (test, validation)


def test_what_is_put_together_anew_is_learned_from_twice(tmp_path: Path) -> None:
    split = f"{ONCE}a, u = np.concatenate([a, b]), np.concatenate([u, v])\n"
    found = imported(tmp_path, split, "a, u, validation_data=(b, v)")
    words = "images to validate on are among those that it learns from there: here they are apart"
    assert [note for note in found.differences if "is no dataset as it is" not in note] == [words]


def test_a_dataset_that_stands_in_is_named_and_split_as_there(tmp_path: Path) -> None:
    found = imported(tmp_path, ONCE, "a, u, validation_data=(b, v)", "28, 28, 1")
    assert (found.experiment.dataset, found.experiment.training.validation) == ("fashion_mnist", 0.2)
    assert "until then fashion_mnist stands in, whose images are as large; they come as 0 to 1 here" in found.to_know
