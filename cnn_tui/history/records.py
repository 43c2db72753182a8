"""What is recorded, read: the runs with their epochs, the queue, where each run is now. Nothing here writes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cnn_tui.experiment.experiment import Experiment, Training
from cnn_tui.history.rows import Columns, decoded, number
from cnn_tui.history.run import LIVE, Epoch, Event, Line, Point, Progress, Run, Wish
from cnn_tui.history.store import HistoryError, Store
from cnn_tui.history.tested import TESTED_EPOCH, TRAINED

_LIVE = ", ".join(f"'{status}'" for status in sorted(LIVE))
IS_LIVE = f"status IN ({_LIVE})"
"""A run that has not ended, in SQL."""
_SQL = {"tested_epoch": TESTED_EPOCH, "trained": TRAINED}  # the columns that are worked out
_LINE = Columns([name for name in Line.__struct_fields__ if name != "damage"])
_TAGS = _LINE.names.index("tags")
_RUN = Columns([*(name for name in Run.__struct_fields__ if name not in ("damage", "epochs")), "epochs"])
_WAITING = "WHERE status = 'queued' ORDER BY position, id"


class Records(Store):
    """What everybody reads of a history: the lab, the command line, the training itself."""

    def wish(self, run_id: int) -> Wish:
        """What is asked of a run; a run that is gone should stop."""
        row = self.execute("SELECT wish FROM runs WHERE id = ?", (run_id,)).fetchone()
        return row[0] if row else "stop"

    def run(self, run_id: int) -> Run | None:
        """A run with its epochs; None when there is none of that id."""
        found = self._runs("WHERE id = ?", (run_id,))
        return found[0] if found else None

    def runs(self) -> list[Run]:
        """All runs with their epochs, the oldest first."""
        return self._runs("ORDER BY id", ())

    def lines(self, limit: int = -1, offset: int = 0) -> list[Line]:
        """Runs as rows of a table, the newest first; `limit` -1 gives all."""
        return self.lines_where("ORDER BY id DESC LIMIT ? OFFSET ?", (limit, offset))

    def lines_where(self, clauses: str, values: Sequence[Any] = ()) -> list[Line]:
        """Runs as rows of a table, chosen and sorted by clauses of SQL."""
        return [_to_line(row) for row in self.rows(f"SELECT {_selected(_LINE)} FROM runs {clauses}", values)]

    def ending_now(self) -> list[tuple[int, int]]:
        """The runs in training that are to end at once, each with the number of its process."""
        return self.execute(
            "SELECT id, pid FROM runs WHERE status IN ('running', 'paused') AND wish = 'now' AND pid IS NOT NULL"
        ).fetchall()

    def untested(self) -> list[int]:
        """The runs that were interrupted after an epoch and not evaluated since, the newest first."""
        last = "SELECT text FROM events WHERE run = runs.id ORDER BY rowid DESC LIMIT 1"
        rows = self.execute(
            "SELECT id FROM runs WHERE status = 'interrupted' AND epochs_done > 0 AND test_loss IS NULL"
            f" AND NOT archived AND coalesce(({last}), '') NOT LIKE 'evaluat%' ORDER BY id DESC"
        )
        return [int(row[0]) for row in rows]

    def queue(self) -> list[Line]:
        """The runs that wait, the next one first."""
        return self.lines_where(_WAITING)

    def next_queued(self) -> int | None:
        """The first run that waits; None when the queue is empty."""
        row = self.execute(f"SELECT id FROM runs {_WAITING} LIMIT 1").fetchone()
        return int(row[0]) if row else None

    def events(self, run_id: int) -> list[Event]:
        """What happened to a run, in order."""
        rows = self.execute("SELECT at, text FROM events WHERE run = ? ORDER BY rowid", (run_id,))
        return [Event(number(at), str(text)) for at, text in rows]

    def count(self) -> int:
        """How many runs there are."""
        return int(self.execute("SELECT count(*) FROM runs").fetchone()[0])

    def live_runs(self) -> list[Run]:
        """The runs that have not ended, the oldest first."""
        return self._runs(f"WHERE {IS_LIVE} ORDER BY id", ())

    def progress(self, run_id: int) -> Progress:
        """Where a run is now."""
        row = self.execute("SELECT progress FROM runs WHERE id = ?", (run_id,)).fetchone()
        return (decoded(row[0], Progress) if row else None) or Progress()

    def points(self, run_id: int, after: float = -1.0) -> list[Point]:
        """The readings within epochs past `after` (in epochs), in order."""
        rows = self.execute(
            "SELECT at, loss, accuracy FROM points WHERE run = ? AND at > ? ORDER BY at", (run_id, after)
        )
        return [Point(*row) for row in rows if all(value is None or isinstance(value, float) for value in row)]

    def _runs(self, where: str, values: tuple[Any, ...]) -> list[Run]:
        rows = self.rows(f"SELECT {_selected(_RUN)} FROM runs {where}", values)
        if not rows:
            return []
        ids = {row[0] for row in rows}
        some = f"WHERE run IN ({', '.join(str(int(one)) for one in ids)})" if len(ids) < 500 else ""
        epochs: dict[int, list[tuple[Any, ...]]] = {}
        query = f"SELECT run, epoch, metrics, seconds, images_per_second FROM epochs {some} ORDER BY run, epoch"
        for run, *epoch in self.execute(query):
            epochs.setdefault(run, []).append(tuple(epoch))
        return [_to_run(row, epochs.get(row[0], [])) for row in rows]


def require_experiment(run: Run) -> Experiment:
    """The experiment of a run. Raises HistoryError for one whose row does not say what it was any more."""
    if not run.has_experiment:
        raise HistoryError(
            f"the experiment of run {run.id} cannot be read: its row in the history is damaged, or was written by "
            "another version of cnn-tui. It was left as it is"
        )
    return run.experiment


def _selected(columns: Columns) -> str:
    return ", ".join(f"{_SQL[name]} AS {name}" if name in _SQL else name for name in columns.names)


def _to_line(row: tuple[Any, ...]) -> Line:
    found, damage = _LINE.check(row)
    values = [*found]
    tags = () if values[_TAGS] == "[]" else decoded(values[_TAGS], tuple[str, ...])
    if tags is None:
        damage = (*damage, "tags")
    values[_TAGS] = tags or ()
    return Line(*(*values, damage))


def _to_run(row: tuple[Any, ...], epochs: Sequence[tuple[Any, ...]]) -> Run:
    values, found = _RUN.check(row)
    fields, damage = dict(zip(_RUN.names, values, strict=True)), [*found]
    asked_for = fields.pop("epochs")
    for name, kind, empty in _IN_JSON:
        value: Any = decoded(fields[name], kind) if name not in damage else None
        if value is None:
            damage += [name] if name not in damage else []
            value = empty
        fields[name] = value
    if fields["experiment"] is None:
        # Perhaps of a version with other layers: the figures of the run are still worth showing.
        training = Training(epochs=min(max(asked_for, 1), _MOST_EPOCHS))
        fields["experiment"] = Experiment(name=fields["name"], dataset=fields["dataset"], training=training)
    read = []
    for number_of_it, metrics, *figures in epochs:
        told = decoded(metrics, dict[str, float | None]) if isinstance(metrics, str) else None
        if told is None or not all(isinstance(figure, float) for figure in figures):
            damage.append(f"epoch {number_of_it}")
        # JSON has no NaN: msgspec writes null for it.
        plain = {name: math.nan if value is None else value for name, value in (told or {}).items()}
        read.append(Epoch(number_of_it, plain, *map(number, figures)))
    return Run(**fields, epochs=tuple(read), damage=tuple(damage))


_MOST_EPOCHS = 100_000
_IN_JSON: tuple[tuple[str, Any, Any], ...] = (
    ("experiment", Experiment, None),
    ("tags", tuple[str, ...], ()),
    ("environment", dict[str, Any], {}),
)
"""The columns that are JSON, what they should be, and what stands in place of one that is not."""
