"""Objects of a script's own classes: what they hold, and the methods that they have from their class and its bases."""

from __future__ import annotations

import ast

from cnn_tui.keras_io.code.values import Class, Function, Instance, Method, Named, Value

_MOST_BASES = 10
CLASS, HELD = "class", "held"
"""Among the arguments of an Instance: the class of the script that it is of, and what it keeps in `self`."""


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
