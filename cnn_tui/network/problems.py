"""What is wrong with a stack, in words, on its layer, each with fixes that are stacks themselves."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from cnn_tui.network.fields import Pair
from cnn_tui.network.layers import AveragePooling2D, Conv2D, Dense, Flatten, Layer, MaxPooling2D, new_layer
from cnn_tui.network.shapes import RankError, SizeError, show
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import Summary, summarize


class Goal(msgspec.Struct, frozen=True):
    """What the network is for: the loss that it is trained with and the number of classes to tell apart."""

    loss: str
    classes: int


class Fix(msgspec.Struct, frozen=True):
    """A way out: what it does in a few words, and the stack that it makes."""

    label: str
    stack: Stack


class Problem(msgspec.Struct, frozen=True):
    """Why a stack cannot be trained. `layer` counts from 1; 0 is the stack as a whole."""

    layer: int
    message: str
    fixes: tuple[Fix, ...] = ()


def find_problems(stack: Stack, goal: Goal, summary: Summary | None = None) -> tuple[Problem, ...]:
    """What keeps `stack` from being trained for `goal`; empty when nothing does."""
    summary = summary or summarize(stack)
    if not any(layer.enabled for layer in stack.layers):
        return (Problem(0, "the stack has no layers yet: add one", _answer_fixes(stack, goal)),)
    if summary.stuck_at is not None:
        return (_stuck(stack, summary, summary.stuck_at),)
    return tuple(_answer_problems(stack, goal, summary))


def _stuck(stack: Stack, summary: Summary, index: int) -> Problem:
    candidates: list[Fix] = []
    if isinstance(summary.stuck_why, SizeError):
        candidates += _size_fixes(stack, summary, index - 1)
    elif isinstance(summary.stuck_why, RankError):
        candidates += _rank_fixes(stack, index - 1)
    candidates.append(Fix(f"switch this {stack.layers[index - 1].type} off", stack.toggle(index - 1)))
    fixes = tuple(fix for fix in candidates if _gets_past(fix.stack, stack, index))
    return Problem(index, str(summary.stuck_why), fixes)


def _gets_past(fixed: Stack, broken: Stack, index: int) -> bool:
    """Whether the layers up to the broken one (and one fewer, where the fix removes one) can be built."""
    stuck = summarize(fixed).stuck_at
    return stuck is None or stuck > index + len(fixed) - len(broken)


def _size_fixes(stack: Stack, summary: Summary, at: int) -> Iterator[Fix]:
    layer = stack.layers[at]
    yield Fix("padding same", stack.change(at, padding="same"))
    for above in range(at - 1, -1, -1):
        pool = stack.layers[above]
        if pool.enabled and isinstance(pool, MaxPooling2D | AveragePooling2D):
            yield Fix(f"remove the {pool.type} above (layer {above + 1})", stack.delete(above))
            break
    size = summary.rows[at].input_shape
    assert size is not None
    argument = "kernel_size" if isinstance(layer, Conv2D) else "pool_size"
    window: Pair = getattr(layer, argument)
    smaller = (min(window[0], size[0]), min(window[1], size[1]))
    yield Fix(f"{argument} {show(smaller)}", stack.change(at, **{argument: smaller}))


def _rank_fixes(stack: Stack, at: int) -> Iterator[Fix]:
    for above in range(at - 1, -1, -1):
        flat = stack.layers[above]
        if flat.enabled and isinstance(flat, Flatten):
            yield Fix(f"move this {stack.layers[at].type} above the Flatten (layer {above + 1})", stack.move(at, above))
            yield Fix(f"remove the Flatten (layer {above + 1})", stack.delete(above))
            break


def _answer_problems(stack: Stack, goal: Goal, summary: Summary) -> Iterator[Problem]:
    """Whether what comes out of the last layer is one probability for each class."""
    at = max(at for at, layer in enumerate(stack.layers) if layer.enabled)
    last = stack.layers[at]
    shape = summary.output_shape
    assert shape is not None
    if len(shape) != 1:
        fixes = []
        dense = _first_dense(stack)
        if dense is not None and dense > 0:
            flat = stack.insert(dense, Flatten())
            fixes.append(Fix(f"Flatten above the Dense (layer {dense + 1})", flat))
        fixes.extend(_answer_fixes(stack, goal))
        good = tuple(fix for fix in fixes if _is_row(fix.stack))
        yield Problem(
            at + 1,
            f"the network ends in a {show(shape)} map, but the answer is one row of {goal.classes} numbers: "
            "a Flatten is missing",
            good,
        )
        return
    if shape != (goal.classes,):
        fixes = []
        if isinstance(last, Dense):
            fixes.append(Fix(f"units {goal.classes}", stack.change(at, units=goal.classes)))
        fixes.extend(_answer_fixes(stack, goal))
        yield Problem(
            at + 1, f"the network gives {shape[0]} numbers, but the data has {goal.classes} classes", tuple(fixes)
        )
        return
    # A Dropout or Flatten at the end hands on what the layer above it made.
    at = max((at for at, layer in stack.enabled() if _activation(layer) is not None), default=at)
    activation = _activation(stack.layers[at])
    if activation not in (None, "softmax"):
        yield Problem(
            at + 1,
            f"{goal.loss} needs probabilities, but the last layer's activation is {activation}",
            (Fix("activation softmax", stack.change(at, activation="softmax")),),
        )


def _activation(layer: Layer) -> str | None:
    value = getattr(layer, "activation", None)
    return str(value) if value is not None else None


def _answer_fixes(stack: Stack, goal: Goal) -> tuple[Fix, ...]:
    answer = msgspec.structs.replace(_dense(), units=goal.classes, activation="softmax")
    end = stack
    label = f"add Dense {goal.classes} softmax at the end"
    if not _is_row(stack):
        end = end.insert(len(end), Flatten())
        label = f"add Flatten and Dense {goal.classes} softmax at the end"
    return (Fix(label, end.insert(len(end), answer)),)


def _dense() -> Dense:
    layer = new_layer("Dense")
    assert isinstance(layer, Dense)
    return layer


def _first_dense(stack: Stack) -> int | None:
    return next((at for at, layer in stack.enabled() if isinstance(layer, Dense)), None)


def _is_row(stack: Stack) -> bool:
    shape = summarize(stack).output_shape
    return shape is not None and len(shape) == 1
