"""An image's probabilities over the epochs that its run has kept: the true class, and those likeliest at some time."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_tui.analysis.learned import Learned
from cnn_tui.reports.chart.canvas import PATTERNS, ChartLine, Kind
from cnn_tui.reports.chart.picture import ChartPicture, ChartSeries, EpochLine
from cnn_tui.reports.chart.plot import SMALLEST, plot

_MOST_CURVES = 4
_STYLES = ("good", "bad", "accent", "warn")


def learned_chart(
    learned: Learned, image: int, names: Sequence[str], width: int, height: int, kind: Kind, here: int = 0
) -> list[ChartLine]:
    """Lines of at most `width` cells; none where there is no room. A line stands at the epoch `here`, if there is one.

    The first curve is that of the true class.
    """
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return []
    rows = [said.probabilities(image) for said in learned.said]
    highest = [max(column) for column in zip(*rows, strict=True)]
    true = learned.said[-1].labels[image]
    others = sorted((at for at in range(len(highest)) if at != true), key=lambda at: -highest[at])
    shown = [*([true] if true < len(highest) else []), *others][:_MOST_CURVES]
    series = [
        ChartSeries(
            _STYLES[place],
            [(epoch, row[label]) for epoch, row in zip(learned.epochs, rows, strict=True)],
            pattern=PATTERNS[place],
            name=names[label] if label < len(names) else str(label),
        )
        for place, label in enumerate(shown)
    ]
    first, last = learned.epochs[0], learned.epochs[-1]
    columns = (EpochLine(here, "dim", dotted=False),) if here else ()
    picture = ChartPicture(series[::-1], (min(first, last - 1), last), columns=columns)
    return plot(picture, (0.0, 1.0), width, height, kind)
