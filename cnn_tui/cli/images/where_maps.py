"""Where a run looked in an image, for people in a terminal, as JSON, and as a PNG."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, NamedTuple

from PIL import Image
from rich.text import Text

from cnn_tui.cli.images.image_prediction import ImagePrediction, name_of, to_json
from cnn_tui.cli.images.pictures import drawn, picture_mode
from cnn_tui.cli.images.prediction_text import bars
from cnn_tui.cli.printing import bold
from cnn_tui.data.images import Picture
from cnn_tui.jobs.explain.where_protocol import OF_A_LAYER, TITLES, Method, Where
from cnn_tui.reports.where_words import said_of
from cnn_tui.text import fitted, quiet
from cnn_tui.ui.widgets.heat import draw_heat, legend, overlay
from cnn_tui.ui.widgets.image import draw, side_by_side
from cnn_tui.ui.widgets.shading import Mode

_PNG_SIDE = 448
"""Pixels of the shorter side of a PNG at least: small images are enlarged by a whole number."""
_GAP = 8
"""Pixels between two images of a PNG."""


class WhereMaps(NamedTuple):
    """Where a run looked in an image: its prediction, and a map for each class that was asked about."""

    answer: ImagePrediction
    method: Method
    maps: list[Where]

    def to_json(self) -> dict[str, Any]:
        """What `predict --json` gives, the method, its layer (null where it has none), and the maps."""
        return to_json(self.answer) | {
            "method": self.method,
            "layer": self.maps[0].layer or None,
            "maps": [_map_to_json(one) for one in self.maps],
        }

    def to_text(self) -> str:
        """The image with a map for each class beside it, what they show, and how sure the network is."""
        first = self.maps[0]
        how = f"{TITLES[self.method]}{f' of {first.layer}' if first.layer else ''}"
        lines = [bold(f"{self.answer.title}, {quiet(how)}"), *drawn(self._pictures)]
        lines += [quiet(words) for one in self.maps for words in said_of(one)]
        lines += [legend(picture_mode(), only_for=self.method in OF_A_LAYER), "", *bars(self.answer)]
        return "\n".join(lines)

    def _pictures(self, width: int, height: int, mode: Mode) -> list[Text]:
        """The image and the maps with captions."""
        answer, wide = self.answer, (width + 2) // (len(self.maps) + 1) - 2
        true = "yours" if answer.label is None else name_of(answer, answer.label)
        beside = [
            [Text(fitted(f"for {one.name}", wide)), *draw_heat(answer.picture, one.map, wide, height, mode)]
            for one in self.maps
        ]
        return side_by_side([[Text(fitted(true, wide)), *draw(answer.picture, wide, height, mode)], *beside])


def _map_to_json(where: Where) -> dict[str, Any]:
    """A map: `map` has the numbers of `shape`, (height, width), row after row; `says` is what is said of it."""
    fact: dict[str, Any] = {"label": where.label, "class": where.name, "score": where.score}
    if where.method == "integrated-gradients":
        fact["blank_score"] = where.blank_score
    if where.method == "occlusion":
        fact["square"] = where.side
    return fact | {"shape": where.size, "map": where.map, "says": said_of(where)}


def png_of(maps: Sequence[Where]) -> bytes:
    """Each map over its image, beside one another, as the file of a PNG."""
    images = [_over_image(one) for one in maps]
    whole = Image.new("RGB", (sum(one.width for one in images) + _GAP * (len(images) - 1), images[0].height), "white")
    at = 0
    for image in images:
        whole.paste(image, (at, 0))
        at += image.width + _GAP
    file = io.BytesIO()
    whole.save(file, "PNG")
    return file.getvalue()


def _over_image(where: Where) -> Image.Image:
    """The map over the image, enlarged."""
    height, width, channels = where.shape
    times = max(1, -(-_PNG_SIDE // min(height, width)))
    image = Image.frombytes("RGB" if channels == 3 else "L", (width, height), where.pixels)
    image = image.resize((width * times, height * times), Image.Resampling.NEAREST)
    over = overlay(Picture((image.height, image.width, channels), image.tobytes()), where.map)
    return Image.frombytes("RGB", image.size, over.pixels)
