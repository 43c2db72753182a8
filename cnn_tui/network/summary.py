"""The live summary: for each layer its Keras name, output shape and parameters, without TensorFlow."""

from __future__ import annotations

import re

import msgspec

from cnn_tui.network.shapes import Flow, ShapeError, flow
from cnn_tui.network.stack import Shape, Stack


class Row(msgspec.Struct, frozen=True):
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


class Summary(msgspec.Struct, frozen=True):
    """What a stack becomes. Totals count what could be worked out."""

    input_shape: Shape
    rows: tuple[Row, ...]
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

    @property
    def trainable_params(self) -> int:
        """Parameters that training changes."""
        return sum(row.trainable for row in self.rows)

    @property
    def non_trainable_params(self) -> int:
        """Parameters that training leaves alone."""
        return sum(row.non_trainable for row in self.rows)


def summarize(stack: Stack) -> Summary:
    """Work out every row of a stack; stops at the first layer that cannot take its input."""
    names = keras_names(stack)
    shape: Shape | None = stack.input_shape
    rows: list[Row] = []
    stuck_at, stuck_why = None, None
    for at, layer in enumerate(stack.layers):
        before, made = shape, None
        if layer.enabled and shape is not None:
            try:
                made = flow(layer, shape)
            except ShapeError as error:
                stuck_at, stuck_why = at + 1, error
            shape = made.output_shape if made else None
        made = made or Flow(())
        rows.append(
            Row(
                index=at + 1,
                type=layer.type,
                name=names[at],
                enabled=layer.enabled,
                output_shape=shape,
                params=made.params,
                trainable=made.trainable,
                non_trainable=made.non_trainable,
                macs=made.macs,
                formula=made.formula,
                input_shape=before,
            )
        )
    return Summary(stack.input_shape, tuple(rows), stuck_at, stuck_why)


def keras_names(stack: Stack) -> tuple[str, ...]:
    """The names that a fresh Keras session gives the layers: `conv2d`, `max_pooling2d`, `conv2d_1`.

    A layer that is switched off takes no number and is named after its kind alone.
    """
    seen: dict[str, int] = {}
    names = []
    for layer in stack.layers:
        base = _snake_case(layer.type)
        if not layer.enabled:
            names.append(base)
            continue
        count = seen.get(base, 0)
        seen[base] = count + 1
        names.append(f"{base}_{count}" if count else base)
    return tuple(names)


def _snake_case(name: str) -> str:
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
