"""The line of the views' names above the view that is shown."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text
from textual.events import Click
from textual.message import Message

from cnn_tui.text import cells
from cnn_tui.ui.widgets.lines import Lines

_EARLIER, _LATER = "‹", "›"


class ViewNames(Lines):
    """The views by their names, the one that is shown in brackets; where they do not all fit, so many as do.

    A name keeps its place while another one beside it is chosen: which names stand together depends on the width alone.
    """

    class Chosen(Message):
        """A name, or the sign for those before or after, was clicked on: this view is wanted."""

        def __init__(self, title: str) -> None:
            super().__init__()
            self.title = title

    def __init__(self, titles: list[str]) -> None:
        super().__init__(id="explain-names")
        self._titles = titles
        self._shown = titles[0]
        self._places: list[tuple[range, str]] = []
        """The columns of each name and sign, and the view that a click there shows."""

    def show(self, title: str, titles: list[str]) -> None:
        if (title, titles) != (self._shown, self._titles):
            self._shown, self._titles = title, titles
            self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        line = Text(no_wrap=True)
        self._places = []
        for words, title in self._parts(width):
            is_shown = words == title == self._shown
            # The brackets take the place of blanks, so that nothing moves.
            padded = words if words != title else f"[{words}]" if is_shown else f" {words} "
            begin = line.cell_len
            line.append(padded, self.style("accent" if is_shown else "dim"))
            self._places.append((range(begin, line.cell_len), title))
        return [line]

    def _parts(self, width: int) -> Iterator[tuple[str, str]]:
        """What the line is made of, from left to right, each part with the view that it stands for."""
        together = next(names for names in self._pages(width) if self._shown in names)
        first, after = self._titles.index(together[0]), self._titles.index(together[-1]) + 1
        if first:
            yield _EARLIER, self._titles[first - 1]
        yield from ((name, name) for name in together)
        if after < len(self._titles):
            yield _LATER, self._titles[after]

    def _pages(self, width: int) -> Iterator[list[str]]:
        """The names in groups, each as long as the line, with its signs, may be."""
        if sum(map(_room, self._titles)) <= width:
            yield self._titles
            return
        page: list[str] = []
        for title in self._titles:
            if page and sum(map(_room, [*page, title])) > width - len(_EARLIER + _LATER):
                yield page
                page = []
            page.append(title)
        least = len(self._titles) - len(page)  # of the last ones as many as there is room for, not only what is left
        while sum(map(_room, self._titles[least - 1 :])) <= width - len(_EARLIER):
            least -= 1
        yield self._titles[least:]

    def on_click(self, event: Click) -> None:
        for columns, title in self._places:
            if event.x in columns:
                event.stop()
                self.post_message(self.Chosen(title))


def _room(title: str) -> int:
    return cells(title) + 2
