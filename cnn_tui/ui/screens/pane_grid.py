"""How the panes of the lab share the screen: one at a time where it is small, else four of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget

from cnn_tui.ui.panes.pane import GRID, Pane
from cnn_tui.ui.widgets.bars import PANES

_ROOM_FOR_FOUR, _ROOM_FOR_EXPLAIN = (110, 30), (160, 50)
"""Columns and rows of the terminal."""


class Arrangement(NamedTuple):
    """Four panes in two rows, in reading order, each with how many of the grid's columns it takes."""

    columns: Mapping[str, int]
    rows: str
    """How high the two rows are, as Textual has it."""


USUAL = Arrangement({"stack": 9, "summary": 11, "training": 10, "history": 10}, "6fr 5fr")
LARGE = Arrangement({"stack": 9, "history": 11, "training": 10, "explain": 10}, "1fr 1fr")
"""The stack has room for all that the summary says of a layer, so what the network sees stands beside its curves."""


class PaneGrid(Container):
    """All panes, of which those are on the screen that there is room for."""

    def __init__(self, panes: Mapping[str, Pane]) -> None:
        super().__init__(id="panes")
        self._panes = panes
        self._now = USUAL
        self.zoomed = False
        """Whether the pane in focus is shown alone though others have room beside it."""
        self.left = "stack"
        """The pane to go back to from one that is always shown alone."""

    def compose(self) -> ComposeResult:
        yield from sorted(self._panes.values(), key=self._place_of)

    def place(self, width: int, height: int, shown: str) -> bool:
        """Show the pane `shown` in a terminal of that size, beside others unless it is zoomed.

        Gives whether it is the only one. Panes that are in no arrangement are always shown alone.
        """
        self._take(LARGE if _fits(width, height, _ROOM_FOR_EXPLAIN) else USUAL)
        places = self._now.columns
        single = self.zoomed or shown not in places or not _fits(width, height, _ROOM_FOR_FOUR)
        beside = frozenset((shown,) if single else places)
        for name, pane in self._panes.items():
            columns, rows = GRID if single else (places.get(name, 1), 1)
            pane.take_place(beside, columns, rows)
        return single

    def shows_alone(self, name: str) -> bool:
        """Whether a pane is never beside others in a terminal of this size."""
        return name not in self._now.columns

    def next_pane(self, shown: str, by: int) -> str:
        """The pane after `shown`, or with a negative `by` before it; one is passed over if another says all it does."""
        left_out = "summary" if self.shows_alone("summary") and shown != "summary" else ""
        names = [name for name, _ in PANES if name != left_out]
        return names[(names.index(shown) + by) % len(names)]

    def _take(self, arrangement: Arrangement) -> None:
        if arrangement is self._now:
            return
        self._now = arrangement
        self.styles.grid_rows = arrangement.rows
        if self.is_mounted:
            self.sort_children(key=self._place_of)

    def _place_of(self, pane: Widget) -> int:
        """Its place in reading order; those that are shown alone come last."""
        order = [*self._now.columns, *self._panes]
        return order.index(pane.id or "")


def _fits(width: int, height: int, room: tuple[int, int]) -> bool:
    return width >= room[0] and height >= room[1]
