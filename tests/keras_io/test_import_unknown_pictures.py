"""Pictures that a script reads from where only running tells are as large as it makes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Rescaling
from tests.keras_io.scripts import read, refusal

CODE = """
import cv2
import numpy as np
import pandas as pd
from PIL import Image
from tensorflow.keras import layers, models
from tensorflow.keras.preprocessing.image import load_img, img_to_array
SOURCE
SIZE = (96, 64)
X, y = [], []
READ
model = models.Sequential([
    layers.Conv2D(8, 3, activation="relu", input_shape=X.shape[1:]), layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X, np.array(y), epochs=2, validation_split=0.1)
"""
FROM_ELSEWHERE = CODE.replace("SOURCE", "from elsewhere import df")
OPENCV = """
for i in range(len(df)):
    path = "pictures/" + df["id"][i] + ".png"
    img = cv2.resize(cv2.imread(path), SIZE)
    X.append(img / 255.0)
    y.append(df["label"][i])
X = np.array(X)
"""
GREY = OPENCV.replace("imread(path)", "imread(path, cv2.IMREAD_GRAYSCALE)") + "X = np.expand_dims(X, -1)"
PILLOW = """
def picture(row):
    img = Image.open(row.path).convert("RGB")
    return np.asarray(img.resize(SIZE), dtype="float32")
for _, row in df.iterrows():
    image = picture(row)
    X.append(image)
X = np.stack(X)[:900, ...]
"""
KERAS = "X = np.array([img_to_array(load_img(p, target_size=SIZE)) for p in df['path']])\n"
OF_KERAS_GREY = KERAS.replace("size=SIZE", "size=SIZE, color_mode='grayscale'")
A_PART = OPENCV.replace("cv2.resize(cv2.imread(path), SIZE)", "cv2.resize(cv2.imread(path)[10:90, :], (32, 32))")
NESTED = """
for name in df["kind"].unique():
    for path in df[df["kind"] == name]["path"]:
        img = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)
        X.append(cv2.resize(img, SIZE))
X = np.array(X)
"""


@pytest.mark.parametrize("source", ["df = pd.read_csv('labels.csv')", "from elsewhere import df"])
@pytest.mark.parametrize(
    ("reads", "shape"),
    [
        (OPENCV, (64, 96, 3)),
        (GREY, (64, 96, 1)),
        (PILLOW, (64, 96, 3)),
        (KERAS, (96, 64, 3)),
        (OF_KERAS_GREY, (96, 64, 1)),
        (A_PART, (32, 32, 3)),
        (NESTED, (64, 96, 3)),
    ],
)
def test_pictures_of_unknown_places_have_the_size_that_they_are_given(
    tmp_path: Path, reads: str, shape: tuple[int, ...], source: str
) -> None:
    imported = read(tmp_path, CODE.replace("SOURCE", source).replace("READ", reads))
    assert imported.experiment.stack.input_shape == shape
    assert not any("does not say" in note for note in imported.notes)


@pytest.mark.parametrize("unread", ["cv2.imread(path)", "cv2.resize(cv2.imread(path), df['size'][i])"])
def test_a_size_that_only_running_tells_is_still_said_to_be_unknown(tmp_path: Path, unread: str) -> None:
    imported = read(
        tmp_path, FROM_ELSEWHERE.replace("READ", OPENCV.replace("cv2.resize(cv2.imread(path), SIZE)", unread))
    )
    assert any("does not say of what shape" in note for note in imported.notes)


def test_a_loop_that_is_gone_through_for_its_pictures_tells_nothing_else(tmp_path: Path) -> None:
    counts = "kinds = 3\n" + OPENCV.replace("X.append", "kinds = 7\n    X.append")
    imported = read(tmp_path, FROM_ELSEWHERE.replace("READ", counts).replace("Dense(10", "Dense(kinds"))
    assert any(note.startswith("how many classes there are, kinds (line") for note in imported.to_know)


def test_what_stops_a_class_of_layers_is_said_once(tmp_path: Path) -> None:
    code = """
from tensorflow import keras
from tensorflow.keras import layers
class Block(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = layers.Conv2D(8, 3, padding="same")
    def call(self, x):
        return self.inner(x) + x
inputs = keras.Input((8, 8, 8))
blocks = keras.Sequential()
for _ in range(3):
    blocks.add(Block())
model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(blocks(inputs))))
model.compile("adam", "mse")
"""
    assert refusal(tmp_path, code).count("two branches meet") == 1


@pytest.mark.parametrize(("divided", "is_said"), [("img / 255.0", False), ("img", True)])
def test_such_pictures_are_0_to_255_unless_they_are_divided(tmp_path: Path, divided: str, is_said: bool) -> None:
    imported = read(tmp_path, FROM_ELSEWHERE.replace("READ", OPENCV.replace("img / 255.0", divided)))
    assert isinstance(imported.experiment.layers[0], Rescaling) is is_said
    assert any(note.startswith("the images go in as 0 to 255 there") for note in imported.to_know) is is_said
