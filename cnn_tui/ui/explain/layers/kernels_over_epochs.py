"""Kernels forming: a row of a layer's filters for each of some epochs that the run has kept."""

from __future__ import annotations

from rich.text import Text

from cnn_tui.jobs.explain.answers import Kernels
from cnn_tui.jobs.explain.protocol import ShowKernels
from cnn_tui.text import padded
from cnn_tui.ui.explain.scene import AnswerWanted, Scene
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.widgets.image import side_by_side
from cnn_tui.ui.widgets.tiles import GAP

_MOST = 12
"""Epochs, as far apart as can be where more are kept."""
_LABEL = 9


class KernelsOverEpochs:
    """The epochs that are shown, what is asked about them, and how they look."""

    def __init__(self, view: ExplainView) -> None:
        self._view = view

    def wanted(self, layer: str) -> list[AnswerWanted]:
        scene = self._view.scene
        asked = [ShowKernels(scene.model_id, layer, epoch) for epoch in _some(scene, _MOST)]
        return [AnswerWanted(one, Kernels, f"kernels of {one.epoch}") for one in asked]

    def draw(self, kernels: Kernels, chosen: int, channel: int, width: int, room: int) -> list[Text]:
        """Rows for as many epochs as fit; the filters around the chosen one. `kernels` tell the layer and its shape."""
        scene = self._view.scene
        rows, columns, _, filters = kernels.shape
        count = len(_some(scene, _MOST))
        # The larger a weight is drawn, the fewer epochs there is room for.
        each = next((one for one in (4, 2) if (one // 2 * rows + 1) * count + 1 <= room), 2)
        tall, wide = each // 2 * rows, max(each * columns, 4)
        fit = max(1, (width - _LABEL) // (wide + GAP))
        first = chosen // fit * fit
        page = range(first, min(filters, first + fit))
        lines = [Text(" " * _LABEL)]
        for one in page:
            words = f"{'▸' if one == chosen else ' '}{one + 1}"
            lines[0].append(padded(words, wide + GAP), self._view.style("cursor" if one == chosen else "dim"))
        for epoch in _some(scene, max(2, (room - 1) // (tall + 1))):
            lines += self._row(ShowKernels(scene.model_id, kernels.name, epoch), page, channel, wide, tall)
        return lines[:room]

    def _row(self, question: ShowKernels, page: range, channel: int, wide: int, tall: int) -> list[Text]:
        """One epoch, and a blank line."""
        view, here = self._view, question.epoch == self._view.scene.epoch
        words = f"epoch {question.epoch}" if question.epoch else "the end"
        label = [Text(padded(words, _LABEL - GAP), view.style("accent" if here else "dim"))]
        found = view.scene.answer(question, Kernels)
        if found is None:
            words = view.scene.refusal(question) or view.scene.waiting("kernels")
            return [*side_by_side([label, [Text(words, view.style("dim"))]], GAP), *[Text()] * tall]
        blocks = [view.drawn_kernel(found.kernel(one)[channel], wide, tall) for one in page]
        return [*side_by_side([label, *blocks], GAP), Text()]


def _some(scene: Scene, most: int) -> list[int]:
    """At most so many of the epochs, as far apart as can be, the first and the last among them."""
    every = scene.epochs
    if len(every) <= most:
        return list(every)
    return [every[round(at * (len(every) - 1) / (most - 1))] for at in range(most)]
