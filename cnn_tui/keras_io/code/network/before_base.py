"""What is done to images in front of a network of Keras's in a script, as its `preprocessing` or as layers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from cnn_tui.keras_io.code.data.pictures.preparation import (
    CALLED,
    PREPARATION,
    is_own,
    layers_of_preparation,
    scales_itself,
    white_behind,
)
from cnn_tui.keras_io.code.network.applications import ADDED, OTHER_ORDER, SPREAD, THREEFOLD, TRAINED, frozen_part
from cnn_tui.keras_io.code.values import Instance
from cnn_tui.keras_io.notes import Notes
from cnn_tui.network.kinds.application import BLUE_FIRST, FROM_MINUS_1, IMAGENET_MEANS, IMAGENET_TORCH, Application
from cnn_tui.network.rescaling import WHITE


def with_preparation(
    layers: Sequence[Instance], is_scaled: bool | None, done: Instance | None, notes: Notes
) -> list[Instance]:
    """The layers, with what is done to images in front of a network as its `preprocessing`.

    `is_scaled` says whether the script brings images to 0 to 1 before the model, None where it has none;
    `done` is the preparation that it calls there.
    """
    found = [done] if done is not None else []
    for layer in layers:
        if layer.kind != "Application":
            found.append(layer)
            continue
        found = [one for one in found if one.kind != THREEFOLD]
        own = {name: value for name, value in layer.arguments.items() if name not in (TRAINED, SPREAD, ADDED)}
        own |= frozen_part(layer, notes) if TRAINED in layer.arguments else {}
        if "training" in own and not _varies(own):
            del own["training"]
        own["preprocessing"] = _taken_off(found, layer, is_scaled, notes)
        found.append(Instance(layer.kind, own, layer.place))
    return [layer for layer in found if layer.kind != PREPARATION]


def _varies(own: Mapping[str, Any]) -> bool:
    """Whether a network does something else in training than after it; so too where that is not known."""
    given = {name: own[name] for name in ("architecture", "cut", "trainable", "frozen_layers") if name in own}
    try:
        return Application(**given).varies()
    except (KeyError, TypeError, ValueError):
        return True


def _is_evened_out(before: list[Instance], architecture: str) -> bool:
    """Whether images from 0 to 1 are prepared by an architecture's own means, as the lab writes it; it is taken off."""
    is_blue_first = len(before) > 1 and before[-2].kind == OTHER_ORDER
    if not before or before[-1].kind != "Normalization" or is_blue_first is not (architecture in BLUE_FIRST):
        return False
    mean, variance = IMAGENET_TORCH.get(architecture, ([mean / 255 for mean in IMAGENET_MEANS], [1 / 255**2] * 3))
    given = before[-1].arguments
    if list(mean) != given.get("mean") or list(variance) != given.get("variance"):
        return False
    del before[-2 if is_blue_first else -1 :]
    return True


def _taken_off(before: list[Instance], base: Instance, is_scaled: bool | None, notes: Notes) -> str:
    """Whether images are prepared as the network wants them; the layers that do it are taken off `before`."""
    architecture = str(base.arguments["architecture"])
    if (done := next((layer for layer in before if layer.kind == PREPARATION), None)) is not None:
        # What a generator calls comes before its own scaling.
        at = before.index(done)
        white = 1.0 if is_scaled and done.arguments.get(CALLED) is not True else white_behind(before[:at], WHITE)
        is_all = not any(layer.kind == "Rescaling" for layer in before[at:])
        if is_own(done, architecture) and white == WHITE and is_all:
            return "own"
        before[at : at + 1] = layers_of_preparation(done, white, architecture, notes)
        return "none"
    if _is_evened_out(before, architecture):
        return "own"
    scaling = next((layer for layer in before if layer.kind == "Rescaling"), None)
    if scaling is not None:
        scale, offset = scaling.arguments.get("scale"), scaling.arguments.get("offset", 0.0)
        if not isinstance(scale, int | float):
            return "none"
        factor = scale if is_scaled else scale * 255
        own = 255.0 if scales_itself(architecture) else 2.0 if architecture in FROM_MINUS_1 else 0.0
        if math.isclose(factor, own, rel_tol=0.02) and offset == (-1 if own == 2 else 0):
            before.remove(scaling)
            return "own"
        return "none"
    if is_scaled:
        return "none"
    if is_scaled is None:
        words = f"how images are prepared for {architecture} ({base.place}) is not known"
        notes.to_know.append(f"{words}: here it gets them as it learned them")
    elif not scales_itself(architecture):
        notes.to_know.append(
            f"{architecture} ({base.place}) gets images from 0 to 255 there, and learned others: a Rescaling in front "
            "makes them so; with preprocessing own instead of it they come as it learned them"
        )
        before.append(Instance("Rescaling", {"scale": 255.0}, base.place))
        return "none"
    return "own"
