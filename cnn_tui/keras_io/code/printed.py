"""What a notebook kept from printing: the totals of its models, and how many classes it read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cnn_tui.keras_io.code.cells import CodeCell, CodeSource
from cnn_tui.keras_io.code.data.data_values import Folder
from cnn_tui.keras_io.code.values import CodeModel, Value

_BELONGING = re.compile(r"^Found [\d,]+ [a-z ]+ belonging to (\d{1,5}) classes\b", re.MULTILINE)
"""What Keras prints of the folder that it reads."""


def note_printed(cell: CodeCell, models: Sequence[CodeModel], before: Mapping[int, int]) -> None:
    """Give the totals that a cell printed to the models whose summaries it asked for.

    `before` is how often each was asked for until then.
    """
    printed = [int(total.replace(",", "")) for total in re.findall(r"Total params:\s*([\d,]+)", cell.printed)]
    asked = [model for model in models if model.summaries > before.get(id(model), 0)]
    if len(printed) == len(asked):
        for model, total in zip(asked, printed, strict=True):
            model.printed_total = total


def printed_classes(source: CodeSource, data: Value) -> int | None:
    """How many classes Keras printed that the pictures have, in the cell that reads them or else in all that say it."""
    printed = {cell.number: {int(many) for many in _BELONGING.findall(cell.printed)} for cell in source.cells}
    here = re.match(r"cell (\d+),", data.place) if isinstance(data, Folder) else None
    of_cell = printed.get(int(here[1])) if here else None
    found = of_cell or {many for each in printed.values() for many in each}
    return found.pop() if len(found) == 1 else None
