"""The history: one SQLite file that the training process writes and everybody else reads.

Nobody talks to a training process in any other way: a wish (stop, pause) is a column that it looks at. Here is what
the user's side writes, and in `run_writer.py` what the training side does; `records.py` reads. The file is opened by
`store.py`, its tables are in `versions/migrations.py`.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.same import digest_of
from cnn_tui.experiment.training.start_weights import with_digest
from cnn_tui.history.alive import GOING
from cnn_tui.history.ending import ENDED_EARLY, ending_in_words
from cnn_tui.history.errors import HistoryError
from cnn_tui.history.records import IS_LIVE, LARGEST
from cnn_tui.history.run import Place, Wish
from cnn_tui.history.run_writer import Result, RunWriter
from cnn_tui.history.store import WAIT, Store
from cnn_tui.network.summary import summarize

__all__ = ["History", "HistoryError", "Result"]

_WISHES: tuple[Wish, ...] = ("", "pause", "prune", "stop", "now")  # each counts for more than those before it


class History(RunWriter):
    """An open history. Make one per process; the connection may be used from one thread at a time."""

    device: str = ""
    """On what runs are to be trained that are added without a device; "" for the freest GPU."""
    place: Place = "here"
    """Where they are to be trained."""
    job_options: Mapping[str, Any] = MappingProxyType({})
    """What their jobs ask of a cluster."""

    def __init__(self, path: Path | None = None, wait: float = WAIT) -> None:
        """`wait` is how many seconds it waits for another process. Raises HistoryError for a file of no use."""
        super().__init__(Store(path, wait))

    def train_like(self, other: History) -> None:
        """From now on add runs for where another adds them for."""
        self.device, self.place, self.job_options = other.device, other.place, other.job_options

    @property
    def path(self) -> Path:
        return self.store.path

    def show_gone(self) -> None:
        """From now on show runs whose process is gone as ended, for where that cannot be written."""
        self.store.show_gone()

    def transaction(self) -> contextlib.AbstractContextManager[None]:
        """All the writes inside it, or none."""
        return self.store.transaction()

    def add(self, experiment: Experiment, device: str = "") -> int:
        """Queue a run of `experiment` on `device` ("cpu", "gpu:1", "gpu:all"), or on that of the history; gives its id.

        It is trained at the history's `place`.
        """
        stack, experiment = experiment.stack, with_digest(experiment)
        fingerprint, written = stack.fingerprint(), msgspec.json.encode(experiment).decode()
        cursor = self.store.execute(
            "INSERT INTO main.runs"
            " (name, status, experiment, fingerprint, same, dataset, seed, params, created, epochs, device,"
            " executor, job_options, position)"
            " VALUES (?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
            " 1 + (SELECT coalesce(max(position), 0) FROM runs WHERE status = 'queued'))",
            (
                experiment.name,
                written,
                fingerprint,
                digest_of(fingerprint, written),
                experiment.dataset,
                experiment.training.seed,
                min(summarize(stack).total_params, LARGEST),
                time.time(),
                experiment.epochs,
                device or self.device,
                self.place,
                msgspec.json.encode(dict(self.job_options) if self.place != "here" else {}).decode(),
            ),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def ask(self, run_id: int, wish: Wish) -> None:
        """Ask a run to stop, stop now, pause, be pruned, or go on (`""`).

        A queued run that is asked to stop never starts. What stops stays so: a pause does not undo a stop, nor a stop
        a stop now.
        """
        stronger = ", ".join(f"'{one}'" for one in _WISHES[_WISHES.index(wish) + 1 :] if one != "pause")
        with self.store.transaction():
            self.store.execute(
                f"UPDATE main.runs SET wish = ? WHERE id = ? AND {IS_LIVE} AND wish NOT IN ({stronger})",
                (wish, run_id),
            )
            self.store.execute(
                "UPDATE main.runs SET status = 'stopped', ending = 'queue', stop_cause = 'taken out of the queue'"
                " WHERE id = ? AND status = 'queued' AND wish IN ('stop', 'now')",
                (run_id,),
            )

    def resume(self, run_id: int, after: int | None = None) -> bool:
        """Put a run that did not reach its end back at the head of the queue; False when it cannot be resumed.

        It goes on after its last checkpoint or, where one is asked for, `after` an epoch whose weights it kept. What it
        had recorded stays; how it had ended becomes one of its events.
        """
        with self.store.transaction():
            row = self.store.execute(
                "SELECT status, ending, stop_cause, test_accuracy FROM runs WHERE id = ?", (run_id,)
            ).fetchone()
            if row is None or row[0] not in ENDED_EARLY:
                return False
            status, ending, cause, accuracy = row
            was = ending_in_words(status, ending, cause or "no cause was recorded")
            tested = f" (test accuracy {accuracy:.4f})" if accuracy is not None else ""
            self.record_event(run_id, f"queued again; it was {was}{tested}", "queued again")
            self.store.execute(
                "UPDATE main.runs SET status = 'queued', ending = '', stop_cause = '', wish = '', progress = '{}',"
                " fired_rule = NULL, fired_epoch = NULL, fired_within = 0, resumed_after = ?,"
                " job = '', partition = '', waits_for = '',"
                " position = (SELECT coalesce(min(position), 1) - 1 FROM runs WHERE status = 'queued') WHERE id = ?",
                (after, run_id),
            )
        return True

    def record_requeue(self, run_id: int, text: str, at: float | None = None) -> None:
        """The job of a run waits again, as `text` says; the run goes on from its last checkpoint once it begins."""
        with self.store.transaction():
            cursor = self.store.execute(
                f"UPDATE main.runs SET status = 'queued', progress = '{{}}', resumed_after = NULL"
                f" WHERE id = ? AND {GOING}",
                (run_id,),
            )
            if cursor.rowcount:
                self.record_event(run_id, text, "queued again", at)

    def move(self, run_id: int, places: int) -> bool:
        """Move a run that waits `places` later in the queue, or earlier; False when it cannot move so."""
        with self.store.transaction():
            order = [line.id for line in self.queue()]
            if run_id not in order:
                return False
            at = order.index(run_id)
            to = max(0, min(len(order) - 1, at + places))
            order.insert(to, order.pop(at))
            for position, one in enumerate(order, 1):
                self.store.execute("UPDATE main.runs SET position = ? WHERE id = ?", (position, one))
        return to != at
