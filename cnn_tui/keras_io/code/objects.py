"""Objects of a script's own classes: what they hold, and the methods that they have from their class and its bases.

So too the layers and models among them, as their methods leave them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.values import Class, CodeModel, Function, Instance, Method, Named, Tensor, Unknown, Value

_MOST_BASES = 10
CLASS, HELD = "class", "held"
"""Among the arguments of an Instance: the class of the script that it is of, and what it keeps in `self`."""
CALL = "call"
"""The method of a layer, and of a model, that says what it does."""
WHILE_TRAINED = 1
"""What such a method is told of `training`: no truth of the script's own, of which a layer would be a note."""
Run = Callable[[Call], Value]
"""What a call of a function of the script gives."""


def is_own(value: Value) -> bool:
    """Whether a value is an object of a class of the script."""
    return isinstance(value, Instance) and isinstance(value.arguments.get(CLASS), Class)


def method_of(written: Class, name: str) -> Function | None:
    """A method of a class or of those that it is made of; None where it has none of the name."""
    found = _found(written, name)
    return found if isinstance(found, Function) else None


def held(owner: Value, name: str) -> Value:
    """What an object or a class has by a name: what it keeps, or a method, not yet called; None for nothing."""
    if is_own(owner):
        if name == "__dict__":
            return owner.arguments[HELD]
        if name in owner.arguments[HELD]:
            return owner.arguments[HELD][name]
        owner_class: Class = owner.arguments[CLASS]
    elif isinstance(owner, Class):
        owner_class = owner
    else:
        return None
    found = _found(owner_class, name)
    return Method(owner, name) if isinstance(found, Function) else found


def fields_of_class(written: Class) -> list[str]:
    """The fields of a dataclass, in their order, as their annotations name them."""
    fields = [part.target for part in written.node.body if isinstance(part, ast.AnnAssign)]
    return [field.id for field in fields if isinstance(field, ast.Name)]


def is_property(value: Value) -> bool:
    """Whether something of an object is a method that is read like an attribute."""
    if not isinstance(value, Method) or not is_own(value.owner):
        return False
    method = method_of(value.owner.arguments[CLASS], value.name)
    return method is not None and _has(method, "property")


def takes_itself(method: Function) -> bool:
    """Whether a method is given its object, which a static one is not."""
    return not _has(method, "staticmethod")


def is_of_class(method: Function) -> bool:
    """Whether a method is given its class where it is called without an object."""
    return _has(method, "classmethod")


def _has(method: Function, decorator: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == decorator for one in method.node.decorator_list)


def _found(written: Class, name: str) -> Value:
    for _ in range(_MOST_BASES):
        if name in written.held.own():
            return written.held[name]
        bases = [written.names.get(base.id) for base in written.node.bases if isinstance(base, ast.Name)]
        base = next((one for one in bases if isinstance(one, Class)), None)
        if base is None:
            break
        written = base
    return None


def is_model(written: Class) -> bool:
    """Whether a class is made of Keras's Model."""
    for base in written.node.bases:
        known = written.names.get(base.id) if isinstance(base, ast.Name) else None
        if isinstance(known, Named) and not known.is_keras:
            continue
        if isinstance(known, Class):
            if known is not written and is_model(known):
                return True
        elif ast.unparse(base).rpartition(".")[2] in ("Model", "Sequential"):
            return True
    return False


class OwnObjects:
    """Makes the objects of a script's classes, and sends them what the script does."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def made(self, call: Call) -> Value:
        """An object of a class of the script, as its `__init__` leaves it."""
        written: Class = call.callee
        held: dict[str, Value] = {}
        made = Instance(written.node.name, {CLASS: written, HELD: held}, call.place)
        if method_of(written, "__init__") is not None:
            self.sent(call.but(callee=Method(made, "__init__")))
        else:
            held |= call.by_name(*fields_of_class(written))  # of a dataclass
        return self._model_of(made) if is_model(written) else made

    def _model_of(self, made: Instance) -> CodeModel:
        """A model written as a class, by what its `call` makes of an image."""
        written, place = made.arguments[CLASS], made.place
        what = f"a model written as a class, {made.kind} ({place})"
        if method_of(written, CALL) is None or method_of(written, "train_step") is not None:
            return CodeModel(place, problems=[f"{what}, is not read: its layers are in code"])
        given = self.flowing(Call(made, place, (Tensor(None),)))
        return CodeModel(place, layers=[*given.layers], problems=[f"{what}: {given.problem}"] if given.problem else [])

    def flowing(self, call: Call) -> Value:
        """What flows out of a layer or a model of a class of the script, as its `call` says, while it is trained."""
        made: Instance = call.callee
        method = method_of(made.arguments[CLASS], CALL)
        wanted = () if method is None else (*method.node.args.args, *method.node.args.kwonlyargs)
        given = {"training": WHILE_TRAINED} if "training" in {one.arg for one in wanted} else {}
        found = self.sent(Call(Method(made, CALL), call.place, call.unnamed[:1], given))
        if isinstance(found, Tensor) or not isinstance(call.first, Tensor):
            return found
        told = found if isinstance(found, Unknown) and found.what else made.kind
        return call.first.without(f"what {told} gives is not known: its layers are in code")

    def sent(self, call: Call) -> Value:
        """What a method of an object, or of a class, of the script gives."""
        owner = call.callee.owner
        method = method_of(owner if isinstance(owner, Class) else owner.arguments[CLASS], call.name)
        if method is None:
            return Unknown("", call.place)
        first = (owner,) if takes_itself(method) and (is_own(owner) or is_of_class(method)) else ()
        return self._run(call.but(callee=method, unnamed=(*first, *call.unnamed)))
