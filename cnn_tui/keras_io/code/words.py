"""What a value of a script is called in a sentence, where it is none that can be taken."""

from __future__ import annotations

import ast

import msgspec

from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.data_values import Folder
from cnn_tui.keras_io.code.values import (
    Class,
    CodeModel,
    Function,
    Instance,
    Method,
    Named,
    Partial,
    Tensor,
    Unknown,
    Value,
)
from cnn_tui.text import quiet

_MOST_LETTERS = 60
_MOST_PARTS = 5


def words_of(value: Value) -> str:
    """A few words for a value: the name that the script has for it, or what it is."""
    match value:
        case Function() | Class():
            return str(value.node.name)
        case Partial():
            return f"partial({words_of(value.of)})"
        case Method():
            return f"{words_of(value.owner)[:_MOST_LETTERS]}.{value.name}"
        case Instance():
            return value.kind
        case Named():
            return value.name
        case CodeModel():
            return value.name or "a model"
        case Tensor():
            return "what flows from an input"
        case DatasetArrays():
            return f"the {value.what} of {value.dataset}"
        case Folder():
            return "pictures in batches"
        case list() | tuple() if value and len(value) <= _MOST_PARTS:
            words = ", ".join(map(words_of, value))
            return f"[{words}]" if isinstance(value, list) else f"({words})"
    has_words = not isinstance(value, msgspec.Struct) or type(value).__str__ is not object.__str__
    return str(value) if has_words else "an object"


def unknown(node: ast.expr, cell: CodeCell) -> Unknown:
    """What an expression is that cannot be told, in the script's own words."""
    try:
        words = ast.unparse(node)
    except RecursionError:
        words = "an expression"
    return Unknown(quiet(" ".join(words.split()), 60), cell.place(node.lineno))
