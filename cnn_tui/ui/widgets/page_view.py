"""A long page of lines, of which a window is on the screen: what is not seen is not drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text

from cnn_tui.text import counted
from cnn_tui.ui.chart.chart import fit_bounds, plot
from cnn_tui.ui.chart.picture import ChartPicture
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.lines import Lines, inert

Build = Callable[["PageView", int], Sequence[Text]]
"""Makes the lines of a page for a width; the view helps with pieces of them."""

LABEL = 21
"""The width of the labels before values."""
_LONGEST = 20_000  # characters of one text


class PageView(Lines):
    """Shows what `build` makes, from `top` on. `more_key` is the action that shows more of it."""

    more_key: ClassVar[str] = "move.down"

    def __init__(self, build: Build, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.top = 0
        self._build = build
        self._page: Sequence[Text] = ()
        self._built_for = -1

    def rebuild(self) -> None:
        """Make the page anew: what it shows has changed."""
        self._built_for = -1
        self.redraw()

    def scroll_rows(self, by: int) -> None:
        """Shift the window."""
        top = max(0, min(self.top + by, len(self._page) - self.size.height))
        if top != self.top:
            self.top = top
            self.redraw()

    def scroll_half(self, by: int) -> None:
        """Half a page down or up."""
        self.scroll_rows(by * max(1, self.size.height // 2))

    def draw(self, width: int, height: int) -> list[Text]:
        """The window; its last line says that there is more."""
        if self._built_for != width:
            self._page, self._built_for = self._build(self, width), width
        self.top = max(0, min(self.top, len(self._page) - height))
        lines = [line.copy() for line in self._page[self.top : self.top + height]]
        if self.top + height < len(self._page) and lines:
            below = len(self._page) - self.top - height + 1
            lines[-1] = Text(f"… {counted(below, 'more line')}: {key_of(self.more_key)}", self.style("dim"))
        return lines

    # Pieces of pages

    def heading(self, words: str) -> list[Text]:
        """An empty line and a heading."""
        return [Text(), Text(words, self.style("heading"))]

    def pair(self, label: str, value: str | Text, width: int) -> list[Text]:
        """A label and its value, wrapped beside it; nothing for an empty value."""
        if not value:
            return []
        room = max(10, width - LABEL)
        style = self.style("dim")
        above = [Text(label, style)] if len(label) >= LABEL else []
        beside = "" if above else label
        return above + [
            Text.assemble((f"{beside if at == 0 else '':{LABEL}}", style), line)
            for at, line in enumerate(self.flowed(value, room))
        ]

    def flowed(self, text: str | Text, width: int) -> list[Text]:
        """Text from outside in lines of at most `width` cells, made inert; its own line ends are kept."""
        if isinstance(text, Text):
            return self._wrapped(text, width)
        more = f" … and {len(text) - _LONGEST:,} more characters" if len(text) > _LONGEST else ""
        lines: list[Text] = []
        for line in f"{text[:_LONGEST]}{more}".splitlines():
            lines += self._wrapped(Text(inert(line)), width)
        return lines or [Text()]

    def _wrapped(self, text: Text, width: int) -> list[Text]:
        if text.cell_len <= width:
            return [text]
        lines = list(text.wrap(self.app.console, width))
        for line in lines:
            line.rstrip()
        return lines

    def chart(self, picture: ChartPicture, width: int, height: int) -> list[Text]:
        """Curves, or the words that stand for them."""
        limits = fit_bounds(picture, None)
        if limits is None or not any(one.points for one in picture.series):
            return [Text(picture.empty, self.style("dim"))]
        styles: dict[str, Style] = {}
        lines = plot(picture, limits, width, height)
        for name in {name for line in lines for _, name in line}:
            styles[name] = self.style(name)
        return [Text.assemble(*((text, styles[name]) for text, name in line), no_wrap=True) for line in lines]


def columns(rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> list[str]:
    """Rows of cells in columns of equal width, two spaces between them; those in `right` end alike."""
    if not rows:
        return []
    ends = set(right)
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        "  ".join(f"{cell:>{widths[at]}}" if at in ends else f"{cell:{widths[at]}}" for at, cell in enumerate(row))
        for row in rows
    ]
