"""Predictions seen: an image, what it is, what the network says, and the vector that predict returns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.text import Text

from cnn_tui.data.images import Picture
from cnn_tui.text import cells, fitted, padded
from cnn_tui.ui.explain.one_image.nearest import FeatureWork, NearestImages
from cnn_tui.ui.explain.scene import AnswerWanted, Scene
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.image import side_by_side
from cnn_tui.ui.widgets.lines import inert

_MOST_NUMBERS = 12
_MOST_BARS = 10
"""Of more than twice as many classes, the likeliest."""
_NAME = 16
_NEAREST = 14
"""Lines that the nearest images are given, below the picture and the bars."""
_LEAST_ABOVE = 8


class ShownPrediction(NamedTuple):
    picture: Picture | None
    names: tuple[str, ...]
    probabilities: Sequence[float | None]
    output: Sequence[float | None]
    """The row that `predict()` returns."""
    label: int | None = None
    steps: tuple[str, ...] = ()

    @property
    def order(self) -> list[int]:
        """The classes, the likeliest first; NaN is the least likely of all."""
        return sorted(range(len(self.probabilities)), key=lambda at: -_number(self.probabilities[at]))


class PredictionsView(ExplainView):
    """One test image, or a picture of the user's own, with the probability that the network gives to each class."""

    code: ClassVar[str] = "predictions"
    title: ClassVar[str] = "predictions"
    keys: ClassVar[str] = "next_image open nearest order class picture mark run"
    opens: ClassVar[str] = "layers"

    shows_own_picture: ClassVar[bool] = True

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.nearest = NearestImages(self)

    def show(self, scene: Scene) -> None:
        """Another run has other features; whether they are looked at stays."""
        super().show(scene)
        self.nearest.work = FeatureWork()

    def settle(self) -> None:
        self.nearest.work.settle(self.scene)

    def ahead(self) -> list[AnswerWanted]:
        return self.scene.ahead()

    def wanted(self) -> list[AnswerWanted]:
        return self.scene.kept() or self.nearest.wanted()

    def leave(self) -> bool:
        """Leave the nearest images, and the work for them."""
        was, self.nearest.shown = self.nearest.shown, False
        return was

    def open(self) -> str:
        """What the layers make of the image."""
        return "activations"

    def draw(self, width: int, height: int) -> list[Text]:
        shown = self._shown()
        if shown is None:
            words = "" if self.scene.predictions else self.scene.state_of_kept("predictions")
            keys = f"{key_of('explain.order')}, {key_of('explain.class')}"
            return self.paragraph(words or f"There is no image here: {self.scene.gallery.place()}. {keys}.", width)
        head = self._place(width)
        room = height - 1
        upper = max(_LEAST_ABOVE, room - _NEAREST) if self.nearest.shown else room
        left = self._picture(shown, width, upper)
        wide = max((line.cell_len for line in left), default=0)
        rest = width - wide - 2
        facts = self._facts(shown, rest, upper)
        if self.nearest.shown:
            seen = side_by_side([left, facts])[:upper]
            return [head, *seen, *self.nearest.draw(width, room - len(seen))]
        vector = self._vector(shown, rest)
        if len(facts) + 1 + len(vector) <= room:
            return [head, *side_by_side([left, [*facts, Text(), *vector]])]
        above = side_by_side([left, facts])
        left_over = room - len(above)
        for below in (self._vector(shown, width), self._vector(shown, width, short_of_room=True)):
            if len(below) <= left_over:
                break
        else:
            below = [Text(fitted(f"predict() returns {_shape(shown)}: a row for each image", width), self.style("dim"))]
        return [head, *above, *below[:left_over]]

    def _shown(self) -> ShownPrediction | None:
        own, gallery = self.scene.own, self.scene.gallery
        if own is not None:
            return ShownPrediction(
                own.prediction.picture,
                gallery.names or tuple(str(at) for at in range(len(own.prediction.probabilities))),
                own.prediction.probabilities,
                own.prediction.output,
                steps=own.prediction.steps,
            )
        said, index = self.scene.predictions, gallery.index
        if said is None or index is None:
            return None
        probabilities, output = said.probabilities(index), said.output(index)
        return ShownPrediction(self.scene.picture(), said.class_names, probabilities, output, said.labels[index])

    def _place(self, width: int) -> Text:
        own, gallery = self.scene.own, self.scene.gallery
        if own is not None:
            keys = f"{key_of('explain.previous_image')} and {key_of('explain.next_image')}"
            return Text(fitted(f"your picture {own.path}; {keys} go back to the test images", width))
        words = Text(f"test image {gallery.index}", self.style("strong"))
        words.append(f"   {gallery.place()}")
        if gallery.index in gallery.marked:
            words.append("   marked", self.style("accent"))
        if self.scene.reading:
            words.append(f"   {self.scene.waiting('your picture')}", self.style("accent"))
        return words

    def _picture(self, shown: ShownPrediction, width: int, height: int) -> list[Text]:
        if shown.picture is None:
            wanted = self.scene.kept()
            words = self.scene.state_of_kept("images") if wanted else "The image is not kept."
            return self.paragraph(words, min(28, width // 2))
        most = max(12, min(width - 46, 64)) if width >= 74 else max(12, width - 36)
        return self.drawn(shown.picture, most, min(height, 32))

    def _facts(self, shown: ShownPrediction, width: int, height: int) -> list[Text]:
        order = shown.order
        best = order[0]
        lines = []
        if shown.label is not None:
            name = self.scene.gallery.name(shown.label)
            lines.append(Text.assemble(("it is      ", self.style("dim")), fitted(name, width - 11)))
        said = Text.assemble(("predicted  ", self.style("dim")), (fitted(shown.names[best], width - 21), "bold"))
        if shown.label is not None:
            said.append("  ")
            said.append_text(self.right_or_wrong(best == shown.label))
        lines += [said, *([Text()] if height >= 14 else [])]
        for step in shown.steps:
            lines += self.paragraph(f"· {step}", width, "accent")
        return lines + self._bars(shown, width, height - len(lines))

    def _bars(self, shown: ShownPrediction, width: int, room: int) -> list[Text]:
        """A line for each class; where they do not fit, the likeliest and the true one."""
        count = len(shown.probabilities)
        chosen = list(range(count))
        if count > room or count > 2 * _MOST_BARS:
            keep = max(1, min(room - 1, _MOST_BARS))
            chosen = shown.order[:keep]
            if shown.label is not None and shown.label < count and shown.label not in chosen:
                chosen[-1] = shown.label
        wide = min(_NAME, max(cells(inert(shown.names[at])) for at in chosen))
        best, lines = shown.order[0], []
        mark = "← true"
        for at in chosen:
            share = shown.probabilities[at]
            line = Text(no_wrap=True)
            line.append(padded(fitted(shown.names[at], wide), wide), "bold" if at == best else "")
            line.append(f" {_percent(share)} ")
            room_for_bar = max(3, min(30, width - line.cell_len - cells(mark) - 1))
            line.append_text(self.bar(_number(share), room_for_bar, best=at == best))
            if at == shown.label:
                line.append(f" {mark}", self.style("good"))
            lines.append(line)
        if len(chosen) < count:
            lines.append(Text(f"and {count - len(chosen):,} less likely classes", self.style("dim")))
        return lines

    def _vector(self, shown: ShownPrediction, width: int, *, short_of_room: bool = False) -> list[Text]:
        numbers = ["nan" if one is None or math.isnan(one) else f"{one:.7e}" for one in shown.output]
        more = " ..." if len(numbers) > _MOST_NUMBERS else ""
        numbers = numbers[:_MOST_NUMBERS]
        each = max(1, (width - 4) // 14)
        rows = [" ".join(numbers[start : start + each]) for start in range(0, len(numbers), each)]
        shape = self.scene.own.prediction.shape if self.scene.own else self._image_shape()
        lines = [Text.assemble(("model.predict() ", "bold"), (f"returns, of shape {_shape(shown)}:", ""))]
        lines += [Text(f"{'  ' if at else '[['}{row}") for at, row in enumerate(rows)]
        lines[-1].append(f"{more}]]")
        if short_of_room:
            lines[0].append(" a batch of one image went in", self.style("dim"))
            return lines
        why = (
            f"Keras takes images in batches, so this one of {_tuple(shape)} went in as {_tuple((1, *shape))}, "
            "and one row came back."
        )
        return lines + self.paragraph(why, width)

    def _image_shape(self) -> tuple[int, ...]:
        return self.scene.predictions.image_shape if self.scene.predictions else ()


def _shape(shown: ShownPrediction) -> str:
    return f"(1, {len(shown.output)})"


def _tuple(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))})"


def _number(share: float | None) -> float:
    return share if share is not None and math.isfinite(share) else 0.0


def _percent(share: float | None) -> str:
    return "   NaN" if share is None or math.isnan(share) else f"{share:6.1%}"
