"""The work of t-SNE or UMAP, looked after by the process that was asked for it."""

from __future__ import annotations

import importlib.util
import subprocess
import tempfile
import threading
import time

import numpy as np
from numpy.typing import NDArray

from cnn_tui.home import see_log
from cnn_tui.jobs.child import Child
from cnn_tui.jobs.explain.map_protocol import MAP_TITLES, MapMethod
from cnn_tui.jobs.explain.protocol import ExplainError
from cnn_tui.jobs.launch import python
from cnn_tui.training.explain.lay_out import PACKAGES

Floats = NDArray[np.float32]

LEFT_ALONE = 20.0
"""Seconds after which work is ended that nobody asks about any more."""
_LEAST = 10


class LayoutWork:
    """One layout under way: a process that has been given its rows."""

    def __init__(self, method: MapMethod, rows: Floats) -> None:
        """Raises ExplainError where it cannot be begun, and OSError."""
        self.method = method
        _check(method, len(rows))
        self._began = time.monotonic()
        self._count = len(rows)
        self._out = tempfile.TemporaryFile()  # noqa: SIM115  it is read when the process has ended
        command = python("cnn_tui.training.explain.lay_out", method, str(len(rows)), str(rows.shape[1]))
        self._child = Child(command, output=self._out, errors=2)
        self._timer: threading.Timer | None = None
        assert self._child.stdin is not None
        self._child.stdin.write(np.ascontiguousarray(rows, np.float32).tobytes())
        self._child.stdin.flush()

    @property
    def seconds(self) -> float:
        """How long it is at work."""
        return time.monotonic() - self._began

    @property
    def was_ended(self) -> bool:
        """Whether it was ended because nobody asked about it any more."""
        return self._child.returncode is not None and self._child.returncode < 0

    def wait(self, seconds: float) -> Floats | None:
        """What has come of it, (n, 2); None where it still works after so many seconds. Raises ExplainError."""
        self._let_alone()
        try:
            status = self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self._timer = threading.Timer(LEFT_ALONE, self.end)
            self._timer.daemon = True
            self._timer.start()
            return None
        self._out.seek(0)
        places = np.frombuffer(self._out.read(), np.float32)
        self.end()
        if status or len(places) != 2 * self._count:
            raise ExplainError(f"{MAP_TITLES[self.method]} ended with exit status {status}{see_log()}")
        return places.reshape(-1, 2)

    def end(self) -> None:
        """End it, whether it is done or not."""
        self._let_alone()
        self._child.end()
        self._out.close()

    def _let_alone(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def _check(method: MapMethod, count: int) -> None:
    module, package = PACKAGES[method]
    title = MAP_TITLES[method]
    if importlib.util.find_spec(module) is None:
        raise ExplainError(f"{title} takes {package}, which is not installed: pip install {package}", wrong=True)
    if count < _LEAST:
        raise ExplainError(f"{title} takes {_LEAST} images at least, and there are {count}", wrong=True)
