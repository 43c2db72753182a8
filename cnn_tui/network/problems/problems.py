"""Finds what is wrong with a stack: in which layer, why, and stacks in which it is fixed."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from cnn_tui.network.layers import (
    Activation,
    AnyLayer,
    AveragePooling2D,
    Cropping2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalAveragePooling2D,
    ReLU,
    Rescaling,
    Reshape,
    Softmax,
    SpatialDropout2D,
    new_layer,
)
from cnn_tui.network.losses import LOSSES, activations_for
from cnn_tui.network.problems.costs import find_cost_problem
from cnn_tui.network.problems.crops import find_crop_problem
from cnn_tui.network.problems.fixes import Fix, Problem, changed, distinct, fixes_of_stuck_layer, switched_off
from cnn_tui.network.rescaling import for_images_to_1, second_division
from cnn_tui.network.shapes import show
from cnn_tui.network.stack import Shape, Stack
from cnn_tui.network.summary import Summary, summarize
from cnn_tui.text import counted

# Layers from which probabilities come out as probabilities, or nearly.
_HANDS_ON = (
    Flatten,
    Reshape,
    Dropout,
    SpatialDropout2D,
    GaussianNoise,
    Cropping2D,
    AveragePooling2D,
    GlobalAveragePooling2D,
)


class Goal(msgspec.Struct, frozen=True):
    """What the network is trained for: its loss, and the number of classes to tell apart."""

    loss: str
    classes: int
    odd_labels: str = ""
    """What is wrong with the labels that the classes were counted by, in words."""
    from_logits: bool = False

    @property
    def takes_logits(self) -> bool:
        """Whether the loss makes the probabilities itself."""
        return self.from_logits and LOSSES[self.loss].has_logits

    def fits(self, units: int) -> bool:
        """Whether so many numbers tell the classes apart: one for each, or one for two."""
        return units >= self.classes or (units == 1 and self.classes == 2 and LOSSES[self.loss].takes_one_unit)

    def activations(self, units: int) -> tuple[str, ...]:
        """The activations that give what the loss compares, the one that fits best first."""
        return activations_for(self.loss, self.from_logits, units)

    def after(self, fix: Fix) -> Goal:
        """The goal with the training settings that a fix changes."""
        return msgspec.structs.replace(self, **dict(fix.settings))


def find_problems(stack: Stack, goal: Goal, summary: Summary | None = None) -> tuple[Problem, ...]:
    """What keeps `stack` from being trained for `goal`; empty when nothing does.

    This is either the one layer that cannot be built, or all problems of a stack that can be built.
    """
    summary = summary or summarize(stack)
    if not any(layer.enabled for layer in stack.layers):
        words = f"the stack has no layers yet: add one{_odd(goal)}"
        return (Problem(0, words, tuple(fixes_at_end(stack, goal))),)
    if summary.stuck_at is not None:
        return (Problem(summary.stuck_at, str(summary.stuck_why), fixes_of_stuck_layer(stack, summary)),)
    found = (
        find_scale_problem(stack),
        find_cost_problem(stack, summary),
        find_crop_problem(stack),
        find_output_problem(stack, goal),
    )
    return tuple(problem for problem in found if problem is not None)


def find_output_problem(stack: Stack, goal: Goal) -> Problem | None:
    """What is wrong with the output of a stack that can be built. Each fix leaves an output without problems."""
    shape = summarize(stack).output_shape
    assert shape is not None
    last = max(at for at, _ in stack.enabled())
    if len(shape) != 1:
        wanted = 1 if goal.fits(1) and shape[-1] == 1 else goal.classes
        return Problem(
            last + 1,
            f"the network ends in a {show(shape)} map, but the answer is one row of {counted(wanted, 'number')}: "
            f"a Flatten is missing{_odd(goal)}",
            _completed(_of_map(stack, shape, goal), goal),
        )
    if not goal.fits(shape[0]):
        return Problem(last + 1, _miscounted(shape[0], goal) + _odd(goal), _completed(_of_count(stack, goal), goal))
    return _find_activation_problem(stack, shape[0], goal)


def find_spare_outputs(stack: Stack, goal: Goal) -> Problem | None:
    """A warning where a stack that can be trained gives more numbers than there are classes."""
    shape = summarize(stack).output_shape
    if shape is None or len(shape) != 1 or shape[0] <= goal.classes:
        return None
    last = max((at for at, _ in stack.enabled()), default=0)
    spare = counted(shape[0] - goal.classes, "of them is", "of them are")
    words = f"{_miscounted(shape[0], goal)}: {spare} never the right answer{_odd(goal)}"
    return Problem(last + 1, words, _completed(_of_count(stack, goal), goal))


def find_apart_outputs(stack: Stack, goal: Goal) -> Problem | None:
    """A warning where each output is a probability by itself, and the loss compares those of a row that sum to 1."""
    if find_output_problem(stack, goal) is not None:
        return None
    at, activation = _source(stack)[0], activation_at_end(stack)
    if goal.takes_logits or activation not in LOSSES[goal.loss].also:
        return None
    # Keras takes what is in front of a sigmoid, and brings what comes out of any other activation to the sum of 1.
    way = "as if softmax stood there" if activation == "sigmoid" else "as if they were divided by their sum"
    message = (
        f"the numbers that {activation} gives do not sum up to 1, as {goal.loss} wants them: Keras computes it {way}, "
        "and what the network gives stays as it is"
    )
    return Problem(at + 1, message, tuple(_of_activation(stack, at, goal.activations(2)[0], goal)))


def _miscounted(outputs: int, goal: Goal) -> str:
    return f"the network gives {counted(outputs, 'number')}, but the data has {goal.classes} classes"


def _odd(goal: Goal) -> str:
    return f"; {goal.odd_labels}" if goal.odd_labels else ""


def fixes_at_end(stack: Stack, goal: Goal) -> Iterator[Fix]:
    """The fixes that add the last Dense, and whatever it needs above it, at the end of the stack.

    None where the labels should be changed first: the Dense would have a unit for each label that no image has.
    """
    if goal.odd_labels:
        return
    # One sigmoid for two classes is what everybody writes for this loss.
    units = 1 if goal.fits(1) and goal.loss == "binary_crossentropy" else goal.classes
    activation = goal.activations(units)[0]
    answer = msgspec.structs.replace(new_layer("Dense"), units=units, activation=activation)
    named = f"Dense {units} {activation}".removesuffix(" linear")
    shape = summarize(stack).output_shape
    if shape is not None and len(shape) == 1:
        yield Fix(f"add {named} at the end", stack.insert(len(stack), answer))
        return
    for layer in (Flatten(), GlobalAveragePooling2D()):
        grown = stack.insert(len(stack), layer)
        yield Fix(f"add {layer.type} and {named} at the end", grown.insert(len(grown), answer))


def activation_at_end(stack: Stack) -> str | None:
    """The activation that makes the numbers of the output; None where a layer makes them that has none."""
    layer = _source(stack)[1]
    return "softmax" if isinstance(layer, Softmax) else getattr(layer, "activation", None)


def _find_activation_problem(stack: Stack, units: int, goal: Goal) -> Problem | None:
    at, layer = _source(stack)
    activation = activation_at_end(stack)
    allowed = goal.activations(units)
    if goal.takes_logits:
        if activation in (None, *allowed) and not isinstance(layer, ReLU):
            return None
        what = f"a {layer.type} at the end" if activation is None else f"the last layer's activation is {activation}"
        message = f"{goal.loss} with from_logits needs logits, which are any numbers, but {what}"
        return Problem(at + 1, message, _completed(_of_logits(stack, at), goal))
    if activation in (*allowed, *LOSSES[goal.loss].also):
        return None
    what = f"the last layer's activation is {activation}" if activation else f"a {layer.type} at the end makes none"
    if activation == "softmax":
        what += ", which makes 1 of any single number"
    message = f"{goal.loss} needs probabilities, but {what}"
    return Problem(at + 1, message, tuple(_of_activation(stack, at, allowed[0], goal)))


def _of_activation(stack: Stack, at: int, activation: str, goal: Goal) -> Iterator[Fix]:
    layer = stack.layers[at]
    if isinstance(layer, Dense | Activation):
        yield changed(stack, at, activation=activation)
    elif activation == "softmax":
        yield Fix("add Softmax at the end", stack.insert(len(stack), Softmax()))
    else:
        end = msgspec.structs.replace(new_layer("Activation"), activation=activation)
        yield Fix(f"Activation {activation} at the end", stack.insert(len(stack), end))
    if LOSSES[goal.loss].has_logits and getattr(layer, "activation", None) == "linear":
        yield Fix("from_logits yes", stack, (("from_logits", True),))


def _of_logits(stack: Stack, at: int) -> Iterator[Fix]:
    if getattr(stack.layers[at], "activation", None) is not None:
        yield changed(stack, at, activation="linear")
    else:
        yield switched_off(stack, at)
    yield Fix("from_logits no", stack, (("from_logits", False),))


def _source(stack: Stack) -> tuple[int, AnyLayer]:
    """The layer that makes the numbers of the output; the layers behind it only hand them on."""
    layers = list(stack.enabled())
    for at, layer in reversed(layers):
        idle = isinstance(layer, Activation) and layer.activation == "linear"
        if not idle and not isinstance(layer, _HANDS_ON):
            return at, layer
    return layers[-1]


def _of_map(stack: Stack, shape: Shape, goal: Goal) -> Iterator[Fix]:
    for at, layer in stack.enabled():
        flat = stack.insert(at, Flatten())
        if isinstance(layer, Dense) and _output(flat) is not None:
            yield Fix(f"Flatten above the Dense (layer {at + 1})", flat)
            yield Fix(f"GlobalAveragePooling2D above layer {at + 1}", stack.insert(at, GlobalAveragePooling2D()))
            break
    mean = Fix("add GlobalAveragePooling2D at the end", stack.insert(len(stack), GlobalAveragePooling2D()))
    if goal.fits(shape[-1]) and shape[-1] <= goal.classes:
        yield mean
    yield from fixes_at_end(stack, goal)
    if goal.fits(shape[-1]) and shape[-1] > goal.classes:  # last: it leaves outputs that stand for no class
        yield mean


def _of_count(stack: Stack, goal: Goal) -> Iterator[Fix]:
    if goal.odd_labels:
        return
    layers = list(stack.enabled())
    for at, layer in reversed(layers):
        name = next((name for name in ("units", "filters") if hasattr(layer, name)), None)
        if name:
            fix = changed(stack, at, **{name: goal.classes})
            where = "" if at == layers[-1][0] else f" in layer {at + 1}"
            if _output(fix.stack) == (goal.classes,):
                yield Fix(fix.label + where, fix.stack)
            break
    yield from fixes_at_end(stack, goal)
    if _output(stack) == (1,) and goal.classes == 2:
        yield Fix("loss binary_crossentropy", stack, (("loss", "binary_crossentropy"),))


def _completed(fixes: Iterator[Fix], goal: Goal) -> tuple[Fix, ...]:
    """The fixes whose output is a row of numbers, each with whatever else the output then needs."""
    whole = []
    for fix in fixes:
        shape = _output(fix.stack)
        if shape is None or len(shape) != 1:
            continue
        after = goal.after(fix)
        rest = find_output_problem(fix.stack, after) or find_apart_outputs(fix.stack, after)
        if rest is None:
            whole.append(fix)
        elif rest.fixes:
            more = rest.fixes[0]
            whole.append(Fix(f"{fix.label}, {more.label}", more.stack, (*fix.settings, *more.settings)))
    return distinct(whole)


def _output(stack: Stack) -> Shape | None:
    return summarize(stack).output_shape


def find_scale_problem(stack: Stack) -> Problem | None:
    """A Rescaling that divides the images, which come as 0 to 1, a second time."""
    at = second_division(stack)
    if at is None:
        return None
    layer = stack.layers[at]
    assert isinstance(layer, Rescaling)
    message = (
        f"Rescaling multiplies by {layer.scale:.3g}, as images from 0 to 255 need it, but they come as 0 to 1 here: "
        "they were divided by 255 before the first layer"
    )
    instead = for_images_to_1(layer)
    fixes = [Fix("remove this Rescaling", stack.delete(at))]
    if instead is not None:
        fixes.insert(0, changed(stack, at, scale=instead.scale))
    return Problem(at + 1, message, tuple(fixes))
