"""The curves of a run below what is told of it, drawn anew in their place when an epoch has ended."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TextIO

from cnn_tui.cli.printing import chart_lines_within
from cnn_tui.cli.progress import Reporter
from cnn_tui.cli.streams import columns_of, rows_of
from cnn_tui.history.history import History
from cnn_tui.history.run import Run

_BYTES_A_SECOND = 2_000
"""What drawings may take: epochs of a moment are told and drawn several at once, so that a slow line keeps up."""
_MOST_SAID = 5  # epochs of a moment that are told one by one
_OTHER_ROWS = 4  # for the line of progress and the last epochs


class LiveChart:
    """Draws on a terminal whose cursor can be moved; nothing where it is too small."""

    def __init__(self, out: Reporter, stream: TextIO, history: History) -> None:
        self._out, self._stream, self._history = out, stream, history
        self._drawn: tuple[int, ...] = ()
        self._had_rows = False
        self._next = 0.0

    def draw(self, run: Run, said: Sequence[str]) -> bool:
        """Tell what is to be said and draw the curves as they are; False when it is too early, and nothing was done."""
        size = columns_of(self._stream), rows_of(self._stream)
        wanted = (run.id, len(run.epochs), *size)
        lost = self._had_rows and not self._out.block_rows  # another line was said, which took the drawing away
        if wanted == self._drawn and not said and not lost:
            return True
        now = time.monotonic()
        if now < self._next:
            return False
        lines = chart_lines_within(run, self._history.points(run.id), self._stream, size[1] - _OTHER_ROWS)
        if lines and len(said) > _MOST_SAID:
            said = [f"{len(said) - _MOST_SAID} more epochs, as the curves show", *said[-_MOST_SAID:]]
        self._out.over_block(said, lines)
        took = sum(len(line.encode()) for line in lines)
        self._drawn, self._had_rows, self._next = wanted, bool(lines), now + took / _BYTES_A_SECOND
        return True
