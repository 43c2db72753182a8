"""How much the images of each class count in the loss: Keras's `class_weight` of `fit`.

A file has `class_weight = "balanced"`, or a table of weights by class numbers, `[training.class_weight]`. Here a table
is a tuple with a weight for each class from 0 on; a class that is not named counts 1, as in Keras.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from cnn_tui.experiment.file_errors import found as in_words
from cnn_tui.network.values import show_value
from cnn_tui.text import quiet

ClassWeight: TypeAlias = Literal["balanced"] | tuple[float, ...] | None

ALLOWED = "none, balanced, or weights by class number, as 0:1 1:2.5"
MOST_CLASSES = 10_000
MOST = 1_000_000
_NUMBER = re.compile(r"\d{1,5}")
_PAIRS = re.compile(r"(\d{1,5})\s*:\s*([0-9.eE+-]+)")
_USUAL = 1.0


def check(weights: ClassWeight) -> None:
    """Raise ValueError, with a sentence, for a weight that is out of bounds."""
    if not isinstance(weights, tuple):
        return
    if not 1 <= len(weights) <= MOST_CLASSES:
        raise ValueError(f"class_weight has 1 to {MOST_CLASSES:,} weights, not {len(weights):,}")
    for weight in weights:
        if not math.isfinite(weight) or not 0 <= weight <= MOST:
            raise ValueError(f"class_weight: a weight is a number from 0 to {MOST}, not {weight:g}")


def of_file(found: Any) -> Any:
    """What a file has: a table becomes a list, all else stays as it is. Raises ValueError for what is neither.

    The reader of files looks into a list.
    """
    if isinstance(found, Mapping):
        return of_table(found)
    if found is not None and found != "balanced" and not isinstance(found, list):
        raise ValueError(f'class_weight: found {in_words(found)}; allowed: "balanced", or a table of class = weight')
    return found


def of_table(table: Mapping[Any, Any]) -> list[float]:
    """The weights of the classes from 0 on, of a table as TOML, JSON or Keras has it. Raises ValueError."""
    weights: dict[int, float] = {}
    for key, weight in table.items():
        key = quiet(str(key), 30)
        if not _NUMBER.fullmatch(key) or int(key) >= MOST_CLASSES:
            raise ValueError(f"class_weight.{key} is an unknown key; allowed: the number of a class, from 0 on")
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not abs(weight) <= MOST:
            raise ValueError(f"class_weight.{key}: found {in_words(weight)}; allowed: a number from 0 to {MOST}")
        weights[int(key)] = float(weight)
    if not weights:
        raise ValueError("class_weight names no class: give each a weight, or leave class_weight out")
    return [weights.get(number, _USUAL) for number in range(max(weights) + 1)]


def to_table(weights: str | list[float]) -> str | dict[str, float]:
    """The weights as a file has them."""
    return weights if isinstance(weights, str) else {str(number): weight for number, weight in enumerate(weights)}


def shown(weights: ClassWeight) -> str:
    """The weights as they are typed: `none`, `balanced`, `0:1 1:2.5`."""
    if weights is None or isinstance(weights, str):
        return weights or "none"
    return " ".join(f"{number}:{show_value(weight)}" for number, weight in enumerate(weights))


def parse(text: str) -> ClassWeight:
    """The weights as typed. Raises ValueError with a sentence that says what is allowed."""
    text = text.strip().lower()
    if text in ("none", ""):
        return None
    if text == "balanced":
        return "balanced"
    pairs = _PAIRS.findall(text)
    if not pairs or _PAIRS.sub("", text).strip(" ,{}"):
        raise ValueError(f"class_weight is {ALLOWED}, not {quiet(text, 40)}")
    try:
        return tuple(of_table({number: float(weight) for number, weight in pairs}))
    except ValueError as error:
        raise ValueError(f"{error}; class_weight is {ALLOWED}") from None
