"""Models inside a saved model: the layers of a plain one stand in its place, a network of Keras's is one layer here."""

from __future__ import annotations

import ast
import typing
from collections.abc import Callable, Sequence
from typing import Any

from cnn_tui.keras_io.code.data.pictures.preparation import SCALES
from cnn_tui.keras_io.code.network.listing import is_called
from cnn_tui.keras_io.code.numbers import linear
from cnn_tui.keras_io.imported.file import ImportProblem
from cnn_tui.network.kinds.application import RESCALED, Application, Architecture, facts_of, frozen_depth
from cnn_tui.text import quiet

Plain = dict[str, Any]

_MODELS = ("Sequential", "Functional", "Model")
_ARCHITECTURES: tuple[str, ...] = typing.get_args(Architecture)
_OF_TENSORS: dict[str, ast.operator] = {
    "TrueDivide": ast.Div(), "Divide": ast.Div(), "Multiply": ast.Mult(), "Subtract": ast.Sub(), "Add": ast.Add(),
}  # fmt: skip
"""Arithmetic with a number, as Keras 3 keeps what a script does to a tensor."""
_OF_ARITHMETIC = "of arithmetic"
"""Marks a Rescaling that stands for such."""


def taken_apart(layers: Sequence[Plain], chain_of: Callable[[Plain, list[str]], Sequence[Plain]]) -> list[Plain]:
    """The layers of a model, with those of the models inside it in their places.

    `chain_of` gives the layers of a model, and adds to a list why it is no plain chain. Raises ImportProblem for one
    that is neither that nor a network of Keras's.
    """
    found: list[Plain] = []
    for layer in layers:
        config = layer.get("config")
        if layer.get("class_name") not in _MODELS or not isinstance(config, dict) or "layers" not in config:
            _append(found, _as_rescaling(layer))
        elif (base := _application(config)) is not None:
            if base["config"]["architecture"].startswith(SCALES) and not _is_scaled(found):
                base["config"]["preprocessing"] = "own"
            given = {name: value for name, value in base["config"].items() if name != "name"}
            if _is_called_at_rest(layer.get("inbound_nodes")) and Application(**given).varies():
                base["config"]["training"] = False
            found.append(base)
        else:
            problems: list[str] = []
            inside = chain_of(layer, problems)
            if problems:
                raise ImportProblem(
                    f"{_shown(config)}, a model inside the model, has branches ({problems[0]}); of such only networks "
                    f"of Keras's are taken: {', '.join(_ARCHITECTURES)}"
                )
            found += [_frozen(one) for one in inside] if config.get("trainable") is False else inside
    return found


def unprepared(described: Sequence[Plain], layers: Sequence[Any]) -> str:
    """A note where a saved model has a network of Keras's, and does not say how images are prepared for it; else ""."""
    if _is_scaled(described) or not any(_OF_SAVED in layer for layer in described):
        return ""
    base = next((one for one in layers if one.type == "Application" and one.preprocessing == "none"), None)
    if base is None:
        return ""
    return (
        f"images go into {base.architecture} as they are, from 0 to 1: where they were prepared for it before the "
        "model, set its preprocessing to own"
    )


_OF_SAVED = "saved"
"""Marks a layer that was a network inside a saved model."""


def _is_scaled(layers: Sequence[Plain]) -> bool:
    return any(layer.get("class_name") == "Rescaling" for layer in layers)


def _append(found: list[Plain], layer: Plain) -> None:
    """Put a layer at the end; arithmetic with a number joins that which is there."""
    before = found[-1] if found else {}
    if not (_OF_ARITHMETIC in layer and _OF_ARITHMETIC in before):
        found.append(layer)
        return
    first, then = before["config"], layer["config"]
    scale, offset = first["scale"] * then["scale"], first["offset"] * then["scale"] + then["offset"]
    found[-1] = {**before, "config": {"scale": scale, "offset": offset}}


def _is_called_at_rest(nodes: Any) -> bool:
    """Whether a model inside another is called with `training=False`, as Keras 3 or as Keras 2 writes it."""
    node = nodes[0] if isinstance(nodes, list) and len(nodes) == 1 else None
    while isinstance(node, list) and node:
        node = node[0] if len(node) == 1 else node[-1]
    given = node.get("kwargs", node) if isinstance(node, dict) else None
    return isinstance(given, dict) and given.get("training") is False


def _frozen(layer: Plain) -> Plain:
    config = layer.get("config")
    return {**layer, "config": {**config, "trainable": False}} if isinstance(config, dict) else layer


def _shown(config: Plain) -> str:
    return f'"{quiet(str(config.get("name")), 60)}"'


def _application(config: Plain) -> Plain | None:
    """The layer that a network of `keras.applications` is, which Keras calls by its name; None for any other model.

    All its layers up to the one that it ends in have to be there. Raises ImportProblem where they are not.
    """
    architecture = next((one for one in _ARCHITECTURES if is_called(config.get("name"), one)), None)
    if architecture is None:
        return None
    listed = config["layers"] if isinstance(config["layers"], list) else []
    settings = [one for layer in listed if isinstance(layer, dict) and isinstance(one := layer.get("config"), dict)]
    end, facts = next(iter(_texts(config.get("output_layers"))), ""), facts_of(architecture)
    if end not in facts.cuts:
        raise ImportProblem(
            f"{_shown(config)}, {architecture} inside the model, ends in {quiet(end, 60) or 'nothing'}: it can be "
            "taken up to what its convolutions end in, as with include_top=False"
        )
    cuts = [*facts.cuts]
    if not set(cuts[: cuts.index(end) + 1]) <= {name for one in settings if isinstance(name := one.get("name"), str)}:
        raise ImportProblem(f"{_shown(config)}, {architecture} inside the model, has other layers than Keras's")
    trained = [config.get("trainable") is not False and one.get("trainable", False) is not False for one in settings]
    weights = "imagenet" if len(trained) == facts.end(end) else "none"
    facts = facts_of(architecture, weights)
    depth = frozen_depth(facts, trained) if len(trained) == facts.end(end) else 0 if any(trained) else None
    if depth is None and any(trained):
        raise ImportProblem(f"{_shown(config)}, {architecture} inside the model, has single layers that are frozen")
    is_frozen = not any(trained) or depth == len(trained)
    arguments = {
        "name": "application",
        "architecture": architecture,
        "weights": weights if architecture.startswith(RESCALED) else "imagenet",
        "cut": "" if end == facts.last else end,
        "trainable": not is_frozen,
        "frozen_layers": 0 if is_frozen else depth,
        "preprocessing": "none",
    }
    return {"class_name": "Application", "config": arguments, _OF_SAVED: True}


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []


def _as_rescaling(layer: Plain) -> Plain:
    """Arithmetic with a number as the Rescaling that does the same; another layer as it is."""
    op = _OF_TENSORS.get(str(layer.get("class_name")))
    by = None if op is None else linear(op, _number(layer.get("inbound_nodes")), True)
    if by is None:
        return layer
    return {"class_name": "Rescaling", "config": {"scale": by[0], "offset": by[1]}, _OF_ARITHMETIC: True}


def _number(nodes: Any) -> Any:
    """The number that an operation was called with, behind the tensor: of `x / 127.5`, 127.5."""
    call = nodes[0] if isinstance(nodes, list) and len(nodes) == 1 else None
    arguments = call.get("args") if isinstance(call, dict) else None
    if not isinstance(arguments, list) or len(arguments) != 2 or not isinstance(arguments[0], dict):
        return None
    return arguments[1]
