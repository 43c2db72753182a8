"""Images drawn in cells: half blocks, shades, kernels that read without colour."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color, ColorSystem
from rich.text import Text

from cnn_tui.data.images import Picture
from cnn_tui.network.by_hand.image_kernels import KERNELS, parse_kernel
from cnn_tui.ui.widgets.image import HALF, SHADES, cell_of, draw, draw_kernel, fit, mode_of, side_by_side
from cnn_tui.ui.widgets.shading import Mode, signed_colour

RAMP = Picture((2, 4, 1), bytes((0, 85, 170, 255, 255, 170, 85, 0)))


def colours(line: Text) -> list[tuple[str | None, str | None]]:
    """The two colours of each cell of a line."""
    cells = []
    for span in line.spans:
        style = span.style
        assert not isinstance(style, str)
        pair = (style.color.name if style.color else None, style.bgcolor.name if style.bgcolor else None)
        cells += [pair] * (span.end - span.start)
    return cells


def test_a_cell_shows_two_pixels_one_above_the_other() -> None:
    (line,) = draw(RAMP, 4, 1)
    assert line.plain == HALF * 4
    assert colours(line) == [
        ("#000000", "#ffffff"),
        ("#555555", "#aaaaaa"),
        ("#aaaaaa", "#555555"),
        ("#ffffff", "#000000"),
    ]


def test_a_colour_image_keeps_its_colours() -> None:
    (line,) = draw(Picture((2, 1, 3), bytes((255, 0, 0, 0, 0, 255))), 1, 1)
    assert colours(line) == [("#ff0000", "#0000ff")]


def test_equal_cells_are_sent_as_one() -> None:
    (line,) = draw(Picture((2, 8, 1), bytes(16)), 8, 1)
    assert len(line.spans) == 1


def test_an_odd_last_row_has_nothing_below() -> None:
    lines = draw(Picture((3, 1, 1), bytes(3)), 1, 2)
    assert colours(lines[1]) == [("#000000", None)]


@pytest.mark.parametrize(
    ("shape", "room", "cells"),
    [
        ((28, 28, 1), (28, 14), (28, 14)),
        ((28, 28, 1), (80, 24), (28, 14)),
        ((28, 28, 1), (80, 40), (56, 28)),
        ((28, 28, 1), (14, 24), (14, 7)),
        ((5, 5, 1), (40, 40), (40, 20)),
        ((224, 112, 3), (80, 24), (24, 24)),
        ((1, 300, 1), (30, 30), (30, 1)),
    ],
)
def test_an_image_keeps_its_proportions(
    shape: tuple[int, int, int], room: tuple[int, int], cells: tuple[int, int]
) -> None:
    assert fit(shape, *room).cells == cells
    lines = draw(Picture(shape, bytes(shape[0] * shape[1] * shape[2])), *room)
    assert (max(line.cell_len for line in lines), len(lines)) == cells


@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from((1, 3))),
    st.integers(0, 50),
    st.integers(0, 30),
    st.sampled_from(("full", "16", "shades")),
)
def test_a_drawing_never_passes_its_room(shape: tuple[int, int, int], width: int, height: int, mode: Mode) -> None:
    lines = draw(Picture(shape, bytes(shape[0] * shape[1] * shape[2])), width, height, mode)
    assert len(lines) <= height
    assert all(line.cell_len <= width for line in lines)
    assert bool(lines) == (width > 0 and height > 0)


def test_a_cell_shows_four_pixels_where_there_are_more_columns_than_room() -> None:
    """A single bright pixel keeps its corner; an edge between rows stays one."""
    (line,) = draw(Picture((4, 4, 1), bytes((0, 100, 0, 0, 100, 200, 0, 0, *[40] * 8))), 2, 1)
    assert line.plain == "▝▀"
    assert colours(line) == [("#969696", "#2b2b2b"), ("#000000", "#282828")]


def test_with_sixteen_colours_pixels_that_fall_together_become_their_mean() -> None:
    (line,) = draw(Picture((4, 4, 1), bytes((0, 170, 0, 0, 170, 0, 0, 0, *[255] * 8))), 2, 1, "16")
    assert line.plain == HALF * 2
    assert colours(line) == [("#555555", "#ffffff"), ("#000000", "#ffffff")]


_PIXEL = st.integers(0, 255).map(lambda level: (level, level, level))


@given(st.tuples(_PIXEL, _PIXEL, _PIXEL, _PIXEL))
def test_four_pixels_in_a_cell_are_never_worse_than_two(pixels: tuple[tuple[int, int, int], ...]) -> None:
    cell = cell_of(pixels)  # type: ignore[arg-type]
    front = " ▘▝▀▖▌▞▛".index(cell.glyph)
    shown = [cell.front[0] if front >> at & 1 else cell.ground[0] for at in range(4)]
    levels = [pixel[0] for pixel in pixels]
    halves = [sum(levels[:2]) / 2] * 2 + [sum(levels[2:]) / 2] * 2
    lost, lost_in_halves = (
        sum((level - one) ** 2 for level, one in zip(levels, seen, strict=True)) for seen in (shown, halves)
    )
    assert lost <= lost_in_halves + 4, "but for what rounding takes"


def shown_as(name: str | None, system: ColorSystem) -> int | None:
    """The number of the colour that a terminal with few colours shows for one."""
    assert name is not None
    return Color.parse(name).downgrade(system).number


def test_sixteen_colours_have_four_greys_and_nothing_coloured() -> None:
    grey = Picture((2, 256, 1), bytes(range(256)) * 2)
    (line,) = draw(grey, 256, 1, "16")
    numbers = [shown_as(above, ColorSystem.STANDARD) for above, _ in colours(line)]
    assert sorted(set(numbers), key=numbers.index) == [0, 8, 7, 15], "black, dark grey, light grey, white"


def test_256_colours_tell_greys_apart() -> None:
    grey = Picture((2, 24, 1), bytes(range(0, 240, 10)) * 2)
    (line,) = draw(grey, 24, 1)
    assert len({shown_as(above, ColorSystem.EIGHT_BIT) for above, _ in colours(line)}) >= 20


def test_without_colours_brighter_is_denser() -> None:
    bright = [draw(Picture((2, 1, 1), bytes((level, level))), 1, 1, "shades")[0].plain for level in (0, 128, 255)]
    assert bright == [SHADES[0], SHADES[5], SHADES[-1]]
    (line,) = draw(Picture((2, 1, 1), b"\xff\xff"), 1, 1, "shades", dark=False)
    assert line.plain == SHADES[0], "on a bright ground white is empty"
    assert all(not line.spans and line.plain.isascii() for line in draw(RAMP, 8, 8, "shades"))


@pytest.mark.parametrize(
    ("system", "ascii_only", "mode"),
    [
        ("truecolor", False, "full"),
        ("256", False, "full"),
        ("standard", False, "16"),
        (None, False, "shades"),
        ("truecolor", True, "shades"),
    ],
)
def test_the_way_to_draw_follows_from_the_terminal(system: str | None, ascii_only: bool, mode: Mode) -> None:
    assert mode_of(system, ascii_only) == mode


def test_a_kernel_tells_negative_from_positive_with_and_without_colour() -> None:
    plane = parse_kernel("1 0 -1; 2 0 -2; 1 0 -1")
    lines = draw_kernel(plane, 12, 3)
    assert [line.plain.split() for line in lines] == [["+", "·", "-"]] * 3
    left, middle, right = (colours(lines[1])[at][1] for at in (0, 5, 9))
    assert len({left, middle, right}) == 3
    plain = draw_kernel(plane, 12, 3, "shades")
    assert [line.plain.split() for line in plain] == [["+5", "0", "-5"], ["+9", "0", "-9"], ["+5", "0", "-5"]]
    assert colours(draw_kernel(plane, 12, 3, "16")[1])[0][1] == "#ffff55"


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.name)
@pytest.mark.parametrize("mode", ["full", "16", "shades"])
def test_kernels_fit_their_room(kernel: object, mode: Mode) -> None:
    plane = kernel.plane  # type: ignore[attr-defined]
    for width, height in ((3, 3), (18, 9), (40, 4), (12, 2), (1, 1)):
        lines = draw_kernel(plane, width, height, mode)
        assert len(lines) <= height
        assert all(line.cell_len <= max(width, 18) for line in lines)


def test_a_kernel_of_nothing_but_noughts_or_nan_is_drawn() -> None:
    assert draw_kernel(((0.0,),), 3, 1)[0].plain.strip() == "·"
    assert draw_kernel(((float("nan"), 1.0),), 6, 1)[0].plain.split() == ["·", "+"]


def test_the_colours_of_signs_are_far_apart() -> None:
    below, none, above = signed_colour(-1), signed_colour(0), signed_colour(1)
    assert below[2] > below[0] and above[0] > above[2]
    assert max(none) - min(none) == 0


def test_drawings_stand_beside_each_other() -> None:
    lines = side_by_side([[Text("ab"), Text("c")], [Text("d")]], gap=1)
    assert [line.plain for line in lines] == ["ab d", "c  "]
    kernel = draw_kernel(((0.0, 1.0),), 12, 3)
    assert [line.cell_len for line in side_by_side([kernel, kernel], gap=1)] == [25] * 3, "coloured blanks stay"
