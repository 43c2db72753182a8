"""A convolution or a pooling by hand: a window over an image, and the arithmetic of the place where it is."""

from __future__ import annotations

import contextlib
from typing import ClassVar

from rich.text import Text

from cnn_tui.jobs.explain_protocol import Activations, DescribeModel, Kernels, ModelFacts, ShowKernels
from cnn_tui.network.convolution import Image
from cnn_tui.network.image_kernels import KERNELS
from cnn_tui.network.shapes import SizeError
from cnn_tui.network.values import Pair
from cnn_tui.text import sentence
from cnn_tui.ui.explain.bench import Bench, Trained
from cnn_tui.ui.explain.by_hand_body import Body
from cnn_tui.ui.explain.by_hand_words import Asked, settings, sizes
from cnn_tui.ui.explain.ground import Ground
from cnn_tui.ui.explain.scene import SAMPLE, AnswerWanted, Scene
from cnn_tui.ui.explain.view import ExplainView

_LOW = 22
"""Below so many lines the words beside pictures are kept short."""


class ByHandView(ExplainView):
    """Needs no run: without one, the images of the sample that comes with the app."""

    code: ClassVar[str] = "by-hand"
    title: ClassVar[str] = "by hand"
    keys: ClassVar[str] = "open field step_up next_question answer numbers class next_image picture"
    has_numbers: ClassVar[bool] = True

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.bench = Bench()
        self.ground = Ground(scene, self.bench)
        self.question: Asked | None = None
        self._taking: tuple[str, int] | None = None
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
        if run and self._taking is not None:
            found.append(AnswerWanted(ShowKernels(run, self._taking[0]), Kernels, "kernels"))
        return [*found, *([AnswerWanted(maps, Activations, "by hand")] if maps else [])]

    def take(self, layer: str, number: int) -> bool:
        """Take a trained filter, as soon as it is known; False for one whose arithmetic is not done here."""
        facts = self.scene.answer(DescribeModel(self.scene.model_id), ModelFacts)
        if facts is None or not any(one.name == layer and one.by_hand for one in facts.layers):
            return False
        self._taking = (layer, number)
        self.settle()
        return True

    def settle(self) -> None:
        """Take the filter that is wanted, if it is known by now."""
        run, taking = self.scene.model_id, self._taking
        if not run or taking is None:
            return
        layer, number = taking
        kernels = self.scene.answer(ShowKernels(run, layer), Kernels)
        facts = self.scene.answer(DescribeModel(run), ModelFacts)
        if kernels is None or facts is None:
            return
        self._taking = None
        names = [one.name for one in facts.layers]
        below = names[names.index(layer) - 1] if names.index(layer) else ""
        self.bench.use_trained(Trained(layer, number, below), kernels)

    # The keys

    def move_across(self, by: int) -> bool:
        """Move the window."""
        return self._move(0, by)

    def move_down(self, by: int) -> bool:
        """Move the window."""
        return self._move(by, 0)

    def move_to_end(self, last: bool) -> bool:
        """To the first place, or the last."""
        far = 10**6 if last else -(10**6)
        return self._move(far, far)

    def _move(self, down: int, across: int) -> bool:
        image = self.ground.image()
        if image is not None:
            with contextlib.suppress(SizeError):
                self.bench.move(image, down, across)
        return True

    def move_filter(self, by: int) -> bool:
        """Another channel of the image."""
        image = self.ground.image()
        if image is not None:
            self.bench.channel = max(0, min(self.bench.channel + by, len(image) - 1))
        return True

    def next_field(self) -> bool:
        """What + and - step next."""
        self.bench.next_field()
        return True

    def step(self, by: int) -> bool:
        """Step it; the window stays about where it is on the image."""
        image = self.ground.image()
        place = self._place(image)
        self.bench.step(by)
        if image is not None and place is not None:
            with contextlib.suppress(SizeError):
                above, _, left, _ = self.ground.border(image)
                self.bench.row = round((place[0] + above) / self.bench.strides[0])
                self.bench.column = round((place[1] + left) / self.bench.strides[1])
                self.bench.move(image, 0, 0)
        return True

    def _place(self, image: Image | None) -> Pair | None:
        """Where the window's corner is on the image; None where the window does not fit."""
        if image is not None:
            with contextlib.suppress(SizeError):
                step = self.bench.take_step(image)
                return step.top, step.left
        return None

    # Drawing

    def draw(self, width: int, height: int) -> list[Text]:
        """The settings, the pictures, the arithmetic, and the question of LAB 2."""
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
        body = Body(self, self.ground, self.bench, image, step, output, self.question)
        return [*lines, *body.draw(width, height - len(lines))]
