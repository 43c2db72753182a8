"""What is asked about where a network looked, and what has been answered: a map comes in parts, each asked for anew."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cnn_tui.jobs.explain.answers import LayerFacts, ModelFacts
from cnn_tui.jobs.explain.protocol import DescribeModel
from cnn_tui.jobs.explain.where_protocol import METHODS, LookWhere, Method, Where, added_up, following, is_convolution
from cnn_tui.ui.explain.scene import Scene


class WhereQuestions:
    """The questions about the image that a scene shows, and the answers that the scene has by now."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._sums: dict[LookWhere, Where] = {}

    @property
    def facts(self) -> ModelFacts | None:
        return self._scene.answer(DescribeModel(self._scene.model_id), ModelFacts)

    @property
    def convolutions(self) -> tuple[LayerFacts, ...]:
        facts = self.facts
        return tuple(layer for layer in facts.layers if is_convolution(layer.kind)) if facts else ()

    @property
    def true_label(self) -> int | None:
        gallery = self._scene.gallery
        return None if self._scene.own is not None or gallery.index is None else gallery.label_of(gallery.index)

    def questions(self, method: Method, layer: str, label: int | None) -> list[LookWhere]:
        """One for the class `label`, None for the predicted one; one for the true class, where that is another."""
        own, index = self._scene.own, self._scene.gallery.index
        if own is None and index is None:
            return []
        image, picture = (0, own.path) if own is not None else (index or 0, "")
        first = LookWhere(self._scene.model_id, image, picture, method, layer, label, epoch=self._scene.epoch)
        true, parts = self.true_label, self._parts(first)
        if true is not None and parts and parts[0].label != true and true < len(parts[0].class_names):
            return [first, msgspec.structs.replace(first, label=true)]
        return [first]

    def next_of(self, question: LookWhere) -> LookWhere | None:
        """The question that asks for the next part of an answer; None where it is whole or was refused."""
        parts = self._parts(question)
        if parts and parts[-1].is_whole:
            return None
        following_one = following(question, parts[-1]) if parts else question
        return None if self._scene.refusal(following_one) else following_one

    def whole(self, questions: Sequence[LookWhere]) -> tuple[Where, ...]:
        """The answers to the questions; none while one of them is not whole."""
        found = [self._parts(question) for question in questions]
        if not all(parts and parts[-1].is_whole for parts in found):
            return ()
        return tuple(self._sum(question, parts) for question, parts in zip(questions, found, strict=True))

    def share_done(self, questions: Sequence[LookWhere]) -> float | None:
        """How much of the answer is there that is worked on, from 0 to 1; None where none is."""
        for question in questions:
            if self.next_of(question) is not None:
                parts = self._parts(question)
                return parts[-1].done / parts[-1].total if parts else 0.0
        return None

    def _parts(self, question: LookWhere) -> list[Where]:
        """The parts of an answer that are there."""
        parts: list[Where] = []
        while (part := self._scene.answer(question, Where)) is not None:
            parts.append(part)
            if part.is_whole:
                break
            question = following(question, part)
        return parts

    def _sum(self, question: LookWhere, parts: list[Where]) -> Where:
        """The whole answer, added up once."""
        if question not in self._sums:
            while len(self._sums) >= 2 * len(METHODS):
                del self._sums[next(iter(self._sums))]
            self._sums[question] = added_up(parts)
        return self._sums[question]
