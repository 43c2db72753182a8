"""What a script does with arrays of images: how it loads them, how many it takes, what becomes of their numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.test_import_code import HEAD, SMALL, read

LOADED = f"""{HEAD}
import numpy as np
import tensorflow_datasets as tfds
"""
COMPILE = 'model.compile("adam", "sparse_categorical_crossentropy")\n'


@pytest.mark.parametrize(
    "load",
    [
        'x, y = tfds.load("mnist", split="train", batch_size=-1, as_supervised=True)',
        '(x, y), _ = tfds.as_numpy(tfds.load("mnist", split=["train", "test"], batch_size=-1, as_supervised=True))',
        'x, y = tfds.load("mnist", batch_size=-1, as_supervised=True)["train"]',
        'whole = tfds.as_numpy(tfds.load("mnist", split="train", batch_size=-1))\nx, y = whole["image"], 0',
    ],
)
def test_a_dataset_that_comes_as_arrays_is_that_dataset(tmp_path: Path, load: str) -> None:
    code = f"{LOADED}{load}\n{SMALL}{COMPILE}model.fit(tf.cast(x, tf.float32) / 255.0, y, epochs=2)\n"
    imported = read(tmp_path, code)
    assert imported.experiment.dataset == "mnist"
    assert imported.notes == ()


def test_elements_with_names_are_read_by_what_map_makes_of_them(tmp_path: Path) -> None:
    code = f"""{LOADED}
def prepared(element):
    return tf.cast(element["image"], tf.float32) / 255, tf.one_hot(element["label"], 10)
learned = tfds.load("mnist", split="train[20%:]").shuffle(99).map(map_func=prepared, num_parallel_calls=4).batch(7)
watched = tfds.load("mnist", split="train[:20%]").map(lambda one: (one["image"] / 255, one["label"])).batch(7)
{SMALL}{COMPILE}model.fit(learned, validation_data=watched, epochs=2)
"""
    imported = read(tmp_path, code)
    training = imported.experiment.training
    assert (imported.experiment.dataset, training.batch_size, training.validation) == ("mnist", 7, 0.2)
    assert imported.differences == ()


@pytest.mark.parametrize(
    ("fit", "words"),
    [
        ("x_train[:6000], y_train[:6000]", "on 6,000 of the 60,000 training images there, and on all of them here"),
        (
            "x_train[:6000], y_train[:6000], validation_data=(x_test[:50], y_test[:50])",
            "on 50 of the 10,000 test images",
        ),
        (
            "x_train[:600], y_train[:600], validation_data=(x_train[-60:], y_train[-60:])",
            "on 600 of the 60,000 training images there, and on all but those that are held out here",
        ),
        ("x_train[:50000], y_train[:50000], validation_data=(x_train[50000:], y_train[50000:])", ""),
        ("x_train, y_train, validation_data=(x_test, y_test)", ""),
    ],
)
def test_images_that_a_script_takes_only_some_of_are_a_note(tmp_path: Path, fit: str, words: str) -> None:
    imported = read(tmp_path, f"{HEAD}{SMALL}{COMPILE}model.fit({fit}, epochs=2)\n")
    assert any(words in note for note in imported.differences) if words else imported.differences == ()
