"""The names of experiments: lengthened by what differs, and taken apart so that a list tells that first.

A name has parts, as `Lab 1: baseline, 32 filters: filters 16`, each of which narrows what stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from cnn_tui.experiment.difference import OneDifference, differences, in_few_words
from cnn_tui.experiment.experiment import MAX_NAME, Experiment

_BESIDE = ("dataset", "epochs", "seed")
"""What stands beside a name wherever runs are listed, and is no part of it."""
_BETWEEN = ": "


class ShortName(NamedTuple):
    """A name as a list has it: the part that tells it from others, and what this is a part of, the nearest first."""

    apart: str
    rest: tuple[str, ...] = ()


def without_seed(name: str) -> str:
    """What a run is called, without the seed that its name may end with."""
    return re.sub(r"[:,] seed \d+$", "", name)


def lengthened(name: str, words: str) -> str:
    """The name with a part more; as much of it goes as the words need."""
    ending = f"{_BETWEEN}{words}"
    return f"{name[: max(0, MAX_NAME - len(ending))]}{ending}"[:MAX_NAME]


def named_by_difference(experiment: Experiment, origin: Experiment) -> Experiment:
    """The experiment, which was made of `origin`, with what differs as a part more of its name.

    It stays as it is where it has a name of its own, or differs only in what stands beside names.
    """
    words = in_few_words(told_in_name(experiment, origin))
    if not words:
        return experiment
    return msgspec.structs.replace(experiment, name=lengthened(without_seed(origin.name), words))


def told_in_name(experiment: Experiment, origin: Experiment) -> list[OneDifference]:
    """What a name has to tell of an experiment that was made of `origin`; nothing where it has a name of its own."""
    if experiment.name != origin.name:
        return []
    return [one for one in differences(origin, experiment) if one.name not in _BESIDE]


def shared_parts(names: Iterable[str]) -> int:
    """With how many parts all these names begin; of each, at least one is left."""
    split = [without_seed(one).split(_BETWEEN) for one in names]
    most = min(map(len, split), default=1) - 1
    return next((at for at in range(most) if len({one[at] for one in split}) > 1), most)


def short_name(name: str, shared: int, differs: str = "") -> ShortName:
    """A name without its first `shared` parts; `differs` is one part more, where the name does not tell it."""
    parts = [*without_seed(name).split(_BETWEEN)[shared:], *([differs] if differs else [])]
    return ShortName(parts[-1], tuple(parts[-2::-1])) if parts else ShortName(name)


def brief_name(name: str, short: ShortName) -> str:
    """A name for where it will be cut: what tells it from others comes first, with the seed that it ends with."""
    seed = name.removeprefix(without_seed(name)).lstrip(":, ")
    return " · ".join([", ".join([short.apart, *([seed] if seed else [])]), *short.rest])


def told_apart(name: str, other: str) -> tuple[str, str]:
    """Two names without the parts that both begin with: of one that narrows the other, what it narrows it by."""
    shared = shared_parts((name, other))
    mine, theirs = (without_seed(one).split(_BETWEEN)[shared:] for one in (name, other))
    if mine[: len(theirs)] == theirs and len(mine) > len(theirs):
        mine = mine[len(theirs) :]
    elif theirs[: len(mine)] == mine and len(theirs) > len(mine):
        theirs = theirs[len(mine) :]
    return _BETWEEN.join(mine), _BETWEEN.join(theirs)
