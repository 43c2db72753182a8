"""The guided start: a line or two above the keys that say what to try, until a first network is trained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rich.text import Text

from cnn_tui.experiment.document import Document
from cnn_tui.home import home
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.watcher import Live
from cnn_tui.ui.widgets.lines import Lines


class GuideStep(NamedTuple):
    """What to try, and how it shows that it was done."""

    words: Callable[[], str]
    done: Callable[[Guide], bool]


class Guide(Lines):
    """Says what to try next, and goes on by itself when that was done; Esc ends it for good."""

    def __init__(self, document: Document, live: Live) -> None:
        super().__init__(id="guide")
        self.document, self.live = document, live
        self._first = document.experiment
        self._at = 0

    def draw(self, width: int, height: int) -> list[Text]:
        step = STEPS[self._at]
        words = Text.assemble((f" {self._at + 1}/{len(STEPS)} ", self.style("cursor")), f" {step.words()} ")
        words.append(f"{key_of('lab.back')} ends the guide.", self.style("dim"))
        first, *rest = words.wrap(self.app.console, max(1, width - 1))
        return [first, *(Text.assemble(" ", line) for line in rest)][:height]

    def look(self) -> None:
        """Go on to the first step that was not done yet."""
        at = self._at
        while STEPS[at].done(self):
            at += 1
        # Whoever trains at once needs no word about editing.
        at = max([at, *(number + 1 for number in _WHATEVER_ELSE if STEPS[number].done(self))])
        if self._at != at:
            self._at = at
            self.redraw()

    def changed(self) -> bool:
        """Whether the stack is another than at the start."""
        return self.document.experiment.layers != self._first.layers

    def trained(self) -> bool:
        return self.live.run is not None and not self.live.run.live


def _never(guide: Guide) -> bool:
    return False


STEPS = (
    GuideStep(
        lambda: (
            f"This network will tell ten kinds of clothes apart. {key_of('stack.step_up')} doubles the filters of its "
            "first layer."
        ),
        Guide.changed,
    ),
    GuideStep(
        lambda: f"Shapes and parameters have followed. {key_of('edit.undo')} takes the edit back.",
        lambda guide: not guide.changed(),
    ),
    GuideStep(lambda: f"{key_of('run.start')} trains the network.", lambda guide: guide.live.run is not None),
    GuideStep(
        lambda: (
            f"It trains in a process of its own: even {key_of('lab.quit')} does not stop it. "
            f"{key_of('pane.training')} shows its curves."
        ),
        Guide.trained,
    ),
    GuideStep(
        lambda: (
            "Test accuracy is its share of right answers on images it never saw. "
            f"{key_of('pane.history')}, {key_of('history.open')}: all about the run."
        ),
        _never,
    ),
)
_WHATEVER_ELSE = (2, 3)
"""The steps that count whenever they are done."""


def wanted(count: int) -> bool:
    """Whether this is somebody's first time: no run yet, and the guide was never ended. `count` is that of runs."""
    return count == 0 and not _mark().exists()


def never_again() -> None:
    """Keep that the guide was ended. Raises OSError where that cannot be kept."""
    _mark().touch()


def _mark() -> Path:
    return home() / "guide-ended"
