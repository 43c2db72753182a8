"""Text from outside as it is shown; counts and sentences in words."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from cnn_tui.text import (
    cells,
    columns,
    counted,
    did_you_mean,
    escaped,
    line_ends,
    padded,
    quiet,
    reason,
    sentence,
    wrapped,
)


def test_what_a_terminal_would_obey_is_escaped() -> None:
    assert escaped("a\x1b[2J\u202eé\n") == "a\\x1b[2J\\u202eé\\n"
    assert escaped("half a character: \udcff") == "half a character: \\udcff"
    assert escaped("Füße 😀 C:\\new") == "Füße 😀 C:\\new"


def test_text_is_made_inert_and_cut() -> None:
    assert quiet("a\x1b[2J\u202eé") == "a\\x1b[2J\\u202eé"
    assert quiet("x" * 300) == "x" * 199 + "…"
    assert quiet("x" * 300, 10) == "x" * 9 + "…"


def test_what_a_library_says_fits_into_a_sentence() -> None:
    assert reason(ValueError(" no such\x1b[31m thing. ")) == "no such\\x1b[31m thing"
    assert reason(EOFError()) == "EOFError"
    assert len(reason(OSError("x" * 1_000))) == 120


def test_one_is_no_plural() -> None:
    assert [counted(count, "run") for count in (0, 1, 2, 1_000)] == ["0 runs", "1 run", "2 runs", "1,000 runs"]
    assert [counted(count, "class", "classes") for count in (1, 2)] == ["1 class", "2 classes"]


@pytest.mark.parametrize(
    ("words", "told"),
    [("no such key", "No such key."), ("Did you mean x?", "Did you mean x?"), (" It is. ", "It is."), ("", ".")],
)
def test_a_sentence_begins_with_a_capital_and_ends(words: str, told: str) -> None:
    assert sentence(words) == told


@pytest.mark.parametrize(
    ("word", "hint"),
    [("los", " Did you mean loss?"), ("CONV2d", " Did you mean Conv2D?"), ("xyz", ""), ("", "")],
)
def test_a_hint_names_the_choice_that_is_most_like_a_word(word: str, hint: str) -> None:
    assert did_you_mean(word, ["Conv2D", "loss", "val_loss"]) == hint


def test_a_part_of_one_choice_alone_and_initials_are_short_for_it() -> None:
    choices = ["fashion_mnist", "fashion_mnist_sample", "learning_rate", "color"]
    assert did_you_mean("sample", choices) == " Did you mean fashion_mnist_sample?"
    assert did_you_mean("lr", choices) == " Did you mean learning_rate?"


def test_a_hint_quotes_what_stands_in_quotes_in_a_file() -> None:
    assert did_you_mean("filter", iter(["filters", "padding"]), quoted=True) == ' Did you mean "filters"?'
    assert did_you_mean("zzz", ["filters"], quoted=True) == ""


@pytest.mark.parametrize("text", ["", "a", "two words here", "名前" * 20, "x" * 50, "a  b", "one " + "y" * 30, "  in"])
def test_wrapped_text_fits_and_loses_nothing(text: str) -> None:
    lines = wrapped(text, 12)
    assert max(map(cell_len, lines)) <= 12
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_text_is_wrapped_between_words_and_in_a_word_that_is_longer_than_a_line() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("one two three", 13) == ["one two three"]
    assert wrapped("a wonderful b", 5) == ["a", "wonde", "rful", "b"]
    assert wrapped("  a b", 3) == ["  a", "b"], "what stands before the first word stays"
    assert wrapped("名前 x", 4) == ["名前", "x"], "which are two cells wide each"
    assert wrapped("名前", 1) == ["名", "前"], "a line has a character at least"
    assert line_ends("one two", 4) == [(0, 3), (4, 7)]


def test_text_is_padded_by_cells() -> None:
    assert (cells("名a"), padded("名a", 5), padded("名a", 5, right=True)) == (3, "名a  ", "  名a")


def test_a_table_that_is_too_wide_gives_way_in_its_widest_words() -> None:
    rows = [("run", "name", "takes"), ("12", "Lab 1: baseline, 32 filters: filters 8, seed 1", "0:06")]
    lines = columns(rows, right=(0, 2), width=40)
    assert max(map(len, lines)) == 40 and lines[1].startswith(" 12  Lab 1: baseline") and "seed 1" in lines[1]
    assert columns(rows, right=(0, 2), width=200) == columns(rows, right=(0, 2))
    assert len(columns(rows, right=(0, 2), width=5)[1].split("…")[0]) > 5, "a column is not cut to nothing"


def test_a_name_of_code_begins_no_sentence_with_a_capital() -> None:
    assert sentence("validation_split holds out images") == "validation_split holds out images."
    assert sentence("the images of train_dir") == "The images of train_dir."
