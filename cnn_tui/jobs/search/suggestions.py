"""What to try next, by what was tried: Optuna asked, and told everything anew each time.

Optuna keeps nothing between two questions. What it knows are the trials that it is given, and its random numbers come
from the search's seed and the number of the trial; so a search that goes on after it was cut off tries what it would
have tried. Optuna, with NumPy and SciPy behind it, is loaded at the first question.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cnn_tui.analysis.search.trials import SearchTrial
from cnn_tui.experiment.search_space import (
    Choice,
    Dimension,
    combinations,
    every_combination,
)

if TYPE_CHECKING:
    import optuna

_ATTEMPTS = 20
"""So often another suggestion is asked for when one was tried before: it would train the very same run again."""
_STARTING = 5
"""Trials that have to be finished before any is pruned."""
_GIVEN = 2
"""Epochs that every trial is given."""


def obstacle() -> str:
    """Why nothing can be searched here, in a sentence; "" when it can."""
    if importlib.util.find_spec("optuna") is not None:
        return ""
    return "a search needs the package optuna: pip install 'cnn-tui[tune]'"


def suggest(
    space: Sequence[Dimension], tried: Sequence[SearchTrial], *, seed: int, maximize: bool
) -> tuple[Any, ...] | None:
    """The values to try next, which were not tried yet; None when every combination was.

    The same trials and the same seed give the same values.
    """
    known = {_key(one.values) for one in tried}
    every = combinations(space)
    if every is not None and len(known) >= every:
        return None
    with _quiet():
        import optuna

        for attempt in range(_ATTEMPTS):
            sampler = optuna.samplers.TPESampler(seed=_mixed(seed, len(tried), attempt))
            asked = _study(space, tried, maximize, sampler=sampler).ask(_distributions(space))
            values = tuple(_tried_value(one, asked.params[one.key]) for one in space)
            if _key(values) not in known:
                return values
    return values if every is None else next(one for one in every_combination(space) if _key(one) not in known)


def falls_behind(space: Sequence[Dimension], tried: Sequence[SearchTrial], at: int, *, maximize: bool) -> bool:
    """Whether the trial of that index is to be pruned: its best epoch is worse than the median of the others then."""
    with _quiet():
        import optuna

        pruner = optuna.pruners.MedianPruner(n_startup_trials=_STARTING, n_warmup_steps=_GIVEN)
        study = _study(space, tried, maximize)
        return bool(pruner.prune(study, study.get_trials(deepcopy=False)[at]))


def _study(
    space: Sequence[Dimension],
    tried: Sequence[SearchTrial],
    maximize: bool,
    sampler: optuna.samplers.BaseSampler | None = None,
) -> optuna.study.Study:
    import optuna

    study = optuna.create_study(direction="maximize" if maximize else "minimize", sampler=sampler)
    states = {
        "going": optuna.trial.TrialState.RUNNING,
        "finished": optuna.trial.TrialState.COMPLETE,
        "pruned": optuna.trial.TrialState.PRUNED,
        "failed": optuna.trial.TrialState.FAIL,
    }
    distributions = _distributions(space)
    study.add_trials(
        optuna.trial.create_trial(
            state=states[one.standing],
            params={where.key: _told_value(where, value) for where, value in zip(space, one.values, strict=True)},
            distributions=distributions,
            value=one.figures[-1] if one.standing == "finished" else None,
            intermediate_values=dict(enumerate(one.figures, 1)),
        )
        for one in tried
    )
    return study


def _distributions(space: Sequence[Dimension]) -> dict[str, optuna.distributions.BaseDistribution]:
    import optuna

    made: dict[str, optuna.distributions.BaseDistribution] = {}
    for one in space:
        if isinstance(one, Choice):
            made[one.key] = optuna.distributions.CategoricalDistribution([_text(value) for value in one.values])
        elif one.whole:
            # Its own `high` has to be one of the steps.
            every = one.every_value() or (one.low, one.high)
            made[one.key] = optuna.distributions.IntDistribution(
                int(one.low), int(every[-1]), log=one.log, step=int(one.step)
            )
        elif one.step:
            made[one.key] = optuna.distributions.IntDistribution(0, len(one.every_value() or ()) - 1)
        else:
            made[one.key] = optuna.distributions.FloatDistribution(one.low, one.high, log=one.log)
    return made


def _tried_value(where: Dimension, asked: Any) -> Any:
    """What Optuna suggests, as it is tried. A number in steps is the number of its step."""
    if isinstance(where, Choice):
        return next(value for value in where.values if _text(value) == asked)
    return where.value(where.low + asked * where.step if where.step and not where.whole else asked)


def _told_value(where: Dimension, value: Any) -> Any:
    if isinstance(where, Choice):
        return _text(value)
    return round((value - where.low) / where.step) if where.step and not where.whole else value


def _text(value: Any) -> str:
    """A choice as Optuna takes it: it knows no lists."""
    return json.dumps(value, sort_keys=True)


def _key(values: Sequence[Any]) -> str:
    return _text(list(values))


def _mixed(*numbers: int) -> int:
    """One seed made of several numbers."""
    mixed = 0
    for number in numbers:
        mixed = (mixed * 1_000_003 + number) % (2**32)
    return mixed


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Optuna says nothing inside it: what it has to say is for people who write Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        yield
