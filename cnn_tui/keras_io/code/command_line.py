"""Options of the command line that a script reads: what they are where it is called without any."""

from __future__ import annotations

from collections.abc import Callable

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.values import DEFAULTS, OPTIONS, Instance, Named, Unknown, Value

_TYPES: dict[str, Callable[[str], Value]] = {"builtins.int": int, "builtins.float": float}
"""What argparse reads an option as."""


def parser_method(parser: Instance, call: Call) -> Value:
    """Of an `argparse.ArgumentParser`: what its options are when the script is called without any."""
    if call.name == "add_argument":
        given = call.given
        flags = [flag for flag in call.unnamed if isinstance(flag, str)]
        long = next((flag for flag in flags if flag.startswith("--")), flags[0] if flags else "")
        called = given.get("dest", long.lstrip("-").replace("-", "_"))
        usual = False if given.get("action") == "store_true" else True if given.get("action") == "store_false" else None
        parser.arguments[str(called)] = _as_typed(given.get("default", usual), given.get("type"))
        if "default" in given:
            parser.arguments[DEFAULTS] = [*parser.arguments.get(DEFAULTS, ()), str(called)]
    if call.name == "parse_args":
        return Instance(OPTIONS, parser.arguments, call.place)
    if call.name == "parse_known_args":
        return (Instance(OPTIONS, parser.arguments, call.place), [])
    return Unknown("", call.place)


def _as_typed(default: Value, kind: Value) -> Value:
    """The default of an option, which argparse reads as it reads what is typed where it is a text."""
    read = _TYPES.get(kind.path) if isinstance(kind, Named) else None
    try:
        return read(default) if read is not None and isinstance(default, str) else default
    except ValueError:  # which argparse refuses
        return default
