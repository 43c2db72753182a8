"""`cnn-tui merge`: a class on a page, in Markdown and in JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.exercises.packs import open_pack
from tests.cli.command import Inside
from tests.exercises.made_class import Truth, member, submit

FOLDER = Path(__file__).parents[2] / "docs" / "example-pack"
LOUD = "loud\x1b[2J|*name*"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Nine submissions, the first by somebody with a loud name."""
    place = open_pack(FOLDER)
    made = []
    truths = {"start": Truth(0.89), "lighter": Truth(0.87, 0.5)}
    for number in range(1, 10):
        with member(tmp_path / f"{number}.db", place, truths, seed=number, seeds=(1, 2)) as history:
            name = LOUD if number == 1 else f"S{number}"
            made.append(str(submit(history, place, tmp_path / f"{number}.json", name)))
    return made


def test_the_page_has_groups_verdicts_and_who_foresaw_them(
    inside: Inside, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    answer = inside("merge", *files, "--pack", str(FOLDER))
    assert answer.status == 0 and "\x1b" not in answer.out
    out = " ".join(answer.out.split())
    assert "9 submissions and 0 histories as one experiment" in out
    assert "runs 36 that ended as planned, 2 experiments" in out
    assert "example-pack: Week 3: fewer weights, same accuracy" in out
    assert "16 against 32 filters: -" in out and "over 18 runs each (p < 0.001)" in out
    assert "an epoch took longer in 0 of 9 files, shorter in 9" in out
    assert "Half the weights time 0 0 9 down 9 of 9" in out
    assert "What was concluded of example-pack Half the weights: 9 conclusions" in out
    assert "S9: what member 9 saw" in out and out.count("what member 9 saw") == 1
    markdown = inside("merge", *files, "--markdown").out
    assert markdown.startswith("# 9 submissions") and "| Half the weights | 18 | 9 |" in markdown
    (plain,) = inside("merge", *files, "--json").objects
    assert (plain["runs"], len(plain["files"]), plain["files"][0]["student"]) == (36, 9, r"loud\x1b[2J|*name*")
    (pack,) = plain["packs"]
    lighter = next(one for one in pack["exercises"] if one["name"] == "lighter")
    assert lighter["group"]["runs"] == 18 and lighter["verdicts"][0]["outcome"] == "decided"
    assert lighter["concluded"] == 9 and {"who": "S2", "conclusion": "what member 2 saw"} in lighter["conclusions"]
    assert lighter["foreseen"][1] == {"figure": "time", "expected": {"down": 9}, "found": "down", "right": 9}


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_merged(inside: Inside, files: list[str]) -> None:
    odd = Path(files[0]).with_name("odd.json")
    odd.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5_000)
    answer = inside("merge", files[1], str(odd), "gone.json")
    assert answer.status == 2
    assert "odd.json cannot be read as a history" in answer.err and "gone.json cannot be read" in answer.err
    assert "1 submission and 0 histories" in answer.out and "! " in answer.out
    assert inside("merge", str(odd)).status == 2


def test_the_folder_of_a_history_stands_for_it(inside: Inside, tmp_path: Path) -> None:
    home = tmp_path / "home of another machine"
    home.mkdir()
    with member(home / "history.db", open_pack(FOLDER), {"start": Truth(0.89)}, seed=1, seeds=(1,)):
        assert "0 submissions and 1 history as one experiment" in inside("merge", str(home)).out
    refused = inside("merge", str(tmp_path))
    assert refused.status == 2 and "history.db cannot be read: No such file" in refused.err
