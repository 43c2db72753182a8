"""What the views of the Explain pane share: they draw lines and small pictures, move, say what they need to know."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.message import Message

from cnn_tui.data.images import Picture
from cnn_tui.network.by_hand.convolution import Plane
from cnn_tui.ui.explain.scene import AnswerWanted, Scene
from cnn_tui.ui.widgets.heat import draw_heat
from cnn_tui.ui.widgets.image import draw, draw_kernel, mode_in
from cnn_tui.ui.widgets.lines import bar, inert
from cnn_tui.ui.widgets.movement import MovingLines
from cnn_tui.ui.widgets.shading import Mode


class ExplainView(MovingLines):
    """One of the views. Its keys change the view or the scene; the pane then draws it and asks what it needs."""

    code: ClassVar[str]
    title: ClassVar[str]
    keys: ClassVar[str]
    """The keys that matter in it, the most important first, by their ids without the scope."""

    opens: ClassVar[str] = "open"
    """What Enter does in it, in a word or two for the key bar."""

    has_numbers: ClassVar[bool] = False
    """Whether it can show numbers in place of shades."""
    chooses_images: ClassVar[bool] = False
    """Whether Enter opens a choice of images, which Esc takes back."""
    shows_own_picture: ClassVar[bool] = False
    keeps_last: ClassVar[bool] = False
    """Whether what it shows stays until there is the answer that takes its place."""
    class_question: ClassVar[tuple[str, str]] = ("Images of which class?", "all classes")
    """What is asked when a class is to be chosen, and what stands for none; "" where one has to be."""

    class Changed(Message):
        """Something of the view has changed by itself, not by a key that the pane passed on."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(id=f"explain-{self.code}", classes="explain-view")
        self.scene = scene

    def show(self, scene: Scene) -> None:
        self.scene = scene

    def forget(self) -> None:
        """What was drawn is out of date: it is drawn anew when it is shown again."""
        self._drawn_at = None

    @property
    def is_offered(self) -> bool:
        """Whether there is such a view for the run that is looked at."""
        return True

    def change_epoch(self) -> None:
        """The weights are those of another epoch now."""

    def settle(self) -> None:
        """Take in what has been answered; comes before it is drawn."""

    def wanted(self) -> list[AnswerWanted]:
        """The questions whose answers it needs, the most urgent first."""
        return []

    def ahead(self) -> list[AnswerWanted]:
        """What it will need where somebody moves over the epochs; asked while nothing else is."""
        return []

    def datasets(self) -> list[str]:
        """The datasets of which it needs the facts."""
        return []

    # The keys

    def move_half_pages(self, by: int) -> None:
        self.move_rows(8 * by)

    def move_to_end(self, *, last: bool) -> None:
        """The first image, or the last, where a view has nothing else with ends."""
        self.scene.gallery.move(len(self.scene.gallery.chosen) * (1 if last else -1))

    def move_sideways(self, by: int) -> None:
        self.move_image(by)

    def move_image(self, by: int) -> None:
        self.scene.own = None
        self.scene.gallery.move(by)

    def move_layer(self, by: int) -> None:
        """The next layer, or the one before, in a view of layers."""

    def move_filter(self, by: int) -> None:
        """The next filter, or the one before, in a view of filters."""

    def step(self, by: int) -> None:
        """Step what was chosen with Tab up or down, where there is something to choose."""

    def next_field(self) -> bool:
        """What Tab does; False leaves the pane."""
        return False

    def open(self) -> str | None:
        """What Enter does; gives the code of the view that it opens, if it opens one."""
        return None

    def toggle_mark(self) -> bool:
        """The next mark of the image; here, to be shown beside others. False where three are marked already."""
        return self.scene.gallery.toggle_mark()

    def next_order(self) -> bool:
        """The next choice among the images; False where they are chosen by predictions, and there are none."""
        if not self.scene.gallery.next_order():
            return False
        self.scene.own = None
        return True

    def next_method(self) -> bool:
        """The next way to ask; False in a view that has only one."""
        return False

    def leave(self) -> bool:
        """What Esc does: leave off what takes long, or what stands below; False where there is nothing to leave."""
        return False

    def toggle_numbers(self) -> bool:
        """Numbers or shades; False in a view that has no numbers."""
        if self.has_numbers:
            self.scene.numbers = not self.scene.numbers
        return self.has_numbers

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.scene.gallery.names

    def choose_class(self, label: int | None) -> str | None:
        """The images of a class, or of all; gives the code of another view that shows them, if one does."""
        self.scene.own = None
        self.scene.gallery.choose(true=label)
        return None

    # Drawing

    @property
    def mode(self) -> Mode:
        return mode_in(self.app)

    def drawn(self, picture: Picture, width: int, height: int) -> list[Text]:
        album = getattr(self.app, "album", None)
        return draw(picture, width, height, self.mode, dark=self.app.current_theme.dark, album=album)

    def drawn_heat(self, picture: Picture, plane: Plane, width: int, height: int) -> list[Text]:
        """A map over an image, as large as the image is drawn."""
        album = getattr(self.app, "album", None)
        return draw_heat(picture, plane, width, height, self.mode, dark=self.app.current_theme.dark, album=album)

    def drawn_kernel(self, plane: Plane, width: int, height: int) -> list[Text]:
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
        return Text("✓ right", self.style("good")) if right else Text("✗ wrong", self.style("bad"))
