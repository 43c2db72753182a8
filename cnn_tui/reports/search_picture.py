"""A search as a picture: each trial a line from what it tried to what it came to, the best trials at the top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnn_tui.analysis.search.importance import best_count
from cnn_tui.analysis.search.trials import SearchTrial, is_maximized
from cnn_tui.experiment.search_space import Choice, Dimension
from cnn_tui.jobs.grid import labels_of, shown_value
from cnn_tui.reports.chart.canvas import ChartLine, Kind, Pattern
from cnn_tui.reports.chart.parallel import Across, UprightAxis, parallel, room_for
from cnn_tui.text import counted, quiet

_CHOSEN, _BEST, _OTHER = Pattern((), "#"), Pattern((), "*"), Pattern((1, 2), ".")


def search_picture(
    space: Sequence[Dimension],
    trials: Sequence[SearchTrial],
    chosen: SearchTrial,
    metric: str,
    importance: Mapping[str, float],
    width: int,
    rows: int,
    kind: Kind,
) -> list[ChartLine]:
    """At most `rows` lines of `width` cells. `trials` stand with the best first; `chosen` is drawn as a thick line."""
    ended = [one for one in trials if one.figure is not None]
    figures = [one.figure for one in ended if one.figure is not None]
    shown = range(min(len(space), room_for(width) - 1))
    labels = labels_of([one.key for one in space])
    axes = [UprightAxis(labels[at], _ticks(space[at]), importance.get(space[at].key)) for at in shown]
    axes.append(UprightAxis(metric, _figure_ticks(figures, metric)))
    best = best_count(len(ended))

    def across(trial: SearchTrial, style: str, pattern: Pattern, *, thick: bool = False) -> Across:
        heights = [space[at].place(trial.values[at]) for at in shown]
        if trial.figure is not None:
            heights.append(_figure_height(trial.figure, figures, metric))
        return Across(heights, style, pattern, thick)

    lines = [across(one, "dim", _OTHER) for one in reversed(ended[best:])]
    lines += [across(one, "train", _BEST) for one in reversed(ended[:best])]
    lines.append(across(chosen, "accent", _CHOSEN, thick=True))
    drawn = parallel(axes, lines, width, rows - 1, kind)
    return [*drawn, _legend(chosen, best, len(ended), len(space) - len(shown), kind)]


def _legend(chosen: SearchTrial, best: int, ended: int, left_out: int, kind: Kind) -> ChartLine:
    others = ended - best
    entries = [(_CHOSEN.sign, "━━", f"trial {chosen.number}", "accent")]
    entries += [(_BEST.sign, "──", "the best" if best == 1 else f"the best {best}", "train")] if ended else []
    entries += [(_OTHER.sign, "··", counted(others, "other"), "dim")] if others else []
    line = [
        piece
        for sign, dots, words, style in entries
        for piece in ((sign * 2 if kind == "ascii" else dots, style), (f" {words}   ", ""))
    ]
    if left_out:
        line.append((f"{counted(left_out, 'key')} more in the table", "dim"))
    return line


def _ticks(dimension: Dimension) -> list[tuple[float, str]]:
    values = dimension.values if isinstance(dimension, Choice) else (dimension.low, dimension.high)
    return [(dimension.place(value), quiet(shown_value(value), 20)) for value in values]


def _figure_ticks(figures: Sequence[float], metric: str) -> list[tuple[float, str]]:
    ends = sorted({min(figures), max(figures)}) if figures else []
    return [(_figure_height(one, figures, metric), f"{one:.4f}") for one in ends]


def _figure_height(figure: float, figures: Sequence[float], metric: str) -> float:
    """The best at the top, the highest accuracy and the lowest loss."""
    low, high = min(figures), max(figures)
    if low == high:
        return 1.0
    share = (figure - low) / (high - low)
    return share if is_maximized(metric) else 1 - share
