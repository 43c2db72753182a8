"""From runs to a picture: which curves, levels and marks a chart has, by what the user chose to see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cnn_tui.analysis.lost_number import LostNumber, lost_metric
from cnn_tui.experiment.stop_rules import StopRule
from cnn_tui.history.run import Point, Progress, Run
from cnn_tui.reports.blocks import LETTERS
from cnn_tui.ui.chart.axes import XY, Zoom
from cnn_tui.ui.chart.chart import GLYPHS, ChartPicture, ChartSeries, EpochLine, Level, Mark, Shade
from cnn_tui.ui.chart.curves import (
    DETAIL,
    SECONDS,
    Band,
    Best,
    Curve,
    MeanOfRuns,
    best,
    best_of,
    curve,
    metrics_of,
    scale,
    smoothed,
    training_line,
)

WHICH = ("both", "train", "validation")
SMOOTHING = (1, 3, 5)
OVERLAY_STYLES = ("train", "validation", "good", "accent", "strong", "bad")
"""The colours of overlaid runs; of more, letters tell those of the same colour apart."""


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


class Deadline(NamedTuple):
    """A rule that waits for something better than `best`, and ends the run after `epoch` if it does not come."""

    rule: StopRule
    epoch: int
    best: Best


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

    def bands_of(self, one: Recorded) -> list[Band]:
        """How far several runs lie around each of the curves that are to be shown; none of one run."""
        if one.mean is None:
            return []
        _, train, validation = one.mean.curves(self.metric_of(one.run))
        return [band for which, band in (("train", train), ("validation", validation)) if band and self.sees(which)]

    def names(self, run: Run) -> tuple[str, ...]:
        """Keras's names for what is shown."""
        metric = self.metric_of(run)
        named = {"train": metric, "validation": f"val_{metric}"}
        return tuple(name for which, name in named.items() if self.sees(which))


def epochs_of(*runs: Run) -> int:
    """How many epochs an axis has: all that are to come, or were recorded."""
    return max(max(run.experiment.training.epochs, run.epochs[-1].epoch if run.epochs else 1) for run in runs)


def picture_of(shown: Recorded, choice: ChartChoice, baseline: Recorded | None = None, empty: str = "") -> ChartPicture:
    """The chart of one run, with the baseline's curves behind it."""
    run, metric, one = shown.run, choice.metric_of(shown.run), choice.curve_of(shown)
    window = choice.zoom.window(epochs_of(run), one.end)
    span = window[1] - window[0]
    series = _behind(baseline, choice, span) if baseline else []
    series += _of_one(one, choice, span)
    held, settled = _held(series, window)
    return ChartPicture(
        series,
        window,
        marks=_marks(shown, choice, one),
        levels=rule_levels(run, choice.names(run)),
        columns=_columns([*_deadlines(run, choice), *_fired(run)], choice),
        log=choice.log,
        held=held,
        subject=(run.id, metric, choice.which, choice.log, window, bool(baseline), settled),
        empty=empty,
    )


def overlay_of(
    runs: Sequence[tuple[Recorded, int]], choice: ChartChoice, front: int = 0, empty: str = ""
) -> ChartPicture:
    """Runs over each other, each with its place among the colours and letters; the run `front` is drawn last."""
    curves = {one.run.id: choice.curve_of(one) for one, _ in runs}
    end = max(found.end for found in curves.values())
    window = choice.zoom.window(epochs_of(*(one.run for one, _ in runs)), end)
    series = []
    for one, place in sorted(runs, key=lambda pair: pair[0].run.id == front):
        series += _of_many(curves[one.run.id], choice, place, window)
    bands = [Shade(overlay_style(place), band) for one, place in runs for band in choice.bands_of(one)]
    held, settled = _held([*series, *map(_edges, bands)], window)
    ids = tuple(run.id for one, _ in runs for run in one.runs)
    return ChartPicture(
        series,
        window,
        shades=bands,
        columns=_columns([], choice),
        log=choice.log,
        held=held,
        subject=(ids, choice.metric, choice.which, choice.log, window, settled),
        empty=empty,
    )


def overlay_style(place: int) -> str:
    return OVERLAY_STYLES[place % len(OVERLAY_STYLES)]


def places(ids: Sequence[int], before: dict[int, int]) -> dict[int, int]:
    """The place of each run among the letters and colours: its old one, else the next free from what its id gives.

    So a run keeps its letter and colour while others come and go. More runs than letters have no place.
    """
    found = {one: before[one] for one in ids if one in before}
    for one in ids:
        if one not in found:
            free = [place for place in range(len(LETTERS)) if place not in found.values()]
            wanted = (one - 1) % len(OVERLAY_STYLES)
            place = next((place for place in free if place >= wanted), free[0] if free else None)
            if place is not None:
                found[one] = place
    return found


def rule_best(run: Run, choice: ChartChoice) -> Best | None:
    """The best value that a rule with patience counts from, where the chart shows it and marks another one as best."""
    marked = best(run, choice.metric_of(run))
    for rule in run.experiment.stop:
        if rule.patience and rule.metric in choice.names(run) and (marked is None or marked.name != rule.metric):
            return best_of(run, rule.metric)
    return None


def shown_best(run: Run, choice: ChartChoice) -> Best | None:
    """The best epoch of the metric, where the chart shows the curve that it is on."""
    found = best(run, choice.metric_of(run))
    return found if found and found.name in choice.names(run) else None


def _of_one(one: Curve, choice: ChartChoice, span: int) -> list[ChartSeries]:
    smoothing = choice.smoothing
    behind = []
    if smoothing > 1:
        behind = [ChartSeries("dim", training_line(one, span)), *_dotted("dim", one.validation, GLYPHS.raw, span)]
    return [
        *behind,
        ChartSeries("train", training_line(one, span, smoothing)),
        *_dotted("validation", smoothed(one.validation, smoothing), GLYPHS.validation, span),
    ]


def _behind(baseline: Recorded, choice: ChartChoice, span: int) -> list[ChartSeries]:
    one = choice.curve_of(baseline)
    line = training_line(one, span, choice.smoothing)
    return [
        ChartSeries("dim", line),
        ChartSeries("dim", line[-1:], GLYPHS.baseline_end),
        *_dotted("dim", smoothed(one.validation, choice.smoothing), GLYPHS.baseline, span),
    ]


def _of_many(one: Curve, choice: ChartChoice, place: int, window: tuple[int, int]) -> list[ChartSeries]:
    style, letter = overlay_style(place), LETTERS[place]
    # Whole epochs only: the readings of several runs would hide each other.
    line = training_line(one, DETAIL + 1, choice.smoothing)
    held = smoothed(one.validation, choice.smoothing)
    if held:
        return [ChartSeries(style, line), *_dotted(style, held, letter, window[1] - window[0], place)]
    ends = smoothed(one.epochs, choice.smoothing) or line[-1:]
    return [ChartSeries(style, line), ChartSeries(style, _some(ends, window[1] - window[0], place), letter)]


def _dotted(style: str, points: Sequence[XY], glyph: str, span: int, first: int = 0) -> list[ChartSeries]:
    """Points marked by a glyph; where the epochs are many, a line with some of them marked."""
    if span <= DETAIL:
        return [ChartSeries(style, points, glyph)]
    return [ChartSeries(style, points), ChartSeries(style, _some(points, span, first), glyph)]


def _some(points: Sequence[XY], span: int, first: int) -> list[XY]:
    """About a dozen over the whole axis, and the last one. Those of another `first` hide these less often."""
    stride = -(-span // DETAIL)
    return [point for at, point in enumerate(points) if (point[0] + first) % stride == 0 or at == len(points) - 1]


def _edges(shade: Shade) -> ChartSeries:
    return ChartSeries(shade.style, [(x, y) for x, *ends in shade.band for y in ends])


def _held(series: Sequence[ChartSeries], window: tuple[int, int]) -> tuple[list[float], int]:
    points: list[XY] = [point for one in series for point in one.points]
    return scale(points, *window)


def _marks(shown: Recorded, choice: ChartChoice, one: Curve) -> list[Mark]:
    run, marks = shown.run, []
    for found, glyph in ((rule_best(run, choice), GLYPHS.rule_best), (shown_best(run, choice), GLYPHS.best)):
        if found:
            points = one.validation if found.name.startswith("val_") else one.epochs
            value = dict(smoothed(points, choice.smoothing)).get(found.epoch)
            marks.append(Mark(found.epoch, value, glyph, "good"))
    marks += [Mark(column.at, None, GLYPHS.fired, "warn") for column in _fired(run)]
    marks += [Mark(lost.until, None, GLYPHS.lost, "bad") for lost in shown_lost(shown, choice) if lost.until]
    return marks


def shown_lost(shown: Recorded, choice: ChartChoice) -> list[LostNumber]:
    """The metrics on the chart that are no numbers any more."""
    found = (lost_metric(shown.run, name, shown.points, shown.now) for name in choice.names(shown.run))
    return [lost for lost in found if lost is not None]


def _fired(run: Run) -> list[EpochLine]:
    fired = run.fired
    return [EpochLine(fired.epoch, "warn")] if fired else []


def _deadlines(run: Run, choice: ChartChoice) -> list[EpochLine]:
    return [EpochLine(one.epoch, "warn") for one in rule_deadlines(run, choice.names(run))]


def _columns(others: Sequence[EpochLine], choice: ChartChoice) -> list[EpochLine]:
    """The lines down the chart; the crosshair's hides another in its place."""
    if choice.crosshair is None:
        return list(others)
    return [*(one for one in others if one.at != choice.crosshair), EpochLine(choice.crosshair, "accent", dotted=False)]


def rule_levels(run: Run, names: tuple[str, ...]) -> list[Level]:
    """The limits of the rules on these metrics."""
    rules = [rule for rule in run.experiment.stop if rule.metric in names]
    return [Level(rule.limit, level_label(rule)) for rule in rules if rule.limit is not None]


def level_label(rule: StopRule) -> str:
    """`stop below 0.3`, `stop val_accuracy above 0.9`."""
    what = f"{rule.metric} " if rule.metric.startswith("val_") else ""
    return f"stop {what}{'below' if rule.below is not None else 'above'} {rule.limit:g}"


def rule_deadlines(run: Run, names: tuple[str, ...]) -> list[Deadline]:
    """When the rules with patience on these metrics fire, as things stand: of a run that goes on, before its end."""
    if not run.live:
        return []
    found = []
    for rule in run.experiment.stop:
        top = best_of(run, rule.metric) if rule.metric in names and rule.patience else None
        if top and rule.patience and top.epoch + rule.patience < run.experiment.training.epochs:
            found.append(Deadline(rule, top.epoch + rule.patience, top))
    return found
