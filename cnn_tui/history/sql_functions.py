"""What the history's SQL can do beyond SQLite's own: functions that every connection is given."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec


def register(db: sqlite3.Connection) -> None:
    """Give a connection `casefold(text)` and `fingerprint_of(experiment, otherwise)`."""
    db.create_function("casefold", 1, _casefold, deterministic=True)
    db.create_function("fingerprint_of", 2, _fingerprint_of)


def forgive_json(db: sqlite3.Connection) -> None:
    """Give a connection a `json_extract(text, path)` for which JSON that is none is empty; `path` as `$.one.two`."""
    db.create_function("json_extract", 2, _json_extract, deterministic=True)


def _json_extract(text: Any, path: str) -> Any:
    try:
        value = msgspec.json.decode(text)
        for key in path.split(".")[1:]:
            value = value[key]
    except (msgspec.MsgspecError, TypeError, KeyError, UnicodeError, RecursionError):
        return None
    return value if isinstance(value, str | int | float) else None


def _casefold(text: bytes | None) -> str:
    """Text in UTF-8 without upper and lower case in any script: SQLite's LIKE knows only ASCII's."""
    return (text or b"").decode("utf-8", "replace").casefold()


def _fingerprint_of(experiment: str, otherwise: str) -> str:
    """The fingerprint of an experiment in JSON; `otherwise` where it cannot be told any more.

    That is so when a layer or the dataset's file is not known here.
    """
    from cnn_tui.data.dataset import DatasetError
    from cnn_tui.experiment.experiment import Experiment

    try:
        return msgspec.json.decode(experiment, type=Experiment).stack.fingerprint()
    except (msgspec.MsgspecError, DatasetError):
        return otherwise
