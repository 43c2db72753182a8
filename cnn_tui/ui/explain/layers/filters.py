"""The kernels that a network has learned, as pictures or in numbers."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text

from cnn_tui.jobs.explain.answers import Kernels, LayerFacts
from cnn_tui.jobs.explain.protocol import ShowKernels
from cnn_tui.network.by_hand.convolution import Plane
from cnn_tui.text import cells, counted, fitted
from cnn_tui.ui.explain.layers.kernels_over_epochs import KernelsOverEpochs
from cnn_tui.ui.explain.layers.layers import LayerView
from cnn_tui.ui.explain.scene import AnswerWanted, Scene
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.tiles import GAP, Tiles, laid


class FiltersView(LayerView):
    """All filters of a layer on one channel of what comes in, or one filter on all channels."""

    code: ClassVar[str] = "filters"
    title: ClassVar[str] = "filters"
    keys: ClassVar[str] = "next_layer next_filter method open numbers run"
    opens: ClassVar[str] = "by hand"
    has_numbers: ClassVar[bool] = True
    keeps_last: ClassVar[bool] = True
    what = "filters"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.channel = 0
        self._across = 1
        self._last: Kernels | None = None
        self._over = KernelsOverEpochs(self)
        self._shows_epochs = False
        """Whether the kernels of several epochs are shown, or those of one."""

    def show(self, scene: Scene) -> None:
        super().show(scene)
        self._last = None

    @property
    def model_layers(self) -> tuple[LayerFacts, ...]:
        """Those that have kernels."""
        return tuple(one for one in super().model_layers if one.has_kernels)

    @property
    def _question(self) -> ShowKernels | None:
        layer = self.chosen_layer
        return ShowKernels(self.scene.model_id, layer.name, self.scene.epoch) if layer else None

    @property
    def kernels(self) -> Kernels | None:
        """Those that were shown last stay until the ones of another epoch are there."""
        question = self._question
        found = self.scene.answer(question, Kernels) if question else None
        if found is not None:
            self._last = found
        same_layer = question is not None and self._last is not None and self._last.name == question.layer
        return self._last if same_layer else None

    def questions(self) -> list[AnswerWanted]:
        question = self._question
        if question is None:
            return []
        more = self._over.wanted(question.layer) if self._shows_epochs else []
        return [AnswerWanted(question, Kernels, "kernels"), *more]

    # The keys

    def move_image(self, by: int) -> None:
        """Another channel of what comes in."""
        if self.kernels is not None:
            self.channel = max(0, min(self.channel + by, self.kernels.shape[2] - 1))

    def move_rows(self, by: int) -> None:
        """The filters below or above."""
        self.move_filter(by * self._across)

    def move_to_end(self, *, last: bool) -> None:
        self.move_filter(10**6 if last else -(10**6))

    def move_layer(self, by: int) -> None:
        """Another layer has other channels."""
        self.channel = 0
        super().move_layer(by)

    def next_method(self) -> bool:
        """The kernels after several epochs, or after one."""
        self._shows_epochs = not self._shows_epochs and len(self.scene.epochs) > 1
        return self._shows_epochs or len(self.scene.epochs) > 1

    def open(self) -> str | None:
        """Lay the filter on by hand."""
        layer = self.chosen_layer
        if layer is None or self.kernels is None:
            return None
        if not layer.by_hand:
            words = "is not stepped by hand: only a plain Conv2D is, without dilation, groups or softmax."
            self.notify(f"{inert(layer.name)} {words}", timeout=5, markup=False)
            return None
        self.scene.taking = (layer.name, self.filter)
        return "by-hand"

    # Drawing

    def draw(self, width: int, height: int) -> list[Text]:
        if words := self.nothing():
            return self.paragraph(words, width)
        kernels = self.kernels
        if kernels is None:
            return self.paragraph(self.scene.waiting(self.what), width)
        self.channel = min(self.channel, kernels.shape[2] - 1)
        head = [*self.head(width), self._about(kernels, width)]
        if self._shows_epochs and len(self.scene.epochs) > 1:
            return [*head, *self._over.draw(kernels, self.filter, self.channel, width, height - len(head))]
        return [*head, *self._grid(kernels, width, height - len(head))]

    def _about(self, kernels: Kernels, width: int) -> Text:
        rows, columns, channels, _ = kernels.shape
        bias = f"filter {self.filter + 1}: bias {kernels.bias(self.filter):.4f}"
        where = (
            f"channel {self.channel + 1} of {channels} ({key_of('explain.previous_image')} "
            f"{key_of('explain.next_image')})"
            if channels > 1
            else "one channel"
        )
        layer = self.chosen_layer
        enter = f"{key_of('explain.open')}: step it by hand; " if layer and layer.by_hand else ""
        more = f"{enter}{key_of('explain.numbers')}: {'pictures' if self.scene.numbers else 'numbers'}"
        signs = "" if self.scene.numbers else "orange + above 0, blue - below; "
        for words in (
            f"{rows}x{columns}, {where}; {bias}; {signs}{more}",
            f"{where}; {bias}; {more}",
            f"{where}; {bias}",
        ):
            if cells(words) <= width:
                break
        return Text(fitted(words, width), self.style("dim"))

    def _grid(self, kernels: Kernels, width: int, room: int) -> list[Text]:
        rows, columns, _, filters = kernels.shape
        number = 6 if self.scene.numbers else 0
        tiles = self._tiles(rows, columns, filters, width, room, number)
        self._across = tiles.columns
        blocks = []
        for at in tiles.page_of(self.filter, filters):
            plane = kernels.kernel(at)[self.channel]
            block = _numbers(plane, number) if number else self.drawn_kernel(plane, tiles.wide, tiles.tall)
            blocks.append((self.label(kernels.name, at, tiles.wide), block))
        lines = laid(tiles, blocks)
        if len(blocks) < filters:
            lines = lines[: room - 1]
            keys = (
                f"{key_of('explain.previous_filter')} {key_of('explain.next_filter')} or "
                f"{key_of('move.down')} {key_of('move.up')}"
            )
            words = f"{len(blocks)} of {counted(filters, 'filter')}; {keys} go on"
            lines.append(Text(words, self.style("dim")))
        return lines[:room]

    def _tiles(self, rows: int, columns: int, count: int, width: int, room: int, number: int) -> Tiles:
        """Blocks as large as all fit; with numbers, as wide as those."""
        sizes = (
            [(number * columns, rows)]
            if number
            else [(wide * columns, max(1, wide // 2) * rows) for wide in (6, 4, 2, 1)]
        )
        tiles = Tiles(1, 1, width, room)
        for wide, tall in sizes:
            wide = max(wide, 7)
            tiles = Tiles(max(1, (width + GAP) // (wide + GAP)), max(1, room // (tall + 1)), wide, tall)
            if tiles.fit >= count:
                break
        return tiles


def _numbers(plane: Plane, each: int) -> list[Text]:
    return [Text("".join(f"{_shown(weight, each)}" for weight in row)) for row in plane]


def _shown(weight: float, each: int) -> str:
    return f"{weight:+{each}.2f}"[:each] if abs(weight) < 100 else f"{weight:+{each}.0e}"[:each]
