"""Runs that are really trained, in this process and in seconds, for the tests of what looks into them afterwards."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from cnn_tui import locks
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.training import Training
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.history import History, Result
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


def trained_once(home: Path) -> Path:
    """A home of six runs, trained by whichever process of tests asks first; nobody changes it.

    1 is of three grey shapes, 2 of two coloured ones, 3 of 200 classes without kept predictions, 4 has convolutions
    that are no plain ones, 5 has 30 classes, 6 tells two grey ones apart by the logit of one unit.
    """
    home.mkdir(exist_ok=True)
    lock = locks.take(home / "training.lock", wait=600)
    assert lock is not None
    if not (home / "done").exists():
        with home_at(home):
            _train_all(home)
        (home / "done").touch()
    locks.release(lock)
    return home


def _train_all(home: Path) -> None:
    train_run(write_shapes(home / "grey.npz"), small_network(3), keep_each=True)
    train_run(write_shapes(home / "colour.npz", classes=2, channels=3), small_network(2))
    answer = (Flatten(), Dense(units=200, activation="softmax"))
    train_run(write_shapes(home / "200.npz", classes=200, images=600), answer, epochs=1, keep=False)
    odd: list[dict[str, Any]] = [
        {"activation": "tanh"},
        {"dilation_rate": (2, 2), "activation": "relu"},
        {"groups": 2},
        {"activation": "softmax"},
        {"strides": (2, 2), "activation": "sigmoid"},
    ]
    plain = Conv2D(filters=4, kernel_size=(3, 3), padding="same")
    layers = [msgspec.structs.replace(plain, **one) for one in odd]
    train_run(home / "grey.npz", (*layers, Flatten(), Dense(units=3, activation="softmax")), epochs=1)
    train_run(write_shapes(home / "30.npz", classes=30, images=300), small_network(30), epochs=1)
    logit: dict[str, Any] = {"loss": "binary_crossentropy", "from_logits": True}
    train_run(write_shapes(home / "2.npz", classes=2, images=120), (Flatten(), Dense(units=1)), epochs=2, **logit)


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


def train_run(
    dataset: Path | str,
    layers: tuple[AnyLayer, ...],
    epochs: int = 3,
    keep: bool = True,
    keep_each: bool = False,
    **settings: Any,
) -> int:
    """Train and record a run in the present home, as the training process does; gives its id.

    Its predictions are kept unless `keep` is False, and its weights of each epoch with `keep_each`.
    """
    import keras

    from cnn_tui.training.callbacks.epoch_weights import header_for, write_epoch
    from cnn_tui.training.data.datasets import load
    from cnn_tui.training.explain import keep_files
    from cnn_tui.training.model.build import build

    training = Training(epochs=epochs, batch_size=16, seed=3, learning_rate=0.01, **settings)
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
        run = history.run(run_id)
        assert run is not None

        def keep_epoch(at: int, metrics: dict[str, Any]) -> None:
            weights = model.get_weights()
            write_epoch(run_id, header_for(run, at + 1, weights, metrics), weights)

        each = [keras.callbacks.LambdaCallback(on_epoch_end=keep_epoch)] if keep_each else []
        x, y = images.x_train / 255.0, images.y_train
        fitted = model.fit(x, y, batch_size=32, epochs=epochs, verbose=0, callbacks=each).history
        for at in range(epochs):
            history.record_epoch(run_id, Epoch(at + 1, {name: fitted[name][at] for name in fitted}, 1.0, 1.0), 1.0)
        model_path(run_id).parent.mkdir(parents=True, exist_ok=True)
        model.save(model_path(run_id))
        scores = model.evaluate(x_test, y_test, return_dict=True, verbose=0)
        if keep:
            assert keep_files.keep(model, images.x_test, y_test, run_id, experiment, scores, print)
        history.record_end(run_id, Result("finished", "", scores["loss"], scores["accuracy"], 1.0))
    return run_id
