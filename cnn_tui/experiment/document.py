"""The document being edited: the experiment, its undo and redo steps, and whether it differs from its file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from cnn_tui.data.dataset import Dataset, DatasetError
from cnn_tui.experiment.check import problems_of, warnings_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.journal import Journal, JournalEntry, Snapshot, Step
from cnn_tui.experiment.names import named_by_difference
from cnn_tui.network.problems.fixes import Fix, Problem
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import Summary, summarize
from cnn_tui.text import kept_path, path_kept


class Lock(Protocol):
    """What must not be changed."""

    def check(self, after: Experiment) -> None:
        """Raises an error, whose message is a sentence, when `after` changes what is locked."""


class View(NamedTuple):
    """What an experiment comes to: everything that is worked out from it."""

    dataset: Dataset
    stack: Stack
    summary: Summary
    problems: tuple[Problem, ...]
    """What keeps it from being trained."""
    warnings: tuple[Problem, ...] = ()

    def problem_at(self, index: int) -> Problem | None:
        """The first problem of the layer `index` (from 1), else the first warning on it, if there is one."""
        return next((one for one in (*self.problems, *self.warnings) if one.layer == index), None)


class Document:
    """An experiment under edit. Undo and redo have no limit, and with a journal they outlive the lab.

    Raises DatasetError when the experiment's dataset cannot be described; an edit that would do so is not made.
    """

    def __init__(self, experiment: Experiment, path: Path | None = None, journal: Journal | None = None) -> None:
        _ = experiment.data  # raises where it cannot be described
        self.experiment = experiment
        self.path = path
        self._view: View | None = None
        self.baseline = experiment
        """What the difference is shown against."""
        self.exercise = ""
        """The exercise that the experiment belongs to, as `set/name`; "" for none."""
        self.locks: Mapping[str, Lock] = {}
        """What must not be edited, by exercise."""
        self.imported: tuple[Experiment, str] | None = None
        """The experiment that a model's file became at the last import, and the head that its own file is to have."""
        self._saved = experiment
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._journal = journal

    @property
    def view(self) -> View:
        """What the experiment comes to. Worked out when it is asked for: replaying a journal asks only at its end."""
        if self._view is None:
            self._view = _look(self.experiment)
        return self._view

    @property
    def dirty(self) -> bool:
        """Whether there is work that no file holds."""
        return self.experiment != self._saved

    @property
    def origin(self) -> Experiment:
        """What the experiment was made of: as it was opened, before the edits since."""
        opened = max((at for at, step in enumerate(self._done) if step.file is not None), default=-1)
        edits = self._done[opened + 1 :]
        return edits[0].other if edits else self.experiment

    @property
    def named(self) -> Experiment:
        """The experiment as its runs are called: by what was edited, until it has a name of its own."""
        return named_by_difference(self.experiment, self.origin)

    @property
    def trouble(self) -> OSError | None:
        """Why the edits outlive the lab no more; None where they do."""
        return None if self._journal is None else self._journal.trouble

    def edit(self, label: str, experiment: Experiment) -> None:
        """Make an edit named `label`. An edit that changes nothing leaves no step.

        Raises what the exercise's lock raises for a field that stays as it is.
        """
        if experiment == self.experiment:
            return
        if lock := self.locks.get(self.exercise):
            lock.check(experiment)
        self._make(Step(label, self.experiment), experiment)
        self._note(JournalEntry("edit", label, experiment))

    def edit_stack(self, label: str, stack: Stack) -> None:
        self.edit(label, self.experiment.with_stack(stack))

    def apply(self, fix: Fix) -> None:
        """Make the edit that a fix is."""
        self.edit(f"fix: {fix.label}", self.experiment.with_stack(fix.stack).with_training(**dict(fix.settings)))

    def undo(self) -> str | None:
        """Take the last edit back; gives its label, None when there is none."""
        return self._swap(self._done, self._undone, JournalEntry("undo"))

    def redo(self) -> str | None:
        """Make the last undone edit again; gives its label, None when there is none."""
        return self._swap(self._undone, self._done, JournalEntry("redo"))

    def mark_saved(self, path: Path | None = None) -> None:
        """The experiment as it is now is what the file at `path` holds."""
        self.path = path or self.path
        self._saved = self.experiment
        self._note(JournalEntry("saved", path=_text(self.path)))

    def set_baseline(self) -> None:
        """Show differences against the experiment as it is now."""
        self.baseline = self.experiment
        self._note(JournalEntry("baseline"))

    def open(self, experiment: Experiment, path: Path | None, exercise: str = "", head: str = "") -> None:
        """Put another experiment in its place; undo brings the old one back, with the file that it belongs to.

        `head` are the comments that its file is to begin with, where it was made of a model's file.
        """
        if experiment != self.experiment or exercise != self.exercise:
            self._make(Step(f"open {experiment.name}", self.experiment, self._file(), self.exercise), experiment)
        self.path, self._saved, self.exercise = path, experiment, exercise
        if head:
            self.imported = self.origin, head
        self._note(JournalEntry("open", experiment=experiment, path=_text(path), exercise=exercise, head=head))

    def _make(self, step: Step, experiment: Experiment) -> None:
        _ = experiment.data  # raises where it cannot be described
        self._done.append(step)
        self._undone.clear()
        self.experiment, self._view = experiment, None

    def _file(self) -> tuple[str | None, Experiment]:
        return _text(self.path), self._saved

    def _swap(self, source: list[Step], target: list[Step], event: JournalEntry) -> str | None:
        if not source:
            return None
        step = source[-1]
        _ = step.other.data  # raises where it cannot be described
        source.pop()
        target.append(Step(step.label, self.experiment, self._file() if step.file else None, self.exercise))
        self.experiment, self._view = step.other, None
        if step.file:
            self.path, self._saved, self.exercise = _path(step.file[0]), step.file[1], step.exercise
        self._note(event)
        return step.label

    def snapshot(self) -> Snapshot:
        """The document with all its steps."""
        done, undone = tuple(self._done), tuple(self._undone)
        path = _text(self.path)
        return Snapshot(self.experiment, self._saved, self.baseline, path, done, undone, self.exercise, self.imported)

    def _note(self, event: JournalEntry) -> None:
        if self._journal is not None:
            self._journal.add(event)


def resume(experiment: Experiment, path: Path | None, journal: Journal, *, chosen: bool) -> Document:
    """The document to open: as it was left, with `experiment` opened on top of it when it was `chosen` by name.

    Raises DatasetError when the chosen experiment's dataset cannot be described.
    """
    document = _left(journal)
    if document is None:
        document = Document(experiment, path)
    elif chosen:
        document.open(experiment, path)
    journal.begin(document.snapshot())
    document._journal = journal
    return document


def _left(journal: Journal) -> Document | None:
    """The document as a journal has it; None where it has none, or where its data is gone."""
    found = journal.open()
    if found is None:
        return None
    snapshot, events = found
    try:
        document = Document(snapshot.experiment, _path(snapshot.path))
        document.baseline, document._saved, document.exercise = snapshot.baseline, snapshot.saved, snapshot.exercise
        document.imported = snapshot.imported
        document._done, document._undone = [*snapshot.done], [*snapshot.undone]
        for event in events:
            _apply(document, event)
    except DatasetError:
        return None
    return document


def _apply(document: Document, event: JournalEntry) -> None:
    if event.kind == "edit" and event.experiment is not None:
        document.edit(event.label, event.experiment)
    elif event.kind == "open" and event.experiment is not None:
        document.open(event.experiment, _path(event.path), event.exercise, event.head)
    elif event.kind == "undo":
        document.undo()
    elif event.kind == "redo":
        document.redo()
    elif event.kind == "saved":
        document.mark_saved(_path(event.path))
        document.path = _path(event.path)
    elif event.kind == "baseline":
        document.set_baseline()


def _text(path: Path | None) -> str | None:
    return kept_path(str(path)) if path else None


def _path(text: str | None) -> Path | None:
    return Path(path_kept(text)) if text else None


def _look(experiment: Experiment) -> View:
    dataset = experiment.data
    stack = experiment.stack
    summary = summarize(stack)
    problems = problems_of(experiment, summary)
    return View(dataset, stack, summary, problems, () if problems else warnings_of(experiment))
