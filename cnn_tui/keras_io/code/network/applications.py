"""Networks of `keras.applications` in a script: each is one layer here, with what is done to images before it.

Of one with its own top, a script may take what stands below the first layer of that which has weights of its own.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping, Sequence

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.values import BaseLayer, InnerLayer, Instance, Tensor, Value
from cnn_tui.network.kinds.application import (
    Architecture,
    Facts,
    facts_of,
    frozen_depth,
)

ARCHITECTURES: tuple[str, ...] = typing.get_args(Architecture)
TRAINED = "which layers are trained"
"""Among the arguments of an Application: for each of the network's layers what a script sets its `trainable` to."""
SPREAD = "spread"
"""Among them: whether its layers are among those of the model that it is in, and not one layer there."""
WITHOUT_INPUT = "without its input"
"""What that says where they are in a Sequential, which does not count its input."""
ADDED = "how many of its layers are added"
"""Among its arguments: the network, and how many of its layers a script has put into a model one by one."""
WITH_TOP = "include_top"
"""Among them: of a network with its own top, the network without it, whose layers are the same."""
TAKE_IT_WITHOUT = (
    "whose weights cannot be loaded here: take the network with include_top=False, and layers of your own behind it"
)
"""What is said of a top with weights, behind words for it."""
THREEFOLD = "grey for all three channels"
"""Stands among the layers of a model for what an Application does itself to images of one channel."""
OTHER_ORDER = "blue first"
"""Stands among the layers for colours that are put in the other order, blue before green and red."""
_ORDERS = {
    "MobileNetV2": ("input_shape", "alpha", "include_top", "weights", "input_tensor", "pooling"),
    "MobileNet": ("input_shape", "alpha", "depth_multiplier", "dropout", "include_top", "weights"),
}
_ORDER = ("include_top", "weights", "input_tensor", "input_shape", "pooling")
_USUAL: dict[str, Value] = {"alpha": 1.0, "depth_multiplier": 1, "minimalistic": False, "include_preprocessing": True}
"""Arguments that would make another network."""
_WHILE_TRAINED = "drop_connect_rate"
"""One that only counts while it is trained: how often EfficientNet leaves out what leads past a block."""
_Made = tuple[str, dict[str, Value]] | None
"""A layer: its kind and its arguments."""
_POOLED: tuple[tuple[str, dict[str, Value]], ...] = (("GlobalAveragePooling2D", {}),)
_DENSE: tuple[str, dict[str, Value]] = ("Dense", {"units": 4096, "activation": "relu"})
_DROPPED = {
    "EfficientNetB0": 0.2,
    "EfficientNetB1": 0.2,
    "EfficientNetB2": 0.3,
    "EfficientNetB3": 0.3,
    "EfficientNetB4": 0.4,
    "EfficientNetB5": 0.4,
    "EfficientNetB6": 0.5,
    "EfficientNetB7": 0.5,
    **dict.fromkeys((f"EfficientNetV2{size}" for size in ("B0", "B1", "B2", "B3", "S")), 0.2),
}
"""What share the top of an architecture leaves out."""
_POOLED_ONLY = ("MobileNetV2", "InceptionV3", "Xception", "InceptionResNetV2", "ResNet", "DenseNet")
"""How architectures begin whose top is a pooling and the Dense layer."""
TOPS = {
    **{name: _POOLED for name in ARCHITECTURES if name.startswith(_POOLED_ONLY)},
    **{name: (*_POOLED, ("Dropout", {"rate": rate})) for name, rate in _DROPPED.items()},
    **dict.fromkeys(("VGG16", "VGG19"), (("Flatten", {}), _DENSE, _DENSE)),
}
"""What stands between a network of Keras's and the Dense layer that names its classes."""
_LEARNED: tuple[str, None] = ("predictions", None)
_POOLED_THEN: dict[str, Value] = {"keepdims": False}
_OF_MOBILENET: tuple[tuple[str, _Made], ...] = (
    ("", ("GlobalAveragePooling2D", _POOLED_THEN)),
    ("", _POOLED[0]),
    ("dropout", ("Dropout", {"rate": 0.001})),
    ("conv_preds", None),
    ("reshape_2", None),
    _LEARNED,
)
_OWN_TOPS: dict[str, tuple[tuple[str, _Made], ...]] = {
    **dict.fromkeys(TOPS, (("avg_pool", _POOLED[0]), _LEARNED)),
    **{name: (("avg_pool", _POOLED[0]), ("top_dropout", TOPS[name][1]), _LEARNED) for name in _DROPPED},
    **dict.fromkeys(("VGG16", "VGG19"), (("flatten", ("Flatten", {})), ("fc1", None), ("fc2", None), _LEARNED)),
    "MobileNetV2": (("", _POOLED[0]), _LEARNED),
    "MobileNet": _OF_MOBILENET,
}
"""The layers of the top that a network has with weights: its name, "" where Keras numbers it, and what it is like here.

None stands for one that has weights of its own, or comes behind such. MobileNet's first is its pooling as Keras counted
up to 2.5, where a Reshape came next; since then that is the pooling, and the first its last convolution.
"""
_SIDES = {
    **dict.fromkeys(("Xception", "InceptionV3", "InceptionResNetV2"), 299),
    **{f"EfficientNetB{at}": side for at, side in enumerate((224, 240, 260, 300, 380, 456, 528, 600))},
    **{f"EfficientNetV2B{at}": side for at, side in enumerate((224, 240, 260, 300))},
    "EfficientNetV2S": 384,
}
"""Pixels: the images that such a network takes where it is told none; 224 the others."""
_SIDE = 224


def is_application(call: Call) -> bool:
    """Whether a call makes a network of Keras's."""
    return call.is_keras and "applications" in call.path.split(".") and call.name[:1].isupper()


def application(call: Call) -> Instance:
    """The layer that a network is; with a `problem` where it cannot be one."""
    named = _named(call)
    arguments: dict[str, Value] = {"architecture": call.name}
    weights = named.get("weights", "imagenet")
    arguments["weights"] = "none" if weights is None else weights
    flows_in = named.get("input_tensor")
    shape = flows_in.shape if isinstance(flows_in, Tensor) else None
    if shape is not None or "input_shape" in named:
        arguments["input_shape"] = named["input_shape"] if shape is None else shape
    if (
        call.name in ARCHITECTURES
        and not (_has_top(named) and _has_plain_top(call, named))
        and all(named.get(name, usual) == usual for name, usual in _USUAL.items())
    ):
        arguments[TRAINED] = [named.get("trainable", True)] * len(facts_in(arguments).layers)
    has_top = _has_top(named) and not _has_plain_top(call, named)
    if has_top and arguments.get("input_shape") is None:
        arguments["input_shape"] = (_SIDES.get(call.name, _SIDE), _SIDES.get(call.name, _SIDE), 3)
    for name, usual in (*_USUAL.items(), (_WHILE_TRAINED, None)):
        if named.get(name, usual) != usual:
            arguments[name] = named[name]
    if has_top:
        arguments[WITH_TOP] = Instance("Application", {**arguments, SPREAD: True}, call.place)
    return Instance("Application", arguments, call.place)


def _named(call: Call) -> dict[str, Value]:
    return call.by_name(*_ORDERS.get(call.name, _ORDER))


def flows_in(call: Call) -> Tensor | None:
    """What a network is made on, its `input_tensor`; None where that is an input, and nothing comes before it."""
    tensor = _named(call).get("input_tensor")
    if tensor is None or isinstance(tensor, Tensor):
        return tensor if tensor is not None and (tensor.layers or tensor.problem) else None
    return Tensor(None, problem=f"the input_tensor of {call.name} ({call.place}) is not known")


def _has_top(named: Mapping[str, Value]) -> bool:
    return named.get("include_top", True) not in (False, 0)


def _has_plain_top(call: Call, named: Mapping[str, Value]) -> bool:
    """Whether a network's top can be layers of its own: it is a plain one, and begins at random as the others do."""
    return call.name in TOPS and named.get("weights", "imagenet") is None


def ends(call: Call) -> list[Instance]:
    """The layers that a network was asked to end with: a pooling, or its own top, for classes of one's own."""
    named = _named(call)
    if _has_top(named):
        if not _has_plain_top(call, named):
            return []
        last = {"units": named.get("classes", 1000), "activation": named.get("classifier_activation", "softmax")}
        tops = [(kind, dict(arguments)) for kind, arguments in TOPS[call.name]]
        return [Instance(kind, arguments, call.place) for kind, arguments in (*tops, ("Dense", last))]
    kinds = {"avg": "GlobalAveragePooling2D", "max": "GlobalMaxPooling2D"}
    kind = kinds.get(str(named.get("pooling")))
    return [Instance(kind, {}, call.place)] if kind else []


def facts_in(arguments: Mapping[str, Value]) -> Facts:
    """What is known of the network that a call with these arguments makes."""
    weights = arguments.get("weights", "imagenet")
    return facts_of(arguments["architecture"], weights if isinstance(weights, str) else "imagenet")


def layers_of(base: Instance) -> list[BaseLayer | InnerLayer] | None:
    """The layers of a network, up to where it is cut, or with those of its top; None where they are not known."""
    below = without_top(base)
    end = _end(below)
    if end is None:
        return None
    return [*(BaseLayer(below, at) for at in range(end)), *(_layers_of_top(below) if below is not base else ())]


def without_top(base: Instance) -> Instance:
    """A network without its own top, which is the same where it has none."""
    below = base.arguments.get(WITH_TOP)
    return below if isinstance(below, Instance) else base


def _layers_of_top(below: Instance) -> Iterator[InnerLayer]:
    architecture, shape = str(below.arguments["architecture"]), below.arguments["input_shape"]
    tensor = Tensor(shape, (below,))
    for name, made in _OWN_TOPS[architecture]:
        layer = None if made is None else Instance(made[0], dict(made[1]), below.place)
        if layer is None:
            what = f"{name} of {architecture} ({below.place}) stands in the top of its own, {TAKE_IT_WITHOUT}"
            tensor = tensor.without(what)
        else:
            before = tensor.layers[:-1] if tensor.layers[-1].kind == layer.kind else tensor.layers
            tensor = Tensor(shape, (*before, layer))
        yield InnerLayer(tensor, layer, name)


def as_counted_later(into: Tensor, kind: str) -> Tensor:
    """What flows into a layer of a kind, where that needs maps: MobileNet's last, and not what its pooling gives."""
    last = into.layers[-2:]
    is_pooled = len(last) == 2 and last[0].arguments.get("architecture") == "MobileNet"
    if not is_pooled or last[1].arguments != _POOLED_THEN or kind in ("Dense", "Dropout"):
        return into
    return Tensor(into.shape, into.layers[:-1], into.problem)


def _end(base: Instance) -> int | None:
    """How many layers a network has up to where it is cut; None where that is not known."""
    if TRAINED not in base.arguments:
        return None
    facts, cut = facts_in(base.arguments), base.arguments.get("cut", "")
    return facts.end(cut) if cut == "" or cut in facts.cuts else None


def spread(layers: Sequence[Value]) -> list[Value]:
    """The layers of a model as Keras lists them, with those of a network whose output it goes on from."""
    listed: list[Value] = []
    for layer in layers:
        how = layer.arguments.get(SPREAD) if isinstance(layer, Instance) else None
        inside = layers_of(layer) if how in (True, WITHOUT_INPUT) else None
        listed += [layer] if inside is None else inside[how == WITHOUT_INPUT :]
    return listed


def as_it_is(layer: Instance) -> Instance:
    """A copy of a layer, which what is frozen later does not change."""
    arguments = dict(layer.arguments)
    if TRAINED in arguments:
        arguments[TRAINED] = [*arguments[TRAINED]]
    return Instance(layer.kind, arguments, layer.place)


def learn_as_before(layers: Sequence[Value], before: Sequence[Value]) -> bool:
    """Have copies of layers learn as those before them did, in place; whether some would have learned otherwise."""
    is_other = False
    for layer, was in zip(layers, before, strict=False):
        if not isinstance(layer, Instance) or not isinstance(was, Instance) or layer.kind != was.kind:
            continue
        for name in (TRAINED, "trainable"):
            if layer.arguments.get(name) != was.arguments.get(name):
                is_other = True
                layer.arguments[name] = was.arguments.get(name, True)
    return is_other


def freeze(layer: Value, value: Value) -> bool:
    """What `layer.trainable = False` does to a layer; whether it is known what that is."""
    if isinstance(layer, BaseLayer):
        layer.base.arguments[TRAINED][layer.at] = value
    elif isinstance(layer, Instance) and TRAINED in layer.arguments:
        layer.arguments[TRAINED][:] = [value] * len(layer.arguments[TRAINED])
    elif isinstance(layer, Instance):
        layer.arguments["trainable"] = value
    return isinstance(layer, BaseLayer | InnerLayer | Instance) and isinstance(value, bool)


def frozen_part(base: Instance, notes: list[str]) -> dict[str, Value]:
    """How much of a network is frozen, as arguments of its layer."""
    end, trained, architecture = _end(base), base.arguments[TRAINED], base.arguments["architecture"]
    if end is None:
        return {} if any(trained) else {"trainable": False}
    # What is not known is none of the first that are frozen, so that it is noted.
    depth = frozen_depth(facts_in(base.arguments), [one is not False for one in trained[:end]])
    if depth is None or not all(isinstance(one, bool) for one in trained):
        notes.append(f"which layers of {architecture} ({base.place}) are trained is left out: not all behind the first")
        return {}
    return {"trainable": False} if depth == end else {"frozen_layers": depth} if depth else {}


def layer_called(base: Instance, name: str) -> Instance | InnerLayer:
    """The network up to one of its layers by its name, or a layer of its own top."""
    below = without_top(base)
    of_top = [one for one in layers_of(base) or () if isinstance(one, InnerLayer) and one.name == name]
    return of_top[0] if of_top else cut_after(below, name)


def cut_after(base: Instance, name: Value) -> Instance:
    """The network up to one of its layers."""
    return Instance("Application", {**base.arguments, "cut": name}, base.place)
