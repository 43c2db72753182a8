"""What a SLURM job does on its node: it has a process of its own train the run, and heeds SLURM's signals meanwhile.

TensorFlow is in that process alone, so that a step that takes a minute keeps no signal waiting.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from types import FrameType
from typing import TYPE_CHECKING

from cnn_tui.history.elsewhere.run_elsewhere import tell_requeue
from cnn_tui.jobs.launch import ENDED, ENDED_BADLY, environment, python

if TYPE_CHECKING:
    from submitit.helpers import DelayedSubmission

WARNING = 90
"""Seconds before the end of its time that a job is told of it."""
_EARLY = 60
"""SLURM may tell so many seconds sooner."""


class TrainingJob:
    """Trains a run of a home; submitit keeps it in a file and calls it on the node."""

    def __init__(self, home: str, minutes: int) -> None:
        self.home, self.minutes = home, minutes
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0.0

    def __call__(self, run_id: int) -> None:
        """Train the run to its end. Raises RuntimeError where nobody could record how it ended."""
        os.environ["CNN_TUI_HOME"] = self.home
        self._began = time.monotonic()
        signal.signal(signal.SIGTERM, self._end)
        # A group of its own: SLURM signals the one of this process, and a training would take that for a wish to stop.
        self._process = subprocess.Popen(
            self.command(run_id),
            stdin=subprocess.DEVNULL,
            env=environment(),
            process_group=0,
        )
        code = self._process.wait()
        if code not in (ENDED, ENDED_BADLY):
            how = f"was killed by signal {-code}" if code < 0 else f"ended with exit status {code}"
            raise RuntimeError(f"the training process {how}")

    def command(self, run_id: int) -> list[str]:
        """What trains the run."""
        return python("cnn_tui.training.train", "--elsewhere", str(run_id))

    def checkpoint(self, run_id: int) -> DelayedSubmission:
        """SLURM is about to end the job: the training ends, and is to go on from its last checkpoint in another."""
        from submitit.helpers import DelayedSubmission  # where a job runs, it is installed

        signal.signal(signal.SIGUSR2, signal.SIG_IGN)  # srun passes it on as well: once is enough
        self._kill()
        out_of_time = time.monotonic() - self._began > 60 * self.minutes - WARNING - _EARLY
        limit = f"{self.minutes} minutes" if self.minutes > 1 else "minute"
        why = f"ran out of its {limit}" if out_of_time else "was preempted"
        with contextlib.suppress(OSError, sqlite3.Error):  # only the event is missing then
            tell_requeue(run_id, f"its job {why} and was queued again, to go on from the last checkpoint")
        return DelayedSubmission(type(self)(self.home, self.minutes), run_id)

    def _end(self, number: int, frame: FrameType | None) -> None:
        """SLURM cancels the job, or takes its node away: nothing is saved that the last checkpoint does not have."""
        self._kill()
        sys.stdout.flush()
        os._exit(128 + number)

    def _kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.killpg(self._process.pid, signal.SIGKILL)
                # Not its own `wait`: this is a signal handler, and what it has interrupted is in there, with the lock.
                os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
