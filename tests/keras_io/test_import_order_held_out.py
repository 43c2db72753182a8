"""Which images `validation_split` holds out there, by the order that they have, where as many others are held out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import read, write_pictures

FOLDER = """
import keras
from keras import layers
def part(of, **more):
    return keras.utils.image_dataset_from_directory("birds", validation_split=0.2, subset=of, image_size=(8, 8), **more)
learn, watch = part("training", LEARN), part("validation", WATCH)
model = keras.Sequential([layers.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(learn, validation_data=watch, epochs=2)
"""
LAST = "without shuffle, validation_split holds out the last pictures there"
APART = "so that some of those that it learns from are among them: here they are apart"


@pytest.mark.parametrize(
    ("learn", "watch", "words"),
    [
        ("seed=3", "seed=3", ""),
        ("seed=3, shuffle=True", "seed=3", ""),
        ("shuffle=False", "shuffle=False", LAST),
        ("seed=3", "seed=3, shuffle=False", APART),
        ("seed=3", "seed=4", APART),
    ],
)
@pytest.mark.parametrize("is_here", [True, False])
def test_two_orders_of_the_pictures_of_a_folder_are_said(
    tmp_path: Path, learn: str, watch: str, words: str, is_here: bool
) -> None:
    """Keras mixes the names of the pictures by the seed, and holds out the last of them."""
    if is_here:
        write_pictures(tmp_path / "birds", "crow", "owl")
    differences = read(tmp_path, FOLDER.replace("LEARN", learn).replace("WATCH", watch)).differences
    assert [note for note in differences if "not there" not in note] == [
        note for note in differences if words and words in note
    ]
    assert any(words in note for note in differences) or not words


ARRAYS = """
import pickle
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from tensorflow.keras import layers, models
READ
model = models.Sequential([layers.Flatten(input_shape=(50, 50, 1)), layers.Dense(4, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=2, FIT)
"""
SHARE = "validation_split=0.15"


@pytest.mark.parametrize(
    ("reading", "fit", "is_said"),
    [
        ("x, y = pickle.load(open('birds.pkl', 'rb'))", SHARE, True),
        ("t = pd.read_csv('b.csv')\nx, y = t.values[:, 1:].reshape(-1, 50, 50, 1), t['label']", SHARE, True),
        ("x, y = pickle.load(open('birds.pkl', 'rb'))", "validation_data=(x, y), validation_split=0.15", False),
        ("x, y = pickle.load(open('b.pkl', 'rb'))\nx, z, y, v = train_test_split(x, y)", SHARE, False),
        ("x, y = pickle.load(open('birds.pkl', 'rb'))", "batch_size=9", False),
    ],
)
def test_the_last_images_that_a_fit_holds_out_are_said(tmp_path: Path, reading: str, fit: str, is_said: bool) -> None:
    notes = read(tmp_path, ARRAYS.replace("READ", reading).replace("FIT", fit)).to_know
    words = "validation_split holds out the last 0.15 of the images there"
    assert sum(note.startswith(words) for note in notes) == is_said


def test_rows_of_a_table_that_a_generator_holds_out_are_its_first(tmp_path: Path) -> None:
    code = """
import pandas as pd
from tensorflow.keras import layers, models
from tensorflow.keras.preprocessing.image import ImageDataGenerator
rows, one = pd.read_csv("birds.csv"), ImageDataGenerator(validation_split=0.25)
given = dict(dataframe=rows, directory="birds", x_col="file", y_col="kind", target_size=(8, 8))
model = models.Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(4, activation="softmax")])
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
model.fit(one.flow_from_dataframe(**given, subset="training"), epochs=2,
          validation_data=one.flow_from_dataframe(**given, subset="validation"))
"""
    imported = read(tmp_path, code)
    words = "validation_split holds out the first rows of the table there, and as many others here"
    assert words in imported.to_know
    assert imported.experiment.test == 0.25
