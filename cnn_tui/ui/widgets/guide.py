"""The guided start: a line or two above the keys that say what to try, from the first edit to the first exercise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from rich.text import Text
from textual.screen import Screen

from cnn_tui.data.dataset import DatasetError
from cnn_tui.exercises.answers import answers
from cnn_tui.exercises.catalogue import set_names
from cnn_tui.experiment.document import Document
from cnn_tui.home import home, remedy
from cnn_tui.text import cause_of, counted
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.watcher import Live
from cnn_tui.ui.widgets.lines import Lines


class GuideProgress:
    """How far somebody is who opens the lab for the first time."""

    def __init__(self, document: Document, live: Live) -> None:
        self._document, self._live = document, live
        self._first = document.experiment
        self._looked = False
        self._run: int | None = None
        """The first run that was begun."""
        self.watches = False
        """Whether the curves are where the keys go."""
        self.at = 0
        """The step that comes next; after the last one, the guide is at its end."""

    def look(self, shown: str) -> None:
        """Go on to the first step that was not done yet; `shown` is the scope of the pane in focus."""
        if self._run is None and self._live.run is not None:
            self._run = self._live.run.id
        self.watches = shown == "training"
        self._looked = self._looked or (shown == "explain" and self.trained())
        # Whoever trains at once needs no word about editing.
        self.at = max([self.at, *(at + 1 for at in _WHATEVER_ELSE if STEPS[at].done(self))])
        while not self.ended and STEPS[self.at].done(self):
            self.at += 1

    @property
    def last(self) -> bool:
        """Whether what is left is the first exercise."""
        return self.at == len(STEPS) - 1

    @property
    def ended(self) -> bool:
        return self.at == len(STEPS)

    def what(self) -> str:
        """What the network will tell apart, as it is edited at the start."""
        if self._first.dataset == "fashion_mnist":
            return "ten kinds of clothes"
        try:
            return counted(self._first.data.classes, "class", "classes")
        except DatasetError:  # it is not here yet
            return "the classes of a dataset"

    def first_edit(self) -> str:
        """What the first key to try does to the layer that the cursor is at."""
        first = self._first.layers[0] if self._first.layers else None
        if hasattr(first, "filters"):
            return f"{key_of('stack.step_up')} doubles the filters of its first layer."
        return f"{key_of('stack.add_below')} adds a layer below the one at the cursor."

    def changed(self) -> bool:
        """Whether the stack is another than at the start."""
        return self._document.experiment.layers != self._first.layers

    def begun(self) -> bool:
        return self._live.run is not None

    def trained(self) -> bool:
        """Whether a run has ended; where another one is trained by now, the first has."""
        return self._live.run is not None and (not self._live.run.live or self._live.run.id != self._run)

    def looked(self) -> bool:
        """Whether what a trained network sees was looked at."""
        return self._looked

    def concluded(self) -> bool:
        """Whether an exercise is done."""
        given = (answers(self._live.history, name) for name in set_names())
        return any(one.done for found in given for one in found.values())


class GuideStep(NamedTuple):
    """What to try, and how it shows that it was done."""

    words: Callable[[GuideProgress], str]
    done: Callable[[GuideProgress], bool]


class Guide(Lines):
    """Says what to try next, and goes on by itself when that was done. `words` stand in place of the last step's."""

    def __init__(self, progress: GuideProgress, words: str = "") -> None:
        super().__init__(id="guide")
        self.progress = progress
        self._words = words
        self._drawn = ""

    def draw(self, width: int, height: int) -> list[Text]:
        self._drawn = self._step()
        at = min(self.progress.at, len(STEPS) - 1)
        words = Text.assemble((f" {at + 1}/{len(STEPS)} ", self.style("cursor")), f" {self._drawn}")
        if not self._words:
            words.append(f" {key_of('lab.back')} ends the guide.", self.style("dim"))
        first, *rest = words.wrap(self.app.console, max(1, width - 1))
        return [first, *(Text.assemble(" ", line) for line in rest)][:height]

    def look(self) -> None:
        """Show the step that comes next, if that is another one by now."""
        if self._drawn != self._step():
            self.redraw()

    def _step(self) -> str:
        """The words of the step that comes next."""
        return self._words or STEPS[min(self.progress.at, len(STEPS) - 1)].words(self.progress)


STEPS = (
    GuideStep(
        lambda progress: f"This network will tell {progress.what()} apart. {progress.first_edit()}",
        GuideProgress.changed,
    ),
    GuideStep(
        lambda _: f"Well done: shapes and parameters have followed. {key_of('edit.undo')} takes the edit back.",
        lambda progress: not progress.changed(),
    ),
    GuideStep(lambda _: f"{key_of('run.start')} trains the network.", GuideProgress.begun),
    GuideStep(
        lambda progress: (
            f"It trains in a process of its own: even {key_of('lab.quit')} does not stop it. "
            + ("Its curves grow here." if progress.watches else f"{key_of('pane.training')} shows its curves.")
        ),
        GuideProgress.trained,
    ),
    GuideStep(
        lambda _: (
            "Well done. Test accuracy is its share of right answers on images it never saw. "
            f"{key_of('pane.explain')} shows what it sees."
        ),
        GuideProgress.looked,
    ),
    GuideStep(
        lambda _: (
            f"This is what it makes of an image. {key_of('exercises.open')} opens the exercises: do the first one."
        ),
        GuideProgress.concluded,
    ),
)
_WHATEVER_ELSE = (2, 3, 4)
"""The steps that count whenever they are done."""


def in_the_exercises() -> str:
    """The last step's words where the exercises are open."""
    return (
        "Your first exercise: its page says what comes next. "
        f"When it has a result, {key_of('exercises.conclude')} writes what you conclude."
    )


def praise() -> str:
    """What is said at the end."""
    return (
        "Well done! You have changed a network, trained it, looked inside and drawn a conclusion. That was the guide; "
        f"each exercise says what comes next, and {key_of('lab.help')} lists the keys wherever you are."
    )


def wanted(count: int) -> bool:
    """Whether this is somebody's first time: no run yet, and the guide was never ended. `count` is that of runs."""
    return count == 0 and not _mark().exists()


def never_again() -> None:
    """Keep that the guide was ended. Raises OSError where that cannot be kept."""
    _mark().touch()


def _mark() -> Path:
    return home() / "guide-ended"


class GuidedStart:
    """Shows the guide, leads it on, and takes it away at its end."""

    def __init__(self, screen: Screen[Any], document: Document, live: Live) -> None:
        self._screen = screen
        self._progress = GuideProgress(document, live)
        self.shown = False
        """Whether the guide is there; to be set before the screen is shown."""

    def widget(self) -> Guide:
        """What stands above the keys."""
        return Guide(self._progress)

    def widget_in_exercises(self) -> Guide | None:
        """The guide for the exercises screen, where the first exercise is what is left of it."""
        return Guide(self._progress, in_the_exercises()) if self.shown and self._progress.last else None

    def look(self, pane: str) -> None:
        """Go on with the guide, with the keys in that pane; at its end it goes, with praise."""
        if not self.shown:
            return
        self._progress.look(pane)
        if self._progress.ended:
            self.end()
            self._screen.app.notify(praise(), title="The guide", timeout=20, markup=False)
        for guide in self._screen.query(Guide):
            guide.look()

    def end(self) -> None:
        """Take it away, for good."""
        self.shown = False
        self._screen.query(Guide).remove()
        self._screen.remove_class("-guided")
        try:
            never_again()
        except OSError as error:
            words = f"That the guide was ended cannot be kept ({cause_of(error)}{remedy(error)}): it comes once more."
            self._screen.notify(words, severity="warning", markup=False)
