"""Sets of exercises: questions about experiments, what the notes found, and what may be changed.

A set is a folder with a `pack.toml`, whether it comes with the app or a teacher hands it out (a pack). An exercise is
about a preset or about an experiment file of the folder; without either, it is a question.
"""

from __future__ import annotations

import re
import statistics
from typing import Any, Literal

import msgspec

from cnn_tui.analysis.chance.verdict import Figure

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
"""What a set or an exercise may be called: it stands in tags, in file names and on the command line."""


class ExerciseError(ValueError):
    """A set or an exercise that does not exist or cannot be used; the message is a sentence."""


class NotedEpoch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An epoch as the notes have it, on the training images. `seconds` are whole, as Keras prints them."""

    loss: float
    accuracy: float
    seconds: float


class CourseNotes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The course notes' figures and conclusion; None or empty where they have none."""

    params: int | None = None
    epochs: tuple[NotedEpoch, ...] = ()
    test_loss: float | None = None
    test_accuracy: float | None = None
    conclusion: str = ""

    @property
    def seconds_an_epoch(self) -> float | None:
        """The mean over the epochs."""
        return statistics.fmean(epoch.seconds for epoch in self.epochs) if self.epochs else None

    def to_json(self) -> dict[str, Any]:
        """The figures that the notes have; those of the last epoch are `train_loss` and `train_accuracy`."""
        last = self.epochs[-1] if self.epochs else None
        figures: dict[str, Any] = {
            "params": self.params,
            "train_loss": last.loss if last else None,
            "train_accuracy": last.accuracy if last else None,
            "test_loss": self.test_loss,
            "test_accuracy": self.test_accuracy,
            "seconds_an_epoch": self.seconds_an_epoch,
            "epochs": [msgspec.structs.asdict(epoch) for epoch in self.epochs] or None,
            "conclusion": self.conclusion or None,
        }
        return {name: value for name, value in figures.items() if value is not None}


class ByHand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What Explain sets up for a question that is answered by hand; what is left out is as a layer of Keras has it."""

    operation: Literal["convolution", "max pooling", "average pooling"] = "convolution"
    kernel: str = "vertical edges"
    """One of the well-known kernels, by its name."""
    image: str = ""
    """The class of the image; "" leaves the image that is there."""
    number: int = 1
    """Which image of the class, from 1."""
    size: int = 0
    """Rows and columns of the window; 0: those of the kernel, or 2 of a pooling."""
    stride: int = 0
    """0: one pixel or, of a pooling, its size."""
    padding: Literal["valid", "same"] = "valid"
    activation: Literal["linear", "relu"] = "linear"
    field: Literal["operation", "kernel", "size", "stride", "padding", "activation"] = "kernel"
    """The setting that the question asks to change."""


class Exercise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    question: str
    title: str = ""
    preset: str = ""
    experiment: str = ""
    """A file of the set's folder, in place of a preset."""
    predict: tuple[Figure, ...] = ("accuracy", "time")
    """The figures that the user is asked to predict before the run, against the set's baseline."""
    locked: tuple[str, ...] | None = None
    """Fields of the experiment that must not be changed, as `training.epochs`, `layers[0]`; None: those of the set."""
    change: bool = False
    """Whether the user is to change the experiment: then only runs that were made for the exercise count."""
    impossible: bool = False
    """Whether the point of the exercise is that its experiment cannot be trained."""
    remark: str = ""
    """What is good to know beside the result."""
    notes: CourseNotes = CourseNotes()
    by_hand: ByHand | None = None
    """For a question that is answered in Explain, with a convolution or pooling by hand: what is set up for it."""

    @property
    def heading(self) -> str:
        """Its title, or its name where it has none."""
        return self.title or self.name

    @property
    def is_question(self) -> bool:
        """Whether there is nothing to run."""
        return not self.preset and not self.experiment

    @property
    def is_run(self) -> bool:
        """Whether there is something that can be run."""
        return not self.is_question and not self.impossible

    @property
    def has_notes(self) -> bool:
        """Whether the notes say anything of it."""
        return bool(self.notes.to_json() or self.remark)


def against_baseline(heading: str) -> str:
    """What is compared where an exercise is judged; the exercise is named as the list of the exercises names it."""
    return f'"{heading}" against the baseline'


class ExerciseSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a `pack.toml` holds."""

    title: str
    exercises: tuple[Exercise, ...]
    about: str = ""
    baseline: str = ""
    """The exercise that the others are compared with."""
    locked: tuple[str, ...] = ()
    """Fields of every experiment that must not be changed."""
