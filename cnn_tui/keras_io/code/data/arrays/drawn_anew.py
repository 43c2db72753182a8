"""Images of which a script draws, copies or makes some until its classes are as large as it wants them (imblearn)."""

from __future__ import annotations

import msgspec

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.data_values import images_in
from cnn_tui.keras_io.code.numbers import Numbers
from cnn_tui.keras_io.code.values import Unknown, Value
from cnn_tui.keras_io.notes import Notes

_METHODS = (".fit_resample", ".fit_sample")


def drawn_anew(call: Call) -> Unknown | None:
    """The images and labels that `RandomOverSampler().fit_resample` and its like give; None for another call."""
    called: str = call.callee.what
    if not called.endswith(_METHODS) or not call.unnamed:
        return None
    images = call.first
    by = f"{called.partition('(')[0]}, {call.place}"
    table = images.table if isinstance(images, Unknown) else None
    if table is not None:
        table = msgspec.structs.replace(table, numbers=msgspec.structs.replace(table.numbers, drawn_by=by))
    numbers = _numbers_of(images) or Numbers()
    return Unknown(f"{called}(…)", call.place, table, numbers=msgspec.structs.replace(numbers, drawn_by=by))


def note_drawn(data: Value, watched: Value, notes: Notes) -> None:
    """Note what changes there how many images of each class are learned from, or validated on."""
    by, watched_by = _drawn_by(data), _drawn_by(watched)
    if by or watched_by:
        of = "" if not watched_by else ", of those to validate on too," if by else " of those to validate on"
        notes.append(
            f"how many images each class has{of} is changed there ({by or watched_by}): here they are as in the dataset"
        )


def _drawn_by(data: Value) -> str:
    images = images_in(data)
    numbers = images.table.numbers if isinstance(images, Unknown) and images.table else _numbers_of(images)
    return numbers.drawn_by if numbers is not None else ""


def _numbers_of(images: Value) -> Numbers | None:
    return images.numbers if isinstance(images, Unknown | DatasetArrays) else None
