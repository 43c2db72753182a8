"""The line to a terminal: written to in a thread of its own, so that the app never waits for it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import struct
import termios
import threading
import time
from collections.abc import Callable
from typing import NamedTuple, Self

from cnn_tui.ui.terminal.album import Album
from cnn_tui.ui.terminal.kitty import Placeholders
from cnn_tui.ui.terminal.screen import Screen

_LAYOUT = struct.Struct("4H")


class Winsize(NamedTuple):
    """Rows, columns, and pixels across and down; 0 for what the terminal does not say."""

    rows: int = 0
    columns: int = 0
    wide: int = 0
    tall: int = 0

    @classmethod
    def of(cls, terminal: int) -> Self:
        """That of an open terminal. Raises OSError when it is gone."""
        return cls(*_LAYOUT.unpack(fcntl.ioctl(terminal, termios.TIOCGWINSZ, bytes(_LAYOUT.size))))

    @property
    def cell(self) -> tuple[int, int]:
        """Pixels of a cell across and down; (0, 0) where the terminal does not say."""
        return (self.wide // self.columns, self.tall // self.rows) if self.rows and self.columns else (0, 0)


_PIECE = 16_384
"""Characters in one write while the line takes them at once."""
_SMALL_PIECE = 512
"""And while it does not: after each, what is wanted by then is looked at anew."""
_SLOW = 0.05
"""Seconds that a write takes on a line that does not keep up."""
_TOO_SLOW = 0.5
"""And on a line that is not for pictures."""
_LOOK = 2.0
"""Seconds between two looks whether the terminal is still there, while nothing is written."""


class TerminalLine:
    """Writes to a terminal in a thread of its own what `Screen` says is to be sent.

    `gone` is called once, in that thread, when the terminal is no longer there; `failed` with an error of its own.
    """

    def __init__(
        self,
        terminal: int,
        *,
        ascii_only: bool = False,
        colours: bool = True,
        album: Album | None = None,
        gone: Callable[[], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        self.slow = False
        """Whether a write has taken so long that pictures would hold up what is typed."""
        self._gone = gone
        self._failed = failed
        self._terminal = terminal
        self._last_size = Winsize()
        self._screen = Screen(*self._size(), ascii_only=ascii_only, colours=colours, album=album)
        self._screen.cell = self.cell
        self._work = threading.Condition()
        self._busy = self._ended = False
        self._thread = threading.Thread(target=self._run, name="cnn-tui-line", daemon=True)
        self._thread.start()

    def write(self, data: str) -> None:
        """Take what the app writes; returns at once."""
        with self._work:
            size = self._size()
            if size != (self._screen.columns, self._screen.rows):
                self._screen.resize(*size)
            self._screen.cell = self.cell
            self._screen.write(data)
            self._work.notify_all()

    def repaint(self) -> None:
        """Send everything again: something else has written on the terminal, or its cells have another size."""
        with self._work:
            self._size()
            self._screen.cell = self.cell
            self._screen.forget()
            self._work.notify_all()

    def drain(self, seconds: float) -> bool:
        """Wait until all has been written; False when it has not within `seconds`."""
        with self._work:
            return self._work.wait_for(lambda: not self._busy and not self._screen.waiting, seconds)

    def end(self) -> None:
        """Write what is left, for a few seconds at most, and end the thread."""
        self.drain(5)
        with self._work:
            self._ended = True
            self._work.notify_all()
        self._thread.join(1)

    @property
    def placeholders(self) -> Placeholders | None:
        """How pictures are sent to a terminal that knows kitty's graphics; None for another."""
        return self._screen.placeholders

    @placeholders.setter
    def placeholders(self, placeholders: Placeholders | None) -> None:
        with self._work:
            self._screen.placeholders = placeholders

    @property
    def cell(self) -> tuple[int, int]:
        """Pixels of a cell across and down; (0, 0) where the terminal does not say."""
        return self._last_size.cell

    def _size(self) -> tuple[int, int]:
        """Columns and rows, asked each time: a picture for another size is of no use. A serial line may not know."""
        with contextlib.suppress(OSError):  # the terminal is gone
            self._last_size = Winsize.of(self._terminal)
        return self._last_size.columns or 80, self._last_size.rows or 24

    def _run(self) -> None:
        piece = _PIECE
        while True:
            with self._work:
                self._busy = False
                self._work.notify_all()
                while not self._work.wait_for(lambda: self._screen.waiting or self._ended, _LOOK):
                    self._look()
                if self._ended:
                    return
                data = self._take(piece)
                if data and self._screen.synchronized:
                    data = f"\x1b[?2026h{data}\x1b[?2026l"
                self._busy = True
            began = time.monotonic()
            try:
                self._send(data.encode("utf-8", "replace"))
            except OSError:  # an app that has always something to write would never be told otherwise
                self._look()
            seconds = time.monotonic() - began
            piece = _SMALL_PIECE if seconds > _SLOW else _PIECE
            self.slow = self.slow or seconds > _TOO_SLOW

    def _take(self, piece: int) -> str:
        try:
            return self._screen.take(piece)
        except Exception as error:
            if self._failed is None:
                raise
            # The app ends, and gives the terminal back by way of this thread.
            self._screen = Screen(self._screen.columns, self._screen.rows)
            self._failed(error)
            return ""

    def _look(self) -> None:
        # A line that drops sends a signal only to the process that the terminal belongs to. The others read an end of
        # file, which Textual takes for a pause, and reads it again and again.
        poll = select.poll()
        poll.register(self._terminal, 0)
        if self._gone is not None and any(event & (select.POLLHUP | select.POLLNVAL) for _, event in poll.poll(0)):
            gone, self._gone = self._gone, None
            gone()

    def _send(self, data: bytes) -> None:
        while data and not self._ended:  # what is left would come in the midst of what the next line sends
            data = data[os.write(self._terminal, data) :]
