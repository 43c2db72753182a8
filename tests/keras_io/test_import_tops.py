"""A network of Keras's that a script asks for whole, and takes without the layer that names its classes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Application, Dense, Dropout, GlobalAveragePooling2D
from cnn_tui.network.summary import summarize
from tests.keras_io.scripts import read, refusal

CODE = """
from tensorflow import keras
base = keras.applications.NETWORK(weights="imagenet")
base.trainable = False
out = keras.layers.Dense(7, activation="softmax")(base.layers[-2].output)
model = keras.Model(inputs=base.input, outputs=out)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(images, labels, epochs=2)
"""


@pytest.mark.parametrize(
    ("network", "side", "top"),
    [("MobileNetV2", 224, []), ("Xception", 299, []), ("EfficientNetB3", 300, [Dropout(rate=0.3)])],
)
def test_what_flows_into_the_last_layer_of_a_whole_network(
    tmp_path: Path, network: str, side: int, top: list[Dropout]
) -> None:
    experiment = read(tmp_path, CODE.replace("NETWORK", network)).experiment
    first, *rest = [layer for layer in experiment.layers if layer.type != "Rescaling"]
    assert isinstance(first, Application)
    assert (first.architecture, first.trainable) == (network, False)
    assert rest == [GlobalAveragePooling2D(), *top, Dense(units=7, activation="softmax")]
    assert experiment.stack.input_shape == (side, side, 3)


POOLED = "GlobalAveragePooling2D"


@pytest.mark.parametrize(
    ("network", "taken", "total_params", "trained", "rest"),
    [
        ("MobileNet", "base.layers[-6].output", 3_239_114, 1_873_930, [POOLED]),
        (
            "MobileNet",
            "layers.Reshape((1024,))(base.layers[-5].output)",
            3_239_114,
            None,
            [POOLED, "Reshape"],
        ),
        (
            "MobileNet",
            "layers.GlobalAveragePooling2D()(base.layers[-6].output)",
            3_239_114,
            1_873_930,
            [POOLED],
        ),
        ("MobileNet", "layers.Flatten()(base.layers[-6].output)", 3_730_634, None, ["Flatten"]),
        ("ResNet50", "base.get_layer('avg_pool').output", 23_608_202, None, [POOLED]),
        ("EfficientNetB0", "base.layers[-3].output", 4_062_381, None, [POOLED]),
        ("VGG16", "layers.Flatten()(base.get_layer('block5_pool').output)", 14_965_578, None, ["Flatten"]),
        ("VGG16", "base.layers[-4].output", 14_965_578, None, ["Flatten"]),
    ],
)
def test_what_is_taken_below_the_weights_of_a_top_is_known(
    tmp_path: Path, network: str, taken: str, total_params: int, trained: int | None, rest: list[str]
) -> None:
    code = f"""
from tensorflow import keras
from tensorflow.keras import layers
base = keras.applications.{network}()
model = keras.Model(inputs=base.input, outputs=layers.Dense(10, activation="softmax")({taken}))
for layer in model.layers[:-23]:
    layer.trainable = False
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(images, labels, epochs=2)
"""
    imported = read(tmp_path, code)
    summary = summarize(imported.experiment.stack)
    assert summary.total_params == total_params  # as Keras counts them
    assert trained in (None, summary.trainable_params)
    types = [layer.type for layer in imported.experiment.layers if layer.type != "Rescaling"]
    assert types == ["Application", *rest, "Dense"]


ADDED = """
from tensorflow import keras
base = keras.applications.VGG16()
model = keras.Sequential()
for layer in base.layers[:END]:
    model.add(layer)
for layer in model.layers:
    layer.trainable = False
model.add(keras.layers.Dense(2, activation="softmax"))
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
model.fit(images, labels, epochs=2)
"""
NOT_HERE = "the top of its own, whose weights cannot be loaded here: take the network with include_top=False"


@pytest.mark.parametrize(
    "code", [ADDED.replace("END", "-1"), ADDED.replace("END", ""), CODE.replace("NETWORK", "VGG16")]
)
def test_weights_of_a_top_are_not_taken_for_none(tmp_path: Path, code: str) -> None:
    assert f"fc1 of VGG16 (line 3) stands in {NOT_HERE}" in refusal(tmp_path, code)


def test_a_whole_network_is_refused_by_what_to_do(tmp_path: Path) -> None:
    code = CODE.replace("NETWORK", "VGG16").replace("base.layers[-2].output", "base.output")
    assert f"has {NOT_HERE}" in refusal(tmp_path, code)


def test_layers_below_a_top_are_added_one_by_one(tmp_path: Path) -> None:
    imported = read(tmp_path, ADDED.replace("END", "-3"))
    summary = summarize(imported.experiment.stack)
    assert (summary.total_params, summary.trainable_params) == (14_764_866, 50_178)


def test_a_network_that_is_not_here_is_what_is_said_of_it(tmp_path: Path) -> None:
    assert 'architecture is "EfficientNetV2L"' in refusal(tmp_path, CODE.replace("NETWORK", "EfficientNetV2L"))
