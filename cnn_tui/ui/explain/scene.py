"""What the views look at: a run with what is kept of it, its images, and what the explain process has answered."""

from __future__ import annotations

import contextlib
from typing import Any, NamedTuple, TypeVar

import msgspec

from cnn_tui.artifacts.evaluation import Evaluation, read_evaluation
from cnn_tui.artifacts.predictions import Predictions, open_predictions
from cnn_tui.artifacts.weights import NoModel, no_model
from cnn_tui.data.data_facts import DataFacts
from cnn_tui.data.images import Picture, StoredImages
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.history.run import Run
from cnn_tui.jobs.explain_protocol import Done, ExplainError, KeepImages, KeepPredictions, Prediction, Question
from cnn_tui.text import sentence
from cnn_tui.ui.explain.gallery import Gallery

SAMPLE = "fashion_mnist_sample"
"""The images that are there without any run."""
_MOST_ANSWERS = 200

Answer = TypeVar("Answer", bound=msgspec.Struct)


class Wanted(NamedTuple):
    """A question that a view needs the answer of; a newer one of the same topic takes its place."""

    question: Question
    kind: type[msgspec.Struct]
    topic: str = ""


class Own(NamedTuple):
    """A picture of the user's own, and what the network says of it."""

    path: str
    prediction: Prediction


class Scene:
    """Shared by all views; the pane changes it."""

    def __init__(self, run: Run | None = None, dataset: str = SAMPLE) -> None:
        """`dataset` is that of the run or, without one, of the experiment under edit."""
        self.run = run
        self.dataset = run.dataset if run else dataset
        self.missing: NoModel | None = no_model(run) if run else None
        self.predictions: Predictions | None = None
        self.evaluation: Evaluation | None = None
        self.gallery = Gallery(None, None, ())
        self.own: Own | None = None
        self.reading = False
        """Whether a picture of the user's own has been sent to the network."""
        self.facts: dict[str, DataFacts | str] = {}
        """Of datasets, by their names; a sentence where they cannot be had."""
        self.warm = False
        """Whether the explain process has answered before."""
        self.numbers = False
        self._answers: dict[Question, msgspec.Struct | ExplainError] = {}
        self._lost: Question | None = None
        self.read()

    def read(self) -> None:
        """Read what is kept of the run; what is not there can be asked for."""
        self._lost = None
        if self.run is None:
            return
        self.missing = no_model(self.run)
        images = None
        try:
            self.predictions = open_predictions(self.run.id)
            self.evaluation = read_evaluation(self.run.id)
        except RawFileError:
            self._lost = KeepPredictions(self.run.id)
        if self.predictions is not None:
            try:
                images = StoredImages(self.predictions.images)
            except RawFileError:
                self._lost = self._lost or KeepImages(self.run.id)
            self.gallery = Gallery(images, self.predictions, self.predictions.class_names)

    def give_images(self, facts: DataFacts) -> None:
        """Show the test images of a dataset, where there are none of a run."""
        if self.gallery.images is None and self.predictions is None and facts.test_images:
            with contextlib.suppress(RawFileError):
                self.gallery = Gallery(StoredImages(facts.test_images), None, facts.class_names)

    def picture(self) -> Picture | None:
        """The image that is looked at; None while it is not there."""
        images, index = self.gallery.images, self.gallery.index
        if images is None or index is None:
            return None
        try:
            return images.picture(index)
        except RawFileError:
            return None

    # What was asked

    @property
    def model_id(self) -> int:
        """The run whose model can be asked; 0 where there is none."""
        return self.run.id if self.run and self.missing is None else 0

    def kept(self) -> list[Wanted]:
        """What has to be worked out again before kept files can be read."""
        return [Wanted(self._lost, Done, "keep")] if self._lost and self.model_id else []

    def knows(self, question: Question) -> bool:
        """Whether it was answered."""
        return question in self._answers

    def keep(self, question: Question, answer: msgspec.Struct | ExplainError) -> None:
        """Keep an answer; the oldest make room."""
        while len(self._answers) >= _MOST_ANSWERS:
            del self._answers[next(iter(self._answers))]
        self._answers[question] = answer

    def answer(self, question: Question, kind: type[Answer]) -> Answer | None:
        """What was answered; None where nothing was, or a refusal."""
        found: Any = self._answers.get(question)
        return found if isinstance(found, kind) else None

    def refusal(self, question: Question) -> str:
        """Why a question could not be answered; "" where it could, or was not asked."""
        found = self._answers.get(question)
        return sentence(str(found)) if isinstance(found, ExplainError) else ""

    # What is said where there is nothing to show

    def why_nothing(self, what: str) -> str:
        """Why there is no `what`, in sentences."""
        if self.run is None:
            return (
                f"No run has a trained model yet, so there are no {what}. r trains the experiment; "
                "m goes on to convolution by hand and to the data, which need none."
            )
        if self.missing is not None:
            again = "Load its experiment (L in the history) and train it again, or look into another run with O."
            return f"{sentence(self.missing.why)} {again if self.missing.lost else 'O looks into another run.'}"
        return ""

    def waiting(self, what: str) -> str:
        """What goes on while an answer is waited for."""
        return f"working out {what} …" if self.warm else f"loading TensorFlow for {what} …"

    def state_of_kept(self, what: str) -> str:
        """Why what is kept of the run is not there (yet)."""
        if words := self.why_nothing(what):
            return words
        if self._lost is None:
            return f"There are no {what}."
        return self.refusal(self._lost) or self.waiting(what)
