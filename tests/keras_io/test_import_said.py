"""What a script does to its images that is otherwise here is said when it is imported, and nothing else is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cnn_tui.network.layers import Application, Rescaling
from tests.keras_io.scripts import FIT, HEAD, SMALL, read, refusal

SETS = """
import math
import tensorflow_datasets as tfds
from tensorflow import keras
from tensorflow.keras import layers
data, info = tfds.load("NAME", as_supervised=True, with_info=True)
train = data["train"].map(lambda picture, label: (picture / 255, label)).shuffle(99).batch(32)
model = keras.Sequential([
    layers.Flatten(input_shape=(28, 28, 1)),
    layers.Dense(info.features["label"].num_classes, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train.repeat(), epochs=2, steps_per_epoch=STEPS)
"""


@pytest.mark.parametrize("name", ["mnist", "owls"])
@pytest.mark.parametrize(
    ("steps", "share"),
    [
        ("math.ceil(info.splits['train'].num_examples / 32)", None),
        ("info.splits['train'].num_examples // 32", None),
        ("int(info.splits['train'].num_examples / 32 * 2)", 2),
    ],
)
def test_steps_are_counted_by_what_is_said_of_a_dataset(
    tmp_path: Path, name: str, steps: str, share: int | None
) -> None:
    imported = read(tmp_path, SETS.replace("NAME", name).replace("STEPS", steps))
    training = imported.experiment.training
    if name == "mnist":
        assert imported.differences == ()
        assert training.steps_per_epoch == (None if share is None else 3750)
        assert imported.experiment.stack.layers[-1].units == 10  # type: ignore[union-attr]
        return
    assert training.steps_per_epoch is None
    assert any("an epoch shows every image 2 times" in note for note in imported.differences) == (share == 2)
    assert not any("steps_per_epoch" in note for note in imported.differences)


TRAINED = """
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.applications import VGG16, vgg16
(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
DONE
base = VGG16(include_top=False, weights="imagenet", input_shape=(32, 32, 3))
model = keras.Sequential([base, layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs=2)
"""


def test_a_function_that_prepares_arrays_is_taken(tmp_path: Path) -> None:
    own = read(tmp_path, TRAINED.replace("DONE", "x_train = vgg16.preprocess_input(x_train)"))
    (base,) = (layer for layer in own.experiment.layers if isinstance(layer, Application))
    assert (base.preprocessing, own.notes) == ("own", ())


def test_a_function_that_prepares_arrays_scaled_already_is_said(tmp_path: Path) -> None:
    scaled = read(tmp_path, TRAINED.replace("DONE", "x_train = vgg16.preprocess_input(x_train / 255)"))
    assert any("preprocess_input (line 6) takes the mean" in note for note in scaled.differences)
    (first, base, *_) = scaled.experiment.layers
    assert isinstance(base, Application)
    assert base.preprocessing == "none"
    assert isinstance(first, Rescaling)
    assert (first.scale, first.offset < -100) == (1.0, True)  # 0 to 1, and from that the means of 0 to 255


BY_HAND = """
import os
import cv2
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.applications import VGG16, vgg16
images, labels = [], []
for kind in os.listdir("pets"):
    for name in os.listdir(os.path.join("pets", kind)):
        images.append(cv2.resize(cv2.imread(os.path.join("pets", kind, name)), (32, 32)))
        labels.append(kind)
x = vgg16.preprocess_input(np.array(images)SCALED)
base = VGG16(include_top=False, weights="imagenet", input_shape=(32, 32, 3))
model = keras.Sequential([base, layers.Flatten(), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, labels, epochs=2)
"""


@pytest.mark.parametrize(("scaled", "preprocessing"), [("", "own"), (" / 255", "none")])
def test_pictures_that_are_read_by_hand_are_prepared_as_there(tmp_path: Path, scaled: str, preprocessing: str) -> None:
    imported = read(tmp_path, BY_HAND.replace("SCALED", scaled))
    (base,) = (layer for layer in imported.experiment.layers if isinstance(layer, Application))
    assert base.preprocessing == preprocessing
    assert any("takes the mean" in note for note in imported.differences) == bool(scaled)
    assert not any("gets images from 0 to 255" in note for note in imported.to_know)


@pytest.mark.parametrize(
    ("network", "scale", "offset", "is_said"),
    [("mobilenet_v2", 2.0, -1.0, False), ("efficientnet", 255.0, 0.0, False), ("vgg16", None, None, True)],
)
def test_the_rows_of_a_table_are_prepared_as_there(
    tmp_path: Path, network: str, scale: float | None, offset: float | None, is_said: bool
) -> None:
    code = f"""
import pandas as pd
from tensorflow import keras
from tensorflow.keras.applications import {network} as network
rows = pd.read_csv("digits.csv")
labels = rows.pop("label")
x = network.preprocess_input(rows.values.reshape(-1, 28, 28, 1))
model = keras.Sequential([keras.layers.Flatten(input_shape=(28, 28, 1)), keras.layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, labels, epochs=2)
"""
    imported = read(tmp_path, code)
    first = imported.experiment.layers[0]
    assert (getattr(first, "scale", None), getattr(first, "offset", None)) == (scale, offset)
    words = "what becomes of the numbers of the images (line 7) is not known"
    assert any(note.startswith(words) for note in imported.differences) == is_said


def test_images_that_are_replaced_in_front_of_a_network_are_said(tmp_path: Path) -> None:
    done = "for at, picture in found:\n    x_train[at] = picture"
    imported = read(tmp_path, TRAINED.replace("DONE", done))
    assert "some of the numbers of the images are set by hand there (line 7): that is left out" in imported.differences


TABLE = """
import numpy as np
import pandas as pd
from tensorflow import keras
rows = pd.read_csv("faces.csv")
x, labels = rows.iloc[:, 1].values, rows.iloc[:, 0].values
def picture(text):
    return np.reshape(np.array(text.split()).astype(int), (48, 48))
for at in range(len(rows)):
    x[at] = MADE
x = np.asarray(list(x), dtype=np.uint8).reshape(-1, 48, 48, 1)
model = keras.Sequential([keras.layers.Flatten(input_shape=(48, 48, 1)), keras.layers.Dense(7, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, labels, epochs=2)
"""


@pytest.mark.parametrize(("made", "is_said"), [("picture(x[at])", False), ("np.zeros((48, 48))", True)])
def test_rows_of_a_table_that_are_made_of_what_they_were_are_no_others(
    tmp_path: Path, made: str, is_said: bool
) -> None:
    notes = read(tmp_path, TABLE.replace("MADE", made)).differences
    assert any("set by hand" in note for note in notes) is is_said


OTHER = ("images to validate on", "images to test on", "images to validate or test on")


@pytest.mark.parametrize(
    ("prepare", "fit", "is_said"),
    [
        ("x_train, x_test = x_train / 310, x_test / 200", "", True),
        ("x_train, x_test = x_train / 255, x_test / 255", "", False),
        ("x_train, x_test = x_train / 255, x_test / 256", "", False),
        ("x_train = x_train / 255", "", True),
        ("x_train = x_train / 255", ", validation_data=(x_test, y_test)", True),
        ("x_train, x_test = x_train / 127.5 - 1, x_test / 127.5 - 1", ", validation_data=(x_test, y_test)", False),
    ],
)
def test_images_to_test_on_that_have_another_scale_are_a_note(
    tmp_path: Path, prepare: str, fit: str, is_said: bool
) -> None:
    code = HEAD.rpartition("x_train, x_test")[0] + prepare + SMALL + FIT.replace("epochs=3", f"epochs=3{fit}")
    code += "" if fit else "model.evaluate(x_test, y_test)\n"
    imported = read(tmp_path, code)
    assert any(note.startswith(OTHER) for note in imported.differences) == is_said


@pytest.mark.parametrize(("scale", "is_said"), [("", True), ("rescale=1 / 255", False)])
def test_a_generator_for_testing_that_scales_otherwise_is_a_note(tmp_path: Path, scale: str, is_said: bool) -> None:
    code = f"""
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.preprocessing.image import ImageDataGenerator
train = ImageDataGenerator(rescale=1 / 255, horizontal_flip=True).flow_from_directory("pets/train", (8, 8))
watched = ImageDataGenerator({scale}).flow_from_directory("pets/test", (8, 8))
model = keras.Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(2, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(train, validation_data=watched)
"""
    imported = read(tmp_path, code)
    assert any(note.startswith(OTHER) for note in imported.differences) == is_said
    same = read(tmp_path, code.replace("pets/test", "pets/train"))
    assert (same.experiment.test, same.experiment.training.validation) == ("train", "test"), "it validates on them too"
    assert not [note for note in (*same.notes, *imported.notes) if "among those that it learns from" in note]


@pytest.mark.parametrize("watched", ["watched", "watched.map(lambda picture, label: (scaled(picture), label))"])
def test_a_pipeline_for_validating_that_scales_otherwise_is_a_note(tmp_path: Path, watched: str) -> None:
    code = f"""
from tensorflow import keras
from tensorflow.keras import layers
read = keras.utils.image_dataset_from_directory
train, watched = read("pets", validation_split=0.2, subset="both", seed=1, image_size=(8, 8))
scaled = layers.Rescaling(1 / 127.5, offset=-1)
train = train.map(lambda picture, label: (scaled(picture), label))
model = keras.Sequential([layers.Flatten(), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(train, validation_data={watched})
"""
    (said,) = [note for note in read(tmp_path, code).differences if note.startswith(OTHER)] or [""]
    assert ("go in as 0 to 255 there, and those that it learns from as -1 to 1" in said) == (watched == "watched")


def test_images_that_one_function_yields_of_two_folders_are_not_the_same(tmp_path: Path) -> None:
    code = """
from tensorflow import keras
from tensorflow.keras import layers
def pictures(folder):
    while True:
        yield read(folder), labels_of(folder)
model = keras.Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(pictures("pets/train"), validation_data=pictures("pets/test"), steps_per_epoch=9, validation_steps=3)
"""
    assert not any("among those" in note for note in read(tmp_path, code).differences)


def test_a_table_of_pictures_without_a_folder_leaves_no_hole_in_the_sentence(tmp_path: Path) -> None:
    code = """
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.preprocessing.image import ImageDataGenerator
train = ImageDataGenerator(rescale=1 / 255).flow_from_dataframe(table, x_col="path", y_col="label")
model = keras.Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(2, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(train)
"""
    assert any("trains on (line 5) have their classes" in note for note in read(tmp_path, code).differences)
    folder = read(tmp_path, code.replace("(table,", "(table, 'pets',")).differences
    assert any("trains on, pets (line 5), have their classes" in note for note in folder)


def test_a_refusal_without_a_model_names_the_lines(tmp_path: Path) -> None:
    code = (
        "from keras import Sequential\nfor one in unknown():\n    model = Sequential(one)\n    model.compile('adam')\n"
    )
    assert "makes no model of Keras that can be read: Sequential (line 3)" in refusal(tmp_path, code)
    assert refusal(tmp_path, "x = 1\n").endswith("makes no model of Keras that can be read")


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="reads it")
@pytest.mark.parametrize("line", ['print(f"{names["a"]}")', "type Pair = tuple[int, int]", "def first[T](of: T): pass"])
def test_what_a_later_python_reads_is_said_to_be_so(tmp_path: Path, line: str) -> None:
    said = refusal(tmp_path, f"x = 1\n{line}\n")
    assert "no Python 3 that can be read: line 2" in said
    assert "may be written for a later Python than this one" in said
    assert "later Python" not in refusal(tmp_path, "exec 'two'\n")


def test_what_hyperas_is_told_to_load_is_the_dataset(tmp_path: Path) -> None:
    code = """
from hyperas import optim
from keras import layers, models
def digits():
    from keras.datasets import mnist
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    return x_train.reshape(-1, 28, 28, 1) / 255, y_train, x_test, y_test
def network(x_train, y_train, x_test, y_test):
    model = models.Sequential()
    model.add(layers.Flatten(input_shape=x_train.shape[1:]))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x_train, y_train, epochs=2, validation_split=0.1)
    return {"loss": 1, "model": model}
options, best = optim.minimize(model=network, data=digits, max_evals=5)
"""
    imported = read(tmp_path, code)
    assert (imported.experiment.dataset, imported.experiment.training.validation) == ("mnist", 0.1)
    assert imported.differences == ()


def test_a_dataset_that_stands_in_where_nothing_is_trained_is_said(tmp_path: Path) -> None:
    code = """
from keras import layers, models
model = models.Sequential([layers.Flatten(input_shape=(32, 32, 3)), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
"""
    imported = read(tmp_path, code)
    assert any("cifar10, whose images are as large, stands in" in note for note in imported.to_know)


@pytest.mark.parametrize(
    ("more", "given"),
    [
        ("x_train = x_train / 255", "x_train, y_train"),
        ("from tensorflow.keras.preprocessing.image import ImageDataGenerator", "GENERATOR"),
    ],
)
def test_images_that_are_divided_twice_are_said(tmp_path: Path, more: str, given: str) -> None:
    given = given.replace("GENERATOR", "ImageDataGenerator(rescale=1 / 255).flow(x_train, y_train)")
    imported = read(tmp_path, f"{HEAD}{more}\n{SMALL}{FIT.replace('x_train, y_train', given)}")
    twice = "the images are divided twice there, and go in as 0 to 0.00392: here they go in as 0 to 1"
    assert twice in imported.differences
    assert not any("Rescaling" in note or "already" in note for note in imported.notes)


@pytest.mark.parametrize("divided", [True, False])
def test_a_rescaling_of_images_that_are_divided_already_is_no_less(tmp_path: Path, divided: bool) -> None:
    network = SMALL.replace("    layers.Conv2D", "    layers.Rescaling(1 / 255),\n    layers.Conv2D")
    head = HEAD if divided else HEAD.replace(" / 255.0", "")
    twice = "the images are divided twice there, and go in as 0 to 0.00392: here they go in as 0 to 1"
    assert read(tmp_path, head + network + FIT).differences == ((twice,) if divided else ())
