"""Fills a history with made-up runs: `python -m tests.benchmarks.fill_history N [--append]`, in CNN_TUI_HOME.

The networks and settings are those of the presets; notes, tags and figures are made up, the same ones each time. For
measuring how a long history behaves: nothing in it was trained.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from cnn_tui.data.dataset import BUILT_IN
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset, preset_names
from cnn_tui.experiment.same import digest_of
from cnn_tui.history.history import History
from cnn_tui.network.summary import summarize

EPOCHS = 20
_STATUSES = (*("finished",) * 16, "stopped", "stopped", "failed", "interrupted")
_CAUSES = {
    "stopped": "stop rule: loss below 0.3 (0.2931 after epoch 12)",
    "failed": "out of memory: failed to allocate memory",
    "interrupted": "the training process is gone; 7 of 20 epochs are kept",
}
_ENDINGS = {"finished": "finished", "stopped": "rule", "failed": "error", "interrupted": "gone"}
_NOTES = ("", "", "", "", "faster than the one before", "the border pixels count too", "cannot tell them apart")
_TAGS: tuple[tuple[str, ...], ...] = ((), (), ("lab1",), ("lab1", "keep"), ("padding-and-pooling",), ("overfitting",))
_ENVIRONMENT = {
    "cnn_tui": "0.1.0",
    "python": "3.11.2",
    "tensorflow": "2.21.0",
    "keras": "3.15.1",
    "platform": "Linux-6.1.0-x86_64-with-glibc2.36",
    "cpus": 2,
    "device": "CPU, 2 cores",
    "data": "fashion_mnist: 60,000 + 10,000 images from /usr/share/datasets/fashion-mnist",
}
_RUN = (
    "INSERT INTO runs (name, status, ending, stop_cause, experiment, fingerprint, dataset, train_images, test_images,"
    " seed, params, created, seconds, epochs, epochs_done, loss, accuracy, test_loss, test_accuracy, note, tags,"
    " environment, pace, val_loss, val_accuracy, archived, same)"
    f" VALUES ({', '.join('?' * 27)})"
)


class Network(NamedTuple):
    """What all runs of a preset share."""

    experiment: Experiment
    fingerprint: str
    params: int


def networks() -> list[Network]:
    """The presets on built-in data, trained for 20 epochs."""
    found = []
    for name in preset_names():
        experiment = load_preset(name).with_training(epochs=EPOCHS)
        stack = experiment.stack
        found.append(Network(experiment, stack.fingerprint(), summarize(stack).total_params))
    return found


def fill(history: History, count: int, epochs: int = EPOCHS) -> None:
    """Add `count` runs of `epochs` epochs in one transaction."""
    rng = random.Random(count)
    made = networks()
    began = time.time() - count * 200.0
    with history.transaction():
        for number in range(count):
            _add(history, rng, rng.choice(made), began + number * 200.0, epochs)


def _add(history: History, rng: random.Random, network: Network, created: float, epochs: int) -> None:
    status = rng.choice(_STATUSES)
    done = epochs if status == "finished" else rng.randint(0, epochs - 1)
    curve = _curve(rng, done)
    pace = 4 + network.params / 40_000 + rng.random()
    seed = rng.randrange(2**31)
    experiment = network.experiment.with_training(seed=seed)
    data = BUILT_IN[experiment.dataset]
    last: Sequence[float | None] = curve[-1] if curve else (None,) * 4
    scored = status in ("finished", "stopped") and bool(curve)
    test = (curve[-1][2] + rng.gauss(0, 0.004), curve[-1][3] + rng.gauss(0, 0.002)) if scored else (None, None)
    written = msgspec.json.encode(experiment).decode()
    values: tuple[Any, ...] = (
        *(experiment.name, status, _ENDINGS[status], _CAUSES.get(status, ""), written),
        *(network.fingerprint, experiment.dataset, data.train_images, data.test_images, seed, network.params),
        *(created, pace * done, epochs, done, last[0], last[1], *test, rng.choice(_NOTES)),
        *(msgspec.json.encode(rng.choice(_TAGS)).decode(), msgspec.json.encode(_ENVIRONMENT).decode()),
        *(pace if done else None, last[2], last[3], rng.random() < 0.02),
        digest_of(network.fingerprint, written),
    )
    run = history.store.execute(_RUN, values).lastrowid
    for number, (loss, accuracy, val_loss, val_accuracy) in enumerate(curve, 1):
        metrics = f'{{"loss":{loss},"accuracy":{accuracy},"val_loss":{val_loss},"val_accuracy":{val_accuracy}}}'
        history.store.execute(
            "INSERT INTO epochs (run, epoch, metrics, seconds, images_per_second) VALUES (?, ?, ?, ?, ?)",
            (run, number, metrics, pace, data.train_images / pace),
        )


def _curve(rng: random.Random, epochs: int) -> list[tuple[float, float, float, float]]:
    """loss, accuracy, val_loss and val_accuracy of each epoch: the validation turns back where the training goes on."""
    best = rng.uniform(0.24, 0.34)
    curve = []
    for epoch in range(1, epochs + 1):
        loss = best * (0.6 + 1.2 / epoch)
        val_loss = best * (0.95 + 0.6 / epoch + 0.01 * epoch) + rng.gauss(0, 0.005)
        row = (loss, 1 - loss * 0.36, val_loss, 1 - val_loss * 0.38)
        curve.append(tuple(round(one, 4) for one in row))
    return [(a, b, c, d) for a, b, c, d in curve]


def main(arguments: Sequence[str]) -> int:
    """Fill the history; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.fill_history", description=__doc__)
    parser.add_argument("count", type=int, metavar="N", help="how many runs")
    parser.add_argument("--append", action="store_true", help="also when there are runs already")
    given = parser.parse_args(arguments)
    with History() as history:
        if history.count() and not given.append:
            print(
                f"{history.path} has {history.count():,} runs: name another CNN_TUI_HOME, or --append", file=sys.stderr
            )
            return 2
        began = time.perf_counter()
        fill(history, given.count)
        print(f"{history.path}: {given.count:,} runs of {EPOCHS} epochs in {time.perf_counter() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
