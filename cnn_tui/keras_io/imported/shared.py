"""Layers that a model of a script has from another one, which has trained them before: here each model begins anew."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cnn_tui.keras_io.code.network.applications import TRAINED
from cnn_tui.keras_io.code.values import FIT_AT, CodeModel, Instance, Value
from cnn_tui.network.kinds.base import LearningLayer
from cnn_tui.network.layers import LAYERS
from cnn_tui.text import counted, quiet


def note_learned_before(model: CodeModel, models: Sequence[CodeModel]) -> list[str]:
    """A note for each of the other models whose training comes before that of this one, and trains layers of it."""
    notes: list[str] = []
    for other in models:
        if other is model or not other.fitted or not model.fitted or not _line(other) < _line(model):
            continue
        then = other.as_trained.layers if other.as_trained is not None else other.layers
        learned = [
            was
            for layer, was in zip(other.layers, then, strict=False)
            if any(_is_same(layer, one) for one in model.layers) and _learns(was)
        ]
        if not learned:
            continue
        bases = [f"{one.arguments['architecture']} ({one.place}) has" for one in learned if TRAINED in one.arguments]
        have = "has" if len(learned) == 1 else "have"
        what = bases[0] if bases else f"{counted(len(learned), 'layer')} of the model {have}"
        where = f"{quiet(other.name, 60) or 'another model'} ({other.fitted[FIT_AT]})"
        notes.append(f"{what} learned before, in the training of {where}: here all begin anew")
    return notes


def _line(model: CodeModel) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str((model.fitted or {}).get(FIT_AT)))]


def _is_same(layer: Value, other: Value) -> bool:
    """Whether two models have one layer, or the same network of Keras's, be it cut at different places."""
    if layer is other:
        return True
    both = isinstance(layer, Instance) and isinstance(other, Instance)
    return both and TRAINED in layer.arguments and layer.arguments[TRAINED] is other.arguments.get(TRAINED)


def _learns(layer: Value) -> bool:
    if not isinstance(layer, Instance):
        return False
    if TRAINED in layer.arguments:
        return any(one is not False for one in layer.arguments[TRAINED])
    kind = LAYERS.get(layer.kind)
    return kind is not None and issubclass(kind, LearningLayer) and layer.arguments.get("trainable") is not False
