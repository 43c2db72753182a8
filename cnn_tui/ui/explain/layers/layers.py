"""What the views of activations and filters share: the model's layers, the layer and filter that are looked at."""

from __future__ import annotations

from rich.text import Text

from cnn_tui.jobs.explain.answers import DeadFilters, LayerFacts, ModelFacts
from cnn_tui.jobs.explain.protocol import DescribeModel, FindDeadFilters
from cnn_tui.ui.explain.scene import AnswerWanted, Scene
from cnn_tui.ui.explain.view import ExplainView


class LayerView(ExplainView):
    """A view of one layer of the model, and of one of its filters."""

    what = "maps"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.layer_at = 0
        self.filter = 0
        self.one = False
        """Whether one filter is shown, or all that fit."""

    def show(self, scene: Scene) -> None:
        """Another model: from its first layer on."""
        super().show(scene)
        self.layer_at = self.filter = 0

    @property
    def model_layers(self) -> tuple[LayerFacts, ...]:
        """The layers that can be looked at; none until the model is described."""
        facts = self.facts
        return facts.layers if facts else ()

    @property
    def facts(self) -> ModelFacts | None:
        return self.scene.answer(DescribeModel(self.scene.model_id), ModelFacts)

    @property
    def chosen_layer(self) -> LayerFacts | None:
        layers = self.model_layers
        return layers[min(self.layer_at, len(layers) - 1)] if layers else None

    def wanted(self) -> list[AnswerWanted]:
        """The model's description, what the view asks of it, and which filters are dead."""
        run = self.scene.model_id
        if not run:
            return []
        found = [AnswerWanted(DescribeModel(run), ModelFacts)]
        if self.chosen_layer is not None:
            found += self.questions()
            found += [] if self.scene.epoch else [AnswerWanted(FindDeadFilters(run), DeadFilters, "dead")]
        return found

    def questions(self) -> list[AnswerWanted]:
        return []

    # The keys

    def move_layer(self, by: int) -> None:
        self.layer_at = max(0, min(self.layer_at + by, len(self.model_layers) - 1))
        if self.chosen_layer is not None:
            self.filter = min(self.filter, self.chosen_layer.shape[2] - 1)

    def move_filter(self, by: int) -> None:
        if self.chosen_layer is not None:
            self.filter = max(0, min(self.filter + by, self.chosen_layer.shape[2] - 1))

    # Drawing

    def is_dead(self, layer: str, number: int) -> bool:
        """Whether a filter said the same of every pixel that was looked at."""
        return number in self.dead_of(layer)

    @property
    def _dead(self) -> DeadFilters | None:
        """What was found at the run's end: to look takes longer than to move on to another epoch."""
        return None if self.scene.epoch else self.scene.answer(FindDeadFilters(self.scene.model_id), DeadFilters)

    def dead_of(self, layer: str) -> tuple[int, ...]:
        found = self._dead
        return next((one.dead for one in found.layers if one.name == layer), ()) if found else ()

    def label(self, layer: str, number: int, wide: int) -> Text:
        """The number of a filter, counted from 1, above its picture of so many cells."""
        chosen = number == self.filter
        text = Text(f"{'▸' if chosen else ' '}{number + 1}", self.style("cursor" if chosen else "dim"))
        if self.is_dead(layer, number):
            text.append(" dead" if text.cell_len + len(" dead") <= wide else "✗", self.style("warn"))
        return text

    def head(self, width: int) -> list[Text]:
        """The layer, its place, and how many of its filters are dead."""
        layer = self.chosen_layer
        assert layer is not None
        height, wide, filters = layer.shape
        line = Text.assemble(
            (f"[ ] layer {self.model_layers.index(layer) + 1}/{len(self.model_layers)} ", self.style("dim")),
            (f"{layer.name} ", "bold"),
            (f"{height}x{wide}x{filters}", ""),
            ("   { } filter ", self.style("dim")),
            (f"{self.filter + 1}/{filters}", "bold"),
        )
        dead = self.dead_of(layer.name)
        found = self._dead
        if found is not None:
            said = f"{len(dead)} dead" if dead else "none dead"
            more = f"   {said} over {found.images} test images"
            if line.cell_len + len(more) > width:
                more = f"   {said}"
            if line.cell_len + len(more) <= width:
                line.append(more, self.style("warn" if dead else "dim"))
        return [line]

    def nothing(self) -> str:
        """Why there is nothing to draw, or what is waited for; "" when there is."""
        if words := self.scene.why_nothing(self.what):
            return words
        if self.facts is None:
            return self.scene.refusal(DescribeModel(self.scene.model_id)) or self.scene.waiting(self.what)
        if not self.model_layers:
            return f"Run {self.scene.model_id} has no convolution and no pooling, so there are no {self.what}."
        for one in self.questions():
            if refusal := self.scene.refusal(one.question):
                return refusal
        return ""
