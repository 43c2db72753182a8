"""What users read: all of it is listed, and one thing has one word."""

from __future__ import annotations

from tests.texts import all_texts

PUT_AWAY = {
    "its ladder": "next larger value",
    "not live": "run 12 is training",
    "glorot most others": "glorot_* most others",
    "is like that": "matches this filter",
    "figure is another": "is higher because",
    "steps of {": "batch 715 of 1,875",
    "open again": "to do",
}
"""Words that were mended, with those that stand in their place."""


def test_every_kind_of_text_is_listed_with_its_place() -> None:
    found = {(one.file, one.words) for one in all_texts()}
    assert ("cnn_tui/ui/keys.txt", "metric | next metric: loss, accuracy, seconds an epoch") in found
    assert ("cnn_tui/ui/panes/training/runs_shown.py", "No run is recorded yet.") in found
    assert ("cnn_tui/network/kinds/base.py", "Whether each output gets a number of its own added.") in found
    assert ("cnn_tui/cli/running/follow.py", "The run; else the oldest live one.") in found
    assert ("cnn_tui/exercises/sets/overfitting/pack.toml", "Images varied at random") in found
    assert not any("SELECT" in words for _, words in found), "nobody reads SQL"


def test_words_that_were_mended_do_not_come_back() -> None:
    back = [f"{one.file}:{one.line}: {one.words}" for one in all_texts() for old in PUT_AWAY if old in one.words]
    assert not back
