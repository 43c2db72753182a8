"""Arrays of a dataset that a script puts together: pieces of it again, both of its halves, or others besides."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.array_values import HALVES, OTHERS, DatasetArrays
from cnn_tui.keras_io.code.data.arrays.any_image import coloured, in_colours
from cnn_tui.keras_io.code.data.pictures.picture_forms import is_conversion
from cnn_tui.keras_io.code.data.tables.joins import is_below, is_to_fill, put_along
from cnn_tui.keras_io.code.values import Unknown, Value

_CHANNELS = (-1, 3)
"""The axis of channels in an array of images."""


def joins_call(call: Call) -> Value:
    """What a function makes of several arrays, or of grey images as coloured ones; None for anything else."""
    name, first = call.name, call.first
    parts, axis = put_along(call)
    if any(isinstance(one, DatasetArrays) for one in parts):
        if axis in _CHANNELS:
            return _threefold(parts, call.place) or Unknown("", call.place)
        return put_together(parts, call.place) if is_below(name, axis) else Unknown("", call.place)
    if isinstance(first, list | tuple) and any(isinstance(one, DatasetArrays) for one in first):
        return Unknown("", call.place)
    if not isinstance(first, DatasetArrays) or first.what != "images":
        return None
    if name == "repeat" and call.get(1, "repeats") == 3 and call.get(2, "axis") in _CHANNELS:
        return coloured(first, call.place) or Unknown("", call.place)
    if is_conversion(name):
        return in_colours(first, call.besides) or Unknown("", call.place)
    return None


def _threefold(parts: Sequence[Value], place: str) -> DatasetArrays | None:
    first = parts[0]
    is_same = len(parts) == 3 and all(one is first for one in parts)
    return coloured(first, place) if is_same and isinstance(first, DatasetArrays) else None


def put_together(parts: Sequence[Value], place: str) -> DatasetArrays:
    """Several arrays, of which one at least is a dataset's, as one."""
    parts = [one for one in parts if not (isinstance(one, Unknown) and is_to_fill(one))]
    known = [one for one in parts if isinstance(one, DatasetArrays)]
    first = next((one for one in known if one.half == "train"), known[0])
    alike = [one for one in known if (one.dataset, one.what) == (first.dataset, first.what)]
    if first.half != "validation":  # which is a third part, behind neither of the two
        alike = [one for one in alike if one.half != "validation"]
    halves = {one.half for one in alike}
    counts = [one.count or 0 for one in alike]
    is_counted = all(one.count is not None for one in alike)
    changes = dict.fromkeys(change for one in alike for change in one.changes)
    count = sum(counts) if is_counted else None
    whole = msgspec.structs.replace(first.together([one.places for one in alike], count), changes=tuple(changes))
    if len(alike) < len(parts):
        whole = whole.with_change(OTHERS, place)
    if len(halves) > 1:
        of_half = {one.half: one.whole for one in alike}
        is_in_order = [one.half for one in known] == ["train", "test"] and all(map(_is_whole, known))
        whole = msgspec.structs.replace(whole, half="train", whole=sum(of_half.values()), is_ordered=is_in_order)
        return msgspec.structs.replace(whole, has_both=is_in_order).with_change(HALVES, place)
    if is_counted and sum(counts) > first.whole:
        whole = msgspec.structs.replace(whole, count=first.whole)
        return whole if len(alike) < len(parts) else whole.with_change(OTHERS, place)
    return whole


def _is_whole(arrays: DatasetArrays) -> bool:
    return arrays.ranges == () and arrays.is_ordered and arrays.count == arrays.whole
