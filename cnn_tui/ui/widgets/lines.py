"""A widget of text lines that repaints only the lines that changed.

On a slow line every repainted cell costs; Textual repaints what a widget declares dirty, so this one declares little.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.events import Click
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from cnn_tui.ui.steady import Steady

STYLES = frozenset(
    [
        "dim",
        "strong",
        "accent",
        "good",
        "bad",
        "warn",
        "cursor",
        "cursor-idle",
        "heading",
        "train",
        "validation",
        "bar",
        "grid",
    ]
)
COMPONENTS = frozenset(f"lines--{name}" for name in STYLES)
"""The component classes that the app has to have. Were they of each widget, to work out the styles of all of them would
take a third of the time to the first picture."""

Styles: TypeAlias = Callable[[str], Style]
"""Gives the style of a name, as `Lines.style` does."""

_KEY = "key"
_MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKED = re.compile(f"({_MARKS}{{3}}){_MARKS}+")


class Lines(Steady, Widget):
    """A widget of text lines: shows what `draw` returns. Call `redraw` when that may have changed."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._texts: list[Text] = []
        self._strips: list[Strip] = []
        self._base: Style | None = None
        self._drawn_at: Size | None = None
        self._looks: dict[str, Style] = {}

    def draw(self, width: int, height: int) -> list[Text]:
        """The lines to show, none unless a subclass draws some; at most `height` of them, each cut at `width`.

        A line that was given once is not changed later: given again, it is not looked at again.
        """
        return []

    def style(self, name: str) -> Style:
        """One of STYLES in the colours of the theme, without its background."""
        if name not in self._looks:
            self._looks[name] = self.app.get_component_styles(f"lines--{name}").partial_rich_style
        return self._looks[name]

    def redraw(self) -> None:
        if self._drawn_at != self.size:
            # Textual asks for every line after a change of size; drawing then saves painting blanks first. A pane that
            # is hidden has no size, and may have the old one again when it is shown.
            self._drawn_at = None
            self.refresh()
            return
        old = self._strips
        self._draw()
        drawn = [y for y, strip in enumerate(self._strips) if strip is not old[y] and strip != old[y]]
        changed = [Region(0, y, self.size.width, 1) for y in drawn]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        if self._drawn_at != self.size:
            self._draw()
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.rich_style)

    def on_click(self, event: Click) -> None:
        """Press the key that the words clicked on stand for, if they stand for one."""
        key = event.style.meta.get(_KEY)
        if key is not None:
            event.stop()
            self.app.simulate_key(key)

    def notify_style_update(self) -> None:
        """Another theme or focus may be another drawing."""
        super().notify_style_update()
        self._looks.clear()
        if self._drawn_at == self.size:
            self.redraw()

    def _draw(self) -> None:
        width, height = self.size
        base = self.rich_style  # asking for it costs, so once
        lines = self.draw(width, height)[:height] if width and height else []
        # A line that `draw` gives a second time looks as it did.
        same = self._drawn_at is not None and self._drawn_at.width == width and self._base == base
        before = [*zip(self._texts, self._strips, strict=False)] if same else []
        drawn = {id(text): strip for text, strip in before}
        blank = Strip.blank(width, base)
        strips = [
            drawn.get(id(line)) or _again(line, before[y : y + 1]) or self._strip(line, width, base)
            for y, line in enumerate(lines)
        ]
        self._texts, self._strips = lines, strips + [blank] * (height - len(lines))
        self._base, self._drawn_at = base, self.size

    def _strip(self, line: Text, width: int, base: Style) -> Strip:
        line.end = ""
        if line.cell_len > width:
            line.truncate(width, overflow="ellipsis")
        # Rich leaves a Text's own style out of its segments when it has no spans.
        own = base + self.app.console.get_style(line.style)
        pieces = _pieces(line, self.app.console)
        if inert(line.plain) != line.plain:  # what is hidden are the signs of pictures
            pieces = ((text if style and style.conceal else inert(text), style) for text, style in pieces)
        segments = [Segment(text, own + style if style else own) for text, style in pieces]
        return Strip(segments).adjust_cell_length(width, base).simplify()


def _pieces(line: Text, console: Console) -> Iterator[tuple[str, Style | None]]:
    """The parts of a line that look alike, in order. Rich's own way is slow where there is a span for each cell."""
    spans, plain, at = line.spans, line.plain, 0
    if any(one.end > other.start for one, other in itertools.pairwise(spans)):
        yield from ((text, style) for text, style, _ in line.render(console))
        return
    for start, end, look in spans:
        if at < start:
            yield plain[at:start], None
        yield plain[start:end], look if isinstance(look, Style) else console.get_style(look, default=Style.null())
        at = end
    if at < len(plain):
        yield plain[at:], None


def _again(line: Text, before: Sequence[tuple[Text, Strip]]) -> Strip | None:
    """What was drawn at the place of a line `before`, if that is the same: at a key most lines are."""
    return next((strip for text, strip in before if text == line and text.style == line.style), None)


def keyed(key: str) -> Style:
    """The style of words that are a key: a click on them presses it."""
    return pointing(_KEY, key)


def pointing(name: str, value: object) -> Style:
    """The style of words that stand for something, which a click on them finds in its `style.meta` by that name."""
    return Style(meta={name: value})


def inert(text: str) -> str:
    """Text without what a terminal would obey: escape sequences, line ends, marks that turn the direction.

    Of marks that are stacked on one letter, only the first few are kept.
    """
    if not text.isascii():
        text = _STACKED.sub(r"\1", text)
    return text if text.isprintable() else "".join(char if char.isprintable() else "·" for char in text)


def bar(share: float, width: int, full: Style, empty: Style) -> Text:
    """A progress bar of `width` cells that also reads without colour."""
    done = max(0, min(width, round(share * width)))
    return Text.assemble(("━" * done, full), ("─" * (width - done), empty))
