"""A convolution or a pooling by hand: a window over an image, and the arithmetic of the place where it is."""

from __future__ import annotations

import contextlib
from typing import ClassVar

from rich.text import Text
from textual import work

from cnn_tui.data.dataset import SAMPLE
from cnn_tui.exercises.model import ByHand
from cnn_tui.jobs.explain.answers import Activations, Kernels, ModelFacts
from cnn_tui.jobs.explain.protocol import DescribeModel, ShowKernels
from cnn_tui.network.by_hand.convolution import Image
from cnn_tui.network.by_hand.image_kernels import KERNELS, parse_kernel, show_kernel
from cnn_tui.network.shapes import SizeError
from cnn_tui.network.values import Pair
from cnn_tui.text import sentence
from cnn_tui.ui import dialogs
from cnn_tui.ui.dialogs.dialog import PickItem, PickScreen
from cnn_tui.ui.explain.gallery import Gallery
from cnn_tui.ui.explain.hand.bench import Bench, Trained
from cnn_tui.ui.explain.hand.framed import HandInput
from cnn_tui.ui.explain.hand.lab2 import Lab2
from cnn_tui.ui.explain.hand.page import ByHandPage, settings, sizes
from cnn_tui.ui.explain.scene import AnswerWanted, Scene
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.typeahead import DIALOG

_TYPED = "typed"
_MOST_FILTERS = 600
_LOW = 22
"""Below so many lines the words beside pictures are kept short."""


class ByHandView(ExplainView):
    """A convolution or pooling that is stepped by hand. Without a run it has the images of the sample to move over."""

    code: ClassVar[str] = "by-hand"
    title: ClassVar[str] = "by hand"
    keys: ClassVar[str] = "left open field step_up next_question answer numbers class next_image picture"
    opens: ClassVar[str] = "list"
    has_numbers: ClassVar[bool] = True

    shows_own_picture: ClassVar[bool] = True

    def __init__(self, scene: Scene, lab2: Lab2) -> None:
        super().__init__(scene)
        self.bench = Bench()
        self.ground = HandInput(scene, self.bench)
        self.lab2 = lab2
        self._image_wanted: ByHand | None = None
        """What the question is about: its image is shown as soon as there are images, and again when others come."""
        self._shown_in: Gallery | None = None
        """Where it was shown last."""
        self._placed = False

    def datasets(self) -> list[str]:
        """The sample, where no run has images."""
        return [SAMPLE] if self.scene.gallery.images is None and not self.scene.kept() else []

    def show(self, scene: Scene) -> None:
        """Another run: its filters are others, what was tried by hand stays."""
        if self.bench.trained is not None and (scene.model_id or -1) != self.scene.model_id:
            self.bench.use(KERNELS[1])
        super().show(scene)
        self.ground.scene = scene

    def wanted(self) -> list[AnswerWanted]:
        """The layers whose filters can be taken, the filter that is wanted, the maps that it is laid on."""
        found, run, maps = self.scene.kept(), self.scene.model_id, self.ground.maps
        if run:
            found.append(AnswerWanted(DescribeModel(run), ModelFacts))
        if run and self.scene.taking is not None:
            found.append(AnswerWanted(ShowKernels(run, self.scene.taking[0], self.scene.epoch), Kernels, "kernels"))
        return [*found, *([AnswerWanted(maps, Activations, "by hand")] if maps else [])]

    def change_epoch(self) -> None:
        """A trained filter is laid on as it was then."""
        trained = self.bench.trained
        if trained is not None:
            self.scene.taking = (trained.layer, trained.filter)

    def settle(self) -> None:
        """Set up what a question is about, and take the trained filter that is wanted, if it is known by now."""
        self._set_up()
        run, taking = self.scene.model_id, self.scene.taking
        if not run or taking is None:
            return
        layer, number = taking
        kernels = self.scene.answer(ShowKernels(run, layer, self.scene.epoch), Kernels)
        facts = self.scene.answer(DescribeModel(run), ModelFacts)
        if kernels is None or facts is None:
            return
        self.scene.taking = None
        names = [one.name for one in facts.layers]
        below = names[names.index(layer) - 1] if names.index(layer) else ""
        self.bench.use_trained(Trained(layer, number, below), kernels)

    def _set_up(self) -> None:
        wanted = self.lab2.take_set_up()
        if wanted is not None:
            self.bench.set_up(wanted)
            self._image_wanted, self._shown_in, self._placed = wanted, None, False
        if self._image_wanted is not None and self.scene.gallery.images is not None:
            self._show_image_of(self._image_wanted, self.scene.gallery)

    def _show_image_of(self, wanted: ByHand, gallery: Gallery) -> None:
        """Show the question's image; where the user has chosen another one meanwhile, that one stays."""
        before, self._shown_in = self._shown_in, gallery
        if gallery is before or (before is not None and before.index == gallery.index):
            return
        if wanted.image in gallery.names:
            self.scene.own = None
            gallery.choose("all", gallery.names.index(wanted.image))
            gallery.move(wanted.number - 1)

    # The keys

    def move_sideways(self, by: int) -> None:
        self._move(0, by)

    def move_rows(self, by: int) -> None:
        self._move(by, 0)

    def move_to_end(self, *, last: bool) -> None:
        far = 10**6 if last else -(10**6)
        self._move(far, far)

    def _move(self, down: int, across: int) -> None:
        image = self.ground.image()
        if image is not None:
            with contextlib.suppress(SizeError):
                self.bench.move(image, down, across)

    def move_filter(self, by: int) -> None:
        """Another channel of the image."""
        image = self.ground.image()
        if image is not None:
            self.bench.channel = max(0, min(self.bench.channel + by, len(image) - 1))

    def next_field(self) -> bool:
        self.bench.next_field()
        return True

    def step(self, by: int) -> None:
        """Step the chosen field; the window stays about where it is on the image."""
        image = self.ground.image()
        place = self._place(image)
        self.bench.step(by)
        if image is not None and place is not None:
            with contextlib.suppress(SizeError):
                above, _, left, _ = self.ground.border(image)
                self.bench.row = round((place[0] + above) / self.bench.strides[0])
                self.bench.column = round((place[1] + left) / self.bench.strides[1])
                self.bench.move(image, 0, 0)

    def _place(self, image: Image | None) -> Pair | None:
        """Where the window's corner is on the image; None where the window does not fit."""
        if image is not None:
            with contextlib.suppress(SizeError):
                step = self.bench.take_step(image)
                return step.top, step.left
        return None

    def open(self) -> None:
        self.choose_kernel()

    @work(group=DIALOG)
    async def choose_kernel(self) -> None:
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
        screen = PickScreen("Which kernel?", items[:_MOST_FILTERS], at=self.bench.kernel_name, hint=hint)
        key = await self.app.push_screen_wait(screen)
        if key == _TYPED:
            hint = "Rows between ; and numbers between blanks; 1/9 is a number."
            ask = dialogs.ask.AskScreen("A kernel", show_kernel(self.bench.kernel[0]), parse_kernel, hint)
            answer = await self.app.push_screen_wait(ask)
            if answer is not None:
                self.bench.type_in(answer[0])  # type: ignore[arg-type]
        elif key is not None and "/" in key:
            layer_name, _, number = key.rpartition("/")
            self.scene.taking = (layer_name, int(number))
        elif key is not None:
            self.bench.use(next(one for one in KERNELS if one.name == key))
        self.post_message(self.Changed())

    # Drawing

    def draw(self, width: int, height: int) -> list[Text]:
        lines = settings(self.bench, width, self.style)
        image = self.ground.image()
        if image is None:
            return [*lines, *self.paragraph(self.ground.missing(), width)]
        try:
            if not self._placed:  # in the middle there is something to see
                rows, columns = self.bench.output_size(image)
                self.bench.row, self.bench.column, self._placed = rows // 2, columns // 2, True
            step, output = self.bench.take_step(image), self.bench.output(image)
        except SizeError as error:
            return [*lines, *self.paragraph(f"! {sentence(str(error))}", width, "warn")]
        brief = height < _LOW and not self.scene.numbers
        lines += self.paragraph(sizes(self.bench, image, brief=brief), width, "")
        body = ByHandPage(self, self.ground, self.bench, image, step, output, self.lab2.question)
        return [*lines, *body.draw(width, height - len(lines))]
