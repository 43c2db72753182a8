"""What one step of training has to do, layer by layer, counted without TensorFlow.

A step takes a batch through the layers, the error back through them, and changes the weights. Four kinds of work can be
what a machine takes long for: starting operations, multiplications, numbers that are read from memory or written to it,
and preparing the images themselves. Some of them are counted in parts, because the libraries that do the arithmetic
differ in those.
"""

from __future__ import annotations

import functools
import math
from typing import Literal, NamedTuple

from cnn_tui.network.layers import (
    AnyLayer,
    Conv2D,
    Conv2DTranspose,
    DepthwiseConv2D,
    Flatten,
    MaxPooling2D,
    Reshape,
    SeparableConv2D,
)
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import LayerSummary, summarize

WorkKind = Literal["launch", "arithmetic", "memory", "input"]
"""What a step may take long for: starting operations, multiplying, memory traffic, or preparing the images."""

STEP_OPERATIONS = 6.0
"""What a step starts whatever the network, in operations of a layer: the batch, the loss, the metrics."""
_CONVOLUTIONS = (Conv2D, DepthwiseConv2D, SeparableConv2D, Conv2DTranspose)
_VIEWS = ("Flatten", "Reshape")
"""They give the same numbers another shape, and touch none."""
_PREPARING = (
    *("RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomShear", "RandomBrightness"),
    *("RandomContrast", "Resizing", "CenterCrop", "Normalization", "Rescaling"),
)
"""They make images of images, before anything is learned."""

# How many numbers could be moved one after the other in the time that these take, on a processor: measured layer by
# layer, there and back.
_GATHERED = 4.5
"""A place of a kernel over a place of the map, whose channels are gathered."""
_POOLED, _PIXEL = 2.5, 17.0
"""A number that MaxPooling2D looks at, and a pixel, whatever its channels: the largest of a window is looked for."""
_VECTOR, _BLOCK = 8, 32
"""Filters that a convolution always multiplies together, and those that some libraries do, however few there are."""
_UPDATE = 3.0
"""A weight that is changed, with what the optimizer remembers of it."""
_TIMES = {"AveragePooling2D": 2.0, "BatchNormalization": 5.0, "LayerNormalization": 5.0, "UnitNormalization": 3.0}
_TIMES |= dict.fromkeys(("Dropout", "SpatialDropout2D", "GaussianNoise"), 6.0)
"""A number in layers that read it more than once, or draw another for it."""


class WorkAmounts(NamedTuple):
    """How much there is of each part of the work; `WORK_KINDS` says of which kind each is."""

    operations: float = 0.0
    convolutions: float = 0.0
    """Passes through convolutions, there or back: some libraries lay the numbers out anew for each."""
    multiplications: float = 0.0
    """Those that are done; of few filters, as many as of the next multiple of 8."""
    filled_up: float = 0.0
    """Multiplications that are done for none where 32 filters are worked on together."""
    windowed: float = 0.0
    """Numbers that are gathered for a kernel, or compared in the window of a pooling."""
    moved: float = 0.0
    """Other numbers that are read or written."""
    pictured: float = 0.0
    """Numbers of images that are gathered or augmented."""

    def plus(self, other: WorkAmounts) -> WorkAmounts:
        return WorkAmounts(*(one + more for one, more in zip(self, other, strict=True)))


WORK_KINDS: tuple[WorkKind, ...] = ("launch", "launch", "arithmetic", "arithmetic", "memory", "memory", "input")
"""The kind of each part, in the order of `WorkAmounts`."""


class StepWork(NamedTuple):
    """A step of training: what it does beside the layers, what each layer does, and what it keeps in memory."""

    beside: WorkAmounts
    layers: tuple[tuple[str, WorkAmounts], ...]
    """Keras's names of the layers with what each has to do, forwards and back."""
    weights: int
    """Numbers that the layers hold."""
    learned: int
    """How many of them training changes."""
    outputs: int
    """Numbers that the layers hand on for a whole batch: training keeps them for the way back."""

    @property
    def total(self) -> WorkAmounts:
        return functools.reduce(WorkAmounts.plus, (work for _, work in self.layers), self.beside)


@functools.lru_cache(maxsize=4_000)
def step_work(stack: Stack, batch_size: int) -> StepWork:
    """The work of a step with a batch of so many images; of a stack that cannot be built, that of the first layers."""
    summary = summarize(stack)
    layers, outputs, goes_back = [], 0, False
    for layer, row in zip(stack.layers, summary.rows, strict=True):
        if not row.enabled or row.output_shape is None:
            continue
        layers.append((row.name, _work(layer, row, batch_size, goes_back)))
        outputs += row.activations * batch_size if row.type not in _VIEWS else 0
        goes_back = goes_back or row.trainable > 0
    beside = WorkAmounts(STEP_OPERATIONS, pictured=float(math.prod(stack.input_shape)) * batch_size)
    return StepWork(beside, tuple(layers), summary.total_params, summary.trainable_params, outputs)


def _work(layer: AnyLayer, row: LayerSummary, batch_size: int, goes_back: bool) -> WorkAmounts:
    """The work of a layer; `goes_back` tells that a layer before it learns, so that the error is handed on to it."""
    if isinstance(layer, Flatten | Reshape):
        return WorkAmounts(operations=0.5)
    taken, made = math.prod(row.input_shape or ()), row.activations
    if row.type in _PREPARING and not goes_back:
        return WorkAmounts(1.0, pictured=float(taken + made) * batch_size)
    # The way back takes as many multiplications for the weights as the way there, and as many again for the error.
    passes = 1 + (row.trainable > 0) + goes_back
    multiplied = float(passes * row.macs * batch_size)
    vectors = blocks = 1.0
    if isinstance(layer, Conv2D | SeparableConv2D | Conv2DTranspose):
        vectors, blocks = (math.ceil(layer.filters / size) * size / layer.filters for size in (_VECTOR, _BLOCK))
    return WorkAmounts(
        operations=passes / 2,
        convolutions=float(passes) if isinstance(layer, _CONVOLUTIONS) else 0.0,
        multiplications=multiplied * vectors,
        filled_up=multiplied * (blocks - vectors),
        windowed=_windowed(layer, row, taken, passes) * batch_size,
        moved=_moved(layer, row, taken, made, goes_back) * batch_size + _UPDATE * row.trainable,
    )


def _windowed(layer: AnyLayer, row: LayerSummary, taken: int, passes: int) -> float:
    """Numbers that a layer gathers or compares for one image, window by window, there and back."""
    if isinstance(layer, _CONVOLUTIONS):
        map_of = row.input_shape if isinstance(layer, Conv2DTranspose) else row.output_shape
        return _GATHERED * passes * math.prod((map_of or ())[:2]) * math.prod(layer.kernel_size)
    if isinstance(layer, MaxPooling2D):
        return _POOLED * taken + _PIXEL * math.prod((row.input_shape or ())[:2])
    return 0.0


def _moved(layer: AnyLayer, row: LayerSummary, taken: int, made: int, goes_back: bool) -> float:
    """Other numbers that a layer moves for one image, there and back."""
    if isinstance(layer, MaxPooling2D):
        return 0.0
    if isinstance(layer, _CONVOLUTIONS):
        return taken * goes_back + made
    return _TIMES.get(row.type, 1.0) * max(taken, made)
