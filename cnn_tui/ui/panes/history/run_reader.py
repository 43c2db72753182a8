"""Reads the run under the cursor once that rests, beside the keys; of several that were asked for the newest wins."""

from __future__ import annotations

import contextlib
import functools
import sqlite3
from collections.abc import Sequence

from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from cnn_tui.history.history import History, HistoryError
from cnn_tui.history.table.folding import typical_run
from cnn_tui.ui.watcher import Watched

_REST_SECONDS = 0.12
"""Longer than a key that is held down takes to repeat: nothing is read, drawn or sent meanwhile."""


class RunRead(Message):
    """A run was read: that of a row or, of several `runs` in one, the one that is the nearest to their mean."""

    def __init__(self, watched: Watched, runs: Sequence[int]) -> None:
        super().__init__()
        self.watched = watched
        self.runs = runs


class RunReader:
    """Posts RunRead to its owner."""

    def __init__(self, owner: Widget, history: History) -> None:
        self.wanted: tuple[int, ...] = ()
        """The runs of the row that was asked for last."""
        self._owner = owner
        self._history = history
        self._resting: Timer | None = None

    def read_at_rest(self, runs: tuple[int, ...]) -> None:
        """Read the run of a row, unless another one is asked for before the cursor has rested."""
        if self._resting:
            self._resting.stop()
        self.wanted = runs
        if runs:
            self._resting = self._owner.set_timer(_REST_SECONDS, self._begin)

    def takes(self, read: RunRead) -> bool:
        """Whether what was read is what is wanted by now; the lab's own connection reads it from then on."""
        read.watched.hand_over(self._history)
        return read.runs == self.wanted and read.watched.run is not None

    def _begin(self) -> None:
        work = functools.partial(self._read, self.wanted)
        self._owner.run_worker(work, thread=True, exclusive=True, group="run reader", exit_on_error=False)

    def _read(self, runs: tuple[int, ...]) -> None:
        # What cannot be read is said by what reads the history all the time.
        with contextlib.suppress(HistoryError, sqlite3.Error), History(self._history.path) as history:
            watched = Watched(history, typical_run(history, runs) if len(runs) > 1 else runs[0])
            watched.read()
            self._owner.post_message(RunRead(watched, runs))
