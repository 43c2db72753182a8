"""What a layer's argument is: its kind, bounds, choices, the ladder that + and - step on, and its line of help.

The layer structs carry all of this in their annotations (`msgspec.Meta`), so that the file reader, the form and
the tests read one source. `fields_of` turns the annotations into plain `Field` values.
"""

from __future__ import annotations

import functools
import types
import typing
from typing import Any, Literal

import msgspec
from msgspec import Meta

Pair = tuple[int, int]
Value = int | float | str | bool | Pair | None
Kind = Literal["int", "float", "pair", "choice", "flag"]


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

    def format(self, value: Value) -> str:
        """The value as a person types it: `32`, `3x3`, `same`, `yes`."""
        if value is None:
            return "auto"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, tuple):
            return f"{value[0]}x{value[1]}"
        return f"{value:g}" if isinstance(value, float) else str(value)

    def parse(self, text: str) -> Value:
        """The value that a person typed. Raises ValueError with a sentence that says what is allowed."""
        text = text.strip().lower()
        if self.optional and text in ("", "auto", "none"):
            return None
        value = self._convert(text)
        self.check(value)
        return value

    def check(self, value: Value) -> None:
        """Raise ValueError, with a sentence that says what is allowed, when a number is out of bounds."""
        if self.kind in ("choice", "flag") or value is None:
            return
        numbers = value if isinstance(value, tuple) else (value,)
        if not all(self._inside(typing.cast(float, number)) for number in numbers):
            raise self._wrong(value)

    def step(self, value: Value, direction: int) -> Value:
        """The next value up (+1) or down (-1) the ladder; the same value at either end."""
        if self.kind == "flag":
            return not value
        rungs: tuple[Any, ...] = self.choices or self.ladder
        if self.kind == "choice":
            at = rungs.index(value) + direction
            return typing.cast(Value, rungs[at % len(rungs)])
        if value is None:
            return typing.cast(Value, rungs[0])
        key = max(value) if isinstance(value, tuple) else value
        keyed = [(max(rung) if isinstance(rung, tuple) else rung, rung) for rung in rungs]
        beyond = [rung for at, rung in keyed if (at > key if direction > 0 else at < key)]
        if not beyond:
            return value
        return typing.cast(Value, beyond[0] if direction > 0 else beyond[-1])

    def allowed(self) -> str:
        """What may stand here, in words."""
        if self.kind == "choice":
            words = "one of " + ", ".join(self.choices)
        elif self.kind == "flag":
            words = "yes or no"
        else:
            number = "a number" if self.kind == "float" else "a whole number"
            if self.kind == "pair":
                number = "one or two whole numbers, like 3 or 3x3,"
            if self.below is not None:
                words = f"{number} from {self.low:g} to below {self.below:g}"
            elif self.low is not None and self.high is not None:
                words = f"{number} from {self.low:g} to {self.high:g}"
            else:
                words = number.rstrip(",")
        return words + (f", or auto ({self.optional_means})" if self.optional else "")

    def _wrong(self, value: Value) -> ValueError:
        try:
            shown = self.format(value)
        except ValueError:  # Python writes no integer of thousands of digits
            shown = "a number of thousands of digits"
        shown = shown if len(shown) <= 40 else shown[:39] + "…"
        shown = shown if shown.isprintable() else repr(shown)[1:-1]
        return ValueError(f"{self.name} must be {self.allowed()}, not {shown or 'nothing'}")

    def _inside(self, number: float) -> bool:
        return (
            (self.low is None or number >= self.low)
            and (self.high is None or number <= self.high)
            and (self.below is None or number < self.below)
        )

    def _convert(self, text: str) -> Value:
        wrong = self._wrong(text)
        if self.kind == "flag":
            if text in ("yes", "true", "on", "1"):
                return True
            if text in ("no", "false", "off", "0"):
                return False
            raise wrong
        if self.kind == "choice":
            if text in self.choices:
                return text
            starts = [choice for choice in self.choices if text and choice.startswith(text)]
            if len(starts) == 1:
                return starts[0]
            raise wrong
        if not text.isascii() or "_" in text:  # int() and float() take digits of every script, and 1_000
            raise wrong
        try:
            if self.kind == "float":
                return float(text)
            if self.kind == "int":
                return int(text)
            parts = [int(part) for part in text.strip("()[]").replace("x", " ").replace(",", " ").split()]
        except ValueError:
            raise wrong from None
        if len(parts) not in (1, 2):
            raise wrong
        return (parts[0], parts[-1])


def argument(
    help: str,
    *,
    start: Any = msgspec.NODEFAULT,
    ladder: tuple[Any, ...] = (),
    ge: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    optional_means: str = "",
) -> Meta:
    """The annotation of a layer's argument. `ge`, `le`, `lt` bound a number, or each number of a pair."""
    extra = {"start": start, "ladder": ladder, "ge": ge, "le": le, "lt": lt, "optional_means": optional_means}
    return Meta(description=help, extra=extra)


@functools.cache
def fields_of(layer: type[msgspec.Struct]) -> tuple[Field, ...]:
    """The arguments of a layer kind, the one that matters most first."""
    hints = typing.get_type_hints(layer, include_extras=True)
    found = []
    for info in msgspec.structs.fields(layer):
        annotation = hints[info.name]
        if typing.get_origin(annotation) is typing.Annotated:
            found.append(_field(info.name, annotation, info.default))
    return tuple(found)


def _field(name: str, annotation: Any, default: Any) -> Field:
    base, *metas = typing.get_args(annotation)
    meta: Meta = metas[0]
    extra = meta.extra or {}
    optional = False
    if typing.get_origin(base) in (typing.Union, types.UnionType):
        (base,) = [part for part in typing.get_args(base) if part is not type(None)]
        optional = True
    choices: tuple[str, ...] = ()
    kind: Kind
    if typing.get_origin(base) is Literal:
        kind, choices = "choice", typing.get_args(base)
    elif base is bool:
        kind = "flag"
    elif base is float:
        kind = "float"
    elif base is int:
        kind = "int"
    else:
        kind = "pair"
    start = extra["start"] if extra["start"] is not msgspec.NODEFAULT else default
    return Field(
        name=name,
        kind=kind,
        help=meta.description or "",
        default=default,
        start=start,
        low=extra["ge"],
        high=extra["le"],
        below=extra["lt"],
        choices=choices,
        ladder=extra["ladder"],
        optional=optional,
        optional_means=extra["optional_means"],
    )
