"""The confusion matrix as a heat map: read by its colours, by its numbers, and by signs where there are no colours."""

from __future__ import annotations

import itertools

import pytest
from rich.style import Style

from cnn_tui.artifacts.evaluation import Confusion
from cnn_tui.data.dataset import FASHION
from cnn_tui.ui.explain.all_images.heat_map import HeatMap
from cnn_tui.ui.widgets.shading import Mode, grey_style, heat_style, signed_style
from tests.artifacts.test_evaluation import figures
from tests.ui.terminal.contrast import _contrast

CELLS = (*((at, at, 900) for at in range(10)), (6, 0, 60), (6, 2, 30), (6, 4, 10), (6, 6, 200))


def plain(_: str) -> Style:
    return Style.null()


def drawn(width: int, mode: Mode = "full", chosen: Confusion | None = None) -> list[str]:
    map_ = HeatMap(figures(FASHION, CELLS), plain, mode, dark=True)
    return [line.plain for line in map_.draw(width, chosen)]


def test_at_100_columns_the_columns_are_headed_by_names_each_above_its_diagonal() -> None:
    _, head, *rows = drawn(96)
    assert "Trouser" in head and "Sandal" in head and "Bag" in head
    assert max(map(len, (head, *rows))) <= 96
    for name, row in (("Dress", rows[3]), ("Bag", rows[8])):
        assert row.startswith(name)
        assert row.index("]") == head.index(name) + len(name), "the name ends where the number does"


def test_where_names_do_not_fit_the_classes_have_numbers() -> None:
    _, head, *rows = drawn(76)
    assert head.split() == [str(at) for at in range(10)]
    assert rows[9].startswith("9 Ankle boot")
    assert drawn(40) == []


def test_without_colours_signs_say_what_share_of_the_row_it_is() -> None:
    legend, _, *rows = drawn(96, "shades")
    assert "5, 10, 20 %" in legend
    assert rows[6].split() == ["Shirt", "60#", ".", "30+", ".", "10", ".", "[200]", ".", ".", "."]


@pytest.mark.parametrize("dark", [True, False])
def test_every_shade_can_be_read(dark: bool) -> None:
    shares = [at / 100 for at in range(101)]
    looks = [
        *(
            heat_style(share, "full", right=right, dark=dark)
            for share, right in itertools.product(shares, (True, False))
        ),
        *(grey_style(share, "full") for share in shares),
        *(signed_style(share * sign, "full") for share, sign in itertools.product(shares, (1, -1))),
    ]
    for look in looks:
        if look.color and look.bgcolor:
            assert _contrast(look.color.name.strip("#"), look.bgcolor.name.strip("#"), {}) >= 4.5


def test_more_is_shaded_more_and_right_otherwise_than_wrong() -> None:
    wrong = [heat_style(share, "full", right=False, dark=True).bgcolor for share in (0.02, 0.1, 0.4)]
    assert len(set(wrong)) == 3
    assert heat_style(0.4, "full", right=True, dark=True).bgcolor not in wrong
