"""The explain pane: what a trained network sees, and a convolution by hand. Its views are in `ui/explain`."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

from rich.text import Text
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.events import Hide, Show
from textual.message import Message

from cnn_tui.experiments.data_facts import DataFacts, read_facts
from cnn_tui.experiments.editing import Document
from cnn_tui.experiments.history import History
from cnn_tui.experiments.home import model_path
from cnn_tui.experiments.predictions import predictions_path
from cnn_tui.experiments.raw_file import RawFileError
from cnn_tui.training.ask import Asker, look_at
from cnn_tui.training.questions import Done, ExplainError, PredictPicture, Warm
from cnn_tui.ui.explain.activations import ActivationsView
from cnn_tui.ui.explain.by_hand import ByHandView
from cnn_tui.ui.explain.confusion import ConfusionView
from cnn_tui.ui.explain.data import DataView
from cnn_tui.ui.explain.filters import FiltersView
from cnn_tui.ui.explain.predictions import PredictionsView
from cnn_tui.ui.explain.scene import Own, Scene, Wanted, sentence
from cnn_tui.ui.explain.view import View
from cnn_tui.ui.lines import Lines
from cnn_tui.ui.panes.explain_boxes import ExplainBoxes

VIEWS: tuple[type[View], ...] = (
    PredictionsView,
    ConfusionView,
    ActivationsView,
    FiltersView,
    ByHandView,
    DataView,
)


class ExplainPane(ExplainBoxes):
    """Shows one view of one run. What needs TensorFlow is asked of a process of its own; the app never waits for it."""

    class RunAsked(Message):
        """Somebody wants to look into a run."""

        def __init__(self, run: int) -> None:
            super().__init__()
            self.run = run

    class Answered(Message):
        """The explain process has answered, or refused, or was not asked after all."""

        def __init__(self, scene: Scene, wanted: Wanted, future: Future[Any]) -> None:
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
        self._facts: dict[str, DataFacts | str] = {}
        self._run_id: int | None = None
        self._shown = False
        self._warm = False
        self._pending: dict[Any, Future[Any]] = {}
        self._looking: set[str] = set()

    def compose(self) -> ComposeResult:
        """The names of the views, and the views, of which one is shown."""
        yield ViewNames([one.title for one in VIEWS])
        for kind in VIEWS:
            view = kind(self.scene)
            view.display = kind is VIEWS[0]
            yield view

    def on_show(self, _: Show) -> None:
        """Look at the run that there is to look at, and have its model loaded."""
        self._shown = True
        self._look()
        self.after_change()
        if self.scene.model_id and not self._warm:
            self._ask(Wanted(Warm(self.scene.model_id), Done, "warm"))

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
        scene.facts, scene.warm, scene.numbers = self._facts, self._warm, self.scene.numbers
        self.scene = scene
        self._give_images()
        for view in self.query(View):
            view.show(scene)
        self.say(f"run {run.id}, {run.name}" if run else "no run")
        self.after_change()

    def _newest(self) -> int | None:
        """The newest run with a model, else the newest that has kept predictions."""
        lines = self.history.lines_where("WHERE NOT archived AND status != 'queued' ORDER BY id DESC LIMIT 500")
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
        for one in self.query(View):
            if one is not view:
                one.forget()
        view.redraw()
        if not self._shown:
            return
        for name in view.datasets():
            self._look_at(name)
        for wanted in view.wanted():
            if not self.scene.knows(wanted.question):
                self._ask(wanted)

    def _ask(self, wanted: Wanted) -> None:
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
        answer = (
            failed if isinstance(failed, ExplainError) else ExplainError(str(failed)) if failed else future.result()
        )
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

    def _look_at(self, dataset: str) -> None:
        """Have a dataset looked at, in a thread that nobody waits for."""
        if dataset in self._facts or dataset in self._looking:
            return
        try:
            self._facts[dataset] = read_facts(dataset)
        except RawFileError:
            self._looking.add(dataset)
            threading.Thread(target=self._look_in_thread, args=(dataset,), name="look", daemon=True).start()
            return
        self._give_images()
        self.view.redraw()

    def _look_in_thread(self, dataset: str) -> None:
        try:
            found: DataFacts | str = look_at(dataset)
        except ExplainError as error:
            found = sentence(str(error))
        self.post_message(self.Looked(dataset, found))

    def on_explain_pane_looked(self, message: Looked) -> None:
        """Show what is in the dataset."""
        message.stop()
        self._looking.discard(message.dataset)
        self._facts[message.dataset] = message.found
        self._give_images()
        self.after_change()

    def _give_images(self) -> None:
        for name in (self.scene.dataset, *self.view.datasets()):
            facts = self._facts.get(name)
            if isinstance(facts, DataFacts):
                self.scene.give_images(facts)

    # The keys

    @property
    def view(self) -> View:
        """The view that is shown."""
        return next(one for one in self.query(View) if one.display)

    def show_view(self, kind: type[View]) -> None:
        """Show a view."""
        for one in self.query(View):
            one.display = type(one) is kind
        self.after_change()

    def step_back(self) -> bool:
        """Esc leaves the user's own picture first, then a choice of images."""
        gallery = self.scene.gallery
        if self.scene.own is not None:
            self.scene.own = None
        elif gallery.true is not None or gallery.which != "all" or gallery.predicted is not None:
            gallery.choose("all", keep=True)
        else:
            return False
        self.after_change()
        return True

    def action_next_view(self, by: int) -> None:
        """The next view, or the one before."""
        self.show_view(VIEWS[(VIEWS.index(type(self.view)) + by) % len(VIEWS)])

    def action_move_image(self, by: int) -> None:
        """The next image, or the one before."""
        self._did(self.view.move_image(by))

    def action_move_across(self, by: int) -> None:
        """By hand the window to the left or right; elsewhere as `action_move_image`."""
        self._did(self.view.move_across(by))

    def action_move_cursor(self, by: int) -> None:
        """Down or up: a row, or the window."""
        self._did(self.view.move_down(by))

    def action_move_page(self, by: int) -> None:
        """Some rows down or up."""
        self._did(self.view.move_down(8 * by))

    def action_move_first(self) -> None:
        """The first image, row or place."""
        self._did(self.view.move_to_end(False))

    def action_move_last(self) -> None:
        """The last one."""
        self._did(self.view.move_to_end(True))

    def action_move_layer(self, by: int) -> None:
        """The next layer, or the one before."""
        self._did(self.view.move_layer(by))

    def action_move_filter(self, by: int) -> None:
        """The next filter, or the one before."""
        self._did(self.view.move_filter(by))

    def action_next_field(self) -> None:
        """By hand the next setting; elsewhere Tab goes to the next pane."""
        if not self.view.next_field():
            raise SkipAction
        self.after_change()

    def action_step_field(self, by: int) -> None:
        """Step the setting that Tab chose."""
        self._did(self.view.step(by))

    def action_toggle_numbers(self) -> None:
        """Numbers or shades; the next part of the confusion view where not all fits."""
        if isinstance(self.view, ConfusionView):
            self._did(self.view.turn())
        else:
            self.scene.numbers = not self.scene.numbers
            self.after_change()

    def _did(self, something: bool) -> None:
        if something:
            self.after_change()


class ViewNames(Lines):
    """The views by their names, the one that is shown in brackets."""

    def __init__(self, titles: list[str]) -> None:
        super().__init__(id="explain-names")
        self._titles = titles
        self._shown = titles[0]

    def show(self, title: str) -> None:
        """This one is shown now."""
        if title != self._shown:
            self._shown = title
            self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        """All of them in one line."""
        for gap in (" · ", " "):
            line = Text(no_wrap=True)
            for title in self._titles:
                if line:
                    line.append(gap, self.style("dim"))
                shown = title == self._shown
                line.append(f"[{title}]" if shown else title, self.style("accent" if shown else "dim"))
            if line.cell_len <= width:
                break
        return [line]
