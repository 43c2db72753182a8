"""Images of which a script does not say where they come from, but what it does to their numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Application, Rescaling
from tests.keras_io.scripts import read

CODE = """
import numpy as np
from sklearn.model_selection import train_test_split
from keras import Sequential
from keras.applications.{module} import {kind}, preprocess_input
from keras.layers import Dense, GlobalAveragePooling2D
from keras.preprocessing.image import ImageDataGenerator
x, y = np.load("x.npy"), np.load("y.npy")
{work}
base = {kind}(include_top=False, weights=None, input_shape=(96, 96, 3))
model = Sequential([base, GlobalAveragePooling2D(), Dense(4, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit({fit}, epochs=2)
"""
MOBILE, VGG = ("mobilenet_v2", "MobileNetV2"), ("vgg16", "VGG16")


def front(folder: Path, network: tuple[str, str], work: str, fit: str = "x, y") -> tuple[list[float], str]:
    """The scale and the offset in front of the network, if any, and how that prepares images."""
    imported = read(folder, CODE.format(module=network[0], kind=network[1], work=work, fit=fit))
    assert not any("not known: here it gets them" in words for words in imported.to_know)
    scales = [one for one in imported.experiment.layers if isinstance(one, Rescaling)]
    (base,) = (one for one in imported.experiment.layers if isinstance(one, Application))
    return [float(number) for one in scales for number in (one.scale, one.offset)], base.preprocessing


@pytest.mark.parametrize(
    ("work", "fit"),
    [
        ("x = x / 255", "x, y"),
        ("x = x.astype('float32')\nx /= 255.\nx = x.reshape(-1, 96, 96, 3)", "x[:900], y[:900]"),
        ("x, v, y, w = train_test_split(x / 255, y, test_size=0.2)", "x, y"),
        ("x = x / 255", "ImageDataGenerator(horizontal_flip=True).flow(x, y)"),
    ],
)
def test_images_divided_by_255_are_0_to_1(tmp_path: Path, work: str, fit: str) -> None:
    assert front(tmp_path, MOBILE, work, fit) == ([], "none")


@pytest.mark.parametrize("work", ["x = x / 127.5 - 1", "x = (x - 127.5) / 127.5", "x = preprocess_input(x)"])
def test_minus_1_to_1_is_what_mobilenet_learned(tmp_path: Path, work: str) -> None:
    assert front(tmp_path, MOBILE, work) == ([], "own")


def test_minus_1_to_1_is_not_what_vgg_learned(tmp_path: Path) -> None:
    assert front(tmp_path, VGG, "x = x / 127.5 - 1") == ([2, -1], "none")
    assert front(tmp_path, VGG, "x = preprocess_input(x)") == ([], "own")


def test_what_is_multiplied_by_much_is_not_taken_for_bytes(tmp_path: Path) -> None:
    code = CODE.format(module=VGG[0], kind=VGG[1], work="x = x * 2 - 1", fit="x, y")
    assert any("not known: here it gets them" in words for words in read(tmp_path, code).to_know)


def test_a_network_that_learned_nothing_gets_the_same_numbers(tmp_path: Path) -> None:
    code = CODE.format(module=VGG[0], kind=VGG[1], work="x = x / 127.5 - 1", fit="x, y")
    code = code.replace("model = Sequential([base", "from keras.layers import Conv2D\nmodel = Sequential([Conv2D(2, 3)")
    first = read(tmp_path, code).experiment.layers[0]
    assert isinstance(first, Rescaling)
    assert (first.scale, first.offset) == (2, -1)


@pytest.mark.parametrize(
    ("watched", "said"),
    [
        ("from other import x, y, a, b", "it validates on a there"),
        ("from other import x, y\na = b = open('a.bin').read()", "it validates on open('a.bin').read() (line 4) there"),
        (
            "from other import x, y\n(a, b), _ = keras.datasets.mnist.load_data()",
            "it validates on training images of mnist there",
        ),
    ],
)
def test_what_validates_beside_unknown_images_is_said(tmp_path: Path, watched: str, said: str) -> None:
    code = f"""from tensorflow import keras
from tensorflow.keras import layers
{watched}
model = keras.Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, validation_data=(a, b))
"""
    imported = read(tmp_path, code)
    assert imported.experiment.training.validation == "test"
    assert f"{said}: the images to test on stand in" in imported.to_know


def test_no_dataset_is_spoken_of_where_the_images_are_not_known(tmp_path: Path) -> None:
    code = """import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
x, y = np.load("x.npy"), np.load("y.npy")
model = keras.Sequential([layers.Flatten(input_shape=(32, 32, 3)), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x / 255, y)
"""
    assert not any("cifar10" in note for note in read(tmp_path, code).notes)


@pytest.mark.parametrize(
    ("batches", "size"),
    [
        ("given().batch(48)", 48),
        ("given().shuffle(100).batch(many).map(looked_at).prefetch(2)", 24),
        ("given(batch_size=12).repeat()", 12),
        ("given().batch(drop_remainder=True, batch_size=many * 2)", 48),
        ("given().batch(how_many())", None),
    ],
)
def test_in_batches_of_how_many_images_come_that_are_not_known(tmp_path: Path, batches: str, size: int | None) -> None:
    """Where a script says it, nothing stands in."""
    code = f"""
from elsewhere import given, how_many, looked_at
from tensorflow.keras import layers, models
many = 24
model = models.Sequential([layers.Flatten(input_shape=(9, 9, 3)), layers.Dense(4, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit({batches}, epochs=2)
"""
    imported = read(tmp_path, code)
    assert imported.experiment.training.batch_size == (size or 32)
    assert any("how many images a batch has" in note for note in imported.differences) is (size is None)
