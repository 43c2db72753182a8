"""The trials of a search as its rows and runs have them: what was tried, how far it came, which are judged again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from cnn_tui.experiment.search_space import Dimension, values_in
from cnn_tui.history.ending import AS_PLANNED
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.history.searches import AS_IT_WAS, Search, SearchPlan, trial_rows

Standing: TypeAlias = Literal["going", "finished", "pruned", "failed"]


class SearchTrial(NamedTuple):
    """A trial of a search, or a repeat of one."""

    number: int
    values: tuple[Any, ...]
    """In the order of the space."""
    standing: Standing
    """A trial that somebody stopped has failed: its last figure is not what the experiment comes to."""
    figures: tuple[float, ...] = ()
    """The search's metric after each epoch."""
    run: Run | None = None
    """None for one that could not be trained."""
    obstacle: str = ""
    """Why not, in a sentence without its end."""
    repeats: int | None = None
    """The number of the trial that it repeats, or AS_IT_WAS; None for a trial."""

    @property
    def figure(self) -> float | None:
        """What it came to; None where it did not end as planned."""
        return self.figures[-1] if self.standing == "finished" else None


def is_maximized(metric: str) -> bool:
    """Whether more of a metric of Keras's is better."""
    return not metric.endswith("loss")


def trials_of(history: History, search: Search) -> list[SearchTrial]:
    """The trials and the repeats of a search, in order."""
    rows = trial_rows(history, search.id)
    runs = {run.id: run for run in history.runs_of([row.run for row in rows if row.run is not None])}
    return [
        _trial(row.number, row.values, runs.get(row.run or 0), search.plan.metric, row.obstacle, row.repeats)
        for row in rows
    ]


def to_judge(trials: Sequence[SearchTrial], plan: SearchPlan, space: Sequence[Dimension]) -> list[int]:
    """The numbers of the trials that are repeated, the best first, and AS_IT_WAS unless one of them is that."""
    sign = -1 if is_maximized(plan.metric) else 1
    ended = [(sign * one.figure, one) for one in trials if one.repeats is None and one.figure is not None]
    best = [one for _, one in sorted(ended, key=lambda pair: (pair[0], pair[1].number))[: plan.candidates]]
    own = values_in(plan.experiment, space)
    numbers = [one.number for one in best]
    return numbers if not best or own in [one.values for one in best] else [*numbers, AS_IT_WAS]


def _trial(
    number: int, values: tuple[Any, ...], run: Run | None, metric: str, obstacle: str, repeats: int | None
) -> SearchTrial:
    figures = tuple(epoch.metrics.get(metric, math.nan) for epoch in run.epochs) if run is not None else ()
    return SearchTrial(number, values, _standing(run, figures), figures, run, obstacle, repeats)


def _standing(run: Run | None, figures: tuple[float, ...]) -> Standing:
    if run is None:
        return "failed"
    if run.live:
        return "going"
    if run.ending == "pruned":
        return "pruned"
    return "finished" if run.ending in AS_PLANNED and figures and math.isfinite(figures[-1]) else "failed"
