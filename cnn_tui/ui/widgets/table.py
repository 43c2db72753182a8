"""A table that asks only for the rows that are on screen, so that ten thousand cost what ten do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.text import Text
from textual.events import Click

from cnn_tui.ui.widgets.movement import MovementKeys, MovingLines

Cell = str | Text | Callable[[int], Text]
"""What stands in a cell; one that depends on the width is made for it."""
Fetch = Callable[[int, int], Sequence[Sequence[Cell]]]

_LONGEST = 500
"""No cell shows more characters; a name may have ten thousand."""
_LEAST_WITH_FOOT = 3
"""Rows below which a table gives none away to say that there are more."""


class TableColumn(NamedTuple):
    """A column: its title, its width in cells, and whether it takes the space that is left."""

    title: str
    width: int
    right: bool = False
    stretch: bool = False


class Table(MovingLines):
    """A heading and rows with a cursor. The pane around it has the focus.

    When not all rows fit, the heading says which ones these are; without a heading, a line below says how many more
    there are above and below.
    """

    GAP = 2

    def __init__(
        self,
        columns: Sequence[TableColumn],
        fetch: Fetch,
        *,
        empty: str = "",
        placed: bool = True,
        id: str | None = None,
    ) -> None:
        """`fetch` gives rows from an offset on; `placed` has it say which rows those on screen are."""
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.count = 0
        self.cursor = 0
        self.active = False
        self.empty = empty
        self.placed = placed
        self._fetch = fetch
        self._top = 0
        self._left = 0
        self._kept: dict[int, Text] = {}
        self._kept_for: object = None

    def set_count(self, count: int, cursor: int | None = None) -> None:
        """How many rows there are now; also says that rows may have changed.

        With `cursor`, the row that it was on is now there: it keeps its line on the screen, where that can be.
        """
        if cursor is not None:
            # What comes in above the first row is to be seen when the first row is.
            self._top = max(0, self._top + cursor - self.cursor) if self._top else 0
            self.cursor = cursor
        self.count = count
        self.cursor = max(0, min(self.cursor, count - 1))
        self.redraw()

    def move(self, to: int) -> None:
        row = max(0, min(to, self.count - 1))
        if row != self.cursor:
            self.cursor = row
            self._redraw_kept()

    def move_rows(self, by: int) -> None:
        self.move(self.cursor + by)

    def move_half_pages(self, by: int) -> None:
        self.move_rows(by * self.page)

    def on_click(self, event: Click) -> None:
        """Go to the row that was clicked on; open it with a second click, as Enter does."""
        row = self._top + event.y - self._headed
        if event.y < self._headed or row >= self.count:
            return
        event.stop()
        self.move(row)
        self.post_message(MovementKeys.Moved())
        if event.chain == 2:
            self.app.simulate_key("enter")

    def move_sideways(self, by: int) -> None:
        """Shift the columns, keeping the first one in place."""
        self._left = max(0, min(self._left + by, self._most_left()))
        self.redraw()

    def reveal_column(self, at: int) -> None:
        """Shift the columns, if need be, so that this one is seen when the table is drawn again."""
        if at <= self._left:
            self._left = max(0, at - 1)
        while at not in self._shown(self.size.width) and self._left < at - 1:
            self._left += 1

    @property
    def window(self) -> range:
        return range(self._top, self._top + len(self._kept))

    @property
    def page(self) -> int:
        """How many rows half a page is."""
        return max(1, (self.size.height - 1) // 2)

    def redraw(self) -> None:
        """Fetch the rows anew and repaint the lines that differ."""
        self._kept_for = None
        super().redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        headed = self._headed
        room = height - headed
        if room < 1:
            return []
        footed = self.placed and not headed and self.count > room >= _LEAST_WITH_FOOT
        room -= footed
        self._top = max(min(self._top, self.cursor, max(0, self.count - room)), self.cursor - room + 1, 0)
        self._left = min(self._left, self._most_left())
        if not self.count and self.empty:
            return list(Text(self.empty, self.style("dim")).wrap(self.app.console, width))
        lines = self._lines(width, room, headed)
        at = self.cursor - self._top + headed
        if at < len(lines) and self.count:
            line = lines[at].copy()
            line.pad_right(max(0, width - line.cell_len))
            line.stylize(self.style("cursor" if self.active else "cursor-idle"))
            lines[at] = line
        return [*lines, self._foot(room)] if footed else lines

    def _foot(self, room: int) -> Text:
        """How many rows lie above and below those on the screen."""
        sides = (("↑", self._top, "above"), ("↓", self.count - self._top - room, "below"))
        words = "   ".join(f"{sign} {count} more {where}" for sign, count, where in sides if count)
        return Text(words, self.style("dim"), no_wrap=True)

    @property
    def _headed(self) -> bool:
        return any(column.title for column in self.columns)

    def _redraw_kept(self) -> None:
        """Repaint after the cursor moved; only rows that were not on the screen are fetched."""
        super().redraw()

    def _lines(self, width: int, room: int, headed: bool) -> list[Text]:
        shown = self._shown(width)
        widths = self._widths(width, shown)
        lines = []
        if headed:
            heading = self.style("heading")
            lines = [self._line([Text(column.title, heading) for column in self.columns], shown, widths, width)]
            if self.placed and self.count > room:
                self._show_place(lines[0], width, room)
        if self._kept_for != (self._left, width):
            self._kept, self._kept_for = {}, (self._left, width)
        rows = range(self._top, min(self._top + room, self.count))
        missing = [row for row in rows if row not in self._kept]
        if missing:
            fetched = self._fetch(missing[0], missing[-1] + 1 - missing[0])
            self._kept |= {missing[0] + at: self._line(cells, shown, widths, width) for at, cells in enumerate(fetched)}
        self._kept = {row: self._kept[row] for row in rows if row in self._kept}
        return lines + list(self._kept.values())

    def _show_place(self, heading: Text, width: int, room: int) -> None:
        """Which rows these are, when there are more than fit."""
        place = f" {self._top + 1}-{min(self._top + room, self.count)} of {self.count}"
        heading.truncate(max(0, width - len(place)))
        heading.append(" " * (width - heading.cell_len - len(place)))
        heading.append(place, self.style("dim"))

    def _shown(self, width: int) -> list[int]:
        """The columns that fit whole: the first one, and from `_left` on as many as there is room for."""
        shown: list[int] = []
        used = -self.GAP
        for at in [0, *range(1 + self._left, len(self.columns))]:
            if at >= len(self.columns):
                break
            used += self.GAP + self.columns[at].width
            # A number cut in two is another number: a column that does not fit whole is left out, and marked.
            if shown and used > width:
                break
            shown.append(at)
        return shown

    def _widths(self, width: int, shown: Sequence[int]) -> dict[int, int]:
        """The widths of the columns that are shown; those that stretch share the space that is left."""
        fixed = sum(self.columns[at].width for at in shown) + self.GAP * (len(shown) - 1)
        stretch = [at for at in shown if self.columns[at].stretch]
        last = not shown or shown[-1] == len(self.columns) - 1
        spare = max(0, width - fixed - (0 if last else self.GAP))
        share = spare // len(stretch) if stretch else 0
        return {at: self.columns[at].width + (share if at in stretch else 0) for at in shown}

    def _most_left(self) -> int:
        """How many columns have to be scrolled away for the last one to be seen."""
        before, self._left = self._left, 0
        while self._left < len(self.columns) - 1 and len(self.columns) - 1 not in self._shown(self.size.width):
            self._left += 1
        found, self._left = self._left, before
        return found

    def _line(self, cells: Sequence[Cell], shown: Sequence[int], widths: dict[int, int], width: int) -> Text:
        line = Text(no_wrap=True)
        used = 0
        for place, at in enumerate(shown):
            if at >= len(cells):
                break
            if place:
                line.append(" " * self.GAP)
            text = _fitted(cells[at], widths[at])
            padding = " " * (widths[at] - text.cell_len)
            if self.columns[at].right:
                line.append(padding)
                line.append_text(text)
            else:
                line.append_text(text)
                line.append(padding)
            used += widths[at] + (self.GAP if place else 0)
        if shown and shown[-1] < len(self.columns) - 1 and used < width:
            line.append(" " * (width - 1 - used))
            line.append("›", self.style("dim"))
        return line


def _fitted(cell: Cell, width: int) -> Text:
    """A cell of at most `width` cells; it is not asked how wide ten thousand characters are."""
    text = cell(width) if callable(cell) else cell.copy() if isinstance(cell, Text) else Text(cell)
    if len(text) > _LONGEST:
        text.right_crop(len(text) - _LONGEST)
    if text.cell_len > width:
        text.truncate(width, overflow="ellipsis")
    return text
