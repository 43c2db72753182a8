"""A network of Keras's that a script asks for whole, and takes without the layer that names its classes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Application, Dense, Dropout, GlobalAveragePooling2D
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


def test_weights_of_a_top_are_not_taken_for_none(tmp_path: Path) -> None:
    assert "an output that is not known" in refusal(tmp_path, CODE.replace("NETWORK", "VGG16"))


def test_a_network_that_is_not_here_is_what_is_said_of_it(tmp_path: Path) -> None:
    assert 'architecture is "EfficientNetV2L"' in refusal(tmp_path, CODE.replace("NETWORK", "EfficientNetV2L"))
