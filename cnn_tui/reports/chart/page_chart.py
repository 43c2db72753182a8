"""The charts of pages, of the command line and of Markdown: with what their lines mean below them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from cnn_tui.analysis.lost_number import lost_metric
from cnn_tui.analysis.run_names import names_of_runs
from cnn_tui.history.run import Run
from cnn_tui.reports.blocks import Curves
from cnn_tui.reports.chart.axes import Bounds
from cnn_tui.reports.chart.canvas import PATTERNS, ChartLine, Kind, sample
from cnn_tui.reports.chart.choice import ChartChoice, Recorded
from cnn_tui.reports.chart.compose import overlay_of, overlay_style, overlay_which, picture_of
from cnn_tui.reports.chart.curves import MeanOfRuns
from cnn_tui.reports.chart.picture import GLYPHS, ChartPicture, fit_bounds
from cnn_tui.reports.chart.plot import SMALLEST, plot, said
from cnn_tui.reports.chart.plotext_chart import plotext_lines
from cnn_tui.reports.chart.rules import phase_starts, rule_best, shown_best
from cnn_tui.text import cells, run_numbers, sentence

ROWS = 14
_GAP = "   "
_SEVERAL = "of several runs the mean; dots: one standard deviation around it"


class PageChart(NamedTuple):
    """A chart under its name."""

    name: str
    lines: Sequence[ChartLine]


Draw: TypeAlias = Callable[[ChartPicture, Bounds, int, int, Kind], Sequence[ChartLine]]
"""Draws a picture with the limits of its y axis, in so many columns and rows."""


def with_plotext(picture: ChartPicture, limits: Bounds, width: int, rows: int, _kind: Kind) -> Sequence[ChartLine]:
    """The drawing of a file: by plotext."""
    return [[(line, "")] for line in plotext_lines(picture, limits, width, rows)]


def charts(curves: Curves, width: int, kind: Kind, draw: Draw = plot) -> Iterator[PageChart]:
    """Loss and accuracy of one run; of several, the accuracy, on the validation images where there are some.

    `draw` draws those of one run; the lines of several have patterns, which only `plot` knows.
    """
    if len(curves.runs) == 1:
        yield from charts_of_run(Recorded(curves.runs[0], curves.points), width, ROWS, kind, draw)
        return
    columns = curves.repeats or [[run] for run in curves.runs]
    shown = [
        (Recorded(runs[0], (), mean=MeanOfRuns(runs) if len(runs) > 1 else None), place)
        for place, runs in enumerate(columns)
    ]
    if chart := _overlay(shown, width, kind):
        yield chart


def charts_of_run(shown: Recorded, width: int, rows: int, kind: Kind, draw: Draw = plot) -> Iterator[PageChart]:
    """Loss and accuracy of a run, those that it has."""
    for metric in ("loss", "accuracy"):
        choice = ChartChoice()
        choice.metric = metric
        if choice.metric_of(shown.run) == metric and (
            lines := _drawn(picture_of(shown, choice), width, rows, kind, draw)
        ):
            yield PageChart(metric.capitalize(), [*lines, *_legend(shown, choice, width, kind)])


def _overlay(shown: Sequence[tuple[Recorded, int]], width: int, kind: Kind) -> PageChart | None:
    choice = ChartChoice()
    choice.metric, choice.which = "accuracy", "validation"
    shown = [one for one in shown if one[0].run.epochs]
    if not any(choice.curve_of(one).validation for one, _ in shown):
        choice.which = "train"
    names = names_of_runs([one.run for one, _ in shown])
    lines = _drawn(overlay_of(shown, choice, names=names), width, ROWS, kind, plot) if shown else []
    if not lines:
        return None
    entries = [
        (_named(sample(PATTERNS[place % len(PATTERNS)], kind), name, one.runs), overlay_style(place))
        for (one, place), name in zip(shown, names, strict=True)
    ]
    words = [(_SEVERAL, "dim")] if any(one.mean for one, _ in shown) else []
    on = "validation" if overlay_which(shown, choice) == ("validation",) else "training"
    return PageChart(f"Accuracy on the {on} images", [*lines, *_flowed(entries, width), *_flowed(words, width)])


def _named(line: str, name: str, runs: Sequence[Run]) -> str:
    numbers = run_numbers([run.id for run in runs])
    return f"{line} {name}" + ("" if name.endswith(numbers) else f" ({numbers})")


def _drawn(picture: ChartPicture, width: int, rows: int, kind: Kind, draw: Draw) -> Sequence[ChartLine]:
    limits = fit_bounds(picture, None)
    if limits is None:
        return ()
    lines = draw(picture, limits, max(SMALLEST[0], width), max(SMALLEST[1], rows), kind)
    return [_without_end(line) for line in lines]


def _without_end(line: ChartLine) -> ChartLine:
    """A line without the blanks at its end."""
    kept = list(line)
    while kept and not kept[-1][0].strip(" "):
        kept.pop()
    return [*kept[:-1], (kept[-1][0].rstrip(" "), kept[-1][1])] if kept else []


def _legend(shown: Recorded, choice: ChartChoice, width: int, kind: Kind) -> list[ChartLine]:
    one, run = choice.curve_of(shown), shown.run
    parts = [(f"{GLYPHS.line if kind != 'ascii' else '-'} train", "train")]
    if one.readings:
        parts[0] = (f"{parts[0][0]} (mean of the last steps)", "train")
    if one.validation:
        parts.append((said(f"{GLYPHS.validation} validation", kind), "validation"))
    if best := shown_best(run, choice):
        parts.append((said(f"{GLYPHS.best} best {best.name} {best.value:.4f} after epoch {best.epoch}", kind), "good"))
    if top := rule_best(run, choice):
        words = f"{GLYPHS.rule_best} best {top.name} for the rule {top.value:.4f} after epoch {top.epoch}"
        parts.append((said(words, kind), "good"))
    phases = enumerate(phase_starts(run), 2)  # without a sign: files have no lines from top to bottom
    parts += [(f"phase {number} begins after epoch {epoch}", "dim") for number, epoch in phases]
    if run.fired:
        parts.append((said(f"{GLYPHS.fired} a stop rule fired {run.fired}", kind), "warn"))
    lost = [(sentence(str(found)), "bad") for key in choice.names(run) if (found := lost_metric(run, key))]
    return [*_flowed(parts, width), *(line for words in lost for line in _flowed([words], width))]


def _flowed(parts: Sequence[tuple[str, str]], width: int) -> list[ChartLine]:
    """The parts on lines of at most `width` cells; one that is longer than a line has one of its own."""
    lines: list[ChartLine] = []
    room = 0
    for words, style in parts:
        if lines and len(_GAP) + cells(words) <= room:
            lines[-1] += [(_GAP, ""), (words, style)]
            room -= len(_GAP) + cells(words)
        else:
            lines.append([(words, style)])
            room = width - cells(words)
    return lines
