"""The document being edited: the experiment, its undo and redo steps, and whether it differs from its file."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from cnn_tui.experiments.check import problems_of
from cnn_tui.experiments.dataset import Dataset, describe
from cnn_tui.experiments.experiment import Experiment
from cnn_tui.network.problems import Problem
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import Summary, summarize


class Step(NamedTuple):
    """An edit that can be taken back: what it was called, and the experiment before it."""

    label: str
    before: Experiment
    file: tuple[Path | None, Experiment] | None = None
    """Where an `open` came from: the path before it, and what was saved there."""


class View(NamedTuple):
    """What an experiment comes to: everything that is worked out from it."""

    dataset: Dataset
    stack: Stack
    summary: Summary
    problems: tuple[Problem, ...]

    def problem_at(self, index: int) -> Problem | None:
        """The first problem of the layer `index` (from 1), if it has one."""
        return next((problem for problem in self.problems if problem.layer == index), None)


class Document:
    """An experiment under edit. Undo and redo have no limit.

    Raises DatasetError when the experiment's dataset cannot be described; an edit that would do so is not made.
    """

    def __init__(self, experiment: Experiment, path: Path | None = None) -> None:
        self.experiment = experiment
        self.path = path
        self.view = _look(experiment)
        self._saved = experiment
        self._done: list[Step] = []
        self._undone: list[Step] = []

    @property
    def dirty(self) -> bool:
        """Whether there is work that no file holds."""
        return self.experiment != self._saved

    def edit(self, label: str, experiment: Experiment) -> None:
        """Make an edit named `label`. An edit that changes nothing leaves no step."""
        if experiment == self.experiment:
            return
        view = _look(experiment)
        self._done.append(Step(label, self.experiment))
        self._undone.clear()
        self.experiment, self.view = experiment, view

    def edit_stack(self, label: str, stack: Stack) -> None:
        """Make an edit of the layers."""
        self.edit(label, self.experiment.with_stack(stack))

    def undo(self) -> str | None:
        """Take the last edit back; gives its label, None when there is none."""
        return self._swap(self._done, self._undone)

    def redo(self) -> str | None:
        """Make the last undone edit again; gives its label, None when there is none."""
        return self._swap(self._undone, self._done)

    def mark_saved(self, path: Path | None = None) -> None:
        """The experiment as it is now is what the file at `path` holds."""
        self.path = path or self.path
        self._saved = self.experiment

    def open(self, experiment: Experiment, path: Path | None) -> None:
        """Put another experiment in its place; undo brings the old one back."""
        file = (self.path, self._saved)
        if experiment != self.experiment:
            self.edit(f"open {experiment.name}", experiment)
            self._done[-1] = self._done[-1]._replace(file=file)
        self.path = path
        self.mark_saved()

    def _swap(self, source: list[Step], target: list[Step]) -> str | None:
        if not source:
            return None
        label, before, file = source.pop()
        target.append(Step(label, self.experiment, (self.path, self._saved) if file else None))
        self.experiment, self.view = before, _look(before)
        if file:
            self.path, self._saved = file
        return label


def _look(experiment: Experiment) -> View:
    dataset = describe(experiment.dataset)
    stack = experiment.stack
    summary = summarize(stack)
    return View(dataset, stack, summary, problems_of(experiment, summary))
