"""The views of the explain pane, of which one is shown, and the keys that move in it."""

from __future__ import annotations

from typing import ClassVar

from textual.actions import SkipAction
from textual.app import ComposeResult

from cnn_tui.ui.explain.activations import ActivationsView
from cnn_tui.ui.explain.by_hand import ByHandView
from cnn_tui.ui.explain.confusion import ConfusionView
from cnn_tui.ui.explain.data import DataView
from cnn_tui.ui.explain.filters import FiltersView
from cnn_tui.ui.explain.names import ViewNames
from cnn_tui.ui.explain.predictions import PredictionsView
from cnn_tui.ui.explain.scene import Scene
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.keys import bindings_of, key_of
from cnn_tui.ui.panes.pane import Pane

VIEWS: tuple[type[ExplainView], ...] = (
    PredictionsView,
    ConfusionView,
    ActivationsView,
    FiltersView,
    ByHandView,
    DataView,
)


class ExplainViews(Pane):
    """Moves in the views; what follows from a change is up to `after_change`."""

    scope: ClassVar[str] = "explain"
    title: ClassVar[str] = "Explain"
    number: ClassVar[int] = 5
    alone: ClassVar[bool] = True
    BINDINGS = bindings_of("explain", "pane")

    def __init__(self) -> None:
        super().__init__()
        self.scene = Scene()
        self.views = tuple(kind(self.scene) for kind in VIEWS)
        self.view = self.views[0]
        """The one that is shown."""
        self._opened_from: type[ExplainView] | None = None
        """The view in which Enter opened this one; Esc goes back there."""

    def compose(self) -> ComposeResult:
        """The names of the views, and the views, of which one is shown."""
        yield ViewNames([one.title for one in VIEWS])
        for view in self.views:
            view.display = view is self.view
            yield view

    @property
    def first_keys(self) -> tuple[str, ...]:
        """Those of the view."""
        return tuple(f"explain.{name}" for name in ("view", *self.view.keys.split()))

    def after_change(self) -> None:
        """Draw anew what changed, and ask for what the view needs now."""
        raise NotImplementedError

    def show_view(self, kind: type[ExplainView]) -> None:
        """Show a view."""
        self._opened_from = None
        self.view.display = False
        self.view = self.views[VIEWS.index(kind)]
        self.view.display = True
        self.post_message(self.KeysChanged())
        self.after_change()

    def open_view(self, kind: type[ExplainView]) -> None:
        """Show a view that Esc comes back from."""
        before = type(self.view)
        self.show_view(kind)
        self._opened_from = before

    def step_back(self) -> bool:
        """Esc leaves the user's own picture first, then what Enter opened, then a choice of images."""
        gallery, before = self.scene.gallery, self._opened_from
        narrowed = gallery.true is not None or gallery.which != "all" or gallery.predicted is not None
        if self.scene.own is not None:
            self.scene.own = None
        elif before is not None:
            if narrowed and before in (ConfusionView, DataView):
                gallery.choose("all", keep=True)
            self.show_view(before)
        elif narrowed:
            gallery.choose("all", keep=True)
        else:
            return False
        self.after_change()
        return True

    def action_next_view(self, by: int) -> None:
        """The next view, or the one before."""
        self.show_view(VIEWS[(VIEWS.index(type(self.view)) + by) % len(VIEWS)])

    def action_move_image(self, by: int) -> None:
        """The next image, or the one before."""
        self._did(self.view.move_image(by))

    def action_move_across(self, by: int) -> None:
        """By hand the window to the left or right; elsewhere as `action_move_image`."""
        self._did(self.view.move_across(by))

    def action_move_cursor(self, by: int) -> None:
        """Down or up: a row, or the window."""
        self._did(self.view.move_down(by))

    def action_move_page(self, by: int) -> None:
        """Some rows down or up."""
        self._did(self.view.move_down(8 * by))

    def action_move_first(self) -> None:
        """The first image, row or place."""
        self._did(self.view.move_to_end(False))

    def action_move_last(self) -> None:
        """The last one."""
        self._did(self.view.move_to_end(True))

    def action_move_layer(self, by: int) -> None:
        """The next layer, or the one before."""
        self._did(self.view.move_layer(by))

    def action_move_filter(self, by: int) -> None:
        """The next filter, or the one before."""
        self._did(self.view.move_filter(by))

    def action_next_field(self) -> None:
        """By hand the next setting; elsewhere Tab goes to the next pane."""
        if not self.view.next_field():
            raise SkipAction
        self.after_change()

    def action_step_field(self, by: int) -> None:
        """Step the setting that Tab chose."""
        self._did(self.view.step(by))

    def action_toggle_numbers(self) -> None:
        """Numbers or shades; the next part of the confusion view where not all fits."""
        if isinstance(self.view, ConfusionView):
            self._did(self.view.turn())
        elif not self.view.has_numbers:
            where = ", ".join(one.title for one in VIEWS if one.has_numbers)
            words = f"{key_of('explain.numbers')} has no numbers to show in {self.view.title}. It has in: {where}"
            self.notify(f"{words}; {key_of('explain.view')} goes there.", markup=False, timeout=4)
        else:
            self.scene.numbers = not self.scene.numbers
            self.after_change()

    def _did(self, something: bool) -> None:
        if something:
            self.after_change()
