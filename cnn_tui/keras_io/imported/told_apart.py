"""How models of a script that a line would show alike are told from one another: by what is different in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cnn_tui.keras_io.code.arithmetic import is_plain
from cnn_tui.keras_io.code.data.preparation import PREPARATION
from cnn_tui.keras_io.code.values import CodeModel, Instance, Value
from cnn_tui.keras_io.code.words import words_of
from cnn_tui.text import enumerated, quiet

_MOST = 2
"""Differences that are named."""


def told_apart(lines: Sequence[str], models: Sequence[CodeModel]) -> tuple[str, ...]:
    """The lines for the models, those that are alike with what is different in the models."""
    counts = Counter(lines)
    facts = [_facts(model) for model in models]
    told = []
    for at, line in enumerate(lines):
        others = [facts[other] for other, same in enumerate(lines) if same == line]
        different = [words for name, words in facts[at].items() if any(one.get(name) != words for one in others)]
        told.append(f"{line}: {enumerated(different[:_MOST], 'and')}" if counts[line] > 1 and different else line)
    return tuple(told)


def _facts(model: CodeModel) -> dict[str, str]:
    """What may tell a model from another, as words by what it is about."""
    compiled, fitted = model.compiled or {}, model.fitted or {}
    optimizer = compiled.get("optimizer")
    given = optimizer.arguments if isinstance(optimizer, Instance) else {}
    facts = {"optimizer": f"with {_shown(optimizer)}"} if optimizer is not None else {}
    rate = given.get("learning_rate", given.get("lr"))
    facts |= {"rate": f"at a rate of {_shown(rate)}"} if rate is not None else {}
    layers = [one for one in model.layers if isinstance(one, Instance) and one.kind != PREPARATION]
    for number, layer in enumerate(layers, 1):
        for name, value in layer.arguments.items():
            if is_plain(value) or isinstance(value, tuple | list):
                facts[f"{number} {name}"] = f"layer {number} has {name} {_shown(value)}"
        facts[f"{number}"] = f"layer {number} is {layer.kind}"
    facts |= {"loss": f"with the loss {_shown(compiled['loss'])}"} if "loss" in compiled else {}
    facts |= {"epochs": f"for {_shown(fitted['epochs'])} epochs"} if "epochs" in fitted else {}
    facts |= {"batches": f"in batches of {_shown(fitted['batch_size'])}"} if "batch_size" in fitted else {}
    return facts


def _shown(value: Value) -> str:
    return quiet(words_of(value), 40)
