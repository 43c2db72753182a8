"""What TensorFlow Datasets says of a dataset beside it, as a script reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Dense
from tests.keras_io.scripts import read

LOADED = """
import math
import tensorflow as tf
import tensorflow_datasets as tfds
from tensorflow.keras import layers
parts, info = tfds.load(NAME, as_supervised=True, with_info=True)
train, size = parts["train"], 32
many = info.splits["train"].num_examples
model = tf.keras.Sequential([
    layers.Flatten(input_shape=info.features["image"].shape),
    layers.Dense(info.features["label"].num_classes, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
train = train.map(lambda image, label: (tf.cast(image, tf.float32) / 255, label)).repeat().shuffle(many).batch(size)
model.fit(train, epochs=2, steps_per_epoch=STEPS)
"""


@pytest.mark.parametrize(
    ("steps", "kept"),
    [("math.ceil(many / size)", None), ("many // size", None), ("info.splits['train'].num_examples // 64", 937)],
)
def test_steps_by_how_many_images_a_dataset_has(tmp_path: Path, steps: str, kept: int | None) -> None:
    imported = read(tmp_path, LOADED.replace("STEPS", steps).replace("NAME", "'fashion_mnist'"))
    assert imported.experiment.training.steps_per_epoch == kept
    assert imported.experiment.layers[-1] == Dense(units=10, activation="softmax")
    assert not imported.differences


def test_of_a_dataset_that_is_not_here_its_images_by_the_batch_are_all(tmp_path: Path) -> None:
    steps = "info.splits['train'].num_examples // size"
    code = LOADED.replace("STEPS", steps).replace("NAME", "'horses_or_humans'")
    code = code.replace('info.features["image"].shape', "(30, 30, 3)")
    assert not any("steps_per_epoch" in note for note in read(tmp_path, code).notes)
