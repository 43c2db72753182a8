"""What several runs are called where their curves lie over each other: by what tells them apart, in a few words."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence

from cnn_tui.experiment.difference import differences
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.run import Run
from cnn_tui.text import quiet

_MOST_COMPARED = 12
"""Of more experiments, the first is what the others are told against: to compare each with each takes too long."""
_WORDS = 2
_LONGEST = 40  # characters of a name
_BESIDE = ("epochs", "seed")
_STRANGERS = 5
"""Experiments that differ in more than this are told by their names: no few words say what differs."""
UNCHANGED = "unchanged"
"""The experiment that the others are told against, where nothing tells it from all of them."""


def names_of_runs(runs: Sequence[Run]) -> list[str]:
    """A name for each of several runs; those that nothing tells apart are told by their numbers."""
    names = [""] * len(runs)
    if len(runs) > 1:
        told = _names_apart(tuple(run.experiment for run in runs))
        names = list(told) if told else [quiet(run.name, _LONGEST) for run in runs]
    several = {name for name, count in Counter(names).items() if count > 1}
    if len(set(names)) == 1:
        return [f"run {run.id}" for run in runs]
    return [f"{name}, run {run.id}" if name in several else name for run, name in zip(runs, names, strict=True)]


@functools.lru_cache(maxsize=64)
def _names_apart(experiments: tuple[Experiment, ...]) -> tuple[str, ...]:
    """What tells each experiment from the one that is nearest to all of them; none where that is too much."""
    at = _nearest_to_all(experiments)
    if any(len(differences(experiments[at], one)) > _STRANGERS for one in experiments):
        return ()
    names = _told_from(at, experiments, with_layers=False)
    # In which layer something differs is said where the names are not different without it.
    return names if len(set(names)) == len(names) else _told_from(at, experiments, with_layers=True)


def _told_from(at: int, experiments: Sequence[Experiment], *, with_layers: bool) -> tuple[str, ...]:
    def words(before: Experiment, after: Experiment) -> list[str]:
        found = differences(before, after)
        # How long they were trained is seen on the chart; a seed tells apart only what is the same otherwise.
        found = tuple(one for one in found if one.name not in _BESIDE) or found
        if not with_layers:
            found = tuple(one._replace(layers=()) if one.what == "argument" else one for one in found)
        return list(dict.fromkeys(map(str, found)))

    base = experiments[at]
    told = [words(base, other) for other in experiments]
    changed = [other for other in experiments if not _is_repeat(base, other)]
    back = [words(other, base) for other in changed or experiments if words(base, other)]
    common = [one for one in (back[0] if back else ()) if all(one in some for some in back)]
    own = _joined(common) or UNCHANGED
    return tuple(
        ", ".join([own, *differs]) if differs and changed and _is_repeat(base, other) else _joined(differs) or own
        for other, differs in zip(experiments, told, strict=True)
    )


def _is_repeat(base: Experiment, other: Experiment) -> bool:
    """Whether nothing but what is beside the point tells it from the base."""
    return all(one.name in _BESIDE for one in differences(base, other))


def _joined(words: Sequence[str]) -> str:
    more = f" and {len(words) - _WORDS} more" if len(words) > _WORDS else ""
    return ", ".join(words[:_WORDS]) + more


def _nearest_to_all(experiments: Sequence[Experiment]) -> int:
    if len(experiments) > _MOST_COMPARED:
        return 0
    return min(
        range(len(experiments)),
        key=lambda at: sum(len(differences(experiments[at], other)) for other in experiments),
    )
