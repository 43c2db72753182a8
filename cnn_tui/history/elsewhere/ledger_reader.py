"""Takes the ledgers of runs that are trained elsewhere into the history, each record exactly once.

How far a ledger has been read is written in the same transaction as what was read: whatever ends the reader between
two steps, the next one goes on where the rows end. There is one reader for a history, beside its worker.
"""

from __future__ import annotations

from typing import NamedTuple

from cnn_tui.history.elsewhere import ledger
from cnn_tui.history.elsewhere.ledger_records import apply, decoded
from cnn_tui.history.elsewhere.run_elsewhere import ledger_path
from cnn_tui.history.ending import LIVE
from cnn_tui.history.history import History


class ReadTo(NamedTuple):
    """How far the ledgers of a run are read: the number of one, and an offset in it."""

    number: int
    offset: int
    live: bool
    """Whether the run has not ended: what a job tells of one that has is not heard."""


def take_in(history: History, run_id: int) -> int:
    """Take in what is new in the ledgers of a run; gives how many records that was. Raises OSError, sqlite3.Error."""
    count = 0
    while True:
        with history.store.transaction():
            place = _place(history, run_id)
            entries = list(ledger.read(ledger_path(run_id, place.number), place.offset)) if place.number else []
            if entries:
                _take(history, run_id, place, entries)
            elif ledger_path(run_id, place.number + 1).exists():
                _go_to(history, run_id, place.number + 1, 0)
            else:
                return count
        count += len(entries)


def skip(history: History, run_id: int, number: int) -> None:
    """Read on behind the ledgers up to `number`, when the run is given out again."""
    path = ledger_path(run_id, number)
    _go_to(history, run_id, number, path.stat().st_size if number else 0)


def _place(history: History, run_id: int) -> ReadTo:
    row = history.store.execute("SELECT ledger, ledger_read, status FROM runs WHERE id = ?", (run_id,)).fetchone()
    return ReadTo(row[0], row[1], row[2] in LIVE)


def _go_to(history: History, run_id: int, number: int, offset: int) -> None:
    history.store.execute("UPDATE main.runs SET ledger = ?, ledger_read = ? WHERE id = ?", (number, offset, run_id))


def _take(history: History, run_id: int, place: ReadTo, entries: list[ledger.LedgerEntry]) -> None:
    if place.live:
        for entry in entries:
            apply(history, run_id, decoded(entry.data))
    _go_to(history, run_id, place.number, entries[-1].end)
