"""Layers that a script writes in other words: as functions with arguments, by lists of settings, by copies."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import (
    ELU,
    Activation,
    AnyLayer,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
)
from tests.keras_io.scripts import FIT, HEAD, SMALL, read, refusal, total

FLOW = """
i = keras.Input((28, 28, 1))
t = layers.Conv2D(4, 3)(i)
t = FUNCTION
m = keras.Model(i, layers.Dense(10)(t))
"""


@pytest.mark.parametrize(
    ("function", "layer"),
    [
        ("tf.nn.leaky_relu(t, alpha=0.3)", LeakyReLU(negative_slope=0.3)),
        ("tf.nn.leaky_relu(t, 0.1)", LeakyReLU(negative_slope=0.1)),
        ("tf.nn.leaky_relu(t)", Activation(activation="leaky_relu")),
        ("keras.activations.relu(t, alpha=0.1, max_value=6)", ReLU(negative_slope=0.1, max_value=6.0)),
        ("tf.nn.relu(t, name='here')", Activation(activation="relu")),
        ("keras.activations.elu(t, 0.5)", ELU(alpha=0.5)),
        ("tf.nn.softmax(t, axis=-1)", Activation(activation="softmax")),
        ("tf.reduce_mean(t, axis=[1, 2])", GlobalAveragePooling2D()),
        ("tf.reduce_max(t, (1, 2))", GlobalMaxPooling2D()),
    ],
)
def test_a_function_with_arguments_is_the_layer_that_has_them(tmp_path: Path, function: str, layer: AnyLayer) -> None:
    imported = read(tmp_path, HEAD + FLOW.replace("FUNCTION", function))
    assert imported.experiment.layers[1] == layer
    assert not [note for note in imported.differences if "left out" in note]


@pytest.mark.parametrize("function", ["tf.nn.gelu(t, approximate=True)", "tf.reduce_mean(t, 3)", "tf.nn.softmax(t, 1)"])
def test_a_function_with_other_arguments_is_refused(tmp_path: Path, function: str) -> None:
    assert "does to the tensor (line 10) is not known" in refusal(tmp_path, HEAD + FLOW.replace("FUNCTION", function))


@pytest.mark.parametrize(
    ("activation", "layer"),
    [
        ("lambda v: tf.nn.leaky_relu(v, 0.1)", LeakyReLU(negative_slope=0.1)),
        ("lambda v: keras.activations.relu(v, max_value=6.0)", ReLU(max_value=6.0)),
    ],
)
def test_an_activation_with_arguments_is_a_layer_of_its_own(tmp_path: Path, activation: str, layer: AnyLayer) -> None:
    imported = read(tmp_path, HEAD + SMALL.replace('activation="relu"', f"activation={activation}") + FIT)
    assert imported.experiment.layers[:2] == (Conv2D(filters=8, kernel_size=(3, 3)), layer)


def test_settings_in_a_list_are_told_apart_by_what_they_are(tmp_path: Path) -> None:
    code = """
import json
model = keras.Sequential([keras.Input((28, 28, 1))])
for one in [4, "M", ("drop", 0.25), json.loads('{"units": 8}')]:
    if one == "M":
        model.add(layers.MaxPool2D())
    elif isinstance(one, tuple):
        model.add(layers.Dropout(one[1]))
    elif isinstance(one, dict):
        model.add(layers.Dense(one["units"]))
    else:
        model.add(layers.Conv2D(one, 3))
"""
    layers = read(tmp_path, HEAD + code).experiment.layers
    assert layers == (Conv2D(filters=4, kernel_size=(3, 3)), MaxPooling2D(), Dropout(rate=0.25), Dense(units=8))


def test_a_softmax_along_the_axis_of_a_row_is_the_usual_one(tmp_path: Path) -> None:
    code = FLOW.replace("FUNCTION", "layers.Flatten()(t)").replace(
        "layers.Dense(10)(t)", "tf.nn.softmax(layers.Dense(10)(t), axis=1)"
    )
    assert read(tmp_path, HEAD + code).experiment.layers[-1] == Activation(activation="softmax")


def test_a_clone_of_a_model_is_one_of_its_own(tmp_path: Path) -> None:
    more = "clone = keras.models.clone_model(model)\nclone.pop()\nclone.add(layers.Dense(10, activation='softmax'))\n"
    imported = read(tmp_path, HEAD + SMALL + more + FIT.replace("model.", "clone."), "clone")
    assert total(imported) == total(read(tmp_path, HEAD + SMALL + FIT))
    assert imported.differences == ()


def test_what_is_set_of_a_layer_that_is_there_is_taken_or_said(tmp_path: Path) -> None:
    small = SMALL.replace(', activation="softmax"', "")
    imported = read(tmp_path, HEAD + small + "model.layers[-1].activation = keras.activations.softmax\n" + FIT)
    assert imported.experiment.layers[-1] == Dense(units=10, activation="softmax")
    assert imported.differences == ()
    (said,) = read(tmp_path, HEAD + SMALL + "model.layers[0].strides = (2, 2)\n" + FIT).differences
    assert said.startswith("strides of Conv2D is set at line ")
    after = read(tmp_path, HEAD + SMALL + FIT + "model.layers[-1].activation = keras.activations.linear\n")
    assert after.experiment.layers[-1] == Dense(units=10, activation="softmax"), "behind the training"


def test_a_batch_normalization_that_is_computed_otherwise_is_the_same(tmp_path: Path) -> None:
    code = f"{HEAD}model = keras.Sequential([keras.Input((28, 28, 1)), layers.BatchNormalization(fused=True)])\n"
    assert read(tmp_path, code).experiment.layers == (BatchNormalization(),)
