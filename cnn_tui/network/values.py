"""The values of arguments: reads them as a person types them, and writes them as they are shown.

Bounds, and the sentences about them, are in `fields.py`.
"""

from __future__ import annotations

import math
import re
import typing
from typing import Literal

import msgspec

from cnn_tui.network.initializers import InitializerWith

Pair = tuple[int, int]
Ints = tuple[int, ...]
Borders = tuple[int, ...]
"""Rows above and below, columns left and right; or, where the two sides differ, top, bottom, left and right."""
Floats = tuple[float, ...]
Ends = tuple[float, float]
Kind = Literal["int", "float", "range", "pair", "borders", "ints", "floats", "choice", "flag", "penalty", "text"]

_YES, _NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")
_PENALTY = re.compile(r"(l1|l2)[\s=]*([0-9.e+-]+)")
_USUAL_PENALTY = 0.01
_MOST_PENALTY = 1000


SIDES = "+"
"""What stands between the two sides of a border; between rows and columns, as in a pair, there is an x."""
_NONE = 0.0


class L1L2(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, order=True):
    """A penalty on large weights, as Keras's `regularizers.L1L2`: l1 times their sizes, l2 times their squares."""

    l1: float = _NONE
    l2: float = _NONE

    def __post_init__(self) -> None:
        for name, factor in (("l1", self.l1), ("l2", self.l2)):
            if not 0 <= factor <= _MOST_PENALTY:
                raise ValueError(f"{name} must be a number from 0 to {_MOST_PENALTY}, not {factor:g}")
            if not factor:  # msgspec leaves out only the default object itself; equal networks have to be written alike
                msgspec.structs.force_setattr(self, name, _NONE)

    def __str__(self) -> str:
        named = [("l1", self.l1), ("l2", self.l2)]
        return " ".join(f"{name} {_number(factor)}" for name, factor in named if factor) or "l2 0"


Value = int | float | str | bool | Pair | Ints | Floats | L1L2 | InitializerWith | None


def show_value(value: Value, between: str = "x") -> str:
    """A value as a person types it: `32`, `3x3`, `same`, `yes`, `l2 0.001`. It must not be None."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple) and between == SIDES:
        return "x".join("+".join(dict.fromkeys(map(str, sides))) for sides in sides_of(typing.cast(Borders, value)))
    if isinstance(value, tuple):
        return between.join(_number(number) if isinstance(number, float) else str(number) for number in value)
    return _number(value) if isinstance(value, float) else str(value)


def sides_of(borders: Borders) -> tuple[Pair, Pair]:
    """((top, bottom), (left, right)), as Keras has it; of two numbers, each is of both sides. Raises ValueError."""
    if len(borders) == 2:
        rows, columns = borders
        return (rows, rows), (columns, columns)
    top, bottom, left, right = borders
    return (top, bottom), (left, right)


def evened(borders: Borders) -> Borders:
    """The same in two numbers, where the sides do not differ. Raises ValueError for another count than two or four."""
    (top, bottom), (left, right) = sides_of(borders)
    return (top, left) if (top, left) == (bottom, right) else borders


def settled(value: float | Ends, low: float | None) -> float | Ends:
    """The ends of a range, the lower first; where one number says the same as both, that one.

    One number is a range to either side of 0; where the bound `low` is 0, it is one from there.
    """
    if not isinstance(value, tuple):
        return value
    lower, upper = sorted(value)
    return upper if lower == -upper or (low == 0 and not lower) else (lower, upper)


def _read_borders(text: str) -> Borders:
    words = re.sub(r"\s*\+\s*", "+", text).replace("x", " ").replace(",", " ").split()
    parts = [[int(side) for side in word.split("+")] for word in words]
    if not 1 <= len(parts) <= 2 or any(len(part) > 2 for part in parts):
        raise ValueError
    rows, columns = parts[0], parts[-1]
    return evened((rows[0], rows[-1], columns[0], columns[-1]))


def read_value(kind: Kind, text: str, choices: tuple[str, ...] = ()) -> Value:
    """The value of a kind that `text` stands for; bounds are not checked. Raises ValueError without a message."""
    if kind == "flag":
        return _read_flag(text)
    if kind == "choice":
        return _read_choice(text, choices)
    if kind == "penalty":
        return read_penalty(text)
    if kind == "text":
        return text
    if not text.isascii() or "_" in text:  # int() and float() take digits of every script, and 1_000
        raise ValueError
    if kind == "float":
        return float(text)
    if kind == "int":
        return int(text)
    if kind == "borders":
        return _read_borders(text.strip("()[]"))
    parts = text.strip("()[]").replace("to", " ").replace("x", " ").replace(",", " ").split()
    if kind == "range":
        one, *other = map(float, parts)
        if len(other) > 1:
            raise ValueError
        return (one, other[0]) if other else one
    if kind == "floats":
        return tuple(map(float, parts))
    numbers = tuple(int(part) for part in parts)
    if not numbers or (kind == "pair" and len(numbers) > 2):
        raise ValueError
    return (numbers[0], numbers[-1]) if kind == "pair" else numbers


def read_penalty(text: str) -> L1L2:
    """A penalty as typed (`l2 0.001`, `l1 0.01 l2 0.01`) or as Keras names it (`l1`, `l2`, `l1_l2`).

    Raises ValueError.
    """
    if text in ("l1", "l2"):
        return L1L2(**{text: _USUAL_PENALTY})
    if text == "l1_l2":
        return L1L2(l1=_USUAL_PENALTY, l2=_USUAL_PENALTY)
    found = _PENALTY.findall(text)
    if not found or len(dict(found)) < len(found) or _PENALTY.sub("", text).strip(" ,{}"):
        raise ValueError
    return L1L2(**{name: float(factor) for name, factor in found})


def size_of(value: Value) -> float:
    """The size by which a number, a pair or a penalty is compared with the values of its ladder."""
    if isinstance(value, L1L2):
        return value.l1 + value.l2
    if isinstance(value, tuple):
        return max(value)
    return value if isinstance(value, int | float) else -math.inf


def _read_flag(text: str) -> bool:
    if text not in _YES + _NO:
        raise ValueError
    return text in _YES


def _read_choice(text: str, choices: tuple[str, ...]) -> str:
    starts = [choice for choice in choices if text and choice.startswith(text)]
    if text not in choices and len(starts) != 1:
        raise ValueError
    return text if text in choices else starts[0]


def _number(value: float) -> str:
    short = f"{value:g}"
    return short if float(short) == value else repr(value)
