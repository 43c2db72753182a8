"""The axes of the training chart: bounds, ticks, thinning, zoom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_tui.reports.chart.axes import Zoom, bounds, epoch_ticks, thin, value_labels, value_ticks

values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50)
positive = st.lists(st.floats(1e-12, 1e6), min_size=1, max_size=50)
curves = st.lists(st.floats(-5, 5), max_size=600).map(lambda heights: [(float(x), y) for x, y in enumerate(heights)])


@given(values)
def test_bounds_hold_every_value(numbers: list[float]) -> None:
    low, high = bounds(numbers, None)
    slack = 1e-6 * max(1.0, abs(low), abs(high))
    assert low <= min(numbers) + slack and max(numbers) <= high + slack and low < high


@given(positive)
def test_bounds_of_a_log_scale_hold_every_value_and_stay_above_zero(numbers: list[float]) -> None:
    low, high = bounds(numbers, None, log=True)
    assert 0 < low <= min(numbers) and max(numbers) <= high and low < high


@given(values, values)
def test_bounds_move_only_when_a_value_is_outside(first: list[float], second: list[float]) -> None:
    before = bounds(first, None)
    after = bounds(second, before)
    if before[0] <= min(second) and max(second) <= before[1]:
        assert after == before


@given(curves, st.integers(1, 60))
def test_thinning_keeps_the_extremes_the_last_point_and_the_order(
    points: list[tuple[float, float]], columns: int
) -> None:
    kept = thin(points, 0, max(1, len(points)), columns)
    assert len(kept) <= 2 * columns + 1
    assert kept == sorted(kept) and set(kept) <= set(points)
    if points:
        assert kept[-1] == points[-1]
        assert {min(y for _, y in points), max(y for _, y in points)} <= {y for _, y in kept}


@given(curves, st.integers(1, 20))
def test_what_is_thinned_stays_as_it_is_when_points_follow(points: list[tuple[float, float]], columns: int) -> None:
    """Else every new point would change the whole curve, and all of it would go over the line."""
    some = points[: len(points) * 2 // 3]
    before, after = (set(thin(one, 0, 1000, columns)) for one in (some, points))
    full_columns = (len(some) - 1) * columns // 1000
    early = [point for point in before if point[0] * columns // 1000 < full_columns]
    if len(some) > 2 * columns:
        assert set(early) <= after


def test_thinning_a_part_keeps_the_points_that_lead_out_of_it() -> None:
    points = [(float(x), float(x)) for x in range(10)]
    assert thin(points, 3, 5, 20) == [(2, 2), (3, 3), (4, 4), (5, 5), (6, 6)]


@pytest.mark.parametrize(
    ("numbers", "labels"),
    [([0.2, 0.6, 1.0], ["0.2", "0.6", "1.0"]), ([0, 1, 2], ["0", "1", "2"]), ([0.25, 0.5], ["0.25", "0.50"])],
)
def test_labels_have_the_decimals_they_need(numbers: list[float], labels: list[str]) -> None:
    assert [label.strip() for label in value_labels(numbers)] == labels


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.1, 1.0, ["0.1", "0.2", "0.5", "1"]),
        (0.001, 10.0, ["0.001", "0.01", "0.1", "1", "10"]),
        (0.2, 0.5, ["0.2", "0.3", "0.4", "0.5"]),
    ],
)
def test_ticks_of_a_log_scale_are_round(low: float, high: float, ticks: list[str]) -> None:
    assert [one.strip() for one in value_labels(value_ticks(low, high, 15, log=True), log=True)] == ticks


@pytest.mark.parametrize(
    ("left", "right", "width", "ticks"),
    [
        (0, 5, 50, [1, 2, 3, 4, 5]),
        (0, 1, 50, [1]),
        (0, 100, 60, [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]),
        (0, 1000, 60, [1, 200, 400, 600, 800, 1000]),
        (20, 30, 60, list(range(21, 31))),
    ],
)
def test_epochs_count_from_one(left: int, right: int, width: int, ticks: list[int]) -> None:
    assert epoch_ticks(left, right, width) == ticks


def test_zoom_follows_the_end_or_stays_about_the_crosshair() -> None:
    zoom = Zoom()
    assert zoom.window(100, 37.5) == (0, 100)
    assert zoom.step(1, 100, None)
    assert zoom.window(100, 37.5) == (0, 50)
    assert zoom.step(1, 100, None)
    assert zoom.window(100, 37.5) == (18, 38)
    assert zoom.window(100, 38.5) == (19, 39), "it follows the end"
    assert zoom.step(1, 100, 10)
    assert zoom.window(100, 37.5) == (5, 15)
    assert zoom.window(100, 60.0) == (5, 15), "it stays"
    zoom.reveal(4, 100, 60.0)
    assert zoom.window(100, 60.0) == (3, 13)
    zoom.reveal(14, 100, 60.0)
    assert zoom.window(100, 60.0) == (4, 14)
    zoom.show_all()
    assert zoom.window(100, 60.0) == (0, 100)
    assert not zoom.step(-1, 100, None), "all is shown already"


@given(
    st.integers(1, 2000),
    st.floats(0, 1),
    st.lists(st.tuples(st.sampled_from([1, -1]), st.none() | st.floats(0, 1)), max_size=12),
)
def test_zoom_never_leaves_the_epochs_and_holds_the_crosshair(
    epochs: int, share: float, steps: list[tuple[int, float | None]]
) -> None:
    zoom, end = Zoom(), share * epochs
    for by, about in steps:
        at = max(1, round(about * epochs)) if about is not None else None
        stepped = zoom.step(by, epochs, at)
        left, right = zoom.window(epochs, end)
        assert 0 <= left < right <= epochs
        if at is not None and stepped:
            assert left < at <= right
