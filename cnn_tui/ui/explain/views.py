"""The views of the Explain pane: which there are, which one is shown, and which one Esc goes back to."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_tui.experiment.document import Document
from cnn_tui.ui.explain.all_images.confusion import ConfusionView
from cnn_tui.ui.explain.all_images.data import DataView
from cnn_tui.ui.explain.all_images.feature_map import FeatureMapView
from cnn_tui.ui.explain.all_images.image_marks import ImageMarks
from cnn_tui.ui.explain.all_images.suspects import SuspectsView
from cnn_tui.ui.explain.hand.lab2 import Lab2
from cnn_tui.ui.explain.hand.view import ByHandView
from cnn_tui.ui.explain.layers.activations import ActivationsView
from cnn_tui.ui.explain.layers.filters import FiltersView
from cnn_tui.ui.explain.one_image.augmentation import AugmentationView
from cnn_tui.ui.explain.one_image.learned import LearnedView
from cnn_tui.ui.explain.one_image.predictions import PredictionsView
from cnn_tui.ui.explain.one_image.two_runs import TwoRunsView
from cnn_tui.ui.explain.one_image.where import WhereView
from cnn_tui.ui.explain.scene import Scene
from cnn_tui.ui.explain.view import ExplainView


class Views:
    """All views, of which one is shown."""

    def __init__(self, scene: Scene, document: Document, lab2: Lab2, marks: ImageMarks, device: str = "") -> None:
        self._predictions = PredictionsView(scene)
        self.two_runs = TwoRunsView(scene)
        self.suspects = SuspectsView(scene, marks, device)
        self._all: tuple[ExplainView, ...] = (
            self._predictions,
            ConfusionView(scene),
            ActivationsView(scene),
            FiltersView(scene),
            WhereView(scene),
            LearnedView(scene),
            self.two_runs,
            FeatureMapView(scene),
            self.suspects,
            AugmentationView(scene, document),
            ByHandView(scene, lab2),
            DataView(scene),
        )
        self.shown: ExplainView = self._predictions
        self._opened_from: ExplainView | None = None
        """The view in which Enter opened this one; Esc goes back there."""
        for view in self._all:
            view.display = view is self.shown

    def __iter__(self) -> Iterator[ExplainView]:
        return iter(self._all)

    def show(self, code: str) -> None:
        self._opened_from = None
        self.shown.display = False
        self.shown = next(one for one in self._all if one.code == code)
        self.shown.display = True

    def show_next(self, by: int) -> None:
        offered = [view for view in self._all if view.is_offered or view is self.shown]
        self.show(offered[(offered.index(self.shown) + by) % len(offered)].code)

    def titles(self) -> list[str]:
        """Those of the views that there are for this run."""
        return [view.title for view in self._all if view.is_offered or view is self.shown]

    def open(self) -> None:
        """What Enter does: the view opens what is chosen in it, which may be another view."""
        before = self.shown
        code = before.open()
        if code is not None:
            self.show(code)
            self._opened_from = before

    def go_back(self) -> bool:
        """What Esc does: leave off what takes long or stands below, the user's own picture, what Enter opened.

        Last a choice of images; False where there is nothing to go back from.
        """
        view, before = self.shown, self._opened_from
        scene = view.scene
        if view.leave():
            pass
        elif scene.own is not None:
            scene.own = None
        elif before is not None:
            if before.chooses_images:
                scene.gallery.choose_all()
            self.show(before.code)
        else:
            return scene.gallery.choose_all()
        return True

    def toggle_nearest(self) -> None:
        """The training images that this one is most like, or what predict() returns again."""
        nearest = self._predictions.nearest
        nearest.shown = self.shown is not self._predictions or not nearest.shown
        if self.shown is not self._predictions:
            self.show(self._predictions.code)
