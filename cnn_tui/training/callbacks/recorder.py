"""What a run writes into the history while it trains: where it is, its epochs, what happened to it.

The order of Keras 3's `fit`: batches until one sets `model.stop_training`, then validation, then `on_epoch_end`, also
for an epoch that was cut short. With several steps to an execution `on_train_batch_end` gets the number of the last
step, which may lie past the end of the epoch.
"""

from __future__ import annotations

import functools
import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Any

import keras

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.elsewhere.run_elsewhere import RunRecord
from cnn_tui.history.epoch import Epoch, Point, metric_shown
from cnn_tui.history.run import EventKind, Progress, finite
from cnn_tui.jobs.processor_load import ProcessorMeter
from cnn_tui.training.runtime import most_memory

PERIOD = 0.25
"""Seconds between two writes of where a run is, and between two looks at what is asked of it."""
RETRY = 5.0
"""Seconds until what could not be written is tried again."""
_SAID_AT_ONCE = 2
"""After so many executions of steps, the first of a training, it is written at once where it is."""
MAX_POINTS = 4_000
"""At most so many points a run, however long it takes: more than a chart has columns."""

Logs = dict[str, Any] | None
Say = Callable[[str], None]


class Stopwatch:
    """A monotonic clock, in seconds, that stands still while a run is paused."""

    def __init__(self) -> None:
        self._left_out = 0.0

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic() - self._left_out

    def leave_out(self, seconds: float) -> None:
        """Do not count time that has passed."""
        self._left_out += seconds


class Recorder(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes where a run is, four times a second at most, and every whole epoch.

    A history that cannot be written stops no training: what must not be lost waits here until it can be. `seconds` is
    the time that training steps took, without validation and pauses, `whole_epochs` the number of the last epoch that
    was not cut short. `images_an_epoch` is to be set before training.
    """

    def __init__(self, history: RunRecord, run_id: int, experiment: Experiment, stopwatch: Stopwatch, say: Say) -> None:
        super().__init__()
        self.seconds = 0.0
        self.whole_epochs = 0
        self.phase = "starting"
        self.images_an_epoch = 0
        self._read = 0, 0
        """Pictures that are read, and of how many."""
        self._history, self._run_id, self._experiment = history, run_id, experiment
        self._batch_size, self._epochs = experiment.training.batch_size, experiment.epochs
        self._has_rates = bool(experiment.then) or experiment.training.schedule is not None
        self._stopwatch, self._say = stopwatch, say
        self._epoch = self._step = 0
        self._epoch_began = self._step_ended = 0.0
        self._first = (0, 0.0)
        self._executions = 0
        """How many times steps were taken in this epoch."""
        self._is_first_epoch = True
        """Whether this process has trained no epoch of this phase: in its first one, TensorFlow makes its graph."""
        self._meter = ProcessorMeter()
        self._test_began = self._validation_seconds = 0.0
        self._next_write = self._next_try = self._next_point = 0.0
        self._logs: dict[str, Any] = {}
        self.trouble: sqlite3.Error | None = None
        """Why the history could not be written the last time that it could not."""
        self._waiting: list[Callable[[], None]] = []

    def go_on_after(self, epochs: Sequence[Epoch]) -> None:
        """The run has these whole epochs already, from the first: what else was recorded of it is recorded again."""
        self.seconds = sum(epoch.seconds for epoch in epochs)
        self.whole_epochs = len(epochs)
        self.write(functools.partial(self._history.forget_after, self._run_id, len(epochs)))

    def begin_phase(self, batch_size: int, images_an_epoch: int, epochs: int) -> None:
        """A phase of the training begins, or is gone on with; `epochs` are all that there will be."""
        self._batch_size, self.images_an_epoch, self._epochs = batch_size, images_an_epoch, epochs
        self._is_first_epoch = True

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch, self._step, self._executions, self.phase = epoch + 1, 0, 0, "training"
        self._meter.begin()
        self._epoch_began = self._step_ended = self._stopwatch.now()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        now = self._stopwatch.now()
        self._executions += 1
        self._step, self._step_ended = min(batch + 1, self.params["steps"]), now
        self._logs = logs or {}
        if self._executions == 1:
            self._first = (self._seen(), now)
        # The first steps show that it trains, the second ones how fast: nobody is to wait for that.
        begins = self._is_first_epoch and self._executions <= _SAID_AT_ONCE
        if now >= self._next_write or (begins and now >= self._next_try):
            self._write_progress(now)

    def on_test_begin(self, logs: Logs = None) -> None:
        self._test_began = self._stopwatch.now()

    def on_test_end(self, logs: Logs = None) -> None:
        if not getattr(self.model, "stop_evaluating", False):
            self._validation_seconds = self._stopwatch.now() - self._test_began

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        self.phase = "validating"
        now = self._stopwatch.now()
        if now >= self._next_write:
            self._write_progress(now)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        seconds = self._step_ended - self._epoch_began
        self.seconds += seconds
        startup, self._is_first_epoch = self._startup(), False
        # Its training or its validation was cut short.
        if self._step < self.params["steps"] or getattr(self.model, "stop_evaluating", False):
            return
        found = logs or {}
        metrics = {name: float(found[name]) for name in self._experiment.emitted_metrics() if name in found}
        if self._has_rates:
            metrics["learning_rate"] = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        rate = self.images_an_epoch / seconds if seconds > 0 else 0.0
        load = self._meter.end()
        whole = Epoch(epoch + 1, metrics, seconds, rate, startup, load.others, load.throttled)
        self.whole_epochs = whole.epoch
        self._say(_epoch_line(whole, self._epochs))
        self.write(functools.partial(self._history.record_epoch, self._run_id, whole, self.seconds))

    def note(self, event: str, kind: EventKind = "other") -> None:
        """Record something that happened to the run, and say it in the log."""
        self._say(f"Run {self._run_id}: {event}")
        self.write(functools.partial(self._history.record_event, self._run_id, event, kind, time.time()))

    def note_resumption(self, epoch: int, event: str) -> None:
        """Record that the run goes on after `epoch`, or with 0 from the start, and say it in the log."""
        self._say(f"Run {self._run_id}: {event}")
        self.write(functools.partial(self._history.record_resumption, self._run_id, epoch, event, time.time()))

    def write(self, *writes: Callable[[], None]) -> None:
        """Write to the history what must not be lost, after what waits already; now if possible, else later."""
        self._waiting += writes
        if self._stopwatch.now() >= self._next_try:
            self.write_waiting()

    def write_waiting(self) -> bool:
        """Write what waits, in its order; False when it still waits."""
        try:
            while self._waiting:
                self._waiting[0]()
                del self._waiting[0]
        except sqlite3.Error as error:
            self._put_off(error)
        return not self._waiting

    def show_phase(self, phase: str) -> None:
        """Write what the run does outside `fit`."""
        self.phase, self._read = phase, (0, 0)
        self._write_progress(self._stopwatch.now())

    def show_reading(self, done: int, total: int) -> None:
        """Write how many pictures are read, unless something was written a moment ago."""
        self._read = done, total
        if (now := self._stopwatch.now()) >= self._next_write:
            self._write_progress(now)

    def _write_progress(self, now: float) -> None:
        self._next_write = now + PERIOD
        try:
            self._history.record_progress(self._run_id, self._progress(), self._point())
        except sqlite3.Error as error:
            self._put_off(error)
            return
        self.write()

    def _progress(self) -> Progress:
        return Progress(
            phase=self.phase,
            epoch=self._epoch,
            step=self._step,
            steps=(self.params or {}).get("steps") or 0,
            images=self._seen(),
            images_an_epoch=self.images_an_epoch,
            loss=finite(self._logs.get("loss")),
            accuracy=finite(self._logs.get("accuracy")),
            images_per_second=self._rate(),
            seconds=self._step_ended - self._epoch_began,
            validation_seconds=self._validation_seconds,
            read=self._read[0],
            to_read=self._read[1],
            memory=most_memory(),
        )

    def _point(self) -> Point | None:
        if self.phase != "training" or not self._step:
            return None
        at = self._epoch - 1 + self._step / self.params["steps"]
        loss = finite(self._logs.get("loss"))
        if loss is None or at < self._next_point:
            return None
        self._next_point = at + self._epochs / MAX_POINTS
        return Point(at, loss, finite(self._logs.get("accuracy")))

    def _seen(self) -> int:
        return min(self._step * self._batch_size, self.images_an_epoch)

    def _rate(self) -> float:
        """Images a second in this epoch, without its first execution, in which Keras may build its graph."""
        images, began = self._first
        seconds = self._step_ended - began
        if seconds > 0:
            return (self._seen() - images) / seconds
        seconds = self._step_ended - self._epoch_began
        return self._seen() / seconds if seconds > 0 else 0.0

    def _startup(self) -> float:
        """Seconds that the first steps of this process took beyond what such steps take later."""
        images, at = self._first
        if not self._is_first_epoch or self._step_ended <= at or self._seen() <= images:
            return 0.0
        return max(0.0, at - self._epoch_began - images * (self._step_ended - at) / (self._seen() - images))

    def _put_off(self, error: sqlite3.Error) -> None:
        self.trouble = error
        self._say(f"The history cannot be written ({error}); training goes on, and it is tried again.")
        self._next_write = self._next_try = self._stopwatch.now() + RETRY


def _epoch_line(epoch: Epoch, epochs: int) -> str:
    figures = "  ".join(f"{name} {metric_shown(name, value)}" for name, value in epoch.metrics.items())
    pace = f"{epoch.seconds:.1f} s, {epoch.images_per_second:,.0f} images/s"
    return f"Epoch {epoch.epoch} of {epochs}: {figures}  ({pace})"
