"""What a layer makes of one image in each of two runs, for the view that has them beside each other."""

from __future__ import annotations

from rich.text import Text

from cnn_tui.jobs.explain.answers import Activations, LayerFacts, ModelFacts
from cnn_tui.jobs.explain.protocol import DescribeModel, ShowActivations
from cnn_tui.text import cells, fitted
from cnn_tui.ui.explain.scene import AnswerWanted, Scene
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.widgets.tiles import laid, lay_out

_MOST = 64


class MapsBeside:
    """The layer and filter that are looked at, counted from the first in each of the runs; which of it is shown."""

    def __init__(self, view: ExplainView) -> None:
        self._view = view
        self._layer_at = self._filter = 0
        self._counts: dict[int, int] = {}
        """How many filters the layer has in a run."""

    def wanted(self, at: int, scene: Scene, image: int) -> list[AnswerWanted]:
        """What is asked of the run that stands at that place."""
        question = self._question(scene, image)
        found = [AnswerWanted(DescribeModel(scene.model_id), ModelFacts)]
        return [*found, *([AnswerWanted(question, Activations, f"maps beside {at}")] if question else [])]

    def move_layer(self, by: int) -> None:
        most = max(map(len, map(self._layers, self._runs)), default=1) - 1
        self._layer_at, self._filter = max(0, min(self._layer_at + by, most)), 0

    def move_filter(self, by: int) -> None:
        self._filter = max(0, min(self._filter + by, max(self._counts.values(), default=1) - 1))

    @property
    def _runs(self) -> list[int]:
        return list(self._counts)

    def _layers(self, run: int) -> tuple[LayerFacts, ...]:
        facts = self._view.scene.answer(DescribeModel(run), ModelFacts)
        return facts.layers if facts else ()

    def _layer(self, run: int) -> LayerFacts | None:
        layers = self._layers(run)
        return layers[min(self._layer_at, len(layers) - 1)] if layers else None

    def _question(self, scene: Scene, image: int) -> ShowActivations | None:
        layer = self._layer(scene.model_id)
        if layer is None:
            return None
        first = min(self._filter, layer.shape[2] - 1) // _MOST * _MOST
        return ShowActivations(scene.model_id, (image,), "", (layer.name,), first, _MOST, scene.epoch)

    def draw(self, scene: Scene, image: int, wide: int, tall: int) -> list[Text]:
        """The layer's name, and the maps of as many of its filters as fit, the chosen one among them."""
        view, run = self._view, scene.model_id
        layer, question = self._layer(run), self._question(scene, image)
        found = view.scene.answer(question, Activations) if question else None
        if layer is None or question is None or found is None:
            refusal = view.scene.refusal(question or DescribeModel(run))
            known = view.scene.knows(DescribeModel(run))
            nothing = "It has no convolution and no pooling, so there are no maps." if known and not layer else ""
            return view.paragraph(refusal or nothing or view.scene.waiting("activations"), wide)[:tall]
        maps, count = found.layers[0], layer.shape[2]
        self._counts[run] = count
        at = min(self._filter, count - 1)
        tiles = lay_out(len(maps.maps[0]), maps.size, wide, tall - 1)
        page = [maps.first + one for one in tiles.page_of(at - maps.first, len(maps.maps[0]))]
        height, width, _ = layer.shape
        which = f"{page[0] + 1}-{page[-1] + 1} of {count}" if len(page) < count else f"{count}"
        words = f"{layer.name} {height}x{width}, filters {which}"
        words = words if cells(words) <= wide else f"{layer.name} {which}"
        head = Text(fitted(words, wide), view.style("dim"))
        blocks = []
        for one in page:
            label = Text(f"{'▸' if one == at else ' '}{one + 1}", view.style("cursor" if one == at else "dim"))
            blocks.append((label, view.drawn(maps.picture(0, one), tiles.wide, tiles.tall)))
        return [head, *laid(tiles, blocks)][:tall]
