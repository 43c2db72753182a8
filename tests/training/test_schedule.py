"""Schedules of the learning rate and arguments of optimizers train as Keras's own `fit` does, and go on exactly."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.schedule import (
    CosineDecay,
    ExponentialDecay,
    LearningRateScheduler,
    PiecewiseConstantDecay,
    ReduceLROnPlateau,
)
from cnn_tui.history.epoch import Epoch
from cnn_tui.keras_io.script.write import keras_parts
from cnn_tui.network.layers import Dense, Flatten

EPOCHS, BATCH, IMAGES = 4, 8, 60
BASE = Experiment(layers=(Flatten(), Dense(units=10, activation="softmax"))).with_training(
    epochs=EPOCHS, batch_size=BATCH, learning_rate=0.01
)
PLATEAU = ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1, min_delta=5.0)
TRAININGS: dict[str, dict[str, Any]] = {
    "exponential": {"schedule": ExponentialDecay(decay_steps=10, decay_rate=0.5, staircase=True)},
    "cosine after a warm-up": {
        "optimizer": "sgd",
        "momentum": 0.9,
        "nesterov": True,
        "clipnorm": 0.1,
        "schedule": CosineDecay(decay_steps=20, warmup_target=0.05, warmup_steps=5),
    },
    "steps": {
        "optimizer": "adamw",
        "weight_decay": 0.1,
        "schedule": PiecewiseConstantDecay(boundaries=(5, 12), values=(0.02, 0.01, 0.001)),
    },
    "plateau": {"schedule": PLATEAU},
    "epochs": {"optimizer": "sgd", "schedule": LearningRateScheduler(rates=(0.1, 0.01, 0.001))},
    "adam with arguments of its own": {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.1, "amsgrad": True},
    "rmsprop with arguments of its own": {"optimizer": "rmsprop", "rho": 0.5, "epsilon": 0.01, "momentum": 0.3},
    "average": {"use_ema": True, "ema_momentum": 0.9},
}
GO_ON = ("exponential", "plateau", "epochs", "average")
QUICK = ("plateau",)
"""What is tried each time; the others with what takes long."""


def quick_and_long(names: Iterable[str]) -> list[Any]:
    """All of them, as parameters."""
    return [pytest.param(name, marks=[pytest.mark.long] * (name not in QUICK)) for name in names]


def images() -> tuple[Any, Any]:
    draw = np.random.default_rng(1)
    return draw.integers(0, 256, (IMAGES, 28, 28, 1), dtype=np.uint8), np.arange(IMAGES) % 10


def built(experiment: Experiment) -> Any:
    import keras

    from cnn_tui.training.model.build import build

    keras.backend.clear_session()
    keras.utils.set_random_seed(7)
    return build(experiment)


def train(model: Any, experiment: Experiment, epochs: int, done: tuple[Epoch, ...] = ()) -> dict[str, list[float]]:
    """Train as a run does, up to `epochs`, after those that are done; gives the figures of the new epochs."""
    from cnn_tui.training import loop
    from cnn_tui.training.callbacks.learning_rate import rate_callbacks
    from cnn_tui.training.pipeline import evaluation_batches

    shown, labels = images()
    return loop.fit(
        model,
        evaluation_batches(shown, labels, batch_size=BATCH),
        validation_data=evaluation_batches(shown, labels, batch_size=BATCH),
        epochs=epochs,
        initial_epoch=len(done),
        callbacks=rate_callbacks(experiment.training, done),
    )


def trained_by_keras(experiment: Experiment) -> Any:
    """What Keras's own `fit` makes of the lines of the exported script."""
    import keras
    import tensorflow as tf

    wanted = ("# Let", "# Define", "# Choose", "# Give", "def rate_of")
    lines = ["\n".join(part) for part in keras_parts(experiment) if part and part[0].startswith(wanted)]
    keras.backend.clear_session()
    keras.utils.set_random_seed(7)
    names: dict[str, Any] = {"tf": tf}
    exec("\n".join(lines), names)
    shown, labels = images()
    given: dict[str, Any] = {"epochs": EPOCHS, "batch_size": BATCH, "shuffle": False, "verbose": 0}
    pixels = shown / np.float32(255)
    given["validation_data"] = (pixels, labels)
    names["model"].fit(pixels, labels, callbacks=names.get("callbacks"), **given)
    return names["model"]


@pytest.mark.parametrize("which", quick_and_long(TRAININGS))
def test_a_training_is_keras_own(which: str) -> None:
    from cnn_tui.training.loop import finish

    experiment = BASE.with_training(**TRAININGS[which])
    ours = built(experiment)
    train(ours, experiment, EPOCHS)
    finish(ours)
    theirs = trained_by_keras(experiment)
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=2e-6)
    assert float(ours.optimizer.learning_rate) == pytest.approx(float(theirs.optimizer.learning_rate), rel=1e-6)


@pytest.mark.parametrize("which", quick_and_long(GO_ON))
def test_a_training_that_is_resumed_comes_to_the_same(which: str, tmp_path: Path) -> None:
    from cnn_tui.artifacts.weights import KeptWeights
    from cnn_tui.training.callbacks.checkpoints import restore, write
    from cnn_tui.training.loop import finish

    experiment = BASE.with_training(**TRAININGS[which])
    whole = built(experiment)
    rates = train(whole, experiment, EPOCHS).get("learning_rate")
    half = built(experiment)
    figures = train(half, experiment, 2)
    kept = KeptWeights(0.0, 2)
    assert write(half, tmp_path / "checkpoint.keras", kept) == ""
    done = tuple(Epoch(at + 1, {name: values[at] for name, values in figures.items()}, 1.0, 1.0) for at in range(2))
    rest = built(experiment)
    restore(rest, tmp_path / "checkpoint.keras", kept)
    later = train(rest, experiment, EPOCHS, done).get("learning_rate")
    for model in (whole, rest):
        finish(model)
    for one, other in zip(whole.get_weights(), rest.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert rates is None or later == rates[2:]
    if which == "plateau":
        assert rates is not None
        assert rates[0] > rates[-1], "it never falls, which shows nothing"
