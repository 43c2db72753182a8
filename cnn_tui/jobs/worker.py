"""The worker: `python -m cnn_tui.jobs.worker` takes queued runs one after another, each in a process of its own.

Runs of a cluster are in its care too, in a thread (`elsewhere.py`), and searches in another (`searching.py`).

There is one for each history, started by `launch.wake` and outliving the terminal. While it waits it keeps a process
ready that has loaded TensorFlow already, and has the next one load it while a run is evaluated. It loads no
TensorFlow itself, NumPy only for a search, and ends when no lab is open and nothing is left to do.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import sys
import threading
import time
from subprocess import TimeoutExpired

from cnn_tui import locks
from cnn_tui.analysis.pace import seconds_of_steps
from cnn_tui.artifacts.weights import weights_in_words
from cnn_tui.history.alive import end_of_gone
from cnn_tui.history.elsewhere.cluster_jobs import wants_worker
from cnn_tui.history.history import History, HistoryError, Result
from cnn_tui.history.searches import has_going_search
from cnn_tui.home import checkpoint_path, log_path, worker_log_path
from cnn_tui.jobs.child import Child
from cnn_tui.jobs.clusters.elsewhere import keep
from cnn_tui.jobs.clusters.ray_executor import Ray
from cnn_tui.jobs.clusters.slurm import Slurm, is_login_node
from cnn_tui.jobs.devices import cores
from cnn_tui.jobs.launch import ENDED, ENDED_BADLY, NO_ROOM, is_full, recover
from cnn_tui.jobs.overdue import OverdueRuns
from cnn_tui.jobs.search.searching import keep_searches
from cnn_tui.jobs.standby import LoginStandby, Standby
from cnn_tui.text import fault

LOOK, LOOK_READY = 0.2, 0.1
"""Seconds between two looks at a run that is trained, and at the queue while a process is ready for what comes."""
IDLE = 20.0
"""Seconds that the worker waits for a run when no lab is open; `CNN_TUI_WORKER_IDLE` overrides it."""
EARLY = 6.0
"""Seconds before the end of training that the next process may begin to load TensorFlow, where cores are to spare."""
SPARE_CORES = 2.0
"""So many idle cores are enough for that."""

RETRY, TRIES = 5.0, 720
"""How often, in seconds, the end of a run that cannot be written is tried again, and how many times: an hour."""
STARTS = 3
"""How often a training process is tried to be started, RETRY seconds apart."""
EVALUATION = 900.0
"""Seconds that the evaluation of a checkpoint may take."""


def serve(history: History, standby: Standby, idle: float = IDLE) -> None:
    """Train what is queued, until nothing is left to do for `idle` seconds and no lab is open.

    Raises HistoryError where a newer version has taken over the history: its own worker goes on with the queue.
    """
    standby.make_ready()
    seen, waiting = None, False
    overdue = OverdueRuns(history)
    quiet_since = time.monotonic()
    while True:
        version = history.data_version()
        if version != seen or waiting:
            history.refuse_newer()  # after an update: what this process starts could not open it, run after run
            seen = version
            run_id = history.next_queued()
            waiting = run_id is not None and another_trains(history)
            if run_id is None and evaluate_interrupted(history, standby):
                seen, quiet_since = None, time.monotonic()
                continue
            if run_id is not None and not waiting:
                train(history, standby, run_id)
                if is_wanted(history):
                    standby.make_ready()
                seen, quiet_since = None, time.monotonic()
                continue
        overdue.look()
        if waiting:
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since > idle and not (
            locks.is_held(locks.present_lock(), shared=True) or wants_worker(history)
        ):
            return
        time.sleep(LOOK_READY)


def train(history: History, standby: Standby, run_id: int) -> None:
    """Have a run trained, until it has its ending; where no process can be started, that is the ending."""
    for attempt in range(1, STARTS + 1):
        try:
            process = standby.train(run_id)
            break
        except OSError as error:
            if attempt == STARTS:
                why = f"the training process could not be started: {fault(error)}"
                history.record_end(run_id, Result("failed", why, ending="crashed"))
                return
        time.sleep(RETRY)
    settle_in_the_end(history, run_id, attend(history, standby, run_id, process))


def attend(history: History, standby: Standby, run_id: int, process: Child) -> int:
    """Wait for the end of a run's process, and meanwhile have the next one made ready; gives its exit status.

    A process that is asked to end now and does not is killed.
    """
    overdue, prepared = OverdueRuns(history), False
    while True:
        try:
            return process.wait(LOOK)
        except TimeoutExpired:
            pass
        # A history that cannot be read for a moment is no reason to leave the queue.
        with contextlib.suppress(sqlite3.Error):
            overdue.look()
            if not prepared and ends_soon(history, run_id) and is_wanted(history):
                standby.make_ready()
                prepared = True


def ends_soon(history: History, run_id: int) -> bool:
    """Whether another process may load TensorFlow beside the run without slowing its training."""
    progress = history.progress(run_id)
    if progress.phase in ("saving", "evaluating"):
        return True
    line = history.line(run_id)
    if line is None or progress.epoch < line.epochs:
        return False
    # The last step is behind it, or it leaves cores idle: a GPU does the work.
    return progress.phase == "validating" or (seconds_of_steps(progress) < EARLY and spare_cores() >= SPARE_CORES)


def spare_cores() -> float:
    """How many cores have had nothing to do during the last minute."""
    return cores() - os.getloadavg()[0]


def is_wanted(history: History) -> bool:
    """Whether anybody waits for the next process: a run in the queue, a search, or a lab that is open."""
    waits = history.next_queued() is not None or has_going_search(history)
    return waits or locks.is_held(locks.present_lock(), shared=True)


def evaluate_interrupted(history: History, standby: Standby) -> bool:
    """Evaluate what a run that was interrupted had learned, if there is one; says whether there was.

    Each is tried once: what killed the run may kill this too.
    """
    for run_id in history.untested():
        if checkpoint_path(run_id).exists():
            try:
                history.record_event(run_id, "evaluating the checkpoint", "evaluating")
            except sqlite3.Error:  # without it, it would be tried without end
                return False
            with contextlib.suppress(OSError):  # TimeoutError is one
                standby.evaluate(run_id).finish(EVALUATION)
            return True
    return False


def another_trains(history: History) -> bool:
    """Whether a run is still trained here by a process that another worker left, or that was started by hand."""
    recover(history, others=False)
    return bool(history.trained_here())


def settle_in_the_end(history: History, run_id: int, code: int) -> None:
    """As `settle`, again and again while the history cannot be written, as on a full disk."""
    for _ in range(TRIES):
        try:
            return settle(history, run_id, code)
        except sqlite3.Error as error:
            if code > 0 and code not in (ENDED, ENDED_BADLY) and is_full(error):
                code = NO_ROOM  # what hinders the worker has hindered the run
            with contextlib.suppress(OSError):  # the log may be on the same full disk
                print(f"the end of run {run_id} cannot be recorded ({error}); it is tried again", flush=True)
            time.sleep(RETRY)
    return None


def settle(history: History, run_id: int, code: int) -> None:
    """End a run that its process, which ended with `code`, left without an ending."""
    run = history.run(run_id)
    if run is None or not run.live or locks.is_held(locks.run_lock(run_id)):
        return
    if run.status == "queued" and code in (ENDED, ENDED_BADLY):
        return  # it had its ending, and somebody has resumed it since
    kept = f"{len(run.epochs)} of {run.experiment.epochs} epochs are kept"
    if code in (-signal.SIGTERM, -signal.SIGKILL) and history.wish(run_id) == "now":
        end = end_of_gone("now", history.progress(run_id), len(run.epochs), run.experiment.epochs)
        result = Result(end.status, end.cause, ending=end.ending)
    elif code < 0:
        why = "out of memory?" if -code == signal.SIGKILL else signal.strsignal(-code)
        result = Result("interrupted", f"the training process was killed by signal {-code} ({why}); {kept}")
    elif code == NO_ROOM:
        why = "the disk was full and stayed so, and how the run ended could not be recorded"
        result = Result("failed", f"{why}; {kept}; {weights_in_words(run)}", ending="no room")
    elif run.status == "queued":
        history.refuse_newer()
        log = log_path(run_id) if log_path(run_id).exists() else worker_log_path()
        why = f"the training process could not start (exit status {code}); see {log}"
        result = Result("failed", why, ending="crashed")
    else:
        result = Result("failed", f"the training process ended with exit status {code}; {kept}", ending="crashed")
    history.record_end(run_id, result)


def main() -> int:
    """Be the worker of this history, unless there is one."""
    idle = float(os.environ.get("CNN_TUI_WORKER_IDLE", IDLE))
    while True:
        lock = locks.take(locks.worker_lock())
        if lock is None:
            return 0
        with History() as history:
            standby = LoginStandby() if is_login_node() else Standby()
            over = threading.Event()
            keepers = [
                threading.Thread(target=keep, args=(history.path, Slurm(), over)),
                threading.Thread(target=keep, args=(history.path, Ray(), over)),
                threading.Thread(target=keep_searches, args=(history.path, over)),
            ]
            for keeper in keepers:
                keeper.start()
            try:
                serve(history, standby, idle)
            finally:
                over.set()
                standby.end()
                for keeper in keepers:
                    keeper.join()
            locks.release(lock)
            # A run that was queued a moment ago saw the lock still held, and nobody else would take it.
            if not wants_worker(history):
                return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HistoryError as error:
        sys.exit(f"the worker ends: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
