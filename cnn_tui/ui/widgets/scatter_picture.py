"""A scatter as a picture with all its dots, on a terminal that shows pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from cnn_tui.ui.widgets.class_signs import colour_of
from cnn_tui.ui.widgets.image import Fit
from cnn_tui.ui.widgets.scatter import Scatter
from cnn_tui.ui.widgets.shading import Colour, Mode

if TYPE_CHECKING:
    from cnn_tui.ui.terminal.album import Album

_CELL = (7, 14)
"""Pixels of a cell: fine enough for dots, and few enough to be sent quickly."""


def scatter_in_pixels(scatter: Scatter, album: Album, mode: Mode, *, dark: bool, ground: Colour) -> list[Text]:
    """As many lines as the scatter has rows. Points of other classes than the one that is looked for are grey."""

    def colour(label: int) -> Colour:
        return rgb(colour_of(label, mode, dark=dark))

    aside: Colour = (90, 90, 90) if dark else (190, 190, 190)
    picture = scatter.in_dots(_CELL, colour, (ground, aside))
    return album.put(picture, Fit(scatter.columns, 2 * scatter.rows))


def rgb(colour: str) -> Colour:
    """A colour that is written as #rrggbb."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
