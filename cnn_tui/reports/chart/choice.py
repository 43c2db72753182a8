"""What is recorded of runs, and what of it a user wants to see on a chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cnn_tui.history.epoch import Point
from cnn_tui.history.run import Progress, Run
from cnn_tui.reports.chart.axes import Zoom
from cnn_tui.reports.chart.curves import SECONDS, Band, Curve, MeanOfRuns, curve, metrics_of

WHICH = ("both", "train", "validation")
SMOOTHING = (1, 3, 5)


class Recorded(NamedTuple):
    """What is recorded of a run, as far as curves are made of it."""

    run: Run
    points: Sequence[Point]
    now: Progress | None = None
    """Where it is, if it goes on."""
    mean: MeanOfRuns | None = None
    """Of several runs of one experiment, `run` the first of them: what is shown in place of its curve."""

    @property
    def runs(self) -> Sequence[Run]:
        """The runs that the curve is of."""
        return self.mean.runs if self.mean else (self.run,)


class ChartChoice:
    """What the user wants to see."""

    def __init__(self) -> None:
        self.metric = "loss"
        self.which = "both"
        self.smoothing = 1
        self.log = False
        self.baseline = False
        self.zoom = Zoom()
        self.crosshair: float | None = None

    def metric_of(self, run: Run) -> str:
        """The metric chosen, or the loss where a run does not report it."""
        return self.metric if self.metric in metrics_of(run) else "loss"

    def sees(self, which: str) -> bool:
        """Whether "train" or "validation" is to be shown."""
        if self.metric == SECONDS:
            return which == "train"
        return self.which in ("both", which)

    def curve_of(self, one: Recorded) -> Curve:
        """The run's curve of the metric, as far as it is to be shown."""
        metric = self.metric_of(one.run)
        found = one.mean.curves(metric)[0] if one.mean else curve(one.run, one.points, metric)
        if not self.sees("train"):
            found = found._replace(epochs=[], readings=[])
        return found if self.sees("validation") else found._replace(validation=[])

    def bands_of(self, one: Recorded, seen: Sequence[str] = ("train", "validation")) -> list[Band]:
        """How far several runs lie around each of the curves that are to be shown; none of one run."""
        if one.mean is None:
            return []
        _, train, validation = one.mean.curves(self.metric_of(one.run))
        bands = {"train": train, "validation": validation}
        return [band for which, band in bands.items() if band and which in seen and self.sees(which)]

    def names(self, run: Run) -> tuple[str, ...]:
        """Keras's names for what is shown."""
        metric = self.metric_of(run)
        named = {"train": metric, "validation": f"val_{metric}"}
        return tuple(name for which, name in named.items() if self.sees(which))


def epochs_of(*runs: Run) -> int:
    """How many epochs an axis has: all that are to come, or were recorded."""
    return max(max(run.experiment.epochs, run.epochs[-1].epoch if run.epochs else 1) for run in runs)
