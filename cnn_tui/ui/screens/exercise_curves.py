"""The curves of an exercise: those of the runs that its figures are made of, over the baseline's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text

from cnn_tui.exercises.results import ExerciseResult
from cnn_tui.history.groups import Group
from cnn_tui.history.history import History
from cnn_tui.reports.chart.choice import ChartChoice, Recorded
from cnn_tui.reports.chart.compose import overlay_of, picture_of
from cnn_tui.reports.chart.curves import MeanOfRuns
from cnn_tui.ui.chart.chart import kind_of
from cnn_tui.ui.chart.legend import legend, overlay_legend
from cnn_tui.ui.watcher import Watched
from cnn_tui.ui.widgets.layout import flow, part
from cnn_tui.ui.widgets.page_view import PageView

_SIGNS = 3
"""Lines for what the signs mean."""
_BASELINE = "the baseline"


class ExerciseCurve(NamedTuple):
    """What is recorded of the runs of the baseline, or of the exercise, and what it is called."""

    name: str
    recorded: Recorded


def read_curves(history: History, result: ExerciseResult) -> tuple[ExerciseCurve, ...]:
    """That of the baseline and then the exercise's own; before a run of it has ended, that of one that goes on."""
    mine = _of_group(history, result.group) if result.group is not None else None
    if mine is None:
        live = history.live_statuses()
        mine = next((_of_run(history, run) for run in reversed(result.runs) if run in live), None)
    base = _of_group(history, result.baseline) if result.baseline is not None else None
    both = ((_BASELINE, base), ("this exercise", mine))
    return tuple(ExerciseCurve(name, one) for name, one in both if one is not None and (one.run.epochs or one.points))


def _of_group(history: History, group: Group) -> Recorded | None:
    if len(group.runs) == 1:
        return _of_run(history, group.runs[0])
    runs = history.runs_of(group.runs)
    return Recorded(runs[0], (), mean=MeanOfRuns(runs)) if runs else None


def _of_run(history: History, run_id: int) -> Recorded | None:
    watched = Watched(history, run_id)
    watched.read()
    return Recorded(watched.run, watched.points, watched.progress) if watched.run is not None else None


def curves_drawn(
    view: PageView, shown: Sequence[ExerciseCurve], choice: ChartChoice, width: int, height: int
) -> Sequence[Text]:
    """What the signs mean, and whose curves they are, and below that these in so many columns and rows.

    In this order: on a low terminal the page ends within the chart, which must not pass for another run's.
    """
    last, empty = shown[-1], "No value of it was recorded."
    if len(shown) == 1:
        picture = picture_of(last.recorded, choice, empty=empty)
        whose = [part(0, f"{_BASELINE}'s", view.style("dim"))] if last.name == _BASELINE else []
        signs = [*whose, *legend(last.recorded, choice, None, view.style)]
    else:
        placed, names = [(one.recorded, at) for at, one in enumerate(shown)], [one.name for one in shown]
        picture = overlay_of(placed, choice, last.recorded.run.id, empty, names)
        signs = overlay_legend(placed, choice, view.style, width, _SIGNS, names, kind_of(view.app))
    return [*flow(signs, width, _SIGNS), *view.chart(picture, width, height)]
