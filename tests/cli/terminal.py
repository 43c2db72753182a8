"""A command whose words go to a real terminal (a pty) while its data goes to a pipe."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable

from tests.cli.command import command, environment

DEADLINE = 120.0


class Terminal:
    """Runs `cnn-tui` with standard error on a terminal of `columns` columns; use it in a `with`.

    Standard output is a pipe, unless `all_streams` puts it on the terminal too.
    """

    def __init__(self, *arguments: str, columns: int = 90, all_streams: bool = False, **changes: str) -> None:
        self.screen = ""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        env = environment(**changes)
        del env["COLUMNS"]
        self.process = subprocess.Popen(
            command(*arguments),
            stdin=theirs,
            stdout=theirs if all_streams else subprocess.PIPE,
            stderr=theirs,
            env=env,
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        os.close(self._ours)

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Read the screen until the pattern is on it."""
        found = self._read_until(lambda: re.search(pattern, self.screen) is not None)
        match = re.search(pattern, self.screen)
        assert found and match, f"{pattern!r} is not on the screen:\n{self.screen!r}"
        return match

    def wait_for_end(self) -> tuple[int, str]:
        """Read the screen until the command has ended; gives its exit status and standard output."""
        assert self._read_until(lambda: self.process.poll() is not None), f"it goes on:\n{self.screen!r}"
        self._read(0.1)
        out = self.process.stdout
        return self.process.returncode, out.read().decode() if out is not None else ""

    def _read_until(self, done: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + DEADLINE
        while not done():
            if time.monotonic() > deadline:
                return False
            self._read(0.05)
        return True

    def _read(self, seconds: float) -> None:
        while select.select([self._ours], [], [], seconds)[0]:
            try:
                self.screen += os.read(self._ours, 65_536).decode(errors="replace")
            except OSError:  # nobody has the other end open any more
                return
