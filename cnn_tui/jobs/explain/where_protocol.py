"""The question where in an image a network looked, its answer, and how the parts of a long answer become one.

Grad-CAM answers at once. Occlusion and integrated gradients ask the network about many images, so they come in parts:
each part says how far it got, and the next question goes on from there. Whoever no longer wants the rest does not ask.
"""

from __future__ import annotations

import array
from collections.abc import Sequence
from typing import Literal

import msgspec

from cnn_tui.data import raw_file
from cnn_tui.data.images import Picture
from cnn_tui.network.by_hand.convolution import Plane, plane_of

Method = Literal["grad-cam", "grad-cam++", "occlusion", "integrated-gradients"]
METHODS: tuple[Method, ...] = ("grad-cam", "grad-cam++", "occlusion", "integrated-gradients")
OF_A_LAYER: tuple[Method, ...] = ("grad-cam", "grad-cam++")
"""The methods that need a convolution; the others look at the image itself."""
TITLES: dict[Method, str] = {
    "grad-cam": "Grad-CAM",
    "grad-cam++": "Grad-CAM++",
    "occlusion": "occlusion",
    "integrated-gradients": "integrated gradients",
}


def is_convolution(kind: str) -> bool:
    """Whether a layer of that kind, as `LayerFacts` has it, can be looked at: a network in it is one as well."""
    return "Conv" in kind or kind.startswith("Application")


class LookWhere(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """Where a run's model looked for a class, in a test image or a picture. Answer: Where.

    `label` None is the class that the model finds likeliest. `layer` is the name of a convolution, "" for the last
    one; methods that look at the image itself take none. `epoch` is one whose weights
    the run has kept, 0 for those of its end. `first` is where a long answer goes on: the `done` of its
    last part.
    """

    run: int
    image: int = 0
    picture: str = ""
    method: Method = "grad-cam"
    layer: str = ""
    label: int | None = None
    first: int = 0
    epoch: int = 0


class Where(msgspec.Struct, frozen=True):
    """A map of how much each place of an image spoke for a class (above 0) or against it (below), or a part of it.

    The numbers are float32 of `size` (height, width), row after row; the maps of all parts add up to the whole map,
    which is there when `done` is `total`. Their unit depends on the method: what a pixel adds to the score with
    integrated gradients, how much probability a covered place costs with occlusion, none with Grad-CAM.

    `score` is what the network gives for the class before its softmax or sigmoid; `blank_score` is that of a black
    image, which only integrated gradients ask for. `side` is that of the squares that cover the image, in pixels.
    """

    method: Method
    layer: str
    label: int
    class_names: tuple[str, ...]
    probabilities: tuple[float | None, ...]
    score: float | None
    size: tuple[int, int]
    numbers: bytes
    done: int
    total: int
    shape: tuple[int, int, int]
    pixels: bytes
    steps: tuple[str, ...] = ()
    blank_score: float | None = None
    side: int = 0

    @property
    def picture(self) -> Picture:
        """The image as the model got it."""
        return Picture(self.shape, self.pixels)

    @property
    def is_whole(self) -> bool:
        return self.done >= self.total

    @property
    def predicted(self) -> int:
        """The likeliest class; NaN is the least likely of all."""
        return max(range(len(self.probabilities)), key=lambda at: (self.probabilities[at] or 0.0, -at))

    @property
    def name(self) -> str:
        """The class that it is about."""
        return self.class_names[self.label]

    @property
    def map(self) -> Plane:
        """The numbers as rows."""
        return plane_of(raw_file.numbers("f", self.numbers), self.size[1])


def following(question: LookWhere, answer: Where) -> LookWhere:
    """The question that goes on where the answer ended."""
    return msgspec.structs.replace(question, first=answer.done)


def added_up(parts: Sequence[Where]) -> Where:
    """The parts of one answer, so far, as one."""
    if len(parts) == 1:
        return parts[0]
    columns = zip(*(raw_file.numbers("f", part.numbers) for part in parts), strict=True)
    return msgspec.structs.replace(parts[-1], numbers=array.array("f", map(sum, columns)).tobytes())
