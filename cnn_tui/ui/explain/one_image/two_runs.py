"""Two runs, one image: the test images for which they name different classes, and what each of them makes of one."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from rich.text import Text

from cnn_tui.analysis.chance.tested_images import OnSameImages, on_same_images
from cnn_tui.analysis.differing import SIDES, Differing, Side, differing, divided_in_words
from cnn_tui.artifacts.predictions import Predictions
from cnn_tui.history.run import Run
from cnn_tui.jobs.explain.answers import Done, PartDone
from cnn_tui.jobs.explain.where_protocol import LookWhere, Where
from cnn_tui.text import fitted, padded
from cnn_tui.ui.explain.one_image.maps_beside import MapsBeside
from cnn_tui.ui.explain.scene import AnswerWanted, Scene
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.heat import legend
from cnn_tui.ui.widgets.image import side_by_side
from cnn_tui.ui.widgets.lines import inert

_TALLEST = 16
"""Lines of an image at most."""
_LEAST_BARS = 3
_NAME = 12


class _Both(NamedTuple):
    """Two runs' predictions of the same images, and where they differ."""

    ours: Predictions
    theirs: Predictions
    test: OnSameImages
    differing: list[Differing]


class TwoRunsView(ExplainView):
    """The run that is looked into, and another one beside it: where each looked, or a layer's activations."""

    code: ClassVar[str] = "two_runs"
    title: ClassVar[str] = "two runs"
    keys: ClassVar[str] = "beside next_image method next_layer next_filter order class open run"
    opens: ClassVar[str] = "predictions"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.other: Scene | None = None
        """The run that stands beside."""
        self._both: _Both | None = None
        self._side: Side = "all"
        self._label: int | None = None
        """The true class of the images that are shown; None for all classes."""
        self._at = 0
        self._maps = MapsBeside(self)
        self._shows_maps = False
        """Whether the activations of a layer are shown, or where the runs looked."""

    def show(self, scene: Scene) -> None:
        """Another run is looked into: the one beside it stays, unless it is that one."""
        super().show(scene)
        other = self.other.run if self.other else None
        self.stand_beside(None if other is None or (scene.run and scene.run.id == other.id) else other)

    def stand_beside(self, run: Run | None) -> None:
        self.other = Scene(run) if run else None
        self._both, self._side, self._label, self._at = None, "all", None, 0
        self._maps = MapsBeside(self)

    def settle(self) -> None:
        """Take in predictions that had to be worked out again, and find where the two differ."""
        other, ours = self.other, self.scene.predictions
        if other is None:
            return
        if any(self._is_done(one) for one in other.kept(self.scene)):
            other.read()
        theirs = other.predictions
        if ours is None or theirs is None:
            self._both = None
        elif self._both is None or (self._both.ours, self._both.theirs) != (ours, theirs):
            test = on_same_images(self._run_id(self.scene), self._run_id(other), ours, theirs)
            self._both = _Both(ours, theirs, test, differing(ours, theirs)) if test else None

    def _is_done(self, wanted: AnswerWanted) -> bool:
        part = self.scene.answer(wanted.question, PartDone)
        return part.is_whole if part else self.scene.answer(wanted.question, Done) is not None

    @staticmethod
    def _run_id(scene: Scene) -> int:
        return scene.run.id if scene.run else 0

    # Which images

    @property
    def _shown(self) -> list[Differing]:
        found, label = self._both.differing if self._both else [], self._label
        return [one for one in found if self._side in ("all", one.side) and label in (None, one.label)]

    @property
    def _one(self) -> Differing | None:
        shown = self._shown
        return shown[min(self._at, len(shown) - 1)] if shown else None

    def move_image(self, by: int) -> None:
        self._at = max(0, min(self._at + by, len(self._shown) - 1))

    def move_to_end(self, *, last: bool) -> None:
        self._at = max(0, len(self._shown) - 1) if last else 0

    def move_half_pages(self, by: int) -> None:
        self.move_image(8 * by)

    def next_order(self) -> bool:
        """All of them, those that only the one run has right, only the other, neither."""
        self._side, self._at = SIDES[(SIDES.index(self._side) + 1) % len(SIDES)], 0
        return True

    def choose_class(self, label: int | None) -> None:
        self._label, self._at = label, 0

    def next_method(self) -> bool:
        """Where the runs looked, or what a layer of each makes of the image."""
        self._shows_maps = not self._shows_maps
        return True

    def move_layer(self, by: int) -> None:
        self._shows_maps = True
        self._maps.move_layer(by)

    def move_filter(self, by: int) -> None:
        self._shows_maps = True
        self._maps.move_filter(by)

    def leave(self) -> bool:
        """All images on which they differ again."""
        narrowed = self._side != "all" or self._label is not None
        if narrowed:
            self._side, self._label, self._at = "all", None, 0
        return narrowed

    def open(self) -> str | None:
        """The image among the predictions."""
        if self._one is None:
            return None
        self.scene.gallery.show(self._one.image)
        return "predictions"

    # What it asks

    def wanted(self) -> list[AnswerWanted]:
        if self.other is None:
            return []
        found, one = [*self.scene.kept(), *self.other.kept(self.scene)], self._one
        for at, scene in enumerate((self.scene, self.other)):
            if one is None or not scene.model_id:
                continue
            if self._shows_maps:
                found += self._maps.wanted(at, scene, one.image)
            else:
                found.append(AnswerWanted(self._where(scene, one), Where, f"beside {at}"))
        return found

    @staticmethod
    def _where(scene: Scene, one: Differing) -> LookWhere:
        return LookWhere(scene.model_id, one.image, epoch=scene.epoch)

    # Drawing

    def draw(self, width: int, height: int) -> list[Text]:
        if words := self._nothing():
            return self.paragraph(words, width)
        both, one = self._both, self._one
        if both is None or self.other is None or self.other.run is None:
            return []
        head = Text(f"beside run {self.other.run.id}, {inert(self.other.run.name)}: ", self.style("dim"))
        head.append(self._place(), self.style("strong"))
        head.truncate(width)
        lines = [head, *self.paragraph(f"{both.test.shortly()} {divided_in_words(both.differing)}", width)]
        if one is None:
            return lines
        return [*lines, *self._image(both, one, width, height - len(lines))]

    def _nothing(self) -> str:
        """Why there is nothing to show, or not yet."""
        beside = key_of("explain.beside")
        if self.scene.predictions is None:
            return self.scene.state_of_kept("predictions")
        run = self._run_id(self.scene)
        if self.other is None:
            return (
                f"{beside} chooses a run to stand beside run {run}: the test images for which the two name different "
                f"classes, and what each makes of them. Two runs marked in the history ({key_of('history.mark')}) "
                f"stand beside each other with {key_of('history.explain')}."
            )
        other = self._run_id(self.other)
        if self.other.predictions is None:
            lost = self.other.kept(self.scene)
            refusal = self.scene.refusal(lost[0].question) if lost else self.other.state_of_kept("predictions")
            return f"Run {other}: {refusal}" if refusal else self.scene.waiting(f"what run {other} says")
        if self._both is None:
            return f"Runs {run} and {other} were not tested on the same images. {beside} chooses another run."
        return "" if self._both.differing else self._both.test.shortly() + " " + divided_in_words([])

    def _place(self) -> str:
        """Where one is, as `3 of 54 that only run 1 has right`."""
        ours, theirs = self._run_id(self.scene), self._run_id(self.other) if self.other else 0
        which = {
            "all": "on which they differ",
            "ours": f"that only run {ours} has right",
            "theirs": f"that only run {theirs} has right",
            "neither": "on which they differ, both wrong",
        }[self._side]
        of = f", {self.scene.gallery.name(self._label)}" if self._label is not None else ""
        count = len(self._shown)
        return f"{min(self._at, count - 1) + 1:,} of {count:,} {which}{of}" if count else f"none {which}{of}"

    def _image(self, both: _Both, one: Differing, width: int, room: int) -> list[Text]:
        """The image, and beside it what each run says and where it looked, with the bars of its classes."""
        wide = (width - 2) // 3 - 1
        tall = max(1, min(_TALLEST, room - 2 - _LEAST_BARS))
        picture = self.scene.picture_of(one.image)
        name = self.scene.gallery.name(one.label)
        left = [Text(fitted(f"test image {one.image}", wide), self.style("strong"))]
        left.append(Text(fitted(f"it is {name} ←", wide)))
        if picture is not None:
            left += self.drawn(picture, wide, tall)
        classes = self._likely_classes(both, one, room - 2 - max(_LEAST_BARS, len(left) - 2))
        blocks = [left]
        for at, predictions in enumerate((both.ours, both.theirs)):
            scene = (self.scene, self.other)[at]
            if scene is not None:
                said = [*self._said(scene, predictions, one, one.said[at], wide), *self._heat(scene, one, wide, tall)]
                said += [Text()] * (len(left) - len(said))
                blocks.append([*said, *self._bars(predictions, one, one.said[at], classes, wide)])
        for words in self._how():
            told = self.paragraph(words, wide)
            left += told if len(left) + len(told) <= room else []
        return side_by_side([block[:room] for block in blocks])

    def _how(self) -> tuple[str, ...]:
        """What is shown of each run, and how it is to be read."""
        method = key_of("explain.method")
        if not self._shows_maps:
            words = f"Grad-CAM of the class that each names ({method}: activations)."
            return words, legend(self.mode, only_for=True)
        layer, filters = (
            f"{key_of(f'explain.previous_{one}')} {key_of(f'explain.next_{one}')}" for one in ("layer", "filter")
        )
        words = f"What a layer of each makes of it ({method}: Grad-CAM)."
        return words, f"{layer} another layer, {filters} another filter. Each map is as bright as its largest number."

    def _said(self, scene: Scene, predictions: Predictions, one: Differing, said: int, wide: int) -> list[Text]:
        when = f" after epoch {scene.epoch}" if scene.epoch else ""
        words = Text(fitted(predictions.class_names[said], wide - 9), "bold")
        words.append("  ").append_text(self.right_or_wrong(said == one.label))
        return [Text(fitted(f"run {self._run_id(scene)}{when}", wide), self.style("strong")), words]

    def _heat(self, scene: Scene, one: Differing, wide: int, tall: int) -> list[Text]:
        if not scene.model_id:
            return self.paragraph("Its model is not kept.", wide)
        if self._shows_maps:
            return self._maps.draw(scene, one.image, wide, tall)
        question = self._where(scene, one)
        found = self.scene.answer(question, Where)
        if found is None:
            words = self.scene.refusal(question) or self.scene.waiting("where it looked")
            return self.paragraph(words, wide)[:tall]
        return self.drawn_heat(found.picture, found.map, wide, tall)

    def _likely_classes(self, both: _Both, one: Differing, room: int) -> list[int]:
        """The classes that there is room for, in order: the true one, those that are named, then the likeliest."""
        shares = [both.ours.probabilities(one.image), both.theirs.probabilities(one.image)]
        count = min(map(len, shares))
        first = [at for at in (one.label, *one.said) if at < count]
        rest = sorted(range(count), key=lambda at: -max(row[at] for row in shares))
        return sorted(list(dict.fromkeys([*first, *rest]))[: max(_LEAST_BARS, room)])

    def _bars(self, predictions: Predictions, one: Differing, said: int, classes: list[int], wide: int) -> list[Text]:
        shares, lines = predictions.probabilities(one.image), []
        for at in classes:
            line = Text(no_wrap=True)
            line.append(padded(fitted(predictions.class_names[at], _NAME), _NAME), "bold" if at == said else "")
            line.append(f" {shares[at]:6.1%} ")
            line.append_text(self.bar(shares[at], max(2, wide - line.cell_len - 2), best=at == said))
            line.append(" ←" if at == one.label else "", self.style("good"))
            lines.append(line)
        return lines
