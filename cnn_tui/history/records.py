"""What is recorded, read: the runs with their epochs, the queue, where each run is now. Nothing here writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.alive import GOING, GOING_HERE, Gone, end_of_gone, is_elsewhere, is_gone
from cnn_tui.history.ending import LIVE, Status
from cnn_tui.history.epoch import Epoch, Point
from cnn_tui.history.errors import HistoryError
from cnn_tui.history.rows import CHUNK, LINE_COLUMNS, RUN_COLUMNS, chunks, decoded, marks, to_epoch, to_line, to_run
from cnn_tui.history.run import Event, Line, Progress, Run, Wish
from cnn_tui.history.store import Store

_LIVE = ", ".join(f"'{status}'" for status in sorted(LIVE))
IS_LIVE = f"status IN ({_LIVE})"
"""A run that has not ended, in SQL."""

_WAITING = "WHERE status = 'queued' ORDER BY position, id"
_WAITING_HERE = "WHERE status = 'queued' AND executor = 'here' ORDER BY position, id"
_GOING = f"WHERE {GOING} ORDER BY id"
_HEAD = "id, seed, dataset, experiment"
LARGEST = 2**63 - 1
"""The largest whole number that a column of SQLite holds."""


class Head(NamedTuple):
    """What tells whether a run is of an experiment, without the reading of all of it."""

    run: int
    seed: int | None
    dataset: str
    experiment: str
    """As JSON."""


class Tally(NamedTuple):
    """What the history has of runs and answers; another one when an exercise may stand elsewhere."""

    runs: tuple[tuple[str, int, int, int], ...]
    """For each status how many, how many of them archived, and the largest number."""
    going: tuple[tuple[int, int, int], ...]
    """The runs that are trained: number, epochs done, epochs."""
    answers: tuple[int, float]
    """How many, and when the last of them was changed."""

    @property
    def waiting(self) -> int:
        return sum(count for status, count, _, _ in self.runs if status == "queued")


class Records:
    """What everybody reads of a history: the lab, the command line, the training itself."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def close(self) -> None:
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def data_version(self) -> int:
        """A number that changes when another connection has written; asking reads no table."""
        return self.store.data_version()

    def refuse_newer(self) -> None:
        """Raise HistoryError where a newer cnn-tui has brought the file up to its own version meanwhile."""
        self.store.refuse_newer()

    def wish(self, run_id: int) -> Wish:
        """What is asked of a run; a run that is gone should stop."""
        row = self.store.execute("SELECT wish FROM runs WHERE id = ?", (run_id,)).fetchone()
        return row[0] if row else "stop"

    def run(self, run_id: int) -> Run | None:
        """A run with its epochs; None when there is none of that id."""
        found = self._runs("WHERE id = ?", (run_id,))
        return found[0] if found else None

    def runs_of(self, ids: Sequence[int]) -> list[Run]:
        """These runs with their epochs, in their order; those that are not there are left out."""
        found: dict[int, Run] = {}
        for some in chunks(ids):
            found.update((run.id, run) for run in self._runs(f"WHERE id IN ({marks(some)})", tuple(some)))
        return [found[one] for one in ids if one in found]

    def runs(self) -> list[Run]:
        """All runs with their epochs, the oldest first."""
        return self._runs("ORDER BY id", ())

    def lines(self, limit: int = -1, offset: int = 0) -> list[Line]:
        """Runs as rows of a table, the newest first; `limit` -1 gives all."""
        return self._lines("ORDER BY id DESC LIMIT ? OFFSET ?", (limit, offset))

    def line(self, run_id: int) -> Line | None:
        """A run as a row of a table; None when there is none of that id."""
        return next(iter(self._lines("WHERE id = ?", (run_id,))), None)

    def lines_of(self, runs: Sequence[int]) -> list[Line]:
        """These runs as rows of a table, in their order; those that are not there are left out."""
        found: dict[int, Line] = {}
        for some in chunks(runs):
            found.update((line.id, line) for line in self._lines(f"WHERE id IN ({marks(some)})", some))
        return [found[one] for one in runs if one in found]

    def newest(self, limit: int, *, begun: bool = False) -> list[Line]:
        """The last runs that are not archived, the newest first; with `begun`, those that do not wait."""
        also = " AND status != 'queued'" if begun else ""
        return self._lines(f"WHERE NOT archived{also} ORDER BY id DESC LIMIT ?", (limit,))

    def neighbour(self, run_id: int, by: int) -> Line | None:
        """The next run that is not archived, or with a negative `by` the one before it."""
        side, order = ("<", "DESC") if by < 0 else (">", "ASC")
        found = self._lines(f"WHERE id {side} ? AND NOT archived ORDER BY id {order} LIMIT 1", (run_id,))
        return found[0] if found else None

    def going(self) -> list[Line]:
        """The runs that are trained, or pause, the oldest first."""
        return self._lines(_GOING)

    def trained_here(self) -> list[int]:
        """The runs that are trained, or pause, on this machine."""
        rows = self.store.execute(f"SELECT id, host, boot FROM runs WHERE {GOING_HERE} ORDER BY id").fetchall()
        return [run_id for run_id, host, boot in rows if not is_elsewhere(host, boot)]

    def gone(self) -> list[int]:
        """The runs that are recorded as going, but whose process is gone."""
        rows = self.store.execute(f"SELECT id, host, boot FROM runs WHERE {GOING_HERE} ORDER BY id").fetchall()
        return [run_id for run_id, host, boot in rows if is_gone(run_id, host, boot)]

    def end_of_gone(self, run_id: int) -> Gone | None:
        """How a run ended whose process is gone; None when there is no such run."""
        row = self.store.execute("SELECT wish, epochs_done, epochs FROM runs WHERE id = ?", (run_id,)).fetchone()
        return end_of_gone(row[0], self.progress(run_id), *row[1:]) if row else None

    def live_lines(self) -> list[Line]:
        """The runs that have not ended: those that are trained, then those that wait, the next one first."""
        return self._lines(f"WHERE {IS_LIVE} ORDER BY status = 'queued', position, id")

    def live_statuses(self) -> dict[int, Status]:
        return dict(self.store.execute(f"SELECT id, status FROM runs WHERE {IS_LIVE}").fetchall())

    def outline(self) -> tuple[Any, ...]:
        """What tells cheaply that there are other runs, or that one has come to the end of an epoch or of its own."""
        (newest,) = self.store.execute("SELECT max(id) FROM runs").fetchone()
        (archived,) = self.store.execute("SELECT count(*) FROM runs WHERE archived = 1").fetchone()
        live = self.store.execute(f"SELECT id, status, epochs_done FROM runs WHERE {IS_LIVE} ORDER BY id")
        return newest, archived, tuple(live)

    def tally(self) -> Tally:
        """What there is of runs and answers: three short queries, to be asked before a longer look."""
        runs = self.store.execute(
            "SELECT status, count(*), sum(archived), max(id) FROM runs GROUP BY status ORDER BY status"
        )
        answers = self.store.execute("SELECT count(*), coalesce(max(changed), 0) FROM answers").fetchone()
        epochs = tuple((line.id, line.epochs_done, line.epochs) for line in self.going())
        return Tally(tuple((*row,) for row in runs), epochs, answers)

    def data_used(self) -> list[tuple[str, int, int]]:
        """What runs were trained and tested on: the dataset, how many of each; what most runs had first."""
        rows = self.store.execute(
            "SELECT dataset, train_images, test_images FROM runs WHERE train_images > 0"
            " GROUP BY dataset, train_images, test_images ORDER BY count(*) DESC, max(id) DESC"
        )
        return [(dataset, train, test) for dataset, train, test in rows]

    def has_other_data(self, after: int, stand_ins: Sequence[str]) -> bool:
        """Whether a run past `after` was trained on one of `stand_ins`, or on other data than the very first run."""
        other = "dataset != (SELECT dataset FROM runs ORDER BY id LIMIT 1)"
        query = f"SELECT 1 FROM runs WHERE id > ? AND (dataset IN ({marks(stand_ins)}) OR {other}) LIMIT 1"
        return self.store.execute(query, (after, *stand_ins)).fetchone() is not None

    def ended_until(self) -> int:
        """The last run up to which all have ended."""
        live = f"(SELECT min(id) - 1 FROM runs WHERE {IS_LIVE})"
        (last,) = self.store.execute(f"SELECT coalesce({live}, (SELECT max(id) FROM runs), 0)").fetchone()
        return int(last)

    def heads(self, fingerprint: str, *, before: int = LARGEST) -> list[Head]:
        """The runs of a network, the oldest first; with `before`, those with a smaller number."""
        query = f"SELECT {_HEAD} FROM runs WHERE fingerprint = ? AND id < ? ORDER BY id"
        return [Head._make(row) for row in self.store.execute(query, (fingerprint, before))]

    def conclusions(self, runs: Sequence[int]) -> dict[int, str]:
        """What was concluded of these runs; those without a conclusion are left out."""
        found: dict[int, str] = {}
        for some in chunks(runs):
            query = f"SELECT id, conclusion FROM runs WHERE conclusion != '' AND id IN ({marks(some)})"
            found.update(self.store.execute(query, some).fetchall())
        return found

    def found_under(self, dataset: str) -> str:
        """The data that the last run was trained on which asked for `dataset`; else that."""
        query = (
            "SELECT dataset FROM runs WHERE train_images > 0 AND json_extract(experiment, '$.dataset') = ?"
            " ORDER BY id DESC LIMIT 1"
        )
        row = self.store.execute(query, (dataset,)).fetchone()
        return str(row[0]) if row else dataset

    def ending_now(self) -> list[tuple[int, int]]:
        """The runs in training that are to end at once, each with the number of its process."""
        return self.store.execute(
            f"SELECT id, pid FROM runs WHERE {GOING_HERE} AND wish = 'now' AND pid IS NOT NULL"
        ).fetchall()

    def untested(self) -> list[int]:
        """The runs of this machine that were interrupted after an epoch and not evaluated since, the newest first."""
        last = "SELECT kind FROM events WHERE run = runs.id ORDER BY rowid DESC LIMIT 1"
        rows = self.store.execute(
            "SELECT id FROM runs WHERE status = 'interrupted' AND executor = 'here' AND epochs_done > 0"
            f" AND test_loss IS NULL AND NOT archived AND coalesce(({last}), '') NOT IN ('evaluating', 'evaluated')"
            " ORDER BY id DESC"
        )
        return [int(row[0]) for row in rows]

    def queue(self) -> list[Line]:
        """The runs that wait, the next one first."""
        return self._lines(_WAITING)

    def next_queued(self) -> int | None:
        """The first run that waits for this machine; None when there is none."""
        row = self.store.execute(f"SELECT id FROM runs {_WAITING_HERE} LIMIT 1").fetchone()
        return int(row[0]) if row else None

    def events(self, run_id: int) -> list[Event]:
        """What happened to a run, in order."""
        rows = self.store.execute("SELECT at, kind, text FROM events WHERE run = ? ORDER BY rowid", (run_id,))
        return [Event(*row) for row in rows]

    def count(self) -> int:
        return int(self.store.execute("SELECT count(*) FROM runs").fetchone()[0])

    def live_runs(self) -> list[Run]:
        """The runs that have not ended, the oldest first."""
        return self._runs(f"WHERE {IS_LIVE} ORDER BY id", ())

    def progress(self, run_id: int) -> Progress:
        """Where a run is now."""
        row = self.store.execute("SELECT progress FROM runs WHERE id = ?", (run_id,)).fetchone()
        return decoded(row[0], Progress) if row else Progress()

    def points(self, run_id: int, after: float = -1.0) -> list[Point]:
        """The readings within epochs past `after` (in epochs), in order."""
        rows = self.store.execute(
            "SELECT at, loss, accuracy FROM points WHERE run = ? AND at > ? ORDER BY at", (run_id, after)
        )
        return [Point(*row) for row in rows]

    def _lines(self, clauses: str, values: Sequence[Any] = ()) -> list[Line]:
        return [to_line(row) for row in self.store.execute(f"SELECT {LINE_COLUMNS} FROM runs {clauses}", values)]

    def _runs(self, where: str, values: tuple[Any, ...]) -> list[Run]:
        rows = self.store.execute(f"SELECT {RUN_COLUMNS} FROM runs {where}", values).fetchall()
        if not rows:
            return []
        ids = {row[0] for row in rows}
        some = f"WHERE run IN ({', '.join(str(int(one)) for one in ids)})" if len(ids) <= CHUNK else ""
        epochs: dict[int, list[Epoch]] = {}
        figures = "metrics, seconds, images_per_second, startup, others, throttled"
        query = f"SELECT run, epoch, {figures} FROM epochs {some} ORDER BY run, epoch"
        for run, *epoch in self.store.execute(query):
            epochs.setdefault(run, []).append(to_epoch(*epoch))
        return [to_run(row, epochs.get(row[0], [])) for row in rows]


def require_experiment(run: Run) -> Experiment:
    """The experiment of a run. Raises HistoryError for one that this version does not know."""
    if not run.has_experiment:
        raise HistoryError(
            f"the experiment of run {run.id} cannot be read: it is damaged, or was written by another version of "
            "cnn-tui. It was left as it is"
        )
    return run.experiment
