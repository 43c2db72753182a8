"""Runs that are really trained, in this process and in seconds, for the tests of what looks into them afterwards."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cnn_tui.experiment.experiment import Experiment, Training
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import Epoch
from cnn_tui.home import model_path
from cnn_tui.network.layers import AnyLayer, Conv2D, Dense, Dropout, Flatten, MaxPooling2D


@contextlib.contextmanager
def home_at(home: Path) -> Iterator[Path]:
    """Inside this, `home` is where the app keeps what it keeps."""
    before = os.environ.get("CNN_TUI_HOME")
    os.environ["CNN_TUI_HOME"] = str(home)
    try:
        yield home
    finally:
        os.environ.pop("CNN_TUI_HOME")
        if before is not None:
            os.environ["CNN_TUI_HOME"] = before


def write_shapes(path: Path, classes: int = 3, channels: int = 1, images: int = 240, size: int = 12) -> Path:
    """A `.npz` of bars on black; the class is where the bar is, and in colour which colour it has."""
    rng = np.random.default_rng(5)
    arrays: dict[str, Any] = {}
    for part, count in (("train", images), ("test", images // 3)):
        labels = np.arange(count) % classes
        pixels = rng.integers(0, 30, (count, size, size, channels))
        for image, label in zip(pixels, labels, strict=True):
            image[(label * 2) % (size - 2) + 1, 1:-1, label % channels] = 220
        arrays[f"x_{part}"] = (pixels if channels > 1 else pixels[..., 0]).astype(np.uint8)
        arrays[f"y_{part}"] = labels.astype(np.int64)
    np.savez(path, **arrays)
    return path


def small_network(classes: int) -> tuple[AnyLayer, ...]:
    """A convolution, a pooling, another convolution, and an answer."""
    return (
        Conv2D(filters=6, kernel_size=(3, 3), activation="relu"),
        MaxPooling2D(pool_size=(2, 2)),
        Conv2D(filters=4, kernel_size=(3, 3), activation="relu", padding="same"),
        Flatten(),
        Dropout(rate=0.2),
        Dense(units=classes, activation="softmax"),
    )


def train_run(dataset: Path | str, layers: tuple[AnyLayer, ...], epochs: int = 3, keep: bool = True) -> int:
    """Train and record a run in the present home, as the training process does; gives its id."""
    import keras

    from cnn_tui.training.build import build
    from cnn_tui.training.data.datasets import load
    from cnn_tui.training.explain import keep_files

    training = Training(epochs=epochs, batch_size=16, seed=3, learning_rate=0.01)
    experiment = Experiment("shapes", str(dataset), training, layers=layers)
    images = load(experiment.dataset, say=lambda _: None)
    keras.utils.set_random_seed(3)
    model = build(experiment)
    x_test, y_test = images.x_test / 255.0, images.y_test
    with History() as history:
        run_id = history.add(experiment)
        assert history.claim(run_id, os.getpid(), 3)
        counts = {"train_images": len(images.x_train), "test_images": len(images.x_test)}
        history.record_start(run_id, dataset=experiment.dataset, environment={}, **counts)
        fitted = model.fit(images.x_train / 255.0, images.y_train, batch_size=32, epochs=epochs, verbose=0).history
        for at in range(epochs):
            history.record_epoch(run_id, Epoch(at + 1, {name: fitted[name][at] for name in fitted}, 1.0, 1.0), 1.0)
        model_path(run_id).parent.mkdir(parents=True, exist_ok=True)
        model.save(model_path(run_id))
        scores = model.evaluate(x_test, y_test, return_dict=True, verbose=0)
        if keep:
            assert keep_files.keep(model, images.x_test, y_test, run_id, experiment.dataset, scores, print)
        history.record_end(run_id, Result("finished", "", scores["loss"], scores["accuracy"], 1.0))
    return run_id
