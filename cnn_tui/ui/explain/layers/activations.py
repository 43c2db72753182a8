"""What the layers make of images: every filter's map of a layer, or one filter's maps through all layers."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from rich.text import Text

from cnn_tui.data.images import Picture
from cnn_tui.jobs.explain.answers import Activations, LayerMaps
from cnn_tui.jobs.explain.protocol import ShowActivations
from cnn_tui.text import cells, counted, fitted
from cnn_tui.ui.explain.layers.layers import LayerView
from cnn_tui.ui.explain.scene import AHEAD, AnswerWanted, Scene
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.image import side_by_side
from cnn_tui.ui.widgets.tiles import laid, lay_out

_MOST = 64
_NARROWEST = 9


class ActivationsView(LayerView):
    """The maps of up to three images: the marked ones and the present one."""

    code: ClassVar[str] = "activations"
    title: ClassVar[str] = "activations"
    keys: ClassVar[str] = "next_image next_layer next_filter open mark numbers class picture run"
    opens: ClassVar[str] = "larger"
    has_numbers: ClassVar[bool] = True
    keeps_last: ClassVar[bool] = True
    shows_own_picture: ClassVar[bool] = True
    what = "activations"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._last: tuple[ShowActivations, Activations] | None = None
        self._part = ""

    def show(self, scene: Scene) -> None:
        super().show(scene)
        self._last = None

    def questions(self) -> list[AnswerWanted]:
        question = self.question
        return [AnswerWanted(question, Activations, "maps")] if question else []

    def ahead(self) -> list[AnswerWanted]:
        """The same of the epochs beside the one that is looked at."""
        question = self.question
        if question is None:
            return []
        there = [msgspec.structs.replace(question, epoch=epoch) for epoch in self.scene.epochs_beside()]
        return [AnswerWanted(one, Activations, AHEAD) for one in there]

    @property
    def question(self) -> ShowActivations | None:
        """What is asked for what is to be seen now."""
        layer, own = self.chosen_layer, self.scene.own
        through = self.one and not self.scene.numbers
        images = () if own else self.scene.gallery.beside(2 if through else 0)
        if layer is None or not (images or own):
            return None
        path, run = own.path if own else "", self.scene.model_id
        if through:
            return ShowActivations(run, images, path, (), self.filter, 1, self.scene.epoch)
        return ShowActivations(run, images, path, (layer.name,), self.filter // _MOST * _MOST, _MOST, self.scene.epoch)

    def open(self) -> None:
        self.one = not self.one

    # Drawing

    def draw(self, width: int, height: int) -> list[Text]:
        if words := self.nothing():
            return self.paragraph(words, width)
        question = self.question
        if question is None:
            return self.paragraph(f"There is no image to show: {key_of('explain.order')} shows all again.", width)
        found = self.scene.answer(question, Activations)
        if found is not None:
            self._last = (question, found)
        if self._last is None:
            return self.paragraph(self.scene.waiting(self.what), width)
        asked, shown = self._last  # what was shown stays until the answer is there
        self._part = ""
        head = self.head(width)
        room = height - len(head) - 1
        if len(shown.layers) > 1 or asked.most == 1:
            body = self._through(asked, shown, width, room)
        elif self.scene.numbers:
            body = self._numbers(asked, shown, width, room)
        else:
            body = self._grid(asked, shown, width, room)
        return [*head, *body, self._foot(width)]

    def _foot(self, width: int) -> Text:
        gallery = self.scene.gallery
        what = f"{key_of('explain.open')}: {'all filters of a layer' if self.one else 'one filter through all layers'}"
        if self._part:
            what = f"{self._part}; {what}"
        words = f"{gallery.place()}; {key_of('explain.mark')} marks up to 3 images ({len(gallery.marked)}); {what}"
        if self.scene.own is not None:
            keys = f"{key_of('explain.previous_image')} and {key_of('explain.next_image')}"
            words = f"your picture: {keys} go back to the test images; {what}"
        return Text(fitted(words if cells(words) <= width else what, width), self.style("dim"))

    def _grid(self, asked: ShowActivations, shown: Activations, width: int, room: int) -> list[Text]:
        """For each image the maps of all filters, or of those around the chosen one."""
        maps, lines = shown.layers[0], []
        each = room // len(shown.images)
        beside = min(24, max(8, width // 6))
        for at in range(len(shown.images)):
            left = [self._caption(asked, at, beside), *self._input(shown, at, beside, each - 1)]
            count = len(maps.maps[at])
            tiles = lay_out(count, maps.size, width - beside - 2, each)
            page = tiles.page_of(self.filter - maps.first, count)
            if len(page) < maps.shape[2]:
                self._part = f"filters {maps.first + page[0] + 1}-{maps.first + page[-1] + 1} of {maps.shape[2]}"
            blocks = [
                (
                    self.label(maps.name, maps.first + one, tiles.wide),
                    self.drawn(maps.picture(at, maps.first + one), tiles.wide, tiles.tall),
                )
                for one in page
            ]
            for line in left:
                line.pad_right(beside - line.cell_len)
            part = side_by_side([left, laid(tiles, blocks)])
            lines += part + [Text()] * (each - len(part) if at + 1 < len(shown.images) else 0)
        return lines[:room]

    def _through(self, asked: ShowActivations, shown: Activations, width: int, room: int) -> list[Text]:
        """The course's own figure: a row for each image, a column for each layer."""
        most = max(1, (width + 1) // (_NARROWEST + 1) - 1)
        first = max(0, min(self.layer_at - most // 2, len(shown.layers) - most))
        columns = shown.layers[first : first + most]
        wide = (width + 1) // (len(columns) + 1) - 1
        each = max(2, room // len(shown.images))
        lines: list[Text] = []
        for at in range(len(shown.images)):
            blocks = [[self._caption(asked, at, wide), *self._input(shown, at, wide, each - 1)]]
            blocks += [
                [self._layer_label(layer, asked.first, wide), *self._map(layer, at, wide, each - 1)]
                for layer in columns
            ]
            for block in blocks:
                block[0].pad_right(wide - block[0].cell_len)
            lines += side_by_side(blocks, 1)
        return lines[:room]

    def _layer_label(self, layer: LayerMaps, number: int, wide: int) -> Text:
        chosen = self.chosen_layer is not None and layer.name == self.chosen_layer.name
        dead = self.is_dead(layer.name, number)
        size = f" {layer.shape[0]}x{layer.shape[1]}"
        name = (
            layer.name
            if cells(layer.name) + len(size) + 1 <= wide
            else layer.kind.replace("2D", "").replace("Pooling", "")
        )
        words = f"{'▸' if chosen else ' '}{fitted(name, wide - 1 - (len(size) if wide > 14 else 0))}"
        text = Text(words + (size if wide > 14 else ""), self.style("cursor" if chosen else "dim"))
        if dead:
            text = Text(fitted(f"{words[0]}dead {name}", wide), self.style("warn"))
        return text

    def _map(self, layer: LayerMaps, image: int, wide: int, tall: int) -> list[Text]:
        maps = layer.maps[image]
        if not maps:
            return self.paragraph(f"only {counted(layer.shape[2], 'filter')}", wide)
        return self.drawn(layer.picture(image, layer.first), wide, tall)

    def _numbers(self, asked: ShowActivations, shown: Activations, width: int, room: int) -> list[Text]:
        """One filter's map of the first image in numbers, as much of it as fits."""
        maps = shown.layers[0]
        if self.filter - maps.first >= len(maps.maps[0]):
            return self.paragraph(self.scene.waiting("numbers"), width)
        values = maps.values(0, self.filter)
        one = maps.maps[0][self.filter - maps.first]
        digits = 2 if max(abs(one.low), abs(one.high)) < 10 else 1
        each = max(len(f"{one.low:.{digits}f}"), len(f"{one.high:.{digits}f}")) + 1
        head = f"filter {self.filter + 1} of image {self._what(asked, 0)}: from {one.low:.3g} to {one.high:.3g}"
        if self.is_dead(maps.name, self.filter):
            head += "; it is dead: the same number everywhere"
        lines = [Text(fitted(head, width))]
        rows = [row[: width // each] for row in values[: room - 1]]
        return [*lines, *(Text("".join(f"{number:{each}.{digits}f}" for number in row)) for row in rows)]

    def _caption(self, asked: ShowActivations, at: int, width: int) -> Text:
        words = self._what(asked, at)
        if at < len(asked.images):
            words += f": {self.scene.gallery.name(self.scene.gallery.label_of(asked.images[at]))}"
        return Text(fitted(words, width), self.style("strong"))

    def _what(self, asked: ShowActivations, at: int) -> str:
        return f"{asked.images[at]}" if at < len(asked.images) else "yours"

    def _input(self, shown: Activations, at: int, width: int, height: int) -> list[Text]:
        return self.drawn(Picture(shown.shape, shown.images[at]), width, height)
