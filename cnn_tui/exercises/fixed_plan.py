"""A number of runs that is chosen before there are any: "5 runs each, then judge".

Who fixes the number beforehand and looks once, when all have ended, needs no guard against looking often: such a plan
is judged by Welch's test at its full level. What is run besides does not change what the plan says, and an exercise
has one plan: another one, made when the first had found nothing, would be another look.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnn_tui.analysis.verdict import SHARES, Verdict, judge, of_a_set
from cnn_tui.exercises.answers import answers, plan
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.runs import PlannedRun, queue, runs_of, same_exercises
from cnn_tui.history.groups import groups_of
from cnn_tui.history.history import History
from cnn_tui.text import counted


def fixed_plan_of(history: History, place: SetPlace, exercise: Exercise) -> tuple[int, ...]:
    """The runs that an exercise, or one that trains the very same, is to be judged by; none without a plan.

    A plan whose runs are all archived is given up.
    """
    given = answers(history, place.name)
    plans = [given[one.name].plan for one in same_exercises(place, exercise) if one.name in given]
    planned: tuple[int, ...] = next(filter(None, plans), ())
    return planned if set(planned) & set(runs_of(history, place, exercise)) else ()


def queue_fixed_plan(
    history: History, wanted: Sequence[PlannedRun], count: int
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Queue `count` runs of each order, and keep that they are planned.

    Gives the runs, and the keys of the exercises that were left out because they have a plan already.
    """
    with history.transaction():
        had = [order for order in wanted if fixed_plan_of(history, order.place, order.exercise)]
        orders = [order for order in wanted if order not in had]
        runs = queue(history, orders, count)
        for at, order in enumerate(orders):  # they are queued seed by seed
            plan(history, order.place.name, order.exercise.name, runs[at :: len(orders)])
    return runs, tuple(order.key for order in had)


def judge_fixed_plan(
    history: History, plans: tuple[Sequence[int], Sequence[int]], names: str, comparisons: int
) -> tuple[Verdict, ...]:
    """What the planned runs of an exercise say against those of the baseline; empty when none of them came to its end.

    `comparisons` is how many verdicts the set has; see `of_a_set`.
    """
    live = history.live_statuses()
    left = sum(run in live for planned in plans for run in planned)
    if left:
        sizes = f"{len(plans[0])} and {len(plans[1])} runs are planned"
        words = f"{names}: {sizes}, {counted(left, 'run')} of them {'has' if left == 1 else 'have'} not ended"
        return tuple(Verdict(figure, "planned", f"{words}; then it is judged, once") for figure in SHARES)
    ended = [max(groups_of(history, planned), key=lambda one: len(one.trials), default=None) for planned in plans]
    ours, theirs = ended
    if ours is None or theirs is None:
        return ()
    return judge(ours, theirs, names, of_a_set(comparisons, planned=True))
