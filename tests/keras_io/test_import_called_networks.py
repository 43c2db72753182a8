"""Networks of `keras.applications` that a script makes on its own layers, or calls as if it were not trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.keras_io.imported.model import import_model
from cnn_tui.network.layers import (
    Application,
    RandomFlip,
)
from tests.keras_io.scripts import FIT, HEAD, READ, read, refusal


def test_the_output_of_the_last_layer_of_a_network_is_that_of_all(tmp_path: Path) -> None:
    code = f"""{HEAD}
base = keras.applications.VGG16(include_top=False, weights=None, input_shape=(64, 64, 3))
x = layers.Flatten()(base.layers[-1].output)
model = keras.Model(base.input, layers.Dense(10, activation="softmax")(x))
"""
    assert [layer.type for layer in read(tmp_path, code + FIT).experiment.layers] == ["Application", "Flatten", "Dense"]


VARIED = """
inputs = keras.Input((32, 32, 3))
varied = keras.Sequential([layers.Rescaling(1.0 / 255), layers.RandomFlip("horizontal")])(inputs)
base = keras.applications.ResNet50(include_top=False, weights=None, input_tensor=varied)
{more}
pooled = layers.GlobalAveragePooling2D()(base.output)
model = keras.Model(inputs, layers.Dense(10, activation="softmax")(pooled))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(*keras.datasets.cifar10.load_data()[0])
"""


@pytest.mark.parametrize(
    ("more", "is_frozen"),
    [("", False), ("base.trainable = False", True), ("for layer in base.layers:\n    layer.trainable = False", True)],
)
def test_layers_that_a_network_is_made_on_stand_before_it(tmp_path: Path, more: str, is_frozen: bool) -> None:
    imported = read(tmp_path, READ + VARIED.format(more=more))
    experiment = imported.experiment
    base = Application(architecture="ResNet50", weights="none", preprocessing="none", trainable=not is_frozen)
    assert experiment.dataset == "cifar10"
    assert experiment.layers[:2] == (RandomFlip(mode="horizontal"), base)
    assert [layer.type for layer in experiment.layers[2:]] == ["GlobalAveragePooling2D", "Dense"]
    assert not any("images are prepared" in note or "0 to 255" in note for note in (*imported.notes, *imported.to_know))


def test_an_input_that_a_network_is_made_on_says_its_size(tmp_path: Path) -> None:
    fit = READ + VARIED.format(more="").replace("input_tensor=varied", "input_tensor=keras.Input((96, 64, 3))")
    fit = fit.replace("keras.Model(inputs", "keras.Model(base.input").replace("*keras.datasets.cifar10.load", "pets")
    experiment = read(tmp_path, fit).experiment
    assert experiment.stack.input_shape == (96, 64, 3)
    assert experiment.layers[0] == Application(architecture="ResNet50", weights="none", preprocessing="own")


@pytest.mark.parametrize("tensor", ["own(varied)", "made[0]"])
def test_what_is_not_known_before_a_network_refuses_it(tmp_path: Path, tensor: str) -> None:
    code = READ + VARIED.format(more="").replace("=varied", f"={tensor}")
    line = next(at for at, text in enumerate(code.splitlines(), 1) if "input_tensor" in text)
    words = refusal(tmp_path, code)
    assert f"line {line})" in words
    assert "input_tensor" in words or "own" in words


RESTING = """
base = keras.applications.{architecture}(include_top=False, weights=None, input_shape=(96, 96, 3))
{freezing}
inputs = keras.Input((96, 96, 3))
x = layers.GlobalAveragePooling2D()(base(inputs{mode}))
model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(pets)
"""


@pytest.mark.parametrize(
    ("architecture", "freezing", "mode", "rests"),
    [
        ("MobileNetV2", "", ", training=False", True),
        ("MobileNetV2", "for layer in base.layers[:100]:\n    layer.trainable = False", ", training=False", True),
        ("MobileNetV2", "base.trainable = False", ", training=False", True),  # it may learn later
        ("MobileNetV2", "", "", False),
        ("VGG16", "", ", training=False", False),  # which evens nothing out
        ("EfficientNetB0", "base.trainable = False", ", training=False", True),  # which has a Dropout inside
    ],
)
def test_a_network_that_is_called_as_after_training_is_so_where_that_differs(
    tmp_path: Path, architecture: str, freezing: str, mode: str, rests: bool
) -> None:
    made = read(tmp_path, READ + RESTING.format(architecture=architecture, freezing=freezing, mode=mode))
    (base,) = (layer for layer in made.experiment.layers if isinstance(layer, Application))
    assert base.training is not rests
    assert not [note for note in made.notes if "training=False" in note]


def test_a_network_that_is_unfrozen_for_a_second_training_rests_in_both(tmp_path: Path) -> None:
    code = READ + RESTING.format(architecture="MobileNetV2", freezing="base.trainable = False", mode=", training=False")
    more = 'base.trainable = True\nmodel.compile("sgd", "sparse_categorical_crossentropy")\nmodel.fit(pets)\n'
    path = tmp_path / "script.py"
    path.write_text(code + more)
    bases = [
        layer
        for number in (1, 2)
        for layer in import_model(path, training=number).experiment.layers
        if isinstance(layer, Application)
    ]
    assert [(base.trainable, base.training) for base in bases] == [(False, False), (True, False)]
    whole = import_model(path).experiment
    assert [layer.training for layer in whole.layers if isinstance(layer, Application)] == [False]
    assert whole.then, "one run of two phases"


@pytest.mark.parametrize(
    ("called", "words"),
    [
        ("layers.Dropout(0.5)(x, training=True)", "training=True of Dropout (line 9)"),
        ("keras.Sequential([layers.Dropout(0.5)])(x, training=False)", "training=False of Dropout (line 9)"),
        ("layers.Flatten()(x, training=False)", ""),
        ("layers.Dropout(0.5)(x, training=None)", ""),
    ],
)
def test_a_layer_that_works_at_another_time_there_is_a_note(tmp_path: Path, called: str, words: str) -> None:
    code = f"""{READ}
x = inputs = keras.Input((8, 8, 3))
x = {called}
model = keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.Flatten()(x)))
model.compile("adam", "sparse_categorical_crossentropy")
"""
    noted = [note for note in read(tmp_path, code).notes if "training=" in note]
    assert len(noted) == bool(words)
    assert all(note.startswith(words) for note in noted)
