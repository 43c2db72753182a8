"""The questions about the map of a run's features, and their answers.

The features are those of the training images that `WorkOutFeatures` works out. Numbers travel as bytes: int32 and
float32, one for each image that is on the map.
"""

from __future__ import annotations

import array
from typing import Literal, TypeAlias

import msgspec

from cnn_tui.data import raw_file
from cnn_tui.data.images import Picture

MapMethod: TypeAlias = Literal["pca", "t-sne", "umap"]
MAP_METHODS: tuple[MapMethod, ...] = ("pca", "t-sne", "umap")
MAP_TITLES: dict[MapMethod, str] = {"pca": "PCA", "t-sne": "t-SNE", "umap": "UMAP"}
NEIGHBOURS = 10
"""Of an image: so many others that are nearest to it by all of its features."""
MOST_LAID_OUT = 3_000
"""Images of which t-SNE and UMAP make a map; PCA takes all."""
MOST_RANKED = 2_000
"""Images that are worth a look: so many that lie near another class, and so many that lie far from their own."""


class DrawMap(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """Where the features of a run's training images lie in two dimensions. Answer: FeatureMap.

    t-SNE and UMAP work for a while: the answer may be that, and whoever waits asks again, with a number that counts up.
    """

    run: int
    method: MapMethod = "pca"
    asked: int = 0
    epoch: int = 0


class CountOthers(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """How many neighbours of another class each image has that lies near one. Answer: OthersCounted, for a part.

    Whoever wants them all asks again, with the `done` of the part before as `first`.
    """

    run: int
    first: int = 0
    epoch: int = 0


class LookAtPoint(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """A training image by its place among them, and what is known of it. Answer: MapPoint."""

    run: int
    image: int
    epoch: int = 0


class FeatureMap(msgspec.Struct, frozen=True):
    """The images that are on the map, of `searched` that have features; the run has learned from `learned`.

    `images` are places among the training images, `labels` their classes, `across` and `up` where they lie. `distances`
    are to the middle of their own class, 1 minus the cosine; `leads` are how much nearer the middle of another class
    is, below 0 where none is. `variance` has the shares of the features' variance in the two directions, only of PCA.

    `near_others` are at most MOST_RANKED places, those first that lie nearest to another class for how far they are
    from their own; `far_out` are those that lie farthest from their own.
    """

    method: MapMethod
    layer: str
    goes_in: bool
    size: int
    searched: int
    learned: int
    class_names: tuple[str, ...]
    images: bytes
    labels: bytes
    across: bytes
    up: bytes
    distances: bytes
    leads: bytes
    near_others: bytes
    far_out: bytes
    variance: tuple[float, ...] = ()
    at_work: float = 0.0
    """Seconds that the method is at work; then there are no images yet."""

    def name(self, label: int) -> str:
        """A class by its name; by its number where it has none."""
        return self.class_names[label] if 0 <= label < len(self.class_names) else str(label)


class OthersCounted(msgspec.Struct, frozen=True):
    """For each of the FeatureMap's `near_others` from the question's `first` to `done`, how many of its neighbours
    have another label, as bytes."""

    counts: bytes
    done: int
    total: int


class MapNeighbour(msgspec.Struct, frozen=True):
    """A training image near another one: its place among them, its label, and its distance, 1 minus the cosine."""

    image: int
    label: int
    distance: float


class MapPoint(msgspec.Struct, frozen=True):
    """A training image, what the network says of it, and its neighbours, the nearest first."""

    shape: tuple[int, int, int]
    pixels: bytes
    label: int
    probabilities: tuple[float | None, ...]
    """None stands for NaN, which a network gives whose training went astray."""
    near: tuple[MapNeighbour, ...]

    @property
    def picture(self) -> Picture:
        """The image as the model got it."""
        return Picture(self.shape, self.pixels)

    @property
    def predicted(self) -> int:
        """The likeliest class; NaN is the least likely of all."""
        return max(range(len(self.probabilities)), key=lambda at: (self.probabilities[at] or 0.0, -at))


def whole_numbers(data: bytes) -> array.array[int]:
    """The int32 numbers of an answer."""
    return raw_file.numbers("i", data)


def real_numbers(data: bytes) -> array.array[float]:
    """The float32 numbers of an answer."""
    return raw_file.numbers("f", data)
