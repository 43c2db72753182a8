"""Loops over the numbers of the classes in a folder, as `for at in range(len(names))`: followed once, for any."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cnn_tui.keras_io.code.data.data_values import AnyEntry, ClassNames
from cnn_tui.keras_io.code.values import Value

BY_PLACE = "place"
"""What such a loop gets of each entry of a folder."""


class AnyPlace(msgspec.Struct, frozen=True):
    """The number of any of the entries of a folder, among all of them."""

    folder: Value


def of_places(name: str, unnamed: Sequence[Value]) -> Value:
    """What `range` and `str` make of how many names a folder has, or of the number of any; None for anything else."""
    if name == "str" and len(unnamed) == 1 and isinstance(unnamed[0], AnyPlace):
        return AnyEntry(unnamed[0].folder)  # of folders that have numbers for names
    return _places_in(unnamed) if name == "range" else None


def _places_in(ends: Sequence[Value]) -> ClassNames | None:
    """What `range` gives of how many names a folder has; None for any other range."""
    last = ends[-1] if len(ends) == 1 or (len(ends) == 2 and ends[0] == 0) else None
    if not isinstance(last, ClassNames) or not last.is_number:
        return None
    return msgspec.structs.replace(last, is_number=False, each=BY_PLACE)


def counted_along(turns: Sequence[Value], start: Value) -> AnyPlace | None:
    """What a count from 0 is in such a loop, which adds one to it each time; None in any other loop."""
    first = turns[0] if turns else None
    return first if isinstance(first, AnyPlace) and type(start) is int and start == 0 else None


def name_at(names: ClassNames, place: AnyPlace) -> AnyEntry:
    """The name at any place of a folder. Raises TypeError where the places are those of another."""
    if names.path != place.folder:
        raise TypeError("only known once it is run")
    return AnyEntry(names.path)
