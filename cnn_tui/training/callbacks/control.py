"""What ends training before its last epoch: somebody asks for it, or a rule of the experiment fires."""

from __future__ import annotations

import contextlib
import math
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence

import keras

from cnn_tui.experiment.training.stop_rules import StopRule, StopWatch
from cnn_tui.history.elsewhere.run_elsewhere import RunRecord
from cnn_tui.history.ending import Ending, Status
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.run import EventKind, FiredAt, Wish
from cnn_tui.training.callbacks import recorder
from cnn_tui.training.callbacks.recorder import Logs, Stopwatch

Note = Callable[[str, EventKind], None]
STOPS: tuple[Wish, ...] = ("stop", "prune")
"""The wishes that end training, but not before what was learned is saved and evaluated."""


class StopRuleCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Stops training at the end of the first epoch in which a rule of the experiment fires; `fired` tells which.

    A rule that waits for a loss that is no number does not wait for the end of the epoch.
    """

    def __init__(self, rules: tuple[StopRule, ...], note: Note) -> None:
        super().__init__()
        self.cause = ""
        """The sentence for it."""
        self.fired: FiredAt | None = None
        self._rules, self._watch, self._note = rules, StopWatch(rules), note
        self._nan = next((rule for rule in rules if rule.nan and rule.metric == "loss"), None)
        self._epoch = 0
        self._said = False

    @property
    def found_nan(self) -> bool:
        """Whether what fired looks for what is no number: there is nothing to go on with."""
        return self.fired is not None and self._rules[(self.fired.rule or 1) - 1].nan

    def go_on_after(self, epochs: Sequence[Epoch]) -> None:
        """The run has these whole epochs already, from the first."""
        for epoch in epochs:
            self._watch.after(epoch.epoch, epoch.metrics)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        if self._nan is None or math.isfinite((logs or {}).get("loss", 0.0)):
            return
        step = min(batch + 1, self.params["steps"])
        why = f"{self._nan} in epoch {self._epoch}, after step {step:,}"
        self._stop(FiredAt(self._rules.index(self._nan) + 1, self._epoch, within=True), why)

    def on_test_begin(self, logs: Logs = None) -> None:
        # Weights that are no numbers have nothing to show.
        if self.fired:
            self.model.stop_evaluating = True

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        # An epoch that was cut short is no epoch, and after the last one there is nothing to stop.
        if self.model.stop_training or epoch + 1 >= self.params["epochs"]:
            return
        self._note_blind(epoch + 1, logs or {})
        fired = self._watch.after(epoch + 1, logs or {})
        if fired is not None:
            self._stop(FiredAt(self._rules.index(fired.rule) + 1, fired.epoch), str(fired))

    def _note_blind(self, epoch: int, metrics: Mapping[str, float]) -> None:
        """Say once which rules cannot fire any more, because what they watch is no number."""
        blind = [rule for rule in self._rules if rule.is_blind(metrics.get(rule.metric))]
        if blind and not self._said:
            self._said = True
            rules = " and ".join(f"'{rule}'" for rule in blind)
            words = f"{blind[0].metric} is not a number after epoch {epoch}, so the stop rule {rules} cannot fire"
            self._note(f"{words}; the rule 'loss nan' would have ended the run", "other")

    def _stop(self, fired: FiredAt, why: str) -> None:
        self.fired, self.cause = fired, f"stop rule: {why}"
        self.model.stop_training = True
        self._note(self.cause, "rule")


class ControlPoll(keras.callbacks.Callback):  # type: ignore[misc]
    """Looks, four times a second at most, for what somebody asks of the run; `cause` says how it was stopped.

    `now` tells that the run is to end at once: nothing more of it is validated, saved or evaluated.
    """

    def __init__(self, history: RunRecord, run_id: int, epochs: int, stopwatch: Stopwatch, note: Note) -> None:
        super().__init__()
        self.cause = ""
        self.now = False
        self.signal = ""
        """The name of a signal that asks the process to end; set by its handler."""
        self._history, self._run_id, self._epochs = history, run_id, epochs
        self._stopwatch, self._note = stopwatch, note
        self._next_look = 0.0
        self._last: Wish = ""
        self._epoch = self._step = self._steps = 0
        self._fitting = self._cut = self._whole = False
        self._unsaid: Status | None = None

    def begin_phase(self, epochs: int) -> None:
        """A phase of the training begins; `epochs` are all that there will be."""
        self._epochs = epochs

    def wish(self) -> Wish:
        """What is asked of the run now; what was asked before when the history cannot be read."""
        with contextlib.suppress(sqlite3.Error):
            self._last = self._history.wish(self._run_id)
        return "stop" if self.signal and self._last != "now" else self._last

    def ends_before(self, next_thing: str = "") -> bool:
        """Whether the run is to end at once, instead of being what comes next: "saved", "evaluated"."""
        if not self.now and self.wish() == "now":
            self._end_now(f", before it was {next_thing}" if next_thing else "")
        return self.now

    @property
    def ending(self) -> Ending:
        """Who stopped the run, if it was stopped."""
        if self.signal and not self.now:
            return "signal"
        return "pruned" if self._last == "prune" else "user"

    def stopped(self, where: str) -> str:
        """The sentence of a stop: who asked, and where it came."""
        if self.ending == "pruned":
            return f"pruned by a search {where}"
        who = f"a signal ({self.signal})" if self.ending == "signal" else "you"
        return f"stopped {'now ' if self.now else ''}by {who} {where}"

    def on_train_begin(self, logs: Logs = None) -> None:
        self._fitting = True

    def on_train_end(self, logs: Logs = None) -> None:
        self._fitting = False

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch, self._step, self._steps = epoch + 1, 0, self.params["steps"]
        self._whole = False

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        self._step = min(batch + 1, self._steps)
        if not self._due():
            return
        wish = self._heed()
        if wish == "now":
            self._end_now()
        elif wish in STOPS and self._step < self._steps:
            self._stop(self._where())
            self._cut = True
        elif wish in STOPS:
            self._stop_after_epoch()

    def on_test_begin(self, logs: Logs = None) -> None:
        # What an epoch that was cut short came to is not recorded, so it need not be measured.
        if self._fitting and (self._cut or self.now):
            self.model.stop_evaluating = True

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        if not self.now and self._due() and self.wish() == "now":
            self._end_now(f", while it was {'validated' if self._fitting else 'evaluated'}")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._whole = self._step >= self._steps and not getattr(self.model, "stop_evaluating", False)
        # Validation may have taken long.
        if self.model.stop_training or not self._due():
            return
        wish = self.wish()
        if wish == "now":
            self._end_now()
        elif wish in STOPS:
            self._stop_after_epoch()

    def _stop_after_epoch(self) -> None:
        if self._epoch < self._epochs:
            self._stop(f"after epoch {self._epoch} of {self._epochs}")

    def _end_now(self, more: str = "") -> None:
        self.now = True
        self._stop(self._where() + more)
        if self.model is not None:
            self.model.stop_evaluating = True

    def _stop(self, where: str) -> None:
        self.cause = self.stopped(where)
        self._note(self.cause, "stopped")
        if self.model is not None:
            self.model.stop_training = True

    def _where(self) -> str:
        if not self._epoch:
            return "before training began"
        if self._whole:
            return f"after epoch {self._epoch} of {self._epochs}"
        return f"in epoch {self._epoch} of {self._epochs}, after {self._step:,} of {self._steps:,} batches"

    def _due(self) -> bool:
        now = time.monotonic()
        if now < self._next_look and not self.signal:
            return False
        self._next_look = now + recorder.PERIOD
        return True

    def _heed(self) -> Wish:
        """The wish, once it is no longer a pause."""
        if self._unsaid:
            self._record(self._unsaid)
        if (wish := self.wish()) != "pause":
            return wish
        began = time.monotonic()
        self._record("paused")
        self._note(f"paused {self._where()}", "paused")
        while (wish := self.wish()) == "pause":
            time.sleep(recorder.PERIOD)
        self._record("running")
        seconds = time.monotonic() - began
        self._stopwatch.leave_out(seconds)
        self._note(f"gone on after {seconds:.0f} s", "gone on")
        return wish

    def _record(self, status: Status) -> None:
        try:
            self._history.record_status(self._run_id, status)
            self._unsaid = None
        except sqlite3.Error:
            self._unsaid = status  # it shows late; the pause itself is not lost
