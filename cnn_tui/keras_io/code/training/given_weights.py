"""Weights that a script gives its model before it trains: of a file, which an experiment can start from, or others."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cnn_tui.keras_io.code.values import CodeModel, Function, Names, Value
from cnn_tui.keras_io.script.weights import COPIES, EARLIER, WEIGHTED, WITH_WEIGHTS

SETS = "set_weights"


def note_of_set(place: str) -> str:
    """That a script sets weights which are not followed."""
    return f"the weights that are set at {place} are left out"


def loads(model: CodeModel, loaded: Value, more: bool, place: str) -> None:
    """Take in that a model is to load the weights of a file; `more` says that it does so in another way than whole."""
    model.starts_from = None
    if isinstance(loaded, str) and not more and not model.is_trained and not model.fits:
        model.starts_from = (loaded, place, True)
    else:
        model.notes.append(f"the weights that are loaded at {place} are left out")


def copies(node: ast.For, names: Names, script: Sequence[ast.stmt], place: str) -> bool:
    """Whether a loop is that of a script of the lab's, which gives a model the weights of a file layer by layer."""
    listed, model = names.get(WITH_WEIGHTS), names.get("model")
    if not isinstance(listed, Function) or not isinstance(model, CodeModel):
        return False
    if not ast.unparse(node).startswith(_COPIES) or ast.unparse(listed.node) != _WEIGHTED:
        return False
    paths = [
        call.args[0].value
        for call in (one.value for one in script if isinstance(one, ast.Assign) and _is_named(one, EARLIER))
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant)
    ]
    if len(paths) != 1 or not isinstance(paths[0], str):
        return False
    model.starts_from = (paths[0], place, False)
    return True


def _is_named(given: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in given.targets)


_COPIES, _WEIGHTED = (ast.unparse(ast.parse("\n".join(lines))) for lines in (COPIES, WEIGHTED))
