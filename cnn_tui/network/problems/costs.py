"""The layer that takes more memory than is tried, and what makes it smaller."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_tui.network.fields import fields_of
from cnn_tui.network.layers import Flatten, GlobalAveragePooling2D, MaxPooling2D, PReLU
from cnn_tui.network.problems.fixes import Fix, Problem, above, changed, distinct, switched_off
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import FLOAT_BYTES, LayerSummary, Summary, summarize

MOST_TRAINING_BYTES = 16_000_000_000
MOST_OUTPUT_BYTES = 2_000_000_000
_COPIES = 3
"""How many numbers training keeps for a weight: itself, its gradient, what the optimizer remembers (Adam: two)."""
_GIGA = 1e9
_SHRINKABLE = ("units", "filters", "size", "strides", "padding", "depth_multiplier", "kernel_size")


def find_cost_problem(stack: Stack, summary: Summary) -> Problem | None:
    """The problem of the first layer that takes too much memory, of a stack that can be built."""
    for row in summary.rows:
        why = _too_much(row)
        if why:
            at = row.index - 1
            fixes = [fix for fix in _candidates(stack, at) if _affordable(fix.stack, at + len(fix.stack) - len(stack))]
            return Problem(row.index, f"{row.type} {why}", distinct(fixes))
    return None


def _too_much(row: LayerSummary) -> str:
    training = (row.trainable * _COPIES + row.non_trainable) * FLOAT_BYTES
    if training > MOST_TRAINING_BYTES:
        verb = "learn" if row.trainable else "hold"
        return (
            f"would {verb} {row.params:,} numbers, and training takes {training / _GIGA:,.0f} GB for them alone: "
            f"more than {MOST_TRAINING_BYTES / _GIGA:g} GB is not tried"
        )
    if row.memory_bytes(1) > MOST_OUTPUT_BYTES:
        return (
            f"would make {row.activations:,} numbers of a single image, {row.memory_bytes(1) / _GIGA:,.0f} GB: "
            f"more than {MOST_OUTPUT_BYTES / _GIGA:g} GB is not tried"
        )
    return ""


def _affordable(stack: Stack, at: int) -> bool:
    """Whether all layers up to the one at `at` can be built, and take little enough memory."""
    summary = summarize(stack)
    stuck = summary.stuck_at
    return (stuck is None or stuck > at + 1) and not any(_too_much(row) for row in summary.rows[: at + 1])


def _candidates(stack: Stack, at: int) -> Iterator[Fix]:
    if isinstance(stack.layers[at], PReLU):
        yield changed(stack, at, shared_axes=(1, 2))
    flat = above(stack, at, Flatten)
    if flat is not None:
        for size in (2, 4, 8, 16, 32):
            pooled = stack.insert(flat, MaxPooling2D(pool_size=(size, size)))
            if _affordable(pooled, at + 1):
                yield Fix(f"MaxPooling2D {size}x{size} above the Flatten (layer {flat + 1})", pooled)
                break
        mean = stack.replace(flat, GlobalAveragePooling2D())
        yield Fix(f"GlobalAveragePooling2D instead of the Flatten (layer {flat + 1})", mean)
    yield from _smaller(stack, at)
    yield switched_off(stack, at)


def _smaller(stack: Stack, at: int) -> Iterator[Fix]:
    """The fixes that step one argument down until the layer takes little enough memory."""
    layer = stack.layers[at]
    for field in fields_of(type(layer)):
        value = getattr(layer, field.name)
        if field.name not in _SHRINKABLE or field.kind == "choice":
            continue
        for _ in field.ladder:
            value = field.step(value, -1)
            fix = changed(stack, at, **{field.name: value})
            if _affordable(fix.stack, at):
                yield fix
                break
