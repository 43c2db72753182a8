"""What the training side writes of a run: its beginning, how far it is, its epochs, its end.

It writes what is under the id of one run and nothing else; the queue is `history.py`'s.
"""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import msgspec

from cnn_tui.history.alive import Machine, this_machine
from cnn_tui.history.conditions import WITHIN
from cnn_tui.history.ending import Ending, Status
from cnn_tui.history.epoch import Epoch, Point
from cnn_tui.history.records import IS_LIVE, Records
from cnn_tui.history.run import EventKind, FiredAt, Progress

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


class RunWriter(Records):
    """What is recorded, read and written; `history.py` adds runs and asks for them to end."""

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
