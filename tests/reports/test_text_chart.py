"""Line charts of plain characters."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_tui.reports.text_chart import TextCurve, draw


def test_a_line_goes_from_its_first_value_to_its_last() -> None:
    chart = draw([TextCurve("training", "*", ((1, 1.0), (2, 0.5), (3, 0.0)))], width=9, height=5)
    assert chart == [
        "1.000 |**",
        "      |  *",
        "0.500 |   ***",
        "      |      *",
        "0.000 |       **",
        "      +---------",
        "       1       3  epoch",
        "* training",
    ]


def test_two_lines_share_the_axes_and_meet_in_a_mark_of_their_own() -> None:
    chart = draw(
        [TextCurve("a", "*", ((1, 0.0), (2, 1.0))), TextCurve("b", "o", ((1, 1.0), (2, 0.0)))], width=3, height=3
    )
    assert chart[:3] == ["1.000 |o *", "0.500 | #", "0.000 |* o"]
    assert chart[-1] == "* a   o b"


def test_a_single_point_and_a_flat_line_are_drawn() -> None:
    assert draw([TextCurve("a", "*", ((1, 0.3),))], width=5, height=3)[1].strip() == "0.300 |*"
    assert draw([TextCurve("a", "*", ((1, 0.3), (4, 0.3)))], width=5, height=3)[1].strip() == "0.300 |*****"


def test_what_is_no_number_is_left_out() -> None:
    assert draw([]) == []
    assert draw([TextCurve("a", "*", ((1, math.nan), (2, math.inf)))]) == []
    chart = draw([TextCurve("a", "*", ((1, 0.0), (2, math.nan), (3, 1.0))), TextCurve("b", "o", ())], width=5, height=3)
    assert chart[0] == "1.000 |   **"
    assert chart[-1] == "* a"


points = st.lists(st.tuples(st.integers(1, 500), st.floats(-1e6, 1e6)), max_size=40, unique_by=lambda one: one[0])


@settings(deadline=None)
@given(points, points)
def test_any_lines_fit_their_frame(one: list[tuple[int, float]], other: list[tuple[int, float]]) -> None:
    series = [TextCurve("training", "*", tuple(sorted(one))), TextCurve("validation", "o", tuple(sorted(other)))]
    chart = draw(series, width=40, height=8)
    assert bool(chart) == bool(one or other)
    inside = [line.partition("|")[2] for line in chart[:8]]
    assert all(len(line) <= 40 for line in inside)
    assert len(chart) in (0, 11)
    assert "".join(chart).isascii()
