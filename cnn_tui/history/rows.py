"""Rows of the history, checked: what of one cannot be read is named and left empty, and takes nothing else with it.

A row may have been damaged by a bad disk, by a copy made in the wrong moment or by somebody's own SQL. SQLite keeps
any kind of value in any column, so each value is looked at; a row whose values are all of the right kind costs little.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeVar, get_args

import msgspec

from cnn_tui.history.run import Status, Wish

_IN_JSON = {"experiment", "tags", "environment"}
_WORDS = {"name", "status", "stop_cause", "fingerprint", "dataset", "note", "wish", "exercise", "conclusion", "device"}
_TEXTS = _IN_JSON | _WORDS
_COUNTS = {"id", "epochs", "epochs_done", "params", "train_images", "test_images", "archived"}
_WHOLE = _COUNTS | {"seed", "pid", "tested_epoch"}
_TIMES = {"created", "seconds", "pace"}
_FIGURES = {"loss", "accuracy", "test_loss", "test_accuracy", "val_loss", "val_accuracy", "trained"}
_MAY_BE_MISSING = _FIGURES | {"seed", "pid", "tested_epoch", "pace"}
_CHOICES = {"status": frozenset(get_args(Status)), "wish": frozenset(get_args(Wish))}
_INSTEAD: dict[str, Any] = {"status": "failed", "tags": "[]", "environment": "{}"}
_NO_TIME: Final = 250_000_000_000.0
"""Seconds: past the year 9000, which no clock and no training reaches."""

Kind = TypeVar("Kind")


class Undecodable(str):
    """A text of the history that is no UTF-8, with a sign where it cannot be read."""

    __slots__ = ()


def to_text(data: bytes) -> str:
    """What SQLite keeps as a text, for `Connection.text_factory`."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Undecodable(data.decode("utf-8", "replace"))


class Checked(NamedTuple):
    """The values of a row, in its order, and the names of those that could not be read."""

    values: Sequence[Any]
    damage: tuple[str, ...] = ()


class Columns:
    """The columns of a query on the table of runs, by the names of the fields that they become."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._sound_kinds: set[tuple[type, ...]] = set()
        self._choices = [(at, _CHOICES[name]) for at, name in enumerate(self.names) if name in _CHOICES]
        self._times = [at for at, name in enumerate(self.names) if name in _TIMES]

    def check(self, row: tuple[Any, ...]) -> Checked:
        """A row as it is, if it is sound; else with something empty in place of what is not."""
        # Nearly all rows end here: their kinds have been seen before, and few columns have limits beyond that.
        if tuple(map(type, row)) in self._sound_kinds and self._is_within_limits(row):
            return Checked(row)
        damage = tuple(name for name, value in zip(self.names, row, strict=True) if not _is_sound(name, value))
        if not damage:
            self._sound_kinds.add(tuple(map(type, row)))
            return Checked(row)
        pairs = zip(self.names, row, strict=True)
        return Checked([_instead(name, value) if name in damage else value for name, value in pairs], damage)

    def _is_within_limits(self, row: tuple[Any, ...]) -> bool:
        for at in self._times:
            if row[at] is not None and not 0 <= row[at] < _NO_TIME:
                return False
        return all(row[at] in choices for at, choices in self._choices)


def decoded(text: str, kind: type[Kind]) -> Kind | None:
    """A text in JSON as what it should be; None when it is not."""
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        return None


def number(value: Any, otherwise: float = 0.0) -> float:
    """A finite number, or what is to stand in its place."""
    return value if isinstance(value, int | float) and math.isfinite(value) else otherwise


def damage_in_words(run_id: int, damage: Sequence[str]) -> str:
    """Which run's row is damaged and in what, in a sentence; "" for a sound one."""
    if not damage:
        return ""
    names = [name.replace("_", " ") for name in damage]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    listed = ", ".join(names[:5]) if more or len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"the row of run {run_id} in the history is damaged: {listed}{more} cannot be read"


def _is_sound(name: str, value: Any) -> bool:
    if value is None:
        return name in _MAY_BE_MISSING
    if name in _TEXTS:
        return type(value) is str and value in _CHOICES.get(name, (value,))
    if name in _WHOLE:
        return isinstance(value, int)
    if name in _TIMES:
        return isinstance(value, int | float) and 0 <= value < _NO_TIME
    return isinstance(value, int | float)


def _instead(name: str, value: Any) -> Any:
    """What stands in place of a value that cannot be read: as much of it as can be."""
    if name in _MAY_BE_MISSING:
        return None
    if name in _INSTEAD:
        return _INSTEAD[name]
    if name in _TEXTS:
        readable = value if isinstance(value, str) else to_text(value) if isinstance(value, bytes) else ""
        return str(readable) if name not in _CHOICES else ""
    return 0 if name in _WHOLE else 0.0
