"""Says what is wrong with a file in words: the key, what was found, what is allowed.

msgspec names the place of an error (`$.layers[2].filters`); this adds the value found there and the choices.
"""

from __future__ import annotations

import re
import shlex
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui.data.dataset import FILES
from cnn_tui.experiment.training.schedule import SCHEDULES
from cnn_tui.network.fields import Field, fields_of
from cnn_tui.network.initializers import InitializerWith
from cnn_tui.network.layers import LAYERS
from cnn_tui.text import did_you_mean, quiet

_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>\$[^`]*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[(\d{1,9}|\.\.\.)\]")

_MODELS = (".keras", ".h5", ".hdf5", ".json")
_CODE = {".py": "Python code", ".ipynb": "a notebook"}
_ZIP, _HDF5 = b"PK\x03\x04", b"\x89HDF"


def misread(error: ValueError | RecursionError, limit: int = 200) -> str:
    """Why a reader of TOML or JSON gave up on a text."""
    return "it is nested too deeply" if isinstance(error, RecursionError) else quiet(str(error), limit)


def found(value: Any) -> str:
    """A value from a file as it may be shown in an error."""
    if isinstance(value, str):
        return f'"{quiet(value, 60)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    try:
        return quiet(str(value), 60)
    except (ValueError, RecursionError):  # an integer of thousands of digits, a list nested thousands deep
        return "a list" if isinstance(value, list) else "a very large number"


def explain(error: str, raw: Any, root: type[msgspec.Struct]) -> str:
    """msgspec's error as a sentence. `raw` is what was read, `root` the struct that it should have been."""
    match = _PLACE.match(error)
    assert match
    what, path = match["what"], match["path"] or "$"
    steps: list[str | int] = [name or (int(index) if index.isdigit() else 0) for name, index in _STEP.findall(path)]
    unknown = re.match(r"Object contains unknown field `(.*)`", what, re.DOTALL)
    missing = re.match(r"Object missing required field `(.*)`", what)
    if unknown:
        keys = _keys(_struct_at(root, raw, steps))
        hint = did_you_mean(unknown[1], keys, quoted=True)
        return f"{_where(steps, raw, unknown[1])} is an unknown key; allowed: {', '.join(keys)}.{hint}"
    if missing:
        struct = _struct_at(root, raw, steps)
        if missing[1] == "type" and struct is None:
            return f"{_where(steps, raw)} needs a type, one of {', '.join(_kinds(steps))}"
        return f"{_where(steps, raw)} needs {missing[1]}{_allowed(struct, missing[1], ': ')}"
    value = _value_at(raw, steps)
    if steps and steps[-1] == "type":
        kinds: Sequence[str] = [*_kinds(steps)]
        if len(steps) > 1 and str(steps[-2]).endswith("_initializer"):
            kinds = typing.get_args(typing.get_type_hints(InitializerWith)["type"])
        near = did_you_mean(value, kinds, quoted=True) if isinstance(value, str) else ""
        return f"{_where(steps, raw)}: found {found(value)}; allowed: {', '.join(kinds)}.{near}"
    if what.startswith(("Expected", "Invalid")):
        return f"{_where(steps, raw)}: found {found(value)}; {_expected(root, raw, steps, what)}"
    return f"{_where(steps, raw)}: {what}" if steps else what


def _where(steps: list[str | int], raw: Any, *more: str) -> str:
    parts = [*steps, *(quiet(part, 60) for part in more)]
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")
    if len(steps) >= 2 and steps[0] == "layers" and isinstance(steps[1], int):
        layer = _value_at(raw, steps[:2])
        kind = layer.get("type") if isinstance(layer, dict) else None
        text += f" (layer {steps[1] + 1}{', ' + kind if isinstance(kind, str) and kind in LAYERS else ''})"
    return text or "the file"


def _value_at(raw: Any, steps: list[str | int]) -> Any:
    for step in steps:
        try:
            raw = raw[step]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def _kinds(steps: Sequence[str | int]) -> Mapping[str, type[msgspec.Struct]]:
    """The kinds among which a type at this place chooses."""
    return SCHEDULES if _to_schedule(steps) else LAYERS


_LISTS = {
    "image_size": "two whole numbers, as [150, 150]",
    "input_shape": "three whole numbers, as [48, 48, 1]",
}
"""What is allowed where a bare list would not say enough."""


def _to_schedule(steps: Sequence[str | int]) -> int:
    """How many steps lead to the schedule in which this place is: that of the training or of a phase; 0 for none."""
    if tuple(steps[:2]) == ("training", "schedule"):
        return 2
    return 3 if len(steps) > 2 and (steps[0], steps[2]) == ("then", "schedule") else 0


def _struct_at(root: type[msgspec.Struct], raw: Any, steps: list[str | int]) -> type[msgspec.Struct] | None:
    struct: type[msgspec.Struct] = root
    depth = 2 if len(steps) >= 2 and steps[0] == "layers" else _to_schedule(steps)
    if depth:
        tagged = _value_at(raw, steps[:depth])
        kind = _kinds(steps).get(str(tagged.get("type"))) if isinstance(tagged, dict) else None
        if kind is None:
            return None
        struct, steps = kind, steps[depth:]
    for step in steps:
        if isinstance(step, str):
            hint = typing.get_type_hints(struct).get(step)
            inner = _inner_struct(hint)
            if inner is None:
                return None
            struct = inner
    return struct


def _inner_struct(hint: Any) -> type[msgspec.Struct] | None:
    """The first struct in an annotation, as StopRule in `tuple[StopRule, ...] | None`."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint
    return next(filter(None, map(_inner_struct, typing.get_args(hint))), None)


def _keys(struct: type[msgspec.Struct] | None) -> list[str]:
    if struct is None:
        return []
    tag = ["type"] if struct.__name__ in (*LAYERS, *SCHEDULES) else []
    return tag + [field.encode_name for field in msgspec.structs.fields(struct)]


def _fields(struct: type[msgspec.Struct] | None) -> tuple[Field, ...]:
    """The fields of a struct, and those of another of which it sets some: a phase sets those of the training."""
    own = fields_of(struct) if struct is not None else ()
    others = getattr(struct, "SETS_OF", None)
    return own if others is None else (*own, *fields_of(others))


def _allowed(struct: type[msgspec.Struct] | None, key: str, before: str) -> str:
    for field in _fields(struct):
        if field.name == key:
            return before + ("true or false" if field.kind == "flag" else field.allowed())  # as TOML has them
    return ""


def _expected(root: type[msgspec.Struct], raw: Any, steps: list[str | int], what: str) -> str:
    names = [at for at, step in enumerate(steps) if isinstance(step, str)]
    if _to_schedule(steps) == len(steps) > 0:
        none = "none, or " if steps[0] == "then" else ""
        return f"allowed: {none}a table with a type, one of {', '.join(SCHEDULES)}"
    if len(steps) == 1 and steps[0] in _LISTS:
        return f"allowed: {_LISTS[str(steps[0])]}"
    if names:
        last = names[-1]
        struct = _struct_at(root, raw, steps[:last])
        allowed = _allowed(struct, str(steps[last]), "allowed: ")
        if allowed:
            choices = [word for field in _fields(struct) if field.name == steps[last] for word in field.choices]
            return allowed + _near_value(raw, steps, choices)
        hint = typing.get_type_hints(struct).get(str(steps[last])) if struct else None
        choices = [
            word for part in (hint, *typing.get_args(hint)) for word in typing.get_args(part) if isinstance(word, str)
        ]
        if choices:
            whole = "a list of " if what.startswith("Expected `array`") else ""
            return f"allowed: {whole}{', '.join(choices)}" + _near_value(raw, steps, choices)
    plain = {
        "int": "a whole number",
        "float": "a number",
        "str": "text",
        "array": "a list",
        "object": "a table",
        "bool": "true or false",
        "null": "nothing",
    }
    wanted = re.search(r"Expected `([^`]*)`", what)
    if wanted:
        words = [plain.get(part.strip(), part.strip()) for part in wanted[1].split("|")]
        return "allowed: " + " or ".join(dict.fromkeys(word for word in words if word != "nothing"))
    return what


def _near_value(raw: Any, steps: list[str | int], choices: list[str]) -> str:
    value = _value_at(raw, steps)
    near = did_you_mean(value, choices, quoted=True) if isinstance(value, str) and value not in choices else ""
    return f".{near}" if near else ""


def other_file(path: Path, content: bytes) -> str:
    """What to do with a file that is no experiment, as the end of a sentence about it; "" for one that may be.

    Its name tells, or how its content begins.
    """
    ending, name = path.suffix.lower(), shlex.quote(quiet(str(path)))
    target = shlex.quote(quiet(path.stem + ".toml"))
    if ending in FILES:
        return f"is a dataset, not an experiment: cnn-tui run lab1-baseline --dataset {name}"
    if ending in _CODE:
        return f"is {_CODE[ending]}, not an experiment: import it first: cnn-tui import {name} -o {target}"
    if ending in _MODELS or content.startswith((_ZIP, _HDF5)):
        return f"is a model of Keras, not an experiment: import it first: cnn-tui import {name} -o {target}"
    return ""


def not_a_folder(path: Path) -> str:
    """What to do with a folder that was given for an experiment."""
    name = shlex.quote(quiet(str(path)))
    return f"is a folder, not an experiment; if it holds pictures: cnn-tui run lab1-baseline --dataset {name}"
