"""How weights are drawn before training, by an initializer of Keras's with arguments of its own."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

_ARGUMENTS: dict[str, dict[str, float | str]] = {
    "RandomUniform": {"minval": -0.05, "maxval": 0.05},
    "RandomNormal": {"mean": 0.0, "stddev": 0.05},
    "TruncatedNormal": {"mean": 0.0, "stddev": 0.05},
    "Constant": {"value": 0.0},
    "VarianceScaling": {"scale": 1.0, "mode": "fan_in", "distribution": "truncated_normal"},
}
"""What each of them can be told, and Keras's defaults."""
_MOST = 1000
_POSITIVE = ("stddev", "scale")


class InitializerWith(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, order=True):
    """An initializer by Keras's name for its class, with its arguments by theirs; what is not given is Keras's default.

    Those of any other kind of initializer are no arguments of it. Raises ValueError with a sentence for them.
    """

    type: Literal["RandomUniform", "RandomNormal", "TruncatedNormal", "Constant", "VarianceScaling"]
    minval: float | None = None
    maxval: float | None = None
    mean: float | None = None
    stddev: float | None = None
    value: float | None = None
    scale: float | None = None
    mode: Literal["fan_in", "fan_out", "fan_avg"] | None = None
    distribution: Literal["truncated_normal", "untruncated_normal", "uniform"] | None = None

    def __post_init__(self) -> None:
        known = _ARGUMENTS[self.type]
        for name, given in self.given().items():
            if name not in known:
                raise ValueError(f"{self.type} has no {name}: it has {', '.join(known)}")
            if isinstance(given, str):
                continue
            if not math.isfinite(given) or abs(given) > _MOST:
                raise ValueError(f"{name} must be a number from -{_MOST} to {_MOST}, not {given:g}")
            if name in _POSITIVE and given <= 0:
                raise ValueError(f"{name} must be more than 0, not {given:g}")
        low, high = (self.arguments().get(name) for name in ("minval", "maxval"))
        if isinstance(low, float) and isinstance(high, float) and low > high:
            raise ValueError(f"minval, {low:g}, must be no more than maxval, {high:g}")

    def given(self) -> dict[str, float | str]:
        """The arguments that are given."""
        names = [name for name in self.__struct_fields__ if name != "type"]
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    def arguments(self) -> dict[str, float | str]:
        """All arguments of Keras's class."""
        return {**_ARGUMENTS[self.type], **self.given()}

    def __str__(self) -> str:
        return f"{self.type}({', '.join(f'{name}={value}' for name, value in self.given().items())})"
