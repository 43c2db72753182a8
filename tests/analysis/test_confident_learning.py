"""Confident learning, held to the method written out image by image."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnn_tui.analysis.confident_learning import Doubt, doubts, usual_confidence


def written_out(rows: list[list[float]], labels: list[int]) -> list[Doubt]:
    """The paper's steps, one image after another."""
    known = [at for at, row in enumerate(rows) if all(map(math.isfinite, row))]
    usual = {}
    for label in range(len(rows[0])):
        own = [rows[at][label] for at in known if labels[at] == label]
        if own:
            usual[label] = sum(own) / len(own)
    found = []
    for at in known:
        row, label = rows[at], labels[at]
        sure = [one for one in usual if row[one] >= usual[one]]
        if not sure:
            continue
        suspected = max(sure, key=lambda one: row[one])
        if suspected != label and row[suspected] > row[label]:
            found.append(Doubt(at, suspected, row[label], row[suspected]))
    return sorted(found, key=lambda one: one.confidence)


@pytest.mark.parametrize("seed", range(5))
def test_it_finds_what_the_method_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 5, 300)
    said = rng.dirichlet(np.full(6, 0.3), 300)  # nobody is labelled as the sixth class
    said[np.arange(300), labels] += 2
    said /= said.sum(axis=1, keepdims=True)
    wrong = rng.choice(300, 30, replace=False)
    labels[wrong] = (labels[wrong] + 1) % 5
    said[7, 2] = np.nan
    found = doubts(said, labels)
    assert found == written_out(said.tolist(), labels.tolist())
    assert {one.row for one in found[:10]} <= set(wrong.tolist())
    assert {one.suspected for one in found} <= set(range(5)) and 7 not in {one.row for one in found}


def test_how_sure_is_usual_is_each_classes_own() -> None:
    said = np.array([[0.9, 0.1, 0.0], [0.7, 0.3, 0.0], [0.6, 0.4, 0.0], [0.45, 0.55, 0.0]])
    labels = np.array([0, 0, 1, 1])
    assert usual_confidence(said, labels).tolist() == pytest.approx([0.8, 0.475, math.inf])
    # Of the third it is surer of class 0, but less than it is of that class's own images.
    assert doubts(said, labels) == []
    said[2] = [0.85, 0.15, 0.0]
    assert doubts(said, labels) == [Doubt(2, 0, 0.15, 0.85)]


def test_without_images_or_with_none_that_is_known_nothing_is_in_doubt() -> None:
    assert doubts(np.empty((0, 3)), np.empty(0, np.int64)) == []
    assert doubts(np.full((4, 3), np.nan), np.array([0, 1, 2, 0])) == []
