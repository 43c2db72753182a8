"""What a map of where a network looked is said to show: only what its numbers say."""

from __future__ import annotations

import array
import math
from typing import Any

import msgspec
import pytest

from cnn_tui.jobs.explain.where_protocol import Where
from cnn_tui.reports.where_words import said_of, strongest_region

MAP = Where("grad-cam", "conv2d", 1, ("Bag", "Shirt"), (0.2, 0.8), 2.5, (1, 1), b"", 1, 1, (1, 1, 1), b"\0")


def where(rows: list[list[float]], **more: Any) -> Where:
    numbers = array.array("f", [number for row in rows for number in row]).tobytes()
    return msgspec.structs.replace(MAP, numbers=numbers, size=(len(rows), len(rows[0])), **more)


def test_the_strongest_ninth_is_named_with_its_share() -> None:
    assert strongest_region(((3.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, -9.0))) == ("upper left", 0.75)
    first, second = said_of(where([[0, 0, 0], [0, 1, 0], [0, 0, 3]]))
    assert first == "The lower right ninth of the image holds 75 % of what speaks for Shirt."
    assert second == "Grad-CAM of the 3x3 maps of conv2d; the score of Shirt is 2.50."


def test_a_number_on_the_border_of_ninths_counts_in_each_by_its_part() -> None:
    found = strongest_region(((2.0, 1.0), (0.0, 0.0)))
    assert found is not None and found.name == "upper left"
    assert found.share == pytest.approx(2 * (2 / 3 * 2 / 3) / 3)


def test_what_is_spread_or_not_there_is_said_to_be() -> None:
    assert "no ninth of it holds more than 11 %" in said_of(where([[1.0] * 3] * 3))[0]
    assert said_of(where([[0.0, -1.0]]))[0] == "Nothing in the maps of conv2d speaks for Shirt."


def test_each_methods_numbers_are_explained() -> None:
    (*_, words) = said_of(where([[0.1, -0.2]], method="occlusion", layer="", side=4))
    assert words == (
        "Covering a place costs Shirt up to 10.0 points of its 80.0 % "
        "(squares of 4x4 pixels in the image's mean colour)."
    )
    (*_, words) = said_of(where([[2.0, 1.0]], method="integrated-gradients", layer="", blank_score=-0.5))
    assert (
        words
        == "The pixels add up to 3.00: what the score of Shirt gains from a black image, -0.50, to this one, 2.50."
    )


def test_numbers_that_are_none_are_said_to_be() -> None:
    for broken in (where([[math.nan]]), where([[1.0]], score=None)):
        assert said_of(broken) == ["For this image the network gives NaN, which is no number: its training went wrong."]
