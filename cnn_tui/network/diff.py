"""How two stacks differ, layer by layer."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from cnn_tui.network.fields import Field, fields_of
from cnn_tui.network.layers import AnyLayer
from cnn_tui.network.stack import Stack
from cnn_tui.network.values import Value

Sign = Literal[" ", "+", "-", "~"]


class DiffLine(NamedTuple):
    """A line of a difference. Its sign: blank for kept, + for added, - for removed, ~ for changed."""

    sign: Sign
    text: str


class LayerChange(NamedTuple):
    """What became of a layer: it was kept or changed, or there is none `before` it was added or `after` it went."""

    before: AnyLayer | None
    after: AnyLayer | None
    at: int
    """Its position, from 0, in the stack that has it: in the later one, if both do."""


def layer_changes(before: Stack, after: Stack) -> list[LayerChange]:
    """What became of the layers of both stacks, in order. Layers that are switched off are left out."""
    old, new = [*before.enabled()], [*after.enabled()]
    matcher = difflib.SequenceMatcher(a=_layers(old), b=_layers(new), autojunk=False)
    changes: list[LayerChange] = []
    for tag, a, z, b, y in matcher.get_opcodes():
        if tag == "equal":
            changes += [LayerChange(layer, layer, at) for at, layer in new[b:y]]
        else:
            changes += _replaced(old[a:z], new[b:y])
    return changes


def diff_stacks(before: Stack, after: Stack) -> tuple[DiffLine, ...]:
    """The layers of both stacks in order, with what became of each. Layers that are switched off are left out.

    Several that were changed alike have their numbers, from 1.
    """
    changes = layer_changes(before, after)
    lines = [_line(change) for change in changes]
    alike = {line for line, count in Counter(lines).items() if line.sign == "~" and count > 1}
    return tuple(
        DiffLine("~", f"layer {change.at + 1} {line.text}") if line in alike else line
        for change, line in zip(changes, lines, strict=True)
    )


def describe(layer: AnyLayer) -> str:
    """A layer in one line: its kind, the argument that matters most, and those that are not at Keras's defaults."""
    return f"{layer.type}  {arguments(layer)}".rstrip()


def arguments(layer: AnyLayer) -> str:
    """A layer's arguments in a few words; those that are clear without their name stand without it."""
    words = []
    for at, field in enumerate(fields_of(type(layer))):
        value = getattr(layer, field.name)
        if at == 0 or value != field.default:
            bare = field.name in ("architecture", "filters", "kernel_size", "pool_size", "units", "rate", "activation")
            words.append(field.format(value) if bare else f"{field.name} {field.format(value)}")
    return "  ".join(words)


def _line(change: LayerChange) -> DiffLine:
    was, now, _ = change
    if now is None:
        return DiffLine("-", describe(was) if was is not None else "")
    if was is None:
        return DiffLine("+", describe(now))
    return DiffLine(" ", describe(now)) if was == now else DiffLine("~", f"{now.type}  {_changes(was, now)}")


def _layers(placed: Sequence[tuple[int, AnyLayer]]) -> list[AnyLayer]:
    return [layer for _, layer in placed]


def _replaced(old: Sequence[tuple[int, AnyLayer]], new: Sequence[tuple[int, AnyLayer]]) -> Iterator[LayerChange]:
    """Layers of the same kind, in the same order, were changed; the others were removed or added."""
    kinds = [[layer.type for layer in _layers(some)] for some in (old, new)]
    for tag, a, z, b, y in difflib.SequenceMatcher(a=kinds[0], b=kinds[1], autojunk=False).get_opcodes():
        if tag == "equal":
            for (_, was), (at, now) in zip(old[a:z], new[b:y], strict=True):
                yield LayerChange(was, now, at)
        else:
            yield from (LayerChange(layer, None, at) for at, layer in old[a:z])
            yield from (LayerChange(None, layer, at) for at, layer in new[b:y])


def _changes(was: AnyLayer, now: AnyLayer) -> str:
    return "  ".join(f"{field.name} {field.format(a)} → {field.format(b)}" for field, a, b in changed_fields(was, now))


def changed_fields(was: AnyLayer, now: AnyLayer) -> Iterator[tuple[Field, Value, Value]]:
    """The arguments in which two layers of one kind differ, each with its two values."""
    for field in fields_of(type(now)):
        before, after = getattr(was, field.name), getattr(now, field.name)
        if before != after:
            yield field, before, after
