"""The runs that members of a class handed over, each once, in whatever files it is.

Runs of one seed on several machines are repeats as others are, unless they are more alike than runs of different seeds:
a network that differs from another by one rounding soon goes a way of its own (Summers and Dinneen 2021, Nondeterminism
and Instability in Neural Network Optimization). Runs whose figures are the very same tell nothing new, and count once.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

from cnn_tui.analysis.chance.two_groups import LEVEL
from cnn_tui.exercises.class_files import ClassFile
from cnn_tui.history.groups import Group, Trial, grouped


class ClassRuns:
    """The runs, numbered from 1 in the order of the files, and in which of these each is."""

    def __init__(self, files: Sequence[ClassFile]) -> None:
        self.copies = self.equal = 0
        self.exercises: dict[int, set[tuple[str, str]]] = {}
        """By run: pack and name of what it was made for, as each file has it."""
        self.file_of: dict[int, int] = {}
        trials: list[Trial] = []
        known: dict[tuple[Any, ...], int] = {}
        for place, file in enumerate(files):
            for run in file.runs:
                number = known.setdefault(run.key, len(trials) + 1)
                if number > len(trials):
                    trials.append(run.trial._replace(run=number))
                    self.file_of[number] = place
                elif self.file_of[number] != place:
                    self.copies += 1
                self.exercises.setdefault(number, set()).add((run.pack, run.exercise))
        self.count = len(trials)
        self.groups = tuple(self._independent(group) for group in grouped(trials))

    def _independent(self, group: Group) -> Group:
        """The group with each figure once, and each run for itself unless runs of one seed are alike."""
        seen: set[tuple[Any, ...]] = set()
        kept = []
        for trial in group.trials:
            figures = (trial.seed, trial.test_accuracy, trial.test_loss, trial.accuracy, trial.loss)
            if trial.seed is not None and figures in seen:
                self.equal += 1
                continue
            seen.add(figures)
            kept.append(trial)
        if seeds_matter(kept):
            return Group(tuple(kept))
        return Group(tuple(trial._replace(seed=None) for trial in kept))


def seeds_matter(trials: Sequence[Trial]) -> bool:
    """Whether runs of one seed are more alike than runs of different seeds (analysis of variance, p < 0.05)."""
    by_seed: dict[int, list[float]] = {}
    for trial in trials:
        if trial.seed is not None and trial.test_accuracy is not None:
            by_seed.setdefault(trial.seed, []).append(trial.test_accuracy)
    groups = [values for values in by_seed.values() if values]
    count = sum(map(len, groups))
    if len(groups) < 2 or count == len(groups):
        return False
    mean = statistics.fmean(value for values in groups for value in values)
    between = math.fsum(len(values) * (statistics.fmean(values) - mean) ** 2 for values in groups) / (len(groups) - 1)
    inside = math.fsum((value - statistics.fmean(values)) ** 2 for values in groups for value in values)
    if not inside:
        return True
    from scipy.special import fdtrc

    return float(fdtrc(len(groups) - 1, count - len(groups), between * (count - len(groups)) / inside)) < LEVEL
