"""A long page of blocks, of which a window is on the screen: what is not seen is not drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from rich.text import Text

from cnn_tui.reports.blocks import Block, Curves
from cnn_tui.reports.chart.picture import ChartPicture, fit_bounds
from cnn_tui.reports.chart.plot import plot
from cnn_tui.reports.layout import PageLayout
from cnn_tui.text import counted
from cnn_tui.ui.chart.chart import kind_of
from cnn_tui.ui.keys import key_of, with_keys
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.movement import MovingLines

Build: TypeAlias = Callable[[int], Iterable[Block]]
"""Makes the blocks of a page for a width."""


DrawCurves: TypeAlias = Callable[["PageView", int], Sequence[Text]]


class PageView(MovingLines):
    """Shows what `build` makes, from `top` on; `curves` draws its curves. The action `more_key` shows more of it."""

    def __init__(self, build: Build, curves: DrawCurves | None = None, more_key: str = "move.down") -> None:
        super().__init__()
        self.top = 0
        self._more_key = more_key
        self._build = build
        self._curves = curves
        self._page: Sequence[Text] = ()
        self._built_for = -1

    def rebuild(self) -> None:
        """Make the page anew: what it shows has changed."""
        self._built_for = -1
        self.redraw()

    def move_rows(self, by: int) -> None:
        top = max(0, min(self.top + by, len(self._page) - self.size.height))
        if top != self.top:
            self.top = top
            self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        """The window; its last line says that there is more."""
        if self._built_for != width:
            self._page, self._built_for = self.lay_out(width), width
        self.top = max(0, min(self.top, len(self._page) - height))
        lines = [line.copy() for line in self._page[self.top : self.top + height]]
        if self.top + height < len(self._page) and lines:
            below = len(self._page) - self.top - height + 1
            lines[-1] = Text(f"… {counted(below, 'more line')}: {key_of(self._more_key)}", self.style("dim"))
        return lines

    def lay_out(self, width: int) -> list[Text]:
        layout = PageLayout(width, inert, with_keys)
        lines: list[Text] = []
        for block in self._build(width):
            if isinstance(block, Curves) and self._curves is not None:
                lines += self._curves(self, width)
            else:
                lines += map(self._painted, layout.block(block))
        return lines

    def chart(self, picture: ChartPicture, width: int, height: int) -> list[Text]:
        limits = fit_bounds(picture, None)
        if limits is None or not any(one.points for one in picture.series):
            return [Text(picture.empty, self.style("dim"))]
        return [self._painted(line) for line in plot(picture, limits, width, height, kind_of(self.app))]

    def _painted(self, line: Iterable[tuple[str, str]]) -> Text:
        pieces = [(words, self.style(style)) if style else words for words, style in line]
        return Text.assemble(*pieces, no_wrap=True)
