"""Pictures beside and below each other, each with a label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text

from cnn_tui.ui.widgets.image import side_by_side

GAP = 1
_WIDEST = 10_000


class Tiles(NamedTuple):
    """How pictures are laid out: so many beside and below each other, each of so many cells, a label above each."""

    columns: int
    rows: int
    wide: int
    tall: int

    @property
    def fit(self) -> int:
        return self.columns * self.rows

    def page_of(self, at: int, count: int) -> range:
        """Those that are shown when the one at `at` is to be seen."""
        first = at // max(1, self.fit) * self.fit
        return range(first, min(count, first + self.fit))


def lay_out(count: int, shape: tuple[int, ...], width: int, height: int, least: int = 7, most: int = _WIDEST) -> Tiles:
    """The largest tiles of pictures of `shape` (height, width) in pixels of which all fit, else the smallest ones.

    They are at least `least` cells wide, for the label, and at most `most`. A pixel is never larger than two cells.
    """
    best = Tiles(1, 1, max(1, min(width, 2 * shape[1])), max(1, height - 1))
    smallest = None
    for wide in range(min(width, most, max(least, 2 * shape[1])), min(least, width) - 1, -1):
        tall = max(1, -(-shape[0] * wide // (2 * shape[1])))
        columns, rows = (width + GAP) // (wide + GAP), height // (tall + 1)
        if columns < 1 or rows < 1:
            continue
        smallest = Tiles(columns, rows, wide, tall)
        if columns * rows >= count:
            return smallest
    return smallest or best


def laid(tiles: Tiles, blocks: Sequence[tuple[Text, Sequence[Text]]]) -> list[Text]:
    """The labelled pictures as lines."""
    lines: list[Text] = []
    for start in range(0, len(blocks), tiles.columns):
        row = []
        for label, block in blocks[start : start + tiles.columns]:
            head = label.copy()
            head.truncate(tiles.wide)
            head.pad_right(tiles.wide - head.cell_len)
            row.append([head, *list(block)[: tiles.tall]])
        lines += side_by_side(row, GAP)
    return lines
