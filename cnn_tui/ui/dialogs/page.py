"""A page of text over the lab."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.visual import VisualType
from textual.widgets import Static

from cnn_tui.ui.dialogs.help import BoxHelpScreen
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.widgets.lines import inert


class PageScreen(ModalScreen[None]):
    """Scrolls; Esc, q and Enter go back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "leave", "back"),
        Binding("j,down", "scroll(1)", "down"),
        Binding("k,up", "scroll(-1)", "up"),
        Binding("ctrl+d,pagedown", "scroll(8)", "page down"),
        Binding("ctrl+u,pageup", "scroll(-8)", "page up"),
        Binding("g,home", "scroll(-100000)", "first"),
        Binding("G,end", "scroll(100000)", "last"),
        Binding("question_mark", "show_help", "these keys"),
    ]

    def __init__(self, title: str, page: VisualType) -> None:
        super().__init__()
        self._title = title
        self._page = page

    def compose(self) -> ComposeResult:
        """One long text."""
        with Vertical(classes="box page") as box:
            box.border_title = Text(inert(self._title)).markup
            box.border_subtitle = "j k scroll, ? help, Esc goes back"
            with VerticalScroll(can_focus=False):
                yield Static(self._page)

    @work(group=DIALOG)
    async def action_show_help(self) -> None:
        """The keys; Enter runs one."""
        action = await self.app.push_screen_wait(BoxHelpScreen(self.BINDINGS))
        if action is not None:
            await self.run_action(action)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)

    def action_scroll(self, by: int) -> None:
        """Up and down."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)
