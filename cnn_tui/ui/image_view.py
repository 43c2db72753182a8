"""A widget that shows one image, as large as it fits."""

from __future__ import annotations

from rich.text import Text

from cnn_tui.experiments.images import Picture
from cnn_tui.ui.image import draw, mode_of
from cnn_tui.ui.lines import Lines


class ImageView(Lines):
    """Draws the picture that `show` was given, or the words that stand for it."""

    def __init__(self, *, id: str | None = None, classes: str | None = None, ascii_only: bool = False) -> None:
        super().__init__(id=id, classes=classes)
        self.ascii_only = ascii_only
        self._picture: Picture | None = None
        self._words = ""

    def show(self, picture: Picture | None, words: str = "") -> None:
        """Show a picture; without one, `words` that say why."""
        self._picture, self._words = picture, words
        self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        """The image in the middle of the width."""
        if self._picture is None:
            return list(Text(self._words, self.style("dim")).wrap(self.app.console, max(1, width)))
        colours = None if self.app.no_color else self.app.console.color_system
        lines = draw(self._picture, width, height, mode_of(colours, self.ascii_only), dark=self.app.current_theme.dark)
        for line in lines:
            line.pad_left((width - line.cell_len) // 2)
        return lines
