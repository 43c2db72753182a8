"""What the views look at: a run with what is kept of it, its images, and what the explain process has answered."""

from __future__ import annotations

import contextlib
from typing import Any, NamedTuple, TypeVar

import msgspec

from cnn_tui.artifacts.evaluation import Evaluation, read_evaluation
from cnn_tui.artifacts.kept_epochs import epochs_and_end
from cnn_tui.artifacts.predictions import Predictions, open_predictions, predictions_path
from cnn_tui.artifacts.weights import NoModel, no_model
from cnn_tui.data.data_facts import DataFacts
from cnn_tui.data.dataset import AS_THEY_ARE, SAMPLE, DataOptions
from cnn_tui.data.images import Picture, StoredImages
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.history.run import Run
from cnn_tui.jobs.explain.answers import Done, PartDone, Prediction
from cnn_tui.jobs.explain.protocol import ExplainError, KeepImages, KeepPredictions, Question
from cnn_tui.text import sentence
from cnn_tui.ui.explain.gallery import Gallery
from cnn_tui.ui.keys import key_of

_MOST_ANSWERS = 200
_MOST_AHEAD = 7
"""Epochs around the one that is looked at whose predictions are worked out before somebody asks."""

Answer = TypeVar("Answer", bound=msgspec.Struct)


AHEAD = "ahead"
"""The topic of what is asked before anybody needs it."""


class AnswerWanted(NamedTuple):
    """A question that a view needs the answer of; a newer one of the same topic takes its place."""

    question: Question
    kind: type[msgspec.Struct]
    topic: str = ""


class OwnPicture(NamedTuple):
    """A picture of the user's own, and what the network says of it."""

    path: str
    prediction: Prediction


Wanted = tuple[str, DataOptions]
"""A dataset by its name, and what is said of it beside that."""


class Scene:
    """What all views of the pane look at. A run that is looked into anew gets a scene of its own."""

    def __init__(self, run: Run | None = None, dataset: str = SAMPLE, options: DataOptions = AS_THEY_ARE) -> None:
        """`dataset` and `options` are those of the run or, without one, of the experiment under edit."""
        self.run = run
        self.dataset = run.dataset if run else dataset
        self.data_options = run.experiment.data_options if run else options
        self.missing: NoModel | None = no_model(run) if run else None
        self.predictions: Predictions | None = None
        self.evaluation: Evaluation | None = None
        self.gallery = Gallery(None, None, ())
        self.own: OwnPicture | None = None
        self.reading = False
        """Whether a picture of the user's own has been sent to the network."""
        self.facts: dict[Wanted, DataFacts | str] = {}
        """Of datasets; a sentence where they cannot be had."""
        self.warm = False
        """Whether the explain process has answered before."""
        self.numbers = False
        """Whether views show numbers in place of shades."""
        self.taking: tuple[str, int] | None = None
        """The layer and number of a trained filter that is to be laid on by hand, once it is known."""
        self.epochs: tuple[int, ...] = epochs_and_end(run) if run else (0,)
        """The epochs that can be looked at, in order, and 0 for the run's end."""
        self.epoch = 0
        """The one that is looked at."""
        self._answers: dict[Question, msgspec.Struct | ExplainError] = {}
        self._lost: KeepPredictions | KeepImages | None = None
        self.read()

    def read(self) -> None:
        """Read what is kept of the run; what is not there can be asked for."""
        self._lost = None
        if self.run is None:
            return
        self.missing = no_model(self.run)
        self.predictions = self.evaluation = images = None
        try:
            self.predictions = open_predictions(self.run.id, self.epoch)
            self.evaluation = read_evaluation(self.run.id, self.epoch)
        except RawFileError:
            self._lost = KeepPredictions(self.run.id, self.epoch)
        if self.predictions is not None:
            try:
                images = StoredImages(self.predictions.images)
            except RawFileError:
                self._lost = self._lost or KeepImages(self.run.id)
            before = self.gallery
            self.gallery = Gallery(images, self.predictions, self.predictions.class_names, self.epoch)
            if before.predictions is not None and before.predictions.images == self.predictions.images:
                self.gallery.stay_with(before)

    # Which epoch

    def move_epoch(self, by: int) -> bool:
        """Look at the weights of a later epoch, or of an earlier one; False where there is none."""
        at = self.epochs.index(self.epoch) + by
        return 0 <= at < len(self.epochs) and self.look_at_epoch(self.epochs[at])

    def look_at_epoch(self, epoch: int) -> bool:
        """Look at the weights of a kept epoch, or with 0 of the end; False where they are looked at already."""
        if epoch == self.epoch:
            return False
        self.epoch = epoch
        self.read()
        return True

    @property
    def run_then(self) -> Run | None:
        """The run as it was after the epoch that is looked at."""
        return self.run.after_epoch(self.epoch) if self.run and self.epoch else self.run

    def epochs_beside(self) -> list[int]:
        """The epochs before and after the one that is looked at; 0 for the run's end."""
        here = self.epochs.index(self.epoch)
        return [self.epochs[at] for at in (here - 1, here + 1) if 0 <= at < len(self.epochs)]

    def ahead(self) -> list[AnswerWanted]:
        """What somebody who moves over the epochs will want next: the predictions of the one that is nearest."""
        if not self.epoch or self._lost is not None or not self.model_id:
            return []
        here, run = self.epochs.index(self.epoch), self.model_id
        near = sorted(self.epochs, key=lambda epoch: abs(self.epochs.index(epoch) - here))[:_MOST_AHEAD]
        unknown = [KeepPredictions(run, epoch) for epoch in near if epoch and not predictions_path(run, epoch).exists()]
        wanted = [self.next_part(one) for one in unknown]
        return [AnswerWanted(one, PartDone, AHEAD) for one in wanted if not self.knows(one)][:1]

    def wanted(self, dataset: str) -> Wanted:
        """A dataset with what is said of it beside its name: as for that of the run, if it is that of the run."""
        return dataset, self.data_options if dataset == self.dataset else AS_THEY_ARE

    def give_images(self, facts: DataFacts) -> None:
        """Show the test images of a dataset, where there are none of a run."""
        if self.gallery.images is None and self.predictions is None and facts.test_images:
            with contextlib.suppress(RawFileError):
                self.gallery = Gallery(StoredImages(facts.test_images), None, facts.class_names)

    def picture(self) -> Picture | None:
        """The image that is looked at; None while it is not there."""
        index = self.gallery.index
        return None if index is None else self.picture_of(index)

    def picture_of(self, index: int) -> Picture | None:
        """An image by its number; None while it is not there."""
        images = self.gallery.images
        if images is None:
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

    def kept(self, asker: Scene | None = None) -> list[AnswerWanted]:
        """What has to be worked out again before kept files can be read; `asker` has the answers until now."""
        if self._lost is None or not self.model_id:
            return []
        if isinstance(self._lost, KeepImages):
            return [AnswerWanted(self._lost, Done, "keep")]
        return [AnswerWanted((asker or self).next_part(self._lost), PartDone, "keep")]

    def waits_for(self, question: Question) -> bool:
        """Whether it is what has to be worked out before kept files can be read, or a part of that."""
        if isinstance(question, KeepPredictions):
            question = msgspec.structs.replace(question, before=0)
        return question == self._lost

    def next_part(self, question: KeepPredictions) -> KeepPredictions:
        """The question that goes on where the answers end."""
        while (part := self.answer(question, PartDone)) is not None and not part.is_whole:
            question = msgspec.structs.replace(question, before=part.done)
        return question

    def part_of(self, question: KeepPredictions) -> PartDone | None:
        """How far what was asked for is; None before the first answer."""
        found = None
        while (part := self.answer(question, PartDone)) is not None:
            found, question = part, msgspec.structs.replace(question, before=part.done)
            if part.is_whole:
                break
        return found

    def knows(self, question: Question) -> bool:
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
                f"No run has a trained model yet, so there are no {what}. {key_of('run.start')} trains the experiment; "
                f"{key_of('explain.view')} goes on to convolution by hand and to the data, which need none."
            )
        if self.missing is not None:
            other, load = key_of("explain.run"), key_of("history.load")
            way = f"{other} looks into another run."
            if self.missing.lost:
                way = f"Load its experiment ({load} in the history) and train it again, or look into another run "
                way += f"with {other}."
            return f"{sentence(self.missing.why)} {way}"
        return ""

    def waiting(self, what: str) -> str:
        return f"working out {what} …" if self.warm else f"loading TensorFlow for {what} …"

    def state_of_kept(self, what: str) -> str:
        """Why what is kept of the run is not there (yet)."""
        if words := self.why_nothing(what):
            return words
        if self._lost is None:
            return f"There are no {what}."
        for wanted in self.kept():
            if words := self.refusal(wanted.question):
                return words
        part = self.part_of(self._lost) if isinstance(self._lost, KeepPredictions) else None
        if part is None or part.is_whole:
            return self.waiting(what)
        leave = f"; {key_of('lab.back')} leaves it" if self.epoch else ""
        share = f"{part.done / part.total:.0%}".replace("%", " %")
        return f"{self.waiting(what)} {share}, {part.done:,} of {part.total:,} images{leave}"
