"""What a script tests its model on, where that is neither the test half of its dataset nor what it validates on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.keras_io.scripts import HEAD, SMALL, read, write_pictures

COMPILED = 'model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])\n'
FITTED = COMPILED + "model.fit(x_train, y_train, epochs=2)\n"


def said(folder: Path, code: str) -> list[str]:
    """What is said of images that are tested on."""
    return [note for note in read(folder, code).notes if "tests on" in note]


@pytest.mark.parametrize(
    ("trained", "tested", "words"),
    [
        (FITTED, "model.evaluate(x_test, y_test)", ""),
        (FITTED, "model.evaluate(x_train, y_train)", "it tests on images that it learns from there (line 15)"),
        (FITTED, "print(model.evaluate(x_train[:900], y_train[:900]))\nmodel.evaluate(x_test, y_test)", ""),
        (FITTED, "model.predict(x_train)", ""),
        (FITTED, "model.evaluate(x_test[:2000], y_test[:2000])", "it tests on 2,000 of the 10,000 images to test on"),
        (
            COMPILED + "model.fit(x_train[:50000], y_train[:50000], epochs=2)\n",
            "model.evaluate(x_train[54000:], y_train[54000:])",
            "it tests on 6,000 of the training images there (line 15): the images to test on stand in",
        ),
        (
            COMPILED + "model.fit(x_train, y_train, validation_split=0.1, epochs=2)\n",
            "import pickle\nx, y = pickle.load(open('later.pkl', 'rb'))\nmodel.evaluate(x, y)",
            "it tests on x (line 16) there: the images to test on stand in",
        ),
        (
            COMPILED + "from elsewhere import x, y, z, w\nmodel.fit(x, y, epochs=2)\n",
            "model.evaluate(z, w)",
            "it tests on elsewhere.z (line 16) there: the images to test on stand in",
        ),
        (
            COMPILED + "from elsewhere import x, y\nmodel.fit(x, y, epochs=2)\n",
            "model.evaluate(x, y)",
            "it tests on images that it learns from there (line 16)",
        ),
        (
            "import tensorflow_datasets as tfds\n"
            "learn = tfds.load('fashion_mnist', split='train', as_supervised=True)\ntested = learn.batch(9)\n"
            + COMPILED
            + "model.fit(learn.batch(32), epochs=2)\n",
            "model.evaluate(tested)",
            "it tests on images that it learns from there (line 18)",
        ),
    ],
    ids=[
        "test",
        "train",
        "both",
        "predicted",
        "some of test",
        "held out",
        "unknown",
        "imported",
        "the same",
        "pipeline",
    ],
)
def test_what_arrays_a_script_measures_its_model_on(tmp_path: Path, trained: str, tested: str, words: str) -> None:
    notes = said(tmp_path, HEAD + SMALL + trained + tested)
    assert len(notes) == bool(words)
    assert not words or words in notes[0]


TABLES = """
import os, sys
import pandas as pd
from sklearn.model_selection import train_test_split
from tensorflow.keras import layers, models
every, last = pd.read_csv(FIRST), pd.read_csv(SECOND)
x, y = every.drop(columns="label").values / 255.0, every["label"].values
a, b, u, v = train_test_split(x, y, test_size=0.25)
model = models.Sequential([layers.Flatten(input_shape=(28, 28, 1)), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(a.reshape(-1, 28, 28, 1), u, epochs=2, validation_data=(b.reshape(-1, 28, 28, 1), v))
pixels = last.drop(columns="label").values.reshape(-1, 28, 28, 1) / 255.0
model.evaluate(pixels, last["label"])
"""


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        ('"learn.csv"', '"later.csv"', "later.csv"),
        ('sys.argv[1] + "/learn.csv"', 'sys.argv[1] + "/later.csv"', "…/later.csv"),
        ("f\"{os.environ['DATA']}/learn.csv\"", 'os.path.join(os.environ["DATA"], "later.csv")', "later.csv"),
    ],
)
def test_another_table_that_is_tested_on_is_named_or_taken(tmp_path: Path, first: str, second: str, shown: str) -> None:
    """A fourth of the table that it learns from validates, wherever the other one is."""
    code = TABLES.replace("FIRST", first).replace("SECOND", second)
    gone = read(tmp_path, code)
    assert (gone.experiment.test, gone.experiment.training.validation) == (None, 0.25)
    assert any(f"it tests on {shown} (line 12): set test to that table" in note for note in gone.to_know)
    assert any(f"on, {'…/' if '[' in first else ''}learn.csv (line" in note for note in gone.differences)
    columns = ",".join(["label", *(f"p{number}" for number in range(784))])
    rows = np.hstack([np.arange(40).reshape(-1, 1) % 10, np.zeros((40, 784), dtype=int)])
    for name in ("learn.csv", "later.csv"):
        np.savetxt(tmp_path / name, rows, fmt="%d", delimiter=",", header=columns, comments="")
    here = read(tmp_path, code)
    assert (here.experiment.dataset, here.experiment.test) == (
        str(tmp_path / "learn.csv"),
        str(tmp_path / "later.csv"),
    )
    assert here.experiment.training.validation == 0.25
    assert not here.differences


def test_a_table_to_validate_on_and_another_to_test_on_are_a_note(tmp_path: Path) -> None:
    code = TABLES.replace("FIRST", '"learn.csv"').replace("SECOND", '"later.csv"')
    watched = 'seen = pd.read_csv("seen.csv")\nb, v = seen.drop(columns="label").values / 255.0, seen["label"]\nmodel ='
    note = "it validates on seen.csv (line 13), and tests on later.csv (line 14) in the end: set validation to the one"
    assert any(note in one for one in read(tmp_path, code.replace("model =", watched)).to_know)
    assert not any("in the end" in one for one in read(tmp_path, code).notes)


FOLDERS = """
import keras
from keras import layers
read = keras.utils.image_dataset_from_directory
learn, watch = read("pets", validation_split=0.2, subset="both", seed=1, image_size=(8, 8))
one, other = read("first", image_size=(8, 8)), read("second", image_size=(8, 8))
model = keras.Sequential([layers.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(learn, validation_data=watch, epochs=2)
"""


@pytest.mark.parametrize(
    ("tested", "words", "test"),
    [
        ("model.evaluate(one)", "it reads second (line 6) too, and does not train with that", "first"),
        ("print(model.evaluate(one), model.evaluate(other))", "it tests on first (line 6) as well", "second"),
        ("for x, y in one.take(-1):\n    seen = model.predict(x)\nmodel.evaluate(other)", "tests on first", "second"),
        ("for x, y in other:\n    model.test_on_batch(x, y)", "it reads first (line 6) too", "second"),
        ("", "it reads first (line 6) and second (line 6) too", 0.2),
    ],
)
def test_every_folder_that_is_read_is_named(tmp_path: Path, tested: str, words: str, test: str | float) -> None:
    """Of two folders apart from those that it trains with, one is tested on here at most."""
    for name in ("pets", "first", "second"):
        write_pictures(tmp_path / name, "cats", "dogs")
    imported = read(tmp_path, FOLDERS + tested)
    assert imported.experiment.test == (str(tmp_path / test) if isinstance(test, str) else test)
    assert sum(words in note for note in imported.notes) == 1
    gone = read(tmp_path, (FOLDERS + tested).replace('"pets"', '"gone"'))
    assert sum(words in note for note in gone.notes) == 1
