"""Which runs are trained by jobs of a cluster, and which job has which."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from cnn_tui.history.ending import Status
from cnn_tui.history.history import History
from cnn_tui.history.records import IS_LIVE
from cnn_tui.history.run import Place, Wish
from cnn_tui.history.searches import has_going_search

_LEFT = "(ending = 'queue' AND job != '')"
"""A run that was taken out of the queue, but not its job."""


class JobRun(NamedTuple):
    """A run that a job trains, or is to train or to let go."""

    id: int
    status: Status
    wish: Wish
    job: str
    """The number of the job; "" before it has one, and `?BATCH:INDEX` while it is given to one."""
    partition: str
    waits_for: str
    options: dict[str, Any]
    """What its job asks of the cluster."""

    @property
    def live(self) -> bool:
        return self.status in ("queued", "running", "paused")

    @property
    def batch(self) -> tuple[str, int] | None:
        """The batch with which it is given to a job, and its place in that; None when it is not."""
        name, _, index = self.job.removeprefix("?").partition(":")
        return (name, int(index)) if self.job.startswith("?") else None


def job_runs(history: History, place: Place) -> list[JobRun]:
    """The runs of a place that have not ended, or whose job has not, in the order of the queue."""
    rows = history.store.execute(
        "SELECT id, status, wish, job, partition, waits_for, job_options FROM runs"
        f" WHERE executor = ? AND ({IS_LIVE} OR {_LEFT}) ORDER BY position, id",
        (place,),
    ).fetchall()
    return [JobRun._make((*row[:-1], json.loads(row[-1]))) for row in rows]


def wants_worker(history: History) -> bool:
    """Whether there is anything for a worker: a run that waits here, one that a job has or is to have, a search."""
    query = f"SELECT 1 FROM runs WHERE executor != 'here' AND ({IS_LIVE} OR {_LEFT}) LIMIT 1"
    jobs = history.store.execute(query).fetchone() is not None
    return jobs or history.next_queued() is not None or has_going_search(history)


def record_job(history: History, run_id: int, job: str) -> None:
    """Which job the run was given to; "" for none."""
    history.store.execute("UPDATE main.runs SET job = ? WHERE id = ?", (job, run_id))


def record_wait(history: History, run_id: int, partition: str, waits_for: str) -> None:
    """In which part of the cluster its job is, and why that has not begun."""
    history.store.execute(
        "UPDATE main.runs SET partition = ?, waits_for = ? WHERE id = ?", (partition, waits_for, run_id)
    )
