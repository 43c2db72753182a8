"""Textual's driver for a terminal, with a slow line in mind: the app never waits for it, and it never falls behind."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, ClassVar

from textual.drivers.linux_driver import LinuxDriver

from cnn_tui.ui.wire.screen import Screen

_PIECE = 16_384
"""Characters in one write while the line takes them at once."""
_SMALL_PIECE = 512
"""And while it does not: after each, what is wanted by then is looked at anew."""
_SLOW = 0.05
"""Seconds that a write takes on a line that does not keep up."""
_LOOK = 2.0
"""Seconds between two looks whether the terminal is still there, while nothing is written."""


class Line:
    """Writes to a terminal in a thread of its own what `Screen` says is to be sent.

    `gone` is called once, in that thread, when the terminal is no longer there.
    """

    def __init__(
        self,
        terminal: int,
        *,
        ascii_only: bool = False,
        colours: bool = True,
        gone: Callable[[], object] | None = None,
    ) -> None:
        self._gone = gone
        self._terminal = terminal
        self._last_size: tuple[int, ...] = (0, 0)
        self._screen = Screen(*self._size(), ascii_only=ascii_only, colours=colours)
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
            self._screen.write(data)
            self._work.notify_all()

    def repaint(self) -> None:
        """Send everything again: something else has written on the terminal."""
        with self._work:
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

    def _size(self) -> tuple[int, int]:
        """Columns and rows, asked each time: a picture for another size is of no use. A serial line may not know."""
        with contextlib.suppress(OSError):  # the terminal is gone
            self._last_size = os.get_terminal_size(self._terminal)
        return self._last_size[0] or 80, self._last_size[1] or 24

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
                data = self._screen.take(piece)
                if data and self._screen.synchronized:
                    data = f"\x1b[?2026h{data}\x1b[?2026l"
                self._busy = True
            began = time.monotonic()
            with contextlib.suppress(OSError):  # the terminal is gone, and the app hears of it elsewhere
                self._send(data.encode("utf-8", "replace"))
            piece = _SMALL_PIECE if time.monotonic() - began > _SLOW else _PIECE

    def _look(self) -> None:
        # A line that drops sends a signal only to the process that the terminal belongs to. The others read an end of
        # file, which Textual takes for a pause, and reads it again and again.
        poll = select.poll()
        poll.register(self._terminal, 0)
        if self._gone is not None and any(event & (select.POLLHUP | select.POLLNVAL) for _, event in poll.poll(0)):
            gone, self._gone = self._gone, None
            gone()

    def _send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._terminal, data) :]


class LeanDriver(LinuxDriver):
    """Sends only the cells that changed. Its line is made with the first write."""

    ascii_only: ClassVar[bool] = False
    """For a terminal without Unicode: what is not ASCII is sent as something that looks like it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._line: Line | None = None

    def write(self, data: str) -> None:
        """Take what Textual would send."""
        if self._line is None:
            terminal = sys.__stderr__.fileno() if sys.__stderr__ else 2
            colours = not self._app.no_color
            self._line = Line(terminal, ascii_only=self.ascii_only, colours=colours, gone=self._leave)
        self._line.write(data)

    def _leave(self) -> None:
        """End the app: nobody is there any more. What it edits is kept, and training goes on."""
        self.exit_event.set()  # for the thread that reads keys
        self._app.call_later(self._app.exit, None, 129)  # the status of a program that a hang-up ended

    def repaint(self) -> None:
        """Send the whole screen again."""
        if self._line is not None:
            self._line.repaint()

    def stop_application_mode(self) -> None:
        """Give the terminal back, with all that was to be sent."""
        super().stop_application_mode()
        if self._line is not None:
            self._line.drain(5)

    def close(self) -> None:
        """End the line, then what Textual has opened."""
        if self._line is not None:
            self._line.end()
        super().close()


class AsciiDriver(LeanDriver):
    """The same for a terminal that shows ASCII only."""

    ascii_only = True
