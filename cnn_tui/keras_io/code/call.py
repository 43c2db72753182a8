"""A call in a script: what is called, what it is given, and where. All that read calls are given one of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from cnn_tui.keras_io.code.values import Method, Named, Unknown, Value


class Call(msgspec.Struct, frozen=True, eq=False):
    """What is called at a place, and what it is given, without names and by names."""

    callee: Value
    place: str
    unnamed: Sequence[Value] = ()
    given: Mapping[str, Value] = {}
    written: str = ""
    """The name that the script calls it by, where it has none itself."""

    @property
    def name(self) -> str:
        """The name of what is called, without the path to it; "" where it has none."""
        if isinstance(self.callee, Named | Method):
            return self.callee.name
        return self.written or (self.callee.what.rpartition(".")[2] if isinstance(self.callee, Unknown) else "")

    @property
    def path(self) -> str:
        """The path of a function of a library; of anything else, the name."""
        return self.callee.path if isinstance(self.callee, Named) else self.name

    @property
    def is_keras(self) -> bool:
        """Whether it is something of Keras's that is called."""
        return isinstance(self.callee, Named) and self.callee.is_keras

    @property
    def root(self) -> str:
        """The package that a function is of."""
        return self.path.partition(".")[0]

    @property
    def first(self) -> Value:
        """What it is given first without a name; None where there is nothing."""
        return self.unnamed[0] if self.unnamed else None

    @property
    def values(self) -> list[Value]:
        """All that it is given, in order."""
        return [*self.unnamed, *self.given.values()]

    def get(self, at: int, *names: str, usual: Value = None) -> Value:
        """An argument, by any of its names or by where it stands without one, from 0; else what is usual."""
        named = (self.given[name] for name in names if name in self.given)
        return next(named, self.unnamed[at] if len(self.unnamed) > at else usual)

    def by_name(self, *order: str) -> dict[str, Value]:
        """All arguments by names, of which these are those of the unnamed, in order."""
        return {**dict(zip(order, self.unnamed, strict=False)), **self.given}

    @property
    def of(self) -> Value:
        """What it is done to: what a function is given first, the object of a method, else what is called itself."""
        if isinstance(self.callee, Named):
            return self.first
        return self.callee.owner if isinstance(self.callee, Method) else self.callee

    @property
    def besides(self) -> Call:
        """The same with what it is given besides that."""
        return self.but(unnamed=self.unnamed[1:]) if isinstance(self.callee, Named) else self

    def but(self, **changed: Value) -> Call:
        """The same but for these."""
        return msgspec.structs.replace(self, **changed)
