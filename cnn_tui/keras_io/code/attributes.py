"""What stands behind a dot in a script: of a library, a model, a network that is one layer here, a dataset's arrays."""

from __future__ import annotations

import math
from pathlib import PurePosixPath

from cnn_tui.keras_io.code.objects import held
from cnn_tui.keras_io.code.pipelines import attribute_of
from cnn_tui.keras_io.code.values import (
    HISTORY,
    OPTIONS,
    CodeModel,
    DatasetArrays,
    Folder,
    InnerLayer,
    InnerLayers,
    Instance,
    Method,
    Named,
    Tensor,
    Unknown,
    Value,
)


def is_base(value: Value) -> bool:
    """Whether a value is a network of `keras.applications`."""
    return isinstance(value, Instance) and value.kind == "Application"


def attribute(owner: Value, name: str) -> Value:
    """What stands behind a dot. Raises AttributeError for what is not known."""
    if isinstance(owner, Named):
        if name == "pi" and owner.path in ("math", "numpy"):
            return math.pi
        return Named(f"{owner.path}.{name}")
    if isinstance(owner, Instance) and owner.kind == OPTIONS:
        if owner.arguments.get(name) is None:
            raise AttributeError("only known once the script is called with it")
        return owner.arguments[name]
    if isinstance(owner, Instance) and owner.kind == HISTORY and isinstance(owner.arguments.get(name), list):
        return owner.arguments[name]
    if isinstance(owner, DatasetArrays) and name == "shape":
        return owner.shape
    if isinstance(owner, str) and name == "parent":
        return str(PurePosixPath(owner).parent)
    if isinstance(owner, InnerLayer) and name == "output":
        return owner.output
    if isinstance(owner, Folder):
        return attribute_of(owner, name)
    if (found := held(owner, name)) is not None:
        return found
    if isinstance(owner, CodeModel) and owner.is_inside and name == "layers":
        return InnerLayers(tuple(owner.layers))
    if isinstance(owner, CodeModel) and name in ("layers", "input", "inputs", "output", "outputs", "input_shape"):
        whole = Tensor(owner.shape, tuple(owner.layers), "; ".join(owner.problems))
        start = Tensor(owner.shape)
        return {"layers": owner.layers, "output": whole, "outputs": [whole], "input_shape": owner.shape}.get(
            name, start
        )
    if is_base(owner):
        shape = owner.arguments.get("input_shape")
        start, whole = Tensor(shape), Tensor(shape, (owner,))
        ways = {"input": start, "inputs": start, "output": whole, "outputs": whole, "layers": InnerLayers((owner,))}
        if name in ways:
            return ways[name]
    if isinstance(owner, Tensor) and name == "shape":
        raise AttributeError("only known once the shapes are")
    if isinstance(owner, Unknown):
        return Unknown(f"{owner.what}.{name}"[:60], owner.place)
    return Method(owner, name)
