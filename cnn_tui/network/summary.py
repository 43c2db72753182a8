"""The live summary: for each layer its Keras name, output shape and parameters, without TensorFlow."""

from __future__ import annotations

import functools
import math
import re
from fractions import Fraction

import msgspec

from cnn_tui.network.fields import Pair
from cnn_tui.network.rules import flow
from cnn_tui.network.shapes import Flow, ShapeError
from cnn_tui.network.stack import Shape, Stack
from cnn_tui.text import columns

FLOAT_BYTES = 4
TITLES = ("Layer (type)", "Output shape", "Param #")
"""The headings of the columns, as Keras writes them."""


class LayerSummary(msgspec.Struct, frozen=True):
    """One layer of the summary. `output_shape` is None at a problem and past it."""

    index: int  # from 1, as in messages
    type: str
    name: str
    enabled: bool
    output_shape: Shape | None
    params: int = 0
    trainable: int = 0
    non_trainable: int = 0
    macs: int = 0
    formula: str = ""
    input_shape: Shape | None = None
    activations: int = 0  # how many numbers the layer hands on for each image
    receptive_field: Pair | None = None
    """Height and width of the part of the image that one output sees at most; None is all of it, or not known."""

    def memory_bytes(self, batch_size: int) -> int:
        """What the layer's outputs take for a batch, in float32."""
        return self.activations * FLOAT_BYTES * batch_size


class Summary(msgspec.Struct, frozen=True):
    """The summary of a stack. The totals count the layers that can be built."""

    input_shape: Shape
    rows: tuple[LayerSummary, ...]
    stuck_at: int | None = None  # the index (from 1) of the layer that cannot be built
    stuck_why: ShapeError | None = None

    @property
    def output_shape(self) -> Shape | None:
        """The shape that the network gives; None when it cannot be built."""
        return self.rows[-1].output_shape if self.rows else self.input_shape

    @property
    def total_params(self) -> int:
        """Trainable and non-trainable together."""
        return self.trainable_params + self.non_trainable_params

    @property
    def macs(self) -> int:
        """Multiplications for one image on its way through the network."""
        return sum(row.macs for row in self.rows)

    def memory_bytes(self, batch_size: int) -> int:
        """What the outputs of all layers take for a batch, in float32: training keeps them for the way back."""
        return sum(row.memory_bytes(batch_size) for row in self.rows)

    @property
    def trainable_params(self) -> int:
        """Parameters that training changes."""
        return sum(row.trainable for row in self.rows)

    @property
    def non_trainable_params(self) -> int:
        """Parameters that training leaves alone."""
        return sum(row.non_trainable for row in self.rows)


class _ReceptiveField:
    """How much of the image one output sees, followed from layer to layer.

    It keeps for each axis how many pixels that are, and by how many it moves from one output to the next.
    """

    def __init__(self, image: Shape) -> None:
        self._image = image[:2]
        self._all = len(image) != 3
        self._seen = [Fraction(1), Fraction(1)]
        self._step = [Fraction(1), Fraction(1)]

    def pass_through(self, made: Flow) -> Pair | None:
        """Height and width of what one output of the next layer sees; None is the whole image."""
        if self._all or made.window is None:
            self._all = True
            return None
        for axis in (0, 1):
            self._seen[axis] += (made.window[axis] - 1) * self._step[axis]
            self._step[axis] *= Fraction(made.jump[axis], made.spread[axis])
        high, wide = (min(math.ceil(seen), size) for seen, size in zip(self._seen, self._image, strict=True))
        return high, wide


@functools.lru_cache(maxsize=32)
def summarize(stack: Stack) -> Summary:
    """Work out the row of every layer, up to the first one that cannot take its input.

    At a keystroke the panes, the problems and the warnings ask for the same one: the last few are kept.
    """
    names = keras_names(stack)
    field = _ReceptiveField(stack.input_shape)
    shape: Shape | None = stack.input_shape
    rows: list[LayerSummary] = []
    stuck_at, stuck_why = None, None
    for at, layer in enumerate(stack.layers):
        row = LayerSummary(at + 1, layer.type, names[at], layer.enabled, shape, input_shape=shape)
        if layer.enabled and shape is not None:
            try:
                made = flow(layer, shape)
            except ShapeError as error:
                stuck_at, stuck_why, shape = at + 1, error, None
                row = msgspec.structs.replace(row, output_shape=None)
            else:
                shape = made.output_shape
                row = _filled(row, made, layer.trainable, field.pass_through(made))
        rows.append(row)
    return Summary(stack.input_shape, tuple(rows), stuck_at, stuck_why)


def _filled(row: LayerSummary, made: Flow, trainable: bool, seen: Pair | None) -> LayerSummary:
    return msgspec.structs.replace(
        row,
        output_shape=made.output_shape,
        params=made.params,
        trainable=made.trainable if trainable else 0,
        non_trainable=made.non_trainable if trainable else made.params,
        macs=made.macs,
        formula=made.formula,
        activations=math.prod(made.output_shape),
        receptive_field=seen,
    )


def keras_names(stack: Stack) -> tuple[str, ...]:
    """The names that a fresh Keras session gives the layers: `conv2d`, `max_pooling2d`, `conv2d_1`.

    A layer that is switched off takes no number and is named after its kind alone.
    """
    seen: dict[str, int] = {}
    names = []
    for layer in stack.layers:
        base = snake_case(layer.type)
        if not layer.enabled:
            names.append(base)
            continue
        count = seen.get(base, 0)
        seen[base] = count + 1
        names.append(f"{base}_{count}" if count else base)
    return tuple(names)


@functools.cache
def snake_case(name: str) -> str:
    """A class of Keras's as it names layers after it: `conv2d` for Conv2D."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def keras_shape(shape: Shape) -> str:
    """A shape as Keras prints it, with the batch axis: `(None, 26, 26, 32)`."""
    return f"({', '.join(['None', *map(str, shape)])})"


def row_cells(row: LayerSummary) -> tuple[str, str, str]:
    """Name, output shape and parameters of a row."""
    if not row.enabled:
        return f"{row.name} ({row.type}, switched off)", "-", "0"
    shape = keras_shape(row.output_shape) if row.output_shape is not None else "?"
    return f"{row.name} ({row.type})", shape, f"{row.params:,}" if row.output_shape is not None else "?"


def layer_lines(summary: Summary) -> list[str]:
    """A table of the layers like Keras's."""
    rows = [TITLES, *(row_cells(row) for row in summary.rows)]
    return columns(rows, right=[2])


def totals(summary: Summary) -> list[tuple[str, int]]:
    """The three totals as Keras words them, with their counts."""
    return [
        ("Total params", summary.total_params),
        ("Trainable params", summary.trainable_params),
        ("Non-trainable params", summary.non_trainable_params),
    ]


def summary_lines(summary: Summary) -> list[str]:
    """The table and the totals; for a stack that cannot be built, the totals say `at least`."""
    floor = "at least " if summary.stuck_at is not None else ""
    return [*layer_lines(summary), *(f"{label}: {floor}{count:,}" for label, count in totals(summary))]


def in_bytes(count: int) -> str:
    """Bytes as Keras prints them: `442.91 KB`."""
    amount = float(count)
    for unit in ("B", "KB", "MB"):
        if amount < 1024:
            return f"{amount:.2f} {unit}"
        amount /= 1024
    return f"{amount:.2f} GB"
