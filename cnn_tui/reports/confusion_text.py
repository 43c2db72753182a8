"""The confusion matrix as lines of text: rows are true classes, columns what they were taken for."""

from __future__ import annotations

from cnn_tui.artifacts.evaluation import Evaluation
from cnn_tui.text import quiet

_NAME = 16  # cells of a class's name at most


def matrix_lines(evaluation: Evaluation, width: int = 80) -> list[str]:
    """The matrix in at most `width` columns, no colours; empty where it does not fit or is not kept.

    Columns bear the numbers of the classes, which stand before the names of the rows. A point is 0; the diagonal, what
    is right, is in brackets.
    """
    matrix = evaluation.matrix()
    if not matrix:
        return []
    count = len(matrix)
    number = len(str(count - 1))
    names = ["" if name == str(at) else quiet(name, _NAME) for at, name in enumerate(evaluation.classes)]
    label = number + 1 + max(len(name) + bool(name) for name in names)
    cell = max(len(f"[{max(max(row) for row in matrix)}]"), number + 2)
    if label + count * cell > width:
        return []
    lines = [" " * label + "".join(str(column).rjust(cell - 1) + " " for column in range(count)).rstrip()]
    for at, row in enumerate(matrix):
        cells = [(f"[{value}]" if at == column else f"{value or '.'} ").rjust(cell) for column, value in enumerate(row)]
        lines.append(f"{at:>{number}} {names[at]}".ljust(label) + "".join(cells).rstrip())
    return lines
