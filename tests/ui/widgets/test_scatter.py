"""Points of classes in cells: what is drawn, where keys go from there, and that it reads without colours."""

from __future__ import annotations

import pytest
from rich.style import Style

from cnn_tui.ui.widgets.class_signs import BEYOND, class_style, colour_of, in_rows, sign_of
from cnn_tui.ui.widgets.scatter import PlaneWindow, Scatter, laid_over, whole_window

ACROSS, UP = [0.0, 4.0, 4.0, 4.1, 9.9], [0.0, 2.5, 2.6, 2.4, 4.9]
LABELS = [0, 1, 2, 2, 1]


def made(only: int | None = None) -> Scatter:
    return Scatter(ACROSS, UP, LABELS, PlaneWindow(0, 10, 0, 5), (10, 5), only)


def signs(scatter: Scatter) -> list[str]:
    return [line.plain for line in scatter.in_signs(lambda label: Style(bold=label == 1), (".", Style()))]


def test_a_cell_shows_the_class_that_most_of_its_points_are_of() -> None:
    assert signs(made()) == ["         1", " " * 10, "    2     ", " " * 10, "0         "]
    assert made().points_at((4, 2)) == [2, 3, 1], "those of the class that is seen come first"
    assert made().cell_of(0) == (0, 4)


def test_of_one_class_the_others_are_dots_that_nobody_goes_to() -> None:
    found = made(only=1)
    assert signs(found) == ["         1", " " * 10, "    1     ", " " * 10, ".         "]
    assert found.points_at((4, 2)) == [1]
    assert found.towards((4, 2), 0, 1) is None


def test_a_key_goes_to_the_nearest_cell_with_points_in_its_direction() -> None:
    found = made()
    assert found.towards((4, 2), 1, 0) == (9, 0)
    assert found.towards((4, 2), -1, 0) == (0, 4)
    assert found.towards((4, 2), 0, -1) == (9, 0)
    assert found.towards((9, 0), 0, 1) == (4, 2)
    assert found.towards((9, 0), 1, 0) is None


def test_what_lies_straight_ahead_is_nearer_than_what_lies_aside() -> None:
    found = Scatter([0, 3, 1], [0, 0, 4], [0, 0, 0], PlaneWindow(0, 10, -5, 5), (10, 10))
    assert found.towards(found.cell_of(0) or (0, 0), 1, 0) == found.cell_of(1)
    assert found.towards(found.cell_of(0) or (0, 0), 0, -1) == found.cell_of(2)


def test_beyond_the_window_nothing_is_drawn() -> None:
    near = PlaneWindow(0, 10, 0, 5).around(4, 2, 0.5)
    assert near == (1.5, 6.5, 0.75, 3.25)
    assert PlaneWindow(0, 10, 0, 5).around(0, 5, 0.5) == (0, 5, 2.5, 5)
    found = Scatter(ACROSS, UP, LABELS, near, (10, 5))
    assert sum(map(len, found.cells.values())) == 3 and found.cell_of(0) is None
    assert near.is_well_inside(4, 2) and not near.is_well_inside(6.4, 2)
    assert whole_window([3, 3], [1, 2]) == (2.5, 3.5, 1, 2), "one place alone has room around it"


def test_a_sign_is_laid_over_one_cell_and_other_lines_stay() -> None:
    lines = made().in_signs(lambda _: Style(), (".", Style()))
    found = laid_over(lines, {(4, 2): ("X", Style(reverse=True))})
    assert found[2].plain == "    X     " and found[0] is lines[0]


def test_dots_have_the_colours_of_their_classes_and_middles_the_signs() -> None:
    picture = made().in_dots((4, 8), lambda label: (label, 50, 60), ((9, 9, 9), (8, 8, 8)))
    assert picture.shape == (40, 40, 3)
    pixels = {picture.pixels[at : at + 3] for at in range(0, len(picture.pixels), 3)}
    assert pixels == {bytes((label, 50, 60)) for label in (0, 1, 2)} | {b"\x09\x09\x09"}
    assert made().middles() == {0: (0, 4), 1: (9, 0), 2: (4, 2)}


def test_classes_have_signs_that_differ_and_colours_of_few_where_there_are_few() -> None:
    assert [sign_of(label) for label in (0, 9, 10, 61, 62)] == ["0", "9", "a", "Z", BEYOND]
    assert len({sign_of(label) for label in range(62)}) == 62
    for dark in (True, False):
        assert len({colour_of(label, "full", dark=dark) for label in range(10)}) == 10
    assert class_style(3, "shades", dark=True) == Style()


@pytest.mark.parametrize("width", [1, 7, 12, 80])
def test_names_stand_whole_in_lines(width: int) -> None:
    names = ["0 Bag", "1 Coat", "2 Dress"]
    rows = in_rows(names, width)
    assert [at for row in rows for at in row] == [0, 1, 2]
    assert all(len(row) == 1 or len("  ".join(names[at] for at in row)) <= width for row in rows)
