"""A line chart of plain characters, for reports: it looks the same in every editor and terminal.

plotext, which draws the lab's chart, has one figure for the whole process, and the lab writes reports in a thread
beside that chart. Its frame is not ASCII, it does not show where lines meet, and it took 18 ms where this takes 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnn_tui.analysis.lost_number import lost_metric
from cnn_tui.analysis.mean_curve import mean_curve
from cnn_tui.history.run import Run
from cnn_tui.reports.blocks import Curves
from cnn_tui.text import cells, padded, run_numbers, sentence, wrapped


class TextCurve(NamedTuple):
    """A line of a chart: its label, the character that draws it, and its points (x, y) in the order of x."""

    label: str
    mark: str
    points: tuple[tuple[float, float], ...]
    band: tuple[tuple[float, float, float], ...] = ()
    """How far several runs lie around their mean: x, low, high."""


_SEVERAL = "of several runs the mean; dots: one standard deviation around it"


def charts(curves: Curves, width: int = 60) -> Iterator[tuple[str, list[str]]]:
    """Charts with their names: loss and accuracy of one run; of several, accuracy (validation accuracy if there is)."""
    if len(curves.runs) == 1:
        for metric in ("loss", "accuracy"):
            both = (("training", "*", metric), ("validation", "o", f"val_{metric}"))
            series = [TextCurve(label, mark, _values(curves.runs[0], key)) for label, mark, key in both]
            lost = [sentence(str(one)) for _, _, key in both if (one := lost_metric(curves.runs[0], key))]
            if lines := [*draw(series, width=width), *lost]:
                yield metric.capitalize(), lines
        return
    columns = curves.repeats or [[run] for run in curves.runs]
    series = [_curve_of(runs, mark) for runs, mark in zip(columns, curves.marks, strict=True) if mark]
    if lines := draw(series, width=width):
        yield "Accuracy, on the validation images where there are some", lines


def _curve_of(runs: Sequence[Run], mark: str) -> TextCurve:
    """The accuracy of a run; of several, their mean."""
    metric = "val_accuracy" if any(_values(run, "val_accuracy") for run in runs) else "accuracy"
    if len(runs) == 1:
        return TextCurve(f"run {runs[0].id}", mark, _values(runs[0], metric))
    found = mean_curve(runs, lambda epoch: epoch.metrics.get(metric))
    label = run_numbers([run.id for run in runs])
    points = tuple((one.epoch, one.mean) for one in found)
    return TextCurve(label, mark, points, tuple((one.epoch, one.low, one.high) for one in found))


def _values(run: Run, metric: str) -> tuple[tuple[float, float], ...]:
    return tuple((one.epoch, one.metrics[metric]) for one in run.epochs if metric in one.metrics)


def draw(series: Sequence[TextCurve], *, width: int = 60, height: int = 12, x_label: str = "epoch") -> list[str]:
    """The chart with its axes and a legend; [] without a point. Where lines meet, it has a `#`.

    `width` and `height` are those of the inside, without the axes. NaN and the infinities leave a gap.
    """
    kept = [
        TextCurve(label, mark, tuple(filter(_finite, points)), tuple(filter(_finite, band)))
        for label, mark, points, band in series
    ]
    points = [point for one in kept for point in (*one.points, *_edge(one, 1), *_edge(one, 2))]
    if not points:
        return []
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    low, high = _bounds([y for _, y in points])
    grid = [[" "] * width for _ in range(height)]
    for one in kept:
        _shade(grid, one, (left, right), (low, high))
    for one in kept:
        for column in range(width):
            x = left + (right - left) * column / (width - 1) if right > left else left
            y = _at(one.points, x)
            if y is not None and (right > left or column == 0):
                row = round((high - y) / (high - low) * (height - 1))
                grid[row][column] = "#" if grid[row][column] not in (" ", ".", one.mark) else one.mark
    legend = "   ".join(f"{one.mark} {one.label}" for one in kept if one.points)
    several = [_SEVERAL] if any(one.band for one in kept) else []
    return [*_framed(grid, (left, right), (low, high), x_label), *wrapped(legend, width + 8), *several]


def _shade(grid: list[list[str]], curve: TextCurve, xs: tuple[float, float], ys: tuple[float, float]) -> None:
    """Dots where the runs of a curve lie around their mean."""
    (left, right), (low, high), lows, highs = xs, ys, _edge(curve, 1), _edge(curve, 2)
    for column in range(len(grid[0]) if lows and right > left else 0):
        x = left + (right - left) * column / (len(grid[0]) - 1)
        below, above = _at(lows, x), _at(highs, x)
        for row, signs in enumerate(grid):
            y = high - (high - low) * row / (len(grid) - 1)
            if below is not None and above is not None and below <= y <= above:
                signs[column] = "."


def _edge(curve: TextCurve, which: int) -> list[tuple[float, float]]:
    """The lower (1) or upper (2) edge of a curve's band."""
    return [(point[0], point[which]) for point in curve.band]


def _finite(point: tuple[float, ...]) -> bool:
    return all(map(math.isfinite, point))


def _framed(grid: list[list[str]], xs: tuple[float, float], ys: tuple[float, float], x_label: str) -> list[str]:
    low, high = ys
    height, width = len(grid), len(grid[0])
    labels = {row: f"{high - (high - low) * row / (height - 1):.3f}" for row in (0, (height - 1) // 2, height - 1)}
    room = max(map(cells, labels.values()))
    lines = [
        f"{padded(labels.get(row, ''), room, right=True)} |{''.join(signs)}".rstrip() for row, signs in enumerate(grid)
    ]
    first, last = (f"{x:g}" for x in xs)
    under = f"{first}{padded(last, width - len(first), right=True)}" if first != last else first
    return [*lines, f"{' ' * room} +{'-' * width}", f"{' ' * room}  {under}  {x_label}"]


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _at(points: Sequence[tuple[float, float]], x: float) -> float | None:
    """The value of a line at x, with straight lines between its points; None outside of them."""
    for at, (place, y) in enumerate(points):
        if place == x:
            return y
        if place > x:
            if at == 0:
                return None
            before, old = points[at - 1]
            return old + (y - old) * (x - before) / (place - before)
    return None
