"""The names of the views above them, the one that is shown in brackets."""

from __future__ import annotations

from rich.text import Text

from cnn_tui.ui.widgets.lines import Lines


class ViewNames(Lines):
    """The views by their names, the one that is shown in brackets."""

    def __init__(self, titles: list[str]) -> None:
        super().__init__(id="explain-names")
        self._titles = titles
        self._shown = titles[0]

    def show(self, title: str) -> None:
        """This one is shown now."""
        if title != self._shown:
            self._shown = title
            self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        """All of them in one line."""
        for gap in (" · ", " "):
            line = Text(no_wrap=True)
            for title in self._titles:
                if line:
                    line.append(gap, self.style("dim"))
                shown = title == self._shown
                line.append(f"[{title}]" if shown else title, self.style("accent" if shown else "dim"))
            if line.cell_len <= width:
                break
        return [line]
