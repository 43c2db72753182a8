"""The layers of a Keras model from input to output: a Sequential has them in order, a Functional as they are joined."""

from __future__ import annotations

from typing import Any

import msgspec

from cnn_tui.experiment.file_errors import found
from cnn_tui.keras_io.imported.file import ImportProblem
from cnn_tui.keras_io.imported.inside import taken_apart
from cnn_tui.text import quiet

MAX_LAYERS = 1_000
ONLY_CHAINS = "only a plain chain of layers can be taken"
"""What ends a sentence that refuses branches."""
IN_FRONT = "in front"
"""The place of a layer that is not the script's own, and does what it does before its model."""
BEFORE = "before"
"""A key of a layer that is none of the script's model: it does what the script does to images before."""
_FUNCTIONAL = ("Functional", "Model")

Plain = dict[str, Any]


class Chain(msgspec.Struct, frozen=True):
    """The layers from input to output, as Keras describes them, and the shape of the input where it is known."""

    layers: tuple[Plain, ...]
    input_shape: tuple[Any, ...] | None


def label(number: int, layer: Plain) -> str:
    """A layer as a sentence names it: `layer 3 "conv2d_1"`, or `layer 3 (line 12)` for one of a script."""
    if "place" in layer:
        return f"layer {number} ({layer['place']})"
    name = name_of(layer)
    return f'layer {number} "{quiet(name, 60)}"' if name else f"layer {number}"


def name_of(layer: Plain) -> str:
    """The name of a layer in its model; "" where it has none."""
    name = config_of(layer).get("name", layer.get("name"))
    return name if isinstance(name, str) else ""


def config_of(layer: Plain) -> Plain:
    """The arguments of a layer."""
    config = layer.get("config")
    return config if isinstance(config, dict) else {}


def chain_of(model: Plain, problems: list[str]) -> Chain:
    """The layers of a model that `to_json`, `get_config` or a `.keras` file describes. Raises ImportProblem.

    Where the layers of a Functional are no chain, this is added to `problems`, and they come in the order of the file.
    The layers of models inside stand in their places.
    """
    if "class_name" not in model and "layers" in model:  # get_config, which does not name the class of the model
        is_functional = any("inbound_nodes" in layer for layer in _listed(model["layers"]))
        model = {"class_name": "Functional" if is_functional else "Sequential", "config": model}
    kind, config = model.get("class_name"), model.get("config")
    if isinstance(config, list):  # Keras 1
        config = {"layers": config}
    if kind not in ("Sequential", *_FUNCTIONAL) or not isinstance(config, dict):
        what = f"its class is {found(kind)}" if isinstance(kind, str) else "it names no class"
        raise ImportProblem(f"only a Sequential or a Functional model can be taken: {what}")
    layers = _listed(config.get("layers"))
    if len(layers) > MAX_LAYERS:
        raise ImportProblem(f"the model has {len(layers):,} layers; at most {MAX_LAYERS:,} can be taken")
    if kind in _FUNCTIONAL:
        layers = _in_order(layers, config, problems)
    chain = _split(layers, model, config)
    inside = taken_apart(chain.layers, lambda inner, why: chain_of(inner, why).layers)
    if len(inside) > MAX_LAYERS:
        raise ImportProblem(f"the model has more than {MAX_LAYERS:,} layers, with those inside")
    return msgspec.structs.replace(chain, layers=tuple(inside))


def _listed(layers: Any) -> list[Plain]:
    if not isinstance(layers, list) or not all(isinstance(layer, dict) for layer in layers):
        raise ImportProblem("the model's layers are not a list of objects")
    return layers


def _split(layers: list[Plain], model: Plain, config: Plain) -> Chain:
    """Take the InputLayer off the front; without one, the shape of the input stands in other places."""
    places: list[Any] = []
    if layers:
        places = [config_of(layers[0])]
        layers = layers[1:] if _is_input(layers[0]) else layers
    shapes = [place.get(key) for place in places for key in ("batch_shape", "batch_input_shape")]
    built = model.get("build_config")
    shapes += [config.get("build_input_shape"), built.get("input_shape") if isinstance(built, dict) else None]
    shape = next((shape for shape in shapes if isinstance(shape, list)), None)
    return Chain(tuple(layers), tuple(shape[1:]) if shape else None)


def _is_input(layer: Plain) -> bool:
    return layer.get("class_name") == "InputLayer"


def _in_order(layers: list[Plain], config: Plain, problems: list[str]) -> list[Plain]:
    """The layers of a Functional from input to output, if they are a plain chain; else `problems` says why not."""
    inputs = [layer for layer in layers if _is_input(layer)]
    others = [layer for layer in layers if not _is_input(layer)]
    before = len(problems)
    if len(inputs) != 1:
        problems.append(f"the model has {len(inputs)} inputs: only one can be taken")
    after: dict[str, list[Plain]] = {}
    for number, layer in enumerate(others, 1):
        sources = _sources(layer.get("inbound_nodes"))
        if len(sources) != 1:
            problems.append(f"{label(number, layer)} has {len(sources)} inputs: {ONLY_CHAINS}")
        for source in dict.fromkeys(sources):
            after.setdefault(source, []).append(layer)
    for source, followers in after.items():
        if len(followers) > 1:
            names = ", ".join(f'"{quiet(name_of(layer), 60)}"' for layer in followers[:5])
            problems.append(f'layer "{quiet(source, 60)}" feeds {len(followers)} layers ({names}): {ONLY_CHAINS}')
    if len(problems) > before:
        return [*inputs[:1], *others]
    ordered = inputs
    while len(ordered) <= len(layers) and (following := after.get(name_of(ordered[-1]))):
        ordered += following
    if len(ordered) != len(layers) or name_of(ordered[-1]) not in _names_in(config.get("output_layers")):
        problems.append(f"the layers do not lead from the input to the output: {ONLY_CHAINS}")
        return [*inputs[:1], *others]
    return ordered


def _sources(nodes: Any) -> list[str]:
    """The names of the layers whose outputs a layer gets, as Keras 3 and Keras 2 write them."""
    sources: list[str] = []
    waiting = [nodes]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            history = part.get("keras_history")
            if isinstance(history, list) and history and isinstance(history[0], str):
                sources.append(history[0])
            else:
                waiting += part.values()
        elif isinstance(part, list):
            if len(part) == 4 and isinstance(part[0], str) and isinstance(part[3], dict):
                sources.append(part[0])
            else:
                waiting += part
    return sources


def _names_in(outputs: Any) -> list[str]:
    """The names in `["dense", 0, 0]` or `[["dense", 0, 0]]`."""
    parts = outputs if isinstance(outputs, list) else []
    flat = [part for inner in parts for part in (inner if isinstance(inner, list) else [inner])]
    return [part for part in flat if isinstance(part, str)]
