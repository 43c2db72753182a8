"""The worker: `python -m cnn_tui.training.worker` takes queued runs one after another, each in a process of its own.

There is one for each history, started by `launch.wake` and outliving the terminal. While it waits it keeps a process
ready that has loaded TensorFlow already. It loads neither TensorFlow nor NumPy itself, and ends when no lab is open and
nothing is left to do.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from cnn_tui.experiments.history import History, HistoryError, Result
from cnn_tui.experiments.home import home, log_path
from cnn_tui.training import locks
from cnn_tui.training.launch import environment, open_log, python, recover

LOOK = 0.2
"""Seconds between two looks at the queue."""
IDLE = 20.0
"""Seconds that the worker waits for a run when no lab is open; `CNN_TUI_WORKER_IDLE` overrides it."""

Process = subprocess.Popen[str]


class Standby:
    """A process that has loaded TensorFlow, or is about to, and waits to be told which run to train."""

    def __init__(self) -> None:
        self._process: Process | None = None

    def prepare(self) -> Process:
        """The waiting process, started if there is none."""
        if self._process is None or self._process.poll() is not None:
            with open_log() as log:
                self._process = subprocess.Popen(
                    python("cnn_tui.training.train", "--standby"),
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    cwd=home(),
                    env=environment(),
                    text=True,
                    process_group=0,  # a ctrl+c for the worker is none for the training
                )
        return self._process

    def train(self, run_id: int) -> Process:
        """Send the process off to train a run; the next `prepare` starts another."""
        for _ in range(2):
            process = self.prepare()
            assert process.stdin is not None
            try:
                process.stdin.write(f"{run_id}\n")
                process.stdin.close()
            except OSError:  # it died a moment ago
                process.wait()
                continue
            break
        self._process = None
        return process

    def end(self) -> None:
        """Let the waiting process go."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.terminate()  # it may still be loading TensorFlow, and has nothing to lose
        self._process.wait()
        self._process = None


def serve(history: History, standby: Standby, idle: float = IDLE) -> None:
    """Train what is queued, until nothing is left to do for `idle` seconds and no lab is open."""
    standby.prepare()
    seen, waiting = None, False
    quiet_since = time.monotonic()
    while True:
        version = history.data_version()
        if version != seen or waiting:
            seen = version
            run_id = history.next_queued()
            waiting = run_id is not None and another_trains(history)
            if run_id is not None and not waiting:
                process = standby.train(run_id)
                settle(history, run_id, process.wait())
                # Without a lab or another run, nobody waits for it.
                if history.next_queued() is not None or locks.is_held(locks.present_lock(), shared=True):
                    standby.prepare()
                seen, quiet_since = None, time.monotonic()
                continue
        if waiting:
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since > idle and not locks.is_held(locks.present_lock(), shared=True):
            return
        time.sleep(LOOK)


def another_trains(history: History) -> bool:
    """Whether a run is still trained by a process that another worker left, or that was started by hand."""
    recover(history)
    return any(run.status != "queued" for run in history.live_runs())


def settle(history: History, run_id: int, code: int) -> None:
    """End a run that its process, which ended with `code`, left without an ending."""
    run = history.run(run_id)
    if run is None or not run.live or locks.is_held(locks.run_lock(run_id)):
        return
    kept = f"{len(run.epochs)} of {run.experiment.training.epochs} epochs are kept"
    if code < 0:
        why = "out of memory?" if -code == signal.SIGKILL else signal.strsignal(-code)
        result = Result("interrupted", f"the training process was killed by signal {-code} ({why}); {kept}")
    elif run.status == "queued":
        log = log_path(run_id) if log_path(run_id).exists() else home() / "worker.log"
        result = Result("failed", f"the training process could not start (exit status {code}); see {log}")
    else:
        result = Result("failed", f"the training process ended with exit status {code}; {kept}")
    history.record_end(run_id, result)


def main() -> int:
    """Be the worker of this history, unless there is one."""
    idle = float(os.environ.get("CNN_TUI_WORKER_IDLE", IDLE))
    while True:
        lock = locks.take(locks.worker_lock())
        if lock is None:
            return 0
        with History() as history:
            standby = Standby()
            try:
                serve(history, standby, idle)
            finally:
                standby.end()
            locks.release(lock)
            # A run that was queued a moment ago saw the lock still held, and nobody else would take it.
            if history.next_queued() is None:
                return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HistoryError as error:
        sys.exit(f"the worker ends: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
