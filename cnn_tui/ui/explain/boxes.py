"""What the explain pane asks in boxes: a class, a kernel, a run, a picture, an answer; and what Enter opens."""

from __future__ import annotations

from pathlib import Path

from textual import work

from cnn_tui.history.history import History
from cnn_tui.history.notebook import NotebookError
from cnn_tui.home import model_path
from cnn_tui.jobs.explain_protocol import DescribeModel, ModelFacts, Prediction, PredictPicture
from cnn_tui.network.image_kernels import KERNELS, parse_kernel, show_kernel
from cnn_tui.text import sentence
from cnn_tui.ui.dialogs.ask import AskScreen
from cnn_tui.ui.dialogs.pick import PickItem, PickScreen
from cnn_tui.ui.explain.activations import ActivationsView
from cnn_tui.ui.explain.by_hand import ByHandView
from cnn_tui.ui.explain.confusion import ConfusionView
from cnn_tui.ui.explain.data import DataView
from cnn_tui.ui.explain.filters import FiltersView
from cnn_tui.ui.explain.lab2 import Lab2
from cnn_tui.ui.explain.predictions import PredictionsView
from cnn_tui.ui.explain.scene import ORDERS, AnswerWanted
from cnn_tui.ui.explain.views import ExplainViews
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.widgets.lines import inert

_ALL = "all"
_TYPED = "typed"
_MOST_FILTERS = 600


class ExplainBoxes(ExplainViews):
    """The keys of the pane that open something."""

    def __init__(self, history: History) -> None:
        super().__init__()
        self.history = history
        self.lab2 = Lab2(history)
        self._path = ""

    def show_run(self, run_id: int) -> None:
        """Look into this run from now on."""
        raise NotImplementedError

    def _ask(self, wanted: AnswerWanted) -> None:
        raise NotImplementedError

    # Which images

    def action_next_order(self) -> None:
        """All images, only the wrong ones, the least certain first."""
        gallery = self.scene.gallery
        if gallery.predictions is None:
            self.notify("Only what a run predicted can be wrong or uncertain.", timeout=3)
            return
        following = ORDERS[(ORDERS.index(gallery.which) + 1) % len(ORDERS)]
        gallery.choose(following, gallery.true, gallery.predicted)
        self.scene.own = None
        self.after_change()

    def action_toggle_mark(self) -> None:
        """Show this image beside others in the activations."""
        if not self.scene.gallery.toggle_mark():
            self.notify(
                f"Three images are marked already; {key_of('explain.mark')} on one of them takes its mark away.",
                timeout=3,
            )
        self.after_change()

    @work(group=DIALOG)
    async def action_choose_class(self) -> None:
        """The images of one class, or of all again."""
        view, gallery = self.view, self.scene.gallery
        data = isinstance(view, DataView)
        names = view.facts.class_names if isinstance(view, DataView) and view.facts else gallery.names
        if not names:
            self.notify("There are no images to choose from yet.", timeout=3)
            return
        items = [PickItem(str(at), inert(name), f"class {at}") for at, name in enumerate(names)]
        if not data:
            items.insert(0, PickItem(_ALL, "all classes"))
        key = await self.app.push_screen_wait(PickScreen("Images of which class?", items))
        if key is None:
            return
        if isinstance(view, DataView):
            view.go_to(int(key))
        else:
            self.scene.own = None
            gallery.choose(true=None if key == _ALL else int(key))
            if isinstance(view, ConfusionView):
                self.show_view(PredictionsView)
        self.after_change()

    @work(group=DIALOG)
    async def action_ask_picture(self) -> None:
        """Have the network look at a picture of the user's own."""
        if not self.scene.model_id:
            words = self.scene.why_nothing("predictions")
            self.notify(words, severity="warning", markup=False)
            return
        hint = "A PNG or JPEG. It is made the size and colours of the images that the network knows; each step is said."
        answer = await self.app.push_screen_wait(AskScreen("The picture's file", self._path, _existing, hint))
        if answer is None:
            return
        self._path = str(answer[0])
        if not isinstance(self.view, PredictionsView | ActivationsView | ByHandView):
            self.show_view(PredictionsView)
        self.scene.reading = True
        self._ask(AnswerWanted(PredictPicture(self.scene.model_id, self._path), Prediction, "own"))
        self.after_change()

    @work(group=DIALOG)
    async def action_choose_run(self) -> None:
        """Look into another run."""
        lines = self.history.newest(2000)
        items = [
            PickItem(str(one.id), f"{one.id}  {inert(one.name)}", _how_good(one.test_accuracy))
            for one in lines
            if model_path(one.id).exists()
        ]
        if not items:
            self.notify(f"No run has a trained model yet: {key_of('run.start')} trains the experiment.", timeout=3)
            return
        at = str(self.scene.run.id) if self.scene.run else ""
        key = await self.app.push_screen_wait(PickScreen("Look into which run?", items, at=at))
        if key is not None:
            self.show_run(int(key))

    # Enter

    def action_open_chosen(self) -> None:
        """What Enter does depends on the view: it opens what is chosen there."""
        view = self.view
        if isinstance(view, ByHandView):
            self.choose_kernel(view)
        elif isinstance(view, ConfusionView):
            self._open_confusion(view)
        elif isinstance(view, FiltersView):
            self._step_filter(view)
        elif isinstance(view, DataView):
            self._open_class(view)
        elif isinstance(view, PredictionsView):
            self.open_view(ActivationsView)
        elif view.open():
            self.after_change()

    def _open_confusion(self, view: ConfusionView) -> None:
        chosen = view.chosen
        if chosen is not None:
            self.scene.own = None
            self.scene.gallery.choose("all", chosen.true, chosen.predicted)
            self.open_view(PredictionsView)

    def _open_class(self, view: DataView) -> None:
        if self.scene.predictions is None:
            self.notify("No run has said anything of these images yet.", timeout=3)
            return
        self.scene.own = None
        self.scene.gallery.choose("all", view.label)
        self.open_view(PredictionsView)

    def _step_filter(self, view: FiltersView) -> None:
        layer = view.chosen_layer
        if layer is None or view.kernels is None:
            return
        if self._take(self.query_one(ByHandView), layer.name, view.filter):
            self.open_view(ByHandView)

    def _take(self, view: ByHandView, layer: str, number: int) -> bool:
        taken = view.take(layer, number)
        if not taken:
            self.notify(
                f"{inert(layer)} is not stepped by hand: only a plain Conv2D is, without dilation, groups or softmax.",
                timeout=5,
                markup=False,
            )
        return taken

    @work(group=DIALOG)
    async def choose_kernel(self, view: ByHandView) -> None:
        """A kernel of the list, one that is typed, a trained filter."""
        items = [PickItem(one.name, one.name, one.about) for one in KERNELS]
        items.append(PickItem(_TYPED, "type one in", "rows between ; as in 1 0 -1; 2 0 -2; 1 0 -1"))
        run = self.scene.model_id
        facts = self.scene.answer(DescribeModel(run), ModelFacts) if run else None
        for layer in facts.layers if facts else ():
            if layer.by_hand:
                items += [
                    PickItem(f"{layer.name}/{at}", f"{layer.name} filter {at + 1}", f"trained by run {run}")
                    for at in range(layer.shape[2])
                ]
        hint = "" if facts or not run else f"The filters of run {run} are listed once TensorFlow is loaded."
        screen = PickScreen("Which kernel?", items[:_MOST_FILTERS], at=view.bench.kernel_name, hint=hint)
        key = await self.app.push_screen_wait(screen)
        if key == _TYPED:
            value = show_kernel(view.bench.kernel[0])
            answer = await self.app.push_screen_wait(
                AskScreen(
                    "A kernel", value, parse_kernel, "Rows between ; and numbers between blanks; 1/9 is a number."
                )
            )
            if answer is not None:
                view.bench.type_in(answer[0])  # type: ignore[arg-type]
        elif key is not None and "/" in key:
            layer_name, _, number = key.rpartition("/")
            self._take(view, layer_name, int(number))
        elif key is not None:
            view.bench.use(next(one for one in KERNELS if one.name == key))
        self.after_change()

    # LAB 2

    def action_next_question(self, by: int) -> None:
        """The next question of LAB 2; it is asked beside the convolution by hand."""
        self.lab2.move(by)
        self.show_view(ByHandView)

    @work(group=DIALOG)
    async def action_answer_question(self) -> None:
        """Read the question whole, and write an answer."""
        if self.lab2.at is None:
            self.lab2.move(1)
        asked = self.lab2.question
        assert asked is not None
        number, count, exercise, answer = asked
        question = " ".join(exercise.question.split())
        title = f"LAB 2, {number} of {count}: {exercise.heading}"
        given = await self.app.push_screen_wait(AskScreen(title, answer, str.strip, question))
        if given is not None:
            try:
                self.lab2.answer(str(given[0]))
            except NotebookError as error:
                self.notify(sentence(str(error)), severity="error", markup=False)
        self.show_view(ByHandView)


def _existing(words: str) -> str:
    """An absolute path. Raises ValueError where there is no file."""
    if not words.strip():
        raise ValueError("Give the path of a PNG or JPEG.")
    try:
        path = Path(words.strip()).expanduser().absolute()
        if path.is_file():
            return str(path)
    except (OSError, RuntimeError, ValueError):
        pass
    raise ValueError(f"There is no file {inert(words.strip())}.")


def _how_good(accuracy: float | None) -> str:
    return "" if accuracy is None else f"test accuracy {accuracy:.4f}"
