"""The history: one SQLite file that the training process writes and everybody else reads.

Nobody talks to a training process in any other way: a wish (stop, pause) is a column that it looks at. Here is what
writes; `records.py` reads. The file is opened by `store.py`, its tables are in `versions/migrations.py`.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.same import digest_of
from cnn_tui.experiment.training.start_weights import with_digest
from cnn_tui.history.alive import GOING, Machine, this_machine
from cnn_tui.history.conditions import WITHIN
from cnn_tui.history.ending import ENDED_EARLY, Ending, Status, ending_in_words
from cnn_tui.history.epoch import Epoch, Point
from cnn_tui.history.errors import HistoryError
from cnn_tui.history.records import IS_LIVE, LARGEST, Records
from cnn_tui.history.run import EventKind, FiredAt, Place, Progress, Wish
from cnn_tui.history.store import WAIT, Store
from cnn_tui.network.summary import summarize

__all__ = ["History", "HistoryError", "Result"]

_WISHES: tuple[Wish, ...] = ("", "pause", "prune", "stop", "now")  # each counts for more than those before it
_PACE = "(SELECT avg(seconds - coalesce(startup, 0)) FROM epochs WHERE run = runs.id)"
"""Seconds an epoch, in SQL: what a training takes to start up is no part of it."""
USUAL_ENDINGS: dict[Status, Ending] = {
    "finished": "finished",
    "stopped": "user",
    "failed": "error",
    "interrupted": "killed",
}


class Result(NamedTuple):
    """How a run ended."""

    status: Status
    stop_cause: str = ""
    test_loss: float | None = None
    test_accuracy: float | None = None
    seconds: float | None = None
    ending: Ending = ""
    """Why it ended; "" stands for what its status says alone: `finished`, `user`, `error` or `killed`."""
    fired: FiredAt | None = None
    restored: int = 0
    """The epoch whose weights were tested where a stop rule chose them; 0 where it was the last."""


class History(Records):
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

    # What the user's side writes

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

    # What the training side writes

    def claim(self, run_id: int, pid: int, seed: int, on: Machine | None = None, at: float | None = None) -> bool:
        """Take a queued run for the process `pid`; False when it was taken or left the queue meanwhile.

        It runs on this machine now, or was taken `on` another `at` a moment in seconds since 1970.
        """
        cursor = self.store.execute(
            "UPDATE main.runs SET status = 'running', pid = ?, seed = ?, host = ?, boot = ?, heard = ?"
            " WHERE id = ? AND status = 'queued'",
            (pid, seed, *(on or this_machine()), time.time() if at is None else at, run_id),
        )
        return cursor.rowcount == 1

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
        """What is known once the data is loaded."""
        images = (train_images, test_images, validation_images)
        self.store.execute(
            "UPDATE main.runs SET dataset = ?, train_images = ?, test_images = ?, validation_images = ?,"
            " environment = ? WHERE id = ?",
            (dataset, *images, msgspec.json.encode(environment).decode(), run_id),
        )

    def record_progress(
        self, run_id: int, progress: Progress, point: Point | None = None, at: float | None = None
    ) -> None:
        """Where the run is now, or was `at` a moment, and, if given, one more reading of its curve."""
        with self.store.transaction():
            self.store.execute(
                "UPDATE main.runs SET progress = ?, heard = ? WHERE id = ?",
                (msgspec.json.encode(progress).decode(), time.time() if at is None else at, run_id),
            )
            if point is not None:
                self.store.execute(
                    "INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?)",
                    (run_id, point.at, point.loss, point.accuracy),
                )

    def record_epoch(self, run_id: int, epoch: Epoch, seconds: float, at: float | None = None) -> None:
        """A finished epoch; `seconds` is the training time so far, `at` when it was told."""
        metrics = msgspec.json.encode(epoch.metrics).decode()
        with self.store.transaction():
            self.store.execute(
                "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (run_id, epoch.epoch, metrics, epoch.seconds, epoch.images_per_second, *epoch.conditions),
            )
            shown = [epoch.metrics.get(name) for name in ("loss", "accuracy", "val_loss", "val_accuracy")]
            self.store.execute(
                "UPDATE main.runs SET epochs_done = ?, loss = ?, accuracy = ?, val_loss = ?, val_accuracy = ?,"
                f" seconds = ?, heard = ?, pace = {_PACE} WHERE id = ?",
                (epoch.epoch, *shown, seconds, time.time() if at is None else at, run_id),
            )

    def record_event(self, run_id: int, text: str, kind: EventKind = "other", at: float | None = None) -> None:
        """Something that happened to the run, in a sentence; `at` is in seconds since 1970, else it is now."""
        self.store.execute(
            "INSERT INTO events (run, at, kind, text) VALUES (?, ?, ?, ?)",
            (run_id, time.time() if at is None else at, kind, text),
        )

    def record_resumption(self, run_id: int, epoch: int, text: str, at: float | None = None) -> None:
        """A run that was queued again goes on after `epoch`, or with 0 from the start; `text` says so."""
        with self.store.transaction():
            self.record_event(run_id, text, "resumed", at)
            self.store.execute("UPDATE main.runs SET resumed_after = ? WHERE id = ?", (epoch, run_id))

    def forget_after(self, run_id: int, epoch: int) -> None:
        """Take away what was recorded past the end of `epoch`: the run, resumed from there, is to record it again."""
        with self.store.transaction():
            self.store.execute("DELETE FROM epochs WHERE run = ? AND epoch > ?", (run_id, epoch))
            self.store.execute("DELETE FROM points WHERE run = ? AND at > ?", (run_id, epoch))
            last = "(SELECT json_extract(metrics, '$.{}') FROM epochs WHERE run = runs.id ORDER BY epoch DESC LIMIT 1)"
            shown = [f"{name} = {last.format(name)}" for name in ("loss", "accuracy", "val_loss", "val_accuracy")]
            self.store.execute(
                f"UPDATE main.runs SET epochs_done = min(epochs_done, ?), {', '.join(shown)},"
                f" pace = {_PACE},"
                " seconds = (SELECT coalesce(sum(seconds), 0) FROM epochs WHERE run = runs.id),"
                " test_loss = NULL, test_accuracy = NULL, tested_epoch = NULL WHERE id = ?",
                (epoch, run_id),
            )

    def record_status(self, run_id: int, status: Status) -> None:
        """A change of a live run, as to paused and back."""
        self.store.execute("UPDATE main.runs SET status = ? WHERE id = ?", (status, run_id))

    def record_end(self, run_id: int, result: Result) -> None:
        """How the run ended. A run that has ended already keeps its first ending."""
        status, cause, loss, accuracy, seconds, ending, fired, restored = result
        self.store.execute(
            "UPDATE main.runs SET status = :status, ending = :ending, stop_cause = :cause, fired_rule = :rule,"
            " fired_epoch = :epoch, fired_within = :within, test_loss = coalesce(:loss, test_loss),"
            " test_accuracy = coalesce(:accuracy, test_accuracy), tested_epoch = CASE WHEN :accuracy IS NULL"
            " THEN tested_epoch WHEN :restored THEN :restored"
            " WHEN :status = 'stopped' AND json_extract(progress, '$.epoch') > epochs_done"
            f" THEN {WITHIN} END, seconds = coalesce(:seconds, seconds), pid = NULL, wish = ''"
            f" WHERE id = :id AND {IS_LIVE}",
            {
                "id": run_id,
                "status": status,
                "ending": ending or USUAL_ENDINGS[status],
                "cause": cause,
                "rule": fired and fired.rule,
                "epoch": fired and fired.epoch,
                "within": bool(fired and fired.within),
                "loss": loss,
                "accuracy": accuracy,
                "seconds": seconds,
                "restored": restored,
            },
        )

    def record_test(self, run_id: int, loss: float | None, accuracy: float | None, epoch: int) -> bool:
        """What a run that was interrupted reaches on the test images with its weights after `epoch`.

        False when it is no such run any more.
        """
        with self.store.transaction():
            cursor = self.store.execute(
                "UPDATE main.runs SET test_loss = ?, test_accuracy = ?, tested_epoch = ?, stop_cause = stop_cause"
                " || iif(stop_cause = '', '', '; ') || ? WHERE id = ? AND status = 'interrupted'",
                (loss, accuracy, epoch, f"tested with the weights of epoch {epoch}", run_id),
            )
            if cursor.rowcount == 1:
                self.record_event(run_id, f"evaluated from the checkpoint of epoch {epoch}", "evaluated")
        return cursor.rowcount == 1
