"""The chart's axes and points."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_tui.ui.chart import bounds, thin, value_labels

values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50)


@given(values)
def test_bounds_hold_every_value(numbers: list[float]) -> None:
    low, high = bounds(numbers, None)
    slack = 1e-6 * max(1.0, abs(low), abs(high))
    assert low <= min(numbers) + slack and max(numbers) <= high + slack and low < high


@given(values, values)
def test_bounds_move_only_when_a_value_is_outside(first: list[float], second: list[float]) -> None:
    before = bounds(first, None)
    after = bounds(second, before)
    if before[0] <= min(second) and max(second) <= before[1]:
        assert after == before


@given(st.integers(0, 500), st.integers(1, 60))
def test_thinning_keeps_the_last_point_and_the_order(count: int, most: int) -> None:
    points = thin(list(range(count)), list(range(count)), most)
    assert len(points) <= most
    assert points == sorted(points)
    if count:
        assert points[-1] == (count - 1, count - 1)


@pytest.mark.parametrize(
    ("numbers", "labels"),
    [([0.2, 0.6, 1.0], ["0.2", "0.6", "1.0"]), ([0, 1, 2], ["0", "1", "2"]), ([0.25, 0.5], ["0.25", "0.50"])],
)
def test_labels_have_the_decimals_they_need(numbers: list[float], labels: list[str]) -> None:
    assert [label.strip() for label in value_labels(numbers)] == labels
