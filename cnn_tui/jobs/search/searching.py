"""Takes searches forward: asks what to try next, queues it, prunes what falls behind, has the best judged again.

It is in a thread of the worker with a history of its own, so a search outlives the terminal and goes on after the
machine was started again. Every step is made of what the history has; where the worker is killed between two steps,
the next one goes on. Trials are ordinary runs: whoever trains runs trains them, here or on a cluster.
"""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui.analysis.search.trials import SearchTrial, is_maximized, to_judge, trials_of
from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.names import lengthened, named_by_difference
from cnn_tui.experiment.search_space import Dimension, parse_space, values_in, with_values
from cnn_tui.history import notebook
from cnn_tui.history.history import History, HistoryError
from cnn_tui.history.searches import (
    AS_IT_WAS,
    Search,
    SearchPlan,
    end_search,
    has_going_search,
    is_going,
    record_trial,
    searches,
)
from cnn_tui.jobs.search.suggestions import falls_behind, obstacle, suggest
from cnn_tui.text import fault, quiet

LOOK = 0.2
"""Seconds between two looks whether anything changed."""
SPARE = 20
"""A search gives up when so many more experiments than it was to train cannot be trained at all."""
_RESUMED = 2
"""So often a run whose machine went down goes on by itself."""


def keep_searches(path: Path, over: threading.Event) -> None:
    """Take the searches of a history forward until it is `over`."""
    seen, done = None, None
    with contextlib.suppress(HistoryError), History(path) as history:
        while not over.wait(LOOK):
            with contextlib.suppress(sqlite3.Error):  # a full disk, a locked file: it is tried again
                version = history.data_version()
                if version == seen:
                    continue
                # A step reads all trials: not for each batch that one of them has learned.
                news = (history.outline(), searches(history, going=True)) if has_going_search(history) else None
                if news is not None and news != done:
                    take_forward(history)
                seen, done = version, news  # as they were before that step: what came meanwhile, it may not have seen


def take_forward(history: History) -> None:
    """Take one step of every search that goes on. Raises sqlite3.Error."""
    for search in searches(history, going=True):
        try:
            why = obstacle()
            if why:
                end_search(history, search.id, "failed", why)
            else:
                _step(history, search)
        except (ExperimentError, DatasetError) as error:
            end_search(history, search.id, "failed", str(error))
        except (sqlite3.Error, OSError):
            raise
        except Exception as error:  # of Optuna, say: the worker has runs to train all the same
            end_search(history, search.id, "failed", f"the search ended with a fault: {quiet(fault(error), 400)}")


def stop_search(history: History, search: Search) -> list[int]:
    """End a search for now, and ask what it trains to stop; gives those runs. The same search can go on later."""
    end_search(history, search.id, "stopped")
    live = [one.run.id for one in trials_of(history, search) if one.run is not None and one.standing == "going"]
    for run in reversed(live):  # those that wait first, so that none starts meanwhile
        history.ask(run, "stop")
    return live


def go_on(history: History, search: Search) -> None:
    """Let the runs go on that were stopped with their search, or by what befell the machine."""
    for one in trials_of(history, search):
        if one.run is not None and one.run.ending in ("user", "signal", "queue", "killed", "gone"):
            history.resume(one.run.id)


def _step(history: History, search: Search) -> None:
    plan, every = search.plan, trials_of(history, search)
    space = parse_space(plan.vary, plan.experiment)
    if _resume_gone(history, every):
        return
    trials = [one for one in every if one.repeats is None]
    going = sum(one.standing == "going" for one in every)
    if plan.prune:
        _prune(history, plan, space, trials)
    while _wants_more(plan, trials):
        if going >= plan.at_once:
            return
        values = _next(plan, space, trials)
        if values is None:
            break
        trials.append(_try(history, search, space, values, trials))
        going += trials[-1].standing == "going"
    if any(one.standing == "going" for one in trials):
        return
    if not any(one.figure is not None for one in trials):
        end_search(history, search.id, "failed", _nothing_trained(trials))
    elif not _judge(history, search, space, trials, [one for one in every if one.repeats is not None]):
        end_search(history, search.id, "finished")


def _wants_more(plan: SearchPlan, trials: Sequence[SearchTrial]) -> bool:
    impossible = sum(bool(one.obstacle) for one in trials)  # not by the run, which a trial of this step has not yet
    return len(trials) - impossible < plan.trials and impossible < plan.trials + SPARE


def _next(plan: SearchPlan, space: Sequence[Dimension], trials: Sequence[SearchTrial]) -> tuple[Any, ...] | None:
    """What to try next: first the experiment as it is, if it is part of the space."""
    own = values_in(plan.experiment, space)
    if not trials and own is not None:
        return own
    return suggest(space, trials, seed=plan.seed, maximize=is_maximized(plan.metric))


def _try(
    history: History, search: Search, space: Sequence[Dimension], values: tuple[Any, ...], trials: Sequence[SearchTrial]
) -> SearchTrial:
    """Queue a trial; one that cannot be trained is recorded with the obstacle, and costs nothing."""
    plan = search.plan
    try:
        changed = with_values(plan.experiment, space, values)
        why = "; ".join(
            f"layer {one.layer}: {one.message}" if one.layer else one.message for one in problems_of(changed)
        )
    except ExperimentError as error:
        changed, why = plan.experiment, str(error)
    number = max((one.number for one in trials), default=0) + 1
    if why:
        record_trial(history, search.id, values, obstacle=why)
        return SearchTrial(number, values, "failed", obstacle=why)
    named = named_by_difference(changed, plan.experiment).with_training(seed=plan.seed)
    _add(history, search, named, values, None)
    return SearchTrial(number, values, "going")


def _add(history: History, search: Search, experiment: Experiment, values: Sequence[Any], repeats: int | None) -> None:
    plan = search.plan
    with history.transaction():
        if not is_going(history, search.id):  # it was stopped a moment ago
            return
        history.place, history.job_options = plan.place, plan.job_options
        run = history.add(experiment, plan.device)
        notebook.change_tags(history, [run], [f"search-{search.id}"])
        record_trial(history, search.id, values, run=run, repeats=repeats)


def _prune(history: History, plan: SearchPlan, space: Sequence[Dimension], trials: Sequence[SearchTrial]) -> None:
    for at, one in enumerate(trials):
        run = one.run
        if run is None or run.status != "running" or run.wish or len(run.epochs) >= plan.experiment.epochs:
            continue
        if falls_behind(space, trials, at, maximize=is_maximized(plan.metric)):
            history.ask(run.id, "prune")


def _judge(
    history: History,
    search: Search,
    space: Sequence[Dimension],
    trials: Sequence[SearchTrial],
    repeats: Sequence[SearchTrial],
) -> bool:
    """Queue what is still to be repeated; says whether anything is, or is trained now."""
    plan = search.plan
    there = {(one.repeats, one.run.experiment.training.seed) for one in repeats if one.run is not None}
    seeds = range(plan.seed + 1, plan.seed + 1 + plan.repeats)
    # A seed after the other, so that all candidates have as many when it is cut off.
    wanted = itertools.product(seeds, to_judge(trials, plan, space))
    missing = [(number, seed) for seed, number in wanted if (number, seed) not in there]
    going = sum(one.standing == "going" for one in repeats)
    for number, seed in missing[: max(0, plan.at_once - going)]:
        values = next((one.values for one in trials if one.number == number), ())
        experiment = plan.experiment if number == AS_IT_WAS else with_values(plan.experiment, space, values)
        named = named_by_difference(experiment, plan.experiment).with_training(seed=seed)
        named = msgspec.structs.replace(named, name=lengthened(named.name, f"seed {seed}"))
        _add(history, search, named, values, number)
    return bool(missing) or going > 0


def _resume_gone(history: History, every: Sequence[SearchTrial]) -> bool:
    """Let runs go on whose machine went down; says whether there were any."""
    found = False
    for one in every:
        run = one.run
        if run is None or run.ending != "gone":
            continue
        again = sum(event.kind == "queued again" for event in history.events(run.id))
        if again < _RESUMED:
            found = history.resume(run.id) or found
    return found


def _nothing_trained(trials: Sequence[SearchTrial]) -> str:
    why = next((one.obstacle for one in trials if one.obstacle), "")
    if why and all(one.run is None for one in trials):
        return f"nothing that was tried can be trained; the first: {why}"
    return "no trial came to its end with a figure"
