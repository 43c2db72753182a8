"""The explain pane: what a trained network sees, and a convolution by hand. Each view of it has its own module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.events import Focus, Hide, Show
from textual.message import Message

from cnn_tui.analysis.wrong_labels import NoMarksError, without_wrong
from cnn_tui.experiment.document import Document
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.history import History
from cnn_tui.jobs.explain.answers import Prediction
from cnn_tui.jobs.explain.client import ExplainClient
from cnn_tui.jobs.explain.protocol import PredictPicture
from cnn_tui.text import sentence
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.explain.all_images.image_marks import ImageMarks
from cnn_tui.ui.explain.dialogs import ALL, ask_class, ask_picture, ask_run
from cnn_tui.ui.explain.epochs import EpochSlider
from cnn_tui.ui.explain.explained_run import ExplainedRun
from cnn_tui.ui.explain.hand.lab2 import Lab2
from cnn_tui.ui.explain.hand.view import ByHandView
from cnn_tui.ui.explain.one_image.predictions import PredictionsView
from cnn_tui.ui.explain.one_image.where import WhereView
from cnn_tui.ui.explain.scene import AHEAD, AnswerWanted, Scene
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.explain.view_names import ViewNames
from cnn_tui.ui.explain.views import Views
from cnn_tui.ui.history_writer import HistoryWriter
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.panes.pane import Pane
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.widgets.lines import inert


class ExplainPane(Pane):
    """Shows one view of one run. What needs TensorFlow is asked of a process of its own; the app never waits for it."""

    scope: ClassVar[str] = "explain"
    title: ClassVar[str] = "Explain"
    number: ClassVar[int] = 5
    BINDINGS = bindings_of("explain", "pane")

    class RunWanted(Message):
        """A run of this experiment is asked for."""

        def __init__(self, experiment: Experiment) -> None:
            super().__init__()
            self.experiment = experiment

    def __init__(
        self, history: History, writer: HistoryWriter, document: Document, client: ExplainClient | None = None
    ) -> None:
        super().__init__()
        self.history = history
        self.lab2 = Lab2(history, writer)
        self.explained = ExplainedRun(history, document, client or ExplainClient(), self.post_message)
        self.views = Views(self.scene, document, self.lab2, ImageMarks(history, writer), history.device)
        self._shown = self._entered = False
        self._path = ""

    @property
    def scene(self) -> Scene:
        return self.explained.scene

    @property
    def view(self) -> ExplainView:
        """The one that is shown."""
        return self.views.shown

    def compose(self) -> ComposeResult:
        yield ViewNames(self.views.titles())
        yield EpochSlider()
        yield from self.views

    def on_show(self, _: Show) -> None:
        """Look at the run that there is to look at."""
        self._shown = True
        self._look()
        self._begin_to_ask()

    def on_focus(self, _: Focus) -> None:
        """Processes are started for somebody who comes here, not because a large terminal shows the pane."""
        self._entered = True
        self._begin_to_ask()

    def _begin_to_ask(self) -> None:
        if self._shown:
            self.after_change()
            if self._entered:
                self.explained.load_model()

    def on_hide(self, _: Hide) -> None:
        self._shown = False

    def on_unmount(self) -> None:
        self.explained.close()

    # Which run

    def show_run(self, run_id: int) -> None:
        self.explained.chosen = run_id
        if self._shown:
            self._look()
            self.after_change()

    def refresh_view(self) -> None:
        """Runs have changed: there may be one to look into now, or the one that is shown has ended."""
        if self._shown:
            self._look()

    def _look(self) -> None:
        if self.explained.look():
            scene, run = self.scene, self.scene.run
            self.explained.give_images(self.view)
            for view in self.views:
                view.show(scene)
            self.say(f"run {run.id}, {run.name}" if run else "no run")
            self.after_change()

    def after_change(self, *, stays: bool = False) -> None:
        """Draw anew what changed, unless it `stays` until there is an answer; ask for what the view needs now."""
        if not self.is_mounted:
            return
        view = self.view
        view.settle()
        self.query_one(ViewNames).show(view.title, self.views.titles())
        self.query_one(EpochSlider).show(self.scene)
        for one in self.views:
            if one is not view:
                one.forget()
        self._ask()  # first, so that it is answered while this is drawn
        if not stays:
            view.redraw()

    def _ask(self) -> None:
        if self._shown and self._entered:
            self.explained.ask_for(self.view)

    def on_explained_run_answered(self, message: ExplainedRun.Answered) -> None:
        message.stop()
        wanted = message.wanted
        is_needed = wanted.topic != AHEAD or wanted.question in [one.question for one in self.view.wanted()]
        refusal = self.explained.keep_answer(message)
        if refusal:
            self.notify(refusal, severity="error", markup=False, timeout=10)
        if is_needed:
            self._after_answer(message.scene)
        elif message.scene is self.scene:
            self._ask()

    def on_explained_run_looked(self, message: ExplainedRun.Looked) -> None:
        message.stop()
        self.explained.keep_facts(message)
        self._after_answer(self.scene)

    def _after_answer(self, scene: Scene) -> None:
        self.explained.give_images(self.view)
        if scene is self.scene:
            self.after_change()

    # Which view

    @property
    def first_keys(self) -> tuple[str, ...]:
        return tuple(f"explain.{name}" for name in ("view", *self.view.keys.split()))

    @property
    def key_words(self) -> Mapping[str, str]:
        return {"explain.open": self.view.opens}

    def action_show_view(self, code: str) -> None:
        """Show one of the views, which the palette names."""
        self.show_view(code)

    def show_view(self, code: str) -> None:
        self.views.show(code)
        self._after_view()

    def on_view_names_chosen(self, message: ViewNames.Chosen) -> None:
        message.stop()
        self.show_view(next(view.code for view in self.views if view.title == message.title))

    def _after_view(self) -> None:
        """Another view may be shown, which has other keys."""
        self.post_message(self.KeysChanged())
        self.after_change()

    def step_back(self) -> bool:
        """Esc leaves what is worked out for an epoch, goes back within the view and between views, then to the end."""
        works = self.scene.epoch and any(self.scene.waits_for(one.question) for one in self.view.wanted())
        went = (works and self._show_epoch(0)) or self.views.go_back() or self._show_epoch(0)
        if went:
            self._after_view()
        return went

    def action_next_view(self, by: int) -> None:
        self.views.show_next(by)
        self._after_view()

    def action_open_chosen(self) -> None:
        """What Enter does depends on the view: it opens what is chosen there."""
        self.views.open()
        self._after_view()

    def action_toggle_nearest(self) -> None:
        """The training images that this one is most like."""
        self.views.toggle_nearest()
        self._after_view()

    # Moving

    def on_movement_keys_moved(self) -> None:
        self.after_change()

    def on_explain_view_changed(self) -> None:
        self.after_change()

    def action_move_image(self, by: int) -> None:
        self.view.move_image(by)
        self.after_change()

    def action_move_across(self, by: int) -> None:
        self.view.move_sideways(by)
        self.after_change()

    def action_move_epoch(self, by: int) -> None:
        """The network as it was after a later epoch, or an earlier one, whose weights were kept."""
        if not self._show_epoch(by) and len(self.scene.epochs) == 1:
            words = 'This run has kept the weights of no single epoch: train one with keep = "all"'
            self.notify(f"{words} ({key_of('stack.settings')} in the stack).", markup=False, timeout=4)
        view = self.view
        unknown = any(not self.scene.knows(one.question) for one in view.wanted())
        self.after_change(
            stays=view.keeps_last and unknown
        )  # to draw the last once more would take as long as the next

    def _show_epoch(self, by: int) -> bool:
        moved = self.explained.show_epoch(by)
        for view in self.views if moved else ():
            view.change_epoch()
        return moved

    def action_move_layer(self, by: int) -> None:
        self.view.move_layer(by)
        self.after_change()

    def action_move_filter(self, by: int) -> None:
        self.view.move_filter(by)
        self.after_change()

    def action_next_field(self) -> None:
        """By hand the next setting; elsewhere Tab goes to the next pane."""
        if not self.view.next_field():
            raise SkipAction
        self.after_change()

    def action_step_field(self, by: int) -> None:
        self.view.step(by)
        self.after_change()

    def action_toggle_numbers(self) -> None:
        if not self.view.toggle_numbers():
            where = ", ".join(one.title for one in self.views if one.has_numbers)
            words = f"{key_of('explain.numbers')} has no numbers to show in {self.view.title}. It has in: {where}"
            self.notify(f"{words}; {key_of('explain.view')} goes there.", markup=False, timeout=4)
        self.after_change()

    def action_next_method(self) -> None:
        if not self.view.next_method():
            words = f"{key_of('explain.method')} chooses how it is asked where the network looked: "
            self.notify(f"{words}{key_of('explain.view')} goes to {WhereView.title}.", timeout=4)
        self.after_change()

    # Which images

    def action_next_order(self) -> None:
        """All images, only the wrong ones, the least certain first; of two runs, who has them right."""
        if self.view.next_order():
            self.after_change()
        else:
            self.notify("Only what a run predicted can be wrong or uncertain.", timeout=3)

    def action_toggle_mark(self) -> None:
        """Show this image beside others in the activations; of a suspect, what is said of its label."""
        if not self.view.toggle_mark():
            words = f"Three images are marked already; {key_of('explain.mark')} on one of them takes its mark away."
            self.notify(words, timeout=3)
        self.after_change()

    def action_run_without_marked(self) -> None:
        """Train without the images that are marked as wrong among the suspects."""
        run = self.scene.run
        if run is None or self.view is not self.views.suspects:
            words = f"{key_of('explain.without')} trains without images whose labels are marked as wrong: "
            self.notify(f"{words}{key_of('explain.view')} goes to {self.views.suspects.title}.", timeout=4)
            return
        try:
            without = without_wrong(self.history, run)
        except NoMarksError as error:
            words = f"{sentence(str(error))} {key_of('explain.mark')} marks one."
            self.notify(words, severity="warning", markup=False, timeout=4)
            return
        self.post_message(self.RunWanted(without))

    @work(group=DIALOG)
    async def action_choose_class(self) -> None:
        """The images of one class, or of all again."""
        view = self.view
        if not view.class_names:
            self.notify("There are no images to choose from yet.", timeout=3)
            return
        at = await ask_class(self.app, view.class_names, asked=view.class_question)
        if at is None:
            return
        code = view.choose_class(None if at == ALL else at)
        if code is not None:
            self.show_view(code)
        else:
            self.after_change()

    @work(group=DIALOG)
    async def action_ask_picture(self) -> None:
        if not self.scene.model_id:
            words = self.scene.why_nothing("predictions")
            self.notify(words, severity="warning", markup=False)
            return
        path = await ask_picture(self.app, self._path)
        if path is None:
            return
        self._path = path
        if not self.view.shows_own_picture:
            self.show_view(PredictionsView.code)
        self.scene.reading = True
        self.explained.ask(AnswerWanted(PredictPicture(self.scene.model_id, path, self.scene.epoch), Prediction, "own"))
        self.after_change()

    @work(group=DIALOG)
    async def action_choose_run(self) -> None:
        lines = self.history.newest(2000)
        run_id = await ask_run(self.app, lines, self.scene.run.id if self.scene.run else None)
        if run_id is not None:
            self.show_run(run_id)

    def show_beside(self, run_id: int) -> None:
        """Another run beside the one that is looked into."""
        self.views.two_runs.stand_beside(self.history.run(run_id))
        self.show_view(self.views.two_runs.code)

    @work(group=DIALOG)
    async def action_choose_beside(self) -> None:
        """Which run stands beside this one."""
        here, beside = self.scene.run, self.views.two_runs.other
        if here is None:
            self.show_view(self.views.two_runs.code)
            return
        lines = [one for one in self.history.newest(2000) if one.id != here.id and one.dataset == here.dataset]
        question = f"Which run of {inert(here.dataset)} beside run {here.id}?"
        run_id = await ask_run(self.app, lines, beside.run.id if beside and beside.run else None, question)
        if run_id is not None:
            self.show_beside(run_id)

    # LAB 2

    def action_next_question(self, by: int) -> None:
        """The next question of LAB 2; it is asked beside the convolution by hand."""
        self.lab2.move(by)
        self.show_view(ByHandView.code)

    @work(group=DIALOG)
    async def action_answer_question(self) -> None:
        """Write an answer below what it is about, the question whole above it."""
        if self.lab2.at is None:
            self.lab2.move(1)
        self.show_view(ByHandView.code)
        await self.lab2.ask_answer(self.app, self._make_room, self.after_change)

    def _make_room(self, rows: int) -> None:
        """Draw the view above so many rows of the screen, which a box covers at its bottom."""
        below = self.screen.size.height - self.content_region.bottom if self.is_mounted else 0
        self.view.styles.margin = (0, 0, max(0, rows - below), 0)
        self.after_change()
