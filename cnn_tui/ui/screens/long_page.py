"""A long page over the lab, with keys of its own from the keymap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ScreenResultType
from textual.timer import Timer

from cnn_tui.reports.blocks import Block
from cnn_tui.ui.dialogs.dialog import Dialog
from cnn_tui.ui.watcher import Live
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.page_view import PageView

_RELOAD_SECONDS = 0.5
"""A page is made anew twice a second at most."""


class LongPage(Dialog[ScreenResultType]):
    """Shows what `build` makes, and makes it anew while something of it goes on. `scope` names its keys."""

    def __init__(self, live: Live) -> None:
        super().__init__()
        self.live = live
        self.history = live.history
        self._later: Timer | None = None

    def compose(self) -> ComposeResult:
        with self.frame(""):
            yield PageView(self.build, self.draw_curves)

    def on_mount(self) -> None:
        self.reload()
        self.live.changed.subscribe(self, lambda _: self._reload_soon())

    @property
    def page(self) -> PageView:
        return self.query_one(PageView)

    def entitle(self, words: str) -> None:
        """Put words on the frame; text from outside is shown as it is."""
        self.query_one(Vertical).border_title = Text(inert(words[:200])).markup

    def build(self, width: int) -> Iterable[Block]:
        """The blocks of the page."""
        return ()

    def draw_curves(self, view: PageView, width: int) -> Sequence[Text]:
        """The chart of the page."""
        return ()

    def read(self) -> None:
        """Read what is shown."""

    @property
    def goes_on(self) -> bool:
        """Whether what is shown may change by itself."""
        return False

    def reload(self) -> None:
        self._later = None
        if not self.is_attached:
            return  # what was asked for here is written when it has been left
        self.read()
        self.page.rebuild()

    def _reload_soon(self) -> None:
        if self.goes_on and self._later is None:
            self._later = self.set_timer(_RELOAD_SECONDS, self.reload)
