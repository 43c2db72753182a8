"""What a function that a pipeline maps makes of the label of each picture: the same one, or another."""

from __future__ import annotations

import ast

from cnn_tui.keras_io.code.effects import called_name, effect_of, given_to
from cnn_tui.keras_io.code.values import Tensor, Unknown, Value
from cnn_tui.text import quiet

_OTHERS = ("where", "equal", "not_equal", "greater", "less", "mod", "floormod", "maximum", "minimum")
"""Functions that make other labels of labels."""


def note_of_labels(given: Value, place: str) -> str:
    """What is said where `given`, a picture and its label, has another label than that of the picture; "" elsewhere."""
    label = given.get("label") if isinstance(given, dict) else None
    if isinstance(given, tuple | list) and len(given) > 1:
        label = given[1]
    if isinstance(label, Tensor):
        return f"map gives pictures for labels ({place}): here the labels are the classes"
    if isinstance(label, Unknown) and _is_another(label.what):
        return f"map makes other labels, {quiet(str(label), 80)}: here they are as they are in the dataset"
    return ""


def _is_another(words: str) -> bool:
    """Whether an expression is surely another label than the one in it."""
    try:
        node = ast.parse(words, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):  # of a long one, of which not all is kept
        return False
    while isinstance(node, ast.Call) and effect_of(called_name(node)).classes and (of := given_to(node)) is not None:
        node = of
    return isinstance(node, ast.BinOp | ast.Compare) or (isinstance(node, ast.Call) and called_name(node) in _OTHERS)
