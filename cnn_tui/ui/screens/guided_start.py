"""The guide on the lab's screen: from the first start until its last step is done, or somebody ends it."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen

from cnn_tui.experiment.document import Document
from cnn_tui.home import remedy
from cnn_tui.text import cause_of
from cnn_tui.ui.watcher import Live
from cnn_tui.ui.widgets.guide import Guide, GuideProgress, in_the_exercises, never_again, praise


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
