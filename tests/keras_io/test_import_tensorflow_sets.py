"""What TensorFlow Datasets says of a dataset beside it, as a script reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Dense
from tests.keras_io.scripts import READ, SMALL, read

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


SPLIT = """
import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds
from tensorflow.keras import layers
ASKED
def scaled(one):
    return tf.cast(one["image"], tf.float32) / 255, one["label"]
learn, watch = [part.map(scaled).batch(50) for part in (learn, watch)]
model = tf.keras.Sequential([layers.Flatten(input_shape=(32, 32, 3)), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(learn, epochs=2, validation_data=watch)
"""


@pytest.mark.parametrize(
    ("asked", "validation"),
    [
        (
            "watching, learning = tfds.Split.TRAIN.subsplit([20, 80])\n"
            "learn, watch = (tfds.load('cifar10', split=one) for one in (learning, watching))",
            0.2,
        ),
        (
            "low, high = tfds.Split.TRAIN.subsplit(tfds.percent[:75]), tfds.Split.TRAIN.subsplit(tfds.percent[75:])\n"
            "learn, watch = tfds.load('cifar10', split=[low, high])",
            0.25,
        ),
        ("learn, watch = tfds.load('cifar10', split=tfds.Split.TRAIN.subsplit(weighted=(2, 1, 1))[:2])", 1 / 3),
        ("learn, watch = tfds.load('cifar10', split=[tfds.Split.TRAIN, tfds.Split.TEST])", "test"),
        ("learn, watch = tfds.load('cifar10', split=['train[:-10%]', 'train[-10%:]'])", 0.1),
        ("learn, watch = tfds.load('cifar10', split=['train[:20%]+train[40%:]', 'train[20%:40%]'])", 0.2),
        (
            "part = tfds.core.ReadInstruction\n"
            "learn = tfds.load('cifar10', split=part('train', from_=30, unit='%'))\n"
            "watch = tfds.load('cifar10', split=part('train', to=30, unit='%'))",
            0.3,
        ),
    ],
)
def test_parts_of_a_dataset_by_all_the_words_for_them(tmp_path: Path, asked: str, validation: float | str) -> None:
    training = read(tmp_path, SPLIT.replace("ASKED", asked)).experiment.training
    assert training.validation == pytest.approx(validation, abs=1e-4)
    assert training.batch_size == 50


LOOP = """
pixels, answers = [], []
for image, label in learn.unbatch():
    pixels.append(image.numpy())
    answers.append(label.numpy())
x, y = np.array(pixels), np.array(answers)
"""
BATCHES = """
x = np.concatenate([images for images, _ in learn])
y = np.concatenate([labels for _, labels in learn], axis=0)
"""
AS_NUMBERS = """
taken = list()
for one in learn.unbatch().as_numpy_iterator():
    taken.append(one[0])
x, y = np.stack(taken), np.array([label for image, label in learn.unbatch()])
"""


@pytest.mark.parametrize("loop", [LOOP, BATCHES, AS_NUMBERS])
def test_images_that_a_loop_takes_out_of_a_pipeline_are_the_same_ones(tmp_path: Path, loop: str) -> None:
    """The last 6,000 of the training images validate, and no built-in dataset has to stand in for the others."""
    asked = (
        "every = tfds.load('cifar10', split='train')\nlearn, watch = every.take(44000), every.skip(44000)\n"
        "for one in learn.take(2):\n    print(one['image'])"
    )
    code = SPLIT.replace("ASKED", asked).replace("model.fit(learn,", loop + "model.fit(x, y, batch_size=40,")
    imported = read(tmp_path, code)
    assert imported.experiment.dataset == "cifar10"
    assert (imported.experiment.training.validation, imported.experiment.training.batch_size) == (0.12, 40)
    assert not imported.differences


def test_tensorflow_datasets_are_the_datasets_that_they_are(tmp_path: Path) -> None:
    code = f"""{READ}
import tensorflow_datasets as tfds
parts = ["train[:90%]", "train[90%:]"]
(train, watched), about = tfds.load("mnist:3.0.1", split=parts, as_supervised=True, with_info=True)
train = train.map(lambda picture, label: (tf.cast(picture, tf.float32) / 255.0, label)).batch(64)
{SMALL}
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(train, epochs=3, validation_data=watched.batch(64))
"""
    training = read(tmp_path, code).experiment.training
    assert read(tmp_path, code).experiment.dataset == "mnist"
    assert (training.batch_size, training.validation) == (64, 0.1)
    other = read(tmp_path, code.replace("mnist:3.0.1", "kmnist"))
    assert other.experiment.training.batch_size == 64
    assert any("train of kmnist" in note for note in other.notes)


@pytest.mark.parametrize(
    ("load", "shuffle"),
    [
        ('tfds.load("mnist", split="train", as_supervised=True).batch(32)', False),
        ('tfds.load("mnist", split="train", as_supervised=True).shuffle(99).batch(32)', True),
        ('tfds.load("mnist", as_supervised=True, shuffle_files=True)["train"].batch(32)', False),
        ('tfds.load("emnist", as_supervised=True, shuffle_files=True)["train"].batch(32)', True),
    ],
)
def test_images_of_tensorflow_datasets_come_in_their_order_unless_they_are_shuffled(
    tmp_path: Path, load: str, shuffle: bool
) -> None:
    """Each half of MNIST lies in one file, so that files in another order are none."""
    fit = f'model.compile("adam", "sparse_categorical_crossentropy")\nmodel.fit({load}, epochs=3)'
    imported = read(tmp_path, f"{READ}\nimport tensorflow_datasets as tfds\n{SMALL}\n{fit}\n")
    assert imported.experiment.training.shuffle is shuffle
    assert not any("shuffle_files" in note for note in imported.notes)


UNSHUFFLED = {
    "pairs": "train = tfds.load('horses_or_humans', split='train', as_supervised=True).batch(8)",
    "by names": (
        "parts = tfds.load('horses_or_humans')\n"
        "train = parts['train'].map(lambda one: (one['image'], one['label'])).cache().batch(8).prefetch(1)"
    ),
    "a part": (
        "train = tfds.load('horses_or_humans', split='train[:80%]', as_supervised=True)\n"
        "train = train.map(lambda image, label: (tf.cast(image, tf.float32) / 255, label)).batch(8)"
    ),
}


@pytest.mark.parametrize("way", UNSHUFFLED)
def test_a_set_that_is_stored_mixed_is_not_learned_class_after_class_once_a_folder_has_it(
    tmp_path: Path, way: str
) -> None:
    head = f"{READ}\nimport tensorflow_datasets as tfds\n{UNSHUFFLED[way]}\n"
    model = """
model = keras.Sequential([layers.Flatten(input_shape=(30, 30, 3)), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(train, epochs=2, steps_per_epoch=5)
"""
    imported = read(tmp_path, head + model)
    assert imported.experiment.training.shuffle
    assert any(
        "horses_or_humans comes in one order there, in which it is stored mixed" in one for one in imported.notes
    )
    mixed = read(tmp_path, head + model.replace("fit(train,", "fit(train.shuffle(99),"))
    assert not any("one order" in one for one in mixed.notes)


@pytest.mark.parametrize(
    ("data", "asked"),
    [
        ("x, y = np.load('x.npy'), np.load('y.npy')", "model.fit(x, y, epochs=2, shuffle=False)"),
        (
            "pair = np.load('x.npy'), np.load('y.npy')",
            "model.fit(tf.data.Dataset.from_tensor_slices(pair).batch(8), epochs=2)",
        ),
    ],
)
def test_an_order_that_the_images_to_be_set_may_not_have_is_said(tmp_path: Path, data: str, asked: str) -> None:
    code = f"{READ}\nimport numpy as np\n{data}\n{SMALL}\nmodel.compile('adam', 'sparse_categorical_crossentropy')\n"
    imported = read(tmp_path, code + asked)
    assert not imported.experiment.training.shuffle
    assert any("as shuffle is false: pictures of a folder come class after class" in one for one in imported.notes)
