"""What stands behind a dot in a script: of a library, a model, a network that is one layer here, a dataset's arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import PurePosixPath

import msgspec

from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.arrays.any_image import AnyImage
from cnn_tui.keras_io.code.data.data_values import Folder
from cnn_tui.keras_io.code.data.files.below import below_attribute, is_below
from cnn_tui.keras_io.code.data.pipelines.pipelines import attribute_of
from cnn_tui.keras_io.code.data.shapes import shape_of
from cnn_tui.keras_io.code.data.tables.tables import column_of
from cnn_tui.keras_io.code.devices import REPLICAS
from cnn_tui.keras_io.code.network.applications import SPREAD, TRAINED, cut_after, facts_in, layers_of
from cnn_tui.keras_io.code.network.listing import layers_listed
from cnn_tui.keras_io.code.objects import held
from cnn_tui.keras_io.code.training.searched import BEST, TUNER
from cnn_tui.keras_io.code.training.set_rates import optimizer_of
from cnn_tui.keras_io.code.values import (
    DEFAULTS,
    HISTORY,
    OPTIONS,
    UPDATES,
    BaseLayer,
    CodeModel,
    InnerLayer,
    InnerLayers,
    Instance,
    Method,
    Named,
    NotGivenError,
    NumberedName,
    Tensor,
    Unknown,
    Value,
)
from cnn_tui.network.layers import LAYERS

_MOST_WORDS = 60
"""Letters of the words for something unknown."""


def is_base(value: Value) -> bool:
    """Whether a value is a network of `keras.applications`."""
    return isinstance(value, Instance) and value.kind == "Application"


def _of_base_layer(layer: BaseLayer, name: str) -> Value:
    """What a layer inside a network says of itself. Raises AttributeError for what is not known."""
    base, facts = layer.base, facts_in(layer.base.arguments)
    called = facts.layers[layer.at][0]
    if name == "trainable":
        return base.arguments[TRAINED][layer.at]
    if name == "name":
        return called or (NumberedName() if layer.at else "input_layer")  # which Keras numbers too
    if name == "output" and layer.at == len(layers_of(base) or ()) - 1:
        return attribute(base, "output")
    if name == "output" and called in facts.cuts:
        return attribute(cut_after(base, called), "output")
    raise AttributeError("only known once the network is made")


def attribute(owner: Value, name: str, models: Sequence[CodeModel] = ()) -> Value:
    """What stands behind a dot; `models` are those of the script. Raises AttributeError for what is not known."""
    if isinstance(owner, Named) and name != REPLICAS:
        if name == "pi" and owner.path in ("math", "numpy"):
            return math.pi
        return Named(f"{owner.path}.{name}")
    if isinstance(owner, Instance) and owner.kind == OPTIONS:
        if name in (*UPDATES, "get") and name not in owner.arguments:
            return Method(owner, name)
        if owner.arguments.get(name) is None and name not in owner.arguments.get(DEFAULTS, ()):
            raise NotGivenError("only known once the script is called with it")
        return owner.arguments[name]
    if isinstance(owner, Instance) and owner.kind == HISTORY and isinstance(owner.arguments.get(name), list):
        return owner.arguments[name]
    if isinstance(owner, Instance) and owner.kind == HISTORY and name == "history":
        return owner
    if isinstance(owner, Instance) and owner.kind == TUNER and name == "hypermodel":
        return owner
    if isinstance(owner, Instance) and owner.kind == TUNER and name == BEST and BEST in owner.arguments:
        return owner.arguments[BEST]
    if isinstance(owner, AnyImage) and name == "shape":
        return owner.of.sizes
    if isinstance(owner, DatasetArrays) and name == "shape":
        return owner.shape
    if isinstance(owner, str) and name in ("parent", "name", "stem"):
        return str(getattr(PurePosixPath(owner), name))
    if is_below(owner) and (part := below_attribute(owner, name)) is not None:
        return part
    if isinstance(owner, InnerLayer) and name in ("output", "name"):
        return owner.output if name == "output" else owner.name or NumberedName()
    if isinstance(owner, BaseLayer):
        return _of_base_layer(owner, name)
    if isinstance(owner, Folder):
        return attribute_of(owner, name)
    if (found := held(owner, name)) is not None:
        return found
    if isinstance(owner, Instance) and name == "name" and owner.kind in LAYERS:
        return owner.arguments.get("name", NumberedName())
    if isinstance(owner, CodeModel) and name == "layers":
        return layers_listed(owner, models)
    if isinstance(owner, CodeModel) and name in ("input", "inputs", "output", "outputs", "input_shape"):
        whole = Tensor(owner.shape, tuple(owner.layers), "; ".join(dict.fromkeys(owner.problems)))
        start = Tensor(owner.shape)
        return {"output": whole, "outputs": [whole], "input_shape": owner.shape}.get(name, start)
    if isinstance(owner, CodeModel) and name == "optimizer" and (optimizer := optimizer_of(owner)) is not None:
        return optimizer
    if is_base(owner):
        shape = owner.arguments.get("input_shape")
        start, whole = Tensor(shape), Tensor(shape, (owner,))
        inside = layers_of(owner)
        layers = InnerLayers((owner,)) if inside is None else inside
        ways = {"input": start, "inputs": start, "output": whole, "outputs": whole, "layers": layers}
        if name in ("output", "outputs"):
            owner.arguments[SPREAD] = True
        if name in ways:
            return ways[name]
    if isinstance(owner, Tensor) and name == "shape":
        raise AttributeError("only known once the shapes are")
    if isinstance(owner, Unknown | Named) and name == REPLICAS:
        return 1
    if isinstance(owner, Unknown):
        if name == "shape" and owner.sizes is not None:
            return shape_of(owner)
        table = column_of(owner.table, name)
        if table is not None and name == "values":
            table = msgspec.structs.replace(table, is_array=True)
        what = f"{owner.what}.{name}"
        if len(what) > _MOST_WORDS:  # the name at its end tells what it is
            what = f"{owner.what[: max(_MOST_WORDS - len(name) - 2, 0)]}….{name}"[-_MOST_WORDS:]
        return Unknown(what, owner.place, table, owner.sizes, numbers=owner.numbers, picture=owner.picture)
    return Method(owner, name)
