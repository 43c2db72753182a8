"""What the lab watches: runs as they are recorded, read from the history when it changed."""

from __future__ import annotations

import sqlite3
import time

from textual.dom import DOMNode
from textual.signal import Signal

from cnn_tui.history.epoch import Point
from cnn_tui.history.history import History
from cnn_tui.history.run import Event, Line, Progress, Run

_AGAIN = 1.0
"""Seconds before a history is read again that could not be read."""


class Watched:
    """A run with its readings and events. Looking again reads what is new."""

    def __init__(self, history: History, run_id: int) -> None:
        self.id = run_id
        self.run: Run | None = None
        self.progress = Progress()
        self.points: list[Point] = []
        self.events: list[Event] = []
        self._history = history

    def read(self, run: Run | None = None) -> None:
        """Read what is recorded by now; `run`, where it has been read already, is not read again."""
        before, phase = self.run, self.progress.phase
        self.run = run or self._history.run(self.id)
        if self.run is None:
            return
        self.progress = self._history.progress(self.id)
        if before is None or (before.status, phase) != (self.run.status, self.progress.phase):
            self.events = self._history.events(self.id)
        self._read_points()

    def hand_over(self, history: History) -> None:
        """From now on read from this connection: it was read in a thread with one of its own."""
        self._history = history

    def read_unless_ended(self) -> None:
        """Read what is recorded by now of a run that was not read yet, or had not ended then."""
        if self.run is None or self.run.live:
            self.read()

    @property
    def resumed_after(self) -> int | None:
        """The epoch after which a run that was queued again went on, 0 where it began again; None if it did not."""
        return self.run.resumed_after if self.run else None

    @property
    def will_resume(self) -> bool:
        """Whether it was queued again, and where it goes on is not known yet."""
        waits = self.resumed_after is None or (self.run is not None and self.run.status == "queued")
        return waits and any(event.kind == "queued again" for event in self.events)

    def _read_points(self) -> None:
        last = self.points[-1].at if self.points else None
        # The last one known is read again: when it is gone, the run was resumed from before it.
        new = self._history.points(self.id, -1.0 if last is None else last - 1e-9)
        if last is None:
            self.points = new
        elif new and new[0].at == last:
            self.points += new[1:]
        else:
            self.points = self._history.points(self.id)


class Live:
    """The run that goes on now, or the last one, kept up to date by `poll`; `changed` tells whoever shows it."""

    def __init__(self, history: History, owner: DOMNode) -> None:
        """`owner` is what is there as long as anybody watches."""
        self.history = history
        self.changed: Signal[None] = Signal(owner, "the history has changed")
        self.watched: Watched | None = None
        self.queue: list[Line] = []
        self.trained: list[Line] = []
        """The runs that are trained, or pause."""
        self._version: int | None = None
        self._not_before = 0.0

    @property
    def run(self) -> Run | None:
        """The run itself; None in an empty history."""
        return self.watched.run if self.watched else None

    @property
    def progress(self) -> Progress:
        return self.watched.progress if self.watched else Progress()

    @property
    def points(self) -> list[Point]:
        return self.watched.points if self.watched else []

    @property
    def waiting(self) -> int:
        return len(self.queue)

    @property
    def going(self) -> Run | None:
        return self.run if self.run and self.run.status in ("running", "paused") else None

    @property
    def begins(self) -> bool:
        """Whether the run is about to train: it waits for nothing but itself, and has taken no step."""
        return self.run is not None and self.run.live and not self.progress.step

    def poll(self) -> bool:
        """Read what changed; False, without reading a table, when nothing did."""
        if time.monotonic() < self._not_before:
            return False
        try:
            version = self.history.data_version()
            if version == self._version:
                return False
            self.read()
        except sqlite3.Error:
            self.look_again()
            raise
        self._version = version
        return True

    def look_again(self) -> None:
        """Not all could be read: have the next `poll` read all of it, though not at once."""
        self._version, self._not_before = None, time.monotonic() + _AGAIN

    def read(self) -> None:
        """Read the run on show. For after a change that this process made, which `poll` does not see."""
        self.queue = self.history.queue()
        found = self._find()
        if found is None:
            self.watched = None
        elif self.watched is None or self.watched.id != found:
            self.watched = Watched(self.history, found)
        if self.watched:
            self.watched.read()
        self.changed.publish(None)

    def _find(self) -> int | None:
        """The run that is trained, else the one that is next, else the one that was, else the newest."""
        self.trained = self.history.going()
        if self.trained or self.queue:
            return (self.trained or self.queue)[0].id
        if self.watched:
            return self.watched.id
        newest = self.history.newest(1)
        return newest[0].id if newest else None
