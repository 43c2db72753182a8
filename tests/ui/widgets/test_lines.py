"""Lines that are drawn only where they changed are never those of before."""

from __future__ import annotations

from rich.text import Text
from textual.app import App, ComposeResult

from cnn_tui.ui.widgets.lines import Lines


class Said(Lines):
    """Shows what was said last."""

    words = "before"

    def draw(self, width: int, height: int) -> list[Text]:
        """One line."""
        return [Text(self.words)]


class OneLine(App[None]):
    """Has one of them."""

    def compose(self) -> ComposeResult:
        """The line."""
        yield Said()


async def test_what_changes_while_it_is_hidden_is_seen_when_it_is_shown_again() -> None:
    app = OneLine()
    async with app.run_test(size=(20, 3)) as pilot:
        said = app.query_one(Said)
        assert said.render_line(0).text.strip() == "before"
        said.display = False
        await pilot.pause()
        said.words = "after"
        said.redraw()
        await pilot.pause()
        said.display = True
        await pilot.pause()
        assert said.render_line(0).text.strip() == "after"
