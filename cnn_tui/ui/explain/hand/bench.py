"""What is tried by hand: a convolution or a pooling, and where its window is. No widget, no TensorFlow."""

from __future__ import annotations

import functools
from typing import Literal, NamedTuple

from cnn_tui.exercises.model import ByHand
from cnn_tui.jobs.explain.answers import Kernels
from cnn_tui.network.by_hand.convolution import (
    Convolution,
    ConvolutionStep,
    Image,
    Padding,
    Plane,
    Pooling,
    PoolingStep,
    Window,
    size_of,
)
from cnn_tui.network.by_hand.image_kernels import KERNELS, NamedKernel
from cnn_tui.network.values import Pair

Operation = Literal["convolution", "max pooling", "average pooling"]
OPERATIONS: tuple[Operation, ...] = ("convolution", "max pooling", "average pooling")
SIZES = (1, 2, 3, 5, 7, 9, 11)
POOLS = (1, 2, 3, 4, 6, 8)
STRIDES = (1, 2, 3, 4)
FIELDS = ("operation", "kernel", "size", "stride", "padding", "activation")
_STRETCHED = ("blur", "vertical edges", "horizontal edges")


class Trained(NamedTuple):
    """A filter that a network has learned: its layer, its number, and the layer whose maps it is laid on."""

    layer: str
    filter: int
    below: str = ""
    """"" for the image itself."""


class Bench:
    """The workbench: which operation is tried, with which kernel and settings, and where its window is."""

    def __init__(self) -> None:
        self.operation: Operation = "convolution"
        self.named: NamedKernel | None = KERNELS[1]
        self.kernel: Image = (KERNELS[1].plane,)
        self.bias = 0.0
        self.trained: Trained | None = None
        self.pool_size = 2
        self.strides: Pair = (1, 1)
        self.padding: Padding = "valid"
        self.activation = "linear"
        self.field = 1
        self.row = self.column = 0
        self.channel = 0

    # What is chosen

    @property
    def is_convolution(self) -> bool:
        return self.operation == "convolution"

    @property
    def fields(self) -> tuple[str, ...]:
        return FIELDS if self.is_convolution else ("operation", "size", "stride", "padding")

    @property
    def chosen(self) -> str:
        """The field that + and - step."""
        return self.fields[min(self.field, len(self.fields) - 1)]

    @property
    def kernel_name(self) -> str:
        if self.trained is not None:
            return f"{self.trained.layer} filter {self.trained.filter + 1}"
        return self.named.name if self.named else "typed in"

    @property
    def size(self) -> Pair:
        return size_of(self.kernel[0]) if self.is_convolution else (self.pool_size, self.pool_size)

    def next_field(self) -> None:
        self.field = (self.fields.index(self.chosen) + 1) % len(self.fields)

    def step(self, by: int) -> None:
        field = self.chosen
        if field == "operation":
            at = OPERATIONS.index(self.operation)
            self.operation = OPERATIONS[(at + by) % len(OPERATIONS)]
            if (at == 0) != self.is_convolution:  # each has the strides that Keras gives it
                self.strides = (1, 1) if self.is_convolution else (self.pool_size, self.pool_size)
            self.field = 0
        elif field == "kernel":
            names = [one.name for one in KERNELS]
            at = names.index(self.named.name) + by if self.named else (0 if by > 0 else -1)
            self.use(KERNELS[at % len(KERNELS)])
        elif field == "size":
            self._step_size(by)
        elif field == "stride":
            stride = _stepped(STRIDES, self.strides[0], by)
            self.strides = (stride, stride)
        elif field == "padding":
            self.padding = "same" if self.padding == "valid" else "valid"
        else:
            self.activation = "relu" if self.activation == "linear" else "linear"

    def _step_size(self, by: int) -> None:
        if not self.is_convolution:
            alike = self.strides == (self.pool_size, self.pool_size)
            self.pool_size = _stepped(POOLS, self.pool_size, by)
            if alike:
                self.strides = (self.pool_size, self.pool_size)
        elif self.named is not None:
            size = _stepped(SIZES, self.size[0], by)
            self.kernel = (sized(self.named, size),)

    def use(self, kernel: NamedKernel) -> None:
        self.operation, self.named, self.trained = "convolution", kernel, None
        self.kernel, self.bias, self.channel = (kernel.plane,), 0.0, 0

    def set_up(self, wanted: ByHand) -> None:
        """Begin anew with what a question is about."""
        self.use(next(one for one in KERNELS if one.name == wanted.kernel))
        self.operation, self.padding, self.activation = wanted.operation, wanted.padding, wanted.activation
        if not self.is_convolution:
            self.pool_size = wanted.size or 2
        elif wanted.size and self.named is not None:
            self.kernel = (sized(self.named, wanted.size),)
        stride = wanted.stride or (1 if self.is_convolution else self.pool_size)
        self.strides = (stride, stride)
        self.field = self.fields.index(wanted.field) if wanted.field in self.fields else 0

    def type_in(self, plane: Plane) -> None:
        self.operation, self.named, self.trained = "convolution", None, None
        self.kernel, self.bias, self.channel = (plane,), 0.0, 0

    def use_trained(self, trained: Trained, kernels: Kernels) -> None:
        """Take a trained filter as its layer has it."""
        self.operation, self.named, self.trained = "convolution", None, trained
        self.kernel, self.bias = kernels.kernel(trained.filter), kernels.bias(trained.filter)
        self.strides, self.padding = kernels.strides, "same" if kernels.padding == "same" else "valid"
        self.activation, self.channel = kernels.activation, 0

    def move(self, image: Image, down: int, across: int) -> None:
        """Move the window by so many output cells, within the output."""
        rows, columns = self.output_size(image)
        self.row = max(0, min(self.row + down, rows - 1))
        self.column = max(0, min(self.column + across, columns - 1))

    # What comes of it

    @property
    def window(self) -> Window:
        return Window(self.size, self.strides, self.padding)

    def output_size(self, image: Image) -> Pair:
        """Height and width of the output. Raises SizeError."""
        return self.window.output_size(*size_of(image[0]))

    def convolution(self, image: Image) -> Convolution:
        """The convolution; a kernel with one plane is laid on every channel alike."""
        kernel = self.kernel if len(self.kernel) == len(image) else self.kernel[:1] * len(image)
        return Convolution(kernel, self.bias, self.strides, self.padding, self.activation)

    def pooling(self) -> Pooling:
        kind: Literal["max", "average"] = "max" if self.operation == "max pooling" else "average"
        return Pooling(kind, (self.pool_size, self.pool_size), self.strides, self.padding)

    def take_step(self, image: Image) -> ConvolutionStep | PoolingStep:
        """How the output's cell comes about. Raises SizeError."""
        self.move(image, 0, 0)
        if self.is_convolution:
            return self.convolution(image).step(image, self.row, self.column)
        return self.pooling().step(image[min(self.channel, len(image) - 1)], self.row, self.column)

    def output(self, image: Image) -> Plane:
        """The whole output. Raises SizeError."""
        if self.is_convolution:
            return _convolved(self.convolution(image), image)
        return _pooled(self.pooling(), image[min(self.channel, len(image) - 1)])


@functools.lru_cache(maxsize=8)
def _convolved(convolution: Convolution, image: Image) -> Plane:
    return convolution.output(image)


@functools.lru_cache(maxsize=8)
def _pooled(pooling: Pooling, plane: Plane) -> Plane:
    return pooling.output(plane)


def sized(kernel: NamedKernel, size: int) -> Plane:
    """A kernel of the list in another size: edges and blur spread out, the others keep their numbers in the middle."""
    own = len(kernel.plane)
    if kernel.name in _STRETCHED:
        places = [min(own - 1, max(0, round((at + 0.5) * own / size - 0.5))) for at in range(size)]
        plane = tuple(tuple(kernel.plane[y][x] for x in places) for y in places)
        if kernel.name == "blur":
            return tuple(tuple(1 / size**2 for _ in row) for row in plane)
        return plane
    shift = (own - size) // 2

    def weight(y: int, x: int) -> float:
        return kernel.plane[y][x] if 0 <= y < own and 0 <= x < own else 0.0

    return tuple(tuple(weight(y + shift, x + shift) for x in range(size)) for y in range(size))


def _stepped(ladder: tuple[int, ...], now: int, by: int) -> int:
    above = [one for one in ladder if one > now]
    below = [one for one in ladder if one < now]
    return (above[0] if above else now) if by > 0 else (below[-1] if below else now)
