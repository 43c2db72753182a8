"""What a standby process does ahead of the run that it waits for, so that the first batch comes soon.

It depends on nothing of the run: TensorFlow and Keras load many of their parts only when a network is first built and
trained, so a tiny one is, and the usual dataset is read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from cnn_tui.data.dataset import AS_THEY_ARE, DataOptions
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.network.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnn_tui.training.data import datasets, sources
from cnn_tui.training.data.datasets import Images
from cnn_tui.training.data.readers import Reading, not_told
from cnn_tui.training.data.sources import Source
from cnn_tui.training.loop import evaluate, fit
from cnn_tui.training.model.build import build
from cnn_tui.training.pipeline import evaluation_batches, training_batches
from cnn_tui.training.runtime import spread_work

DATASET = "fashion_mnist"

_TINY = Experiment(
    layers=(
        Conv2D(filters=2, kernel_size=(3, 3), activation="relu"),
        MaxPooling2D(pool_size=(2, 2)),
        Flatten(),
        Dense(units=10, activation="softmax"),
    )
)
_ahead: dict[Source, tuple[list[tuple[str, int, int]], Images]] = {}


def warm_up(called: Callable[[], bool]) -> None:
    """Read the usual dataset and train a tiny network, unless the run comes before; what goes wrong the run will say.

    `called` tells whether the run has come.
    """
    with contextlib.suppress(Exception):
        if not called():
            _read_ahead()
    # A run chooses its GPU before TensorFlow looks for one, and a process that waits should hold none of its memory.
    with contextlib.suppress(Exception):
        if not (called() or Path("/proc/driver/nvidia/version").exists()):
            _train_tiny()


def load(
    name: str, say: Callable[[str], None], options: DataOptions = AS_THEY_ARE, reading: Reading = not_told
) -> Images:
    """As `datasets.load`, without reading again what was read ahead and has not changed since."""
    with contextlib.suppress(OSError):
        source = sources.find(name)
        if source is not None and source in _ahead:
            stamp, images = _ahead.pop(source)
            if stamp == _stamp(source.path):
                return images
    return datasets.load(name, say=say, options=options, reading=reading)


def _read_ahead() -> None:
    source = sources.find(DATASET)
    if source is not None:
        _ahead[source] = _stamp(source.path), datasets.load(DATASET, say=lambda _: None)


def _stamp(path: Path) -> list[tuple[str, int, int]]:
    """What changes when a file, or a file in a folder, does."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]


def _train_tiny() -> None:
    spread_work()
    images = np.zeros((8, *_TINY.stack.input_shape), np.uint8)
    labels = np.zeros(8, np.int64)
    model = build(_TINY)
    fit(model, training_batches(images, labels, batch_size=4, seed=0), epochs=1)
    evaluate(model, evaluation_batches(images, labels, batch_size=4))
    keras.backend.clear_session()  # names count from 1 again
