"""A script that reads pictures file by file, in loops of its own, has their folder as its dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnn_tui.data.dataset import DataOptions
from cnn_tui.network.layers import (
    Rescaling,
)
from tests.keras_io.scripts import READ, read, write_pictures

BY_HAND = """
import cv2
import numpy as np
from PIL import Image
from sklearn.model_selection import train_test_split
from tensorflow.keras.preprocessing.image import load_img, img_to_array
X, y, pairs = [], [], []
"""
BY_CLASS = """
for number, kind in enumerate(["cat", "dog", "fish"]):
    place = os.path.join("pets", kind)
    for name in os.listdir(place):
        try:
            seen = cv2.resize(cv2.imread(os.path.join(place, name)), (8, 6))
            pairs.append([seen, number])
        except Exception:
            pass
np.random.shuffle(pairs)
for seen, number in pairs:
    X.append(seen)
    y.append(number)
X = np.array(X).reshape(-1, 6, 8, 3) / 255.0
"""
BY_LISTING = """
for kind in sorted(os.listdir("pets")):
    for name in os.listdir(os.path.join("pets", kind)):
        seen = Image.open(os.path.join("pets", kind, name)).convert("L").resize((8, 6))
        if seen is not None:
            X.append(np.array(seen) / 255)
            y.append(kind)
X = np.asarray(X)
"""
BY_KERAS = """
for kind in os.listdir("pets"):
    place = os.path.join("pets", kind)
    for name in os.listdir(place):
        X.append(img_to_array(load_img(os.path.join(place, name), target_size=(6, 8))))
        y.append(kind)
X = np.array(X, dtype="float32") / 255.0
"""
BY_HAND_FIT = """
X_train, X_test, y_train, y_test = train_test_split(X, np.array(y), test_size=0.3)
model = keras.Sequential([layers.Flatten(input_shape=X.shape[1:]), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(X_train, y_train, epochs=4, batch_size=9, validation_data=(X_test, y_test))
"""


@pytest.mark.parametrize(
    ("loops", "color"), [(BY_CLASS, "rgb"), (BY_LISTING, "grayscale"), (BY_KERAS, "rgb")], ids=["cv2", "PIL", "Keras"]
)
def test_pictures_that_are_read_file_by_file_are_the_folder(pets: Path, loops: str, color: Any) -> None:
    imported = read(pets.parent, READ + BY_HAND + loops + BY_HAND_FIT)
    experiment = imported.experiment
    assert (experiment.dataset, experiment.data_options) == (str(pets), DataOptions((6, 8), color, "stretch", 0.3))
    training = experiment.training
    assert (training.validation, training.epochs, training.batch_size) == ("test", 4, 9)
    assert [layer.type for layer in experiment.layers] == ["Flatten", "Dense"]
    assert imported.differences == ()
    assert any("OpenCV gives blue" in note for note in imported.to_know) is ("cv2" in loops)


def test_pictures_that_are_read_file_by_file_as_bytes_are_made_so(pets: Path) -> None:
    imported = read(pets.parent, READ + BY_HAND + BY_KERAS.replace(" / 255.0", "") + BY_HAND_FIT)
    assert imported.experiment.layers[0] == Rescaling(scale=255.0)
    counted = BY_HAND_FIT.replace("epochs=4", "epochs=len(y)")
    assert any("epochs is " in note for note in read(pets.parent, READ + BY_HAND + BY_KERAS + counted).differences)


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("        X.append(img", "        if lucky():\n            X.append(img"),
        ("        X.append(img", "        if lucky():\n            continue\n        X.append(img"),
        ("        X.append(img", "        many += 1\n        if many < 3:\n            X.append(img"),
        ("X = np.array(X,", "X = np.array(X[:5],"),
        ("        y.append(kind)", "        y.append(kind)\n        if len(y) > 100:\n            break"),
        ("in os.listdir(place):", "in os.listdir(place)[:5]:"),
        ("os.path.join(place, name)", "os.path.join(place, '1.png')"),
        ("img_to_array(load_img(", "read_it(load_img("),
    ],
)
def test_loops_that_leave_files_out_or_do_what_is_not_known_are_not_followed(
    pets: Path, there: str, instead: str
) -> None:
    loops = "many = 0" + BY_KERAS.replace(there, instead)
    assert instead in loops
    fit = BY_HAND_FIT.replace("X.shape[1:]", "(6, 8, 3)")
    imported = read(pets.parent, READ + BY_HAND + loops + fit)
    assert imported.experiment.dataset == ""
    assert any("are not known: set the dataset to all of those" in note for note in imported.differences)


def test_classes_that_a_script_does_not_read_are_a_difference(pets: Path) -> None:
    some = BY_CLASS.replace('["cat", "dog", "fish"]', '["cat", "dog"]')
    imported = read(pets.parent, READ + BY_HAND + some + BY_HAND_FIT)
    assert imported.differences == ("1 class of the folder is not read there, and is here",)
    turned = BY_CLASS.replace("cv2.resize(", "cv2.cvtColor(cv2.resize(").replace(
        "(8, 6))", "(8, 6)), cv2.COLOR_BGR2RGB)"
    )
    assert not any("OpenCV" in note for note in read(pets.parent, READ + BY_HAND + turned + BY_HAND_FIT).notes)


OUT_OF_BATCHES = {
    "two names": (
        "x, y = [], []\nfor pictures, kinds in batches:\n    x.append(pictures.numpy())\n    y.append(kinds)\n"
        "x, y = np.concatenate(x, axis=0) / 255.0, np.concatenate(y)"
    ),
    "one name": (
        "x, y = list(), list()\nfor batch in batches:\n    some, kinds = batch\n"
        "    x.append(some.numpy().astype('float32') / 255)\n    y.append(kinds.numpy())\n"
        "x, y = np.vstack(x), np.hstack(y)"
    ),
    "some of it": (
        "x, y = [], []\nfor pictures, kinds in batches.take(3):\n    x.append(pictures)\nx = np.concatenate(x)"
    ),
    "something of each": "x = []\nfor one, kinds in batches:\n    x.append(other(one))\nx, y = np.concatenate(x), 2",
}


@pytest.mark.parametrize("way", OUT_OF_BATCHES)
def test_pictures_that_a_loop_takes_out_of_batches_are_those_of_the_folder(tmp_path: Path, way: str) -> None:
    write_pictures(tmp_path / "two", "fist", "palm")
    code = f"""
import numpy as np
from keras import Sequential, layers
from keras.utils import image_dataset_from_directory
from sklearn.model_selection import train_test_split
batches = image_dataset_from_directory("two", image_size=(6, 7), batch_size=2)
for seen, _ in batches:
    print(seen.shape)
{OUT_OF_BATCHES[way]}
x, v, y, w = train_test_split(x, y, test_size=0.25)
model = Sequential([layers.Input((6, 7, 3)), layers.Flatten(), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=2, batch_size=5, validation_data=(v, w))
"""
    imported = read(tmp_path, code)
    if "name" not in way:
        assert any("are not known: set the dataset to them" in note for note in imported.differences)
        return
    experiment = imported.experiment
    assert (experiment.dataset, experiment.stack.input_shape) == (str(tmp_path / "two"), (6, 7, 3))
    assert (experiment.test, experiment.training.validation, experiment.training.batch_size) == (0.25, "test", 5)
    assert not imported.differences


def one_class(name: str, label: str, folder: str = "two") -> str:
    """Lines that read the pictures of one folder into an array, and their labels into another."""
    return (
        f"{name}, of_{name} = [], []\n"
        f"for one in os.listdir('{folder}/{name}'):\n"
        f"    {name}.append(img_to_array(load_img('{folder}/{name}/' + one, target_size=(6, 7))) / 255)\n"
        f"    of_{name}.append({label})\n"
        f"{name}, of_{name} = np.array({name}), np.array(of_{name})\n"
    )


PUT = "x, y = np.concatenate(({0}, {1})), np.concatenate((of_{0}, of_{1}))\n"
CUT = "{0}, v_{0}, of_{0}, w_{0} = train_test_split({0}, of_{0}, test_size={1})\n"
AND_HELD = "v, w = np.vstack([v_fist, v_palm]), np.hstack([w_fist, w_palm])\n"
BOTH = one_class("fist", "1") + one_class("palm", "0")


@pytest.mark.parametrize(
    ("reading", "test"),
    [
        (BOTH + CUT.format("fist", 0.4) + CUT.format("palm", 0.4) + PUT.format("fist", "palm") + AND_HELD, 0.4),
        (BOTH + PUT.format("palm", "fist") + "x, v, y, w = train_test_split(x, y, test_size=0.4)\n", 0.4),
        (BOTH + CUT.format("fist", 0.4) + CUT.format("palm", 0.2) + PUT.format("fist", "palm") + AND_HELD, None),
        (
            BOTH.replace("(1)", "(one[0])").replace("(0)", "(one[0])") + PUT.format("palm", "fist") + "v, w = x, y\n",
            None,
        ),
        (one_class("train", "1") + one_class("test", "0") + PUT.format("train", "test") + "v, w = x, y\n", None),
        (
            one_class("fist", "1") + one_class("palm", "0", "more") + PUT.format("palm", "fist") + "v, w = x, y\n",
            None,
        ),
    ],
)
def test_classes_that_are_read_and_cut_one_by_one_are_those_of_their_folder(
    tmp_path: Path, reading: str, test: float | None
) -> None:
    write_pictures(tmp_path / "two", "fist", "palm")
    code = f"""{READ}{BY_HAND}
from keras import Sequential
{reading}
model = Sequential([layers.Input((6, 7, 3)), layers.Flatten(), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=2, batch_size=5, validation_data=(v, w))
"""
    imported = read(tmp_path, code)
    if test is None:
        assert any("are not known: set the dataset to them" in note for note in imported.differences)
        return
    experiment = imported.experiment
    assert (experiment.dataset, experiment.stack.input_shape) == (str(tmp_path / "two"), (6, 7, 3))
    assert (experiment.test, experiment.training.validation) == (test, "test")
    assert not imported.differences
