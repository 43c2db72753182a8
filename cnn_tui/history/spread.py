"""A figure over the repeats of an experiment: its mean over the seeds, and how far it spreads around that."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from typing import NamedTuple

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
