"""How well a run is foretold before it begins. `python -m tests.benchmarks.foretelling [--processor] [SEED]`

Thirty random networks are trained on the sample, each in a process of its own as the worker does it: five to learn
from, and twenty-five that are foretold just before they begin. What is foretold goes on learning from each run, as in
the lab; beside it stands what the first five alone would have foretold. Other programs make epochs longer than they
were foretold: their share of the cores is told too, as the runs recorded it. With `--processor` the seconds are those
of the processor, which other programs hardly change: for a busy machine.
"""

from __future__ import annotations

import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from cnn_tui.analysis.estimates import Estimator
from cnn_tui.analysis.foretelling.foretold import Foretold, foretold_of, megabytes
from cnn_tui.analysis.pace import settled_seconds, work_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.home import log_path
from cnn_tui.jobs.launch import environment
from cnn_tui.network.by_hand.convolution import Padding
from cnn_tui.network.layers import AnyLayer, Conv2D, Dense, Flatten, GlobalAveragePooling2D, MaxPooling2D
from cnn_tui.network.summary import summarize
from tests.benchmarks.measure import SAMPLE, table

RUNS, LEARNED = 30, 5
EPOCHS = 4
"""The first warms up; the median of the others is what is foretold."""
PADDINGS: tuple[Padding, ...] = ("same", "valid")
SHARE = 0.25
"""How far off a figure may be."""
MOST_SECONDS = 2.5
"""What an epoch of a network takes at most, by usual speeds."""


class Tried(NamedTuple):
    """A run with what was foretold of it: by all runs before it, and by the first five."""

    run: Run
    foretold: Foretold | None
    by_five: Foretold | None

    @property
    def took(self) -> float:
        return settled_seconds(self.run.epochs)


def random_experiments(seed: int) -> list[Experiment]:
    """As many as are trained, each with a network of its own."""
    rng, made = random.Random(seed), dict[str, Experiment]()
    while len(made) < RUNS:
        one = random_experiment(rng)
        made.setdefault(one.stack.fingerprint(), one)
    return [*made.values()]


def random_experiment(rng: random.Random) -> Experiment:
    """Up to three blocks of convolutions and poolings, then Dense layers, for the sample."""
    base = msgspec.structs.replace(load_preset("lab1-baseline"), dataset=SAMPLE)
    while True:
        batch = rng.choice((32, 32, 64, 128))
        made = msgspec.structs.replace(base, layers=_layers(rng))
        made = made.with_training(epochs=EPOCHS, batch_size=batch, validation="none")
        summary, work = summarize(made.stack), work_of(made, SAMPLE)
        assert work is not None
        if summary.stuck_at is None and work.cost * work.train_images < MOST_SECONDS:
            return made


def _layers(rng: random.Random) -> tuple[AnyLayer, ...]:
    layers: list[AnyLayer] = []
    for _ in range(rng.randint(0, 3)):
        for _ in range(rng.choice((1, 1, 2))):
            side, stride = rng.choice((1, 3, 3, 3, 5)), rng.choice((1, 1, 1, 2))
            padding = rng.choice(PADDINGS)
            layers.append(
                Conv2D(
                    filters=_size(rng, 4, 64),
                    kernel_size=(side, side),
                    strides=(stride, stride),
                    padding=padding,
                    activation="relu",
                )
            )
        if rng.random() < 0.75:
            layers.append(MaxPooling2D())
    layers.append(GlobalAveragePooling2D() if layers and rng.random() < 0.2 else Flatten())
    layers += [Dense(units=_size(rng, 16, 512), activation="relu") for _ in range(rng.randint(0, 2))]
    return (*layers, Dense(units=10, activation="softmax"))


def _size(rng: random.Random, least: int, most: int) -> int:
    return round(math.exp(rng.uniform(math.log(least), math.log(most))))


def train(history: History, experiment: Experiment, *, by_processor: bool) -> Run:
    """Train a run to its end in a process of its own."""
    run_id = history.add(experiment, device="cpu")
    program = ("tests.benchmarks.foretelling", "--train") if by_processor else ("cnn_tui.training.train",)
    command = [sys.executable, "-m", *program, str(run_id)]
    done = subprocess.run(
        command, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, f"{done}\n{log_path(run_id).read_text()}"
    run = history.run(run_id)
    assert run is not None and run.status == "finished", run
    return run


def train_by_processor(run_id: str) -> int:
    """Train a run in this process, whose clock is the time that the processor gave it."""
    from cnn_tui.training import train
    from cnn_tui.training.callbacks.recorder import Stopwatch

    setattr(Stopwatch, "now", lambda _: time.process_time())  # noqa: B010
    return train.main([run_id])


def try_all(seed: int, *, by_processor: bool) -> list[Tried]:
    """Train all; what is foretold of each is what it recorded when it began."""
    experiments, tried = random_experiments(seed), list[Tried]()
    with History() as history:
        for experiment in experiments[:LEARNED]:
            tried.append(Tried(train(history, experiment, by_processor=by_processor), None, None))
        five = Estimator(history)
        by_five = [five.foretell(one, "cpu") for one in experiments[LEARNED:]]
        for experiment, first in zip(experiments[LEARNED:], by_five, strict=True):
            run = train(history, experiment, by_processor=by_processor)
            tried.append(Tried(run, foretold_of(run), first))
    return tried


def off(foretold: Foretold | None, took: float) -> float:
    """How far off, as a share of what came."""
    assert foretold is not None
    return foretold.seconds / took - 1


def judged(name: str, errors: Sequence[float]) -> list[str]:
    """A row: the share within 25 %, the median and the largest error."""
    sizes = sorted(map(abs, errors))
    within = sum(one <= SHARE for one in sizes)
    return [name, f"{within} of {len(sizes)}", f"{within / len(sizes):.0%}", f"{statistics.median(sizes):.0%}"]


def main(arguments: list[str]) -> None:
    """Print each run, and what share was foretold within 25 %."""
    by_processor = "--processor" in arguments
    began, seed = time.perf_counter(), next((int(one) for one in arguments if one.isdecimal()), 1)
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"CNN_TUI_HOME": home, "TF_CPP_MIN_LOG_LEVEL": "3"}
        tried = try_all(seed, by_processor=by_processor)
    rows = [["run", "s an epoch", "foretold", "off", "by five", "off", "memory", "foretold", "mostly", "others"]]
    for run, foretold, by_five in tried[LEARNED:]:
        assert foretold is not None and by_five is not None and foretold.memory is not None
        took, others = settled_seconds(run.epochs), run.epochs[-1].others
        rows.append(
            [
                f"{run.id}: batch {run.experiment.training.batch_size}, {len(run.experiment.layers)} layers",
                f"{took:.2f}",
                *(f"{foretold.seconds:.2f}", f"{off(foretold, took):+.0%}"),
                *(f"{by_five.seconds:.2f}", f"{off(by_five, took):+.0%}"),
                *(megabytes(run.memory), megabytes(foretold.memory), foretold.bottleneck or ""),
                f"{others:.0%}" if others is not None else "",
            ]
        )
    clock = "seconds of the processor" if by_processor else "seconds"
    table(f"Runs foretold after {LEARNED} others, seed {seed}, in {clock}", rows)
    later = tried[LEARNED:]
    memory = [one.foretold.memory / one.run.memory - 1 for one in later if one.foretold and one.foretold.memory]
    rows = [["", f"within {SHARE:.0%}", "share", "median off"]]
    rows += [judged("seconds an epoch", [off(one.foretold, one.took) for one in later])]
    rows += [judged(f"seconds an epoch, by the first {LEARNED} alone", [off(one.by_five, one.took) for one in later])]
    rows += [judged("memory", memory)]
    table(f"In all, {time.perf_counter() - began:.0f} s", rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--train"]:
        sys.exit(train_by_processor(sys.argv[2]))
    main(sys.argv[1:])
