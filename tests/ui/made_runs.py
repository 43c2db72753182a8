"""Runs that have ended, put into a real history as a training process would."""

from __future__ import annotations

import msgspec

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.ending import Status
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import FiredAt
from tests.ui import fake


def made(
    history: History,
    what: Experiment | str = "lab1-baseline",
    accuracy: float = 0.9,
    *,
    name: str = "",
    train: float = 0.92,
    seconds: float = 8.0,
    epochs: int = 2,
    status: Status = "finished",
    cause: str = "",
    val_losses: tuple[float, ...] = (),
    dataset: str = "",
    fired: FiredAt | None = None,
) -> int:
    """Add a run; gives its number."""
    experiment = load_preset(what) if isinstance(what, str) else what
    if name:
        experiment = msgspec.structs.replace(experiment, name=name)
    run_id = history.add(experiment.with_training(epochs=max(epochs, len(val_losses), 1)))
    fake.begin(history, run_id)
    if dataset:
        history.record_start(run_id, dataset=dataset, train_images=6_000, test_images=1_000, environment={})
    losses = val_losses or tuple(0.5 / at for at in range(1, epochs + 1))
    for at, val_loss in enumerate(losses, 1):
        metrics = {"loss": 0.4 / at, "accuracy": train, "val_loss": val_loss, "val_accuracy": accuracy}
        history.record_epoch(run_id, Epoch(at, metrics, seconds, fake.IMAGES / seconds), seconds * at)
    ended = status in ("finished", "stopped")
    loss, test = (0.3, accuracy) if ended else (None, None)
    result = Result(status, cause, loss, test, seconds * len(losses), "rule" if fired else "", fired)
    history.record_end(run_id, result)
    return run_id
