"""Which runs of an exercise its figures are made of: those that were made nearest to the conditions that it asks for.

The conditions are the dataset, the epochs and the other settings of its experiment as it was given out, which are those
of the course notes. So a run on the full data stays what the exercise shows when a quicker one on a sample follows.
Runs under other conditions are other rows, each beside the baseline's under the same.
"""

from __future__ import annotations

from typing import NamedTuple

from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.runs import runs_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.same import settings_to_find
from cnn_tui.history.groups import Group, groups_of
from cnn_tui.history.history import History


class ShownRuns(NamedTuple):
    """Repeats of an exercise under the same conditions, and those of the baseline that they are held against."""

    group: Group | None
    """None for an exercise of which no run ended as planned."""
    baseline: Group | None
    other_epochs: tuple[int, int] | None = None
    """How many epochs both were to be trained for, where that is another difference than the exercise asks about."""

    @property
    def comparable(self) -> bool:
        """Whether both were made with the same images, and differ by what the exercise asks about alone."""
        if self.group is None or self.baseline is None:
            return False
        return self.group.images == self.baseline.images and self.other_epochs is None

    @property
    def runs(self) -> tuple[int, ...]:
        """The numbers of all of them, in order."""
        return tuple(sorted(run for one in (self.group, self.baseline) if one is not None for run in one.runs))


def shown_runs(history: History, place: SetPlace, exercise: Exercise) -> tuple[ShownRuns, ...]:
    """By the conditions, the nearest to those of the exercise first; at least one. Raises ExperimentError."""
    given = place.experiment(exercise) if exercise.is_run else None
    groups = _nearest_first(history, place, exercise, given) if given is not None else ()
    base = place.exercise(place.set.baseline) if place.set.baseline else None
    base_given = place.experiment(base) if base is not None else None
    if given is None or base is None or base_given is None or base.name == exercise.name:
        return tuple(ShownRuns(group, None) for group in groups) or (ShownRuns(None, None),)
    bases = _nearest_first(history, place, base, base_given)
    if not groups:
        return (ShownRuns(None, bases[0] if bases else None),)
    return tuple(_beside(group, bases, exercise, given, base_given) for group in groups)


def runs_concluded_from(history: History, place: SetPlace, exercise: Exercise) -> tuple[int, ...] | None:
    """The runs that a conclusion that is written now is about; None for an exercise without anything to run."""
    return shown_runs(history, place, exercise)[0].runs if exercise.is_run else None


def _beside(
    group: Group, bases: tuple[Group, ...], exercise: Exercise, given: Experiment, base_given: Experiment
) -> ShownRuns:
    """A group with the runs of the baseline that had the same images and, if there are any, the epochs to match."""
    epochs = base_given.epochs if group.planned == given.epochs else group.planned
    # They stand nearest first, and that order stays among those that match as well.
    order = sorted(bases, key=lambda base: (base.images != group.images, base.planned != epochs))
    base = next(iter(order), None)
    matches = base is None or base.planned == epochs or exercise.change
    return ShownRuns(group, base, None if matches or base is None else (group.planned, base.planned))


def _nearest_first(history: History, place: SetPlace, exercise: Exercise, given: Experiment) -> tuple[Group, ...]:
    groups = groups_of(history, runs_of(history, place, exercise))
    return tuple(sorted(groups, key=lambda group: _nearness(group, given), reverse=True))


def _nearness(group: Group, given: Experiment) -> tuple[int, int, int, bool, int, int]:
    """More is nearer: the data, how much of it, the epochs, the other settings; then how many runs, and the latest."""
    dataset, images, _ = group.images
    data = 2 if dataset == given.dataset else 1 if dataset.startswith(f"{given.dataset}_") else 0
    wanted = settings_to_find(given)
    alike = wanted is not None and wanted.training == group.trials[0].settings
    return data, images, -abs(group.planned - given.epochs), alike, len(group.trials), group.runs[-1]
