"""A fixed plan: a number of runs that is chosen before there are any, as in "5 runs each, then judge".

A plan is judged once, when all of its runs have ended, so it needs no guard against looking often: Welch's test has its
full level. Other runs do not change what the plan says. An exercise has one plan: a second one, made because the first
found nothing, would be a second look.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnn_tui.analysis.chance.verdict import SHARES, Verdict, judge, of_a_set
from cnn_tui.exercises.answers import answers, plan
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.runs import TrainingOrder, queue, runs_of, same_exercises
from cnn_tui.history.groups import groups_of
from cnn_tui.history.history import History


def fixed_plan_of(history: History, place: SetPlace, exercise: Exercise) -> tuple[int, ...]:
    """The runs of the plan of an exercise, or of one that trains the same; none without a plan.

    A plan whose runs are all archived counts no more.
    """
    given = answers(history, place.name)
    plans = [given[one.name].plan for one in same_exercises(place, exercise) if one.name in given]
    planned: tuple[int, ...] = next(filter(None, plans), ())
    return planned if set(planned) & set(runs_of(history, place, exercise)) else ()


def queue_fixed_plan(
    history: History, wanted: Sequence[TrainingOrder], count: int
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Queue `count` runs of each order, and record that they are a plan.

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
    """What the planned runs of an exercise say against those of the baseline; empty when none ended as planned.

    `comparisons` is how many exercises of the set are compared; see `of_a_set`.
    """
    live = history.live_statuses()
    left = sum(run in live for planned in plans for run in planned)
    if left:
        sizes = f"{len(plans[0])} and {len(plans[1])} runs are planned"
        words = f"{names}: {sizes}, of which {left} {'has' if left == 1 else 'have'} not ended"
        return tuple(Verdict(figure, "planned", f"{words}; it is judged once, when all have") for figure in SHARES)
    ended = [max(groups_of(history, planned), key=lambda one: len(one.trials), default=None) for planned in plans]
    ours, theirs = ended
    if ours is None or theirs is None:
        return ()
    return judge(ours, theirs, names, of_a_set(comparisons, planned=True))
