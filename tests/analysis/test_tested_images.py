"""What the test images leave open, and two networks told apart image by image: McNemar's test, held to scipy."""

from __future__ import annotations

import array
import random
from typing import Any

import pytest
from scipy import stats

from cnn_tui.analysis.chance.tested_images import on_same_images, sampling_error, told_apart
from cnn_tui.artifacts import predictions
from cnn_tui.artifacts.predictions import Predictions, PredictionsHeader
from cnn_tui.data import raw_file
from tests.history.made_runs import run


def kept(run_id: int, said: list[int], labels: list[int], digest: str = "the same") -> Predictions:
    """Predictions of two classes as a run leaves them."""
    header = PredictionsHeader(predictions.FORMAT, len(said), 2, ("bag", "shoe"), (2, 2, 1), digest, None)
    rows = [share for one in said for share in ((0.2, 0.8) if one else (0.8, 0.2))]
    parts: list[array.array[Any]] = [array.array("i", labels), array.array("i", said)]
    parts += [array.array("f", [0.6] * len(said)), array.array("f", rows)]
    path = predictions.predictions_path(run_id)
    raw_file.write(path, header, [part.tobytes() for part in parts])
    return Predictions(path)


def test_fewer_images_leave_more_open() -> None:
    assert sampling_error(0.9, 10_000) == pytest.approx(0.003)
    assert sampling_error(0.83, 1_000) == pytest.approx(0.0119, abs=1e-4)
    assert sampling_error(0.9, 0) is None and sampling_error(1.0, 10) == 0


def test_images_that_only_one_has_right_tell_two_networks_apart() -> None:
    rng = random.Random(4)
    labels = [rng.randrange(2) for _ in range(400)]
    ours = [label if rng.random() < 0.9 else 1 - label for label in labels]
    theirs = [label if rng.random() < 0.8 else 1 - label for label in labels]
    found = on_same_images(2, 1, kept(2, ours, labels), kept(1, theirs, labels))
    only_ours = sum(one == label != other for one, other, label in zip(ours, theirs, labels, strict=True))
    only_theirs = sum(other == label != one for one, other, label in zip(ours, theirs, labels, strict=True))
    assert found is not None and (found.only_run, found.only_base) == (only_ours, only_theirs)
    assert found.p == pytest.approx(stats.binomtest(only_ours, only_ours + only_theirs).pvalue)
    words = found.in_words()
    assert words.startswith(
        f"of the same 400 test images run 2 alone has {only_ours} right, run 1 alone {only_theirs} "
    )
    assert "these two trained networks do differ" in words and "only repeats tell" in words
    alike = on_same_images(2, 1, kept(2, ours, labels), kept(1, ours, labels))
    assert alike is not None and alike.p == 1.0 and "may be equally good" in alike.in_words()


def test_predictions_of_other_images_or_none_say_nothing() -> None:
    labels = [0, 1, 1]
    assert on_same_images(2, 1, kept(2, labels, labels), kept(1, labels, labels, "others")) is None
    assert told_apart([run(id=8), run(id=9)], run(id=9)) == ()
    kept(8, labels, labels), kept(9, [0, 0, 1], labels)
    assert [one.only_run for one in told_apart([run(id=8), run(id=9)], run(id=9))] == [1]
