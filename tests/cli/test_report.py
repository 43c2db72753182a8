"""`cnn-tui report` and `exercises --markdown`."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.exercises.catalogue import set_names
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from tests.cli.command import Inside, assert_one_sentence
from tests.history.made_runs import trained


@pytest.fixture(autouse=True)
def runs(sealed_machine: Path) -> None:
    """Three runs, one of them put away."""
    with History() as history:
        for name in ("lab1-baseline", "lab1-16-filters", "lab1-64-filters"):
            trained(history, load_preset(name))
        notebook.archive(history, [3])


def test_a_report_is_on_all_runs_or_on_those_that_are_named(inside: Inside) -> None:
    whole = inside("report")
    assert (whole.status, whole.err) == (0, "")
    assert whole.out.startswith("# Lab report\n\n2 runs, written ")
    assert "### 16 filters instead of 32" in whole.out
    assert inside("report", "3", "--title", "Week 3").out.startswith("# Week 3\n\n1 run,")
    assert "2 runs" not in inside("report", "--filter", "params<100k").out


def test_a_report_is_written_to_a_new_file(inside: Inside, tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    answer = inside("report", "1", "-o", str(path))
    assert (answer.status, answer.out, answer.err) == (0, "", f"{path} written\n")
    assert "```text" in path.read_text()
    assert_one_sentence(inside("report", "1", "-o", str(path)), 2, "exists already")


def test_wrong_calls(inside: Inside) -> None:
    assert_one_sentence(inside("report", "9"), 2, "there is no run 9")
    assert_one_sentence(inside("report", "1", "--filter", "x"), 2, "not both")
    assert_one_sentence(inside("report", "--filter", "nothing-like-it"), 2, "no run to report on that passes")
    assert_one_sentence(inside("report", "--filter", "acc>"), 2, "is no number")


def test_sets_are_printed_as_tables(inside: Inside) -> None:
    text = inside("exercises", "lab1", "--markdown").out
    assert text.startswith("## Lab 1: the exercises of the course notes\n\n| exercise | params | seeds |")
    assert inside("exercises", "--markdown").out.count("| exercise |") == len(set_names()) - 1, "Lab 2 has no runs"
    assert "Conclusions" not in text
    inside("exercises", "conclude", "lab1/64-filters", "No difference\n<b>here</b>.")
    assert "- 64 filters instead of 32: No difference" in inside("exercises", "lab1", "--markdown").out
