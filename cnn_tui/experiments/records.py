"""What is recorded, read: the runs with their epochs, the queue, where each run is now. Nothing here writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from cnn_tui.experiments.experiment import Experiment
from cnn_tui.experiments.run import LIVE, Epoch, Event, Line, Point, Progress, Run, Wish
from cnn_tui.experiments.store import Store

_LIVE = ", ".join(f"'{status}'" for status in sorted(LIVE))
IS_LIVE = f"status IN ({_LIVE})"
"""A run that has not ended, in SQL."""
_COLUMNS = Line.__struct_fields__[:-1]  # without the tags, which are stored as JSON
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
        rows = self.execute(f"SELECT {', '.join(_COLUMNS)}, tags FROM runs {clauses}", values)
        return [Line(*(*row[:-1], tuple(msgspec.json.decode(row[-1])))) for row in rows]

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
        return [Event(*row) for row in rows]

    def count(self) -> int:
        """How many runs there are."""
        return int(self.execute("SELECT count(*) FROM runs").fetchone()[0])

    def live_runs(self) -> list[Run]:
        """The runs that have not ended, the oldest first."""
        return self._runs(f"WHERE {IS_LIVE} ORDER BY id", ())

    def progress(self, run_id: int) -> Progress:
        """Where a run is now."""
        row = self.execute("SELECT progress FROM runs WHERE id = ?", (run_id,)).fetchone()
        return msgspec.json.decode(row[0], type=Progress) if row else Progress()

    def points(self, run_id: int, after: float = -1.0) -> list[Point]:
        """The readings within epochs past `after` (in epochs), in order."""
        rows = self.execute(
            "SELECT at, loss, accuracy FROM points WHERE run = ? AND at > ? ORDER BY at", (run_id, after)
        )
        return [Point(*row) for row in rows]

    def _runs(self, where: str, values: tuple[Any, ...]) -> list[Run]:
        names = [name for name in Run.__struct_fields__ if name != "epochs"]
        rows = self.execute(f"SELECT {', '.join(names)} FROM runs {where}", values).fetchall()
        if not rows:
            return []
        ids = {row[0] for row in rows}
        some = f"WHERE run IN ({', '.join(str(int(one)) for one in ids)})" if len(ids) < 500 else ""
        epochs: dict[int, list[Epoch]] = {}
        query = f"SELECT run, epoch, metrics, seconds, images_per_second FROM epochs {some} ORDER BY run, epoch"
        for run, number, metrics, seconds, rate in self.execute(query):
            epochs.setdefault(run, []).append(Epoch(number, _decode_metrics(metrics), seconds, rate))
        return [_to_run(dict(zip(names, row, strict=True)), epochs.get(row[0], [])) for row in rows]


def _decode_metrics(text: str) -> dict[str, float]:
    # JSON has no NaN: msgspec writes null for it.
    plain: dict[str, float | None] = msgspec.json.decode(text)
    return {name: float("nan") if value is None else value for name, value in plain.items()}


def _to_run(row: dict[str, Any], epochs: list[Epoch]) -> Run:
    try:
        row["experiment"] = msgspec.json.decode(row["experiment"], type=Experiment)
    except msgspec.MsgspecError:
        # Written by a version with other layers: its figures are still worth showing.
        row["experiment"] = Experiment(name=row["name"], dataset=row["dataset"])
    row["tags"] = tuple(msgspec.json.decode(row["tags"]))
    row["environment"] = msgspec.json.decode(row["environment"])
    return Run(**row, epochs=tuple(epochs))
