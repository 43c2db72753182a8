"""The arguments of layers: their kinds, bounds and choices, the values that + and - step through, a line of help.

The structs of the layers have all of this in their annotations (`msgspec.Meta`), for the reader of files, the form and
the tests alike. `fields_of` turns the annotations into plain `Field` values.
"""

from __future__ import annotations

import functools
import types
import typing
from typing import Any, Literal

import msgspec
from msgspec import Meta

from cnn_tui.network.initializers import InitializerWith
from cnn_tui.network.values import (
    L1L2,
    SIDES,
    Ends,
    Floats,
    Kind,
    Pair,
    Value,
    read_value,
    settled,
    show_value,
    size_of,
)
from cnn_tui.text import quiet

__all__ = ["L1L2", "Field", "Kind", "Pair", "Value", "argument", "fields_of"]

_MOST_NUMBERS = 6
_PENALTY_WORDS = "a penalty like l2 0.001 or l1 0.01 l2 0.01 (in a file { l2 = 0.001 })"


class Field(msgspec.Struct, frozen=True):
    """One argument of a layer, named as Keras names it."""

    name: str
    kind: Kind
    help: str
    default: Any  # msgspec.NODEFAULT where Keras demands a value
    start: Any  # the value a newly added layer gets
    low: float | None = None
    high: float | None = None
    below: float | None = None  # an exclusive upper bound
    choices: tuple[str, ...] = ()
    ladder: tuple[Any, ...] = ()
    optional: bool = False
    optional_means: str = ""
    none: str = "auto"  # how None is typed and shown
    between: str = "x"  # what stands between the numbers of a pair or a list
    rest: bool = False  # whether one number of a list may be -1: whatever is left
    most: int = _MOST_NUMBERS  # how many numbers a list may have
    takes_table: bool = False  # whether a choice may be an initializer with arguments of its own, too

    def format(self, value: Value) -> str:
        """A value as a person types it: `32`, `3x3`, `same`, `yes`."""
        return self.none if value is None else show_value(value, self.between)

    def parse(self, text: str) -> Value:
        """The value that a person has typed. Raises ValueError with a sentence that says what is allowed."""
        text = text.strip() if self.kind == "text" else text.strip().lower()
        if self.optional and text in ("", "auto", "none", self.none):
            return None
        try:
            value = read_value(self.kind, text, self.choices)
        except ValueError:
            raise self._wrong(text) from None
        self.check(value)
        return settled(typing.cast("float | Ends", value), self.low) if self.kind == "range" else value

    def check(self, value: Value) -> None:
        """Raises ValueError, with a sentence that says what is allowed, for a number that is out of bounds."""
        if value is None or isinstance(value, str | bool | L1L2 | InitializerWith):
            return
        numbers: tuple[float, ...] = value if isinstance(value, tuple) else (value,)
        if self.kind == "range":
            fits = len(numbers) == 2 or numbers[0] >= 0
        elif self.kind == "borders":
            fits = len(numbers) in (2, 4)
        elif self.rest and numbers.count(-1) == 1:
            numbers = tuple(number for number in numbers if number != -1)
            fits = len(numbers) < self.most
        else:
            fits = 1 <= len(numbers) <= self.most
        if not fits or not all(self._inside(number) for number in numbers):
            raise self._wrong(value)

    def step(self, value: Value, direction: int) -> Value:
        """The next value up (+1) or down (-1) the ladder; at its end, the same. Choices and lists begin again there."""
        if self.kind == "flag":
            return not value
        if self.kind == "text" or (self.kind == "range" and isinstance(value, tuple)):
            return value
        rungs: tuple[Any, ...] = self.choices or self.ladder
        if self.kind in ("choice", "ints", "floats"):
            rungs = (None, *rungs) if self.optional else rungs
            at = rungs.index(value) + direction if value in rungs else 0
            return typing.cast(Value, rungs[at % len(rungs)])
        if self.kind == "penalty" and value is None:
            return typing.cast(Value, rungs[0]) if direction > 0 else None
        if value is None:
            return typing.cast(Value, rungs[0])
        here = size_of(value)
        beyond = [rung for rung in rungs if (size_of(rung) > here if direction > 0 else size_of(rung) < here)]
        if not beyond:
            return None if self.kind == "penalty" and direction < 0 else value
        return typing.cast(Value, beyond[0] if direction > 0 else beyond[-1])

    def allowed(self) -> str:
        """What is allowed, in words."""
        if self.kind == "choice":
            words = "one of " + ", ".join(self.choices)
            if self.takes_table:
                words += ', or in a file { type = "RandomNormal", stddev = 0.01 }'
        elif self.kind == "text":
            words = "any words"
        elif self.kind == "flag":
            words = "yes or no"
        elif self.kind == "penalty":
            words = _PENALTY_WORDS
        else:
            words = self._numbers()
        return words + (f", or {self.none} ({self.optional_means})" if self.optional else "")

    def _numbers(self) -> str:
        names = {"float": "a number", "int": "a whole number"}
        words = names.get(self.kind) or f"one or two whole numbers, like 3 or 3{self.between}3,"
        if self.kind == "borders":
            words = "one or two whole numbers, like 3 or 3x2, or with both sides of each, like 3+1x2+0,"
        if self.kind in ("ints", "floats"):
            words = f"{'whole numbers' if self.kind == 'ints' else 'numbers'}, like {self.format(self.ladder[-1])},"
        if self.kind == "range":
            two = f"{0.1 if self.low == 0 else -0.3:g} to 0.2"
            high = _plain(self.high)
            return f"a number from 0 to {high}, or two from {_plain(self.low)} to {high}, like {two}"
        if self.below is not None:
            words = f"{words} from {_plain(self.low)} to below {_plain(self.below)}"
        elif self.low is not None and self.high is not None:
            words = f"{words} from {_plain(self.low)} to {_plain(self.high)}"
        return words.rstrip(",") + (", of which one may be -1 (whatever is left)" if self.rest else "")

    def _wrong(self, value: Value) -> ValueError:
        try:
            shown = self.format(value)
        except ValueError:  # Python writes no integer of thousands of digits
            shown = "a number of thousands of digits"
        return ValueError(f"{self.name} must be {self.allowed()}, not {quiet(shown, 40) or 'nothing'}")

    def _inside(self, number: float) -> bool:
        return (
            (self.low is None or number >= self.low)
            and (self.high is None or number <= self.high)
            and (self.below is None or number < self.below)
        )


def _plain(bound: float | None) -> str:
    return str(bound) if isinstance(bound, int) else f"{bound:g}"  # 1000000, not 1e+06


def argument(
    help: str,
    *,
    start: Any = msgspec.NODEFAULT,
    ladder: tuple[Any, ...] = (),
    ge: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    optional_means: str = "",
    none: str = "auto",
    between: str = "x",
    rest: bool = False,
    most: int = _MOST_NUMBERS,
) -> Meta:
    """The annotation of an argument. `ge`, `le` and `lt` bound a number, or each number of a pair or list."""
    extra = {"start": start, "ladder": ladder, "low": ge, "high": le, "below": lt}
    words = {"optional_means": optional_means, "none": none, "between": between, "rest": rest, "most": most}
    return Meta(description=help, extra={**extra, **words})


@functools.cache
def fields_of(layer: type[msgspec.Struct]) -> tuple[Field, ...]:
    """The arguments of a kind of layer, the one that matters most first."""
    hints = typing.get_type_hints(layer, include_extras=True)
    found = []
    for info in msgspec.structs.fields(layer):
        annotation = hints[info.name]
        if typing.get_origin(annotation) is typing.Annotated:
            found.append(_field(info.name, annotation, info.default))
    return tuple(found)


def _field(name: str, annotation: Any, default: Any) -> Field:
    base, meta, *_ = typing.get_args(annotation)
    parts = typing.get_args(base) if typing.get_origin(base) in (typing.Union, types.UnionType) else (base,)
    optional, takes_table = type(None) in parts, InitializerWith in parts
    base, *_ = [part for part in parts if part not in (type(None), InitializerWith)]
    extra = dict(meta.extra)
    if extra["start"] is msgspec.NODEFAULT:
        extra["start"] = default
    kind: Kind = "borders" if extra["between"] == SIDES else "range" if Ends in parts else _kind(base)
    choices = typing.get_args(base) if kind == "choice" else ()
    return Field(
        name, kind, meta.description, default, choices=choices, optional=optional, takes_table=takes_table, **extra
    )


def _kind(base: Any) -> Kind:
    if typing.get_origin(base) is Literal:
        return "choice"
    if base == Pair:
        return "pair"
    kinds: dict[Any, Kind] = {bool: "flag", float: "float", int: "int", L1L2: "penalty", Floats: "floats", str: "text"}
    return kinds.get(base, "ints")
