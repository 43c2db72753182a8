"""A figure over the repeats of an experiment: its mean over the seeds, its spread, and the curve of both by epochs."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from cnn_tui.history.epoch import Epoch
from cnn_tui.history.run import Run
from cnn_tui.text import counted


class Spread(NamedTuple):
    """A figure over the repeats: how many have it, its mean, and its standard deviation (None for fewer than two)."""

    n: int
    mean: float | None
    deviation: float | None

    def shown(self, digits: int = 4) -> str:
        """As `0.9021 ± 0.0031 (5 runs)`."""
        if self.mean is None:
            return ""
        spread = f" ± {self.deviation:.{digits}f}" if self.deviation is not None else ""
        return f"{self.mean:.{digits}f}{spread} ({counted(self.n, 'run')})"


def by_seed(runs: Iterable[tuple[int, int | None, float | None]]) -> dict[int | str, float]:
    """A figure for each seed, of runs with their seeds and the figure; a seed that was run twice counts once."""
    values: dict[int | str, list[float]] = {}
    for run, seed, value in runs:
        if value is not None:
            values.setdefault(f"run {run}" if seed is None else seed, []).append(value)
    return {seed: statistics.fmean(several) for seed, several in values.items()}


def spread_of(figures: Iterable[float]) -> Spread:
    """Mean and standard deviation of figures, one a seed."""
    values = [*figures]
    if not values:
        return Spread(0, None, None)
    deviation = statistics.stdev(values) if len(values) > 1 else None
    return Spread(len(values), statistics.fmean(values), deviation)


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
