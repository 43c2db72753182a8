"""The explain pane: what a trained network sees, and a convolution by hand. Its views are in `ui/explain`."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from textual.events import Hide, Show
from textual.message import Message

from cnn_tui.artifacts.predictions import predictions_path
from cnn_tui.data.data_facts import DataFacts
from cnn_tui.experiment.document import Document
from cnn_tui.history.history import History
from cnn_tui.home import model_path
from cnn_tui.jobs.explain_client import Asker
from cnn_tui.jobs.explain_protocol import Done, ExplainError, PredictPicture, Warm
from cnn_tui.text import sentence
from cnn_tui.ui.explain.boxes import ExplainBoxes
from cnn_tui.ui.explain.by_hand import ByHandView
from cnn_tui.ui.explain.datasets import Datasets
from cnn_tui.ui.explain.names import ViewNames
from cnn_tui.ui.explain.scene import AnswerWanted, Own, Scene


class ExplainPane(ExplainBoxes):
    """Shows one view of one run. What needs TensorFlow is asked of a process of its own; the app never waits for it."""

    class Answered(Message):
        """The explain process has answered, or refused, or was not asked after all."""

        def __init__(self, scene: Scene, wanted: AnswerWanted, future: Future[Any]) -> None:
            super().__init__()
            self.scene, self.wanted, self.future = scene, wanted, future

    class Looked(Message):
        """A dataset was looked at; a sentence where it could not be."""

        def __init__(self, dataset: str, found: DataFacts | str) -> None:
            super().__init__()
            self.dataset, self.found = dataset, found

    def __init__(self, history: History, document: Document, asker: Asker | None = None) -> None:
        super().__init__(history)
        self.document = document
        self.asker = asker or Asker()
        self.datasets = Datasets(lambda name, found: self.post_message(self.Looked(name, found)))
        self._run_id: int | None = None
        self._shown = False
        self._warm = False
        self._pending: dict[Any, Future[Any]] = {}

    def on_show(self, _: Show) -> None:
        """Look at the run that there is to look at, and have its model loaded."""
        self._shown = True
        self._look()
        self.after_change()
        if self.scene.model_id and not self._warm:
            self._ask(AnswerWanted(Warm(self.scene.model_id), Done, "warm"))

    def on_hide(self, _: Hide) -> None:
        """Nobody sees it."""
        self._shown = False

    def on_unmount(self) -> None:
        """The process ends with the app."""
        self.asker.close()

    # Which run

    def show_run(self, run_id: int) -> None:
        """Look into this run from now on."""
        self._run_id = run_id
        if self._shown:
            self._look()
            self.after_change()

    def refresh_view(self) -> None:
        """Runs have changed: there may be one to look into now, or the one that is shown has ended."""
        if self._shown:
            self._look()

    def _look(self) -> None:
        """Look at the chosen run or, where none was chosen, at the newest one with something to see."""
        run_id = self._run_id if self._run_id is not None else self._newest()
        run = self.history.run(run_id) if run_id is not None else None
        now = self.scene.run
        dataset = run.dataset if run else self.document.experiment.dataset
        same = (run.id, run.status) == (now.id, now.status) if run and now else run is now
        if same and dataset == self.scene.dataset and not self._changed_since(run_id):
            return
        scene = Scene(run, dataset)
        scene.facts, scene.warm, scene.numbers = self.datasets.found, self._warm, self.scene.numbers
        self.scene = scene
        self._give_images()
        for view in self.views:
            view.show(scene)
        self.say(f"run {run.id}, {run.name}" if run else "no run")
        self.after_change()

    def _newest(self) -> int | None:
        """The newest run with a model, else the newest that has kept predictions."""
        lines = self.history.newest(500, begun=True)
        for path in (model_path, predictions_path):
            for line in lines:
                if path(line.id).exists():
                    return line.id
        return lines[0].id if lines else None

    def _changed_since(self, run_id: int | None) -> bool:
        """Whether the model has come or gone since the run was looked at."""
        if run_id is None:
            return False
        return model_path(run_id).exists() != (self.scene.missing is None)

    # Asking

    def after_change(self) -> None:
        """Draw anew what changed, and ask for what the view needs now."""
        if not self.is_mounted:
            return
        view = self.view
        if isinstance(view, ByHandView):
            view.question = self.lab2.question
            view.settle()
        self.query_one(ViewNames).show(view.title)
        for one in self.views:
            if one is not view:
                one.forget()
        view.redraw()
        if not self._shown:
            return
        became_known = [name for name in view.datasets() if self.datasets.look_at(name)]
        if became_known:
            self._give_images()
            view.redraw()
        for wanted in view.wanted():
            if not self.scene.knows(wanted.question):
                self._ask(wanted)

    def _ask(self, wanted: AnswerWanted) -> None:
        pending = self._pending.get(wanted.question)
        if pending is not None and not pending.cancelled():
            return
        scene = self.scene
        future = self.asker.submit(wanted.question, wanted.kind, wanted.topic)
        self._pending[wanted.question] = future
        future.add_done_callback(lambda done: self.post_message(self.Answered(scene, wanted, done)))

    def on_explain_pane_answered(self, message: Answered) -> None:
        """Keep the answer, and go on."""
        message.stop()
        question, future = message.wanted.question, message.future
        if self._pending.get(question) is future:
            del self._pending[question]
        if future.cancelled():
            return
        failed = future.exception()
        if failed is not None and not isinstance(failed, ExplainError):
            failed = ExplainError(str(failed))
        answer = failed or future.result()
        self._warm = self._warm or failed is None
        message.scene.warm = self._warm
        if isinstance(question, PredictPicture):
            self._show_own(message.scene, question, answer)
        elif not isinstance(question, Warm):  # a model that cannot be loaded is told by the first real question
            message.scene.keep(question, answer)
            if isinstance(answer, Done):
                message.scene.read()
                self._give_images()
        if message.scene is self.scene:
            self.after_change()

    def _show_own(self, scene: Scene, question: PredictPicture, answer: Any) -> None:
        scene.reading = False
        if isinstance(answer, ExplainError):
            self.notify(sentence(str(answer)), severity="error", markup=False, timeout=10)
            return
        scene.own = Own(question.picture, answer)

    def on_explain_pane_looked(self, message: Looked) -> None:
        """Show what is in the dataset."""
        message.stop()
        self.datasets.keep(message.dataset, message.found)
        self._give_images()
        self.after_change()

    def _give_images(self) -> None:
        for name in (self.scene.dataset, *self.view.datasets()):
            facts = self.datasets.found.get(name)
            if isinstance(facts, DataFacts):
                self.scene.give_images(facts)
