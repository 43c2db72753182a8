"""What stands in for something that a script has from elsewhere is said, whatever it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import read

SCRIPT = """
import settings
import tensorflow as tf
from loading import images_of
from tensorflow.keras import Sequential, layers
train = tf.keras.utils.image_dataset_from_directory(PLACE, image_size=SIZE, batch_size=4)
watched = tf.keras.utils.image_dataset_from_directory("pets/val", image_size=(8, 8), batch_size=4)
model = Sequential([
    layers.Rescaling(1 / 255, input_shape=SHAPE), layers.Flatten(), layers.Dense(2, activation="softmax")
])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(train, validation_data=watched, epochs=2)
"""
USUAL = {"PLACE": '"pets/train"', "SIZE": "(8, 8)", "SHAPE": "(8, 8, 3)"}


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ({"epochs=2": "epochs=settings.EPOCHS"}, "epochs is settings.EPOCHS (line 12), which is not known: 5 stands"),
        (
            {"epochs=2": "epochs=2, steps_per_epoch=settings.STEPS"},
            "steps_per_epoch is settings.STEPS (line 12), which is not known: every image once stands in",
        ),
        (
            {"epochs=2": "epochs=2, initial_epoch=settings.FIRST"},
            "initial_epoch is settings.FIRST (line 12), which is not known",
        ),
        ({"batch_size=4": "batch_size=4, shuffle=settings.ANY"}, "shuffle is ANY, which is not known: the images are"),
        ({"PLACE": "settings.TRAIN"}, "the images that it trains on, TRAIN, are not known: set the dataset to them"),
        ({"fit(train": "fit(train.take(settings.FEW)"}, "only a part of the pictures to learn from is taken there"),
        ({"fit(train": "fit(train.repeat(3)"}, "an epoch shows every image 3 times there, and once here"),
        (
            {"fit(train": "fit(train.repeat(settings.OFTEN)"},
            "steps_per_epoch is OFTEN times all batches (line 6), which is not known: every image once stands in",
        ),
        ({"fit(train": "fit(images_of('train')"}, "how many images a batch has, if they come in batches there, is not"),
        (
            {"SIZE": "(settings.SIDE, settings.SIDE)"},
            "the size of the pictures is SIDE, which is not known: 8x8 stands in",
        ),
        (
            {"SIZE": "(settings.SIDE, settings.SIDE)", "SHAPE": "(settings.SIDE, settings.SIDE, 3)"},
            "the size of the pictures is SIDE, which is not known: 256x256 stands in",
        ),
        (
            {"SHAPE": "(settings.SIDE, settings.SIDE, 3)", "PLACE": "settings.TRAIN"},
            "of what shape the images are, SIDE, only running tells: 224x224x3 stands in",
        ),
    ],
)
def test_what_stands_in_for_what_is_not_known_is_said(tmp_path: Path, by: dict[str, str], words: str) -> None:
    code = SCRIPT
    for name, value in {**USUAL, **by}.items():
        assert name in code
        code = code.replace(name, value)
    assert any(note.startswith(words) for note in read(tmp_path, code).notes)


def test_nothing_stands_in_where_all_is_known(tmp_path: Path) -> None:
    code = SCRIPT
    for name, value in USUAL.items():
        code = code.replace(name, value)
    (note,) = read(tmp_path, code).differences
    assert note == "the pictures that it trains on, pets/train (line 6), are not there"


def test_a_callback_that_watches_what_is_not_known_is_left_out_for_that(tmp_path: Path) -> None:
    code = SCRIPT.replace("epochs=2", "epochs=2, callbacks=[tf.keras.callbacks.EarlyStopping(settings.WATCHED)]")
    for name, value in USUAL.items():
        code = code.replace(name, value)
    imported = read(tmp_path, code)
    assert imported.experiment.stop == ()
    assert "EarlyStopping (line 12) is left out: what it monitors is not known" in imported.differences


def test_what_is_of_another_module_is_called_by_its_path(tmp_path: Path) -> None:
    code = SCRIPT.replace('"adam"', "tf.keras.optimizers.Adam(settings.RATE)")
    for name, value in USUAL.items():
        code = code.replace(name, value)
    assert "the learning rate settings.RATE is left out: 0.001 stands in" in read(tmp_path, code).differences
