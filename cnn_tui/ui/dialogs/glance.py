"""What is seen of a row of a list before it is taken: a few sentences, and below them the rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text

from cnn_tui.text import counted, wrapped
from cnn_tui.ui.widgets.lines import Lines, inert


class Glance(NamedTuple):
    """Sentences are wrapped; the rows of a table stay rows, and are what is left out where there is no room."""

    sentences: Sequence[str]
    rows: Sequence[str] = ()
    row_width: int = 0
    """Of the row that it is about, where that tells the same: what is seen there whole is not told again."""


class GlanceView(Lines):
    """Shows as much of it as there is room for, and says how many lines there are more."""

    def __init__(self) -> None:
        super().__init__(id="glance")
        self._glance = Glance(())

    def show(self, glance: Glance) -> None:
        if glance != self._glance:
            self._glance = glance
            self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        if 0 < self._glance.row_width <= width:
            return []
        said = [line for words in self._glance.sentences for line in wrapped(inert(words), width)]
        lines = (
            [*said, "", *map(inert, self._glance.rows)] if said and self._glance.rows else [*said, *self._glance.rows]
        )
        if len(lines) > height:
            kept = max(height - 1, 0)
            lines = [*lines[:kept], f"… {counted(len(lines) - kept, 'more line')}"]
        dim = self.style("dim")
        return [Text(line, dim) for line in lines]
