"""A class as one experiment: what its members handed over, together."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from cnn_tui.analysis.chance.two_groups import LEVEL
from cnn_tui.analysis.chance.verdict import SHARES, Figure, Verdict, judge, of_a_set
from cnn_tui.exercises.answers import Direction
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.class_files import ClassAnswer, ClassFile, identity_given
from cnn_tui.exercises.class_runs import ClassRuns
from cnn_tui.exercises.model import against_baseline
from cnn_tui.exercises.results import SAME_TIME, direction_of
from cnn_tui.exercises.submissions import HandedInExercise
from cnn_tui.history.groups import Group

_FEWEST_MACHINES = 6


class Foreseen(NamedTuple):
    """What the class expected of a figure: how often each way, and how many were right; None while it is not known."""

    figure: Figure
    expected: dict[Direction, int]
    found: Direction | None
    right: int | None


class OwnMachines(NamedTuple):
    """On how many machines an epoch took longer than one of the baseline, shorter, and about as long."""

    longer: int
    shorter: int
    alike: int
    p: float
    """Of the sign test: how often chance alone parts them so, if neither is quicker."""


class ClassExercise(NamedTuple):
    """An exercise: its runs (of the conditions that most of them have), what they say, and what was expected."""

    name: str
    heading: str
    group: Group | None
    files: int
    """How many files have a run of the group."""
    other_groups: int
    """How many other conditions there are runs of."""
    verdicts: tuple[Verdict, ...]
    machines: OwnMachines | None
    foreseen: tuple[Foreseen, ...]
    conclusions: tuple[tuple[str, str], ...]
    """Who concluded what."""


class ClassPack(NamedTuple):
    """A set of exercises as the class did it."""

    name: str
    title: str
    baseline: str
    exercises: tuple[ClassExercise, ...]


class ClassView(NamedTuple):
    """Everything together. `copies` are runs that another file has too, `equal` those with the figures of another."""

    files: tuple[ClassFile, ...]
    runs: int
    copies: int
    equal: int
    packs: tuple[ClassPack, ...]
    groups: tuple[Group, ...]
    """All experiments, those with the most runs first."""


class _SoughtExercise(NamedTuple):
    """An exercise before its runs are looked for; `what` is the fingerprint and the settings of its experiment."""

    name: str
    heading: str
    what: tuple[str, str] | None
    predict: Sequence[str]


def merge(files: Sequence[ClassFile], places: Sequence[SetPlace]) -> ClassView:
    """Put the files together. `places` are the sets whose baseline is known. Loads scipy."""
    merged = ClassRuns(files)
    answers = _once(files)
    made_for = (pack for those in merged.exercises.values() for pack, _ in sorted(those))
    names = dict.fromkeys([*filter(None, made_for), *(one.pack for one in answers)])
    packs = tuple(_pack(name, files, places, merged, [one for one in answers if one.pack == name]) for name in names)
    by_size = tuple(sorted(merged.groups, key=lambda group: -len(group.trials)))
    return ClassView(
        tuple(files), merged.count, merged.copies, merged.equal, tuple(one for one in packs if one.exercises), by_size
    )


def _once(files: Sequence[ClassFile]) -> list[ClassAnswer]:
    """The answers, each once: one that is in a submission and in the history that it was made of is the same."""
    found: dict[tuple[Any, ...], ClassAnswer] = {}
    for place, file in enumerate(files):
        for one in file.answers:
            when = one.changed if one.changed > 0 else place
            found.setdefault((one.pack, one.exercise, one.expected, when), one)
    return list(found.values())


def _pack(
    name: str, files: Sequence[ClassFile], places: Sequence[SetPlace], merged: ClassRuns, answers: Sequence[ClassAnswer]
) -> ClassPack:
    place = next((one for one in places if one.name == name), None)
    given = next((file for file in files if file.pack == name and file.exercises), None)
    if place is not None:
        wanted, title, baseline = _of_place(place), place.set.title, place.set.baseline
    else:
        wanted = [_of_submission(one) for one in given.exercises] if given else _of_runs(name, merged, answers)
        title = name
        # The exercise that has an experiment and nothing to expect is what the others are compared with.
        bases = [one.name for one in wanted if one.what is not None and not one.predict]
        baseline = bases[0] if len(bases) == 1 else ""
    start = next((one for one in wanted if one.name == baseline), None)
    if start is not None:
        # What begins with the baseline's experiment is to be changed: only runs that were made for it count.
        wanted = [one._replace(what=None) if one.what == start.what and one is not start else one for one in wanted]
    groups = {one.name: _groups_of(one, name, merged) for one in wanted}
    base = max(groups.get(baseline, ()), key=_size, default=None)
    groups = {of: [one for one in those if of == baseline or one is not base] for of, those in groups.items()}
    compared = len({one.what or one.name for one in wanted if groups[one.name] and one.name != baseline})
    exercises = tuple(
        _exercise(one, groups[one.name], base if one.name != baseline else None, compared, merged, answers)
        for one in wanted
    )
    return ClassPack(
        name, title, baseline, tuple(one for one in exercises if one.group or one.foreseen or one.conclusions)
    )


def _exercise(
    wanted: _SoughtExercise,
    groups: Sequence[Group],
    base: Group | None,
    compared: int,
    merged: ClassRuns,
    answers: Sequence[ClassAnswer],
) -> ClassExercise:
    alike = [group for group in groups if base is not None and group.images == base.images] or groups
    group = max(alike, key=_size, default=None)
    verdicts: tuple[Verdict, ...] = ()
    machines = None
    if group is not None and base is not None and group.key != base.key:
        verdicts = judge(group, base, against_baseline(wanted.heading), of_a_set(compared))
        if verdicts[1].outcome == "not comparable" and group.images == base.images:
            machines = _own_machines(group, base, merged)
    own = [one for one in answers if one.exercise == wanted.name]
    found: dict[Figure, Direction | None] = {"accuracy": None, "time": None}
    if verdicts and base is not None:
        found = {one.figure: direction_of(one, base) for one in verdicts}
        if machines is not None:
            found["time"] = _direction_of(machines, LEVEL * SHARES["time"] / max(1, compared))
    foreseen = tuple(one for figure, way in found.items() if (one := _foreseen(figure, way, own)).expected)
    runs = group.runs if group else ()
    files = len({merged.file_of[run] for run in runs})
    concluded = tuple((one.who, one.conclusion) for one in own if one.conclusion)
    others = max(0, len(groups) - 1)
    return ClassExercise(wanted.name, wanted.heading, group, files, others, verdicts, machines, foreseen, concluded)


def _groups_of(wanted: _SoughtExercise, pack: str, merged: ClassRuns) -> list[Group]:
    """The groups that have a run made for the exercise, or are of its experiment as it was given out."""
    return [
        group
        for group in merged.groups
        if (wanted.what is not None and (group.key[0], group.key[2]) == wanted.what)
        or any((pack, wanted.name) in merged.exercises[run] for run in group.runs)
    ]


def _size(group: Group) -> int:
    return len(group.trials)


def _of_place(place: SetPlace) -> list[_SoughtExercise]:
    wanted = []
    for one in place.set.exercises:
        experiment = place.experiment(one) if one.is_run and not one.change else None
        what = None if experiment is None else identity_given(msgspec.to_builtins(experiment))
        predict = place.expected(one)
        wanted.append(_SoughtExercise(one.name, one.heading, what, predict))
    return wanted


def _of_submission(one: HandedInExercise) -> _SoughtExercise:
    return _SoughtExercise(one.name, one.heading or one.name, identity_given(one.experiment), one.predict)


def _of_runs(pack: str, merged: ClassRuns, answers: Sequence[ClassAnswer]) -> list[_SoughtExercise]:
    """The exercises of a set that nobody here knows, as far as runs and answers name them."""
    names = sorted({name for those in merged.exercises.values() for of_pack, name in those if of_pack == pack})
    return [
        _SoughtExercise(name, name, None, ()) for name in dict.fromkeys([*names, *(one.exercise for one in answers)])
    ]


def _foreseen(figure: Figure, found: Direction | None, answers: Iterable[ClassAnswer]) -> Foreseen:
    told = [one.expected.accuracy if figure == "accuracy" else one.expected.time for one in answers]
    expected = Counter(way for way in told if way is not None)
    return Foreseen(figure, dict(expected), found, None if found is None else expected[found])


def _own_machines(group: Group, base: Group, merged: ClassRuns) -> OwnMachines | None:
    """Where machines differ, each is compared with itself: a file is a machine. None with too few of them."""
    ours, theirs = (_paces(one, merged) for one in (group, base))
    ratios = [ours[file] / theirs[file] for file in ours.keys() & theirs.keys() if theirs[file] > 0]
    if len(ratios) < _FEWEST_MACHINES:
        return None
    longer = sum(ratio > 1 + SAME_TIME for ratio in ratios)
    shorter = sum(ratio < 1 - SAME_TIME for ratio in ratios)
    count, fewer = longer + shorter, min(longer, shorter)
    p = min(1.0, 2 * sum(math.comb(count, at) for at in range(fewer + 1)) / 2**count)
    return OwnMachines(longer, shorter, len(ratios) - count, p)


def _paces(group: Group, merged: ClassRuns) -> dict[int, float]:
    found: dict[int, list[float]] = {}
    for trial in group.trials:
        if trial.pace is not None:
            found.setdefault(merged.file_of[trial.run], []).append(trial.pace)
    return {file: statistics.fmean(paces) for file, paces in found.items()}


def _direction_of(machines: OwnMachines, level: float) -> Direction | None:
    if machines.p >= level:
        return None
    return "up" if machines.longer > machines.shorter else "down"
