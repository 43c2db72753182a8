"""What keeping every epoch costs a training, on the disk and in time. `python -m tests.benchmarks.keeping_epochs`

One process trains lab1-baseline, an epoch with and an epoch without in turn. Processor time is compared, which what
else the machine does hardly touches; so is the time inside the callback with that of the epochs. After each of the
epochs that are kept its weights are also written in other forms, read again, and tested.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from tests.benchmarks.measure import dataset, hushed, median, table
from tests.benchmarks.recording_cost import timed

ROUNDS = 6
Arrays = list[Any]
Packed = bytes
Form = tuple[Callable[[Arrays, Arrays], Packed], Callable[[Packed, Arrays, Arrays], Arrays]]


def _joined(arrays: Arrays, kind: Any = np.float32) -> bytes:
    return b"".join(array.astype(kind).tobytes() for array in arrays)


def _parted(data: bytes, like: Arrays, kind: Any = np.float32) -> Arrays:
    flat, parts, at = np.frombuffer(data, kind).astype(np.float32), [], 0
    for array in like:
        parts.append(flat[at : at + array.size].reshape(array.shape))
        at += array.size
    return parts


def _less(arrays: Arrays, before: Arrays) -> Arrays:
    return [one - other for one, other in zip(arrays, before, strict=True)]


def _more(changes: Arrays, before: Arrays) -> Arrays:
    return [one + other for one, other in zip(changes, before, strict=True)]


FORMS: dict[str, Form] = {
    "float32": (lambda now, _: _joined(now), lambda data, like, _: _parted(data, like)),
    "float32, zlib": (
        lambda now, _: zlib.compress(_joined(now)),
        lambda data, like, _: _parted(zlib.decompress(data), like),
    ),
    "float16": (lambda now, _: _joined(now, np.float16), lambda data, like, _: _parted(data, like, np.float16)),
    "float16, zlib": (
        lambda now, _: zlib.compress(_joined(now, np.float16)),
        lambda data, like, _: _parted(zlib.decompress(data), like, np.float16),
    ),
    "float16 of changes": (
        lambda now, before: _joined(_less(now, before), np.float16),
        lambda data, like, before: _more(_parted(data, like, np.float16), before),
    ),
    "float16 of changes, zlib": (
        lambda now, before: zlib.compress(_joined(_less(now, before), np.float16)),
        lambda data, like, before: _more(_parted(zlib.decompress(data), like, np.float16), before),
    ),
}


class FormFigures:
    """What was found of one form."""

    def __init__(self) -> None:
        self.sizes: list[float] = []
        self.writing: list[float] = []
        self.reading: list[float] = []
        self.before: Arrays = []
        """The epoch before as the form gives it back: what is lost of changes adds up."""
        self.different = 0

    def row(self, name: str) -> list[str]:
        """The figures as a row of a table."""
        times = [f"{statistics.median(one) * 1000:.1f}" for one in (self.writing, self.reading)]
        return [name, f"{statistics.median(self.sizes) / 1000:.0f}", *times, str(self.different)]


def try_forms(model: Any, images: Any, found: dict[str, FormFigures], folder: Path) -> None:
    """Write and read the model's weights in every form, and count the images that another class comes out of."""
    now = model.get_weights()
    right = _classes(model, images)
    for name, (pack, unpack) in FORMS.items():
        figures, path = found[name], folder / "weights"
        before = figures.before or [np.zeros_like(array) for array in now]
        began = time.perf_counter()
        path.write_bytes(pack(now, before))
        written = time.perf_counter()
        back = unpack(path.read_bytes(), now, before)
        figures.reading.append(time.perf_counter() - written)
        figures.writing.append(written - began)
        figures.sizes.append(path.stat().st_size)
        figures.before = back
        model.set_weights(back)
        figures.different += int((_classes(model, images) != right).sum())
    model.set_weights(now)


def _classes(model: Any, images: Any) -> Any:
    from cnn_tui.training.explain.keep_files import ask_all

    return ask_all(model, images, lambda: False).argmax(axis=1)


def main() -> None:
    """Print medians and the ratio."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with hushed():
        from cnn_tui.training import pipeline
        from cnn_tui.training.callbacks.epoch_weights import EpochWeights
        from cnn_tui.training.callbacks.recorder import Recorder, Stopwatch
        from cnn_tui.training.data import datasets
        from cnn_tui.training.loop import fit
        from cnn_tui.training.model.build import build
        from cnn_tui.training.runtime import spread_work

        spread_work()
    name = dataset()
    experiment = msgspec.structs.replace(load_preset("lab1-baseline"), dataset=name)
    experiment = experiment.with_training(keep="all", epochs=2 * ROUNDS)
    images = datasets.load(name)
    data = pipeline.training_batches(images.x_train, images.y_train, batch_size=32, seed=1)
    model = build(experiment)
    spent: list[float] = []
    used: dict[bool, list[float]] = {False: [], True: []}
    wall: dict[bool, list[float]] = {False: [], True: []}
    forms = {name: FormFigures() for name in FORMS}
    with tempfile.TemporaryDirectory() as home:
        os.environ["CNN_TUI_HOME"] = home
        with History() as history:
            run_id = history.add(experiment)
            history.claim(run_id, os.getpid(), 1)
            run = history.run(run_id)
            assert run is not None
            recorder = Recorder(history, run_id, experiment, Stopwatch(), lambda _: None)
            recorder.images_an_epoch = len(images.x_train)
            keeping = EpochWeights(run, recorder)
            timed(keeping, spent, ("on_epoch_begin", "on_epoch_end"))
            fit(model, data, epochs=1)  # the pace is found
            for epoch in range(2 * ROUNDS):
                kept = epoch % 2 == 1
                began, processor = time.perf_counter(), time.process_time()
                callbacks = [recorder, keeping] if kept else [recorder]
                fit(model, data, epochs=epoch + 1, initial_epoch=epoch, callbacks=callbacks)
                wall[kept].append(time.perf_counter() - began)
                used[kept].append(time.process_time() - processor)
                if kept:
                    try_forms(model, images.x_test, forms, Path(home))
    rows = [[f"an epoch of {name}", "processor s", "wall s"]]
    rows += [["with its weights lost", median(used[False], ".3f"), median(wall[False], ".3f")]]
    rows += [["with its weights kept", median(used[True], ".3f"), median(wall[True], ".3f")]]
    table(f"Keeping every epoch, medians of {ROUNDS} epochs each, in turn", rows)
    more = statistics.median(used[True]) / statistics.median(used[False]) - 1
    inside = sum(spent) / sum(wall[True])
    print(f"  {more:+.1%} of the processor time; {inside:.2%} of the wall time is spent on keeping")
    rows = [["form", "KB an epoch", "ms to write", "ms to read", "images taken for another class"]]
    table(f"Forms, over {ROUNDS} epochs", rows + [figures.row(name) for name, figures in forms.items()])


if __name__ == "__main__":
    main()
