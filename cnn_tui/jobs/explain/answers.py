"""What the process that looks into trained networks answers: a struct for each kind. Bytes travel as base64."""

from __future__ import annotations

import msgspec

from cnn_tui.data import raw_file
from cnn_tui.data.images import Picture
from cnn_tui.network.by_hand.convolution import Image, Plane, plane_of


class Done(msgspec.Struct, frozen=True):
    """It is done."""


class LayerFacts(msgspec.Struct, frozen=True):
    """A layer that gives a map: its name, Keras's class, and (height, width, filters) of what it gives.

    `by_hand` tells that `network.convolution` does what it does: a Conv2D without dilation and groups, whose activation
    takes one number at a time.
    """

    name: str
    kind: str
    shape: tuple[int, int, int]
    has_kernels: bool
    by_hand: bool = False


class ModelFacts(msgspec.Struct, frozen=True):
    """What a model is made of; `layers` are those that give maps, from the image on."""

    input_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    layers: tuple[LayerFacts, ...]


class Prediction(msgspec.Struct, frozen=True):
    """What the model says of one image. `steps` are what was done to a picture to make it one, in sentences.

    `output_shape` is of what `model.predict()` returns: one row, because the model takes a batch of images. `raw` is
    that row where it is another than the probabilities: one number for two classes, or logits.
    """

    shape: tuple[int, int, int]
    pixels: bytes
    probabilities: tuple[float | None, ...]
    """None stands for NaN, which a network gives whose training went astray."""
    output_shape: tuple[int, int]
    steps: tuple[str, ...] = ()
    raw: tuple[float | None, ...] = ()

    @property
    def output(self) -> tuple[float | None, ...]:
        """The row that `model.predict()` returns."""
        return self.raw or self.probabilities

    @property
    def picture(self) -> Picture:
        """The image as the model got it."""
        return Picture(self.shape, self.pixels)


class FilterMap(msgspec.Struct, frozen=True):
    """A feature map as bytes, row after row: 0 is `low` and 255 is `high`."""

    low: float
    high: float
    pixels: bytes


class LayerMaps(msgspec.Struct, frozen=True):
    """What a layer makes of images: `maps` has for each image the maps of the filters from `first` on.

    A map is sent in `size` (height, width), which is smaller than the layer's `shape` says where that is very large.
    """

    name: str
    kind: str
    shape: tuple[int, int, int]
    size: tuple[int, int]
    first: int
    maps: tuple[tuple[FilterMap, ...], ...]

    def picture(self, image: int, filter: int) -> Picture:
        """The map of one filter, counted from 0 in the layer, as a grey picture between its own low and high."""
        return Picture((*self.size, 1), self.maps[image][filter - self.first].pixels)

    def values(self, image: int, filter: int) -> Plane:
        """The map of one filter in numbers, exact to a 255th of its range."""
        one = self.maps[image][filter - self.first]
        step = (one.high - one.low) / 255
        return plane_of([one.low + value * step for value in one.pixels], self.size[1])


class Activations(msgspec.Struct, frozen=True):
    """The images that were asked for, as the model got them, and what the layers make of them."""

    shape: tuple[int, int, int]
    images: tuple[bytes, ...]
    layers: tuple[LayerMaps, ...]
    steps: tuple[str, ...] = ()


class Kernels(msgspec.Struct, frozen=True):
    """The weights of a convolution: `weights` are float32 of `shape` (height, width, channels, filters), row by row.

    `biases` are float32 as well, one for each filter, none where the layer has none. A DepthwiseConv2D has one channel.
    """

    name: str
    kind: str
    shape: tuple[int, int, int, int]
    weights: bytes
    biases: bytes
    strides: tuple[int, int]
    padding: str
    activation: str

    def kernel(self, filter: int) -> Image:
        """One filter's kernel, a plane for each channel: what `network.convolution.Convolution` takes."""
        height, width, channels, filters = self.shape
        every = raw_file.numbers("f", self.weights)
        stride = channels * filters
        return tuple(
            plane_of([every[at * stride + channel * filters + filter] for at in range(height * width)], width)
            for channel in range(channels)
        )

    def bias(self, filter: int) -> float:
        """One filter's bias; 0 where the layer has none."""
        return float(raw_file.numbers("f", self.biases)[filter]) if self.biases else 0.0


VARIATIONS = 9


class Variations(msgspec.Struct, frozen=True):
    """One image, varied VARIATIONS times; an image of another size has another `shape`."""

    shape: tuple[int, int, int]
    images: tuple[bytes, ...]

    def picture(self, at: int) -> Picture:
        """One of them."""
        return Picture(self.shape, self.images[at])


class DeadLayer(msgspec.Struct, frozen=True):
    """The filters of a layer, counted from 0, that say nothing."""

    name: str
    filters: int
    dead: tuple[int, ...]


class DeadFilters(msgspec.Struct, frozen=True):
    """What was found over the first `images` test images."""

    images: int
    layers: tuple[DeadLayer, ...]


class PartDone(msgspec.Struct, frozen=True):
    """How many images a longer piece of work has done by now, of how many."""

    done: int
    total: int

    @property
    def is_whole(self) -> bool:
        return self.done >= self.total


class NearImage(msgspec.Struct, frozen=True):
    """A training image by its place among them: its label, and its distance, 0 for the same features."""

    image: int
    label: int
    distance: float
    pixels: bytes


class Nearest(msgspec.Struct, frozen=True):
    """The nearest of the `searched` training images, the nearest first; the run has learned from `learned`.

    The features are `size` numbers that go into `layer` or, without `goes_in`, that it gives; `shape` is every image's.
    """

    layer: str
    goes_in: bool
    size: int
    searched: int
    learned: int
    shape: tuple[int, int, int]
    images: tuple[NearImage, ...]

    def picture(self, at: int) -> Picture:
        """One of them."""
        return Picture(self.shape, self.images[at].pixels)
