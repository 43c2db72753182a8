"""Which epochs of two groups of runs may be compared by their seconds: those that ran while the machine was as busy.

An epoch takes longer while other programs use the cores, or while the processor is held back by its heat or a quota.
Both are recorded with each epoch. An epoch of which they are not known, as older versions left it, is like any other.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator

from cnn_tui.history.groups import EpochTime, Group, Trial

LIKE = 0.15
"""So much may the load of two epochs differ, as a share of the cores, for their seconds to be compared."""


def with_like_load(group: Group, base: Group) -> tuple[Group, Group] | None:
    """Both groups with the pace of their epochs of like load; None when the one has none that is like the other's.

    Of several levels of load, that one counts at which most runs of both can be compared; of those, the lowest.
    """
    levels = sorted({epoch.load for one in (group, base) for epoch in _epochs(one) if epoch.load is not None})
    if not levels:
        return group, base
    best = max(levels, key=lambda level: (min(_count(group, level), _count(base, level)), -level))
    found = _at(group, best), _at(base, best)
    return found if all(one.trials for one in found) else None


def is_whole(group: Group, alike: Group) -> bool:
    """Whether no epoch of the group was left out of what may be compared of it."""
    counts = [sum(1 for _ in _epochs(one)) for one in (group, alike)]
    return counts[0] == counts[1]


def load_in_words(group: Group) -> str:
    """How busy the machine was with other things, over all epochs: `2 to 60 %`."""
    loads = [epoch.load for epoch in _epochs(group) if epoch.load is not None]
    if not loads:
        return "an unknown share"
    low, high = (f"{round(100 * one)}" for one in (min(loads), max(loads)))
    return f"{low} %" if low == high else f"{low} to {high} %"


def _epochs(group: Group) -> Iterator[EpochTime]:
    return (epoch for trial in group.trials for epoch in trial.times)


def _like(times: Iterable[EpochTime], level: float) -> tuple[EpochTime, ...]:
    """The epochs whose load is `level` or not much more, or not known."""
    return tuple(one for one in times if one.load is None or level <= one.load <= level + LIKE)


def _count(group: Group, level: float) -> int:
    return sum(bool(_like(trial.times, level)) for trial in group.trials)


def _at(group: Group, level: float) -> Group:
    return Group(tuple(_with_pace(trial, times) for trial in group.trials if (times := _like(trial.times, level))))


def _with_pace(trial: Trial, times: tuple[EpochTime, ...]) -> Trial:
    return trial._replace(pace=statistics.fmean(one.seconds for one in times), times=times)
