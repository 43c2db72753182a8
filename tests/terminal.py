"""A program in a real terminal (a pty), its screen kept by pyte, so that a test sees what a person would see."""

from __future__ import annotations

import contextlib
import copy
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyte

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
}

PATIENCE = 90.0
"""Seconds that a test waits for what should come at once: the machine may be busy."""
_SLOT = 0.02
"""Seconds between two looks at a line."""
_LOOK = re.compile(rb"\x1b\[([\d;:]*)m")


def _codes(look: str) -> Iterator[str]:
    """The codes in a sequence of them; a colour of a palette or of parts counts as one: "38;5", "48;2"."""
    codes = look.replace(":", ";").split(";")
    while codes:
        code = codes.pop(0)
        if code in ("38", "48") and codes:
            kind = codes.pop(0)
            del codes[: 3 if kind == "2" else 1]
            code = f"{code};{kind}"
        yield code or "0"


def is_at_work(process: int) -> bool:
    """Whether a thread of a process runs or waits for a processor."""
    for thread in Path(f"/proc/{process}/task").glob("*/stat"):
        with contextlib.suppress(OSError):  # it has just ended
            if thread.read_text().rpartition(") ")[2][0] != "S":
                return True
    return False


class TwoScreens(pyte.Screen):  # type: ignore[misc]
    """A terminal's screen and its other one, which a program asks for while it has the whole of it (mode 1049)."""

    _kept: Any = None

    def set_mode(self, *modes: int, **how: Any) -> None:
        super().set_mode(*modes, **how)
        if 1049 in modes and self._kept is None:
            self._kept = copy.deepcopy((self.buffer, self.cursor))
            self.erase_in_display(2)

    def reset_mode(self, *modes: int, **how: Any) -> None:
        super().reset_mode(*modes, **how)
        if 1049 in modes and self._kept is not None:
            (self.buffer, self.cursor), self._kept = self._kept, None
            self.dirty.update(range(self.lines))


class Terminal:
    """Runs `command` in a terminal of `columns` x `rows`; use it in a `with`, which ends the program."""

    def __init__(
        self, command: Sequence[str], columns: int = 120, rows: int = 40, env: dict[str, str] | None = None
    ) -> None:
        self.received = 0
        """Bytes that the program has sent."""
        self.looks: set[str] = set()
        """The codes of all looks (SGR) that it has asked for."""
        self._unread = b""
        self._screen = TwoScreens(columns, rows)
        self._lines: dict[int, str] = {}
        self._stream = pyte.ByteStream(self._screen)
        self._ours, theirs = pty.openpty()
        self._set_size(columns, rows)
        whole = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
        for name in ("NO_COLOR", "COLUMNS", "LINES"):
            if name not in (env or {}):
                whole.pop(name, None)
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=whole, start_new_session=True
        )
        os.close(theirs)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    @property
    def text(self) -> str:
        """The screen as lines. Only those that have changed are read again: tests look often."""
        screen = self._screen
        for row in screen.dirty:
            cells = screen.buffer[row]
            # The second half of a wide character is an empty cell.
            self._lines[row] = "".join([cells[column].data for column in range(screen.columns)]).rstrip()
        screen.dirty.clear()
        return "\n".join([self._lines[row] for row in range(screen.lines)])

    @property
    def cells(self) -> list[list[Any]]:
        """The screen's cells, row by row: of each its `data` (a character), `fg`, `bg`, `bold`, `reverse` and so on."""
        rows, columns = range(self._screen.lines), range(self._screen.columns)
        return [[self._screen.buffer[row][column] for column in columns] for row in rows]

    def press(self, *keys: str) -> None:
        """Type keys: a name in KEYS, or the characters themselves."""
        for key in keys:
            os.write(self._ours, KEYS.get(key, key).encode())

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        self._screen.resize(rows, columns)
        self._set_size(columns, rows)
        self.process.send_signal(signal.SIGWINCH)

    def wait_for(self, words: str, seconds: float = PATIENCE) -> None:
        """Read until the words are on the screen."""
        self.wait(lambda: words in self.text, words, seconds)

    def wait(self, condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
        """Read until the condition holds."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"not seen in {seconds} s: {what}\n{self.text}"
            self.read(0.05)

    def wait_for_end(self, seconds: float = PATIENCE) -> int:
        """Read until the program has ended; gives its exit status."""
        self.wait(lambda: self.process.poll() is not None, "the end of the program", seconds)
        while self.read(0.1):
            pass
        return self.process.returncode

    def read(self, seconds: float) -> int:
        """Read what comes within `seconds`, until the program falls silent; gives the number of bytes."""
        count = 0
        while select.select([self._ours], [], [], seconds)[0]:
            try:
                data = os.read(self._ours, 65_536)
            except OSError:  # nobody has the other end open any more
                break
            if not data:
                break
            self._take(data)
            count += len(data)
        return count

    def _take(self, data: bytes) -> None:
        self.received += len(data)
        self._stream.feed(data)
        self._note_looks(data)

    def _note_looks(self, data: bytes) -> None:
        whole = self._unread + data
        for look in _LOOK.finditer(whole):
            self.looks.update(_codes(look[1].decode()))
        self._unread = whole[whole.rfind(b"\x1b") :][:30] if b"\x1b" in whole else b""  # one may be cut in two

    def read_slowly(
        self, condition: Callable[[], object], what: str, rate: int = 2_000, seconds: float = 60
    ) -> tuple[int, float]:
        """Read `rate` bytes a second, as a slow line does, until the condition holds; gives bytes and seconds."""
        began = time.monotonic()
        before, due = self.received, began
        while not condition():
            assert time.monotonic() < began + seconds, f"not seen in {seconds} s: {what}\n{self.text}"
            due = max(due, time.monotonic() - 0.1) + _SLOT  # what a line did not carry in time it does not make up for
            time.sleep(max(0.0, due - time.monotonic()))
            if select.select([self._ours], [], [], 0)[0]:
                self._take(os.read(self._ours, round(rate * _SLOT)))
        return self.received - before, time.monotonic() - began

    @property
    def at_work(self) -> bool:
        """Whether a thread of the program runs or waits for a processor, however long it has to wait for one."""
        return is_at_work(self.process.pid)

    def settle(self, seconds: float = 0.15, job: int | None = None) -> None:
        """Read until nothing more comes: for so long the program has been silent, all its threads asleep.

        `job` is a process of its own that has to be as silent, as what a shell runs.
        """
        quiet = 0.0
        while quiet < seconds:
            if self.read(_SLOT):
                quiet = 0.0
            elif not self.at_work and (job is None or not is_at_work(job)):
                quiet += _SLOT

    @property
    def echoes(self) -> bool:
        """Whether what is typed is shown and taken line by line, as a shell leaves it."""
        wanted = termios.ECHO | termios.ICANON
        return bool(termios.tcgetattr(self._ours)[3] & wanted == wanted)

    def hang_up(self) -> None:
        """Take the terminal away. The program gets no signal: it is not the one that the terminal belongs to."""
        os.close(self._ours)

    def garble(self) -> None:
        """Write over the screen, as a message from the system or noise on the line does."""
        self._stream.feed(b"\x1b[2J\x1b[3;3Hout of paper")

    def read_raw(self, seconds: float) -> bytes:
        """Read one piece as it comes, without looking at it: for measuring. Empty when none came."""
        if not select.select([self._ours], [], [], seconds)[0]:
            return b""
        try:
            return os.read(self._ours, 65_536)
        except OSError:  # nobody has the other end open any more
            return b""

    def show(self, data: bytes) -> None:
        """Put on the screen what was read without looking at it."""
        self._stream.feed(data)

    def _set_size(self, columns: int, rows: int) -> None:
        self._set_winsize(struct.pack("HHHH", rows, columns, 0, 0))

    def _set_winsize(self, size: bytes) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, size)
