"""Searches for settings in a script, as Keras Tuner and Optuna have them: each setting stands at its first value.

A model is made by a function, which asks for each setting by its name and says what it may be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnn_tui.keras_io.code.arithmetic import is_plain
from cnn_tui.keras_io.code.values import CodeModel, Instance, Named, Unknown, Value
from cnn_tui.text import quiet

TUNER = "a tuner"
"""What a search of Keras Tuner is, among instances."""
MADE_BY = "made by"
"""Among its arguments: the function, or the object with a `build`, that makes its models."""
MADE = "made"
"""Among them: the model that it makes where every setting stands at its first value."""
SEARCHED = "in a search"
"""Among what a fit is given: whether it is one of a search, which a training of the model itself counts before."""
_PACKAGES = ("keras_tuner", "kerastuner")
_TUNERS = ("RandomSearch", "Hyperband", "BayesianOptimization", "GridSearch")
_NUMBERS = ("Int", "Float", "suggest_int", "suggest_float", "suggest_uniform", "suggest_loguniform")
_CHOICES = ("Choice", "suggest_categorical")
_SHOWN = 8
"""So many settings are named."""


def is_tuner(callee: Named) -> bool:
    """Whether a call of something makes a search of Keras Tuner."""
    return callee.path.partition(".")[0] in _PACKAGES and callee.name in _TUNERS


def settings(place: str) -> Unknown:
    """What the function that makes a model asks for its settings."""
    return Unknown("hp", place)


def asked(method: str, unnamed: Sequence[Value], given: Mapping[str, Value]) -> tuple[str, Value] | None:
    """The name and the first value of a setting that a method asks for; None where that is no such method.

    Keras Tuner begins with the default, else with the least number, the first choice, or False.
    """
    name, *more = [*unnamed, *(given[key] for key in ("name",) if key in given)] or [None]
    if not isinstance(name, str):
        return None
    if method in _NUMBERS:
        first = given.get("default", given.get("min_value", given.get("low", more[0] if more else None)))
        return (name, first) if type(first) in (int, float) else None
    if method in _CHOICES:
        values = given.get("values", given.get("choices", more[0] if more else None))
        first = given.get("default", values[0] if isinstance(values, list | tuple) and values else None)
        return (name, first) if first is not None else None
    if method == "Boolean":
        return name, given.get("default", more[0] if more else False)
    if method == "Fixed":
        return name, given.get("value", more[0] if more else None)
    return None


def note_of(chosen: Mapping[str, Value]) -> str:
    """A note on the settings that stand at their first values, by their names; "" where there are none."""
    if not chosen:
        return ""
    listed = [f"{quiet(name, 40)} {quiet(str(first), 40)}" for name, first in chosen.items() if is_plain(first)]
    more = ", …" if len(listed) > _SHOWN else ""
    words = f"a search chooses settings there, which stand at their first values here: {', '.join(listed[:_SHOWN])}"
    return f"{words}{more}; cnn-tui tune varies them"


def best_of(tuner: Instance, name: str) -> Value:
    """What a method of a search gives that is asked for the best; Unknown with no words for another."""
    made = tuner.arguments.get(MADE)
    if name == "get_best_models" and isinstance(made, CodeModel):
        return [made]
    if name == "get_best_hyperparameters":
        return [settings(tuner.place)]
    return Unknown("", tuner.place)
