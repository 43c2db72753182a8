"""A widget of text lines that repaints only the lines that changed.

On a slow line every repainted cell costs; Textual repaints what a widget declares dirty, so this one declares little.
"""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.events import Resize
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

STYLES = frozenset(
    {"dim", "strong", "accent", "good", "bad", "warn", "cursor", "cursor-idle", "heading", "train", "validation", "bar"}
)


class Lines(Widget):
    """Draws what `draw` returns. Call `redraw` when it may have changed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{name}" for name in STYLES}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._strips: list[Strip] = []

    def draw(self, width: int, height: int) -> list[Text]:
        """The lines to show, at most `height` of them, each cut at `width`."""
        raise NotImplementedError

    def style(self, name: str) -> Style:
        """One of STYLES in the colours of the theme, without its background."""
        return self.get_component_rich_style(f"lines--{name}", partial=True)

    def redraw(self) -> None:
        """Draw again and repaint the lines that differ."""
        width, height = self.size
        if not width or not height:
            return
        strips = [self._strip(line, width) for line in self.draw(width, height)[:height]]
        blank = Strip.blank(width, self.rich_style)
        strips += [blank] * (height - len(strips))
        old, self._strips = self._strips, strips
        if len(old) != len(strips):
            self.refresh()
            return
        changed = [Region(0, y, width, 1) for y, strip in enumerate(strips) if strip != old[y]]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """Textual's line API."""
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.rich_style)

    def on_resize(self, _: Resize) -> None:
        """A new size is a new drawing."""
        self._strips = []
        self.redraw()

    def notify_style_update(self) -> None:
        """A new theme is a new drawing."""
        super().notify_style_update()
        self._strips = []
        self.redraw()

    def _strip(self, line: Text, width: int) -> Strip:
        base = self.rich_style
        line.end = ""
        segments = [Segment(text, base + style if style else base) for text, style, _ in line.render(self.app.console)]
        return Strip(segments).adjust_cell_length(width, base).simplify()


def bar(share: float, width: int, full: Style, empty: Style) -> Text:
    """A progress bar of `width` cells that also reads without colour."""
    done = max(0, min(width, round(share * width)))
    return Text.assemble(("━" * done, full), ("─" * (width - done), empty))
