"""From runs to a picture: which curves, levels and marks a chart has, by what the user chose to see."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_tui.analysis.lost_number import LostNumber, lost_metric
from cnn_tui.history.run import Run
from cnn_tui.reports.chart.axes import XY
from cnn_tui.reports.chart.canvas import PATTERNS
from cnn_tui.reports.chart.choice import ChartChoice, Recorded, epochs_of
from cnn_tui.reports.chart.curves import DETAIL, SECONDS, Curve, scale, smoothed, training_line
from cnn_tui.reports.chart.picture import (
    GLYPHS,
    MARKED,
    SOLID,
    ChartPicture,
    ChartSeries,
    EpochLine,
    Mark,
    Shade,
)
from cnn_tui.reports.chart.rules import phase_starts, rule_best, rule_deadlines, rule_levels, shown_best

OVERLAY_STYLES = ("train", "validation", "good", "accent", "strong", "bad")
"""The colours of overlaid runs, each with a pattern of its own; more runs have the same ones again."""
MOST_OVERLAID = 26
_MOST_WITH_BOTH = 2
"""Of more overlaid runs, the validation is shown alone: a line each."""


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
        marks=[*_only_values(one, choice, window), *_marks(shown, choice, one, span)],
        levels=rule_levels(run, choice.names(run)),
        columns=_columns([*_phases(run), *_deadlines(run, choice), *_fired(run)], choice),
        log=choice.log,
        held=held,
        subject=(run.id, metric, choice.which, choice.log, window, bool(baseline), settled),
        empty=empty,
    )


def overlay_of(
    runs: Sequence[tuple[Recorded, int]],
    choice: ChartChoice,
    front: int = 0,
    empty: str = "",
    names: Sequence[str] = (),
) -> ChartPicture:
    """Runs over each other, each with its place among the colours and patterns; the run `front` is drawn last.

    `names` are those at the ends of the curves.
    """
    curves = {one.run.id: choice.curve_of(one) for one, _ in runs}
    end = max(found.end for found in curves.values())
    window = choice.zoom.window(epochs_of(*(run for one, _ in runs for run in one.runs)), end)
    named = {one.run.id: name for (one, _), name in zip(runs, names, strict=False)}
    seen = overlay_which(runs, choice)
    series: list[ChartSeries] = []
    for one, place in sorted(runs, key=lambda pair: pair[0].run.id == front):
        series += _of_many(curves[one.run.id], choice, place, window[1] - window[0], seen, named.get(one.run.id, ""))
    bands = [Shade(overlay_style(place), band) for one, place in runs for band in choice.bands_of(one, seen)]
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


def overlay_which(runs: Sequence[tuple[Recorded, int]], choice: ChartChoice) -> tuple[str, ...]:
    """Which curves each of several runs has: of more than two, one, of validation where there is some."""
    if not any(choice.curve_of(one).validation for one, _ in runs):
        return ("train",)
    if choice.sees("train") and choice.sees("validation") and len(runs) <= _MOST_WITH_BOTH:
        return ("train", "validation")
    return ("validation",)


def overlay_style(place: int) -> str:
    return OVERLAY_STYLES[place % len(OVERLAY_STYLES)]


def places(ids: Sequence[int], before: dict[int, int]) -> dict[int, int]:
    """The place of each run among the colours and patterns: its old one, else the first that is free.

    So a run keeps its line while others come and go. Of more runs than `MOST_OVERLAID` the last have no place.
    """
    found = {one: before[one] for one in ids if one in before}
    for one in ids:
        if one not in found:
            free = [place for place in range(MOST_OVERLAID) if place not in found.values()]
            if free:
                found[one] = free[0]
    return found


def _of_one(one: Curve, choice: ChartChoice, span: int) -> list[ChartSeries]:
    smoothing = choice.smoothing
    behind = []
    if smoothing > 1:
        behind = [
            ChartSeries("dim", training_line(one, span), pattern=SOLID, thick=False),
            ChartSeries("dim", one.validation, pattern=SOLID, thick=False),
        ]
    return [
        *behind,
        ChartSeries("train", training_line(one, span, smoothing), pattern=SOLID),
        *_marked("validation", smoothed(one.validation, smoothing), GLYPHS.validation, span),
    ]


def _behind(baseline: Recorded, choice: ChartChoice, span: int) -> list[ChartSeries]:
    one = choice.curve_of(baseline)
    line = training_line(one, span, choice.smoothing)
    return [
        ChartSeries("dim", line, pattern=SOLID, thick=False),
        ChartSeries("dim", line[-1:], GLYPHS.baseline_end),
        *_marked("dim", smoothed(one.validation, choice.smoothing), GLYPHS.baseline, span, thick=False),
    ]


def _of_many(
    one: Curve, choice: ChartChoice, place: int, span: int, seen: Sequence[str], name: str
) -> list[ChartSeries]:
    style, pattern = overlay_style(place), PATTERNS[place % len(PATTERNS)]
    ends = one.validation if "validation" in seen and one.validation else one.epochs
    if span == 1 and ends and name:  # there is no curve to read it from
        name = f"{ends[-1][1]:.4f} {name}"
    # Whole epochs only, where there are several: the readings of several runs would hide each other.
    train = training_line(one, span if span == 1 else DETAIL + 1, choice.smoothing)
    held = smoothed(one.validation, choice.smoothing)
    if "validation" in seen and held:
        thin = [ChartSeries(style, train, pattern=pattern, thick=False)] if "train" in seen else []
        return [*thin, ChartSeries(style, held, pattern=pattern, name=name)]
    return [ChartSeries(style, train, pattern=pattern, name=name)]


def _marked(style: str, points: Sequence[XY], glyph: str, span: int, *, thick: bool = True) -> list[ChartSeries]:
    """A line with signs on it; where the epochs are many, on some of its points."""
    line = ChartSeries(style, points, pattern=MARKED._replace(sign=glyph), thick=thick)
    return [line, ChartSeries(style, points if span <= DETAIL else _some(points, span), glyph)]


def _some(points: Sequence[XY], span: int) -> list[XY]:
    """About a dozen over the whole axis, and the last one."""
    stride = -(-span // DETAIL)
    return [point for at, point in enumerate(points) if point[0] % stride == 0 or at == len(points) - 1]


def _edges(shade: Shade) -> ChartSeries:
    return ChartSeries(shade.style, [(x, y) for x, *ends in shade.band for y in ends])


def _held(series: Sequence[ChartSeries], window: tuple[int, int]) -> tuple[list[float], int]:
    points: list[XY] = [point for one in series if not one.glyph for point in one.points]
    return scale(points, *window)


def _only_values(one: Curve, choice: ChartChoice, window: tuple[int, int]) -> list[Mark]:
    """The values of a run that has one epoch, written beside their places: there is no curve to read them from."""
    if window != (0, 1):
        return []
    digits = 1 if choice.metric == SECONDS else 4
    mean = "mean of the epoch" if one.readings else "train"
    found = [
        ("train", GLYPHS.epoch_mean, mean, one.epochs),
        ("validation", GLYPHS.validation, "validation", one.validation),
    ]
    return [
        Mark(at, y, glyph, style, f"{words} {y:.{digits}f}")
        for style, glyph, words, points in found
        for at, y in points
    ]


def _marks(shown: Recorded, choice: ChartChoice, one: Curve, span: int) -> list[Mark]:
    run, marks = shown.run, []
    for found, glyph in ((rule_best(run, choice), GLYPHS.rule_best), (shown_best(run, choice), GLYPHS.best)):
        if found:
            held = found.name.startswith("val_")
            line = smoothed(one.validation, choice.smoothing) if held else training_line(one, span, choice.smoothing)
            marks.append(Mark(found.epoch, dict(line).get(found.epoch), glyph, "good"))
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


def _phases(run: Run) -> list[EpochLine]:
    return [EpochLine(epoch, "dim") for epoch in phase_starts(run)]


def _deadlines(run: Run, choice: ChartChoice) -> list[EpochLine]:
    return [EpochLine(one.epoch, "warn") for one in rule_deadlines(run, choice.names(run))]


def _columns(others: Sequence[EpochLine], choice: ChartChoice) -> list[EpochLine]:
    """The lines down the chart; the crosshair's hides another in its place."""
    if choice.crosshair is None:
        return list(others)
    return [*(one for one in others if one.at != choice.crosshair), EpochLine(choice.crosshair, "accent", dotted=False)]
