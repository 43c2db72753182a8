"""The value of a layer's field, from the argument that Keras describes: an activation, a pair, a regularizer."""

from __future__ import annotations

import math
import re
import struct
from typing import Any

import msgspec

from cnn_tui.experiment.file_errors import found
from cnn_tui.keras_io.imported.chain import Plain, config_of
from cnn_tui.network.fields import Field
from cnn_tui.network.kinds.normalization import KEPT_AXES, LENGTH_AXES
from cnn_tui.text import quiet

_ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}  # of activations
_INITIALIZER_DEFAULTS = {"mean": 0.0, "stddev": 0.05, "minval": -0.05, "maxval": 0.05, "gain": 1.0}
_SHORT_INITIALIZERS = {"normal": "random_normal", "uniform": "random_uniform", "zero": "zeros", "one": "ones"}
_SCALED: dict[tuple[Any, ...], str] = {  # what Keras 2 wrote of some as a VarianceScaling: scale, mode and distribution
    (1.0, "fan_avg", "uniform"): "glorot_uniform",
    (1.0, "fan_avg", "truncated_normal"): "glorot_normal",
    (1.0, "fan_in", "uniform"): "lecun_uniform",
    (1.0, "fan_in", "truncated_normal"): "lecun_normal",
    (2.0, "fan_in", "uniform"): "he_uniform",
    (2.0, "fan_in", "truncated_normal"): "he_normal",
}
_USUAL_FACTORS = {"L1": {"l1": 0.01}, "L2": {"l2": 0.01}}
_TYPED_DIGITS = 5
_MOST_SHOWN = 4
"""Of so many parts of a value each is shown."""
_LEAST_PRECISE = 1e-37  # below it, a float32 has fewer digits


def value_of(field: Field, raw: Any, hint: Any) -> Any:
    """The value of a field. Raises ValueError, OverflowError or TypeError for what the field does not allow."""
    if field.name == "activation":
        raw = _activation(raw)
    elif field.name == "padding" and isinstance(raw, str):
        raw = raw.lower()  # which Keras does too
    elif field.name.endswith("_initializer"):
        raw = initializer(raw)
        raw = _with_arguments(raw) if isinstance(raw, dict) and field.takes_table else raw
    elif field.name == "axis":
        raw = _length_axis(raw) if "column" in field.choices else _axis(raw)
    elif field.kind == "pair":
        raw = _pair(raw)
    elif field.kind == "borders":
        raw = _borders(raw)
    elif field.kind == "range":
        raw = [_plain(end) if isinstance(end, float | int) else end for end in raw] if _is_pair(raw) else _number(raw)
    elif field.kind == "float":
        raw = _number(raw)
    elif field.kind == "penalty" and isinstance(raw, str):
        raw = _factors({"class_name": raw.upper().replace("_", "")})
    elif isinstance(raw, dict):
        raw = _factors(raw)
    value = msgspec.convert(raw, hint)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not a number")
    field.check(value)
    return value


def _activation(raw: Any) -> Any:
    """`relu`, from that name or from the object that Keras writes for the function."""
    if isinstance(raw, dict) and raw.get("class_name") == "function":
        raw = raw.get("config")
    if raw is None:
        return "linear"
    return _ALIASES.get(raw, raw) if isinstance(raw, str) else raw


def _pair(raw: Any) -> Any:
    """(2, 3), from (2, 3); (2, 2) from 2."""
    if type(raw) is int:
        return [raw, raw]
    if isinstance(raw, list):
        return [int(part) if isinstance(part, float) and part.is_integer() else part for part in raw]
    return raw


def _borders(raw: Any) -> Any:
    """(2, 1, 0, 0), from ((2, 1), (0, 0)), as Keras writes it, or (2, 3), from what is typed for short."""
    if isinstance(raw, list) and all(isinstance(part, list) and len(part) == 2 for part in raw):
        raw = [side for part in raw for side in part]
    return _pair(raw)


def _axis(raw: Any) -> Any:
    """`pixel`, from the axes [1, 2, 3] of a batch of images, whose places a Normalization counts apart."""
    kept = raw if raw is None or isinstance(raw, int) else tuple(raw)
    kept = {(): None, (-1,): -1, (3,): -1, 3: -1}.get(kept, kept)
    return next((name for name, axes in KEPT_AXES.items() if axes == kept), raw)


def _length_axis(raw: Any) -> Any:
    """`image`, from the axes [1, 2, 3] of a batch of images, along which a UnitNormalization takes a length."""
    along = tuple(raw) if isinstance(raw, list | tuple) else raw
    along = along[0] if isinstance(along, tuple) and len(along) == 1 else along
    along = {3: -1, -2: 2, -3: 1, (-3, -2, -1): (1, 2, 3)}.get(along, along)
    return next((name for name, axes in LENGTH_AXES.items() if axes == along), raw)


def _is_pair(raw: Any) -> bool:
    return isinstance(raw, list | tuple) and len(raw) == 2


def _number(raw: Any) -> Any:
    """0.1, from 0.1 or from (-0.1, 0.1), which is what Keras makes of a factor."""
    if isinstance(raw, list) and len(raw) == 2 and raw[0] == -raw[1]:
        raw = raw[1]
    return _plain(raw) if isinstance(raw, float | int) else raw


def _factors(raw: Plain) -> Plain | None:
    """{"l1": 0.01}, from a regularizer as Keras describes it; None for one without a factor."""
    config = {**_USUAL_FACTORS.get(str(raw.get("class_name")), {}), **config_of(raw)}
    if raw.get("class_name") not in ("L1", "L2", "L1L2") or not config.keys() <= {"l1", "l2"}:
        raise ValueError("another regularizer")
    # Keras 3 makes a float32 of the factor of L1, and of no other.
    factors = {
        name: of_float32(factor) if raw["class_name"] == "L1" else _plain(factor) for name, factor in config.items()
    }
    if not all(math.isfinite(factor) for factor in factors.values()):
        raise ValueError("not a number")
    return {name: factor for name, factor in factors.items() if factor} or None


def of_float32(number: float, digits: int = 9) -> float:
    """0.001, from the 0.0010000000474974513 that a float32 makes of it; unchanged where that takes more `digits`."""
    try:
        number = float(number)
        (nearest,) = struct.unpack("f", struct.pack("f", number))
    except OverflowError:  # a whole number of hundreds of digits, or one that no float32 holds
        return number if isinstance(number, float) else math.inf
    for wanted in range(1, digits + 1) if nearest == number else ():
        short = float(f"{number:.{wanted}g}")
        if struct.pack("f", short) == struct.pack("f", number):
            return short
    return number


def _plain(number: float) -> float:
    """A number as a person typed it, with few digits, before Keras 2 made a float32 of it."""
    return of_float32(number, _TYPED_DIGITS) if abs(number) > _LEAST_PRECISE else of_float32(number, 0)


def initializer(raw: Any) -> Any:
    """`he_normal`, from that name or from Keras's object for it; an object with other arguments is left as it is."""
    if isinstance(raw, str):
        return _SHORT_INITIALIZERS.get(raw, raw)
    if not isinstance(raw, dict) or not isinstance(raw.get("class_name"), str):
        return raw
    config = {name: part for name, part in config_of(raw).items() if part is not None and name != "dtype"}
    if raw["class_name"] == "Constant" and set(config) <= {"value"}:
        value = config.get("value", 0.0)
        return {0.0: "zeros", 1.0: "ones"}.get(value, raw) if isinstance(value, int | float) else raw
    if raw["class_name"] == "VarianceScaling":
        return _scaled(config) or raw
    if any(part != _INITIALIZER_DEFAULTS.get(name) for name, part in config.items()):
        return raw
    return snake_case(raw["class_name"])


def _with_arguments(raw: Plain) -> Plain:
    """The table of an initializer with arguments of its own, from Keras's object for it."""
    config = {name: part for name, part in config_of(raw).items() if part is not None and name not in ("dtype", "seed")}
    if config.get("distribution") == "normal":
        config["distribution"] = "truncated_normal"  # which it means
    numbers = {
        name: _plain(part) if isinstance(part, float | int) and not isinstance(part, bool) else part
        for name, part in config.items()
    }
    return {**numbers, "type": raw.get("class_name")}


def _scaled(config: Plain) -> str:
    """`he_normal`, from the VarianceScaling that it is; "" for one that has no name of its own."""
    usual = {"scale": 1.0, "mode": "fan_in", "distribution": "truncated_normal"}
    if not config.keys() <= usual.keys():
        return ""
    scale, mode, distribution = (usual | config).values()
    if distribution == "normal":
        distribution = "truncated_normal"  # which it means
    known = isinstance(scale, int | float) and isinstance(mode, str) and isinstance(distribution, str)
    return _SCALED.get((scale, mode, distribution), "") if known else ""


def snake_case(name: str) -> str:
    """`he_normal`, from `HeNormal`."""
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _inside(value: Any) -> str:
    """The same for an argument of an object: of one that has others itself its name alone."""
    named = value.get("class_name") if isinstance(value, dict) else None
    return quiet(named, 60) if isinstance(named, str) else found(value)


def shown(value: Any) -> str:
    """A value from a model's description in a few words; for an object, `L2(l2=0.01)`, and for several, each so."""
    if isinstance(value, list) and 0 < len(value) <= _MOST_SHOWN and any(isinstance(part, dict) for part in value):
        return quiet(f"({', '.join(map(shown, value))})", 160)
    if not isinstance(value, dict) or not isinstance(value.get("class_name"), str):
        return "nothing" if value is None else found(value)
    config = {} if "class" in config_of(value) else config_of(value)  # of a class of a script's own
    inner = ", ".join(f"{name}={_inside(part)}" for name, part in config.items() if part is not None)
    return quiet(f"{value['class_name']}({inner})" if inner else value["class_name"], 80)
