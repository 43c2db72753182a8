"""The curves of a run: the values of a metric over epochs, smoothed or not, and which of them is the best.

An epoch's value is the mean over the epoch, so it sits at its end: that of the first epoch at 1. The readings on the
way there are means since the epoch began, as Keras gives them, and jump where an epoch begins. So the line is drawn of
the steps between two readings: where `early` is the mean over the part f of an epoch and `late` that over the part g,
the mean over what lies between is (late * g - early * f) / (g - f).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from cnn_tui.experiment.training.stop_rules import improves
from cnn_tui.history.epoch import Point
from cnn_tui.history.run import Run
from cnn_tui.history.spread import mean_curve
from cnn_tui.reports.chart.axes import XY

SECONDS = "seconds an epoch"
DETAIL = 12
"""Up to so many epochs are shown with their readings; of more, only the epoch that goes on."""
_SETTLED = 0.08
"""Readings from before this share of an epoch are means over a few batches: they would stretch the axis."""
_LATE = 2.0
_SMALLER = 2 / 3
"""So much smaller the axis has to become for a few epochs to be left out of it."""
_FEWEST_PARTS, _MOST_PARTS = 4, 48
"""Into so many parts each epoch is cut at least, and all that are shown together at most."""
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
    """The training values of `one`, to be shown over `span` epochs; smoothed, if asked, over so many neighbours.

    Of few epochs they are the means of the last steps, else those of whole epochs and of the last steps after them.
    """
    last = one.epochs[-1][0] if one.epochs else 0.0
    going = [reading for reading in one.readings if reading[0] > last]
    if smoothing > 1:
        return smoothed(one.epochs, smoothing) + smoothed(last_steps(going, [], DETAIL), smoothing)
    if span > DETAIL:
        return one.epochs + last_steps(going, [], DETAIL)
    return last_steps(one.readings, one.epochs, span)


def last_steps(readings: Sequence[XY], ends: Sequence[XY], span: int) -> list[XY]:
    """The mean of the steps that lead to each place, a few places in every epoch and its end.

    Readings that lie close together tell of too few steps, and are left out: the more epochs are shown, the more.
    """
    least = 1 / max(_FEWEST_PARTS, _MOST_PARTS // max(1, span))
    within: dict[int, list[XY]] = {}
    for at, mean in readings:
        within.setdefault(math.ceil(at), []).append((at, mean))
    found: list[XY] = []
    values = dict(ends)
    for epoch in sorted({*within, *map(math.ceil, values)}):
        end = (float(epoch), values[float(epoch)]) if float(epoch) in values else None
        found += _parts_of_epoch(epoch - 1, within.get(epoch, []), end, least)
    return found


def _parts_of_epoch(begin: int, readings: Sequence[XY], end: XY | None, least: float) -> list[XY]:
    """The means over the parts of one epoch, none of them over less than `least` of it."""
    kept: list[XY] = []
    before = float(begin)
    for at, mean in readings:
        if at - before >= least and (end is None or end[0] - at >= least):
            kept.append((at, mean))
            before = at
    if end is None and readings and (not kept or readings[-1][0] - before >= least / 2):
        kept.append(readings[-1])  # the latest, so that one sees that it goes on
    found, before, total = [], 0.0, 0.0
    for at, mean in [*kept, *([end] if end else [])]:
        part = at - begin
        if math.isfinite(mean):
            found.append((at, (mean * part - total) / (part - before)))
            before, total = part, mean * part
        else:
            found.append((at, mean))
    return found


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
    """The values that an axis has to hold, and how settled they are: another number is another choice.

    The more settled ones put those before them out: a net that has learned nothing yet has losses that would flatten
    all that comes after. So does the first epoch, once two are done, and a few epochs that alone take a third of the
    axis.
    """
    inside = [point for point in points if left <= point[0] <= right and math.isfinite(point[1])]
    settled = [(x, y) for x, y in inside if x % 1 == 0 or x % 1 > _SETTLED]
    late = [(x, y) for x, y in settled if x >= 1]
    if any(x >= _LATE for x, _ in late):
        return _without_the_few(late)
    return ([y for _, y in settled], 1) if settled else ([y for _, y in inside], 0)


def _without_the_few(points: Sequence[XY]) -> tuple[list[float], int]:
    """The values without those of a few epochs, if the others then have more room; and a number for the choice.

    They are one epoch in eight at most, and none of the last: what a run has come to is always to be seen.
    """
    by_epoch: dict[int, list[float]] = {}
    for x, y in points:
        by_epoch.setdefault(math.ceil(x), []).append(y)
    values = [y for _, y in points]
    early = sorted(by_epoch)[: -max(1, len(by_epoch) // 5)]
    high = sorted(early, key=lambda epoch: -max(by_epoch[epoch]))
    low = sorted(early, key=lambda epoch: min(by_epoch[epoch]))
    for count in range(1, len(by_epoch) // 8 + 1):
        for few in (high[:count], low[:count]):
            kept = [y for epoch, found in by_epoch.items() if epoch not in few for y in found]
            if 0 < max(kept) - min(kept) <= _SMALLER * (max(values) - min(values)):
                return kept, 2 + count if few == high[:count] else -count
    return values, 2


def best(run: Run, metric: str) -> Best | None:
    """The best epoch: on the validation images, else on those trained on. Of the time, there is none."""
    if metric == SECONDS:
        return None
    name = f"val_{metric}" if any(f"val_{metric}" in one.metrics for one in run.epochs) else metric
    return best_of(run, name)


def best_of(run: Run, name: str, by: float = 0.0) -> Best | None:
    """The first of the best values of a metric that this run reports, by Keras's name for it.

    A value is only better than the best before it `by` so much.
    """
    found: Best | None = None
    for one in run.epochs:
        value = one.metrics.get(name, math.nan)
        if math.isfinite(value) and (found is None or improves(name, value, found.value, by)):
            found = Best(name, one.epoch, value)
    return found


def value_at(points: Sequence[XY], at: float) -> float | None:
    return next((y for x, y in points if x == at), None)
