"""Pipelines of the paths of pictures, whose files a function of the script reads: Dataset.list_files, and slices."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Rescaling
from tests.keras_io.scripts import READ, read

READING = """
import glob, pathlib
root = pathlib.Path("pets")
kinds = sorted(one.name for one in root.glob("*"))
def picture_in(content):
    picture = tf.io.decode_jpeg(content, channels=3)
    return tf.image.resize(picture, [12, 10])
"""
LISTED = """
count = len(list(root.glob("*/*.png")))
files = tf.data.Dataset.list_files(str(root / "*/*"), shuffle=False).shuffle(count, reshuffle_each_iteration=False)
held = int(count * 0.25)
def label_of(path):
    return tf.argmax(tf.strings.split(path, "/")[-2] == kinds)
def pair(path):
    return picture_in(tf.io.read_file(path)), label_of(path)
train, watched = files.skip(held).map(pair, num_parallel_calls=tf.data.AUTOTUNE), files.take(held).map(pair)
"""
SLICES = """
paths = glob.glob("pets/*/*.png")
labels = [kinds.index(path.split("/")[1]) for path in paths]
def pair(path, label):
    return picture_in(tf.io.read_file(path)), label
data = tf.data.Dataset.from_tensor_slices((paths, labels)).shuffle(100, reshuffle_each_iteration=False).map(pair)
held = len(paths) // 4
train, watched = data.skip(held), data.take(held)
"""
FIT = """
def ready(pictures):
    return pictures.cache().shuffle(100).batch(8).prefetch(tf.data.AUTOTUNE)
model = keras.Sequential([layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(len(kinds), activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(ready(train), validation_data=ready(watched), epochs=3)
"""


@pytest.mark.parametrize("way", [LISTED, SLICES])
def test_a_pipeline_of_paths_is_the_folder_that_they_lie_in(pets: Path, way: str) -> None:
    imported = read(pets.parent, READ + "import tensorflow as tf\n" + READING + way + FIT)
    experiment = imported.experiment
    assert (experiment.dataset, experiment.image_size, experiment.color) == (str(pets), (12, 10), "rgb")
    assert (experiment.training.batch_size, experiment.training.epochs) == (8, 3)
    assert (experiment.test, experiment.training.validation) == (0.25, "test")
    assert imported.differences == ()
    assert not any(isinstance(layer, Rescaling) for layer in experiment.layers)


def test_a_picture_of_a_path_that_is_changed_in_an_unknown_way_is_said(pets: Path) -> None:
    other = READING.replace(
        "return tf.image.resize", "picture = tf.image.rgb_to_yuv(picture)\n    return tf.image.resize"
    )
    imported = read(pets.parent, READ + "import tensorflow as tf\n" + other + LISTED + FIT)
    assert any("are not known" in note for note in imported.differences)
