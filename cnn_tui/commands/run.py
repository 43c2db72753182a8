"""`cnn-tui run` and `attach`: queue runs of experiments, and follow them to their end."""

from __future__ import annotations

import random
from typing import Any

from cnn_tui.commands.follow import Follower, Interrupts, LeftError, listed, status_of
from cnn_tui.commands.history import find_run, to_json
from cnn_tui.commands.overrides import override, parse
from cnn_tui.commands.run_table import to_text
from cnn_tui.commands.streams import FAILED, INTERRUPTED, UserError, complain, put, say
from cnn_tui.commands.summary import place
from cnn_tui.experiments.check import problems_of
from cnn_tui.experiments.experiment import Experiment
from cnn_tui.experiments.history import History
from cnn_tui.experiments.presets import find_experiment
from cnn_tui.experiments.run import Run
from cnn_tui.experiments.wording import quiet
from cnn_tui.network.summary import summarize

_SEEDS = 2**31
_MOST_PARAMS = 2**63  # what a column of SQLite holds


def run(
    names: list[str], changes: dict[str, Any], settings: list[str], repeat: int, *, detach: bool, as_json: bool
) -> int:
    """Train every experiment `repeat` times; gives the exit status. Nothing is queued unless all can be.

    `changes` are keys with their values (None leaves a key alone), `settings` are further ones as `KEY=VALUE`.
    """
    given = [*((key, value) for key, value in changes.items() if value is not None), *map(parse, settings)]
    experiments = [override(find_experiment(name), given) for name in names]
    trainable = [_can_be_trained(experiment) for experiment in experiments]  # all, so that all that is wrong is said
    if not all(trainable):
        return FAILED
    wanted = [again for experiment in experiments for again in repeated(experiment, repeat)]

    from cnn_tui.training.launch import recover, wake

    interrupts = Interrupts()
    with History() as history, interrupts.caught():
        recover(history)
        ids = [history.add(experiment) for experiment in wanted]
        wake()
        if detach:
            return _leave(history, ids, as_json)
        say(f"{listed(ids)} queued" if len(ids) > 1 else f"run {ids[0]} queued: {quiet(wanted[0].name)}")
        return _follow(history, Follower(history, interrupts, ids), ids, as_json)


def attach(run_id: int | None) -> int:
    """Follow a live run, the oldest one unless another is named; ctrl+c only leaves it."""
    from cnn_tui.training.launch import recover

    interrupts = Interrupts()
    with History() as history, interrupts.caught():
        recover(history)
        if run_id is None:
            live = history.live_runs()
            if not live:
                raise UserError("no run is training or waiting; cnn-tui history lists those that have ended")
            run_id = live[0].id
        find_run(history, run_id)
        return _follow(history, Follower(history, interrupts, []), [run_id], as_json=False)


def repeated(experiment: Experiment, repeat: int) -> list[Experiment]:
    """The experiment with `repeat` different seeds: its own and those that follow it, else random ones."""
    first = experiment.training.seed
    if repeat == 1:
        return [experiment]
    if first is None:
        seeds = random.sample(range(_SEEDS), repeat)
    elif first + repeat > _SEEDS:
        raise UserError(f"--repeat {repeat} from seed {first} passes the largest seed, {_SEEDS - 1}")
    else:
        seeds = list(range(first, first + repeat))
    return [experiment.with_training(seed=seed) for seed in seeds]


def _can_be_trained(experiment: Experiment) -> bool:
    """Say what keeps an experiment from being trained; True when nothing does."""
    summary = summarize(experiment.stack)
    problems = problems_of(experiment, summary)
    if summary.total_params >= _MOST_PARAMS:
        complain(f"{quiet(experiment.name)}: {summary.total_params:,} parameters are more than any machine holds")
        return False
    for problem in problems:
        fixes = " or ".join(fix.label for fix in problem.fixes)
        ways = f" (fix: {fixes})" if fixes else ""
        complain(f"{quiet(experiment.name)}: {place(problem, summary)}: {problem.message}{ways}")
    return not problems


def _leave(history: History, ids: list[int], as_json: bool) -> int:
    for run_id in ids:
        put(to_json(find_run(history, run_id)) if as_json else str(run_id))
    say(f"{listed(ids)} left to train; cnn-tui attach {ids[0]} follows, cnn-tui stop {ids[0]} stops")
    return 0


def _follow(history: History, follower: Follower, ids: list[int], as_json: bool) -> int:
    ended: list[Run] = []
    try:
        for run_id in ids:
            ended.append(follower.follow(run_id))
            follower.say_result(ended[-1])
            if as_json:
                put(to_json(ended[-1]))
    except LeftError:
        return INTERRUPTED
    if not as_json:
        chosen = {run.id for run in ended}
        put(to_text([line for line in reversed(history.lines()) if line.id in chosen]))
    return INTERRUPTED if follower.stopping else status_of(ended)
