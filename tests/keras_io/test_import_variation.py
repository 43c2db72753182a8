"""Each argument of an ImageDataGenerator is a layer that does the same, or a note that says what is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnn_tui.network.layers import (
    AnyLayer,
    RandomBrightness,
    RandomContrast,
    RandomFlip,
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
)
from tests.keras_io.scripts import read

SCRIPT = """
import settings
from keras import Sequential, layers
from keras.preprocessing.image import ImageDataGenerator
train = ImageDataGenerator(rescale=1 / 255, GIVEN).flow_from_directory("pets", (8, 8))
model = Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(2, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(train, epochs=2)
"""


def varied(tmp_path: Path, given: str) -> tuple[tuple[AnyLayer, ...], list[str]]:
    """The layers in front, and what is said of the generator."""
    imported = read(tmp_path, SCRIPT.replace("GIVEN", given))
    notes = [note.partition("(line 5): ")[2] for note in imported.notes if note.startswith("ImageDataGenerator")]
    return imported.experiment.layers[:-2], notes


@pytest.mark.parametrize(
    ("given", "layer"),
    [
        ("rotation_range=360", RandomRotation(factor=1.0, fill_mode="nearest")),
        ("rotation_range=18, fill_mode='reflect'", RandomRotation(factor=0.05, fill_mode="reflect")),
        (
            "width_shift_range=0.1, fill_mode='constant', cval=51",
            RandomTranslation(height_factor=0.0, width_factor=0.1, fill_mode="constant", fill_value=0.2),
        ),
        ("zoom_range=(0.8, 1.2)", RandomZoom(height_factor=0.2, width_factor=0.2, fill_mode="nearest")),
        ("zoom_range=[0.5, 1.0]", RandomZoom(height_factor=(-0.5, 0), width_factor=(-0.5, 0), fill_mode="nearest")),
        ("zoom_range=(1.3, 1.1)", RandomZoom(height_factor=(0.1, 0.3), width_factor=(0.1, 0.3), fill_mode="nearest")),
        ("shear_range=45", RandomShear(x_factor=1.0, fill_mode="nearest")),
        ("horizontal_flip=1, interpolation_order=1", RandomFlip(mode="horizontal")),
    ],
)
def test_what_a_layer_does_is_that_layer(tmp_path: Path, given: str, layer: AnyLayer) -> None:
    (made,), notes = varied(tmp_path, given)
    assert (made, notes) == (layer, [])


def test_a_shift_of_all_channels_is_one_of_brightness(tmp_path: Path) -> None:
    (made,), (note,) = varied(tmp_path, "channel_shift_range=51.0")
    assert made == RandomBrightness(factor=0.2, value_range=(0, 1))
    assert note.startswith("a RandomBrightness does what channel_shift_range does; it cuts off at black and white")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("zoom_range=(0.8, 3.0)", "zoom_range is left out: a RandomZoom takes sizes from 0.01 to 2"),
        ("zoom_range=1.5", "zoom_range is left out: it draws sizes from -0.5 to 2.5 there, and a RandomZoom"),
        ("zoom_range=[0.2, 2.5]", "zoom_range is left out: a RandomZoom takes sizes from 0.01 to 2"),
        ("width_shift_range=1", "width_shift_range is left out: it counts in pixels there, and a RandomTranslation in"),
        ("height_shift_range=20.0", "height_shift_range is left out: it counts in pixels there"),
        ("rotation_range=settings.TURN", "rotation_range is left out: TURN is not known"),
        ("zoom_range=[settings.LOW, 1.2]", "zoom_range is left out: [LOW, 1.2] is not known"),
        ("horizontal_flip=settings.FLIP", "horizontal_flip is left out: FLIP is not known"),
        ("brightness_range=(0.8, 1.2)", "brightness_range (0.8, 1.2) is left out: it multiplies the numbers of each"),
        ("channel_shift_range=300", "channel_shift_range is left out"),
        ("samplewise_center=True", "each picture is brought to mean 0 by itself there, which no layer here does"),
        (
            "samplewise_center=True, samplewise_std_normalization=True",
            "each picture is brought to mean 0 and spread 1 by itself there",
        ),
        ("featurewise_center=True", "featurewise_center does nothing there, as the generator is not fitted"),
        ("zca_whitening=True", "zca_whitening does nothing there, as the generator is not fitted"),
        ("interpolation_order=3", "interpolation_order is left out"),
    ],
)
def test_what_no_layer_does_is_a_note(tmp_path: Path, given: str, words: str) -> None:
    made, (note,) = varied(tmp_path, given)
    assert made == ()
    assert note.startswith(words)


@pytest.mark.parametrize(
    ("given", "layer", "words"),
    [
        (
            "rotation_range=36, fill_mode=settings.FILL",
            RandomRotation(factor=0.1, fill_mode="nearest"),
            "fill_mode FILL is left out: nearest, which Keras takes by itself, stands in",
        ),
        (
            "rotation_range=36, fill_mode='constant', cval=settings.GREY",
            RandomRotation(factor=0.1, fill_mode="constant"),
            "cval GREY is left out: black stands in",
        ),
        (
            "height_shift_range=(-0.2, 0.2)",
            RandomTranslation(height_factor=0.2, width_factor=0.0, fill_mode="nearest"),
            "height_shift_range gives only its two ends there, and anything between them here",
        ),
    ],
)
def test_what_a_layer_does_otherwise_is_a_note(tmp_path: Path, given: str, layer: Any, words: str) -> None:
    (made,), notes = varied(tmp_path, given)
    assert (made, notes) == (layer, [words])


def test_pictures_that_are_evened_out_one_by_one_are_not_said_to_be_bytes(tmp_path: Path) -> None:
    code = SCRIPT.replace("rescale=1 / 255, GIVEN", "samplewise_std_normalization=True")
    imported = read(tmp_path, code)
    assert [layer.type for layer in imported.experiment.layers] == ["Flatten", "Dense"]
    assert not any("0 to 255" in note for note in imported.notes)


@pytest.mark.parametrize(
    "body",
    ["x = x.astype('float32'); return x / 255", "return np.asarray(x, dtype=np.float32) / 255.0", "x /= 255; return x"],
)
def test_a_function_that_only_divides_is_a_scale(tmp_path: Path, body: str) -> None:
    lines = body.replace("; ", "\n    ")
    code = f"import numpy as np\ndef prepared(x):\n    {lines}\n"
    code += SCRIPT.replace("rescale=1 / 255, GIVEN", "preprocessing_function=prepared")
    imported = read(tmp_path, code)
    assert [layer.type for layer in imported.experiment.layers] == ["Flatten", "Dense"]
    assert not any("preprocessing_function" in note or "0 to 255" in note for note in imported.notes)


def test_a_function_that_makes_bytes_of_what_it_has_scaled_is_not_followed(tmp_path: Path) -> None:
    code = "def prepared(x):\n    return (x / 255).astype('uint8')\n"
    code += SCRIPT.replace("rescale=1 / 255, GIVEN", "preprocessing_function=prepared")
    assert any("preprocessing_function is prepared" in note for note in read(tmp_path, code).differences)


MAPPED = """
import tensorflow as tf
from keras import Sequential, layers
def vary(image, label):
    LINES
    return image, label
(x, y), _ = tf.keras.datasets.cifar10.load_data()
pictures = tf.data.Dataset.from_tensor_slices((x, y)).map(vary).batch(32)
model = Sequential([layers.Flatten(input_shape=(32, 32, 3)), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(pictures, epochs=2)
"""
TO_1 = "image = tf.cast(image, tf.float32) / 255.0"


@pytest.mark.parametrize(
    ("lines", "layer"),
    [
        ("image = tf.image.random_brightness(image, 0.2)", RandomBrightness(factor=0.2, value_range=(0, 1))),
        ("image = tf.image.random_contrast(image, 0.8, 1.5)", RandomContrast(factor=(0.2, 0.5), value_range=(0, 1))),
        (
            "image = tf.image.stateless_random_contrast(image, upper=1.1, lower=0.9, seed=(1, 2))",
            RandomContrast(factor=(0.1, 0.1), value_range=(0, 1)),
        ),
    ],
)
def test_another_light_by_tensorflow_is_the_layer_that_does_as_much(
    tmp_path: Path, lines: str, layer: AnyLayer
) -> None:
    clipped = "image = tf.clip_by_value(image, 0.0, 1.0)"
    imported = read(tmp_path, MAPPED.replace("LINES", f"{TO_1}\n    {lines}\n    {clipped}"))
    assert imported.experiment.layers[:-2] == (layer,)
    assert not imported.differences
    assert any(f"is a {layer.type} here, which cuts off" in note for note in imported.to_know)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (f"{TO_1}\n    image = tf.image.random_hue(image, 0.1)", "no layer here varies pictures as random_hue does"),
        (f"{TO_1}\n    image = tf.image.random_contrast(image, 0.5, 1.2)", "as random_contrast does"),
        (f"{TO_1}\n    image = tf.image.random_brightness(image, 63)", "as random_brightness does"),
        (
            "image = tf.cast(image, tf.float32) / 127.5 - 1\n    image = tf.image.random_brightness(image, 0.1)",
            "random_brightness (line 6) is left out: the pictures have other numbers there than 0 to 1",
        ),
    ],
)
def test_another_light_that_no_layer_makes_is_a_note(tmp_path: Path, lines: str, words: str) -> None:
    imported = read(tmp_path, MAPPED.replace("LINES", lines))
    assert any(words in note for note in imported.differences)
    assert not [one for one in imported.experiment.layers if one.type.startswith("Random")]
