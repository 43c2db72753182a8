"""A process that is ready for the next run, with TensorFlow loaded already."""

from __future__ import annotations

import contextlib

from cnn_tui.home import home, worker_log_path
from cnn_tui.jobs.child import Child
from cnn_tui.jobs.launch import open_log, python


class Standby:
    """A process that has loaded TensorFlow, or is about to, and waits to be told which run to train."""

    def __init__(self) -> None:
        self._process: Child | None = None

    def prepare(self) -> Child:
        """The waiting process, started if there is none."""
        if self._process is None or self._process.poll() is not None:
            with open_log(worker_log_path()) as log:
                command = python("cnn_tui.training.train", "--standby")
                self._process = Child(command, output=log, errors=log, folder=home())
        return self._process

    def make_ready(self) -> None:
        """As `prepare`, but what hinders it is said by whoever needs the process."""
        with contextlib.suppress(OSError):
            self.prepare()

    def train(self, run_id: int) -> Child:
        """Send the process off to train a run; the next `prepare` starts another."""
        return self._send(str(run_id))

    def evaluate(self, run_id: int) -> Child:
        """Send the process off to evaluate the last checkpoint of a run."""
        return self._send(f"--evaluate {run_id}")

    def _send(self, arguments: str) -> Child:
        for _ in range(2):
            process = self.prepare()
            try:
                process.write_line(arguments.encode())
                process.close_input()
            except OSError:  # it died a moment ago
                process.end()
                continue
            break
        self._process = None
        return process

    def end(self) -> None:
        """Let the waiting process go."""
        if self._process is not None:
            self._process.end()  # it may still be loading TensorFlow, and has nothing to lose
            self._process = None


class LoginStandby(Standby):
    """On a login node, which many share, no process waits with TensorFlow in memory; it loads it for its run."""

    def make_ready(self) -> None:
        """Nothing is made ready."""
