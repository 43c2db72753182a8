"""What a person writes about runs, by one or by several at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_tui.exercises import answers
from cnn_tui.exercises.answers import Answer, Expectation
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history import notebook
from cnn_tui.history.history import History, Result
from cnn_tui.history.notebook import Archiving, NotebookError, TagError, normalised, to_tag
from tests.runs import run_of

ROOT = Path(__file__).parents[2]
BASELINE = load_preset("lab1-baseline")


@pytest.fixture
def history() -> Iterator[History]:
    """Three runs that have ended and one that waits."""
    with History() as opened:
        for _ in range(3):
            run_id = opened.add(BASELINE)
            opened.claim(run_id, 1, 0)
            opened.record_end(run_id, Result("finished"))
        opened.add(BASELINE)
        yield opened


def shown(history: History) -> list[int]:
    """The runs that are not put away."""
    return [line.id for line in history.lines() if not line.archived]


# Notes, conclusions, names


def test_notes_and_conclusions_are_two_things(history: History) -> None:
    notebook.note(history, 1, "ran hot")
    notebook.conclude(history, 1, "more filters,\nno better")
    assert (run_of(history, 1).note, run_of(history, 1).conclusion) == ("ran hot", "more filters,\nno better")
    notebook.note(history, 1, "")
    assert (run_of(history, 1).note, run_of(history, 1).conclusion) == ("", "more filters,\nno better")
    assert "conclusion" not in run_of(history, 1).to_json(), "a run's JSON has the promised keys"


def test_a_rename_gives_the_old_name_back(history: History) -> None:
    assert notebook.rename(history, 2, "  mine, Привет \x1b[31m ") == "Lab 1: baseline, 32 filters"
    assert run_of(history, 2).name == "mine, Привет \x1b[31m"
    assert run_of(history, 2).experiment == BASELINE, "what was tried stays what it was"
    for name in ("", "  ", "x" * 201):
        with pytest.raises(NotebookError, match="a name has 1 to 200 characters"):
            notebook.rename(history, 2, name)


def test_what_is_not_there_or_too_long_is_refused(history: History) -> None:
    for write in (
        lambda: notebook.note(history, 9, "x"),
        lambda: notebook.conclude(history, 9, "x"),
        lambda: notebook.rename(history, 9, "x"),
        lambda: notebook.change_tags(history, [1, 9], ["x"]),
        lambda: notebook.archive(history, [1, 9]),
        lambda: notebook.pin(history, 9),
    ):
        with pytest.raises(NotebookError, match="there is no run 9"):
            write()
    assert run_of(history, 1).tags == ()
    assert 1 in shown(history), "all or nothing"
    with pytest.raises(NotebookError, match="at most 100,000 characters"):
        notebook.note(history, 1, "x" * 100_001)


def test_half_a_character_from_a_shell_is_kept_as_a_mark(history: History) -> None:
    notebook.note(history, 1, "caf\udce9")
    assert run_of(history, 1).note == "caf\ufffd"


# Tags


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("lab1", "lab1"),
        ("#Lab 1", "lab-1"),
        ("  Two   Words ", "two-words"),
        ("a,b", "a-b"),
        ("ÄÖ", "äö"),
        ("e\u0301", "é"),
        ("\u202eevil\x1b[2J", "evil-[2j"),
        ("a\nb", "a-b"),
        ("v1.2_x/y", "v1.2_x/y"),
    ],
)
def test_a_tag_is_written_in_one_way(text: str, tag: str) -> None:
    assert to_tag(text) == tag
    assert to_tag(tag) == tag


@settings(deadline=None)
@given(st.text(max_size=60))
def test_a_tag_as_kept_is_inert_and_stays_as_it_is(text: str) -> None:
    tag = normalised(text)
    assert tag.isprintable()
    assert not any(char.isspace() or char == "," for char in tag)
    assert normalised(tag) == tag


@pytest.mark.parametrize("text", ["", "  ", "#", "-", "\u202e", "x" * 51])
def test_what_is_no_tag_is_refused(text: str) -> None:
    with pytest.raises(TagError, match="a tag has at"):
        to_tag(text)


def test_tags_come_and_go(history: History) -> None:
    assert notebook.change_tags(history, [1, 2], ["Lab 1", "keep"]) == {1: ("lab-1", "keep"), 2: ("lab-1", "keep")}
    assert notebook.change_tags(history, [1, 3], ["new", "keep"], ["lab-1"]) == {1: ("keep", "new"), 3: ("new", "keep")}
    assert run_of(history, 2).tags == ("lab-1", "keep")
    assert notebook.change_tags(history, [2], ["b", "A", "b"], ["lab-1", "keep"]) == {2: ("b", "a")}
    assert notebook.change_tags(history, [2], [], ["a", "b"]) == {2: ()}
    with pytest.raises(TagError, match="at most 50 tags"):
        notebook.change_tags(history, [1], [f"t{number}" for number in range(50)])
    assert run_of(history, 1).tags == ("keep", "new")


def test_a_tag_that_an_older_version_kept_otherwise_can_be_taken_off(history: History) -> None:
    history.store.execute("""UPDATE runs SET tags = '["Week 3", "keep"]' WHERE id = 1""")
    assert notebook.change_tags(history, [1], remove=["week 3"]) == {1: ("keep",)}


# The archive


def test_an_archiving_is_undone(history: History) -> None:
    notebook.archive(history, [1])
    done = notebook.archive(history, [1, 2, 2, 3])
    assert done == Archiving((2, 3)), "run 1 was away already, and undoing this does not bring it back"
    assert shown(history) == [4]
    notebook.undo(history, done)
    assert shown(history) == [4, 3, 2]
    back = notebook.restore(history, [1, 2])
    assert back == Archiving((1,), restored=True)
    notebook.undo(history, back)
    assert shown(history) == [4, 3, 2]
    assert run_of(history, 1).note == ""
    assert [event.text for event in history.events(1)] == ["archived", "taken out of the archive", "archived"]


def test_the_last_archiving_is_known_to_another_process_too(history: History) -> None:
    assert notebook.last_archived(history) == ()
    notebook.archive(history, [1])
    notebook.archive(history, [2, 3])
    assert notebook.last_archived(history) == (2, 3)
    notebook.restore(history, [2, 3])
    assert notebook.last_archived(history) == (1,)
    notebook.restore(history, [1])
    assert notebook.last_archived(history) == ()


def test_a_run_that_has_not_ended_cannot_be_put_away(history: History) -> None:
    with pytest.raises(NotebookError, match="run 4 is queued: only a run that has ended can be archived"):
        notebook.archive(history, [1, 4])
    assert shown(history) == [4, 3, 2, 1]


# The baseline


def test_one_run_is_the_baseline(history: History) -> None:
    assert notebook.pinned(history) is None
    notebook.pin(history, 1)
    notebook.pin(history, 3)
    notebook.pin(history, 2, "other")
    assert (notebook.pinned(history), notebook.pinned(history, "other")) == (3, 2)
    notebook.unpin(history)
    assert (notebook.pinned(history), notebook.pinned(history, "other")) == (None, 2)


# Answers


def test_an_answer_is_written_piece_by_piece(history: History) -> None:
    assert answers.answers(history, "lab1") == {}
    assert answers.answer(history, "lab1", "16-filters") == Answer()
    answers.predict(history, "lab1", "16-filters", {"accuracy": "down"})
    answers.predict(history, "lab1", "16-filters", {"time": "down"})
    answers.conclude(history, "lab1", "16-filters", "a little worse, much faster")
    answers.mark(history, "lab1", "16-filters", True)
    answers.conclude(history, "lab1", "64-filters", "")
    answers.mark(history, "other", "16-filters", False)
    kept = answers.answers(history, "lab1")
    assert list(kept) == ["16-filters", "64-filters"]
    one = kept["16-filters"]
    assert one.prediction == Expectation(accuracy="down", time="down")
    assert (one.conclusion, one.done) == ("a little worse, much faster", True)
    assert kept["64-filters"].changed >= one.changed > 0
    answers.predict(history, "lab1", "16-filters", {"accuracy": None})
    answers.mark(history, "lab1", "16-filters", False)
    assert answers.answer(history, "lab1", "16-filters").prediction == Expectation(time="down")
    assert not answers.answer(history, "lab1", "16-filters").done


def test_a_prediction_is_of_something_and_goes_somewhere(history: History) -> None:
    with pytest.raises(NotebookError, match='"params" is not predicted; there are accuracy, time'):
        answers.predict(history, "lab1", "x", {"params": "up"})
    with pytest.raises(NotebookError, match='accuracy goes up, down, same, not "better"'):
        answers.predict(history, "lab1", "x", {"accuracy": "better"})
    with pytest.raises(NotebookError, match="at most 100,000 characters"):
        answers.conclude(history, "lab1", "x", "y" * 100_001)
    assert answers.answers(history, "lab1") == {}


# Several at once

WRITER = """
import sys
from pathlib import Path
from cnn_tui.exercises import answers
from cnn_tui.history import notebook
from cnn_tui.history.history import History

path, me = Path(sys.argv[1]), sys.argv[2]
with History(path) as history:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(10):
        notebook.change_tags(history, [1, 2], [f"w{me}-{number}"])
        notebook.note(history, 3, f"note {me}-{number}")
        answers.predict(history, "lab1", f"e{number}", {"accuracy" if me == "0" else "time": "up"})
        answers.conclude(history, f"pack{me}", "e", f"conclusion {number}")
        notebook.archive(history, [3])
        notebook.restore(history, [3])
"""


def test_writers_at_once_lose_nothing(history: History) -> None:
    """Four processes put ten tags each on the same runs and answer the same exercises."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(history.path), str(me)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for me in range(4)
    ]
    try:
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n", writer.stderr and writer.stderr.read()
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("\n")
            writer.stdin.flush()
        for writer in writers:
            _, err = writer.communicate(timeout=120)
            assert (writer.returncode, err) == (0, "")
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
    wanted = {f"w{me}-{number}" for me in range(4) for number in range(10)}
    assert set(run_of(history, 1).tags) == set(run_of(history, 2).tags) == wanted
    assert run_of(history, 3).note in {f"note {me}-9" for me in range(4)}
    assert not run_of(history, 3).archived
    events = [event.text for event in history.events(3)]
    assert events == ["archived", "taken out of the archive"] * (len(events) // 2), "one after the other, never torn"
    kept = answers.answers(history, "lab1")
    assert {one.prediction for one in kept.values()} == {Expectation(accuracy="up", time="up")}
    assert len(kept) == 10
    assert all(answers.answer(history, f"pack{me}", "e").conclusion == "conclusion 9" for me in range(4))
