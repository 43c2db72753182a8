"""What a problem is and what fixes it; the fixes for a layer that cannot be built: each is a stack in which it can."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from cnn_tui.network.fields import fields_of
from cnn_tui.network.kinds.application import facts_of
from cnn_tui.network.layers import (
    AnyLayer,
    Application,
    AveragePooling2D,
    Conv2D,
    Cropping2D,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    Normalization,
    PReLU,
    RandomBrightness,
    RandomContrast,
    Reshape,
    Resizing,
    SeparableConv2D,
    UnitNormalization,
)
from cnn_tui.network.shapes import ClashError, CutError, DivisionError, RankError, SizeError, TooSmallError, show
from cnn_tui.network.stack import Shape, Stack
from cnn_tui.network.summary import Summary, summarize
from cnn_tui.network.values import sides_of
from cnn_tui.text import closest


class Fix(msgspec.Struct, frozen=True):
    """A fix for a problem: what it does, in a few words, and the stack that it makes.

    `settings` are training settings that it changes as well, by their names.
    """

    label: str
    stack: Stack
    settings: tuple[tuple[str, str | bool], ...] = ()


class Problem(msgspec.Struct, frozen=True):
    """Why a stack cannot be trained. `layer` counts from 1; 0 stands for the whole stack."""

    layer: int
    message: str
    fixes: tuple[Fix, ...] = ()


def fixes_of_stuck_layer(stack: Stack, summary: Summary) -> tuple[Fix, ...]:
    """The fixes for the layer at which `summary` stopped."""
    assert summary.stuck_at is not None
    at = summary.stuck_at - 1
    shape = summary.rows[at].input_shape
    error = summary.stuck_why
    assert shape is not None
    makers = {
        SizeError: _of_size,
        RankError: _of_rank,
        DivisionError: _of_division,
        ClashError: _of_clash,
        TooSmallError: _of_application,
        CutError: _of_application,
    }
    candidates = [fix for why, make in makers.items() if type(error) is why for fix in make(stack, at, shape)]
    candidates.append(switched_off(stack, at))
    return distinct(fix for fix in candidates if _gets_past(fix.stack, stack, at + 1))


def changed(stack: Stack, at: int, **values: Any) -> Fix:
    """The fix that changes arguments of the layer at `at`."""
    fields = {field.name: field for field in fields_of(type(stack.layers[at]))}
    words = [f"{name} {fields[name].format(value)}" for name, value in values.items()]
    return Fix(", ".join(words), stack.change(at, **values))


def switched_off(stack: Stack, at: int) -> Fix:
    """The fix that switches the layer at `at` off."""
    return Fix(f"switch this {stack.layers[at].type} off", stack.toggle(at))


def distinct(fixes: Iterable[Fix]) -> tuple[Fix, ...]:
    """The fixes in their order, without those that make the same as an earlier one."""
    by_outcome: dict[object, Fix] = {}
    for fix in fixes:
        by_outcome.setdefault((fix.stack, fix.settings), fix)
    return tuple(by_outcome.values())


def _gets_past(fixed: Stack, broken: Stack, index: int) -> bool:
    """Whether all layers up to the broken one can be built now; the fix may have removed or added one of them."""
    stuck = summarize(fixed).stuck_at
    return fixed != broken and (stuck is None or stuck > index + len(fixed) - len(broken))


def above(stack: Stack, at: int, *kinds: type[AnyLayer]) -> int | None:
    """The position of the nearest layer of `kinds` above `at` that is switched on; None where there is none."""
    places = [place for place, layer in stack.enabled() if place < at and isinstance(layer, kinds)]
    return places[-1] if places else None


def _of_size(stack: Stack, at: int, shape: Shape) -> Iterator[Fix]:
    layer = stack.layers[at]
    if getattr(layer, "padding", None) == "valid":
        yield changed(stack, at, padding="same")
    pool = above(stack, at, MaxPooling2D, AveragePooling2D)
    if pool is not None:
        yield Fix(f"remove the {stack.layers[pool].type} above (layer {pool + 1})", stack.delete(pool))
    dilation = getattr(layer, "dilation_rate", (1, 1))
    if dilation != (1, 1):
        yield changed(stack, at, dilation_rate=(1, 1))
    for argument in ("kernel_size", "pool_size"):
        window = getattr(layer, argument, None)
        if window:
            fits = ((shape[0] - 1) // dilation[0] + 1, (shape[1] - 1) // dilation[1] + 1)
            yield changed(stack, at, **{argument: (min(window[0], fits[0]), min(window[1], fits[1]))})
    if isinstance(layer, Cropping2D):
        most = (shape[0] // 4, shape[1] // 4)  # so that half of the map is left
        wide = [max(sides) for sides in sides_of(layer.cropping)]
        yield changed(stack, at, cropping=(min(wide[0], most[0]), min(wide[1], most[1])))


def _of_rank(stack: Stack, at: int, shape: Shape) -> Iterator[Fix]:
    this = stack.layers[at].type
    flat = above(stack, at, Flatten, Reshape, GlobalAveragePooling2D, GlobalMaxPooling2D)
    if flat is not None:
        layer = stack.layers[flat]
        named = f"the {layer.type} (layer {flat + 1})"
        if isinstance(layer, GlobalAveragePooling2D | GlobalMaxPooling2D):
            yield Fix(f"keepdims yes in {named}", stack.change(flat, keepdims=True))
            yield Fix(f"move this {this} above layer {flat + 1}", stack.move(at, flat))
        else:
            yield Fix(f"move this {this} above {named}", stack.move(at, flat))
        yield Fix(f"remove {named}", stack.delete(flat))
    count = math.prod(shape)
    side = max(side for side in range(1, math.isqrt(count) + 1) if count % side**2 == 0)
    square = (side, side, count // side**2)
    yield Fix(f"Reshape to {show(square)} above", stack.insert(at, Reshape(target_shape=square)))


def _of_division(stack: Stack, at: int, shape: Shape) -> Iterator[Fix]:
    layer = stack.layers[at]
    if isinstance(layer, Conv2D):
        common = math.gcd(shape[-1], layer.filters)
        nearest = max(groups for groups in range(1, layer.groups + 1) if common % groups == 0)
        yield changed(stack, at, groups=nearest)
        yield changed(stack, at, groups=1)
        filters = math.ceil(layer.filters / layer.groups) * layer.groups
        if shape[-1] % layer.groups == 0 and filters <= 65536:
            yield changed(stack, at, filters=filters)
    if isinstance(layer, Reshape):
        sizes = layer.target_shape
        if -1 not in sizes:
            for place in reversed(range(len(sizes))):
                yield changed(stack, at, target_shape=(*sizes[:place], -1, *sizes[place + 1 :]))
        yield changed(stack, at, target_shape=(-1,))


def _of_application(stack: Stack, at: int, shape: Shape) -> Iterator[Fix]:
    layer = stack.layers[at]
    assert isinstance(layer, Application)
    least = facts_of(layer.architecture).least
    if min(shape[:2]) < least:
        yield Fix(f"Resizing to {least}x{least} above", stack.insert(at, Resizing(height=least, width=least)))
    near = closest(layer.cut, facts_of(layer.architecture).cuts)
    if near is not None and near != layer.cut:
        yield changed(stack, at, cut=near)
    if layer.cut:
        yield Fix(f"{layer.architecture} whole, without a cut", stack.change(at, cut=""))


def _of_clash(stack: Stack, at: int, shape: Shape) -> Iterator[Fix]:
    layer = stack.layers[at]
    if isinstance(layer, Conv2D):
        yield changed(stack, at, dilation_rate=(1, 1))
        yield changed(stack, at, strides=(1, 1))
    if isinstance(layer, DepthwiseConv2D | SeparableConv2D):
        for stride in (max(layer.strides), min(layer.strides)):
            yield changed(stack, at, strides=(stride, stride))
    if isinstance(layer, PReLU):
        inside = tuple(axis for axis in layer.shared_axes or () if axis <= len(shape))
        yield changed(stack, at, shared_axes=inside or None)
    if isinstance(layer, Normalization | UnitNormalization):
        yield changed(stack, at, axis="channel")
    if isinstance(layer, RandomContrast | RandomBrightness):
        yield changed(stack, at, value_range=(0, 1))
