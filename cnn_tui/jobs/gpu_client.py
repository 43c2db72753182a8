"""Asks NVIDIA's driver about the GPUs by way of a child process, and does not wait for one that hangs."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import subprocess
import threading
import time
from collections.abc import Sequence

import msgspec

from cnn_tui.jobs.gpus import ABSENT, Gpus
from cnn_tui.jobs.launch import environment, python

DEADLINE = 5.0
"""Seconds that the driver has for an answer."""
_SLICE = 0.1  # seconds, so that closing does not wait for the deadline
_LARGEST = 1_000_000
_LIBRARY = "libnvidia-ml.so.1"


class Driver:
    """Readings of the GPUs. `read` may be called from any one thread at a time, `close` from another.

    `command` starts the child that answers; by default it is this package's own.
    """

    def __init__(self, command: Sequence[str] | None = None, deadline: float = DEADLINE) -> None:
        self._command = command
        self._deadline = deadline
        self._child: subprocess.Popen[bytes] | None = None
        self._lost: subprocess.Popen[bytes] | None = None
        self._closed = threading.Event()

    def read(self) -> Gpus:
        """The GPUs as they are now, or why they cannot be read. Comes back within the deadline."""
        if self._command is None and not _has_library():
            return ABSENT
        if self._lost is not None and self._lost.poll() is None:
            return self._silent()  # another child would hang beside it
        self._lost = None
        try:
            child = self._started()
            line = self._answer(child)
        except OSError:
            line = b""
        if line is None:
            self._give_up()
            return self._silent()
        try:
            return msgspec.json.decode(line, type=Gpus)
        except msgspec.MsgspecError:
            self._give_up()
            fix = "pip install --force-reinstall nvidia-ml-py"
            return Gpus(state="broken", reason="the process that asks NVIDIA's driver ended without an answer", fix=fix)

    def close(self) -> None:
        """Let the child go; a reading under way comes back at once. The next reading starts another child."""
        self._closed.set()
        child, self._child = self._child, None
        if child is None:
            return
        assert child.stdin is not None
        with contextlib.suppress(OSError):
            child.stdin.close()
        _end(child)

    def _started(self) -> subprocess.Popen[bytes]:
        self._closed.clear()
        if self._child is None or self._child.poll() is not None:
            self._child = subprocess.Popen(
                self._command or python("cnn_tui.jobs.gpus"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(),
                process_group=0,  # a ctrl+c for the command line is none for it
            )
        return self._child

    def _answer(self, child: subprocess.Popen[bytes]) -> bytes | None:
        """The line that the child writes; empty when it ends, None when nothing comes in time."""
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(b"\n")
        child.stdin.flush()
        line = b""
        end = time.monotonic() + self._deadline
        while time.monotonic() < end and not self._closed.is_set():
            if select.select([child.stdout], [], [], _SLICE)[0]:
                piece = os.read(child.stdout.fileno(), 65_536)
                line += piece
                if not piece or line.endswith(b"\n") or len(line) > _LARGEST:
                    return line
        return b"" if self._closed.is_set() else None

    def _give_up(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            _end(child)
            self._lost = child

    def _silent(self) -> Gpus:
        return Gpus(
            state="silent",
            reason=f"NVIDIA's driver does not answer within {self._deadline:g} s",
            fix="see whether nvidia-smi answers; where it does not, the machine has to be started again",
        )


def read_gpus(deadline: float = DEADLINE) -> Gpus:
    """The GPUs as they are now, read once."""
    driver = Driver(deadline=deadline)
    try:
        return driver.read()
    finally:
        driver.close()


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill our own child. One that hangs inside the driver goes when the driver lets it: nobody waits for that."""
    with contextlib.suppress(OSError):
        child.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(_SLICE)


def _has_library() -> bool:
    """Whether the driver's library is on this machine; loading it does not ask the driver."""
    try:
        ctypes.CDLL(_LIBRARY)
    except OSError:
        return False
    return True
