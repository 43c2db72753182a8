"""Arguments by names that a call does not know, and classes in another order than those to learn from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import READ, pets, read

CODE = """
from tensorflow.keras.callbacks import *
from sklearn.model_selection import train_test_split
model = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2, activation="softmax")])
model.compile("adam", "categorical_crossentropy", COMPILE)
train_test_split([1, 2], PARTED)
plain = ImageDataGenerator(rescale=1 / 255)
learn = plain.flow_from_directory("pets/train", target_size=(8, 8), LEARN)
watch = plain.flow_from_directory("pets/test", target_size=(8, 8), WATCH)
model.fit(learn, validation_data=watch, epochs=2, FIT)
"""
PARTS = ("COMPILE", "PARTED", "LEARN", "WATCH", "FIT")


def notes_of(folder: Path, **given: str) -> tuple[str, ...]:
    """What is said of a script whose calls are given these, too."""
    pets(folder)
    code = READ + CODE
    for part in PARTS:
        code = code.replace(part, given.get(part, ""))
    return read(folder, code).differences


@pytest.mark.parametrize(
    ("part", "given", "said"),
    [
        ("COMPILE", "metric=['accuracy']", "metric (line 11) is no argument of compile, which Keras refuses"),
        ("LEARN", "batchsize=4", "batchsize (line 14) is no argument of flow_from_directory, which Keras refuses"),
        ("FIT", "validation_step=3", "validation_step (line 16) is no argument of fit, which Keras refuses"),
        (
            "FIT",
            "callbacks=[ModelCheckpoint('best.keras', best_only=True)]",
            "best_only (line 16) is no argument of ModelCheckpoint, which Keras refuses",
        ),
        (
            "FIT",
            "callbacks=[ReduceLROnPlateau(patiance=2)]",
            "patiance (line 16) is no argument of ReduceLROnPlateau, which Keras leaves aside",
        ),
        (
            "PARTED",
            "random_stat=3",
            "random_stat (line 12) is no argument of train_test_split, which scikit-learn refuses",
        ),
    ],
)
def test_a_name_that_a_call_does_not_know_is_said(tmp_path: Path, part: str, given: str, said: str) -> None:
    assert notes_of(tmp_path, **{part: given}) == (f"{said}: it is left out",)


@pytest.mark.parametrize(
    ("part", "given"),
    [
        ("COMPILE", "metrics=['accuracy'], run_eagerly=False"),
        ("LEARN", "batch_size=4, seed=3, shuffle=True, interpolation='nearest', color_mode='rgb'"),
        ("FIT", "verbose=2, workers=4, max_queue_size=3, use_multiprocessing=False, initial_epoch=0"),
        ("PARTED", "test_size=0.3, random_state=3, stratify=None"),
    ],
)
def test_names_that_a_call_knows_are_not_noted(tmp_path: Path, part: str, given: str) -> None:
    assert notes_of(tmp_path, **{part: given}) == ()


@pytest.mark.parametrize(
    ("learn", "watch", "order"),
    [
        ("", "classes=['dogs', 'cats']", "dogs, cats (line 15), and not cats, dogs"),
        ("classes=['dogs', 'cats']", "", "cats, dogs (line 15), and not dogs, cats"),
        ("classes=['cats', 'dogs']", "", ""),
        ("", "classes=['cats', 'dogs']", ""),
    ],
)
def test_classes_that_validate_in_another_order_are_said(tmp_path: Path, learn: str, watch: str, order: str) -> None:
    words = "the classes of the pictures to validate on are numbered as {} there: here as those to learn from"
    assert notes_of(tmp_path, LEARN=learn, WATCH=watch) == ((words.format(order),) if order else ())
