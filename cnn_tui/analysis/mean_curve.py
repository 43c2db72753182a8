"""The curve of several runs that repeat one experiment: at each epoch their mean, and how far they lie around it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from cnn_tui.history.epoch import Epoch
from cnn_tui.history.run import Run
from cnn_tui.history.spread import by_seed, spread_of


class MeanPoint(NamedTuple):
    """The mean at the end of an epoch, and one standard deviation below and above it."""

    epoch: float
    mean: float
    low: float
    high: float


def mean_curve(runs: Sequence[Run], value: Callable[[Epoch], float | None]) -> list[MeanPoint]:
    """At every epoch that a run has, over those that have it; where one is no number, nor is the mean."""
    at: dict[int, list[tuple[int, int | None, float | None]]] = {}
    for run in runs:
        for epoch in run.epochs:
            at.setdefault(epoch.epoch, []).append((run.id, run.seed, value(epoch)))
    points = []
    for epoch_number, values in sorted(at.items()):
        known = by_seed((run, seed, figure) for run, seed, figure in values if figure is not None)
        if not known:
            continue
        if not all(map(math.isfinite, known.values())):
            points.append(MeanPoint(epoch_number, math.nan, math.nan, math.nan))
            continue
        spread = spread_of(known.values())
        mean, around = spread.mean or 0.0, spread.deviation or 0.0
        points.append(MeanPoint(epoch_number, mean, mean - around, mean + around))
    return points
