"""`cnn-tui exercises`: listed, shown, predicted, concluded, and really run."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from rich.cells import cell_len

from cnn_tui.experiment.file import to_toml
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from tests.cli.command import Inside, assert_one_sentence, cnn_tui, write_dataset, write_experiment
from tests.waiting import end_processes_of

PROMISED = {"name", "question", "preset", "notes", "runs", "conclusion", "done"}


def test_json_is_a_line_for_each_exercise(inside: Inside) -> None:
    found = inside("exercises", "--json").objects
    assert len(found) > 20
    assert all(set(one) >= PROMISED for one in found)
    assert found[1]["name"] == "16-filters"
    assert found[1]["notes"]["test_accuracy"] == 0.8994
    assert [one["name"] for one in inside("exercises", "overfitting", "--json").objects][:2] == ["overfits", "dropout"]


def test_the_list_and_a_page_are_for_people(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = inside("exercises").out
    assert "lab1: Lab 1: the exercises of the course notes" in text
    assert "fourth-conv" in text and "impossible" in text
    page = inside("exercises", "64-filters").out
    told = "The notes' figures and conclusion are shown when you have written your conclusion"
    for part in (
        "lab1/64-filters",
        "What impact will this have",
        "Data: fashion_mnist, 60,000 + 10,000 images of 10 classes. 5 epochs.",
        told,
    ):
        assert part in " ".join(page.split())
    assert "0.8943" not in page and "64 filters is better" not in page
    asked = " ".join(inside("exercises", "64-filters", "--notes").out.split())
    assert "test accuracy 0.8943" in asked and "The notes conclude 64 filters is better" in asked
    assert "fashion_mnist, 60,000 + 10,000 images, 5 epochs, last weights" in asked
    assert max(map(cell_len, page.splitlines())) <= 80
    assert page.splitlines()[1] == "○ to do"
    assert "a 1x1 map" not in inside("exercises", "fourth-conv").out
    inside("exercises", "conclude", "fourth-conv", "no room")
    assert "a 1x1 map" in inside("exercises", "fourth-conv").out


def test_it_is_said_before_the_run_that_drawn_pictures_stand_in(
    inside: Inside, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def page() -> str:
        return " ".join(inside("exercises", "size-75").out.split())

    told = "Until that is here, drawn pictures stand in: `cnn-tui data show horses_or_humans` says how it is had."
    assert f"Data: horses_or_humans. 15 epochs. {told}" in page()
    (tmp_path / "horses_or_humans").mkdir()
    monkeypatch.setenv("CNN_TUI_DATA", str(tmp_path))
    assert "drawn" not in page()
    assert "drawn" not in inside("exercises", "64-filters").out


def test_what_is_expected_and_concluded_is_kept(inside: Inside) -> None:
    assert inside("exercises", "predict", "16-filters", "accuracy=down").err == (
        "lab1/16-filters: you expect accuracy down\n"
    )
    assert inside("exercises", "predict", "lab1/16-filters", "time=same").status == 0
    assert "accuracy down, time same" in inside("exercises", "lab1").out
    inside("exercises", "predict", "16-filters", "accuracy=")
    (one,) = inside("exercises", "16-filters", "--json").objects
    assert one["prediction"] == {"accuracy": None, "time": "same"}
    assert inside("exercises", "conclude", "16-filters", "quicker,", "hardly", "worse").status == 0
    (one,) = inside("exercises", "16-filters", "--json").objects
    assert (one["conclusion"], one["done"]) == ("quicker, hardly worse", True)
    assert inside("exercises", "open", "16-filters").err == "lab1/16-filters is to do again\n"
    assert not inside("exercises", "16-filters", "--json").objects[0]["done"]
    assert inside("exercises", "done", "16-filters").err == "lab1/16-filters is done\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("16-filter",), ("Did you mean 16-filters?",)),
        (("lab1", "--repeat", "3"), ("--repeat is for cnn-tui exercises run",)),
        (("lab1", "--epochs", "1"), ("--epochs is for cnn-tui exercises run",)),
        (("run",), ("name exercises or a set",)),
        (("run", "nothing"), ("there is no exercise",)),
        (("run", "lab1", "--with", "x.toml"), ("--with is a version of one exercise",)),
        (("run", "16-filters", "--with", "gone.toml"), ("gone.toml does not exist",)),
        (("run", "16-filters", "--dataset", "nowhere"), ("nowhere",)),
        (("predict",), ("name an exercise",)),
        (("predict", "lab1", "accuracy=up"), ('"lab1" is a set',)),
        (("predict", "16-filters"), ("accuracy=down time=down",)),
        (("predict", "16-filters", "accuracy"), ("accuracy=down time=down",)),
        (("predict", "16-filters", "accuracy=better"), ('not "better"',)),
        (("predict", "16-filters", "params=up"), ('"params" is not predicted',)),
        (("predict", "baseline", "accuracy=up"), ("does not ask",)),
        (("conclude", "16-filters"), ("say what you conclude",)),
        (("done",), ("name an exercise",)),
        (("done", "16-filters", "64-filters"), ("one exercise at a time",)),
        (("--pack", "/nowhere"), ("is no folder",)),
    ],
    ids=" ".join,
)
def test_wrong_calls(inside: Inside, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    assert_one_sentence(inside("exercises", *arguments), 2, *words)


def test_what_cannot_be_run_is_said_and_nothing_is_queued(inside: Inside) -> None:
    answer = inside("exercises", "run", "fourth-conv")
    assert_one_sentence(answer, 1, "lab1/fourth-conv is left out", "does not fit the 1x1 map")
    assert inside("history").out == ""


@pytest.mark.long
def test_exercises_are_really_run(
    sealed_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: Inside
) -> None:
    monkeypatch.setenv("CNN_TUI_WORKER_IDLE", "0")
    mine = write_experiment(tmp_path / "mine.toml", write_dataset(tmp_path / "tiny.npz"), epochs=2)
    try:
        run = ("exercises", "run", "more-convs", "--with", str(mine), "--repeat", "2", "--json")
        answer = cnn_tui(*run, timeout=240)
        assert answer.status == 0, answer.err
        assert [one["status"] for one in answer.objects] == ["finished", "finished"]
        assert [one["seed"] for one in answer.objects] == [1, 2]
        assert [one["tags"] for one in answer.objects] == [["lab1"], ["lab1"]]
        page = inside("exercises", "more-convs").out
        assert "runs 1, 2" in page
        assert "test accuracy" in page
    finally:
        end_processes_of(sealed_machine)


def test_a_set_is_queued_and_left(sealed_machine: Path, inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.jobs import launch

    monkeypatch.setattr(launch, "wake", lambda: None)
    answer = inside("exercises", "run", "lab1", "--repeat", "3", "--detach", "--dataset", "fashion_mnist_sample")
    assert answer.status == 0
    assert answer.out.split() == [str(number) for number in range(1, 22)]
    assert "lab1/first-conv-only is left out: it is the same as lab1/no-final-conv" in answer.err
    with History() as history:
        assert {line.dataset for line in history.lines()} == {"fashion_mnist_sample"}
    (one,) = inside("exercises", "first-conv-only", "--json").objects
    assert one["runs"] == [4, 11, 18]


def test_a_version_of_ones_own_belongs_to_the_exercise(
    sealed_machine: Path, inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn_tui.jobs import launch

    monkeypatch.setattr(launch, "wake", lambda: None)
    mine = tmp_path / "mine.toml"
    mine.write_text(to_toml(msgspec.structs.replace(load_preset("lab1-16-filters"), name="ours").with_training(seed=5)))
    assert inside("exercises", "run", "16-filters", "--with", str(mine), "--detach").out == "1\n"
    (second,) = inside("exercises", "run", "16-filters", "--with", str(mine), "--detach", "--json").objects
    assert (second["id"], second["status"]) == (2, "queued")
    (run,) = inside("show", "1", "--json").objects
    assert (run["name"], run["seed"], run["tags"]) == ("ours", 5, ["lab1"])
