"""One run, from start to end: `python -m cnn_tui.training.train RUN_ID`.

With `--elsewhere RUN_ID` it is on a machine that does not write the history, and the run is one that was given out.
With `--evaluate RUN_ID` it only evaluates the last checkpoint of a run that was interrupted. With `--standby` it loads
TensorFlow first and then waits for a line with the other arguments, so that the run begins at once; when its standard
input ends, so does it. What it and TensorFlow print goes to the run's log. Everything else it has to say
it writes into the history.
"""

from __future__ import annotations

import contextlib
import functools
import os
import platform
import secrets
import select
import sqlite3
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from cnn_tui import __version__, locks
from cnn_tui.history.elsewhere.run_elsewhere import RunElsewhere, RunRecord
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import Run
from cnn_tui.home import log_path
from cnn_tui.jobs.launch import ENDED, ENDED_BADLY, NO_ROOM, is_full
from cnn_tui.training.callbacks.recorder import Recorder
from cnn_tui.training.evaluate_checkpoint import evaluate_checkpoint
from cnn_tui.training.foretelling import Foretelling, foretold_by
from cnn_tui.training.log import say, send_output_to
from cnn_tui.training.standby import warm_up
from cnn_tui.training.trainer import Trainer

END_RETRIES = 60
"""How often the beginning and the end of a run are tried to be written, a second apart, after SQLite's own waiting."""
T = TypeVar("T")


def main(arguments: list[str]) -> int:
    """Train the run that the arguments or, on standby, the standard input names; gives the exit status."""
    if arguments == ["--standby"]:
        warm_up(lambda: bool(select.select([sys.stdin], [], [], 0)[0]))
        arguments = sys.stdin.readline().split()
        if not arguments:
            return 0
    if len(arguments) == 1 and arguments[0].isdecimal():
        return train(int(arguments[0]))
    if len(arguments) == 2 and arguments[0] == "--elsewhere" and arguments[1].isdecimal():
        return train_elsewhere(int(arguments[1]))
    if len(arguments) == 2 and arguments[0] == "--evaluate" and arguments[1].isdecimal():
        return evaluate_checkpoint(int(arguments[1]))
    say("usage: python -m cnn_tui.training.train (RUN_ID | --elsewhere RUN_ID | --evaluate RUN_ID | --standby)")
    return 2


def train(run_id: int) -> int:
    """Train a queued run to its end; gives ENDED, ENDED_BADLY or NO_ROOM, or 1 when it was not to be had."""
    lock = locks.take(locks.run_lock(run_id), wait=5)  # held until the process ends: it shows that the run lives
    if lock is None:
        say(f"Run {run_id} is trained by another process.")
        return 1
    send_output_to(log_path(run_id))
    with History() as history:
        return train_and_record(history, run_id, functools.partial(foretold_by, history))


def train_elsewhere(run_id: int) -> int:
    """Train a run that was given out to this machine, as `train` does; whoever gave it out sees to it that one does."""
    patiently(lambda: send_output_to(log_path(run_id)))
    with patiently(lambda: RunElsewhere(run_id)) as record:
        if record.version != __version__:
            has = f"{platform.node()} has cnn-tui {__version__}, and the lab {record.version}"
            record.record_end(run_id, Result("failed", f"{has}: install the same on both", ending="error"))
            return ENDED_BADLY
        return train_and_record(record, run_id)


def train_and_record(
    record: RunRecord, run_id: int, foretell: Callable[[Run], Foretelling] = lambda _: Foretelling()
) -> int:
    """Train a queued run to its end; gives the exit status. Where there are past runs, `foretell` asks them."""
    run = record.run(run_id)
    seed = secrets.randbelow(2**31) if run is None or run.seed is None else run.seed
    if run is None or not patiently(lambda: record.claim(run_id, os.getpid(), seed)):
        say(f"Run {run_id} is not in the queue.")
        return 1
    say(f"Run {run_id}, {run.name}: seed {seed}, process {os.getpid()}.")
    trainer = Trainer(record, run, seed, foretell(run))
    result = trainer.result()
    say(f"Run {run_id} {result.status}{f': {result.stop_cause}' if result.stop_cause else '.'}")
    if not record_end(record, run_id, result, trainer.recorder):
        return NO_ROOM if is_full(trainer.recorder.trouble) else 1
    return ENDED_BADLY if result.status == "failed" else ENDED


def patiently(write: Callable[[], T]) -> T:
    """What `write` gives. A folder or a history that takes nothing gets a minute and more, as the end of a run does."""
    for at in range(END_RETRIES):
        try:
            return write()
        except (OSError, sqlite3.Error) as error:
            if not at:
                say(f"Nothing can be written ({error}); it is tried again.")
            time.sleep(1)
    return write()


def record_end(history: RunRecord, run_id: int, result: Result, recorder: Recorder) -> bool:
    """Write what still waits and how the run ended. A history that is locked or has no room gets a minute and more."""
    recorder.write(functools.partial(history.record_end, run_id, result))
    for _ in range(END_RETRIES):
        if recorder.write_waiting():
            return True
        time.sleep(1)
    return False


if __name__ == "__main__":
    status = main(sys.argv[1:])
    with contextlib.suppress(OSError):  # a log on a full disk is no failure
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)  # all is written, and to take TensorFlow down would keep the next run waiting for a second
