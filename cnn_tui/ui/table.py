"""A table that asks only for the rows that are on screen, so that ten thousand cost what ten do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from cnn_tui.ui.lines import Lines

Cell = str | Text
Fetch = Callable[[int, int], Sequence[Sequence[Cell]]]


class Column(NamedTuple):
    """A column: its title, its width in cells, and whether it takes the space that is left."""

    title: str
    width: int
    right: bool = False
    stretch: bool = False


class Table(Lines):
    """A heading, rows with a cursor, and a position line when not all rows fit. The pane around it has the focus."""

    GAP = 2

    def __init__(self, columns: Sequence[Column], fetch: Fetch, *, empty: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.count = 0
        self.cursor = 0
        self.active = False
        self.empty = empty
        self._fetch = fetch
        self._top = 0
        self._left = 0

    def set_count(self, count: int) -> None:
        """How many rows there are now; also says that rows may have changed."""
        self.count = count
        self.cursor = max(0, min(self.cursor, count - 1))
        self.redraw()

    def move(self, to: int) -> None:
        """Put the cursor on a row."""
        row = max(0, min(to, self.count - 1))
        if row != self.cursor:
            self.cursor = row
            self.redraw()

    def scroll_columns(self, by: int) -> None:
        """Shift the columns, keeping the first one in place."""
        self._left = max(0, min(self._left + by, self._most_left()))
        self.redraw()

    @property
    def page(self) -> int:
        """How many rows half a page is."""
        return max(1, (self.size.height - 1) // 2)

    def draw(self, width: int, height: int) -> list[Text]:
        """The heading and the rows around the cursor."""
        headed = any(column.title for column in self.columns)
        room = height - headed
        if room < 1:
            return []
        self._top = max(min(self._top, self.cursor, max(0, self.count - room)), self.cursor - room + 1, 0)
        self._left = min(self._left, self._most_left())
        widths = self._widths(width)
        if not self.count and self.empty:
            return list(Text(self.empty, self.style("dim")).wrap(self.app.console, width))
        heading = self.style("heading")
        lines = [self._line([Text(column.title, heading) for column in self.columns], widths, width)] if headed else []
        if headed and self.count > room:
            self._show_place(lines[0], width, room)
        rows = self._fetch(self._top, room) if self.count else ()
        for at, row in enumerate(rows, self._top):
            line = self._line(row, widths, width)
            if at == self.cursor:
                line.pad_right(max(0, width - line.cell_len))
                line.stylize(self.style("cursor" if self.active else "cursor-idle"))
            lines.append(line)
        return lines

    def _show_place(self, heading: Text, width: int, room: int) -> None:
        """Which rows these are, when there are more than fit."""
        place = f" {self._top + 1}-{min(self._top + room, self.count)} of {self.count}"
        heading.truncate(max(0, width - len(place)))
        heading.append(" " * (width - heading.cell_len - len(place)))
        heading.append(place, self.style("dim"))

    def _widths(self, width: int) -> list[int]:
        fixed = sum(column.width for column in self.columns) + self.GAP * (len(self.columns) - 1)
        spare = max(0, width - fixed)
        stretch = [column.stretch for column in self.columns]
        share = spare // sum(stretch) if any(stretch) else 0
        return [column.width + (share if column.stretch else 0) for column in self.columns]

    def _most_left(self) -> int:
        width = self.size.width
        widths = self._widths(width)
        hidden = 0
        used = widths[0] + sum(width + self.GAP for width in widths[1:]) if widths else 0
        for column in widths[1:]:
            if used <= width:
                break
            used -= column + self.GAP
            hidden += 1
        return hidden

    def _line(self, cells: Sequence[Cell], widths: list[int], width: int) -> Text:
        line = Text(no_wrap=True)
        shown = [0, *range(1 + self._left, len(self.columns))]
        for place, at in enumerate(shown):
            if at >= len(cells):
                break
            cell = cells[at]
            text = cell.copy() if isinstance(cell, Text) else Text(cell)
            text.truncate(widths[at], overflow="ellipsis")
            padding = " " * (widths[at] - text.cell_len)
            if place:
                # A number cut in two is another number: a column that does not fit whole is left out, and marked.
                if line.cell_len + self.GAP + widths[at] > width:
                    line.append(" " * (width - 1 - line.cell_len))
                    line.append("›", Style(dim=True))
                    break
                line.append(" " * self.GAP)
            if self.columns[at].right:
                line.append(padding)
                line.append_text(text)
            else:
                line.append_text(text)
                line.append(padding)
        return line
