"""Runs whose seconds an epoch are known: what estimates of other runs are made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.same import PACE_SETTINGS, pace_phases, pace_settings
from cnn_tui.history.alive import this_machine
from cnn_tui.history.records import Records
from cnn_tui.history.rows import LINE_COLUMNS, to_line
from cnn_tui.history.run import Line, Place

_TIMED = "WHERE pace > 0 AND executor = ? AND (executor != 'here' OR host = ?)"
_PHASES = (
    "iif(coalesce(json_array_length(experiment, '$.then'), 0) = 0, '[]',"
    " json_array(json_extract(experiment, '$.training.epochs'), json_extract(experiment, '$.then')))"
)
"""The later phases of a run's training, as `pace_phases` writes them."""


def timed(history: Records, place: Place, limit: int) -> list[Line]:
    """The last runs whose seconds an epoch are known, the newest first: of this machine, or of that cluster."""
    return _lines(history, f"{_TIMED} ORDER BY id DESC LIMIT ?", (place, this_machine().host, limit))


def newest_timed(history: Records) -> tuple[int, int] | None:
    """The number of the last of them anywhere, and how many epochs it has: one short query."""
    query = "SELECT id, epochs_done FROM runs WHERE pace > 0 ORDER BY id DESC LIMIT 1"
    row = history.store.execute(query).fetchone()
    return None if row is None else (row[0], row[1])


def timed_alike(
    history: Records, fingerprint: str, place: Place, device: str, experiment: Experiment, limit: int
) -> list[Line]:
    """The last of them that take as long as the experiment on this device, by its network and settings."""
    names = ("dataset", *(f"training.{name}" for name in PACE_SETTINGS))
    same = " AND ".join(f"json_extract(experiment, '$.{name}') IS ?" for name in names)
    asked = (experiment.dataset, *pace_settings(experiment), pace_phases(experiment))
    clauses = f"{_TIMED} AND fingerprint = ? AND device = ? AND {same} AND {_PHASES} = ? ORDER BY id DESC LIMIT ?"
    return _lines(history, clauses, (place, this_machine().host, fingerprint, device, *asked, limit))


def _lines(history: Records, clauses: str, values: Sequence[Any]) -> list[Line]:
    return [to_line(row) for row in history.store.execute(f"SELECT {LINE_COLUMNS} FROM runs {clauses}", values)]
