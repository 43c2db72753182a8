"""A convolution or a pooling by hand: a window over an image, and the arithmetic of the place where it is."""

from __future__ import annotations

import contextlib
from typing import ClassVar

from rich.text import Text

from cnn_tui.experiments.exercises import Exercise
from cnn_tui.experiments.images import Picture
from cnn_tui.network.convolution import ConvolutionStep, Image, Plane, PoolingStep, size_of
from cnn_tui.network.image_kernels import KERNELS
from cnn_tui.network.shapes import SizeError
from cnn_tui.training.questions import Activations, DescribeModel, Kernels, ModelFacts, ShowActivations, ShowKernels
from cnn_tui.ui.explain import arithmetic
from cnn_tui.ui.explain.bench import Bench, Trained
from cnn_tui.ui.explain.framed import Box, Sheet, framed, grey, room_of
from cnn_tui.ui.explain.scene import SAMPLE, Scene, Wanted, sentence
from cnn_tui.ui.explain.view import View, short
from cnn_tui.ui.image import side_by_side
from cnn_tui.ui.lines import inert

Step = ConvolutionStep | PoolingStep


class ByHandView(View):
    """Needs no run: without one, the images of the sample that comes with the app."""

    code: ClassVar[str] = "by-hand"
    title: ClassVar[str] = "by hand"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.bench = Bench()
        self.question: tuple[int, int, Exercise, str] | None = None
        """Its number, of how many, the exercise, and what was answered."""
        self._planes: tuple[object, Image] | None = None
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

    def wanted(self) -> list[Wanted]:
        """The layers whose filters can be taken, the filter that is wanted, the maps that it is laid on."""
        found, run, maps = self.scene.kept(), self.scene.model_id, self._maps
        if run:
            found.append(Wanted(DescribeModel(run), ModelFacts))
        if run and self._taking is not None:
            found.append(Wanted(ShowKernels(run, self._taking[0]), Kernels, "kernels"))
        return [*found, *([Wanted(maps, Activations, "by hand")] if maps else [])]

    def take(self, layer: str, number: int) -> bool:
        """Take a trained filter, as soon as it is known; False for one whose arithmetic is not done here."""
        run = self.scene.run
        facts = self.scene.answer(DescribeModel(self.scene.model_id), ModelFacts)
        plain = facts and any(one.name == layer and one.kind == "Conv2D" for one in facts.layers)
        layers = run.experiment.layers if run else ()
        odd = [getattr(one, "groups", 1) != 1 or set(getattr(one, "dilation_rate", (1,))) != {1} for one in layers]
        if not plain or any(odd):
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
        kernels, facts = (
            self.scene.answer(ShowKernels(run, layer), Kernels),
            self.scene.answer(DescribeModel(run), ModelFacts),
        )
        if kernels is None or facts is None:
            return
        self._taking = None
        names = [one.name for one in facts.layers]
        below = names[names.index(layer) - 1] if names.index(layer) else ""
        self.bench.use_trained(
            Trained(layer, number, below),
            kernels.kernel(number),
            kernels.bias(number),
            kernels.strides,
            kernels.padding,
            kernels.activation,
        )

    @property
    def _maps(self) -> ShowActivations | None:
        trained, index, own = self.bench.trained, self.scene.gallery.index, self.scene.own
        if trained is None or not trained.below or not self.bench.is_convolution or not self.scene.model_id:
            return None
        if own is None and index is None:
            return None
        images = () if own or index is None else (index,)
        path = own.path if own else ""
        return ShowActivations(self.scene.model_id, images, path, (trained.below,), 0, len(self.bench.kernel))

    @property
    def picture(self) -> Picture | None:
        """The image: the user's own, else the one that is looked at."""
        return self.scene.own.prediction.picture if self.scene.own else self.scene.picture()

    def place(self, image: Image) -> None:
        """At first the window is in the middle, where there is something to see."""
        if not self._placed:
            rows, columns = self.bench.output_size(image)
            self.bench.row, self.bench.column, self._placed = rows // 2, columns // 2, True

    def image(self) -> Image | None:
        """What the window moves over, in numbers; None while it is not there."""
        picture, maps = self.picture, self._maps
        if maps is not None:
            found = self.scene.answer(maps, Activations)
            if found is None:
                return None
            layer = found.layers[0]
            return self._kept(maps, lambda: tuple(layer.values(0, at) for at in range(len(layer.maps[0]))))
        if picture is None:
            return None
        return self._kept(picture, lambda: picture.channels(1 / 255))

    def _kept(self, key: object, make: object) -> Image:
        if self._planes is None or self._planes[0] != key:
            self._planes = (key, make())  # type: ignore[operator]
        return self._planes[1]

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
        image = self.image()
        if image is not None:
            with contextlib.suppress(SizeError):
                self.bench.move(image, down, across)
        return True

    def move_filter(self, by: int) -> bool:
        """Another channel of the image."""
        image = self.image()
        if image is not None:
            self.bench.channel = max(0, min(self.bench.channel + by, len(image) - 1))
        return True

    def next_field(self) -> bool:
        """What + and - step next."""
        self.bench.next_field()
        return True

    def step(self, by: int) -> bool:
        """Step it; the window stays about where it is on the image."""
        bench, image = self.bench, self.image()
        at: tuple[int, int] | None = None
        if image is not None:
            with contextlib.suppress(SizeError):
                before = bench.take_step(image)
                at = before.top, before.left
        bench.step(by)
        if image is not None and at is not None:
            with contextlib.suppress(SizeError):
                above, _, left, _ = self._border(image)
                bench.row = round((at[0] + above) / bench.strides[0])
                bench.column = round((at[1] + left) / bench.strides[1])
                bench.move(image, 0, 0)
        return True

    # Drawing

    def draw(self, width: int, height: int) -> list[Text]:
        """The settings, the pictures, the arithmetic, and the question of LAB 2."""
        settings = self._settings(width)
        image = self.image()
        if image is None:
            return [*settings, *self.paragraph(self._missing(), width)]
        try:
            self.place(image)
            step = self.bench.take_step(image)
            output = self.bench.output(image)
        except SizeError as error:
            return [*settings, *self.paragraph(f"! {sentence(str(error))}", width, "warn")]
        facts = self._facts(image, width, height < 22)
        room = height - len(settings) - len(facts)
        if self.scene.numbers:
            body = self._in_numbers(image, output, step, width, room)
        else:
            body = self._in_shades(image, output, step, width, room)
        return [*settings, *facts, *body[:room]]

    def _missing(self) -> str:
        maps = self._maps
        if maps is not None:
            return self.scene.refusal(maps) or self.scene.waiting("the maps below this filter")
        known = self.scene.facts.get(SAMPLE)
        if isinstance(known, str):
            return known
        if self.scene.kept():
            return self.scene.state_of_kept("images")
        return "reading the images …" if known is None else "There is no image here: o and c choose others."

    def _settings(self, width: int) -> list[Text]:
        """What is stepped with Tab, + and -."""
        bench = self.bench
        rows, columns = bench.size
        down, across = bench.strides
        values = {
            "operation": bench.operation,
            "kernel": short(bench.kernel_name, 24),
            "size": f"{rows}x{columns}",
            "stride": str(down) if down == across else f"{down}x{across}",
            "padding": bench.padding,
            "activation": "ReLU" if bench.activation == "relu" else "linear",
        }
        lines = [Text(no_wrap=True)]
        for field in bench.fields:
            chosen = field == bench.chosen
            name = "" if field in ("operation", "size", "activation") else f"{field} "
            words = f"{'▸' if chosen else ' '}{name}{values[field]} "
            if lines[-1].cell_len + len(words) > width:
                lines.append(Text(no_wrap=True))
            lines[-1].append(words, self.style("cursor" if chosen else "strong"))
        hint = " Tab, + -; Enter lists kernels"
        if lines[-1].cell_len + len(hint) <= width:
            lines[-1].append(hint, self.style("dim"))
        return lines

    def _facts(self, image: Image, width: int, brief: bool) -> list[Text]:
        """Sizes, what the border loses, what few windows see."""
        window = self.bench.window
        height, wide = size_of(image[0])
        rows, columns = window.output_size(height, wide)
        border, lost, unseen = window.border(height, wide), window.lost(height, wide), window.unseen(height, wide)
        visits = window.visits(height, wide)
        most = max(max(row) for row in visits)
        words = f"{height}x{wide} → {rows}x{columns}."
        if any(border):
            above, below, left, right = border
            words += f" Padding adds {above}+{below} rows and {left}+{right} columns of zeros."
        elif lost != (0, 0) and self.bench.strides == (1, 1):
            words += f" The edge costs {_some(lost[0], 'row')} and {_some(lost[1], 'column')}."
        if unseen != (0, 0):
            words += f" No window reaches the last {_some(unseen[0], 'row')} and {_some(unseen[1], 'column')}."
        if brief:
            return [Text(short(words, width))]
        corner = visits[0][0]
        words += f" {corner} window{' sees' if corner == 1 else 's see'} a corner pixel, {most} one in the middle."
        return [Text(one.plain.rstrip()) for one in self.paragraph(words, width)]

    def _in_shades(self, image: Image, output: Plane, step: Step, width: int, room: int) -> list[Text]:
        """Image and output beside each other; then, where there is room, windows to a pixel, arithmetic, question."""
        sheet = self._sheet(image)
        total = arithmetic.sums(self.bench, step, self.style)
        written = [Text(), *arithmetic.written_out(self.bench, step, width, self.style)]
        question = self._question(width, 6)
        spare = room - 19
        if spare < len(written):
            written = []
        question = question[: max(0, spare - len(written))] if spare - len(written) >= 3 else []
        if not question and self.question is not None:
            question = [self._question_head(width)]
        tall = room - len(written) - len(question) - 1 - bool(written)
        below = [*written, total, *question]
        tall = min(tall, sheet.size[0] + 1 if tall >= sheet.size[0] + 1 and sheet.size[1] * 4 < width else 18)
        left = self._framed(sheet, self._box(step), width, tall, 2)
        rows = grey(output, *_ends(output))
        one = Box(step.row, step.column, step.row + 1, step.column + 1)
        right = self._framed(Sheet(rows), one, width, tall, 2)
        blocks = [left, right]
        visits = self.bench.window.visits(*size_of(image[0]))
        seen = Sheet(grey(visits, 0, max(max(row) for row in visits)), self._border(image))
        third = self._framed(seen, self._box(step), width, tall, 3)
        used = sum(max(line.cell_len for line in block) for block in blocks) + 4
        if used + max(line.cell_len for line in third) + 2 <= width:
            blocks.append(third)
        titles = self._titles(output)
        if written:
            dim = self.style("dim")
            blocks = [[Text(f" {words}", dim), *block] for block, words in zip(blocks, titles, strict=False)]
        else:
            blocks = [self._titled(block, words) for block, words in zip(blocks, titles, strict=False)]
        pictures = side_by_side(blocks)
        return [*pictures, *below]

    def _titles(self, output: Plane) -> list[str]:
        low, high = _ends(output)
        ends = f"{arithmetic.number(low)} to {arithmetic.number(high)}"
        return ["image", f"output, {ends}", "windows that see a pixel"]

    def _titled(self, block: list[Text], words: str) -> list[Text]:
        """The words in the line of the marks, where the marks leave room for them."""
        line = block[0]
        if words and not line.plain[: len(words) + 2].strip():
            block[0] = Text(f" {words}", self.style("dim")) + line[len(words) + 1 :]
        elif words and not line.plain[-len(words) :].strip() and len(line) > len(words):
            block[0] = line[: -len(words)] + Text(words, self.style("dim"))
        return block

    def _framed(self, sheet: Sheet, box: Box, width: int, tall: int, share: int) -> list[Text]:
        most = (width - 2 * (share - 1)) // share
        _, across, scale = room_of(sheet, most, tall)
        return framed(
            sheet, box, across * scale + 1, tall, self.mode, self.app.current_theme.dark, self.style("accent")
        )

    def _sheet(self, image: Image) -> Sheet:
        """What the window moves over, as pixels."""
        border = self._border(image)
        picture = self.picture
        if self._maps is None and picture is not None and picture.shape[2] == 3 and self.bench.is_convolution:
            wide, pixels = picture.shape[1], picture.pixels
            triples = [(pixels[at], pixels[at + 1], pixels[at + 2]) for at in range(0, len(pixels), 3)]
            return Sheet([triples[start : start + wide] for start in range(0, len(triples), wide)], border)
        plane = image[min(self.bench.channel, len(image) - 1)]
        low, high = _ends(plane) if self._maps else (0.0, 1.0)
        return Sheet(grey(plane, low, high), border)

    def _border(self, image: Image) -> tuple[int, int, int, int]:
        return self.bench.window.border(*size_of(image[0]))

    def _box(self, step: Step) -> Box:
        """The window, counted from the corner of the border."""
        image = self.image()
        above, _, left, _ = self._border(image) if image else (0, 0, 0, 0)
        rows, columns = self.bench.size
        top, side = step.top + above, step.left + left
        return Box(top, side, top + rows, side + columns)

    def _in_numbers(self, image: Image, output: Plane, step: Step, width: int, room: int) -> list[Text]:
        """The arithmetic, then the numbers around the window and the output's around its cell."""
        written = arithmetic.written_out(self.bench, step, width, self.style)[: max(0, room - 1)]
        written.append(arithmetic.sums(self.bench, step, self.style))
        question = self._question(width, 6)
        left_over = room - len(written) - 1
        if left_over - len(question) < 5:
            return [*written, *self._question(width, room - len(written))]
        rows = min(left_over - len(question) - 1, 13)
        columns = max(3, min(9, (width - 3) // 2 // 7))
        plane = image[min(self.bench.channel, len(image) - 1)]
        tall, wide = self.bench.size
        cell = (step.row, step.column)
        middle = (step.top + tall // 2, step.left + wide // 2)
        around = arithmetic.crop(
            plane,
            lambda y, x: step.top <= y < step.top + tall and step.left <= x < step.left + wide,
            middle,
            (rows, columns),
            "the image around the window",
            self.style,
        )
        beside = arithmetic.crop(
            output,
            lambda y, x: (y, x) == cell,
            cell,
            (rows, columns),
            "the output",
            self.style,
        )
        return [*written, Text(), *side_by_side([around, beside], 3), *question]

    def _question(self, width: int, most: int) -> list[Text]:
        """LAB 2's question, what was answered, and the keys, in at most so many lines."""
        if most < 3:
            return [self._question_head(width)] if self.question and most > 0 else []
        if self.question is None:
            hint = "LAB 2: n asks the first question."
            return [Text(), Text(hint, self.style("dim"))]
        _, _, exercise, answer = self.question
        head = self._question_head(width)
        lines = list(Text(inert(" ".join(exercise.question.split()))).wrap(self.app.console, width))
        room = most - 2 - bool(answer)
        if len(lines) > room:
            lines = lines[:room]
            lines[-1].truncate(width - 9)
            lines[-1].append(" … a: all")
        told = [Text(short(f"Your answer: {answer}", width), self.style("good"))] if answer else []
        return [Text(), head, *lines, *told]

    def _question_head(self, width: int) -> Text:
        assert self.question is not None
        number, count, exercise, _ = self.question
        words = f"LAB 2, {number} of {count}: {exercise.heading}"
        for more in ("   n N others, a answers", "   a", ""):
            if len(words + more) <= width:
                break
        return Text(short(words + more, width), self.style("accent"))


def _ends(plane: Plane) -> tuple[float, float]:
    return min(min(row) for row in plane), max(max(row) for row in plane)


def _some(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
