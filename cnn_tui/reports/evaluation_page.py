"""How well a trained network does on the test images, class by class."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_tui.analysis.chance.tested_images import sampling_error
from cnn_tui.analysis.lost_number import lost_number
from cnn_tui.artifacts.evaluation import Evaluation
from cnn_tui.history.run import Run
from cnn_tui.reports.blocks import Block, ConfusionMatrix, Fact, Heading, Page, Paragraph, TextTable
from cnn_tui.text import cells, fitted, padded

_NAME = 16  # cells of a class's name at most


_MOST_ROWS = 20  # classes in the table; of more, those that do worst


def evaluation_page(run: Run, evaluation: Evaluation) -> Page:
    """The page: figures of the whole and of each class, the confusion matrix, and its largest cells."""
    unknown = "not a number" if lost_number(run) else "not known"
    loss = unknown if evaluation.test_loss is None else f"{evaluation.test_loss:.4f}"
    facts = [
        Fact(f"{'test' if run.is_tested_on_others else 'training'} images", f"{evaluation.images:,}"),
        Fact(
            "test accuracy", f"{evaluation.test_accuracy:.4f}{_around(evaluation) if run.is_tested_on_others else ''}"
        ),
        Fact("test loss", loss),
        Fact("made with", run.conditions.in_words()),
    ]
    blocks = [*facts, Paragraph(), *_classes(evaluation), ConfusionMatrix(evaluation), *_confusions(evaluation)]
    return Page(f"Run {run.id}: {run.name}", blocks)


def _around(evaluation: Evaluation) -> str:
    error = sampling_error(evaluation.test_accuracy, evaluation.images)
    return f" ± {error:.4f} on other {evaluation.images:,} images" if error is not None else ""


def _classes(evaluation: Evaluation) -> Iterator[Block]:
    shown = list(evaluation.per_class)
    if len(shown) > _MOST_ROWS:
        shown = sorted((one for one in shown if one.support), key=lambda one: one.f1 or 0.0)[:_MOST_ROWS]
        yield Paragraph(f"The {len(shown)} of {len(evaluation.per_class):,} classes that do worst; --json has them all")
    rows = [(fitted(one.name, 30), *one.shown(4), f"{one.support:,}") for one in shown]
    yield TextTable(("class", "precision", "recall", "F1", "images"), rows, right=range(1, 5))


def _confusions(evaluation: Evaluation) -> Iterator[Block]:
    names = [fitted(name, 30) for name in evaluation.classes]
    rows = [
        (f"{one.images:,}", f"{names[one.true]} taken for {names[one.predicted]}") for one in evaluation.confusions()
    ]
    if rows:
        yield Heading("Most often confused")
        yield TextTable((), rows, right=(0,))


def matrix_lines(evaluation: Evaluation, width: int = 80) -> list[str]:
    """A confusion matrix as text of at most `width` columns; [] where it does not fit or is not kept.

    A column is headed by the number of its class, which stands before the name of the class in the rows. A point is 0;
    the diagonal, where the network was right, is in brackets.
    """
    matrix = evaluation.matrix()
    if not matrix:
        return []
    count = len(matrix)
    number = len(str(count - 1))
    names = ["" if name == str(at) else fitted(name, _NAME) for at, name in enumerate(evaluation.classes)]
    label = number + 1 + max(cells(name) + bool(name) for name in names)
    cell = max(len(f"[{max(max(row) for row in matrix)}]"), number + 2)
    if label + count * cell > width:
        return []
    lines = [" " * label + "".join(padded(str(column), cell - 1, right=True) + " " for column in range(count)).rstrip()]
    for at, row in enumerate(matrix):
        shown = (f"[{value}]" if at == column else f"{value or '.'} " for column, value in enumerate(row))
        figures = "".join(padded(one, cell, right=True) for one in shown)
        lines.append(padded(f"{at:>{number}d} {names[at]}", label) + figures.rstrip())
    return lines
