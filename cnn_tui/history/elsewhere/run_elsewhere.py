"""A run on a machine that does not write the history: what it is told it finds in a folder, what it tells it appends.

In `home.job_folder` lie the run as it was given out, the wish that is asked of it, and a ledger for each time that a
job began to train it. Each of these files is written by one process alone.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Any, Protocol, Self, get_args

import msgspec

from cnn_tui import __version__
from cnn_tui.history.alive import Machine, this_machine
from cnn_tui.history.elsewhere import ledger
from cnn_tui.history.elsewhere.ledger_records import (
    Claimed,
    EpochEnded,
    Forgot,
    Happened,
    Progressed,
    Record,
    Requeued,
    RunEnded,
    Started,
    StatusChanged,
    WentOn,
    decoded,
    encoded,
    followed,
)
from cnn_tui.history.ending import Status
from cnn_tui.history.epoch import Epoch, Point
from cnn_tui.history.errors import HistoryError
from cnn_tui.history.history import Result
from cnn_tui.history.run import EventKind, Progress, Run, Wish
from cnn_tui.home import job_folder


class RunRecord(Protocol):
    """Where training records a run, and is told what is asked of it: the history itself, or a ledger."""

    def run(self, run_id: int) -> Run | None: ...
    def wish(self, run_id: int) -> Wish: ...
    def claim(self, run_id: int, pid: int, seed: int) -> bool: ...
    def record_start(
        self,
        run_id: int,
        *,
        dataset: str,
        train_images: int,
        test_images: int,
        environment: dict[str, Any],
        validation_images: int | None = None,
    ) -> None: ...
    def record_progress(self, run_id: int, progress: Progress, point: Point | None = None) -> None: ...
    def record_epoch(self, run_id: int, epoch: Epoch, seconds: float) -> None: ...
    def record_event(self, run_id: int, text: str, kind: EventKind = "other", at: float | None = None) -> None: ...
    def record_resumption(self, run_id: int, epoch: int, text: str, at: float | None = None) -> None: ...
    def forget_after(self, run_id: int, epoch: int) -> None: ...
    def record_status(self, run_id: int, status: Status) -> None: ...
    def record_end(self, run_id: int, result: Result) -> None: ...


class GivenRun(msgspec.Struct, frozen=True):
    """A run as it is given to a job: what is known of it after the ledgers up to number `ledger`."""

    version: str
    run: Run
    ledger: int
    batch: str = ""
    """The batch of jobs in which it was given out; "" in what an older version wrote."""


def ledger_path(run_id: int, number: int) -> Path:
    """The ledger of the `number`-th time, from 1, that a job began to train the run."""
    return job_folder(run_id) / f"{number:04}.ledger"


def last_ledger(run_id: int, after: int = 0) -> int:
    """The number of the newest ledger; `after` where there is none behind that."""
    while ledger_path(run_id, after + 1).exists():
        after += 1
    return after


def give_out(run: Run, number: int, batch: str = "") -> None:
    """Leave a run for its job, with all that is known after ledger `number`. Raises OSError."""
    _write(job_folder(run.id) / "run", msgspec.msgpack.encode(GivenRun(__version__, run, number, batch)))
    tell(run.id, run.wish)


def batch_of(run_id: int) -> str:
    """The batch of jobs in which a run was given out; "" where that is not known."""
    with contextlib.suppress(HistoryError):
        return _given(run_id).batch
    return ""


def tell(run_id: int, wish: Wish) -> None:
    """Leave for the job what is asked of the run. Raises OSError."""
    _write(job_folder(run_id) / "wish", wish.encode())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"part-{path.name}")
    part.write_bytes(data)
    part.replace(path)


class RunElsewhere:
    """What a job has in place of the history, for its one run. Raises HistoryError when it cannot be had."""

    def __init__(self, run_id: int) -> None:
        given, self._run, number = _read(run_id)
        self.version = given.version
        """The cnn-tui that gave it out."""
        self._ledger = ledger.Ledger(ledger_path(run_id, number + 1))
        self._last: Wish = given.run.wish
        self._began_before = number > given.ledger

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ledger.close()

    def run(self, run_id: int) -> Run | None:
        """The run, as all ledgers together tell it."""
        return self._run

    def wish(self, run_id: int) -> Wish:
        """What is asked of it; what was asked before where that cannot be read."""
        with contextlib.suppress(OSError):
            word = (job_folder(run_id) / "wish").read_text("ascii", "replace")
            self._last = next((wish for wish in get_args(Wish) if wish == word), self._last)
        return self._last

    def claim(self, run_id: int, pid: int, seed: int) -> bool:
        """Say which process trains it; False when it has ended already. Raises LedgerError; it can be tried again."""
        if self._run.live:
            if self._began_before:
                self._append(Requeued(f"its job began again on {_machine().host}", time.time()))
                self._began_before = False
            self._append(Claimed(pid, seed, _machine(), time.time()), sync=True)
        return self._run.live

    def record_start(
        self,
        run_id: int,
        *,
        dataset: str,
        train_images: int,
        test_images: int,
        environment: dict[str, Any],
        validation_images: int | None = None,
    ) -> None:
        self._append(Started(dataset, train_images, test_images, environment, validation_images))

    def record_progress(self, run_id: int, progress: Progress, point: Point | None = None) -> None:
        self._append(Progressed(progress, point, time.time()))

    def record_epoch(self, run_id: int, epoch: Epoch, seconds: float) -> None:
        self._append(EpochEnded(epoch, seconds, time.time()), sync=True)

    def record_event(self, run_id: int, text: str, kind: EventKind = "other", at: float | None = None) -> None:
        self._append(Happened(text, kind, time.time() if at is None else at))

    def record_resumption(self, run_id: int, epoch: int, text: str, at: float | None = None) -> None:
        self._append(WentOn(epoch, text, time.time() if at is None else at))

    def forget_after(self, run_id: int, epoch: int) -> None:
        self._append(Forgot(epoch))

    def record_status(self, run_id: int, status: Status) -> None:
        self._append(StatusChanged(status))

    def record_end(self, run_id: int, result: Result) -> None:
        self._append(RunEnded(result), sync=True)

    def _append(self, record: Record, *, sync: bool = False) -> None:
        """Write a record; raises LedgerError. With `sync` it is on the disk then, as is all before it."""
        self._ledger.append(encoded(record))
        if sync:
            self._ledger.sync()


def _read(run_id: int) -> tuple[GivenRun, Run, int]:
    """A run as it was given out, what it is after all its ledgers, and the number of the last.

    Raises HistoryError.
    """
    given = _given(run_id)
    run, number = given.run, given.ledger
    while (path := ledger_path(run_id, number + 1)).exists():
        number += 1
        for entry in ledger.read(path):
            run = followed(run, decoded(entry.data))
    return given, run, number


def _given(run_id: int) -> GivenRun:
    """A run as it was given out. Raises HistoryError."""
    try:
        return msgspec.msgpack.decode((job_folder(run_id) / "run").read_bytes(), type=GivenRun)
    except (OSError, msgspec.MsgspecError) as error:
        raise HistoryError(f"run {run_id} cannot be read in {job_folder(run_id)}: {error}") from None


def _machine() -> Machine:
    """This machine, by the name that its cluster has for it."""
    here = this_machine()
    return here._replace(host=os.environ.get("SLURMD_NODENAME", here.host))


def tell_requeue(run_id: int, text: str) -> None:
    """Say that the run's job waits again, for whoever ends its process. Raises OSError and LedgerError."""
    with ledger.Ledger(ledger_path(run_id, last_ledger(run_id) + 1)) as last:
        last.append(encoded(Requeued(text, time.time())))
        last.sync()


def tell_end(run_id: int, how: str) -> None:
    """Say how the process ended that trained the run, where that has not said so itself.

    Raises OSError, LedgerError and HistoryError.
    """
    given, run, number = _read(run_id)
    if not run.live:
        return
    kept = f"{len(run.epochs)} of {run.experiment.epochs} epochs are kept"
    result = Result("failed", f"{how}; {kept}", ending="crashed")
    if number > given.ledger:  # it had begun
        result = Result("interrupted", f"{how}; {kept}", ending="killed")
    with ledger.Ledger(ledger_path(run_id, number + 1)) as last:
        last.append(encoded(RunEnded(result)))
        last.sync()
