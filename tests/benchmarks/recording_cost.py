"""What recording costs a training: epochs with and without the Recorder. `python -m tests.benchmarks.recording_cost`

One process trains lab1-baseline, an epoch with and an epoch without in turn. Processor time is compared, which what
else the machine does hardly touches, and the time inside the Recorder is measured by itself.
"""

from __future__ import annotations

import functools
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from tests.benchmarks.measure import dataset, hushed, median, table

ROUNDS = 8


CALLS = ("on_epoch_begin", "on_train_batch_end", "on_test_batch_end", "on_epoch_end")


def timed(callback: Any, spent: list[float], calls: Sequence[str] = CALLS) -> None:
    """Have the callback add the seconds of each of its calls to `spent`."""
    for name in calls:
        setattr(callback, name, functools.partial(_timed, getattr(callback, name), spent))


def _timed(call: Callable[..., None], spent: list[float], *arguments: Any, **named: Any) -> None:
    began = time.perf_counter()
    call(*arguments, **named)
    spent.append(time.perf_counter() - began)


def main() -> None:
    """Print medians and the ratio."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with hushed():
        from cnn_tui.training import pipeline
        from cnn_tui.training.callbacks.recorder import Recorder, Stopwatch
        from cnn_tui.training.data import datasets
        from cnn_tui.training.loop import fit
        from cnn_tui.training.model.build import build
        from cnn_tui.training.runtime import spread_work

        spread_work()
    name = dataset()
    experiment = msgspec.structs.replace(load_preset("lab1-baseline"), dataset=name)
    images = datasets.load(name)
    data = pipeline.training_batches(images.x_train, images.y_train, batch_size=32, seed=1)
    model = build(experiment)
    spent: list[float] = []
    used: dict[bool, list[float]] = {False: [], True: []}
    wall: dict[bool, list[float]] = {False: [], True: []}
    with tempfile.TemporaryDirectory() as home:
        os.environ["CNN_TUI_HOME"] = home
        with History() as history:
            run_id = history.add(experiment)
            history.claim(run_id, os.getpid(), 1)
            recorder = Recorder(history, run_id, experiment, Stopwatch(), lambda _: None)
            recorder.images_an_epoch = len(images.x_train)
            timed(recorder, spent)
            fit(model, data, epochs=1)  # the pace is found
            for epoch in range(2 * ROUNDS):
                recorded = epoch % 2 == 1
                began, processor = time.perf_counter(), time.process_time()
                fit(
                    model,
                    data,
                    epochs=epoch + 1,
                    initial_epoch=epoch,
                    callbacks=[recorder] if recorded else [],
                )
                wall[recorded].append(time.perf_counter() - began)
                used[recorded].append(time.process_time() - processor)
    more = statistics.median(used[True]) / statistics.median(used[False]) - 1
    rows = [[f"an epoch of {name}", "processor s", "wall s"]]
    rows += [["without", median(used[False], ".3f"), median(wall[False], ".3f")]]
    rows += [["with the Recorder", median(used[True], ".3f"), median(wall[True], ".3f")]]
    table(f"Recording, medians of {ROUNDS} epochs each, in turn", rows)
    inside = sum(spent) / sum(wall[True])
    print(
        f"  {more:+.1%} of the processor time; {inside:.2%} of the wall time is spent inside it ({len(spent):,} calls)"
    )


if __name__ == "__main__":
    main()
