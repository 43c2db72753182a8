"""The evaluation that is kept: its matrix, what is confused, and what is said of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cnn_tui.artifacts import evaluation
from cnn_tui.artifacts.evaluation import ClassFigures, Evaluation, evaluation_path, how_it_differs, read_evaluation
from cnn_tui.data import raw_file
from cnn_tui.data.dataset import FASHION
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.run import Run
from cnn_tui.network.layers import AnyLayer, Dropout
from cnn_tui.reports.evaluation_page import evaluation_page, matrix_lines
from cnn_tui.reports.layout import PageLayout
from cnn_tui.reports.markdown import to_markdown


def figures(names: tuple[str, ...], cells: tuple[tuple[int, int, int], ...] | None) -> Evaluation:
    """An evaluation with those cells; the figures of a class are all alike."""
    per_class = tuple(ClassFigures(name, 0.5, 0.25, 1 / 3, 10) for name in names)
    return Evaluation(evaluation.FORMAT, 100, 0.5, 0.75, per_class, cells, None)


def run_of(*layers: AnyLayer, accuracy: float | None = 0.875) -> Run:
    """A run whose last epoch had that accuracy."""
    facts: dict[str, Any] = dict.fromkeys(("fingerprint", "stop_cause", "note", "wish"), "")
    facts |= dict.fromkeys(("train_images", "test_images", "params"), 0) | {"created": 0.0, "seconds": 0.0}
    epochs = (Epoch(1, {"loss": 1.0} | ({} if accuracy is None else {"accuracy": accuracy}), 1.0, 1.0),)
    return Run(
        id=1,
        name="one",
        status="finished",
        experiment=Experiment(layers=layers),
        dataset="mnist",
        seed=1,
        test_loss=None,
        test_accuracy=None,
        tags=(),
        environment={},
        pid=None,
        epochs=epochs,
        **facts,
    )


def test_the_matrix_has_a_row_for_each_true_class() -> None:
    some = figures(("a", "b", "c"), ((0, 0, 8), (0, 2, 2), (2, 1, 5)))
    assert some.matrix() == [[8, 0, 2], [0, 0, 0], [0, 5, 0]]
    assert [tuple(one) for one in some.confusions()] == [(2, 1, 5), (0, 2, 2)]
    assert some.confusions(1) == some.confusions()[:1]


def test_the_json_form_has_the_promised_keys() -> None:
    fact = figures(("a", "b"), ((0, 0, 8), (1, 0, 2))).to_json()
    assert {"test_loss", "test_accuracy", "classes", "per_class", "confusion_matrix"} <= set(fact)
    assert fact["classes"] == ("a", "b")
    assert fact["confusion_matrix"] == [[8, 0], [2, 0]]
    assert fact["per_class"][0] == {"class": "a", "precision": 0.5, "recall": 0.25, "f1": 1 / 3, "support": 10}
    assert fact["top_confusions"] == [{"true": "b", "predicted": "a", "count": 2}]


def test_ten_classes_of_ten_thousand_images_fit_into_80_columns() -> None:
    cells = (*((at, at, 1000) for at in range(9)), (9, 9, 998), (9, 0, 2))
    lines = matrix_lines(figures(FASHION, cells), 80)
    assert len(lines) == 11
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == [str(number) for number in range(10)]
    assert lines[10].split() == ["9", "Ankle", "boot", "2", *["."] * 8, "[998]"]
    assert [line.index("]") for line in lines[1:3]] == [lines[0].index("0") + 1, lines[0].index("1") + 1]


def test_a_matrix_that_does_not_fit_or_is_not_kept_is_no_lines() -> None:
    many = tuple(str(number) for number in range(200))
    assert matrix_lines(figures(many, ((0, 0, 1),)), 80) == []
    assert matrix_lines(figures(("a", "b"), None), 80) == []
    assert figures(("a", "b"), None).to_json()["confusion_matrix"] is None


def test_a_class_whose_name_would_move_the_cursor_is_shown_inert() -> None:
    lines = matrix_lines(figures(("\x1b[2J", "b"), ((0, 0, 1),)), 80)
    assert all(line.isprintable() for line in lines)


def test_of_a_class_without_test_images_nothing_is_told() -> None:
    some = figures(("a", "b"), ((0, 0, 8), (0, 1, 2)))
    empty = ClassFigures("b", None, None, None, 0)
    some = msgspec.structs.replace(some, per_class=(some.per_class[0], empty))
    assert some.to_json()["per_class"][1] == {"class": "b", "precision": None, "recall": None, "f1": None, "support": 0}
    page = evaluation_page(run_of(), some)
    lines = ["".join(words for words, _ in line) for line in PageLayout(80).lines(page.blocks)]
    assert "b              -       -       -       0" in lines
    assert "| b | - | - | - | 0 |" in to_markdown(page)


def test_what_an_earlier_version_kept_of_a_class_without_test_images_is_not_told_either() -> None:
    some = figures(("a", "b"), ((0, 0, 8),))
    kept = msgspec.structs.replace(some, per_class=(some.per_class[0], ClassFigures("b", 0.0, 0.0, 0.0, 0)))
    raw_file.write(evaluation_path(1), kept, [])
    assert read_evaluation(1).per_class == (some.per_class[0], ClassFigures("b", None, None, None, 0))


def test_it_says_how_it_differs_from_training_and_from_predict() -> None:
    some = figures(("a", "b", "c"), ())
    training, predicting = how_it_differs(some, run_of())
    assert "said 0.8750" in training
    assert (
        "100 test images give 0.7500, 12.5 points less. Training accuracy is higher because it is measured" in training
    )
    assert "Training accuracy is not higher" in how_it_differs(some, run_of(accuracy=0.5))[0]
    assert "Dropout" not in training
    assert "predict needs no labels and gives 3 probabilities for each image" in predicting
    assert "with Dropout at work, which is off now" in how_it_differs(some, run_of(Dropout(rate=0.5)))[0]
    assert "Dropout" not in how_it_differs(some, run_of(Dropout(rate=0.5, enabled=False)))[0]
    assert how_it_differs(some, run_of(accuracy=None)) == [predicting]


def test_what_is_kept_is_read_again_and_what_is_broken_is_a_sentence() -> None:
    with pytest.raises(RawFileError, match="No such file"):
        read_evaluation(1)
    some = figures(("a", "b"), ((0, 0, 8),))
    raw_file.write(evaluation_path(1), some, [])
    assert read_evaluation(1) == some
    evaluation_path(1).write_bytes(b"{")
    with pytest.raises(RawFileError, match="is broken"):
        read_evaluation(1)
