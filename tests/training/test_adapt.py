"""A Normalization knows the training images as Keras's own `adapt` would know them, also behind other layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.keras_io.script.write import keras_parts
from cnn_tui.network.layers import AnyLayer, Dense, Flatten, Normalization, RandomShear, Rescaling, Resizing

END: tuple[AnyLayer, ...] = (Flatten(), Dense(units=10, activation="softmax"))


def images() -> Any:
    return np.random.default_rng(1).integers(0, 256, (600, 28, 28, 1), dtype=np.uint8)


@pytest.mark.parametrize(
    "layers",
    [
        (Normalization(),),
        (Rescaling(scale=2.0, offset=-1.0), Resizing(height=14, width=14), Normalization()),
        (Normalization(axis="pixel"),),
        (Normalization(axis="all"),),
    ],
    ids=["first", "behind others", "by pixel", "in all"],
)
def test_normalization_is_adapted_as_the_script_does_it(layers: tuple[AnyLayer, ...]) -> None:
    import keras
    import tensorflow as tf

    from cnn_tui.training.model.adapt import adapt
    from cnn_tui.training.model.build import build

    experiment = Experiment(layers=(*layers, *END))
    ours = build(experiment)
    adapt(ours, images())
    names: dict[str, Any] = {"tf": tf, "training_images": images() / 255.0}
    wanted = ("# Define", "# Let the normalization")
    exec("\n".join("\n".join(part) for part in keras_parts(experiment) if part and part[0].startswith(wanted)), names)
    for mine, theirs in zip(ours.layers, names["model"].layers, strict=True):
        if isinstance(mine, keras.layers.Normalization):
            np.testing.assert_allclose(mine.mean, theirs.mean, rtol=1e-5)
            np.testing.assert_allclose(mine.variance, theirs.variance, rtol=1e-4)


def test_what_was_counted_and_a_slant_are_loaded_again(tmp_path: Path) -> None:
    import keras

    from cnn_tui.training.model.adapt import adapt
    from cnn_tui.training.model.build import build

    model = build(Experiment(layers=(Normalization(), RandomShear(x_factor=0.2), *END)))
    adapt(model, images())
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    shown = images()[:3] / np.float32(255)
    np.testing.assert_array_equal(again(shown, training=False), model(shown, training=False))
