"""The slider over the epochs whose weights a run has kept: which one is looked at, and what was measured after it."""

from __future__ import annotations

from rich.text import Text

from cnn_tui.history.epoch import metric_shown
from cnn_tui.ui.explain.scene import Scene
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.lines import Lines

_LONGEST = 40
_FIGURES = ("accuracy", "val_accuracy", "loss", "val_loss")


class EpochSlider(Lines):
    """One line, which is there only for a run that has kept some."""

    def __init__(self) -> None:
        super().__init__(id="explain-epochs")
        self._scene = Scene()
        self.display = False

    def show(self, scene: Scene) -> None:
        self._scene = scene
        self.display = len(scene.epochs) > 1
        self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        scene, run = self._scene, self._scene.run
        if run is None:
            return []
        line = Text(no_wrap=True)
        line.append(f"{key_of('explain.previous_epoch')} ", self.style("dim"))
        self._draw_track(line, min(_LONGEST, max(5, width // 4)))
        line.append(f" {key_of('explain.next_epoch')}  ", self.style("dim"))
        last = len(run.epochs)
        number = scene.epoch or last
        line.append(f"epoch {number} of {last}", self.style("accent" if scene.epoch else "strong"))
        line.append("" if scene.epoch else ", the end", self.style("dim"))
        metrics = next((one.metrics for one in run.epochs if one.epoch == number), {})
        tails = [f"  {name} {metric_shown(name, metrics[name])}" for name in _FIGURES if name in metrics]
        tails[:0] = [f"   {key_of('lab.back')}: the end"] if scene.epoch else []
        for tail in tails:
            if line.cell_len + len(tail) <= width:
                line.append(tail, self.style("dim"))
        return [line]

    def _draw_track(self, line: Text, most: int) -> None:
        """A cell for each kept epoch, or as many as there is room for, and where one is."""
        ascii_only = getattr(self.app, "ascii_only", False)
        count = len(self._scene.epochs)
        cells = min(count, most)
        at = self._scene.epochs.index(self._scene.epoch) * (cells - 1) // max(1, count - 1)
        way, here = ("-", "O") if ascii_only else ("─", "●")
        line.append(way * at, self.style("dim"))
        line.append(here, self.style("accent"))
        line.append(way * (cells - 1 - at), self.style("dim"))
