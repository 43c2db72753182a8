"""A long page of blocks, of which a window is on the screen: what is not seen is not drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from rich.text import Text

from cnn_tui.reports.blocks import Beside, Block, Curves
from cnn_tui.reports.chart.picture import ChartPicture, fit_bounds
from cnn_tui.reports.chart.plot import plot
from cnn_tui.reports.layout import PageLayout
from cnn_tui.text import counted
from cnn_tui.ui.chart.chart import kind_of
from cnn_tui.ui.keys import key_of, with_keys
from cnn_tui.ui.widgets.image import side_by_side
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.movement import MovingLines

_BESIDE = 66
"""From so many columns on curves stand beside words."""
_BETWEEN = 3

Build: TypeAlias = Callable[[int], Iterable[Block]]
"""Makes the blocks of a page for a width."""


DrawCurves: TypeAlias = Callable[["PageView", int], Sequence[Text]]


class PageView(MovingLines):
    """Shows what `build` makes, from `top` on; `curves` draws its curves. The actions `keys` move it down and up."""

    def __init__(
        self, build: Build, curves: DrawCurves | None = None, keys: tuple[str, str] = ("move.down", "move.up")
    ) -> None:
        super().__init__()
        self.top = 0
        self._keys = keys
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
        """The window; its last line says that more lies below, its first that more lies above."""
        if self._built_for != width:
            self._page, self._built_for = self.lay_out(width), width
        self.top = max(0, min(self.top, len(self._page) - height))
        lines = [line.copy() for line in self._page[self.top : self.top + height]]
        if self.top + height < len(self._page) and lines:
            below = len(self._page) - self.top - height + 1
            lines[-1] = self._more(below, "below", self._keys[0])
        if self.top and len(lines) > 2:
            lines[0] = self._more(self.top + 1, "above", self._keys[1])
        return lines

    def _more(self, count: int, where: str, key: str) -> Text:
        return Text(f"… {counted(count, 'more line')} {where}: {key_of(key)}", self.style("dim"))

    def lay_out(self, width: int) -> list[Text]:
        layout = PageLayout(width, inert, with_keys)
        lines: list[Text] = []
        for block in self._build(width):
            if isinstance(block, Curves) and self._curves is not None:
                lines += self._curves(self, width)
            elif isinstance(block, Beside) and self._curves is not None:
                lines += self._beside(block, self._curves, width)
            else:
                lines += map(self._painted, layout.block(block))
        return lines

    def _beside(self, block: Beside, curves: DrawCurves, width: int) -> list[Text]:
        """Words at the left and curves at the right where that leaves both room, else below each other."""
        wide = width >= _BESIDE
        left = (width - _BETWEEN) // 2 if wide else width
        layout = PageLayout(left, inert, with_keys)
        words = [self._painted(line) for line in layout.lines(block.blocks)]
        if not wide:
            return [*words, Text(), *curves(self, width)]
        for line in words:
            line.pad_right(left - line.cell_len)
        return side_by_side([words, list(curves(self, width - left - _BETWEEN))], _BETWEEN)

    def chart(self, picture: ChartPicture, width: int, height: int) -> list[Text]:
        limits = fit_bounds(picture, None)
        if limits is None or not any(one.points for one in picture.series):
            return [Text(picture.empty, self.style("dim"))]
        return [self._painted(line) for line in plot(picture, limits, width, height, kind_of(self.app))]

    def _painted(self, line: Iterable[tuple[str, str]]) -> Text:
        pieces = [(words, self.style(style)) if style else words for words, style in line]
        return Text.assemble(*pieces, no_wrap=True)
