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
    words = "validation_split holds out the first rows of the table there; here as many, but others"
    assert words in imported.to_know
    assert imported.experiment.test == 0.25


PARTED = """
import tensorflow as tf
import tensorflow_datasets as tfds
from tensorflow.keras import layers
every = tfds.load("mnist", split="train", as_supervised=True).map(lambda x, y: (tf.cast(x, tf.float32) / 255, y))
PART
model = tf.keras.Sequential([layers.Flatten(input_shape=(28, 28, 1)), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(learn.batch(32), validation_data=watch.batch(32), epochs=2)
"""


@pytest.mark.parametrize(
    ("part", "is_mixed"),
    [
        ("mixed = every.shuffle(60000)\nlearn, watch = mixed.skip(6000), mixed.take(6000)", True),
        ("mixed = every.shuffle(9000, seed=2).prefetch(1)\nlearn, watch = mixed.take(54000), mixed.skip(54000)", True),
        ("mixed = every.shuffle(60000).cache()\nlearn, watch = mixed.skip(6000), mixed.take(6000)", False),
        (
            "mixed = every.shuffle(9000, reshuffle_each_iteration=False)\nlearn, watch = mixed.skip(9), mixed.take(9)",
            False,
        ),
        ("learn, watch = every.skip(6000).shuffle(54000), every.take(6000)", False),
    ],
)
def test_images_that_are_mixed_anew_before_they_are_parted_are_said(tmp_path: Path, part: str, is_mixed: bool) -> None:
    """A `shuffle` gives another order in each epoch, so that other images are behind it each time."""
    differences = read(tmp_path, PARTED.replace("PART", part)).differences
    words = "the images are mixed anew in each epoch there before they are parted (line 7), so that it learns from some"
    assert [note.startswith(words) for note in differences] == ([True] if is_mixed else [])


def test_a_part_of_what_validates_is_apart_from_what_is_learned_from(tmp_path: Path) -> None:
    code = (
        FOLDER.replace("LEARN", "seed=3")
        .replace("WATCH", "seed=3")
        .replace("model = ", "last, watch = watch.take(2), watch.skip(2)\nmodel = ")
    )
    assert not any("mixed anew" in note for note in read(tmp_path, code).differences)


SOME = """
import pandas as pd
from sklearn.model_selection import train_test_split
from tensorflow.keras import layers, models
t = pd.read_csv("digits.csv")
x, y = t.values[:, 1:].reshape(-1, 28, 28, 1) / 255, t["label"]
PARTED
model = models.Sequential([layers.Flatten(input_shape=(28, 28, 1)), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(a, c, epochs=2, validation_data=WATCHED)
"""
SPLIT = "a, b, c, d = train_test_split(x, y, test_size=0.1)"


@pytest.mark.parametrize(
    ("parted", "watched", "is_said"),
    [
        (SPLIT, "(b[:400], d[:400])", True),
        (SPLIT, "(b[100:], d[100:])", True),
        (SPLIT, "(b, d)", False),
        (
            "v = pd.read_csv('more.csv').values\na, c, b, d = x, y, v[:, 1:].reshape(-1, 28, 28, 1) / 255, v[:, 0]",
            "(b[:400], d[:400])",
            True,
        ),
        ("a, b, c, d = x[:9000], x[9000:], y[:9000], y[9000:]", "(b, d)", False),
    ],
)
def test_some_of_the_rows_that_are_held_out_are_said_to_be(
    tmp_path: Path, parted: str, watched: str, is_said: bool
) -> None:
    code = SOME.replace("PARTED", parted).replace("WATCHED", watched)
    line = next(number for number, words in enumerate(code.splitlines(), 1) if words.startswith("model.fit"))
    words = f"only some of the images to validate on are measured there (line {line}), and here all"
    assert (words in read(tmp_path, code).differences) is is_said
