"""Convolution and pooling on plain numbers, step by step: what Keras's Conv2D and its poolings do at each place.

An image is a tuple of channels, each a tuple of rows of numbers. As in Keras, the kernel is not turned around before it
is laid on the image; mathematicians call that a cross-correlation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from cnn_tui.network.by_hand.activation import ACTIVATIONS, activate
from cnn_tui.network.shapes import SizeError
from cnn_tui.network.values import Pair

Plane = tuple[tuple[float, ...], ...]
"""Rows of numbers: a channel of an image or of a kernel, or a feature map."""
Image = tuple[Plane, ...]
"""Channels of one size."""
WindowPlane = tuple[tuple[float | None, ...], ...]
"""Rows of the numbers under a window; None is the padded border."""
Padding = Literal["valid", "same"]


class ConvolutionStep(NamedTuple):
    """How one number of a feature map comes about.

    `top` and `left` are the row and column of the image under the window's corner, below 0 in the border. `window` and
    `products` have a plane for each channel; a product with the border is 0.
    """

    row: int
    column: int
    top: int
    left: int
    window: tuple[WindowPlane, ...]
    products: Image
    sum: float
    total: float
    """The sum with the bias."""
    output: float
    """The total after the activation."""


class PoolingStep(NamedTuple):
    """How one number of a pooled map comes about. `top` and `left` are as in a ConvolutionStep.

    `window` has one plane: each channel is pooled by itself. `chosen` is the row and column inside the window of the
    number that max pooling keeps; None for average pooling. `real` is how many pixels of the image, and not of the
    border, lie under the window.
    """

    row: int
    column: int
    top: int
    left: int
    window: WindowPlane
    chosen: Pair | None
    real: int
    output: float


class Window(msgspec.Struct, frozen=True):
    """The window that a convolution or a pooling moves over an image."""

    size: Pair
    """Height and width."""
    strides: Pair = (1, 1)
    padding: Padding = "valid"

    def output_size(self, height: int, width: int) -> Pair:
        """Height and width of the output for an image of this size. Raises SizeError for a window that does not fit."""
        if self.padding == "same":
            return -(-height // self.strides[0]), -(-width // self.strides[1])
        rows, columns = (height - self.size[0], width - self.size[1])
        if rows < 0 or columns < 0:
            raise SizeError(
                f"a window of {self.size[0]}x{self.size[1]} does not fit the {height}x{width} image: "
                "make it smaller, or take padding same"
            )
        return rows // self.strides[0] + 1, columns // self.strides[1] + 1

    def border(self, height: int, width: int) -> tuple[int, int, int, int]:
        """How many rows and columns the padding adds above, below, on the left and on the right."""
        added: list[int] = []
        for size, window, stride, steps in zip(
            (height, width), self.size, self.strides, self.output_size(height, width), strict=True
        ):
            missing = max((steps - 1) * stride + window - size, 0) if self.padding == "same" else 0
            added += [missing // 2, missing - missing // 2]
        return added[0], added[1], added[2], added[3]

    def corner(self, height: int, width: int, row: int, column: int) -> Pair:
        """The row and column of the image at which the window of an output cell begins; below 0 in the border.

        Raises IndexError for a cell that the output does not have.
        """
        rows, columns = self.output_size(height, width)
        if not (0 <= row < rows and 0 <= column < columns):
            raise IndexError(f"the output of {rows}x{columns} has no cell {row}, {column}")
        above, _, left, _ = self.border(height, width)
        return row * self.strides[0] - above, column * self.strides[1] - left

    def visits(self, height: int, width: int) -> tuple[tuple[int, ...], ...]:
        """How many windows see each pixel. With padding valid, few of them see the pixels at the border."""
        rows, columns = self.output_size(height, width)
        above, _, left, _ = self.border(height, width)
        down = _visits(height, self.size[0], self.strides[0], rows, above)
        across = _visits(width, self.size[1], self.strides[1], columns, left)
        return tuple(tuple(one * other for other in across) for one in down)

    def lost(self, height: int, width: int) -> Pair:
        """By how many rows and columns the output is smaller than the image, because the window cannot pass the edge.

        What strides take away is not counted here.
        """
        self.output_size(height, width)
        return (0, 0) if self.padding == "same" else (self.size[0] - 1, self.size[1] - 1)

    def unseen(self, height: int, width: int) -> Pair:
        """How many rows at the bottom and columns on the right no window reaches: a stride would pass the edge."""
        if self.padding == "same":
            return 0, 0
        rows, columns = self.output_size(height, width)
        return (
            height - (rows - 1) * self.strides[0] - self.size[0],
            width - (columns - 1) * self.strides[1] - self.size[1],
        )

    def under(self, plane: Plane, top: int, left: int) -> WindowPlane:
        """The part of one channel under the window with its corner at `top` and `left`."""
        height, width = size_of(plane)
        return tuple(
            tuple(plane[y][x] if 0 <= y < height and 0 <= x < width else None for x in range(left, left + self.size[1]))
            for y in range(top, top + self.size[0])
        )


class Convolution(msgspec.Struct, frozen=True):
    """One filter of a Conv2D. `kernel` has a plane for each channel of the image."""

    kernel: Image
    bias: float = 0.0
    strides: Pair = (1, 1)
    padding: Padding = "valid"
    activation: str = "linear"
    """One of `activation.ACTIVATIONS`."""

    @property
    def window(self) -> Window:
        """The window that moves over the image."""
        return Window(size_of(self.kernel[0]), self.strides, self.padding)

    def step(self, image: Image, row: int, column: int) -> ConvolutionStep:
        """How an output cell comes about. Raises SizeError, and IndexError for a cell that does not exist."""
        self._check(image)
        window = self.window
        top, left = window.corner(*size_of(image[0]), row, column)
        under = tuple(window.under(plane, top, left) for plane in image)
        products = tuple(
            tuple(
                tuple((pixel or 0.0) * weight for pixel, weight in zip(pixels, weights, strict=True))
                for pixels, weights in zip(framed, kernel, strict=True)
            )
            for framed, kernel in zip(under, self.kernel, strict=True)
        )
        added = float(sum(number for plane in products for line in plane for number in line))
        total = added + self.bias
        return ConvolutionStep(row, column, top, left, under, products, added, total, activate(total, self.activation))

    def output(self, image: Image) -> Plane:
        """The whole feature map. Raises SizeError."""
        self._check(image)
        height, width = size_of(image[0])
        window = self.window
        rows, columns = window.output_size(height, width)
        (down, across), (tall, wide) = self.strides, window.size
        sums = [[0.0] * columns for _ in range(rows)]
        for plane, kernel in zip(image, self.kernel, strict=True):
            padded = list(_padded(plane, window.border(height, width)))
            for y, x in ((y, x) for y in range(tall) for x in range(wide)):
                weight = kernel[y][x]
                for row in range(rows if weight else 0):
                    pixels = padded[row * down + y][x : x + (columns - 1) * across + 1 : across]
                    sums[row] = [so_far + pixel * weight for so_far, pixel in zip(sums[row], pixels, strict=True)]
        activation = ACTIVATIONS[self.activation]
        return tuple(tuple(activation(number + self.bias) for number in line) for line in sums)

    def _check(self, image: Image) -> None:
        if len(image) != len(self.kernel):
            raise SizeError(
                f"the kernel has {len(self.kernel)} channels and the image {len(image)}: they must be alike"
            )


class Pooling(msgspec.Struct, frozen=True):
    """A MaxPooling2D or an AveragePooling2D. Without strides the windows lie side by side."""

    kind: Literal["max", "average"] = "max"
    pool_size: Pair = (2, 2)
    strides: Pair | None = None
    padding: Padding = "valid"

    @property
    def window(self) -> Window:
        """The window that moves over the image."""
        return Window(self.pool_size, self.strides or self.pool_size, self.padding)

    def step(self, plane: Plane, row: int, column: int) -> PoolingStep:
        """How an output cell comes about, in one channel. Raises SizeError and IndexError as a convolution does.

        The padded border does not count: it is never the largest number, and no part of a mean.
        """
        window = self.window
        top, left = window.corner(*size_of(plane), row, column)
        under = window.under(plane, top, left)
        pixels = [
            (number, (y, x)) for y, line in enumerate(under) for x, number in enumerate(line) if number is not None
        ]
        if self.kind == "average":
            mean = sum(number for number, _ in pixels) / len(pixels)
            return PoolingStep(row, column, top, left, under, None, len(pixels), mean)
        largest, place = max(pixels, key=lambda pair: pair[0])  # the first of several
        return PoolingStep(row, column, top, left, under, place, len(pixels), largest)

    def output(self, plane: Plane) -> Plane:
        """One channel pooled. Raises SizeError."""
        rows, columns = self.window.output_size(*size_of(plane))
        return tuple(tuple(self.step(plane, row, column).output for column in range(columns)) for row in range(rows))


def size_of(plane: Plane) -> Pair:
    """Height and width."""
    return len(plane), len(plane[0])


def plane_of(numbers: Sequence[float], width: int) -> Plane:
    """Numbers, one row after the other, as rows of `width`."""
    return tuple(tuple(numbers[start : start + width]) for start in range(0, len(numbers), width))


def _padded(plane: Plane, border: tuple[int, int, int, int]) -> Iterator[Sequence[float]]:
    above, below, left, right = border
    blank = [0.0] * (left + len(plane[0]) + right)
    yield from [blank] * above
    for line in plane:
        yield [*[0.0] * left, *line, *[0.0] * right] if left or right else line
    yield from [blank] * below


def _visits(size: int, window: int, stride: int, steps: int, before: int) -> list[int]:
    """How many windows see each place along one axis."""
    counts = [0] * size
    for step in range(steps):
        start = step * stride - before
        for place in range(max(start, 0), min(start + window, size)):
            counts[place] += 1
    return counts
