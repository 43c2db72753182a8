"""Scripts and notebooks for the tests of how they are imported, and what comes of them."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest
from PIL import Image

from cnn_tui.keras_io.imported.model import Imported, ImportProblem, import_model
from cnn_tui.network.summary import summarize

HEAD = """
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0
"""


SMALL = """
model = keras.Sequential([
    layers.Conv2D(8, 3, activation="relu", input_shape=(28, 28, 1)),
    layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
"""


FIT = """
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=3)
"""


READ = """
import os, pathlib
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.preprocessing.image import ImageDataGenerator
"""
"""The imports of a script that reads pictures from folders."""


NETWORK = """
model = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
"""
"""A network for three classes of pictures, as the fixture `pets` makes them."""


ALL_LEARNED = (
    "it learns from all images of {}, and keeps none to test on: here too, so what it learned from is tested on"
)
"""What is said of a script that keeps nothing apart of one folder, or one table."""


def read(folder: Path, code: str, chosen: str | None = None, suffix: str = ".py") -> Imported:
    """What a script is, given as text."""
    path = folder / f"script{suffix}"
    path.write_text(textwrap.dedent(code))
    return import_model(path, chosen)


def refusal(folder: Path, code: str, chosen: str | None = None, suffix: str = ".py") -> str:
    """The sentences that a script is refused with."""
    with pytest.raises(ImportProblem) as caught:
        read(folder, code, chosen, suffix)
    assert all(problem.isprintable() for problem in caught.value.problems)
    return "\n".join(caught.value.problems)


def total(imported: Imported) -> int:
    return summarize(imported.experiment.stack).total_params


def notebook(*cells: tuple[str, str]) -> str:
    """A notebook of code cells, each with what it printed."""
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {},
            "cells": [
                {
                    "cell_type": "code",
                    "source": source.splitlines(keepends=True),
                    "outputs": [{"output_type": "stream", "name": "stdout", "text": [printed]}] if printed else [],
                }
                for source, printed in cells
            ],
        }
    )


def pets(folder: Path) -> None:
    """Twenty pictures of two kinds, in a folder for training and one for testing."""
    for part in ("train", "test"):
        for kind, red in (("cats", 0), ("dogs", 200)):
            (folder / "pets" / part / kind).mkdir(parents=True)
            for number in range(5):
                Image.new("RGB", (16, 16), (red, 20 * number, 0)).save(folder / "pets" / part / kind / f"{number}.png")


def write_pictures(folder: Path, *classes: str) -> None:
    """Five pictures of each class."""
    for kind in classes:
        (folder / kind).mkdir(parents=True)
        for number in range(5):
            Image.new("RGB", (8, 8), (number, 0, 0)).save(folder / kind / f"{number}.png")


def compiled(optimizer: str, fit: str = "epochs=4") -> str:
    """A script that trains the small model with this optimizer."""
    return (
        HEAD
        + SMALL
        + f'model.compile(optimizer={optimizer}, loss="sparse_categorical_crossentropy", metrics=["acc"])\n'
        + f"model.fit(x_train, y_train, validation_data=(x_test, y_test), {fit})\n"
    )
