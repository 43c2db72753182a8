"""A child process that nobody waits for longer than a deadline. Loads neither TensorFlow nor NumPy.

`subprocess.run(timeout=…)` gives a process that only runs to its end a deadline, but waits without one after it has
killed it: one that hangs inside a driver cannot be killed. It knows no questions and answers, and no end from another
thread; nor does any library in its place without an event loop of its own.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NamedTuple

from cnn_tui.jobs.launch import environment

PARTING = 0.2
"""Seconds that the end of a child that was killed is waited for."""
_SLICE = 0.1  # seconds, so that `end` from another thread does not wait for the deadline of an answer


class Ended(NamedTuple):
    """How a child ended: its exit status, and the lines of its output and of its errors that say something."""

    status: int
    out: list[str]
    errors: list[str]


class Child(subprocess.Popen[bytes]):
    """A process, started at once, in a group of its own: a ctrl+c in the terminal is none for it.

    Raises OSError when it cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        output: int | IO[bytes] = subprocess.PIPE,
        errors: int | IO[bytes] = subprocess.DEVNULL,
        folder: Path | None = None,
    ) -> None:
        self._over = threading.Event()
        self._reading = threading.Lock()
        self._unread = b""
        super().__init__(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=errors,
            cwd=folder,
            env=environment(),
            process_group=0,
        )

    def write_line(self, line: bytes) -> None:
        """Write a line to its input. Raises OSError when it has ended."""
        assert self.stdin is not None
        self.stdin.write(line + b"\n")
        self.stdin.flush()

    def close_input(self) -> None:
        """Tell it that nothing more comes. Raises OSError when it has ended."""
        given, self.stdin = self.stdin, None  # `communicate` does not forgive one that is closed
        if given is not None:
            given.close()

    def read_line(self, seconds: float, longest: int) -> bytes:
        """The next line of its output; b"" when it ended, or was ended by another thread, before there was one.

        Raises TimeoutError after `seconds`, and ValueError for a line of more than `longest` bytes. What had come until
        then is forgotten: end it and start another.
        """
        assert self.stdout is not None
        deadline = time.monotonic() + seconds
        pieces = [self._unread]
        with self._reading:
            while b"\n" not in pieces[-1]:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"no answer in {seconds:g} seconds")
                if self._over.is_set():
                    return b""
                if select.select([self.stdout], [], [], min(left, _SLICE))[0]:
                    pieces.append(os.read(self.stdout.fileno(), 1_000_000))
                    if not pieces[-1]:
                        return b""
                    if sum(map(len, pieces)) > longest:
                        raise ValueError(f"a line of more than {longest:,} bytes")
        line, _, self._unread = b"".join(pieces).partition(b"\n")
        return line

    def finish(self, seconds: float) -> Ended:
        """Wait for its end. Raises TimeoutError, when it has been killed, if it takes more than `seconds`."""
        try:
            out, errors = self.communicate(timeout=max(0.0, seconds))
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"it did not end in {seconds:.0f} seconds") from None
        finally:
            self.end()
        return Ended(self.returncode, _lines(out), _lines(errors))

    def leave(self, seconds: float) -> None:
        """Tell it that nothing more comes, and kill it where it has not ended by itself in `seconds`."""
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            self.close_input()
            self.wait(seconds)
        self.end()

    def end(self) -> None:
        """Kill it, with all that it started. One that hangs inside a driver goes when the driver lets it."""
        self._over.set()
        if self.poll() is None:
            with contextlib.suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.wait(PARTING)
        with self._reading:
            for pipe in filter(None, (self.stdin, self.stdout, self.stderr)):
                with contextlib.suppress(OSError):
                    pipe.close()


def _lines(said: bytes | None) -> list[str]:
    return [line.strip() for line in (said or b"").decode(errors="replace").splitlines() if line.strip()]
