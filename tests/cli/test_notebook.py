"""`tag`, `rename`, `archive`, `baseline`: what a person says of runs, on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History, Result
from tests.cli.command import Inside, assert_one_sentence, cnn_tui


@pytest.fixture(autouse=True)
def runs(sealed_machine: Path) -> None:
    """Three runs that have ended, and one that waits."""
    with History() as history:
        for name in ("lab1-baseline", "lab1-16-filters", "lab1-64-filters"):
            run_id = history.add(load_preset(name))
            history.claim(run_id, 1, 0)
            history.record_end(run_id, Result("finished", "", 0.3, 0.9))
        history.add(load_preset("lab1-baseline"))


def ids(inside: Inside, *arguments: str) -> list[int]:
    """The runs that `history` lists."""
    return [run["id"] for run in inside("history", "--json", *arguments).objects]


def test_tags_are_put_on_and_taken_off(inside: Inside) -> None:
    assert inside("tag", "1", "2", "+Lab 1", "+keep") == (0, "", "run 1: lab-1, keep\nrun 2: lab-1, keep\n")
    assert inside("tag", "2", "-keep", "+x") == (0, "", "run 2: lab-1, x\n")
    assert inside("tag", "1", "2", "3") == (0, "1  lab-1 keep\n2  lab-1 x\n3\n", "")
    assert ids(inside, "--filter", "tag:lab-1 !tag:x") == [1]
    assert inside("show", "1", "--json").objects[0]["tags"] == ["lab-1", "keep"]
    assert "run 1: no tag" in inside("tag", "1", "-lab-1", "-keep").err


def test_a_tag_may_begin_as_an_option_does() -> None:
    """With the real command: nothing of it is taken for an option."""
    assert cnn_tui("tag", "1", "+help", "+hot", "+j").status == 0
    assert cnn_tui("tag", "1", "-help", "-j", "-x").err == "run 1: hot\n"
    assert "RUN... [+TAG | -TAG]" in cnn_tui("tag", "--help").out


def test_tag_has_help_as_every_command(inside: Inside) -> None:
    answer = inside("tag", "-h")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("Usage: cnn-tui tag") and "Put tags on runs" in answer.out
    assert answer.out == inside("tag", "--help").out


def test_a_rename_is_seen_everywhere(inside: Inside) -> None:
    assert inside("rename", "2", "sixteen", "again") == (
        0,
        "",
        "run 2 is now sixteen again; it was Lab 1: 16 filters\n",
    )
    assert "sixteen again" in inside("history").out
    assert ids(inside, "--filter", "name:sixteen") == [2]


def test_an_archived_run_is_kept_and_not_listed(inside: Inside) -> None:
    assert inside("archive", "1", "3").err == "2 runs (runs 1, 3) are archived; cnn-tui archive --undo brings back\n"
    assert ids(inside) == [4, 2]
    assert ids(inside, "--archived") == [4, 3, 2, 1]
    assert inside("show", "1").status == 0
    assert inside("archive", "1").err == "they were archived already\n"
    assert inside("archive", "--undo").err == "2 runs (runs 1, 3) are back\n"
    assert ids(inside) == [4, 3, 2, 1]
    assert_one_sentence(inside("archive", "--undo"), 2, "no run is archived")
    assert inside("archive", "2").err.startswith("run 2 is archived")
    assert inside("archive", "--undo", "2").err == "run 2 is back\n"
    assert inside("archive", "--undo", "2").err == "run 2 is not archived\n"


def test_a_history_of_archived_runs_says_so(inside: Inside) -> None:
    inside("stop", "4")
    inside("archive", "1", "2", "3", "4")
    answer = inside("history")
    assert (answer.status, answer.out, answer.err) == (0, "", "All runs are archived: --archived lists them.\n")


def test_a_baseline_is_pinned(inside: Inside) -> None:
    assert "no run is the baseline" in inside("baseline").err
    assert inside("baseline", "2").err == "run 2 (Lab 1: 16 filters) is the baseline\n"
    assert inside("baseline").out == "2\n"
    assert inside("baseline", "--clear").status == 0
    assert inside("baseline").out == ""


def test_a_conclusion_stands_beside_the_note(inside: Inside) -> None:
    assert inside("note", "1", "--conclusion", "64", "is", "no", "better").err == "run 1: the conclusion is kept\n"
    assert inside("note", "1", "ran hot").err == "run 1: the note is kept\n"
    text = inside("show", "1").out
    assert "note                 ran hot" in text
    assert "conclusion           64 is no better" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("tag",), ("RUN",)),
        (("tag", "+x"), ("name the runs first",)),
        (("tag", "1", "x"), ('"x" is no run', "+ or - before it")),
        (("tag", "9", "+x"), ("there is no run 9",)),
        (("tag", "1", "+"), ("a tag has at least",)),
        (("tag", "1" * 40, "+x"), ("there is no run",)),
        (("rename", "1", ""), ("a name has 1 to 200 characters",)),
        (("rename", "9", "x"), ("there is no run 9; the newest is run 4",)),
        (("archive",), ("name the runs",)),
        (("archive", "4"), ("run 4 is queued",)),
        (("archive", "99999999999999999999"), ("there is no run",)),
        (("baseline", "9"), ("there is no run 9",)),
        (("history", "--filter", "acc>"), ('"acc>"', "is no number")),
        (("history", "--filter", "colour:red"), ("colour is no key",)),
    ],
    ids=" ".join,
)
def test_wrong_calls(inside: Inside, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    assert_one_sentence(inside(*arguments), 2, *words)


def test_the_filter_language_works_on_the_command_line(inside: Inside) -> None:
    assert ids(inside, "--filter", "acc>0.5 params<100k") == [2]
    assert ids(inside, "--filter", "net:1", "--sort", "-id") == [1, 4]
    assert inside("history", "--filter", "!finished !queued").err.startswith("No run passes the filter.")
    assert ids(inside, "--sort", "gap") == [4, 3, 2, 1]
    rows = inside("history", "--csv").out.splitlines()
    assert rows[0].endswith(",tags,exercise,train_images,test_images,weights,ending,group")
