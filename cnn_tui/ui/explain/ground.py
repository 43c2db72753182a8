"""What the window by hand moves over: an image or, for a filter of a deeper layer, the maps below it."""

from __future__ import annotations

from collections.abc import Callable

from cnn_tui.data.images import Picture
from cnn_tui.jobs.explain_protocol import Activations, ShowActivations
from cnn_tui.network.convolution import Image, size_of
from cnn_tui.ui.explain.bench import Bench
from cnn_tui.ui.explain.framed import Box, Sheet, ends, grey
from cnn_tui.ui.explain.scene import SAMPLE, Scene
from cnn_tui.ui.keys import key_of


class Ground:
    """In numbers for the arithmetic, in pixels for the eye."""

    def __init__(self, scene: Scene, bench: Bench) -> None:
        self.scene = scene
        self.bench = bench
        self._kept: tuple[object, Image] | None = None

    @property
    def maps(self) -> ShowActivations | None:
        """The question for the maps below the trained filter; None where the image itself is below."""
        trained, index, own = self.bench.trained, self.scene.gallery.index, self.scene.own
        if trained is None or not trained.below or not self.bench.is_convolution or not self.scene.model_id:
            return None
        if own is None and index is None:
            return None
        images = () if own or index is None else (index,)
        path = own.path if own else ""
        return ShowActivations(self.scene.model_id, images, path, (trained.below,), 0, len(self.bench.kernel))

    @property
    def picture(self) -> Picture | None:
        """The image: the user's own, else the one that is looked at."""
        return self.scene.own.prediction.picture if self.scene.own else self.scene.picture()

    @property
    def title(self) -> str:
        trained = self.bench.trained
        return f"{trained.below}, map {self.bench.channel + 1}" if trained and self.maps else "image"

    def image(self) -> Image | None:
        """The numbers; None while they are not there."""
        maps, picture = self.maps, self.picture
        if maps is not None:
            found = self.scene.answer(maps, Activations)
            if found is None:
                return None
            layer = found.layers[0]
            return self._keep(maps, lambda: tuple(layer.values(0, at) for at in range(len(layer.maps[0]))))
        if picture is None:
            return None
        return self._keep(picture, lambda: picture.channels(1 / 255))

    def missing(self) -> str:
        """Why the numbers are not there (yet)."""
        maps = self.maps
        if maps is not None:
            return self.scene.refusal(maps) or self.scene.waiting("the maps below this filter")
        known = self.scene.facts.get(SAMPLE)
        if isinstance(known, str):
            return known
        if self.scene.kept():
            return self.scene.state_of_kept("images")
        if known is None:
            return "reading the images …"
        return f"There is no image here: {key_of('explain.order')} and {key_of('explain.class')} choose others."

    def sheet(self, image: Image) -> Sheet:
        """The pixels, with the border that padding adds; a colour image in its colours."""
        border, picture = self.border(image), self.picture
        if self.maps is None and picture is not None and picture.shape[2] == 3 and self.bench.is_convolution:
            wide, pixels = picture.shape[1], picture.pixels
            triples = [(pixels[at], pixels[at + 1], pixels[at + 2]) for at in range(0, len(pixels), 3)]
            return Sheet([triples[start : start + wide] for start in range(0, len(triples), wide)], border)
        plane = image[min(self.bench.channel, len(image) - 1)]
        return Sheet(grey(plane, *(ends(plane) if self.maps else (0.0, 1.0))), border)

    def border(self, image: Image) -> tuple[int, int, int, int]:
        """Rows and columns that padding adds: above, below, left, right."""
        return self.bench.window.border(*size_of(image[0]))

    def box(self, image: Image, top: int, left: int) -> Box:
        """The window with its corner there on the image, counted from the corner of the border."""
        above, _, before, _ = self.border(image)
        rows, columns = self.bench.size
        return Box(top + above, left + before, top + above + rows, left + before + columns)

    def _keep(self, key: object, make: Callable[[], Image]) -> Image:
        if self._kept is None or self._kept[0] != key:
            self._kept = (key, make())
        return self._kept[1]
