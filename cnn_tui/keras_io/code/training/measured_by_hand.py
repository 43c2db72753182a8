"""Whether a script counts by hand how well its model does, of what that predicts."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import msgspec

from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.data.data_values import Folder
from cnn_tui.keras_io.code.values import Tested

_LABELS_OF = ("classes", "labels", "update_state")
"""What a reader of pictures has their labels in, and what a metric is given them by."""
_COUNTS = "sklearn.metrics"


def measures_by_hand(cells: Sequence[CodeCell]) -> bool:
    """Whether a script may compare what a model predicts with labels: it asks for those, or counts with metrics."""
    return any(_compares(part) for cell in cells for part in ast.walk(cell.tree))


def _compares(part: ast.AST) -> bool:
    match part:
        case ast.Attribute(attr=name):
            return name in _LABELS_OF
        case ast.Import(names=names):
            return any(one.name.startswith(_COUNTS) for one in names)
        case ast.ImportFrom(module=str() as module, names=names):
            return any(f"{module}.{one.name}".startswith(_COUNTS) for one in names)
    return False


def with_labels(tested: Tested, by_hand: bool) -> Tested:
    """What a model is tested on, with whether its labels count. `by_hand`: whether its script may count by hand.

    Pictures that come in the order of their names can be told by those.
    """
    images = tested.images
    in_order = isinstance(images, Folder) and (images.is_part or images.arguments.get("shuffle") is False)
    return msgspec.structs.replace(tested, has_labels=tested.has_labels or by_hand or in_order)
