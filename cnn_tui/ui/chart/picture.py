"""What a chart draws: curves, marks and levels over epochs, and the signs for them. Data only; `chart.py` draws it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cnn_tui.ui.chart.axes import XY


class ChartSeries(NamedTuple):
    """A curve: its points joined or, with a `glyph`, each marked by it. `style` is a name in `lines.STYLES`."""

    style: str
    points: Sequence[XY]
    glyph: str = ""


class Mark(NamedTuple):
    """One sign on the chart; without a height, at the bottom."""

    at: float
    value: float | None
    glyph: str
    style: str


class Level(NamedTuple):
    """A line across the chart at a value, with its label."""

    value: float
    label: str


class EpochLine(NamedTuple):
    """A line down the chart at an epoch, dotted or not."""

    at: float
    style: str
    dotted: bool = True


class ChartPicture(NamedTuple):
    """A chart, its series from back to front. A value that is no number, or on a log scale not above 0, is left out."""

    series: Sequence[ChartSeries] = ()
    window: tuple[int, int] = (0, 1)
    """The epochs at the ends of the x axis; 0 is where the first one begins."""
    marks: Sequence[Mark] = ()
    levels: Sequence[Level] = ()
    columns: Sequence[EpochLine] = ()
    log: bool = False
    held: Sequence[float] = ()
    """The values that the y axis has to hold; the levels and marks come where they can."""
    subject: object = None
    """Bounds are chosen anew when it changes; otherwise they only widen."""
    empty: str = ""
    """What is said while there is no point."""


class Glyphs(NamedTuple):
    """The signs of curves and legends, a cell each and all different, so that no meaning hangs on colour alone."""

    curve: str = "braille"  # plotext's name for how it joins the points
    line: str = "━"  # a curve in a legend
    validation: str = "●"
    baseline: str = "○"  # its validation
    baseline_end: str = "b"  # the end of its training line
    raw: str = "·"  # a validation value behind the smoothed ones
    best: str = "★"
    rule_best: str = "☆"  # the best value that a rule with patience counts from, where that is another one
    fired: str = "■"
    level: str = "┈"  # a limit in a legend
    deadline: str = "┊"  # in a legend: the epoch after which a rule with patience ends the run


GLYPHS = Glyphs()
