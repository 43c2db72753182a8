"""Sentences on the lines that there are."""

from __future__ import annotations

import pytest

from cnn_tui.ui.widgets.layout import wrap


@pytest.mark.parametrize(
    ("width", "lines", "shown"),
    [
        (30, 2, ["one two three four"]),
        (10, 2, ["one two", "three four"]),
        (10, 3, ["one two", "three four"]),
        (9, 2, ["one two", "three …"]),
        (9, 1, ["one two …"]),
        (3, 2, ["one", "tw…"]),
    ],
)
def test_what_does_not_fit_is_left_out_and_a_sign_says_so(width: int, lines: int, shown: list[str]) -> None:
    assert [line.plain for line in wrap("one  two three\nfour", "", width, lines)] == shown
