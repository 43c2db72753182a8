"""The run that the explain pane looks into: which one it is, and what is asked about it and about its dataset."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from textual.message import Message

from cnn_tui.artifacts.predictions import predictions_path
from cnn_tui.data.data_facts import DataFacts, read_facts
from cnn_tui.data.dataset import trained_as
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.experiment.document import Document
from cnn_tui.history.history import History
from cnn_tui.home import model_path
from cnn_tui.jobs.explain.answers import Done, PartDone, Prediction
from cnn_tui.jobs.explain.client import ExplainClient, look_at
from cnn_tui.jobs.explain.protocol import ExplainError, PredictPicture, Warm
from cnn_tui.text import fault, sentence
from cnn_tui.ui.explain.scene import AnswerWanted, OwnPicture, Scene, Wanted
from cnn_tui.ui.explain.view import ExplainView


class ExplainedRun:
    """Makes the scene that the views show, and fills it with answers. Each question is under way once at a time.

    Answers come in other threads, so they are posted as messages; whoever gets one hands it to `keep_answer` or
    `keep_facts`.
    """

    class Answered(Message):
        """The explain process has answered, or refused, or was not asked after all."""

        def __init__(self, scene: Scene, wanted: AnswerWanted, future: Future[Any]) -> None:
            super().__init__()
            self.scene, self.wanted, self.future = scene, wanted, future

    class Looked(Message):
        """A dataset was looked at; a sentence where it could not be."""

        def __init__(self, dataset: Wanted, found: DataFacts | str) -> None:
            super().__init__()
            self.dataset, self.found = dataset, found

    def __init__(
        self, history: History, document: Document, client: ExplainClient, post: Callable[[Message], object]
    ) -> None:
        """`post` is called in other threads; `document` has the dataset that is looked at while there is no run."""
        self.chosen: int | None = None
        """The run that was asked for; None is the newest with something to see of the images under edit."""
        self.client = client
        self._history, self._document, self._post = history, document, post
        self._warm = False
        self._pending: dict[Any, Future[Any]] = {}
        self._facts: dict[Wanted, DataFacts | str] = {}
        self._looking: set[Wanted] = set()
        self.scene = self._sharing(Scene())

    def close(self) -> None:
        self.client.close()

    # Which run

    def look(self) -> bool:
        """Look at the run as it is now; whether the scene is another one by that."""
        run_id = self.chosen if self.chosen is not None else self._newest()
        run = self._history.run(run_id) if run_id is not None else None
        now = self.scene.run
        under_edit = self._document.experiment
        wanted = (run.dataset, run.experiment.data_options) if run else (under_edit.dataset, under_edit.data_options)
        same = (run.id, run.status) == (now.id, now.status) if run and now else run is now
        if same and wanted == (self.scene.dataset, self.scene.data_options) and not self._model_came_or_went(run_id):
            return False
        numbers = self.scene.numbers
        self.scene = self._sharing(Scene(run, *wanted))
        self.scene.numbers = numbers
        return True

    def _sharing(self, scene: Scene) -> Scene:
        """A scene that knows what is known of datasets by now, and what will be."""
        scene.facts, scene.warm = self._facts, self._warm
        return scene

    def _newest(self) -> int | None:
        """The newest run with a model, else the newest that has kept predictions; of the images under edit, if any."""
        lines = self._history.newest(500, begun=True)
        wanted = trained_as(self._document.experiment.dataset or "")
        for some in ([line for line in lines if line.dataset in wanted], lines):
            for path in (model_path, predictions_path):
                for line in some:
                    if path(line.id).exists():
                        return line.id
        return lines[0].id if lines else None

    def _model_came_or_went(self, run_id: int | None) -> bool:
        return run_id is not None and model_path(run_id).exists() != (self.scene.missing is None)

    # What is asked

    def load_model(self) -> None:
        """Have the model loaded before the first question needs it."""
        if self.scene.model_id and not self._warm:
            self.ask(AnswerWanted(Warm(self.scene.model_id), Done, "warm"))

    def ask_for(self, view: ExplainView) -> None:
        """Ask what the view needs and is not known. What is in a dataset may become known by that, at once."""
        if [name for name in view.datasets() if self._look_at(self.scene.wanted(name))]:
            self.give_images(view)
        for wanted in view.wanted():
            if not self.scene.knows(wanted.question):
                self.ask(wanted)
        if not self._pending:
            unknown = [wanted for wanted in view.ahead() if not self.scene.knows(wanted.question)]
            for wanted in unknown[:1]:
                self.ask(wanted)

    def show_epoch(self, by: int) -> bool:
        """Look at a later epoch, an earlier one, or with 0 at the run's end; False where there is none."""
        moved = self.scene.move_epoch(by) if by else self.scene.look_at_epoch(0)
        own = self.scene.own
        if moved and own is not None:
            self.ask(AnswerWanted(PredictPicture(self.scene.model_id, own.path, self.scene.epoch), Prediction, "own"))
        return moved

    def ask(self, wanted: AnswerWanted) -> None:
        pending = self._pending.get(wanted.question)
        if pending is not None and not pending.cancelled():
            return
        scene = self.scene
        future = self.client.submit(wanted.question, wanted.kind, wanted.topic)
        self._pending[wanted.question] = future
        future.add_done_callback(lambda done: self._post(self.Answered(scene, wanted, done)))

    def _look_at(self, dataset: Wanted) -> bool:
        """Have a dataset looked at, once; whether it has become known by that, at once."""
        if dataset in self._facts or dataset in self._looking:
            return False
        try:
            self._facts[dataset] = read_facts(*dataset)
        except RawFileError:
            self._looking.add(dataset)
            threading.Thread(target=self._look_closer, args=(dataset,), name="look", daemon=True).start()
            return False
        return True

    def _look_closer(self, dataset: Wanted) -> None:
        try:
            found: DataFacts | str = look_at(*dataset)
        except ExplainError as error:
            found = sentence(str(error))
        except Exception as error:  # whatever it is: the view waits for an answer
            found = sentence(f"the dataset cannot be looked at: {fault(error)}")
        self._post(self.Looked(dataset, found))

    # What is answered

    def keep_answer(self, message: Answered) -> str:
        """Keep the answer; a sentence where a picture of the user's own could not be looked at."""
        scene, question, future = message.scene, message.wanted.question, message.future
        if self._pending.get(question) is future:
            del self._pending[question]
        if future.cancelled():
            return ""
        failed = future.exception()
        if failed is not None and not isinstance(failed, ExplainError):
            failed = ExplainError(str(failed))
        self._warm = scene.warm = self._warm or failed is None
        if isinstance(question, PredictPicture):
            scene.reading = False
            if failed is not None:
                return sentence(str(failed))
            scene.own = OwnPicture(question.picture, future.result())
        elif not isinstance(question, Warm):  # a model that cannot be loaded is told by the first real question
            answer = failed or future.result()
            scene.keep(question, answer)
            is_done = isinstance(answer, Done) or (isinstance(answer, PartDone) and answer.is_whole)
            if is_done and scene.waits_for(question):
                scene.read()
        return ""

    def keep_facts(self, message: Looked) -> None:
        self._looking.discard(message.dataset)
        self._facts[message.dataset] = message.found

    def give_images(self, view: ExplainView) -> None:
        """Have the scene show the test images of its dataset, or of the view's, where the run has kept none."""
        for name in (self.scene.dataset, *view.datasets()):
            facts = self._facts.get(self.scene.wanted(name))
            if isinstance(facts, DataFacts):
                self.scene.give_images(facts)
