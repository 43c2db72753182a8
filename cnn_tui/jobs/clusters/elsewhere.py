"""Keeps the runs that jobs of a cluster train: gives them out, reads what they tell, passes on what is asked of them.

It is in a thread of the worker with a history of its own, for a cluster may take long to answer. All that it has to
know is in the history and in the folders of the runs: where it is killed between two steps, the next one goes on.
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
import threading
import time
from itertools import groupby
from pathlib import Path

from cnn_tui.history.alive import end_of_gone
from cnn_tui.history.elsewhere.cluster_jobs import JobRun, job_runs, record_job, record_wait
from cnn_tui.history.elsewhere.ledger_reader import skip, take_in
from cnn_tui.history.elsewhere.run_elsewhere import batch_of, give_out, last_ledger, tell
from cnn_tui.history.ending import Ending, Status
from cnn_tui.history.history import History, HistoryError, Result
from cnn_tui.history.run import PLACES, Wish
from cnn_tui.jobs.clusters.executor import Executor, JobState, RefusedError, SilentError
from cnn_tui.text import quiet

LOOK = 0.25
"""Seconds between two looks into the history and the ledgers."""
ASK = 5.0
"""Seconds between two questions to the cluster."""
SETTLE = 3.0
"""Seconds that the last of a ledger may take to come through the shared folder, once its job has ended."""
GRACE = 10.0
"""Seconds that a run has to end by itself once it is asked to end now."""


class Elsewhere:
    """Keeps the runs of one executor; `look` is to be called a few times a second."""

    def __init__(self, history: History, executor: Executor, *, ask: float = ASK, settle: float = SETTLE) -> None:
        self._history, self._executor = history, executor
        self._ask, self._settle = ask, settle
        self._next_ask = 0.0
        self._told: dict[int, Wish] = {}
        self._ending: dict[int, float] = {}
        """When a run was first seen that is to end now."""
        self._over: dict[tuple[int, str], float] = {}
        """When the job of a run was first seen to have ended."""
        self._silent = False
        self.busy = False
        """Whether there was anything to keep at the last look."""

    def look(self) -> None:
        """Take one step of everything. Raises sqlite3.Error and OSError; it is to be called again then."""
        for run in job_runs(self._history, self._executor.place):
            if run.live and run.job:
                self._tell(run)
                take_in(self._history, run.id)
        runs = job_runs(self._history, self._executor.place)
        if self.busy and not runs:
            self._executor.rest()
        self.busy = bool(runs)
        with contextlib.suppress(SilentError):
            self._end_overdue(runs)
        waiting = [run for run in runs if run.live and not run.job]
        now = time.monotonic()
        if now < self._next_ask and not (waiting and not self._silent):
            return
        self._next_ask = now + self._ask
        self._silent = False
        try:
            if given := [run for run in runs if run.job]:
                self._compare(given, self._executor.look({run.job: run.options for run in given}))
        except SilentError as error:
            self._tell_silence(waiting, error)
        else:
            self._start(waiting)

    def _tell_silence(self, waiting: list[JobRun], error: SilentError) -> None:
        self._silent = True
        for run in waiting:
            self._wait(run, "", f"{PLACES[self._executor.place]} to answer: {quiet(str(error), 200)}")

    def _tell(self, run: JobRun) -> None:
        if self._told.get(run.id) != run.wish:
            tell(run.id, run.wish)
            self._told[run.id] = run.wish

    def _end_overdue(self, runs: list[JobRun]) -> None:
        """End the jobs of runs that were to end now and have not, or that have left the queue."""
        now = time.monotonic()
        self._ending = {run.id: self._ending.get(run.id, now) for run in runs if run.wish == "now" or not run.live}
        for run in runs:
            if run.batch is not None or not run.job:
                continue
            if not run.live:
                tell(run.id, "now")
                self._executor.end(run.job, batch_of(run.id), run.options)
                record_job(self._history, run.id, "")
            elif run.wish == "now" and now - self._ending[run.id] > GRACE:
                self._ending[run.id] = now
                self._executor.end(run.job, batch_of(run.id), run.options)

    def _start(self, waiting: list[JobRun]) -> None:
        """Give runs to jobs, in one batch where they ask for the same."""
        for _, alike in groupby(waiting, lambda run: run.options):
            runs = list(alike)
            batch = f"cnn-tui-{secrets.token_hex(4)}"
            # Written first: if this process is killed, the next one finds by the batch's name which job has which run.
            with self._history.transaction():
                for index, run in enumerate(runs):
                    number = last_ledger(run.id)
                    skip(self._history, run.id, number)
                    record_job(self._history, run.id, f"?{batch}:{index}")
            whole = self._history.runs_of([run.id for run in runs])
            for one in whole:
                give_out(one, last_ledger(one.id), batch)
                self._told[one.id] = one.wish
            try:
                jobs = self._executor.start(batch, whole, runs[0].options)
            except RefusedError as error:
                for run in runs:
                    record_job(self._history, run.id, "")
                    self._history.record_end(run.id, Result("failed", str(error), ending="error"))
                continue
            except SilentError as error:  # the batch may have come through: `_find` will tell
                self._tell_silence(runs, error)
                continue
            with self._history.transaction():
                for run, job in zip(runs, jobs, strict=True):
                    record_job(self._history, run.id, job)

    def _compare(self, runs: list[JobRun], states: dict[str, JobState]) -> None:
        """Bring what the history has of each run to what the cluster says of its job."""
        for run in runs:
            if run.batch is not None:
                self._find(run, *run.batch, states)
                continue
            state = states.get(run.job)
            if state is not None and _is_of_another(state, run.id):
                self._settle_job(run, None, "has its number no more, which is another job's")
                continue
            if state is None or not state.alive:
                self._settle_job(run, state)
                continue
            self._over.pop((run.id, run.job), None)
            if run.status in ("running", "paused") and not state.began:
                why = f"its job {run.job} was queued again by the cluster, to go on from the last checkpoint"
                self._history.record_requeue(run.id, why)
            self._wait(run, state.partition, state.waits_for)

    def _find(self, run: JobRun, batch: str, index: int, states: dict[str, JobState]) -> None:
        """Find the job of a run that somebody gave out who was killed before it could write down the number."""
        if run.job in states:  # its cluster does not answer
            return
        jobs = (job for job, state in states.items() if state.batch == batch and _index(job) == index)
        record_job(self._history, run.id, next(jobs, ""))

    def _wait(self, run: JobRun, partition: str, waits_for: str) -> None:
        if (partition, waits_for) != (run.partition, run.waits_for):
            record_wait(self._history, run.id, partition, waits_for)

    def _settle_job(self, run: JobRun, state: JobState | None, lost: str = "is not known any more") -> None:
        """End a run whose job has ended without an ending for it, or is `lost`."""
        since = self._over.setdefault((run.id, run.job), time.monotonic())
        if not run.live or time.monotonic() - since < self._settle:
            return
        if take_in(self._history, run.id):
            return
        del self._over[run.id, run.job]
        if state is None and self._executor.forgets_none and run.wish != "now":
            why = f"its job {run.job} was lost with its cluster, and is given out again from the last checkpoint"
            self._history.record_requeue(run.id, why)
            record_job(self._history, run.id, "")
            return
        self._history.record_end(run.id, self._result(run, state, lost))

    def _result(self, run: JobRun, state: JobState | None, lost: str) -> Result:
        line = self._history.line(run.id)
        assert line is not None
        kept = f"{line.epochs_done} of {line.epochs} epochs are kept"
        if run.wish == "now":
            end = end_of_gone("now", self._history.progress(run.id), line.epochs_done, line.epochs)
            return Result(end.status, end.cause, ending=end.ending)
        job = f"{PLACES[self._executor.place]} job {run.job}"
        if state is None:
            return Result("interrupted", f"{job} {lost}; {kept}", ending="gone")
        if state.how:
            return Result("interrupted", f"{job} {state.how}; {kept}", ending="killed")
        said = self._executor.last_words(run.job)
        how = f"{job} ended as {state.word}{f': {said}' if said else ''}"
        never: tuple[Status, Ending] = ("failed", "crashed")
        status, ending = never if run.status == "queued" else ("interrupted", "killed")
        return Result(status, f"{how}; {kept}", ending=ending)


def _is_of_another(state: JobState, run_id: int) -> bool:
    """Whether the job that has the number of a run's is not the one that the run was given to.

    A cluster that was not ended in an orderly way, or was set up anew, may give a number out again.
    """
    batch = batch_of(run_id) if state.batch else ""
    return batch != "" and state.batch != batch


def _index(job: str) -> int:
    """The place of a job in its batch."""
    _, several, index = job.rpartition("_")
    return int(index) if several else 0


def keep(path: Path, executor: Executor, over: threading.Event) -> None:
    """Keep the runs of an executor until `over` is set; whatever hinders it is tried again."""
    with History(path) as history, contextlib.ExitStack() as at_the_end:
        at_the_end.callback(executor.rest)
        keeper = Elsewhere(history, executor)
        seen, complaint = None, ""
        while not over.wait(LOOK):
            try:
                version = history.data_version()
                if version == seen and not keeper.busy:
                    continue
                seen = version
                keeper.look()
                complaint = ""
            except (sqlite3.Error, OSError, HistoryError) as error:
                if str(error) != complaint:  # said once
                    complaint = str(error)
                    print(f"runs of {executor.place} cannot be looked after now: {complaint}", flush=True)
