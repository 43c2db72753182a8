"""What trains a run on a node of a Ray cluster: an actor of Ray's, with a process of its own for TensorFlow.

The actor belongs to the cluster, not to whoever made it: it goes on when the lab, its worker and its driver are gone,
and Ray begins it again on another node when its own is lost. What it has to tell is in the ledger of its run.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cnn_tui.history.elsewhere.run_elsewhere import tell_end
from cnn_tui.history.errors import HistoryError
from cnn_tui.home import home
from cnn_tui.jobs.launch import ENDED, ENDED_BADLY, environment, open_log, python
from cnn_tui.text import cause_of

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
_PARTS = 4
"""As many parts of a batch TensorFlow works on at once, at most."""
_TRIES = 60
"""How often, a second apart, the end of a training is tried to be written."""


class RayJob:
    """Trains a run of a home from the moment it is made, and leaves the cluster when that has ended."""

    def __init__(self, home: str, run_id: int, name: str, cpus: int, training: Sequence[str]) -> None:
        import ray  # where an actor is, it is installed

        os.environ["CNN_TUI_HOME"] = home
        self._me: Any = ray.get_runtime_context().current_actor
        # In the shared folder, for whoever asks which job was on a node that is lost.
        node_file(name).parent.mkdir(parents=True, exist_ok=True)
        node_file(name).write_text(ray.get_runtime_context().get_node_id())
        threading.Thread(target=self._train, args=(run_id, name, cpus, training), daemon=True).start()

    def answer(self) -> None:
        """Show that it is there."""

    def leave(self) -> None:
        """End, and not to be begun again."""
        import ray

        ray.actor.exit_actor()

    def _train(self, run_id: int, name: str, cpus: int, training: Sequence[str]) -> None:
        try:
            code = _wait_for(run_id, name, cpus, training)
            if code not in (ENDED, ENDED_BADLY):
                _tell(run_id, f"was killed by signal {-code}" if code < 0 else f"ended with exit status {code}")
        except OSError as error:
            _tell(run_id, f"could not be started: {cause_of(error)}")
        finally:
            self._me.leave.remote()


def node_file(name: str) -> Path:
    """Has the node that a job began on last, as Ray calls it."""
    return home() / "ray" / f"{name}.node"


def _wait_for(run_id: int, name: str, cpus: int, training: Sequence[str]) -> int:
    """Train in a process that ends with this one; gives its exit status."""
    with open_log(home() / "ray" / f"{name}.log") as log:
        process = subprocess.Popen(
            python("cnn_tui.jobs.clusters.ray_job", str(os.getpid()), *training, str(run_id)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**environment(), **_threads(cpus)},
        )
    return process.wait()


def _threads(cpus: int) -> dict[str, str]:
    """Have TensorFlow use no more cores than the run asked for: to Ray they are only a number."""
    parts = min(cpus, _PARTS)
    return {"TF_NUM_INTEROP_THREADS": str(parts), "TF_NUM_INTRAOP_THREADS": str(max(1, cpus // parts))}


def _tell(run_id: int, how: str) -> None:
    """Say how a training process ended that did not say so itself."""
    for _ in range(_TRIES):
        with contextlib.suppress(OSError, sqlite3.Error, HistoryError):
            return tell_end(run_id, f"the training process {how}")
        time.sleep(1)
    return None


def main(arguments: list[str]) -> None:
    """Become the training, which is to end when the actor does: its node may be lost while the machine goes on."""
    parent, module, *others = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != int(parent):  # it has ended already
            return
    command = python(module, *others)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
