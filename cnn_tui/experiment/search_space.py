"""What a search may try: keys of an experiment, each with its choices or its range.

layers[0].filters=16,32,64             one of these
training.learning_rate=1e-4..1e-2 log  a number between, small ones as likely as large ones
layers[5].units=32..256 step 32        one of 32, 64, 96 … 256
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import msgspec

from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file_errors import found
from cnn_tui.experiment.overrides import override, split_setting, steps_of, values_of
from cnn_tui.text import quiet

_FORM = (
    "--vary takes KEY=VALUE,VALUE or KEY=LOW..HIGH, as layers[0].filters=16,32,64 or learning_rate=1e-4..1e-2 log, "
    "or layers[5].units=32..256 step 32"
)
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})\s*\.\.\s*({_NUMBER})(.*)")
_WHOLE = re.compile(r"[-+]?\d+")
_LARGEST = 2**53
"""Whole numbers beyond it are no floats, with which a search reckons."""
_DIGITS = 3
"""So many digits of a number are tried: more make no difference to a network, and no name has room for them."""
_FIXED = {
    ("name",): "a name is not trained",
    ("dataset",): "figures on other images cannot be compared",
    ("test",): "figures on other images cannot be compared",
    ("label_column",): "figures on other classes cannot be compared",
    ("training", "validation"): "figures on other images cannot be compared",
    ("training", "seed"): "the best seed is luck, and says nothing of the network",
    ("training", "metrics"): "what is measured is no part of the network",
}


class Choice(NamedTuple):
    """A key that is one of some values."""

    key: str
    values: tuple[Any, ...]

    def holds(self, value: Any) -> bool:
        return any(type(value) is type(one) and value == one for one in self.values)

    def every_value(self) -> tuple[Any, ...]:
        return self.values

    def place(self, value: Any) -> float:
        """Where a value of it stands from 0 to 1: the choices in their order."""
        at = next(at for at, one in enumerate(self.values) if type(value) is type(one) and value == one)
        return at / (len(self.values) - 1)

    def __str__(self) -> str:
        return f"{self.key} (one of {len(self.values)})"


class Range(NamedTuple):
    """A key that is a number from `low` to `high`; `step` is 0 for a number between that may be any."""

    key: str
    low: float
    high: float
    log: bool = False
    step: float = 0.0
    whole: bool = False
    """Whether only whole numbers are meant."""

    def holds(self, value: Any) -> bool:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not self.low <= value <= self.high or (self.whole and value != int(value)):
            return False
        steps = (value - self.low) / self.step if self.step else 0.0
        return math.isclose(steps, round(steps), abs_tol=1e-9)

    def every_value(self) -> tuple[float, ...] | None:
        """All values that it may be; None where there is no end of them."""
        if not self.step:
            return None
        count = math.floor((self.high - self.low) / self.step + 1e-9) + 1
        return tuple(self.value(self.low + at * self.step) for at in range(count))

    def place(self, value: float) -> float:
        """Where a value of it stands from 0 to 1, on its own scale."""
        low, high, at = (math.log(one) if self.log else one for one in (self.low, self.high, value))
        return (at - low) / (high - low)

    def value(self, suggested: float) -> float:
        """A number as it is tried."""
        if self.whole:
            return round(suggested)
        if self.step:
            return float(f"{suggested:.12g}")
        return min(self.high, max(self.low, float(f"{suggested:.{_DIGITS}g}")))

    def __str__(self) -> str:
        more = " on a logarithmic scale" if self.log else f", {self.step:g} apart" if self.step else ""
        return f"{self.key} ({self.low:g} to {self.high:g}{'' if self.whole and self.step == 1 else more})"


Dimension: TypeAlias = Choice | Range


def parse_space(settings: Sequence[str], experiment: Experiment) -> tuple[Dimension, ...]:
    """What may be tried of an experiment, a key for each setting. Raises ExperimentError, which names the key."""
    space = tuple(_dimension(setting, experiment) for setting in settings)
    for at, one in enumerate(space):
        if steps_of(one.key) in [steps_of(other.key) for other in space[:at]]:
            raise ExperimentError(f"{quiet(one.key, 60)} is varied twice: give all its values in one --vary")
    return space


def combinations(space: Sequence[Dimension]) -> int | None:
    """How many there are to try; None where there is no end of them."""
    every = [one.every_value() for one in space]
    return None if None in every else math.prod(len(values) for values in every if values is not None)


def every_combination(space: Sequence[Dimension]) -> Iterator[tuple[Any, ...]]:
    """All of them, of a space that has an end; the last key varies fastest."""
    return itertools.product(*(one.every_value() or () for one in space))


def with_values(experiment: Experiment, space: Sequence[Dimension], values: Sequence[Any]) -> Experiment:
    """The experiment with these values. Raises ExperimentError, which names the key."""
    return override(experiment, [(one.key, value) for one, value in zip(space, values, strict=True)])


def values_in(experiment: Experiment, space: Sequence[Dimension]) -> tuple[Any, ...] | None:
    """What the experiment itself has at these keys; None where that is no part of the space."""
    own = tuple(_present(experiment, one.key) for one in space)
    return own if all(one.holds(value) for one, value in zip(space, own, strict=True)) else None


def _dimension(setting: str, experiment: Experiment) -> Dimension:
    key, text = split_setting(setting, _FORM)
    why = _FIXED.get(tuple(map(str, steps_of(key))))
    if why:
        raise ExperimentError(f"{quiet(key, 60)} cannot be searched: {why}")
    match = _RANGE.fullmatch(text.strip())
    dimension = _range(key, experiment, *match.groups()) if match else _choice(key, text)
    ends = dimension.values if isinstance(dimension, Choice) else (dimension.low, dimension.high)
    for value in ends:  # as the file's reader takes them
        override(experiment, [(key, value)])
    return dimension


def _choice(key: str, text: str) -> Choice:
    values = values_of(key, text)
    for at, value in enumerate(values):
        if any(type(value) is type(one) and value == one for one in values[:at]):
            raise ExperimentError(f"{quiet(key, 60)} is to be {found(value)} twice")
    if len(values) < 2:
        raise ExperimentError(
            f"{quiet(key, 60)}: found {found(text.strip())} alone; a search takes several values, as 16,32,64, or a "
            "range, as 16..64. --set changes a key for all trials"
        )
    return Choice(key, values)


def _range(key: str, experiment: Experiment, first: str, last: str, rest: str) -> Range:
    shown = quiet(key, 60)
    log, step = _scale(shown, rest)
    low, high = float(first), float(last)
    if not (math.isfinite(low) and math.isfinite(high)) or max(abs(low), abs(high)) > _LARGEST:
        raise ExperimentError(f"{shown}: {first}..{last} goes beyond the numbers that are searched")
    if not low < high:
        raise ExperimentError(f"{shown}: {first}..{last} has no numbers between: the lower one stands first")
    if log and low <= 0:
        raise ExperimentError(f"{shown}: a logarithmic scale begins above 0, not at {first}")
    # 0..1 of what is no whole number now means all between.
    whole = all(_WHOLE.fullmatch(one) for one in (first, last)) and not isinstance(_present(experiment, key), float)
    if step is not None and (step > high - low or (whole and step != int(step))):
        raise ExperimentError(f"{shown}: a step of {step:g} does not fit into {first}..{last}")
    if whole:
        return Range(key, int(low), int(high), log, int(step or 1), whole=True)
    return Range(key, low, high, log, step or 0.0)


def _scale(shown: str, words: str) -> tuple[bool, float | None]:
    """What stands behind a range: whether it is `log`, and its `step`."""
    said = words.split()
    if not said:
        return False, None
    if said == ["log"]:
        return True, None
    if len(said) == 2 and said[0] == "step" and re.fullmatch(_NUMBER, said[1]) and 0 < float(said[1]) < math.inf:
        return False, float(said[1])
    raise ExperimentError(f"{shown}: found {found(words.strip())} behind the range; allowed: log, or step and a number")


def _present(experiment: Experiment, key: str) -> Any:
    """What the experiment has at a key; None where there is no such place."""
    inner: Any = msgspec.to_builtins(experiment)
    for step in steps_of(key):
        try:
            inner = inner[step]
        except (KeyError, IndexError, TypeError):
            return None
    return inner
