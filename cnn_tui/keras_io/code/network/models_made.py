"""Models that a script makes of layers: a Sequential, and a functional one of what flows from its input.

Layers may be called twice, as while training or not, or taken one by one out of a network of Keras's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.network.applications import (
    ADDED,
    SPREAD,
    THREEFOLD,
    WITHOUT_INPUT,
    as_counted_later,
    as_it_is,
    cut_after,
    facts_in,
)
from cnn_tui.keras_io.code.values import BaseLayer, CodeModel, InnerLayer, Instance, Tensor, Unknown, Value
from cnn_tui.keras_io.imported.chain import ONLY_CHAINS

_CHAINS = ("VGG16", "VGG19", "MobileNet")
"""Architectures whose layers are a chain, so that each gets what the one before gives."""
_WITH_WEIGHTS = (
    "Application", "BatchNormalization", "Conv2D", "Conv2DTranspose", "Dense", "DepthwiseConv2D", "GroupNormalization",
    "LayerNormalization", "PReLU", "SeparableConv2D",
)  # fmt: skip
"""Kinds of layers that learn, so that one that is called twice is not two."""
_IN_TRAINING = ("BatchNormalization", "Dropout", "GaussianNoise", "Random", "SpatialDropout")
"""How the kinds of layers begin that do something else while a model is trained."""


def shape_given(arguments: Mapping[str, Value]) -> Value:
    """The shape that an input is given, without the batch; None where it is left open."""
    batch = arguments.get("batch_shape", arguments.get("batch_input_shape"))
    return batch[1:] if isinstance(batch, tuple | list) else arguments.get("shape", arguments.get("input_shape"))


def sequential(arguments: Mapping[str, Value], place: str) -> CodeModel:
    """A Sequential, of the layers that it is given."""
    model = CodeModel(place)
    given = arguments.get("layers")
    for layer in given if isinstance(given, list | tuple) else [] if given is None else [given]:
        append(model, layer, place)
    return model


def layers_of_lambda(layers: Sequence[Instance], given: Mapping[str, Value], place: str) -> CodeModel:
    """What a Lambda is that does no more than these layers."""
    return CodeModel(place, layers=list(layers), shape=shape_given(given), is_inside=True)


def append(model: CodeModel, layer: Value, place: str) -> None:
    """Put a layer, an input or the layers of another model at the end of a Sequential."""
    if isinstance(layer, CodeModel):
        model.layers += layer.layers
        model.problems += layer.problems
        model.shape = model.shape or layer.shape
        layer.is_inside = layer.is_called = True
    elif isinstance(layer, Tensor) and not layer.layers:
        model.shape = layer.shape
    elif isinstance(layer, Instance):
        if layer.kind == "InputLayer":
            model.shape = shape_given(layer.arguments)
        else:
            model.layers.append(layer)
    elif isinstance(layer, Unknown):
        model.problems.append(f"a layer is not known: {layer}")
    elif isinstance(layer, InnerLayer) and (layer.layer is not None or layer.output.problem):
        model.layers += [] if layer.layer is None else [layer.layer]
        model.problems += [layer.output.problem] if layer.layer is None else []
    elif isinstance(layer, BaseLayer) and (grown := with_one_more(model.layers, layer)) is not None:
        model.layers = grown
    else:
        model.problems.append(f"what is added at {place} is no layer that is known")


def cloned(model: CodeModel, place: str) -> CodeModel:
    """A model of new layers like those of another, which is not compiled."""
    layers = [as_it_is(layer) if isinstance(layer, Instance) else layer for layer in model.layers]
    shape, problems = model.shape, [*model.problems]
    return CodeModel(place, layers=layers, shape=shape, problems=problems, has_input=model.has_input)


def model_of(arguments: Mapping[str, Value], place: str) -> CodeModel:
    """A functional model, of its inputs and its outputs."""
    inputs, outputs = (_single(arguments.get(name)) for name in ("inputs", "outputs"))
    if not isinstance(outputs, Tensor):
        what = f"{len(outputs)} outputs" if isinstance(outputs, list | tuple) else "an output that is not known"
        if isinstance(outputs, Unknown):
            what += f", {outputs}"
        return CodeModel(place, problems=[f"the model has {what}: {ONLY_CHAINS}"])
    problems = [outputs.problem] if outputs.problem else []
    if isinstance(inputs, list | tuple):
        problems.append(f"the model has {len(inputs)} inputs: {ONLY_CHAINS}")
    layers = list(outputs.layers)
    if isinstance(inputs, Tensor):  # of a model that begins in the middle of another
        layers = layers[len(inputs.layers) :]
    has_input = isinstance(inputs, Tensor) and not inputs.layers
    return CodeModel(place, layers=layers, shape=outputs.shape, problems=problems, has_input=has_input)


def _single(value: Value) -> Value:
    """What is in a list of one."""
    return value[0] if isinstance(value, list | tuple) and len(value) == 1 else value


def apply(call: Call) -> Value:
    """A layer or a model called on what flows into it."""
    layer, into = call.callee, _single(call.first)
    if isinstance(layer, Instance) and layer.kind == "Concatenate" and isinstance(into, list | tuple):
        first = into[0] if len(into) == 3 else None
        if isinstance(first, Tensor) and all(part is first for part in into):
            return first.behind(Instance(THREEFOLD, {}, call.place))
    if isinstance(into, list | tuple):
        tensors = [part for part in into if isinstance(part, Tensor)]
        kind = layer.kind if isinstance(layer, Instance) else "a model"
        what = f"{kind} ({call.place}) has {len(into)} inputs: {ONLY_CHAINS}"
        return tensors[0].without(what) if tensors else Unknown("", call.place)
    if not isinstance(into, Tensor):
        return Unknown("", call.place)
    if (shared := shared_layer(layer, into)) is not None:
        what = f"{shared.kind} ({shared.place}) is used twice, with the same weights: layers have their own here"
        return into.without(what)
    if isinstance(layer, CodeModel):
        layer.is_inside = layer.is_called = True
        return into.behind(*layer.layers).without("; ".join(dict.fromkeys(layer.problems)))
    return (as_counted_later(into, layer.kind) if isinstance(layer, Instance) else into).behind(layer)


def with_one_more(layers: list[Value], layer: BaseLayer) -> list[Value] | None:
    """The layers of a model behind which the next layer of a network is put; None where it is not the next.

    The first may be its input or, in a model that has one, the layer behind that. What is frozen later of the layers of
    the network is frozen of those of the model too, which are the same.
    """
    base, facts = layer.base, facts_in(layer.base.arguments)
    before = layers[-1] if layers else None
    added = before.arguments.get(ADDED) if isinstance(before, Instance) else None
    if base.arguments["architecture"] not in _CHAINS:
        return None
    if added is not None and added[0] is not base:
        return None
    if layer.at != (added[1] if added is not None else layer.at) or (added is None and layer.at > 1):
        return None
    name = facts.layers[layer.at][0]
    grown = cut_after(base, "" if name == facts.last else name)
    grown.arguments |= {SPREAD: WITHOUT_INPUT, ADDED: (base, layer.at + 1)}
    return [*(layers if added is None else layers[:-1]), grown]


def shared_layer(layer: Value, into: Tensor) -> Instance | None:
    """A layer that learns and is already among those before a tensor: this one, or one of a model; None for others."""
    again = layer.layers if isinstance(layer, CodeModel) else [layer]
    for one in again:
        if isinstance(one, Instance) and one.kind in _WITH_WEIGHTS and any(one is before for before in into.layers):
            return one
    return None


def called_so(call: Call) -> list[str]:
    """A note on what is called with a `training` of its own; none where it makes no difference.

    A network of Keras's is told so by an argument of its layer.
    """
    called, mode = call.callee, call.given.get("training")
    if not isinstance(called, Instance | CodeModel) or not isinstance(mode, bool):
        return []
    layers = called.layers if isinstance(called, CodeModel) else [called]
    kinds = [layer.kind for layer in layers if isinstance(layer, Instance) and layer.kind.startswith(_IN_TRAINING)]
    for layer in layers:
        if isinstance(layer, Instance) and layer.kind == "Application" and not mode:
            layer.arguments["training"] = False
    into = call.first
    in_model = isinstance(into, Tensor) and into.shape is not None  # and not in a pipeline of pictures to train on
    if not kinds or (mode and not in_model):
        return []
    here = "and it works after training there too" if mode else "and it does not work while training there"
    return [f"training={mode} of {', '.join(dict.fromkeys(kinds))} ({call.place}) is left out, {here}"]
