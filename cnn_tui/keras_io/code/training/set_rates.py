"""Learning rates that a script sets on an optimizer that it has made, or on that of a model, and not in its call."""

from __future__ import annotations

import msgspec

from cnn_tui.keras_io.code.arguments import OPTIMIZERS
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.values import CodeModel, Instance, Method, Named, Value

_RATE, _NAMES = "learning_rate", ("learning_rate", "lr")
_KINDS = frozenset(OPTIMIZERS.values())
_ASKS, _ASKS_ITSELF = ("get_value", "set_value", "float"), ("assign", "numpy")
"""Functions that read or set a rate, and methods of it."""
_FIRST = {"sgd": 0.01}
"""The rates that Keras's optimizers begin with, where that is not 0.001."""


def usual_rate(kind: str) -> float:
    """The rate that an optimizer of this name begins with where it is told none."""
    return _FIRST.get(kind.lower(), 0.001)


def is_rate(owner: Value, name: str) -> bool:
    """Whether an attribute is the rate of an optimizer."""
    return name in _NAMES and isinstance(owner, Instance) and owner.kind in _KINDS


def set_rate(optimizer: Instance, rate: Value) -> None:
    """Let an optimizer learn at this rate from here on."""
    rest = {name: value for name, value in optimizer.arguments.items() if name not in _NAMES}
    optimizer.arguments = {**rest, _RATE: rate}


def rate_of(optimizer: Instance) -> Value:
    """The rate that an optimizer learns at."""
    named = [optimizer.arguments[name] for name in _NAMES if name in optimizer.arguments]
    return named[0] if named else usual_rate(optimizer.kind)


def optimizer_of(model: CodeModel) -> Instance | None:
    """The optimizer that a model is compiled with, which a name is made one of; None where it is not known."""
    if model.compiled is None:
        return None
    optimizer = model.compiled.get("optimizer", "rmsprop")
    if isinstance(optimizer, str) and optimizer.lower() in OPTIMIZERS:
        optimizer = Instance(OPTIMIZERS[optimizer.lower()], {}, model.place)
        model.compiled["optimizer"] = optimizer
    return optimizer if isinstance(optimizer, Instance) else None


def as_compiled(compiled: dict[str, Value] | None) -> dict[str, Value] | None:
    """What a model is compiled with as it is now, whatever rate is set later."""
    optimizer = None if compiled is None else compiled.get("optimizer")
    if compiled is None or not isinstance(optimizer, Instance):
        return None if compiled is None else dict(compiled)
    return {**compiled, "optimizer": msgspec.structs.replace(optimizer, arguments=dict(optimizer.arguments))}


def has_other_rate(model: CodeModel) -> bool:
    """Whether a rate was set since a model was trained last."""
    before = None if model.as_trained is None else optimizer_of(model.as_trained)
    now = optimizer_of(model)
    if before is None or now is None:
        return False
    one, other = rate_of(before), rate_of(now)
    return one is not other and (type(one) is not type(other) or one != other)


def asked_rate(call: Call) -> Value:
    """What a call gives that reads a rate; None for any other. One that sets it does so, and gives nothing."""
    asks = _ASKS if isinstance(call.callee, Named) else _ASKS_ITSELF if isinstance(call.callee, Method) else ()
    rate, given = call.of, call.besides.unnamed
    if call.name not in asks or not isinstance(rate, Method) or not is_rate(rate.owner, rate.name):
        return None
    if call.name in ("set_value", "assign") and given:
        set_rate(rate.owner, given[0])
    return rate_of(rate.owner)
