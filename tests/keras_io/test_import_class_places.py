"""Scripts that count the classes in a folder, and read their pictures by those numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.keras_io.scripts import read

CODE = """
import os
import cv2
import numpy as np
from sklearn.model_selection import train_test_split
from keras import layers, models
names = os.listdir("signs")
images, numbers = [], []
READ
images, numbers = np.array(images), np.array(numbers)
x, x_test, y, y_test = train_test_split(images, numbers, test_size=0.2)
x, x_val, y, y_val = train_test_split(x, y, test_size=0.25)
def prepared(img):
    img = cv2.cvtColor(img, cv2.COLOR_BGR2GRAY)
    DONE
    return img / 255
x, x_val, x_test = (np.array(list(map(prepared, one))) for one in (x, x_val, x_test))
x = x.reshape(x.shape[0], x.shape[1], x.shape[2], 1)
model = models.Sequential([
    layers.Conv2D(4, 3, activation="relu", input_shape=(8, 8, 1)), layers.Flatten(),
    layers.Dense(len(names), activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=2, validation_data=(x_val, y_val))
model.evaluate(x_test, y_test)
"""
BY_PLACE = """
many = len(names)
for at in range(0, many):
    for one in os.listdir("signs/" + names[at]):
        images.append(cv2.resize(cv2.imread("signs/" + names[at] + "/" + one), (8, 8)))
        numbers.append(at)
seen = []
for at in range(many):
    seen.append(len(np.where(np.array(numbers) == at)[0]))
"""
BY_COUNT = """
count = 0
for at in range(len(names)):
    for one in os.listdir("signs" + "/" + str(count)):
        images.append(cv2.resize(cv2.imread("signs" + "/" + str(count) + "/" + one), (8, 8)))
        numbers.append(count)
    count += 1
"""


def signs(folder: Path) -> None:
    """Ten pictures of each of three kinds, whose folders are numbers."""
    for kind in range(3):
        (folder / "signs" / str(kind)).mkdir(parents=True)
        for number in range(10):
            Image.new("RGB", (8, 8), (number, 0, kind)).save(folder / "signs" / str(kind) / f"{number}.png")


@pytest.mark.parametrize("reads", [BY_PLACE, BY_COUNT])
def test_the_numbers_of_classes_are_those_of_their_folders(tmp_path: Path, reads: str) -> None:
    signs(tmp_path)
    imported = read(tmp_path, CODE.replace("READ", reads).replace("DONE", ""))
    experiment = imported.experiment
    assert (experiment.dataset, experiment.color) == (str(tmp_path / "signs"), "grayscale")
    assert (experiment.test, experiment.training.validation) == (0.2, 0.25)
    assert (experiment.data.classes, experiment.data.input_shape) == (3, (8, 8, 1))
    assert imported.differences == ()


def test_what_is_done_to_each_picture_and_is_no_layer_is_said(tmp_path: Path) -> None:
    signs(tmp_path)
    imported = read(tmp_path, CODE.replace("READ", BY_PLACE).replace("DONE", "img = cv2.equalizeHist(img)"))
    assert imported.differences == ("equalizeHist (line 24) is done to each picture there: it is left out",)


def test_what_is_made_of_each_picture_in_a_way_that_is_not_known_is_not_guessed(tmp_path: Path) -> None:
    signs(tmp_path)
    imported = read(tmp_path, CODE.replace("READ", BY_PLACE).replace("DONE", "img = edges_of(img)"))
    assert any("are not known: set the dataset to them" in note for note in imported.differences)


def test_the_places_of_another_folder_are_not_those_of_this_one(tmp_path: Path) -> None:
    signs(tmp_path)
    reads = BY_PLACE.replace("range(0, many)", "range(0, len(os.listdir('others')))")
    imported = read(tmp_path, CODE.replace("READ", reads).replace("DONE", ""))
    assert any("are not known: set the dataset to all of those" in note for note in imported.differences)
