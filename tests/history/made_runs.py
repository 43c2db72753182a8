"""Runs as a training records them, for the tests of the history."""

from __future__ import annotations

import os
from typing import Any

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.epoch import Epoch, Point
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import Progress, Run
from tests.runs import run_of

BASELINE = load_preset("lab1-baseline")


def epoch(number: int, loss: float = 0.5) -> Epoch:
    """An epoch with the metrics of the notes."""
    metrics = {"loss": loss, "accuracy": 0.8, "val_loss": loss + 0.1, "val_accuracy": 0.7}
    return Epoch(number, metrics, 8.5, 7_058.8)


def end_queued(
    history: History,
    run_id: int,
    accuracy: float | None = 0.9,
    pace: float = 8.0,
    images: int = 60_000,
    dataset: str = "fashion_mnist",
    result: Result | None = None,
) -> int:
    """Bring a queued run to its end after two epochs of `pace` seconds, with its own seed; gives its id."""
    assert history.claim(run_id, os.getpid(), run_of(history, run_id).seed or 7)
    history.record_start(
        run_id, dataset=dataset, train_images=images, test_images=10_000, environment={"device": "CPU, 2 cores"}
    )
    for number in (1, 2):
        metrics = {"loss": 0.4 / number, "accuracy": 0.93, "val_loss": 0.3, "val_accuracy": 0.9}
        history.record_epoch(run_id, Epoch(number, metrics, pace, images / pace), pace * number)
    history.record_end(run_id, result or Result("finished", "", 0.3, accuracy))
    return run_id


def trained(
    history: History,
    experiment: Experiment = BASELINE,
    *,
    accuracy: float | None = 0.9,
    dataset: str = "fashion_mnist",
    images: int = 60_000,
    pace: float = 8.0,
) -> Run:
    """A finished run of two epochs."""
    return run_of(history, end_queued(history, history.add(experiment), accuracy, pace, images, dataset))


def add_finished(history: History, experiment: Experiment = BASELINE) -> int:
    """A run of two epochs, start to end; gives its id."""
    run_id = history.add(experiment)
    assert history.claim(run_id, os.getpid(), 7)
    history.record_start(
        run_id, dataset="fashion_mnist_sample", train_images=6_000, test_images=1_000, environment={"python": "3.11"}
    )
    for number in (1, 2):
        history.record_progress(run_id, Progress("training", number, 5, 10), Point(number - 0.5, 0.6, 0.7))
        history.record_epoch(run_id, epoch(number, 1 / number), 8.5 * number)
    history.record_end(run_id, Result("finished", "", 0.44, 0.86, 18.0))
    return run_id


METRICS = {"loss": 0.5, "accuracy": 0.8, "val_loss": 0.6, "val_accuracy": 0.75}


def run(**changes: Any) -> Run:
    """A finished run of one epoch, save for what is changed."""
    plain: dict[str, Any] = {
        "id": 3,
        "name": "Lab 1",
        "status": "finished",
        "stop_cause": "",
        "experiment": load_preset("lab1-baseline"),
        "fingerprint": "95d261d6651d",
        "dataset": "fashion_mnist",
        "train_images": 60_000,
        "test_images": 10_000,
        "seed": 7,
        "params": 113_386,
        "created": 1_700_000_000.25,
        "seconds": 8.12345,
        "test_loss": 0.4,
        "test_accuracy": 0.86,
        "note": "",
        "tags": ("week 3",),
        "environment": {"python": "3.11"},
        "pid": 99,
        "wish": "",
        "epochs": (Epoch(1, METRICS, 8.00049, 7_500.04),),
    }
    return Run(**{**plain, **changes})
