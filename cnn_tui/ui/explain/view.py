"""What the views of the Explain pane share: they draw lines, move, and say what they need to know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text

from cnn_tui.data.images import Picture
from cnn_tui.network.convolution import Plane
from cnn_tui.ui.explain.scene import Scene, Wanted
from cnn_tui.ui.images.image import Mode, draw, draw_kernel, mode_of
from cnn_tui.ui.widgets.lines import Lines, bar, inert


class View(Lines):
    """One of the views. The keys that do nothing in it are answered with False."""

    code: ClassVar[str]
    title: ClassVar[str]
    keys: ClassVar[str]
    """The keys that matter in it, the most important first, by their ids without the scope."""

    has_numbers: ClassVar[bool] = False
    """Whether it can show numbers in place of shades."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(id=f"explain-{self.code}", classes="explain-view")
        self.scene = scene

    def show(self, scene: Scene) -> None:
        """Look at something else."""
        self.scene = scene

    def forget(self) -> None:
        """What was drawn is out of date: it is drawn anew when it is shown again."""
        self._drawn_at = None

    def wanted(self) -> list[Wanted]:
        """The questions whose answers it needs, the most urgent first."""
        return []

    def datasets(self) -> list[str]:
        """The datasets of which it needs the facts."""
        return []

    # The keys

    def move_image(self, by: int) -> bool:
        """The next image, or the one before."""
        self.scene.own = None
        self.scene.gallery.move(by)
        return True

    def move_across(self, by: int) -> bool:
        """What the left and right arrows do."""
        return self.move_image(by)

    def move_down(self, by: int) -> bool:
        """What j, k and the arrows do."""
        return False

    def move_to_end(self, last: bool) -> bool:
        """The first, or the last."""
        self.scene.gallery.move(len(self.scene.gallery.chosen) * (1 if last else -1))
        return True

    def move_layer(self, by: int) -> bool:
        """The next layer, or the one before."""
        return False

    def move_filter(self, by: int) -> bool:
        """The next filter, or the one before."""
        return False

    def step(self, by: int) -> bool:
        """Step what was chosen with Tab up or down."""
        return False

    def next_field(self) -> bool:
        """What Tab does; False leaves the pane."""
        return False

    def open(self) -> bool:
        """What Enter does without a box."""
        return False

    # Drawing

    @property
    def mode(self) -> Mode:
        """How pictures are drawn on this terminal."""
        colours = None if self.app.no_color else self.app.console.color_system
        return mode_of(colours, bool(getattr(self.app, "ascii_only", False)))

    def drawn(self, picture: Picture, width: int, height: int) -> list[Text]:
        """A picture in at most so many cells."""
        album = getattr(self.app, "album", None)
        return draw(picture, width, height, self.mode, dark=self.app.current_theme.dark, album=album)

    def drawn_kernel(self, plane: Plane, width: int, height: int) -> list[Text]:
        """A kernel in at most so many cells."""
        return draw_kernel(plane, width, height, self.mode)

    def paragraph(self, words: str, width: int, style: str = "dim") -> list[Text]:
        """Sentences as lines; text from outside is shown as it is."""
        return list(Text(inert(words), self.style(style) if style else "").wrap(self.app.console, max(1, width)))

    def bar(self, share: float, width: int, *, best: bool = False) -> Text:
        """A bar of `width` cells; ASCII has letters of its own for it."""
        full, empty = self.style("accent" if best else "bar"), self.style("dim")
        if getattr(self.app, "ascii_only", False):
            done = max(0, min(width, round(share * width)))
            return Text.assemble(("#" * done, full), ("." * (width - done), empty))
        return bar(share, width, full, empty)

    def right_or_wrong(self, right: bool) -> Text:
        """In words and a sign."""
        return Text("✓ right", self.style("good")) if right else Text("✗ wrong", self.style("bad"))


def short(words: str, width: int) -> str:
    """A name in at most `width` cells, inert."""
    text = Text(inert(words))
    text.truncate(max(1, width), overflow="ellipsis")
    return text.plain


def stacked(lines: Sequence[Text], height: int) -> list[Text]:
    """At most `height` lines."""
    return list(lines[: max(0, height)])
