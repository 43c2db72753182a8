"""The record of a run: what was tried, how it went epoch by epoch, how it ended."""

from __future__ import annotations

import datetime
from typing import Any, Literal, TypeAlias

import msgspec

from cnn_tui.experiment.experiment import Experiment

Status: TypeAlias = Literal["queued", "running", "paused", "finished", "stopped", "failed", "interrupted"]
Wish: TypeAlias = Literal["", "stop", "now", "pause"]
"""What somebody asks of a run; a Keras callback looks for it a few times a second.

"stop" ends training after the batch, saves and evaluates; "now" ends the run without that."""

LIVE: frozenset[str] = frozenset({"queued", "running", "paused"})
"""The statuses of a run that has not ended."""
ENDED_EARLY: frozenset[str] = frozenset({"stopped", "failed", "interrupted"})
"""The statuses of a run that may be resumed, if there is a checkpoint."""


class Epoch(msgspec.Struct, frozen=True):
    """One epoch, counted from 1. `metrics` has Keras's names: loss, accuracy, val_loss, val_accuracy."""

    epoch: int
    metrics: dict[str, float]
    seconds: float
    images_per_second: float

    def to_json(self) -> dict[str, Any]:
        """The promised flat form."""
        return {
            "epoch": self.epoch,
            **self.metrics,
            "seconds": round(self.seconds, 3),
            "images_per_second": round(self.images_per_second, 1),
        }


class Point(msgspec.Struct, frozen=True):
    """A reading within an epoch. `at` counts epochs: 1.5 is the middle of the second."""

    at: float
    loss: float
    accuracy: float | None


class Event(msgspec.Struct, frozen=True):
    """Something that happened to a run. `at` is in seconds since 1970."""

    at: float
    text: str


class Progress(msgspec.Struct, frozen=True):
    """Where a run is now. `phase` is what it does: starting, training, evaluating."""

    phase: str = "starting"
    epoch: int = 0
    step: int = 0
    steps: int = 0
    images: int = 0
    images_an_epoch: int = 0
    loss: float | None = None
    accuracy: float | None = None
    images_per_second: float = 0.0
    seconds: float = 0.0
    """Seconds since this epoch began."""
    validation_seconds: float = 0.0
    """What the last validation took; 0 until there was one."""


class Line(msgspec.Struct, frozen=True):
    """A run as a row of a table: everything but its epochs, experiment and environment."""

    id: int
    name: str
    status: Status
    dataset: str
    epochs: int
    epochs_done: int
    params: int
    created: float
    seconds: float
    loss: float | None
    accuracy: float | None
    test_loss: float | None
    test_accuracy: float | None
    note: str
    fingerprint: str
    seed: int | None
    pace: float | None = None
    """Seconds an epoch, the mean over the whole epochs: `seconds` counts one that was cut short too."""
    val_loss: float | None = None
    val_accuracy: float | None = None
    archived: bool = False
    exercise: str = ""
    """The exercise that the run was made for, as `pack/name`; "" for none."""
    tags: tuple[str, ...] = ()
    tested_epoch: int | None = None
    """The epoch whose weights were tested, of a run that was tested from a checkpoint; else it was the last."""
    trained: float | None = None
    """The training accuracy of that epoch."""
    damage: tuple[str, ...] = ()
    """What of its row cannot be read: names of fields, which are empty here."""

    @property
    def gap(self) -> float | None:
        """How much better the run is on what it learned from than on the test images, in accuracy."""
        accuracy = self.accuracy if self.tested_epoch is None else self.trained
        if accuracy is None or self.test_accuracy is None:
            return None
        return accuracy - self.test_accuracy


class Run(msgspec.Struct, frozen=True):
    """Everything that is recorded of a run. Times are in seconds, `created` since 1970."""

    id: int
    name: str
    status: Status
    stop_cause: str
    experiment: Experiment
    fingerprint: str
    dataset: str
    train_images: int
    test_images: int
    seed: int | None
    params: int
    created: float
    seconds: float
    test_loss: float | None
    test_accuracy: float | None
    note: str
    tags: tuple[str, ...]
    environment: dict[str, Any]
    pid: int | None
    wish: Wish
    archived: bool = False
    exercise: str = ""
    conclusion: str = ""
    device: str = ""
    """Where it was asked to be trained: "cpu", "gpu:1"; "" for the freest GPU."""
    tested_epoch: int | None = None
    """The epoch whose weights were tested, of a run that was tested from a checkpoint; else it was the last."""
    epochs: tuple[Epoch, ...] = ()
    damage: tuple[str, ...] = ()
    """What of its rows cannot be read: names of fields, and "epoch 3"; what it was is empty here."""

    @property
    def live(self) -> bool:
        """Whether the run has not ended."""
        return self.status in LIVE

    @property
    def has_experiment(self) -> bool:
        """Whether `experiment` is what was recorded; else it is an empty one that stands in its place."""
        return "experiment" not in self.damage

    def to_json(self) -> dict[str, Any]:
        """The promised form, ready for a JSON encoder."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        for internal in ("pid", "wish", "archived", "exercise", "conclusion", "device", "tested_epoch"):
            del plain[internal]
        if not self.damage:  # a key that only a damaged run has
            del plain["damage"]
        if not self.has_experiment:
            plain["experiment"] = None
        plain["created"] = datetime.datetime.fromtimestamp(self.created, datetime.UTC).isoformat(timespec="seconds")
        plain["seconds"] = round(self.seconds, 3)
        plain["epochs"] = [epoch.to_json() for epoch in self.epochs]
        return plain
