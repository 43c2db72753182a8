"""Scripts that train once for each fold of their images."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import FIT, HEAD, SMALL, read

LOOP = """
from sklearn.model_selection import KFold, ShuffleSplit, StratifiedKFold, StratifiedShuffleSplit
def built():
    model = keras.Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
many = 5
folds = MADE
for number, (learned, held) in enumerate(folds.split(x_train, y_train)):
    model = built()
    model.fit(x_train[learned], y_train[learned], epochs=2, validation_data=(x_train[held], y_train[held]))
"""


@pytest.mark.parametrize(
    ("made", "validation"),
    [
        ("KFold(n_splits=many, shuffle=True)", 0.2),
        ("KFold(many)", "48000-59999"),
        ("StratifiedKFold(4)", 0.25),
        ("ShuffleSplit(n_splits=many, test_size=0.15)", 0.15),
    ],
)
def test_one_of_the_folds_is_held_out(tmp_path: Path, made: str, validation: float | str) -> None:
    imported = read(tmp_path, HEAD + LOOP.replace("MADE", made))
    experiment = imported.experiment
    many = 4 if "4" in made else 5
    assert (experiment.dataset, experiment.training.validation) == ("fashion_mnist", validation)
    words = f"it is trained {many} times there (line 15), with another part of the images held out each time"
    assert [note.partition(":")[0] for note in imported.differences] == [words]


UNKNOWN = """
import pickle
from sklearn.model_selection import KFold, StratifiedShuffleSplit
from tensorflow.keras import layers, models
X, y = pickle.load(open("birds.pkl", "rb"))
for learned, held in MADE.split(X, y):
    model = models.Sequential([layers.Flatten(input_shape=(9, 9, 3)), layers.Dense(4, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(X[learned], y[learned], epochs=2, validation_data=(X[held], y[held]))
"""


@pytest.mark.parametrize(
    ("made", "held", "times"),
    [
        ("KFold(5, shuffle=True)", 0.2, 5),
        ("StratifiedShuffleSplit(n_splits=1, test_size=0.3, random_state=2)", 0.3, 1),
        ("StratifiedShuffleSplit(3, 0.25)", 0.25, 3),
    ],
)
def test_images_that_are_not_known_are_held_out_as_there(tmp_path: Path, made: str, held: float, times: int) -> None:
    imported = read(tmp_path, UNKNOWN.replace("MADE", made))
    assert (imported.experiment.test, imported.experiment.training.validation) == (held, "test")
    said = [note for note in imported.differences if "is no dataset as it is" not in note]
    assert [note.partition(" times")[0] for note in said] == ([] if times == 1 else [f"it is trained {times}"])


def test_how_many_folds_there_are_is_not_guessed(tmp_path: Path) -> None:
    imported = read(tmp_path, HEAD + LOOP.replace("MADE", "KFold(how_many())"))
    assert any("how many images are held out to validate is not known" in note for note in imported.differences)


def test_a_model_that_learns_from_the_images_to_test_on_is_said(tmp_path: Path) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT.replace("x_train, y_train", "x_test, y_test"))
    assert "the model is trained on the images to test on there, and on those to train on here" in imported.differences
