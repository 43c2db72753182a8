"""Asks NVIDIA's driver about the GPUs by way of a child process, and does not wait for one that hangs."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import msgspec

from cnn_tui.jobs.child import Child
from cnn_tui.jobs.gpus import ABSENT, Gpus
from cnn_tui.jobs.launch import python

DEADLINE = 5.0
"""Seconds that the driver has for an answer."""
_LARGEST = 1_000_000
_LIBRARY = "libnvidia-ml.so.1"


class Driver:
    """Readings of the GPUs. `read` may be called from any one thread at a time, `close` from another.

    `command` starts the child that answers; by default it is this package's own.
    """

    def __init__(self, command: Sequence[str] | None = None, deadline: float = DEADLINE) -> None:
        self._command = command
        self._deadline = deadline
        self._child: Child | None = None
        self._lost: Child | None = None

    def read(self) -> Gpus:
        """The GPUs as they are now, or why they cannot be read. Comes back within the deadline."""
        if self._command is None and not _has_library():
            return ABSENT
        if self._lost is not None and self._lost.poll() is None:
            return self._silent()  # another child would hang beside it
        self._lost = None
        try:
            child = self._started()
            child.write_line(b"")
            return msgspec.json.decode(child.read_line(self._deadline, _LARGEST), type=Gpus)
        except TimeoutError:
            self._give_up()
            return self._silent()
        except (OSError, ValueError, msgspec.MsgspecError):
            self._give_up()
            fix = "pip install --force-reinstall nvidia-ml-py"
            return Gpus(state="broken", reason="the process that asks NVIDIA's driver ended without an answer", fix=fix)

    def close(self) -> None:
        """Let the child go; a reading under way comes back at once. The next reading starts another child."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def _started(self) -> Child:
        if self._child is None or self._child.poll() is not None:
            self._child = Child(self._command or python("cnn_tui.jobs.gpus"))
        return self._child

    def _give_up(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()
            self._lost = child

    def _silent(self) -> Gpus:
        return Gpus(
            state="silent",
            reason=f"NVIDIA's driver does not answer within {self._deadline:g} s",
            fix="see whether nvidia-smi answers; where it does not, the machine has to be started again",
        )


def read_gpus(deadline: float = DEADLINE) -> Gpus:
    driver = Driver(deadline=deadline)
    try:
        return driver.read()
    finally:
        driver.close()


def _has_library() -> bool:
    """Whether the driver's library is on this machine; loading it does not ask the driver."""
    try:
        ctypes.CDLL(_LIBRARY)
    except OSError:
        return False
    return True
