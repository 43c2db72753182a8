"""How a time span is written."""

from __future__ import annotations

import pytest

from cnn_tui.history.pace import clock, in_words


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.4, "0:00"), (7, "0:07"), (21.4, "0:21"), (750, "12:30"), (3_723, "1:02:03"), (360_000, "100:00:00")],
)
def test_seconds_on_a_clock(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (89, "89 s"), (90, "2 min"), (5_300, "88 min"), (12_000, "3 h 20 min"), (200_000, "2 days")],
)
def test_seconds_as_a_person_says_them(seconds: float, said: str) -> None:
    assert in_words(seconds) == said
