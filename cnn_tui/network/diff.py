"""How two stacks differ, layer by layer."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Literal, NamedTuple

from cnn_tui.network.fields import fields_of
from cnn_tui.network.layers import AnyLayer
from cnn_tui.network.stack import Stack

Sign = Literal[" ", "+", "-", "~"]


class DiffLine(NamedTuple):
    """A line of a difference. Its sign: blank for kept, + for added, - for removed, ~ for changed."""

    sign: Sign
    text: str


def diff_stacks(before: Stack, after: Stack) -> tuple[DiffLine, ...]:
    """The layers of both stacks in order, with what became of each. Layers that are switched off are left out."""
    old, new = _network(before), _network(after)
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    lines: list[DiffLine] = []
    for tag, a, z, b, y in matcher.get_opcodes():
        if tag == "equal":
            lines += [DiffLine(" ", describe(layer)) for layer in old[a:z]]
        else:
            lines += _replaced(old[a:z], new[b:y])
    return tuple(lines)


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


def _network(stack: Stack) -> list[AnyLayer]:
    return [layer for _, layer in stack.enabled()]


def _replaced(old: list[AnyLayer], new: list[AnyLayer]) -> Iterator[DiffLine]:
    """Layers of the same kind, in the same order, were changed; the others were removed or added."""
    kinds = difflib.SequenceMatcher(a=[one.type for one in old], b=[one.type for one in new], autojunk=False)
    for tag, a, z, b, y in kinds.get_opcodes():
        if tag == "equal":
            for was, now in zip(old[a:z], new[b:y], strict=True):
                yield DiffLine("~", f"{now.type}  {_changes(was, now)}")
        else:
            yield from (DiffLine("-", describe(layer)) for layer in old[a:z])
            yield from (DiffLine("+", describe(layer)) for layer in new[b:y])


def _changes(was: AnyLayer, now: AnyLayer) -> str:
    words = []
    for field in fields_of(type(now)):
        before, after = getattr(was, field.name), getattr(now, field.name)
        if before != after:
            words.append(f"{field.name} {field.format(before)} → {field.format(after)}")
    return "  ".join(words)
