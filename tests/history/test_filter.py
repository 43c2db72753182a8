"""The filter language of the history, run against a real one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.history.run_writer import USUAL_ENDINGS
from cnn_tui.history.table.filter import FIGURES, KEYS, MAX_LENGTH, FilterError, compile_filter
from tests.properties import examples

NOBODY: list[int] = []


def add(history: History, preset: str = "lab1-baseline", **columns: Any) -> int:
    """A run of a preset with its columns as given."""
    run_id = history.add(load_preset(preset))
    if "status" in columns:
        columns["ending"] = USUAL_ENDINGS.get(columns["status"], "")
    if "tags" in columns:
        columns["tags"] = msgspec.json.encode(columns["tags"]).decode()
    if columns:
        change = ", ".join(f"{name} = ?" for name in columns)
        history.store.execute(f"UPDATE runs SET {change} WHERE id = ?", (*columns.values(), run_id))
    return run_id


@pytest.fixture
def history() -> Iterator[History]:
    """Six runs that differ in what one filters by."""
    with History() as opened:
        scores: dict[str, Any] = {
            "accuracy": 0.95,
            "test_accuracy": 0.912,
            "test_loss": 0.25,
            "pace": 8.5,
            "epochs_done": 5,
        }
        add(opened, name="plain", status="finished", seed=7, tags=["lab1", "keep"], **scores)
        add(opened, "lab1-64-filters", name="Привет Welt", status="failed", note="out of 100% memory", tags=["lab10"])
        late = {**scores, "test_accuracy": 0.884, "val_accuracy": 0.88, "pace": 12.0}
        add(opened, "lab1-16-filters", name="16 (again)", status="stopped", exercise="lab1/16-filters", **late)
        add(opened, name="a_b", note="two  words\x1b[2J", dataset="/data/fashion_mnist/mine.npz", tags=['x"lab1"y'])
        add(opened, name="axb", status="running", dataset="fashion_mnist_sample", tags=["week 3"])
        add(opened, name="100%", status="paused", seed=8)
        yield opened


def chosen(history: History, text: str) -> list[int]:
    """The runs that a filter chooses."""
    where, values = compile_filter(text)
    return [row[0] for row in history.store.execute(f"SELECT id FROM runs WHERE {where} ORDER BY id", values)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        # Nothing, and words
        ("", [1, 2, 3, 4, 5, 6]),
        ("  \t ", [1, 2, 3, 4, 5, 6]),
        ("plain", [1]),
        ("PLAIN", [1]),
        ("привет", [2]),
        ("ПРИВЕТ WELT", [2]),
        ("memory", [2]),
        ("welt memory", [2]),
        ("welt plain", NOBODY),
        ("again)", [3]),
        # What LIKE would take for more than it is
        ("a_b", [4]),
        ("%", [2, 6]),
        ("100%", [2, 6]),
        ("\\", NOBODY),
        ("' OR 1 --", NOBODY),
        ("'; DROP TABLE runs", NOBODY),
        # Quotes
        ('"two  words"', [4]),
        ('"two words"', NOBODY),
        ('"finished"', NOBODY),
        ('""', [1, 2, 3, 4, 5, 6]),
        ('!"out of"', [1, 3, 4, 5, 6]),
        ('note:"out of"', [2]),
        # Figures
        ("acc>0.9", [1]),
        ("acc > 0.9", [1]),
        ("acc>90%", [1]),
        ("accuracy<=0.9", [3]),
        ("test_accuracy>=0.884", [1, 3]),
        ("acc=0.91", [1]),
        ("acc=0.912", [1]),
        ("acc=0.9", [1, 3]),
        ("acc!=0.91", [2, 3, 4, 5, 6]),
        ("acc:0.912", [1]),
        ("!acc>0.9", [2, 3, 4, 5, 6]),
        ("loss<0.3", [1, 3]),
        ("train>=0.95", [1, 3]),
        ("val>0", [3]),
        ("gap>5%", [3]),
        ("gap<0.05", [1]),
        ("params<100k", [3]),
        ("params>=113,386 params<.2M", [1, 4, 5, 6]),
        ("params=243786", [2]),
        ("seconds<10", [1]),
        ("pace>10", [3]),
        ("epochs=5", [1, 3]),
        ("epochs<1", [2, 4, 5, 6]),
        ("run>=5", [5, 6]),
        ("id=3", [3]),
        ("seed:8", [6]),
        ("seed>0", [1, 6]),
        # Keys
        ("tag:lab1", [1]),
        ("tag:LAB1", [1]),
        ("tag:#lab1", [1]),
        ("tag=lab1", [1]),
        ("tag:lab", NOBODY),
        ("tag:lab1 tag:keep", [1]),
        ("!tag:lab1", [2, 3, 4, 5, 6]),
        ('tag:"week 3"', [5]),
        ("tag:%", NOBODY),
        ("failed", [2]),
        ("FAILED", [2]),
        ("status:stopped", [3]),
        ("!finished !failed", [3, 4, 5, 6]),
        ("-finished -failed", [3, 4, 5, 6]),
        ("live", [4, 5, 6]),
        ("!live", [1, 2, 3]),
        ("name:16", [3]),
        ("name:memory", NOBODY),
        ("dataset:fashion_mnist", [1, 2, 3, 6]),
        ("dataset:fashion_mnist_sample", [5]),
        ("data:mine", [4]),
        ("exercise:lab1", [3]),
        ("exercise:16-filters", [3]),
        ("exercise:lab1/16-filters", [3]),
        ("exercise:lab", NOBODY),
        ("net:1", [1, 4, 5, 6]),
        ("!net:1", [2, 3]),
        ("net:99", NOBODY),
        ("!net:99", [1, 2, 3, 4, 5, 6]),
        # Together
        ("acc>0.9 tag:lab1 !failed", [1]),
        ("acc>0.9 tag:lab1 !finished", NOBODY),
        ("!!failed", [2]),
        ("16 - again", NOBODY),
        ("3:4", NOBODY),
    ],
)
def test_a_filter_chooses(history: History, text: str, ids: list[int]) -> None:
    assert chosen(history, text) == ids


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("acc>", ('"acc>"', "is no number", "test accuracy", "acc>0.9 or acc>90%")),
        ("acc>high", ('"high"', "is no number")),
        ("params>5%", ('"5%"', "is no number")),
        ("seed>1e99", ("is no number",)),
        ("seed=0e999999999", ("is no number",)),
        (">0.9", ("the name of a figure",)),
        ("acuracy>0.9", ('"acuracy>0.9"', "acuracy is no figure; there are acc, loss,", "in quotes")),
        ("los<1", ("Did you mean loss?",)),
        ("status:fnished", ('"fnished" is no status', "queued, running", "Did you mean finished?")),
        ("tags:", ('"tags:" needs a value',)),
        ("tag:", ("needs a value: a tag",)),
        ("colour:red", ("colour is no key; there are tag:, status:,", "in quotes")),
        ("statu:failed", ("Did you mean status?",)),
        ("net:four", ('"four" is not the number of a run',)),
        ("net:99999999999999999999", ("is not the number of a run",)),
        ('"open', ("has no closing quote",)),
        ('note:"open', ("has no closing quote",)),
        ("!", ("stands alone", "!failed")),
        ("x" * (MAX_LENGTH + 1), ("at most 2,000 characters",)),
        ("a " * 60, ("at most 50 terms, not 60",)),
        ("acc>\x1b[2J", (r"\x1b[2J",)),
    ],
)
def test_what_means_nothing_is_answered_with_the_term_and_what_is_allowed(text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(FilterError) as caught:
        compile_filter(text)
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert len(sentence) < 500
    for word in words:
        assert word in sentence


def test_a_word_in_bytes_that_are_no_text_finds_nothing(history: History) -> None:
    assert chosen(history, "pl\udcffain") == NOBODY


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_and_its_negation_part_the_runs(history: History, name: str) -> None:
    for sign in (">", ">=", "<", "<=", "=", "!="):
        those, others = chosen(history, f"{name}{sign}5"), chosen(history, f"!{name}{sign}5")
        assert sorted(those + others) == [1, 2, 3, 4, 5, 6]


words = st.text(st.sampled_from("ab1.9%_\\\"!-:>=< '\t\x00é#") | st.characters(), max_size=30)
terms = st.one_of(
    words,
    st.builds("{}{}{}".format, st.sampled_from([*FIGURES, "foo"]), st.sampled_from([">", "<=", "=", ":"]), words),
    st.builds("{}:{}".format, st.sampled_from([*KEYS, "foo"]), words),
)


@settings(deadline=None, max_examples=examples(300))
@given(st.lists(terms, max_size=4).map(" ".join))
def test_any_text_is_a_filter_or_a_sentence(text: str) -> None:
    try:
        where, values = compile_filter(text)
    except FilterError as error:
        assert str(error).isprintable()
        return
    with History() as history:
        if not history.count():
            add(history)
        history.store.execute(f"SELECT id FROM runs WHERE {where}", values).fetchall()
        assert history.count() == 1


@settings(deadline=None, max_examples=examples(200))
@given(st.text(min_size=1, max_size=20), st.text(max_size=5), st.text(max_size=5))
def test_a_quoted_text_finds_the_names_that_hold_it(text: str, before: str, after: str) -> None:
    clean = text.encode("utf-8", "replace").decode().replace('"', "").replace("\0", "")
    name = (before + clean + after).encode("utf-8", "replace").decode()
    with History() as history:
        run_id = add(history, name=name)
        found = run_id in chosen(history, f'"{clean}"')
        history.store.execute("DELETE FROM runs")
    assert found or "\0" in before, (clean, name)
