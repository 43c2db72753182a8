"""Runs made for a test, without a history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.epoch import Epoch, Point
from cnn_tui.history.run import Run
from cnn_tui.reports.chart.choice import Recorded


def recorded(
    run_id: int = 1,
    losses: Sequence[float] = (),
    *,
    epochs: int = 5,
    validation: Sequence[float] = (),
    readings: Sequence[tuple[float, float]] = (),
    stop: Sequence[StopRule] = (),
    **fields: Any,
) -> Recorded:
    """A run with these losses at the ends of its epochs and within them; its accuracy is 1 less the loss."""
    experiment = msgspec.structs.replace(load_preset("lab1-baseline").with_training(epochs=epochs), stop=tuple(stop))
    if not validation:
        experiment = experiment.with_training(validation="none")
    done = []
    for at, loss in enumerate(losses):
        metrics = {"loss": loss, "accuracy": 1 - loss}
        if at < len(validation):
            metrics |= {"val_loss": validation[at], "val_accuracy": 1 - validation[at]}
        done.append(Epoch(at + 1, metrics, 8.0 + at, 7_500.0))
    points = [Point(at, loss, 1 - loss) for at, loss in readings]
    return Recorded(make_run(run_id, experiment, tuple(done), **fields), points)


def make_run(run_id: int, experiment: Experiment, epochs: tuple[Epoch, ...], **fields: Any) -> Run:
    """A run that is being trained, with whatever else is given."""
    usual: dict[str, Any] = {
        "id": run_id,
        "name": experiment.name,
        "status": "running",
        "stop_cause": "",
        "experiment": experiment,
        "fingerprint": "",
        "dataset": experiment.dataset,
        "train_images": 60_000,
        "test_images": 10_000,
        "seed": 1,
        "params": 113_386,
        "created": 0.0,
        "seconds": sum(one.seconds for one in epochs),
        "test_loss": None,
        "test_accuracy": None,
        "note": "",
        "tags": (),
        "environment": {},
        "pid": None,
        "wish": "",
        "epochs": epochs,
    }
    return Run(**{**usual, **fields})
