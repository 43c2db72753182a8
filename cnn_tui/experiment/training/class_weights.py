"""How much the images of each class count in the loss: Keras's `class_weight` of `fit`.

A file has `class_weight = "balanced"`, or a table of weights by class, `[training.class_weight]`: by the numbers of the
classes, or by their names. Here a table by numbers is a tuple with a weight for each class from 0 on, and one by names
a tuple of pairs, until a dataset says which numbers those classes have (`by_number`). A class that is not named counts
1, as in Keras.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from cnn_tui.experiment.file_errors import found as in_words
from cnn_tui.network.values import show_value
from cnn_tui.text import closest, enumerated, quiet

ByNumber: TypeAlias = Literal["balanced"] | tuple[float, ...] | None
ClassWeight: TypeAlias = Literal["balanced"] | tuple[float | tuple[str, float], ...] | None

ALLOWED = "none, balanced, or weights by class, as 0:1 1:2.5 or cat:1 dog:2.5"
MOST_CLASSES = 10_000
MOST = 1_000_000
_NUMBER = re.compile(r"\d{1,5}")
_PLAIN = re.compile(r"""[^\s:,{}"']+""")
_PAIRS = re.compile(rf"""("(?:[^"\\]|\\.)*"|{_PLAIN.pattern})\s*:\s*([0-9.eE+-]+)""")
_USUAL = 1.0


def check(weights: ClassWeight) -> None:
    """Raise ValueError, with a sentence, for a weight that is out of bounds."""
    if not isinstance(weights, tuple):
        return
    if not 1 <= len(weights) <= MOST_CLASSES:
        raise ValueError(f"class_weight has 1 to {MOST_CLASSES:,} weights, not {len(weights):,}")
    if len({isinstance(one, tuple) for one in weights}) > 1:
        raise ValueError("class_weight has weights by name, and others without one: give each class by its name")
    for weight in (one[1] if isinstance(one, tuple) else one for one in weights):
        if not math.isfinite(weight) or not 0 <= weight <= MOST:
            raise ValueError(f"class_weight: a weight is a number from 0 to {MOST}, not {weight:g}")


def named(weights: ClassWeight) -> dict[str, float] | None:
    """The weights by the names of their classes; None where they have none."""
    if not isinstance(weights, tuple):
        return None
    return dict(one for one in weights if isinstance(one, tuple)) or None


def unknown(weights: ClassWeight, names: Sequence[str]) -> str:
    """Why a dataset with classes of those names cannot have the weights, without its end; "" where it can."""
    table = named(weights)
    if table is not None:
        lost = [name for name in table if name not in names]
        if not lost:
            return ""
        near = closest(lost[0], names)
        hint = f" (did you mean {quiet(near, 40)}?)" if near is not None else ""
        there = enumerated([quiet(name, 30) for name in names], "and")
        return f"class_weight names the class {quiet(lost[0], 40)}{hint}, but the classes are {there}"
    if isinstance(weights, tuple) and len(weights) > len(names):
        last, highest = len(weights) - 1, len(names) - 1
        return f"class_weight has a weight for class {last}, but the classes are numbered 0 to {highest}"
    return ""


def by_number(weights: ClassWeight, names: Sequence[str]) -> ByNumber:
    """The weights of the classes from 0 on, which have these names. Raises ValueError for a name that none has."""
    if not isinstance(weights, tuple):
        return weights
    table = named(weights)
    if table is None:
        return tuple(one for one in weights if not isinstance(one, tuple))
    if why := unknown(weights, names):
        raise ValueError(why)
    every = [table.get(name, _USUAL) for name in names]
    return tuple(every[: max(names.index(name) for name in table) + 1])


def of_file(found: Any) -> Any:
    """What a file has: a table becomes a list, of pairs where it has names. Raises ValueError for what is neither.

    The reader of files looks into a list.
    """
    if isinstance(found, Mapping):
        return of_table(found)
    if found is not None and found != "balanced" and not isinstance(found, list):
        raise ValueError(f'class_weight: found {in_words(found)}; allowed: "balanced", or a table of class = weight')
    return found


def of_table(table: Mapping[Any, Any]) -> list[float] | list[tuple[str, float]]:
    """The weights of a table as TOML, JSON or Keras has it. Raises ValueError.

    Keys that are all numbers are those of the classes from 0 on; where one is none, all are names.
    """
    keys = [str(key) for key in table]
    for key, weight in zip(keys, table.values(), strict=True):
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not abs(weight) <= MOST:
            shown = quiet(key, 30)
            raise ValueError(f"class_weight.{shown}: found {in_words(weight)}; allowed: a number from 0 to {MOST}")
    if not keys:
        raise ValueError("class_weight names no class: give each a weight, or leave class_weight out")
    if not all(map(_NUMBER.fullmatch, keys)):
        return [(key, float(weight)) for key, weight in zip(keys, table.values(), strict=True)]
    return numbered({int(key): weight for key, weight in zip(keys, table.values(), strict=True)})


def numbered(table: Mapping[Any, float]) -> list[float]:
    """The weights of the classes from 0 on, by their numbers. Raises ValueError for what is no number of a class."""
    for key in table:
        if isinstance(key, bool) or not isinstance(key, int) or not 0 <= key < MOST_CLASSES:
            shown = quiet(str(key), 30)
            raise ValueError(f"class_weight.{shown} is an unknown key; allowed: the number of a class, from 0 on")
    return [float(table.get(number, _USUAL)) for number in range(max(table) + 1)]


def to_table(weights: str | Sequence[Any]) -> str | dict[str, float]:
    """The weights as a file has them."""
    if isinstance(weights, str):
        return weights
    pairs = (one if isinstance(one, list | tuple) else (number, one) for number, one in enumerate(weights))
    return {str(name): weight for name, weight in pairs}


def shown(weights: ClassWeight) -> str:
    """The weights as they are typed: `none`, `balanced`, `0:1 1:2.5`, `cat:1 "hot dog":2.5`."""
    if weights is None or isinstance(weights, str):
        return weights or "none"
    pairs = [one if isinstance(one, tuple) else (str(number), one) for number, one in enumerate(weights)]
    return " ".join(f"{_name_shown(name)}:{show_value(weight)}" for name, weight in pairs)


def _name_shown(name: str) -> str:
    is_plain = _PLAIN.fullmatch(name) is not None and name.isprintable()
    return name if is_plain else json.dumps(name, ensure_ascii=not name.isprintable())


def parse(text: str) -> ClassWeight:
    """The weights as typed. Raises ValueError with a sentence that says what is allowed."""
    text = text.strip()
    if text.lower() in ("none", ""):
        return None
    if text.lower() == "balanced":
        return "balanced"
    pairs = _PAIRS.findall(text)
    if not pairs or _PAIRS.sub("", text).strip(" ,{}"):
        raise ValueError(f"class_weight is {ALLOWED}, not {quiet(text, 40)}")
    try:
        return tuple(of_table({_name_typed(name): float(weight) for name, weight in pairs}))
    except ValueError as error:
        raise ValueError(f"{error}; class_weight is {ALLOWED}") from None


def _name_typed(name: str) -> str:
    """A name as it was typed, perhaps between quotes. Raises ValueError where what is between them is broken."""
    return str(json.loads(name)) if name.startswith('"') else name
