"""Where the network looked: the image with a map over it of what speaks for a class, and what speaks against it."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from rich.text import Text

from cnn_tui.jobs.explain.answers import ModelFacts
from cnn_tui.jobs.explain.protocol import DescribeModel
from cnn_tui.jobs.explain.where_protocol import (
    METHODS,
    OF_A_LAYER,
    TITLES,
    LookWhere,
    Method,
    Where,
)
from cnn_tui.network.by_hand.convolution import Plane
from cnn_tui.reports.where_words import said_of
from cnn_tui.text import fitted
from cnn_tui.ui.explain.one_image.where_questions import WhereQuestions
from cnn_tui.ui.explain.scene import AnswerWanted, Scene
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.heat import legend
from cnn_tui.ui.widgets.image import side_by_side

_LARGEST = (64, 32)
"""Cells of an image at most."""


class _ShownMaps(NamedTuple):
    """What is drawn: the image, and a map for each class."""

    image: int | None
    label: int | None
    maps: tuple[Where, ...]


class WhereView(ExplainView):
    """One image, the map for the class that is predicted or chosen, and beside it that for the true one."""

    code: ClassVar[str] = "where"
    title: ClassVar[str] = "where it looked"
    keys: ClassVar[str] = "next_image method next_layer class numbers order picture run"
    has_numbers: ClassVar[bool] = True
    keeps_last: ClassVar[bool] = True
    shows_own_picture: ClassVar[bool] = True
    class_question: ClassVar[tuple[str, str]] = ("Where did it look for which class?", "the predicted class")

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.method: Method = METHODS[0]
        self._before: Method = METHODS[0]
        """The method that Esc goes back to while this one is still at work."""
        self._layer_at = -1
        self._label: int | None = None
        self._shown: _ShownMaps | None = None
        self._asked = WhereQuestions(scene)

    def show(self, scene: Scene) -> None:
        super().show(scene)
        self._layer_at, self._label, self._shown = -1, None, None
        self._asked = WhereQuestions(scene)

    # What it asks

    @property
    def _method(self) -> Method:
        """The chosen method, or the first that a network without a convolution can be asked with."""
        if self.method in OF_A_LAYER and not self._asked.convolutions:
            return next(one for one in METHODS if one not in OF_A_LAYER)
        return self.method

    def wanted(self) -> list[AnswerWanted]:
        run = self.scene.model_id
        if not run:
            return []
        found = [*self.scene.kept(), AnswerWanted(DescribeModel(run), ModelFacts)]
        if self._asked.facts is not None:
            unanswered = [self._asked.next_of(question) for question in self._questions()]
            found += [AnswerWanted(one, Where, f"where {at}") for at, one in enumerate(unanswered) if one is not None]
        return found

    def _questions(self) -> list[LookWhere]:
        method, layers = self._method, self._asked.convolutions
        return self._asked.questions(method, layers[self._layer_at].name if method in OF_A_LAYER else "", self._label)

    def settle(self) -> None:
        """What is shown stays until the next answer is whole: a map that forms would be sent over and over."""
        if maps := self._asked.whole(self._questions()):
            image = None if self.scene.own is not None else self.scene.gallery.index
            self._shown = _ShownMaps(image, self._asked.true_label, maps)

    @property
    def _is_at_work(self) -> bool:
        return self._asked.share_done(self._questions()) is not None

    def _progress(self) -> str:
        """That an answer is worked on and how far it is; "" where none is."""
        return f"working out …{self._how_far()}" if self._is_at_work else ""

    def _how_far(self) -> str:
        """How far the answer is that is worked on, and how it is left; "" where there is neither."""
        done = self._asked.share_done(self._questions())
        share = f" {done:.0%}".replace("%", " %") if done else ""
        can_leave = done is not None and self.method != self._before
        return f"{share}; {key_of('lab.back')} leaves it" if can_leave else share

    # The keys

    def next_method(self) -> bool:
        if not self._is_at_work:
            self._before = self.method
        able = [one for one in METHODS if one not in OF_A_LAYER or self._asked.convolutions]
        self.method = able[(able.index(self._method) + 1) % len(able)]
        return True

    def leave(self) -> bool:
        """Go back to the method before, where this one is still at work."""
        if self.method == self._before or not self._is_at_work:
            return False
        self.method = self._before
        return True

    def move_layer(self, by: int) -> None:
        count = len(self._asked.convolutions)
        if count and self._method in OF_A_LAYER:
            self._layer_at = max(-count, min(self._layer_at + by, -1))

    @property
    def class_names(self) -> tuple[str, ...]:
        facts = self._asked.facts
        return facts.class_names if facts else self.scene.gallery.names

    def choose_class(self, label: int | None) -> None:
        self._label = label

    # Drawing

    def draw(self, width: int, height: int) -> list[Text]:
        if words := self._nothing():
            return self.paragraph(words, width)
        if self._shown is None:
            waiting = self.scene.waiting(f"where it looked, by {TITLES[self._method]}")
            return self.paragraph(f"{waiting}{self._how_far()}", width)
        head = self._head(self._shown, width)
        below = self._below(self._shown, width)
        room = height - len(head) - 1
        below = below[: max(1, room - 6)]
        room -= len(below)
        if self.scene.numbers:
            return [*head, *self._numbers(self._shown.maps[0], width, room + 1), *below]
        return [*head, *self._pictures(self._shown, width, room), *below]

    def _nothing(self) -> str:
        if words := self.scene.why_nothing("maps of where it looked"):
            return words
        if self._asked.facts is None:
            described = DescribeModel(self.scene.model_id)
            return self.scene.refusal(described) or self.scene.waiting("where it looked")
        questions = self._questions()
        if not questions:
            return self.scene.state_of_kept("images") if self.scene.kept() else f"{self.scene.gallery.place()}."
        for question in questions:
            if refusal := self.scene.refusal(question):
                return refusal
        return ""

    def _head(self, shown: _ShownMaps, width: int) -> list[Text]:
        """The image and its place; the method and the layer; how far it is."""
        gallery = self.scene.gallery
        place = Text(f"test image {shown.image}", self.style("strong"))
        place.append(f"   {gallery.place()}")
        if shown.image is None:
            keys = f"{key_of('explain.previous_image')} and {key_of('explain.next_image')}"
            place = Text(fitted(f"your picture; {keys} go back to the test images", width))
        words = Text.assemble((f"{key_of('explain.method')} ", self.style("dim")), (TITLES[self._method], "bold"))
        layers = self._asked.convolutions
        if self._method in OF_A_LAYER:
            at = len(layers) + self._layer_at
            layer = layers[at]
            words.append(f"   [ ] layer {at + 1}/{len(layers)} ", self.style("dim"))
            words.append(layer.name, "bold")
        elif not layers:
            words.append("   no convolution, so no Grad-CAM", self.style("dim"))
        if working := self._progress():
            words.append(f"   {working}", self.style("accent"))
        for line in (place, words):
            line.truncate(width)
        return [place, words]

    def _pictures(self, shown: _ShownMaps, width: int, room: int) -> list[Text]:
        """The image, and beside it a map for each class, with captions above."""
        first = shown.maps[0]
        wide = min(_LARGEST[0], (width + 2) // (len(shown.maps) + 1) - 2)
        tall = min(_LARGEST[1], room)
        label = "yours" if shown.label is None else self.scene.gallery.name(shown.label)
        blocks = [[Text(fitted(label, wide), self.style("strong")), *self.drawn(first.picture, wide, tall)]]
        for where in shown.maps:
            caption = Text(fitted(self._caption(shown, where), wide), "bold")
            blocks.append([caption, *self.drawn_heat(where.picture, where.map, wide, tall)])
        return side_by_side(blocks)

    def _caption(self, shown: _ShownMaps, where: Where) -> str:
        """The class, how sure the network is of it, and whether it is the true or the predicted one."""
        share = where.probabilities[where.label]
        what = " predicted" if where.label == where.predicted else " true" if where.label == shown.label else ""
        return f"{where.name} {'NaN' if share is None else f'{share:.1%}'}{what}"

    def _below(self, shown: _ShownMaps, width: int) -> list[Text]:
        lines: list[Text] = []
        for where in shown.maps:
            lines += self.paragraph(" ".join(said_of(where)), width, "")
        if not self.scene.numbers:
            lines.append(Text(fitted(legend(self.mode, only_for=self._method in OF_A_LAYER), width), self.style("dim")))
        return lines

    def _numbers(self, where: Where, width: int, room: int) -> list[Text]:
        """The map in numbers: all of it, or coarser where it does not fit."""
        plane = where.map
        low, high = min(map(min, plane)), max(map(max, plane))
        digits = 2 if 0.1 <= max(abs(low), abs(high)) < 10 else 1 if max(abs(low), abs(high)) >= 10 else 4
        each = max(len(f"{one:.{digits}f}") for one in (low, high)) + 1
        rows, columns = min(len(plane), max(1, room - 1)), min(len(plane[0]), max(1, width // each))
        head = f"{where.name}: {len(plane)}x{len(plane[0])} numbers from {low:.3g} to {high:.3g}"
        if (rows, columns) != (len(plane), len(plane[0])):
            head += f", shown as {rows}x{columns} means"
        lines = [Text(fitted(head, width), "bold")]
        return lines + [
            Text("".join(f"{number:{each}.{digits}f}" for number in row)) for row in means(plane, rows, columns)
        ]


def means(plane: Plane, rows: int, columns: int) -> Plane:
    """The map in so many rows and columns, no more than it has: each the mean of those that fall together."""

    def parts(count: int, shown: int) -> list[slice]:
        return [slice(at * count // shown, (at + 1) * count // shown) for at in range(shown)]

    across = parts(len(plane[0]), columns)
    return tuple(
        tuple(
            sum(sum(row[some]) for row in plane[lines]) / ((some.stop - some.start) * (lines.stop - lines.start))
            for some in across
        )
        for lines in parts(len(plane), rows)
    )
