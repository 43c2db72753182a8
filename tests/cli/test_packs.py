"""`cnn-tui submit` and `check`: the example pack from the documentation, handed in and looked at."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from rich.cells import cell_len

from cnn_tui.exercises.packs import open_pack
from cnn_tui.exercises.runs import TrainingOrder, queue
from cnn_tui.history.history import History
from tests.cli.command import Inside, assert_one_sentence, write_dataset
from tests.history.made_runs import end_queued

PACK = Path(__file__).parents[2] / "docs" / "example-pack"


@pytest.fixture
def handed_in(sealed_machine: Path, inside: Inside, tmp_path: Path) -> Path:
    """A submission in which nothing is missing."""
    place = open_pack(PACK)
    start, _, lighter, _ = place.set.exercises
    experiment = place.experiment(start)
    assert experiment is not None
    smaller = experiment.with_stack(experiment.stack.change(5, units=32))
    with History() as history:
        for order in (TrainingOrder(place, start, experiment), TrainingOrder(place, lighter, smaller)):
            for run_id in queue(history, [order], 2):
                end_queued(history, run_id, dataset="fashion_mnist_sample")
    assert inside("exercises", "--pack", str(PACK), "predict", "lighter", "accuracy=down", "time=down").status == 0
    for name in ("start", "where", "lighter", "three-seeds"):
        assert inside("exercises", "--pack", str(PACK), "conclude", name, "because", "\x1b[2J").status == 0
    path = tmp_path / "ada.json"
    answer = inside("submit", "--pack", str(PACK), "--name", "Ada", "-o", str(path))
    assert (answer.status, answer.out) == (0, "")
    assert answer.err == f"{path} written: 4 runs, 4 exercises\n"
    return path


def test_a_submission_is_read_by_the_teacher(handed_in: Path, inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    answer = inside("check", str(handed_in), "--pack", str(PACK))
    assert (answer.status, answer.err) == (0, "")
    assert re.search(r": Ada,\s+Week 3", answer.out), "the path before it may take the whole line"
    for part in (
        "changed              ~ Dense  units 128 → 32",
        "all is there and in order",
        r"\x1b[2J",
    ):
        assert part in answer.out
    assert "\x1b" not in answer.out
    assert max(map(cell_len, answer.out.splitlines()[2:])) <= 80
    (plain,) = inside("check", str(handed_in), "--json").objects
    assert (plain["student"], plain["flawless"], plain["file"]) == ("Ada", True, str(handed_in))
    assert [one["runs"] for one in plain["exercises"]] == [[1, 2], [], [3, 4], []]


def test_one_run_is_called_one_run(inside: Inside, tmp_path: Path) -> None:
    place = open_pack(PACK)
    start = place.set.exercises[0]
    experiment = place.experiment(start)
    assert experiment is not None
    with History() as history:
        (run_id,) = queue(history, [TrainingOrder(place, start, experiment)], 1)
        end_queued(history, run_id, dataset="fashion_mnist_sample")
    path = tmp_path / "ada.json"
    said = inside("submit", "--pack", str(PACK), "--name", "Ada", "-o", str(path)).err
    assert said.startswith(f"{path} written: 1 run, 4 exercises\n")
    assert "\nrun                  1\n" in inside("check", str(path), "--pack", str(PACK)).out
    page = inside("exercises", "--pack", str(PACK), "start").out
    assert "\nyours: run 1; ± of one run: over other test images\n" in page and "runs 1" not in page


def test_images_of_the_pack_are_called_so(inside: Inside, tmp_path: Path) -> None:
    pack = Path(shutil.copytree(PACK, tmp_path / "pack"))
    write_dataset(pack / "ours.npz", size=28)
    begin = (pack / "start.toml").read_text()
    (pack / "start.toml").write_text(begin.replace("fashion_mnist_sample", "ours.npz"))
    assert "\nData: ours.npz, of the pack. 4 epochs.\n" in inside("exercises", "--pack", str(pack), "start").out


def test_an_edited_one_is_found_out_among_others(handed_in: Path, inside: Inside, tmp_path: Path) -> None:
    edited = tmp_path / "bob.json"
    edited.write_text(handed_in.read_text().replace('"Ada"', '"Bob"'))
    answer = inside("check", str(handed_in), str(edited))
    assert answer.status == 1
    assert "! it was changed after cnn-tui wrote it: the checksum does not hold" in answer.out
    broken = tmp_path / "eve.json"
    broken.write_text("{")
    answer = inside("check", str(broken), str(handed_in))
    assert answer.status == 2
    assert "eve.json is no submission of cnn-tui" in answer.err
    assert "Ada" in answer.out, "the others are read all the same"


def test_handing_in_early_says_what_is_missing(inside: Inside, tmp_path: Path) -> None:
    answer = inside("submit", "--pack", str(PACK), "-o", str(tmp_path / "x.json"))
    assert answer.status == 0
    assert "start: no run of it has come to its end" in answer.err
    assert inside("check", str(tmp_path / "x.json")).status == 1
    again = inside("submit", "--pack", str(PACK), "-o", str(tmp_path / "x.json"))
    assert_one_sentence(again, 2, "exists already")


def test_wrong_calls(inside: Inside, tmp_path: Path) -> None:
    assert_one_sentence(inside("submit", "-o", str(tmp_path / "x.json")), 2, "--pack")
    assert_one_sentence(inside("submit", "--pack", str(tmp_path), "-o", "x"), 2, "pack.toml does not exist")
    assert_one_sentence(inside("check", str(tmp_path / "gone.json")), 2, "cannot be read")
    assert_one_sentence(inside("check"), 2, "FILE")
