"""What features tell, in words: of which classes the images nearest to one are."""

from __future__ import annotations

import pytest

from cnn_tui.reports.feature_words import features_in_words, likeness_in_words


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        (["Shirt"] * 3, "The three nearest that it learned from are Shirt."),
        (["Coat"], "The nearest that it learned from is Coat."),
        (["Bag", "Coat", "Bag"], "Of the three nearest that it learned from, two are Bag and one is Coat."),
        (["Bag"] * 12, "The 12 nearest that it learned from are Bag."),
        (["\x1b[31m", "Bag"], r"Of the two nearest that it learned from, one is \x1b[31m and one is Bag."),
    ],
)
def test_the_sentence_counts_the_classes(classes: list[str], words: str) -> None:
    assert likeness_in_words(classes) == words


def test_the_features_are_named_by_their_layer() -> None:
    assert features_in_words("dense_1", True, 128) == "the 128 numbers that go into dense_1"
    assert features_in_words("global_pool", False, 64) == "the 64 numbers that global_pool gives"
