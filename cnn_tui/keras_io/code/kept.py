"""Settings that a script keeps on an object, as `config.width = 3` does, and what it reads of them later.

What the object is need not be known: what is set on it in the script is what the script reads afterwards. What it reads
from the command line is what it is called with where it is called without options.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.objects import HELD, is_own
from cnn_tui.keras_io.code.training.set_rates import asked_rate, is_rate, set_rate
from cnn_tui.keras_io.code.values import DEFAULTS, OPTIONS, Class, Instance, Named, Unknown, Value

_OF_WANDB, _RUN, _SETTINGS = ("wandb.run.config", "wandb.config"), "wandb.run", "wandb.config"
"""What a run of Weights & Biases keeps, by both of its names, and the run."""
_NAMESPACES = ("SimpleNamespace", "Namespace", "EasyDict", "AttrDict", "ConfigDict", "Munch")
"""What libraries call objects that hold what they are given by name."""
_FLAG = "DEFINE_"
"""How what defines an option of a script of TensorFlow's begins: its name and its default follow."""
_MOST_WORDS = 60
"""Of so many letters the words for something unknown may be cut short, and those of two things the same."""
_TYPES: dict[str, Callable[[str], Value]] = {"builtins.int": int, "builtins.float": float}
"""What argparse reads an option as."""


class Kept:
    """What a script keeps on objects that only running makes, by the objects' words and places."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], Value] = {}

    def keep(self, owner: Value, name: str, value: Value) -> bool:
        """Set an attribute; whether that can be followed."""
        if is_own(owner):
            owner.arguments[HELD][name] = value
        elif isinstance(owner, Class):
            owner.held[name] = value
        elif isinstance(owner, Instance) and owner.kind == OPTIONS:
            set_options(owner, {name: value})
        elif is_rate(owner, name):
            set_rate(owner, value)
        elif (key := _key(owner, name)) is not None:
            is_table = key[0] in _OF_WANDB and isinstance(value, dict)
            self._values[key] = options_of(value, "") if is_table else value
        else:
            return False
        return True

    def has(self, owner: Value, name: str) -> bool:
        """Whether the script has set such an attribute."""
        key = _key(owner, name)
        if key is not None and key[0] in _OF_WANDB and key not in self._values:
            self._values[key] = options_of({}, "")
        return key in self._values

    def get(self, owner: Value, name: str) -> Value:
        """What it has set it to. Raises KeyError for one that it has not set."""
        key = _key(owner, name)
        if key is None:
            raise KeyError(name)
        return self._values[key]

    def called(self, call: Call) -> Value:
        """What a call gives that makes an object to keep settings on, or that defines one; None for any other."""
        unnamed, given = call.unnamed, call.given
        if not isinstance(call.callee, Named):
            return asked_rate(call)
        if call.path == "builtins.setattr" and len(unnamed) == 3 and isinstance(unnamed[1], str):
            self.keep(unnamed[0], unnamed[1], unnamed[2])
        flag = call.by_name("name", "default")
        if call.name.startswith(_FLAG) and {"name", "default"} <= flag.keys():
            self.keep(Named(f"{call.path.rpartition('.')[0]}.FLAGS"), str(flag["name"]), flag["default"])
        if call.path in ("os.getenv", "os.environ.get") and len(unnamed) == 2:
            return unnamed[1]  # as for one who sets none of them
        if call.path == "wandb.init":
            config = given.get("config")
            settings = config.arguments if isinstance(config, Instance) and config.kind == OPTIONS else config
            if isinstance(settings, dict):
                self.keep(Named("wandb"), "config", settings)
            return Named(_RUN)
        if call.name in _NAMESPACES and not call.is_keras and all(isinstance(one, dict) for one in unnamed):
            return options_of({**{key: value for one in unnamed for key, value in one.items()}, **given}, call.place)
        return asked_rate(call)


def options_of(values: Mapping[str, Value], place: str) -> Instance:
    """An object whose attributes are these."""
    made = Instance(OPTIONS, {}, place)
    set_options(made, values)
    return made


def set_options(options: Instance, values: Mapping[str, Value]) -> None:
    """Set attributes of such an object."""
    names = [*options.arguments.get(DEFAULTS, ()), *values]
    options.arguments |= {**values, DEFAULTS: list(dict.fromkeys(names))}


def update_options(options: Instance, call: Call) -> None:
    """Set those that tables name; all are unknown behind what is no table."""
    for table in (*call.unnamed, call.given):
        if isinstance(table, dict):
            set_options(options, table)
        else:
            options.arguments.clear()


def of_table(table: dict[Value, Value], call: Call) -> Value:
    """What a method of a dict gives, and what it changes in it; None for any other."""
    match call.name, call.unnamed:
        case "update", [] | [dict()]:
            table |= {**(call.first or {}), **call.given}
            return table
        case "setdefault", [str() | int() as key, usual]:
            return table.setdefault(key, usual)
        case "copy", _:
            return dict(table)
        case "items", _:
            return list(table.items())
        case "keys", _:
            return list(table.keys())
        case "values", _:
            return list(table.values())
    return None


def _key(owner: Value, name: str) -> tuple[str, str] | None:
    """What tells an attribute of an object from all others; None for an object that is not followed so."""
    if isinstance(owner, Named) and not owner.is_keras:
        path = f"{owner.path}.{name}"
        return (_SETTINGS, "") if path in _OF_WANDB else (path, "")
    if isinstance(owner, Named) and owner.name == "FLAGS":
        return f"{owner.path}.{name}", ""
    if isinstance(owner, Unknown) and len(owner.what) + len(name) < _MOST_WORDS - 1:
        return f"{owner.what}.{name}", "" if owner.is_free else owner.place
    return None


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
