"""The images for which two networks name different classes, in the order in which they are looked through."""

from __future__ import annotations

import array
import math
from typing import Any

from cnn_tui.analysis.differing import differing, divided_in_words
from cnn_tui.artifacts import predictions
from cnn_tui.artifacts.predictions import Predictions, PredictionsHeader
from cnn_tui.data import raw_file

LABELS = [0, 1, 2, 0, 3]
"""The last class is none that the networks know."""


def kept(run_id: int, rows: list[list[float]]) -> Predictions:
    """Predictions of three classes, a row of probabilities for each image."""
    said = [max(range(3), key=lambda at: (not math.isnan(row[at]), row[at])) for row in rows]
    header = PredictionsHeader(predictions.FORMAT, len(rows), 3, ("bag", "coat", "shirt"), (2, 2, 1), "x", None)
    parts: list[array.array[Any]] = [array.array("i", LABELS), array.array("i", said)]
    parts += [array.array("f", [0.5] * len(rows)), array.array("f", [share for row in rows for share in row])]
    path = predictions.predictions_path(run_id)
    raw_file.write(path, header, [part.tobytes() for part in parts])
    return Predictions(path)


def test_those_are_first_on_whose_true_class_they_are_furthest_apart() -> None:
    ours = kept(1, [[0.5, 0.4, 0.1], [0.2, 0.8, 0.0], [0.6, 0.3, 0.1], [0.9, 0.1, 0.0], [1.0, 0.0, 0.0]])
    theirs = kept(2, [[0.3, 0.6, 0.1], [0.9, 0.1, 0.0], [0.3, 0.5, 0.2], [0.8, 0.2, 0.0], [0.0, 1.0, 0.0]])
    found = differing(ours, theirs)
    assert [(one.image, one.side) for one in found] == [(1, "ours"), (0, "ours"), (2, "neither"), (4, "neither")]
    assert [round(one.apart, 3) for one in found] == [0.7, 0.2, 0.1, 0.0]
    assert found[0].said == (1, 0) and differing(theirs, ours)[0].side == "theirs"
    assert divided_in_words(found) == "They name different classes for 4 images; neither is right on 2 of them."


def test_nan_is_sure_of_nothing_and_networks_that_agree_differ_on_nothing() -> None:
    nan = float("nan")
    ours = kept(1, [[0.5, 0.4, 0.1]] * 5)
    assert differing(ours, ours) == []
    assert divided_in_words([]) == "They name the same class for every test image."
    theirs = kept(2, [[nan, 0.9, nan], *[[0.5, 0.4, 0.1]] * 4])
    ((image, _, said, shares),) = differing(ours, theirs)
    assert (image, said, shares[1]) == (0, (0, 1), 0.0)
    assert divided_in_words(differing(ours, theirs)).endswith("for 1 image; one of them is always right.")
