"""Which columns of the history the user wants to see, kept for the next time."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cnn_tui.home import home
from cnn_tui.ui.panes.history.columns import FIELD


class ColumnChoice(msgspec.Struct, frozen=True):
    """What the user wants to see: the keys of the columns in order, and archived runs or not."""

    columns: tuple[str, ...] = ()
    archived: bool = False


USUAL = ColumnChoice(tuple(FIELD)[:11])


def remembered() -> ColumnChoice:
    """What the user chose the last time."""
    try:
        found = msgspec.json.decode(_file().read_bytes(), type=ColumnChoice)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return USUAL
    columns = tuple(key for key in dict.fromkeys(found.columns) if key in FIELD)
    return ColumnChoice(columns or USUAL.columns)


def remember(chosen: ColumnChoice) -> None:
    """Keep the columns for the next time; that archived runs are shown is not kept. Raises OSError."""
    part = _file().with_suffix(".part")
    part.write_bytes(msgspec.json.encode(ColumnChoice(chosen.columns)))
    part.replace(_file())


def _file() -> Path:
    return home() / "history-columns.json"
