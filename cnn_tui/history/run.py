"""The record of a run: what was tried, how it went epoch by epoch, how it ended."""

from __future__ import annotations

import datetime
import math
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.conditions import Conditions
from cnn_tui.history.ending import AS_PLANNED, LIVE, Ending, Status
from cnn_tui.history.epoch import Epoch

Wish: TypeAlias = Literal["", "stop", "now", "pause", "prune"]
"""What somebody asks of a run; a Keras callback looks for it a few times a second.

"stop" ends training after the batch, saves and evaluates; "now" ends the run without that. "prune" is the stop of a
search, which has seen that the run falls behind others."""

Place: TypeAlias = Literal["here", "slurm", "ray"]
PLACES: dict[Place, str] = {"here": "here", "slurm": "SLURM", "ray": "Ray"}
"""Where runs can be trained, and what is said for that."""
"""Where a run is trained: by this machine's worker, or by a job of a cluster."""
EventKind: TypeAlias = Literal[
    "started",
    "paused",
    "gone on",
    "rule",
    "stopped",
    "queued again",
    "resumed",
    "evaluating",
    "evaluated",
    "best weights",
    "archived",
    "restored",
    "other",
]
"""What happened to a run."""


ALL_GPUS = "gpu:all"
"""The device of a run that all GPUs of its machine train together."""


class Event(msgspec.Struct, frozen=True):
    """Something that happened to a run. `at` is in seconds since 1970."""

    at: float
    kind: EventKind
    text: str


class FiredAt(NamedTuple):
    """The stop rule that ended a run: its number, from 1, after which epoch or, with `within`, in which it fired."""

    rule: int | None
    """None where an older version's sentence names a rule that the experiment does not have."""
    epoch: int
    within: bool = False

    def __str__(self) -> str:
        return f"{'in' if self.within else 'after'} epoch {self.epoch}"


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
    read: int = 0
    """Pictures that are read while the data is loaded, of `to_read`; both are 0 at any other time."""
    to_read: int = 0
    memory: int = 0
    """The most memory that training has held so far, in bytes: on a GPU that of the card; 0 until it is known."""


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
    gap: float | None = None
    """Training minus test accuracy, as `rows.GAP` has it."""
    host: str = ""
    """The machine that trains it, or did last; "" before that."""
    boot: str = ""
    """When that machine was started, in its kernel's words."""
    ending: Ending = ""
    train_images: int = 0
    test_images: int = 0
    group: int = 0
    """The first run of the same experiment on the same images, whatever its seed; it may be the run itself."""
    executor: Place = "here"
    """Where it is trained."""
    job: str = ""
    """The number of its job there; "" for none."""
    waits_for: str = ""
    """Why its job has not begun, in the cluster's own words."""

    @property
    def conditions(self) -> Conditions:
        """What its figures were made with."""
        images = self.train_images, self.test_images
        return Conditions(self.dataset, *images, self.epochs_done, self.epochs, self.tested_epoch)

    @property
    def images(self) -> tuple[str, int, int]:
        """What it was trained and tested on: the dataset, and how many images of each; 0 before they are known."""
        return self.dataset, self.train_images, self.test_images

    @property
    def lost(self) -> bool:
        """Whether the loss of its last epoch is no number: each epoch has a loss, and SQLite no NaN."""
        return self.epochs_done > 0 and self.loss is None


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
    """Where it was asked to be trained: "cpu", "gpu:1", "gpu:all"; "" for the freest GPU."""
    ending: Ending = ""
    fired_rule: int | None = None
    fired_epoch: int | None = None
    fired_within: bool = False
    resumed_after: int | None = None
    """The epoch after which it went on when it was queued again, 0 where it began again; None until it does.

    While it waits: the epoch after which it was asked to go on; None for that of its last checkpoint.
    """
    tested_epoch: int | None = None
    """The epoch whose weights were tested, of a run that was tested from a checkpoint; else it was the last."""
    gap: float | None = None
    """Training minus test accuracy, as `rows.GAP` has it."""
    host: str = ""
    """The machine that trains it, or did last; "" before that."""
    boot: str = ""
    """When that machine was started, in its kernel's words."""
    heard: float | None = None
    """When its training process last wrote something, in seconds since 1970 by that machine's clock."""
    group: int = 0
    """The first run of the same experiment on the same images, whatever its seed; it may be the run itself."""
    executor: Place = "here"
    """Where it is trained, or to be trained."""
    job: str = ""
    """The number of its job there; "" for none."""
    partition: str = ""
    """The part of the cluster that its job is in."""
    waits_for: str = ""
    """Why its job has not begun, in the cluster's own words."""
    memory: int = 0
    """The most memory that its training has held, in bytes; 0 where that is not known."""
    epochs: tuple[Epoch, ...] = ()
    validation_images: int | None = None
    """Images that it validates on and neither learns from nor is tested on; None before they are known, and of a run
    that an older version trained."""
    has_experiment: bool = True
    """Whether `experiment` is what was recorded; else it is an empty one, because another version wrote a newer one."""

    @property
    def live(self) -> bool:
        return self.status in LIVE

    @property
    def is_tested_on_others(self) -> bool:
        """Whether it is tested on other images than it learned from."""
        return self.test_images > 0 or not self.train_images

    @property
    def conditions(self) -> Conditions:
        """What its figures were made with."""
        epochs = (len(self.epochs), self.experiment.epochs)
        return Conditions(*self.images, *epochs, self.tested_epoch)

    @property
    def images(self) -> tuple[str, int, int]:
        """As `Line.images`."""
        return self.dataset, self.train_images, self.test_images

    @property
    def fired(self) -> FiredAt | None:
        """The stop rule that ended the run."""
        return None if self.fired_epoch is None else FiredAt(self.fired_rule, self.fired_epoch, self.fired_within)

    @property
    def cut_short(self) -> bool:
        """Whether the run ended before it should have; a stop rule that fires is what the experiment asked for."""
        return not self.live and self.ending not in AS_PLANNED

    @property
    def epoch_at_test(self) -> Epoch | None:
        """The epoch whose figures belong beside the test's: of restored weights theirs, else the last that ended."""
        tested = [one for one in self.epochs if one.epoch == self.tested_epoch]
        return tested[0] if tested else self.epochs[-1] if self.epochs else None

    def figure_at_test(self, metric: str) -> float | None:
        """A metric by Keras's name, such as `val_accuracy`, in `epoch_at_test`; None where there is none."""
        return self.epoch_at_test.metrics.get(metric) if self.epoch_at_test is not None else None

    def after_epoch(self, epoch: int) -> Run:
        """The run as it was after that epoch, with nothing tested yet: what figures of its weights were made with."""
        done = tuple(one for one in self.epochs if one.epoch <= epoch)
        return msgspec.structs.replace(self, epochs=done, tested_epoch=epoch, test_loss=None, test_accuracy=None)

    def to_json(self) -> dict[str, Any]:
        """The promised form, ready for a JSON encoder."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        for internal in _NOT_PROMISED:
            del plain[internal]
        if not self.has_experiment:
            plain["experiment"] = None
        plain["created"] = _utc(self.created)
        plain["seconds"] = round(self.seconds, 3)
        plain["memory"] = self.memory or None
        plain["heard"] = None if self.heard is None else _utc(self.heard)
        plain["epochs"] = [epoch.to_json() for epoch in self.epochs]
        tested = self.test_accuracy is not None or self.test_loss is not None
        plain["weights"] = self.conditions.weights if tested else None
        plain["weights_epoch"] = self.conditions.weights_epoch if tested else None
        return plain


_NOT_PROMISED = (
    *("pid", "wish", "archived", "exercise", "conclusion", "device", "fired_rule", "fired_epoch"),
    *("fired_within", "resumed_after", "tested_epoch", "gap", "boot", "has_experiment", "waits_for"),
)


def _utc(moment: float) -> str:
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).isoformat(timespec="seconds")


def finite(value: Any) -> float | None:
    """A number as JSON and SQLite can hold it; None for NaN and the infinities, which they cannot."""
    return float(value) if value is not None and math.isfinite(value) else None


def without_nan(value: Any) -> Any:
    """Plain data with None in place of NaN and the infinities. Tuples become lists, as in JSON."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: without_nan(inner) for key, inner in value.items()}
    return [without_nan(inner) for inner in value] if isinstance(value, list | tuple) else value
