"""Searches for settings in a script: of Keras Tuner, Optuna and scikit-learn. Each setting stands at its first value.

A model is made by a function, which asks for each setting by its name and says what it may be, or is given them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cnn_tui.keras_io.code.arithmetic import is_plain
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.kept import options_of
from cnn_tui.keras_io.code.methods import call_method
from cnn_tui.keras_io.code.objects import CLASS, is_own, method_of
from cnn_tui.keras_io.code.training.searched import BEST, SEARCHED, TUNER
from cnn_tui.keras_io.code.values import CodeModel, Function, Instance, Method, Unknown, Value
from cnn_tui.text import quiet

_Called = Callable[[Call], Value]
"""What a call gives."""

_MADE_BY = "made by"
"""Among the arguments of a search: the function, or the object with a `build`, that makes its models."""
_MADE = "made"
"""Among them: the model that it makes where every setting stands at its first value."""
_GIVEN = "given"
"""Among them: what scikit-learn's search gives that function and each fit."""
_PACKAGES = ("keras_tuner", "kerastuner")
_TUNERS = ("RandomSearch", "Hyperband", "BayesianOptimization", "GridSearch")
_WRAPPERS = ("KerasClassifier", "KerasRegressor")
"""What makes an estimator of scikit-learn's of a function that makes a model."""
_CROSSED = ("cross_val_score", "cross_validate", "cross_val_predict")
_GRIDS = ("GridSearchCV", "RandomizedSearchCV")
_OF_WRAPPERS = ("build_fn", "model")
_OF_GRIDS = ("param_grid", "param_distributions")
_OF_FIT = ("epochs", "nb_epoch", "batch_size", "validation_split", "callbacks")
_NUMBERS = ("Int", "Float", "suggest_int", "suggest_float", "suggest_uniform", "suggest_loguniform")
_CHOICES = ("Choice", "suggest_categorical")
_SHOWN = 8
"""So many settings are named."""


class Searches:
    """Gives what has to do with a search its value, and keeps the settings that it chooses, with their first values."""

    def __init__(self, call: _Called, send: _Called) -> None:
        self.chosen: dict[str, Value] = {}
        self._call = call
        self._send = send

    def made(self, call: Call) -> Value:
        """The search, or the estimator, that a call makes; None where it makes none."""
        given, place = call.given, call.place
        of = next(iter(call.values), None)
        if call.root in _PACKAGES and call.name in _TUNERS and of is not None:
            most = {"epochs": given["max_epochs"]} if "max_epochs" in given else {}  # as Hyperband trains its last ones
            return Instance(TUNER, {_MADE_BY: of, _MADE: self._built(of, {}, place), _GIVEN: most}, place)
        if call.name in _WRAPPERS:
            rest = {_bare(name): value for name, value in given.items() if name not in _OF_WRAPPERS}
            return Instance(TUNER, {_MADE_BY: call.get(0, *_OF_WRAPPERS), _MADE: None, _GIVEN: rest}, place)
        if call.name in _CROSSED and isinstance(of, Instance) and of.kind == TUNER:
            data = {name: given[name] for name in ("X", "y") if name in given}
            self.sent(Call(Method(of, "fit"), place, call.unnamed[1:3], data))
            return Unknown("", place)
        if call.name in _GRIDS:
            of, grid = call.get(0, "estimator"), call.get(1, *_OF_GRIDS)
            if isinstance(of, Instance) and of.kind == TUNER and isinstance(grid, dict):
                return self._grid(of, grid, place)
        return None

    def _grid(self, of: Instance, grid: dict[Value, Value], place: str) -> Instance:
        """A search of scikit-learn's, at the first of all that its grid has."""
        first = {
            _bare(name): values[0]
            for name, values in grid.items()
            if isinstance(name, str) and isinstance(values, list | tuple) and values
        }
        self.chosen.update(first)
        given, by = {**of.arguments[_GIVEN], **first}, of.arguments[_MADE_BY]
        best = {name: first[_bare(name)] for name in grid if isinstance(name, str) and _bare(name) in first}
        return Instance(TUNER, {_MADE_BY: by, _MADE: None, _GIVEN: given, BEST: best}, place)

    def _built(self, by: Value, given: Mapping[str, Value], place: str) -> Value:
        """The model that a function makes for a search, or an object with a `build`."""
        hp = () if given else (Unknown("hp", place),)
        if isinstance(by, Instance) and is_own(by):
            return self._send(Call(Method(by, "build"), place, hp))
        return self._call(Call(by, place, hp, given)) if isinstance(by, Function) else Unknown("", place)

    def sent(self, call: Call) -> Value:
        """What a method of a search gives, which may train its model. Unknown with no words where it is not known."""
        of, name, given, place = call.callee.owner, call.name, call.given, call.place
        made, by, more = (of.arguments[key] for key in (_MADE, _MADE_BY, _GIVEN))
        if made is None:  # of scikit-learn's, which makes one for each fit
            made = of.arguments[_MADE] = self._built(by, more, place)
            given = {{"X": "x"}.get(key, key): value for key, value in given.items()}
        if name in ("search", "fit") and isinstance(made, CodeModel):
            given = {**given, **{key: value for key, value in more.items() if key in _OF_FIT}}
            if isinstance(by, Instance) and is_own(by) and method_of(by.arguments[CLASS], "fit") is not None:
                self._send(Call(Method(by, "fit"), place, (Unknown("hp", place), made, *call.unnamed), given))
            else:
                call_method(Call(Method(made, "fit"), place, call.unnamed, given))
            (made.fitted or {})[SEARCHED] = True
            return of
        if name == "build":
            return self._built(by, {}, place)
        if name == "get_best_models":
            return [made]
        best = options_of({**self.chosen, "values": dict(self.chosen)}, place)
        if name == "get_best_trials":
            return [options_of({"hyperparameters": best}, place)]
        return [best] if name == "get_best_hyperparameters" else Unknown("", place)

    def first(self, call: Call) -> Value:
        """The first value of a setting that a method of something unknown asks for; None for any other method."""
        found = _asked(call)
        if found is not None:
            self.chosen[found[0]] = found[1]
        return None if found is None else found[1]


def _bare(name: str) -> str:
    """The name of an argument without the `model__` that SciKeras puts before it."""
    return name.rpartition("__")[2]


def _asked(call: Call) -> tuple[str, Value] | None:
    """The name and the first value of a setting that a method asks for; None where that is no such method.

    Keras Tuner begins with the default, else with the least number, the first choice, or False.
    """
    name, method = call.get(0, "name"), call.callee.what.rpartition(".")[2]
    second = call.get(0 if "name" in call.given else 1)
    if not isinstance(name, str):
        return None
    if method in _NUMBERS:
        first = call.given.get("default", call.given.get("min_value", call.given.get("low", second)))
        return (name, first) if type(first) in (int, float) else None
    if method in _CHOICES:
        values = call.given.get("values", call.given.get("choices", second))
        first = call.given.get("default", values[0] if isinstance(values, list | tuple) and values else None)
        return (name, first) if first is not None else None
    if method == "Boolean":
        return name, call.given.get("default", bool(second))
    return (name, call.given.get("value", second)) if method == "Fixed" else None


def note_of(chosen: Mapping[str, Value]) -> str:
    """A note on the settings that stand at their first values, by their names; "" where there are none."""
    if not chosen:
        return ""
    listed = [f"{quiet(name, 40)} {quiet(str(first), 40)}" for name, first in chosen.items() if is_plain(first)]
    more = ", …" if len(listed) > _SHOWN else ""
    words = f"a search chooses settings there, which stand at their first values here: {', '.join(listed[:_SHOWN])}"
    return f"{words}{more}; cnn-tui tune varies them"
