"""What a script's own classes come to: their objects, layers and models, as their methods leave them."""

from __future__ import annotations

from collections.abc import Callable

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.objects import (
    CLASS,
    HELD,
    fields_of_class,
    is_model,
    is_of_class,
    is_own,
    method_of,
    takes_itself,
)
from cnn_tui.keras_io.code.values import Class, CodeModel, Instance, Method, Tensor, Unknown, Value

CALL = "call"
"""The method of a layer, and of a model, that says what it does."""
WHILE_TRAINED = 1
"""What such a method is told of `training`: no truth of the script's own, of which a layer would be a note."""
Run = Callable[[Call], Value]
"""What a call of a function of the script gives."""


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
