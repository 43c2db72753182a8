"""The curves of a run: the values of a metric over epochs, smoothed or not, and which of them is the best.

An epoch's value is the mean over the epoch, so it sits at its end: that of the first epoch at 1. The readings on the
way there are means since the epoch began, as Keras gives them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from cnn_tui.analysis.mean_curve import mean_curve
from cnn_tui.experiment.stop_rules import improves
from cnn_tui.history.run import Point, Run
from cnn_tui.ui.chart.axes import XY

SECONDS = "seconds an epoch"
DETAIL = 12
"""Up to so many epochs are shown with their readings; of more, only the epoch that goes on."""
_SETTLED = 0.08
"""Readings from before this share of an epoch are means over a few batches: they would stretch the axis."""
_LATE = 2.0
_SHORT = {
    "sparse_top_k_categorical_accuracy": "top-k accuracy",
    "top_k_categorical_accuracy": "top-k accuracy",
}


Band: TypeAlias = list[tuple[float, float, float]]
"""How far the curves of several runs lie around their mean: epoch, lowest value, highest."""


class Curve(NamedTuple):
    """A metric of a run, as points in order."""

    epochs: list[XY]
    """On the training images, at the end of each epoch."""
    readings: list[XY]
    """On the training images, within epochs."""
    validation: list[XY]

    @property
    def end(self) -> float:
        """How far the curve goes, in epochs."""
        return max((points[-1][0] for points in self if points), default=0.0)

    def of(self, which: str) -> list[XY]:
        """The values at the ends of epochs: "train" or "validation"."""
        return self.epochs if which == "train" else self.validation


class MeanOfRuns:
    """Several runs of one experiment that have ended, to be shown as their mean."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = tuple(runs)
        self._kept: dict[str, tuple[Curve, Band, Band]] = {}

    def curves(self, metric: str) -> tuple[Curve, Band, Band]:
        """Their mean, without readings, and how far they lie around it: in training, in validation."""
        if metric not in self._kept:
            ends = mean_curve(
                self.runs, lambda epoch: epoch.seconds if metric == SECONDS else epoch.metrics.get(metric)
            )
            held = mean_curve(self.runs, lambda epoch: epoch.metrics.get(f"val_{metric}"))
            train, validation = ([(one.epoch, one.mean) for one in points] for points in (ends, held))
            inside, outside = ([(one.epoch, one.low, one.high) for one in points] for points in (ends, held))
            self._kept[metric] = Curve(train, [], validation), inside, outside
        return self._kept[metric]


class Best(NamedTuple):
    """The best value of a metric, under Keras's name for it."""

    name: str
    epoch: int
    value: float


def metrics_of(run: Run) -> tuple[str, ...]:
    """What can be shown of a run: the metrics that its compile reports, and the time."""
    return ("loss", *run.experiment.training.metrics, SECONDS)


def word(metric: str) -> str:
    return _SHORT.get(metric, metric)


def curve(run: Run, points: Sequence[Point], metric: str) -> Curve:
    if metric == SECONDS:
        return Curve([(float(one.epoch), one.seconds) for one in run.epochs], [], [])
    ends = [(float(one.epoch), one.metrics[metric]) for one in run.epochs if metric in one.metrics]
    name = f"val_{metric}"
    held = [(float(one.epoch), one.metrics[name]) for one in run.epochs if name in one.metrics]
    if metric == "loss":
        readings: list[XY] = [(point.at, point.loss) for point in points]
    elif metric == "accuracy":
        readings = [(point.at, point.accuracy) for point in points if point.accuracy is not None]
    else:
        readings = []
    return Curve(ends, readings, held)


def training_line(one: Curve, span: int, smoothing: int = 1) -> list[XY]:
    """The training values of `one`, to be shown over `span` epochs; smoothed, if asked, over so many neighbours."""
    last = one.epochs[-1][0] if one.epochs else 0.0
    going = [reading for reading in one.readings if reading[0] > last]
    if smoothing > 1:
        return smoothed(one.epochs, smoothing) + smoothed(going, smoothing)
    if span > DETAIL:
        return one.epochs + going
    return sorted({**dict(one.readings), **dict(one.epochs)}.items())


def smoothed(points: Sequence[XY], window: int) -> list[XY]:
    """Each value as the mean of the `window` around it, of fewer at the ends; a value that is no number stays so."""
    found = []
    for at, (x, value) in enumerate(points):
        around = _around(points, at, window)
        found.append((x, sum(around) / len(around) if math.isfinite(value) else value))
    return found


def mean_at(points: Sequence[XY], at: float, window: int) -> tuple[float, int] | None:
    """The smoothed value at exactly this place, and how many values it is the mean of."""
    for place, (x, value) in enumerate(points):
        if x == at:
            around = _around(points, place, window)
            return (sum(around) / len(around), len(around)) if math.isfinite(value) else (value, 1)
    return None


def _around(points: Sequence[XY], at: int, window: int) -> list[float]:
    """The values of the window around a point that are numbers."""
    reach = window // 2
    return [y for _, y in points[max(0, at - reach) : at + reach + 1] if math.isfinite(y)]


def scale(points: Iterable[XY], left: float, right: float) -> tuple[list[float], int]:
    """The values that an axis has to hold, and how settled they are, from 0 to 2.

    The more settled ones put those before them out: a net that has learned nothing yet has losses that would flatten
    all that comes after. So does the first epoch, once two are done.
    """
    inside = [point for point in points if left <= point[0] <= right and math.isfinite(point[1])]
    settled = [(x, y) for x, y in inside if x % 1 == 0 or x % 1 > _SETTLED]
    late = [(x, y) for x, y in settled if x >= 1]
    if any(x >= _LATE for x, _ in late):
        return [y for _, y in late], 2
    return ([y for _, y in settled], 1) if settled else ([y for _, y in inside], 0)


def best(run: Run, metric: str) -> Best | None:
    """The best epoch: on the validation images, else on those trained on. Of the time, there is none."""
    if metric == SECONDS:
        return None
    name = f"val_{metric}" if any(f"val_{metric}" in one.metrics for one in run.epochs) else metric
    return best_of(run, name)


def best_of(run: Run, name: str) -> Best | None:
    """The first of the best values of a metric that this run reports, by Keras's name for it."""
    found: Best | None = None
    for one in run.epochs:
        value = one.metrics.get(name, math.nan)
        if math.isfinite(value) and (found is None or improves(name, value, found.value)):
            found = Best(name, one.epoch, value)
    return found


def value_at(points: Sequence[XY], at: float) -> float | None:
    return next((y for x, y in points if x == at), None)
