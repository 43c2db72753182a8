"""What a chart is made of, in epochs and values; `plot.py` draws it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from cnn_tui.reports.chart.axes import XY, Bounds, bounds
from cnn_tui.reports.chart.canvas import PATTERNS, Pattern


class ChartSeries(NamedTuple):
    """A curve: its points joined or, with a `glyph`, each marked by it. `style` is the name of a style."""

    style: str
    points: Sequence[XY]
    glyph: str = ""
    pattern: Pattern = Pattern((), "")
    name: str = ""
    """What stands at its end, where there is room."""
    thick: bool = True


class Mark(NamedTuple):
    """One sign on the chart; without a height, at the bottom. `words` stand before it, where there is room."""

    at: float
    value: float | None
    glyph: str
    style: str
    words: str = ""


class Level(NamedTuple):
    """A line across the chart at a value, with its label."""

    value: float
    label: str


class EpochLine(NamedTuple):
    """A line down the chart at an epoch, dotted or not."""

    at: float
    style: str
    dotted: bool = True


class Shade(NamedTuple):
    """Dots where several curves lie around their mean: between two values at each epoch, and in between."""

    style: str
    band: Sequence[tuple[float, float, float]]
    """Epoch, lowest value, highest."""


class ChartPicture(NamedTuple):
    """A chart, its series from back to front. A value that is no number, or on a log scale not above 0, is left out."""

    series: Sequence[ChartSeries] = ()
    window: tuple[int, int] = (0, 1)
    """The epochs at the ends of the x axis; 0 is where the first one begins."""
    marks: Sequence[Mark] = ()
    levels: Sequence[Level] = ()
    columns: Sequence[EpochLine] = ()
    shades: Sequence[Shade] = ()
    log: bool = False
    held: Sequence[float] = ()
    """The values that the y axis has to hold; the levels and marks come where they can."""
    subject: object = None
    """Bounds are chosen anew when it changes; otherwise they only widen."""
    empty: str = ""
    """What is said while there is no point."""


class Glyphs(NamedTuple):
    """The signs of curves and legends, a cell each and all different, so that no meaning hangs on colour alone."""

    line: str = "━"  # a curve in a legend
    epoch_mean: str = "◆"  # the training value of a run that has one epoch
    validation: str = "●"
    baseline: str = "○"  # its validation
    baseline_end: str = "b"  # the end of its training line
    best: str = "★"
    rule_best: str = "☆"  # the best value that a rule with patience counts from, where that is another one
    fired: str = "■"
    lost: str = "✗"  # where a value stops being a number
    above: str = "▲"  # where a curve leaves the chart
    below: str = "▼"
    level: str = "┈"  # a limit
    deadline: str = "┊"  # the epoch after which a rule with patience ends the run
    crosshair: str = "│"
    grid: str = "·"


GLYPHS = Glyphs()
SOLID = PATTERNS[0]._replace(sign="")
"""A whole line that is drawn by its slope where there is only ASCII."""
MARKED = PATTERNS[0]
"""A whole line that marks are on, and which has their sign where there is only ASCII."""
_CROWDED = 0.4
"""A level that would leave the curves a smaller share of the height is not shown."""


def fit_bounds(picture: ChartPicture, before: Bounds | None) -> Bounds | None:
    """The bounds of the y axis, those of `before` while they do; None when no value can be shown."""
    lowest = 0.0 if picture.log else -math.inf
    values = [value for value in picture.held if lowest < value < math.inf]
    if not values:
        return None
    found = bounds(values, before, picture.log)
    for level in picture.levels:
        if lowest < level.value:
            wider = bounds([*values, level.value], found, picture.log)
            if _share(found, wider, picture.log) >= _CROWDED:
                found = wider
    return found


def _share(part: Bounds, whole: Bounds, log: bool) -> float:
    (a, b), (c, d) = (tuple(map(math.log10, one)) if log else one for one in (part, whole))
    return (b - a) / (d - c)
