"""Keras callbacks: what a run writes into the history, what it looks for there, and when it stops by itself.

The order of Keras 3's `fit`: batches until one sets `model.stop_training`, then validation, then `on_epoch_end`, also
for an epoch that was cut short. With several steps to an execution `on_train_batch_end` gets the number of the last
step, which may lie past the end of the epoch.
"""

from __future__ import annotations

import functools
import math
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import keras

from cnn_tui.experiments.experiment import Experiment
from cnn_tui.experiments.history import History
from cnn_tui.experiments.run import Epoch, Point, Progress, Status, Wish
from cnn_tui.experiments.stop_rules import StopRule, StopWatch

PERIOD = 0.25
"""Seconds between two writes, and between two looks at the wish."""
RETRY = 5.0
"""Seconds until a history that could not be written is tried again."""
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
    the time that training steps took, without validation and pauses. `train_images` is to be set before training.
    """

    def __init__(self, history: History, run_id: int, experiment: Experiment, stopwatch: Stopwatch, say: Say) -> None:
        super().__init__()
        self.seconds = 0.0
        self.phase = "starting"
        self.train_images = 0
        self._history, self._run_id, self._experiment = history, run_id, experiment
        self._stopwatch, self._say = stopwatch, say
        self._epoch = self._step = 0
        self._epoch_began = self._step_ended = 0.0
        self._first = (0, 0.0)
        self._next_write = self._next_try = self._next_point = 0.0
        self._logs: dict[str, Any] = {}
        self._waiting: list[Callable[[], None]] = []

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch, self._step, self.phase = epoch + 1, 0, "training"
        self._epoch_began = self._step_ended = self._stopwatch.now()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        now = self._stopwatch.now()
        first = self._step == 0
        self._step, self._step_ended = min(batch + 1, self.params["steps"]), now
        self._logs = logs or {}
        if first:
            self._first = (self._seen(), now)
        if now >= self._next_write:
            self._write_progress(now)

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        self.phase = "validating"
        now = self._stopwatch.now()
        if now >= self._next_write:
            self._write_progress(now)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        seconds = self._step_ended - self._epoch_began
        self.seconds += seconds
        if self._step < self.params["steps"]:
            return
        found = logs or {}
        metrics = {name: float(found[name]) for name in self._experiment.emitted_metrics() if name in found}
        rate = self.train_images / seconds if seconds > 0 else 0.0
        whole = Epoch(epoch + 1, metrics, seconds, rate)
        self._say(_epoch_line(whole, self.params["epochs"]))
        self.write(functools.partial(self._history.record_epoch, self._run_id, whole, self.seconds))

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
        self.phase = phase
        self._write_progress(self._stopwatch.now())

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
            images_an_epoch=self.train_images,
            loss=_finite(self._logs.get("loss")),
            accuracy=_finite(self._logs.get("accuracy")),
            images_per_second=self._rate(),
            seconds=self._step_ended - self._epoch_began,
        )

    def _point(self) -> Point | None:
        if self.phase != "training" or not self._step:
            return None
        at = self._epoch - 1 + self._step / self.params["steps"]
        loss = _finite(self._logs.get("loss"))
        if loss is None or at < self._next_point:
            return None
        self._next_point = at + self.params["epochs"] / MAX_POINTS
        return Point(at, loss, _finite(self._logs.get("accuracy")))

    def _seen(self) -> int:
        return min(self._step * self._experiment.training.batch_size, self.train_images)

    def _rate(self) -> float:
        """Images a second in this epoch, without its first execution, in which Keras may build its graph."""
        images, began = self._first
        seconds = self._step_ended - began
        if seconds > 0:
            return (self._seen() - images) / seconds
        seconds = self._step_ended - self._epoch_began
        return self._seen() / seconds if seconds > 0 else 0.0

    def _put_off(self, error: sqlite3.Error) -> None:
        self._say(f"The history cannot be written ({error}); training goes on, and it is tried again.")
        self._next_write = self._next_try = self._stopwatch.now() + RETRY


class StopRuleCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Stops training at the end of the first epoch in which a rule of the experiment fires; `cause` says which."""

    def __init__(self, rules: tuple[StopRule, ...]) -> None:
        super().__init__()
        self.cause = ""
        self._watch = StopWatch(rules)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        # An epoch that was cut short is no epoch, and after the last one there is nothing to stop.
        if self.model.stop_training or epoch + 1 >= self.params["epochs"]:
            return
        fired = self._watch.after(epoch + 1, logs or {})
        if fired is not None:
            self.cause = f"stop rule: {fired}"
            self.model.stop_training = True


class ControlPoll(keras.callbacks.Callback):  # type: ignore[misc]
    """Looks, four times a second at most, for what somebody asks of the run; `cause` says how it was stopped."""

    def __init__(self, history: History, run_id: int, stopwatch: Stopwatch) -> None:
        super().__init__()
        self.cause = ""
        self.signal = ""
        """The name of a signal that asks the process to end; set by its handler."""
        self._history, self._run_id, self._stopwatch = history, run_id, stopwatch
        self._next_look = 0.0
        self._last: Wish = ""
        self._cut = False
        self._unsaid: Status | None = None

    def wish(self) -> Wish:
        """What is asked of the run now; what was asked before when the history cannot be read."""
        if self.signal:
            return "stop"
        try:
            self._last = self._history.wish(self._run_id)
        except sqlite3.Error:
            return self._last
        return self._last

    def stopped(self, where: str) -> str:
        """The sentence of a stop: who asked, and where it came."""
        return f"stopped by {f'a signal ({self.signal})' if self.signal else 'request'} {where}"

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        if not self._due() or self._heed() != "stop":
            return
        step, steps, epochs = batch + 1, self.params["steps"], self.params["epochs"]
        if step < steps:
            self.cause = self.stopped(f"in epoch {self._epoch} of {epochs}, after {step:,} of {steps:,} steps")
            self.model.stop_training = self._cut = True
        else:
            self._stop_after_epoch()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch = epoch + 1

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        # Validation may have taken long.
        if not self.model.stop_training and self._due() and self.wish() == "stop":
            self._stop_after_epoch()

    def on_test_begin(self, logs: Logs = None) -> None:
        # What an epoch that was cut short came to is not recorded, so it need not be measured.
        if self._cut:
            self.model.stop_evaluating = True

    def _stop_after_epoch(self) -> None:
        if self._epoch < self.params["epochs"]:
            self.cause = self.stopped(f"after epoch {self._epoch} of {self.params['epochs']}")
            self.model.stop_training = True

    def _due(self) -> bool:
        now = time.monotonic()
        if now < self._next_look and not self.signal:
            return False
        self._next_look = now + PERIOD
        return True

    def _heed(self) -> Wish:
        """The wish, once it is no longer a pause."""
        if self._unsaid:
            self._record(self._unsaid)
        if (wish := self.wish()) != "pause":
            return wish
        began = time.monotonic()
        self._record("paused")
        while (wish := self.wish()) == "pause":
            time.sleep(PERIOD)
        self._record("running")
        self._stopwatch.leave_out(time.monotonic() - began)
        return wish

    def _record(self, status: Status) -> None:
        try:
            self._history.record_status(self._run_id, status)
            self._unsaid = None
        except sqlite3.Error:
            self._unsaid = status  # it shows late; the pause itself is not lost


def _finite(value: Any) -> float | None:
    """A number that SQLite and JSON can hold; None for what is none."""
    return float(value) if value is not None and math.isfinite(value) else None


def _epoch_line(epoch: Epoch, epochs: int) -> str:
    figures = "  ".join(f"{name} {value:.4f}" for name, value in epoch.metrics.items())
    pace = f"{epoch.seconds:.1f} s, {epoch.images_per_second:,.0f} images/s"
    return f"Epoch {epoch.epoch} of {epochs}: {figures}  ({pace})"
