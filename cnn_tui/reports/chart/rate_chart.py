"""The loss against the learning rate, whose axis counts powers of ten."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cnn_tui.analysis.rate_test import RateAdvice
from cnn_tui.reports.chart.canvas import ChartLine, Kind
from cnn_tui.reports.chart.picture import GLYPHS, SOLID, ChartPicture, ChartSeries, EpochLine, Mark, fit_bounds
from cnn_tui.reports.chart.plot import SMALLEST, plot, said


def rate_chart(
    found: RateAdvice, width: int, rows: int, kind: Kind, rates: tuple[float, float] | None = None
) -> Sequence[ChartLine]:
    """Lines of at most `width` cells; none where there is nothing to draw.

    `rates` are those at the ends of the axis; by default the first and the last one that was read.
    """
    points = [(math.log10(one.rate), one.loss) for one in found.smoothed]
    if not points:
        return ()
    ends = (points[0][0], points[-1][0]) if rates is None else tuple(map(math.log10, rates))
    window = math.floor(ends[0] + 1e-9), math.ceil(ends[1] - 1e-9)
    # Where the loss has gone it is much larger than anywhere else, and the fall would be flat.
    first, lowest = points[0][1], min(loss for _, loss in points)
    marks, columns = [], []
    if found.suggested is not None:
        at = math.log10(found.suggested)
        near = min(points, key=lambda point: abs(point[0] - at))[1]
        marks = [Mark(at, near, GLYPHS.best, "accent", f"{found.suggested:g}")]
        columns = [EpochLine(at, "accent")]
    picture = ChartPicture(
        (ChartSeries("train", points, pattern=SOLID),),
        (window[0], max(window[1], window[0] + 1)),
        marks,
        columns=columns,
        held=(lowest, first + 0.3 * (first - lowest)),
    )
    limits = fit_bounds(picture, None)
    if limits is None:
        return ()
    title = "loss against the learning rate, in powers of ten: -3 is 0.001"
    lines = plot(picture, limits, max(SMALLEST[0], width), max(SMALLEST[1], rows), kind)
    return [[(said(title, kind), "strong")], *lines]
