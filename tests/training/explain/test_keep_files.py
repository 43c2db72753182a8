"""The figures of each class that are kept beside a run."""

from __future__ import annotations

import numpy as np


def test_a_class_without_test_images_has_no_figures_and_one_that_nothing_is_taken_for_has_zeros() -> None:
    from cnn_tui.training.explain.keep_files import measure

    labels, said = np.array([0, 0, 0, 1, 2]), np.array([0, 3, 3, 0, 2])
    found = measure(labels, said, ("a", "b", "c", "d"), 0.5, None, 4)
    figures = [(one.precision, one.recall, one.f1, one.support) for one in found.per_class]
    assert figures == [(0.5, 1 / 3, 0.4, 3), (0.0, 0.0, 0.0, 1), (1.0, 1.0, 1.0, 1), (None, None, None, 0)]
    assert found.matrix()[0] == [1, 0, 0, 2]
