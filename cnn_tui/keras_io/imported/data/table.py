"""How a script splits the one table that it has: how much of it is tested on here, and what is validated on.

A table without another to test on is split here too: what a script only watches, and never learns from, is tested on.
"""

from __future__ import annotations

from typing import Any

import msgspec

from cnn_tui.keras_io.code.data.data_values import Folder, generator_of
from cnn_tui.keras_io.code.data.pictures.scale import table_of
from cnn_tui.keras_io.imported.code import CodeImport

_LEAST = 1e-6


class ShareSplit(msgspec.Struct, frozen=True):
    """The share of rows or pictures that is tested on, and of the others what is validated on."""

    test: float
    validation: Any


def _held_by_generator(code: CodeImport) -> Any:
    """Which share of the rows it learns from an ImageDataGenerator holds out to validate on; None where none does."""
    data, watched = code.data, code.validation
    subsets = [one.arguments.get("subset") for one in (data, watched) if isinstance(one, Folder)]
    is_split = subsets == ["training", "validation"] and generator_of(data) is not None
    return data.generator.arguments.get("validation_split") if is_split else None


def table_split(code: CodeImport) -> ShareSplit | None:
    """How a script splits its table; None where it does not, or where that is not known."""
    learned, watched = table_of(code.data), table_of(code.validation)
    if learned is None:
        return None
    share, is_watched = code.fitted.get("validation_split"), "validation_data" in code.fitted
    if watched is not None and watched.origin == learned.origin and (by_generator := _held_by_generator(code)):
        share, is_watched = by_generator, False
    held = learned.share * share if isinstance(share, float) else 0.0
    if is_watched:
        if watched is None or watched.origin != learned.origin:
            return None
        held = watched.share
    rest = 1 - learned.share - (held if is_watched else 0.0)
    if rest > _LEAST:  # which is neither learned from nor watched
        return ShareSplit(round(rest, 4), round(held / (1 - rest), 4) or "none")
    return ShareSplit(round(held, 4), "test") if _LEAST < held < 1 - _LEAST else None
