"""`evaluate`, `predict` and `data show`, as a user runs them on a run that was really trained."""

from __future__ import annotations

import math
import subprocess
from pathlib import Path

import pytest

from cnn_tui.artifacts.predictions import open_predictions, predictions_path
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import read
from cnn_tui.history.history import History
from cnn_tui.home import model_path
from cnn_tui.jobs import launch
from tests.cli.asked import MANY, ONE_UNIT, bar_on_white
from tests.cli.command import Inside, assert_one_sentence, cnn_tui, write_dataset, write_experiment
from tests.cli.terminal import Terminal


def test_the_logit_of_one_unit_is_shown_as_the_probability_of_each_class(here: Path, inside: Inside) -> None:
    (evaluation,) = inside("evaluate", ONE_UNIT, "--json").objects
    run = History().run(int(ONE_UNIT))
    assert run is not None
    assert evaluation["classes"] == ["0", "1"]
    assert evaluation["test_accuracy"] == pytest.approx(run.test_accuracy)
    assert evaluation["test_loss"] == pytest.approx(run.test_loss)
    (said,) = inside("predict", ONE_UNIT, "--image", "1", "--json").objects
    ((logit,),) = said["output"]
    second = 1 / (1 + math.exp(-logit))
    assert said["output_shape"] == [1, 1]
    assert said["probabilities"] == pytest.approx([1 - second, second], abs=1e-6)
    assert said["predicted_label"] == int(logit > 0)
    kept = open_predictions(int(ONE_UNIT))
    assert [kept.output(at)[0] > 0 for at in range(kept.count)] == [label == 1 for label in kept.predicted]
    shown = inside("predict", ONE_UNIT, "--image", "1").out
    assert "model.predict() returns, of shape (1, 1):" in shown and f"[[{logit:.7e}]]" in shown


@pytest.mark.usefixtures("answered_here")
def test_a_picture_is_told_by_the_logit_of_one_unit(here: Path, inside: Inside, tmp_path: Path) -> None:
    picture = bar_on_white(tmp_path / "bar.png")
    (said,) = inside("predict", ONE_UNIT, str(picture), "--json").objects
    ((logit,),) = said["output"]
    assert said["classes"] == ["0", "1"]
    assert said["probabilities"][1] == pytest.approx(1 / (1 + math.exp(-logit)), abs=1e-6)
    before, path = open_predictions(int(ONE_UNIT)), predictions_path(int(ONE_UNIT))
    path.unlink()
    inside("evaluate", ONE_UNIT)
    assert inside("predict", ONE_UNIT, "--json").objects[0]["output"] == [before.output(0)]


# evaluate


def test_evaluate_gives_the_promised_keys(here: Path, inside: Inside) -> None:
    answer = inside("evaluate", "1", "--json")
    (fact,) = answer.objects
    assert {"test_loss", "test_accuracy", "classes", "per_class", "confusion_matrix"} <= set(fact)
    with History() as history:
        run = history.run(1)
    assert run is not None
    assert (fact["test_loss"], fact["run"]) == (run.test_loss, 1)
    assert fact["test_accuracy"] == pytest.approx(run.test_accuracy)
    kept = open_predictions(1)
    matrix = fact["confusion_matrix"]
    assert [sum(row) for row in matrix] == [kept.labels.count(label) for label in range(3)]
    assert [sum(column) for column in zip(*matrix, strict=True)] == [kept.predicted.count(said) for said in range(3)]
    assert [row["support"] for row in fact["per_class"]] == [sum(row) for row in matrix]


def test_evaluate_shows_classes_matrix_confusions_and_what_the_figures_are(here: Path, inside: Inside) -> None:
    answer = inside("evaluate", "1")
    assert answer.status == 0
    lines = answer.out.splitlines()
    assert lines[0] == "Run 1: shapes"
    assert "class  precision  recall      F1  images" in lines
    assert any(line.startswith("Confusion matrix") for line in lines)
    assert max(map(len, lines)) <= 80
    assert "The last epoch of training said" in answer.err
    assert "with Dropout at work" in answer.err
    assert "predict needs no" in answer.err


def test_of_many_classes_the_worst_and_the_top_confusions_are_shown(here: Path, inside: Inside) -> None:
    out = inside("evaluate", MANY).out
    assert "The 20 of 30 classes that do worst" in out
    assert "Confusion matrix" not in out
    assert "taken for" in out
    (fact,) = inside("evaluate", MANY, "--json").objects
    assert len(fact["confusion_matrix"]) == len(fact["per_class"]) == 30


@pytest.mark.usefixtures("answered_here")
def test_evaluate_of_a_run_that_cannot_be_is_one_sentence(here: Path, inside: Inside) -> None:
    with History() as history:
        queued = history.add(Experiment("waits", "mnist"))
    assert_one_sentence(inside("evaluate", "99"), 2, "there is no run 99")
    assert_one_sentence(inside("evaluate", str(queued)), 2, "waits in the queue")
    assert_one_sentence(inside("evaluate", "one"), 2, "whole number")
    predictions_path(1).with_name("evaluation.json").unlink()
    model_path(1).unlink()
    assert_one_sentence(inside("evaluate", "1"), 1, "the model of run 1 is gone")
    model_path(1).write_bytes(b"broken")
    answer = inside("evaluate", "1")
    assert answer.status == 1
    assert answer.err.splitlines()[-1].endswith("train the experiment again")


@pytest.mark.usefixtures("answered_here")
def test_what_was_not_kept_is_worked_out(here: Path, inside: Inside) -> None:
    predictions_path(1).unlink()
    predictions_path(1).with_name("evaluation.json").write_text("broken")
    answer = inside("evaluate", "1", "--json")
    assert answer.status == 0
    assert "its model is asked about every test image" in answer.err
    assert answer.objects[0]["images"] == open_predictions(1).count == 80


@pytest.mark.long
def test_a_run_that_has_ended_has_its_evaluation_and_predictions_at_hand(tmp_path: Path, inside: Inside) -> None:
    """The training process itself, from the queue to its end."""
    tiny = read(write_experiment(tmp_path / "tiny.toml", write_dataset(tmp_path / "tiny.npz"), epochs=1))
    with History() as history:
        run_id = history.add(tiny)
        command = launch.python("cnn_tui.training.train", str(run_id))
        subprocess.run(command, env=launch.environment(), capture_output=True, check=True, timeout=200)
        run = history.run(run_id)
    assert run is not None and run.status == "finished"
    answer = inside("evaluate", str(run_id), "--json")
    (fact,) = answer.objects
    assert (fact["test_loss"], fact["test_accuracy"]) == (run.test_loss, pytest.approx(run.test_accuracy))
    assert inside("predict", str(run_id), "--image", "63", "--json").objects[0]["image"] == 63
    assert answer.err == "", "nothing had to be worked out"


# predict


def test_predict_gives_what_model_predict_returns(here: Path, inside: Inside) -> None:
    answer = inside("predict", "1", "--image", "7", "--json")
    (fact,) = answer.objects
    kept = open_predictions(1)
    assert fact["image"] == 7
    assert fact["probabilities"] == pytest.approx(kept.probabilities(7))
    assert (fact["output"], fact["output_shape"]) == ([fact["probabilities"]], [1, 3])
    assert (fact["true_label"], fact["true_class"]) == (kept.labels[7], str(kept.labels[7]))
    assert fact["predicted_label"] == kept.predicted[7]
    assert answer.err == ""


def test_predict_draws_the_image_bars_and_the_raw_vector(here: Path, inside: Inside) -> None:
    answer = inside("predict", "1")
    lines = answer.out.splitlines()
    assert lines[0] == "Run 1: test image 0"
    assert "\x1b" not in answer.out, "no colours where nobody looks at them"
    drawn = lines[1:25]
    brightest = max(drawn, key=lambda line: line.count("%"))
    assert brightest.count("%") >= 16, "the bar of the shape"
    assert "it is" in answer.out and "<- true" in answer.out
    assert "model.predict() returns, of shape (1, 3):" in lines
    assert "of (12, 12, 1), went in" in answer.out
    assert "as a batch of one, of (1, 12, 12, 1)." in lines


def test_predict_of_many_classes_shows_the_likeliest(here: Path, inside: Inside) -> None:
    out = inside("predict", MANY, "--image", "3").out
    assert "and 20 classes more, less likely" in out
    assert "..." in out
    assert len(inside("predict", MANY, "--image", "3", "--json").objects[0]["probabilities"]) == 30


def test_a_picture_of_ones_own_is_prepared_and_each_step_said(here: Path, tmp_path: Path) -> None:
    answer = cnn_tui("predict", "1", str(bar_on_white(tmp_path / "mine.png")), "--json", timeout=200)
    assert answer.status == 0, answer
    (fact,) = answer.objects
    assert (fact["predicted_class"], fact["true_label"]) == ("1", None)
    assert "resized from 24x24 to 12x12" in answer.err
    assert "inverted: its border is bright" in answer.err
    assert answer.err.splitlines() == fact["steps"]
    assert "image" not in fact


def test_predict_that_cannot_be_is_one_sentence(here: Path, inside: Inside, tmp_path: Path) -> None:
    assert_one_sentence(inside("predict", "1", "--image", "80"), 2, "there is no test image 80", "0 to 79")
    assert_one_sentence(inside("predict", "1", "--image", "-1"), 2, "there is no test image -1")
    assert_one_sentence(inside("predict", "99"), 2, "there is no run 99")
    assert_one_sentence(inside("predict", "1", str(tmp_path / "none.png")), 2, "there is no file")
    assert_one_sentence(inside("predict", "1", "x.png", "--image", "1"), 2, "not both")
    assert_one_sentence(inside("predict", "1", "--image", "none.png"), 2, "there is no file", "none.png")


@pytest.mark.usefixtures("answered_here")
def test_a_file_that_is_no_picture_is_one_sentence(here: Path, tmp_path: Path, inside: Inside) -> None:
    (tmp_path / "text.png").write_text("no picture")
    answer = inside("predict", "1", str(tmp_path / "text.png"))
    assert_one_sentence(answer, 2, "text.png' is no picture that can be read")


@pytest.mark.parametrize(("colours", "sign"), [("truecolor", "\x1b[38;2;"), ("", "\x1b[38;5;")])
def test_on_a_terminal_the_image_has_the_colours_that_it_can_show(
    here: Path, colours: str, sign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("COLORTERM", colours)
    with Terminal("predict", "1", all_streams=True) as terminal:
        terminal.wait_for("batch of one")
        assert "▀" in terminal.screen
        assert sign in terminal.screen
    with Terminal("predict", "1", all_streams=True, NO_COLOR="1") as terminal:
        terminal.wait_for("batch of one")
        assert "\x1b[38" not in terminal.screen


@pytest.mark.usefixtures("answered_here")
def test_the_nearest_training_images_are_listed(here: Path, inside: Inside) -> None:
    (said,) = inside("predict", "1", "--image", "4", "--nearest", "3", "--json").objects
    assert [one["class"] for one in said["nearest"]] == ["1"] * 3
    assert [one["distance"] for one in said["nearest"]] == sorted(one["distance"] for one in said["nearest"])
    assert said["features"] == {
        "layer": said["features"]["layer"],
        "of": "input",
        "size": 100,
        "searched": 240,
        "train_images": 240,
    }
    assert said["image"] == 4
    shown = inside("predict", "1", "--image", "4", "--nearest", "3").out
    assert "The three nearest that it learned from are 1." in shown
    for call in (["--nearest", "0"], ["--nearest", "3", "--epoch", "1"]):
        assert inside("predict", "1", *call).status == 2


def test_two_runs_are_told_apart_by_the_images_on_which_they_differ(here: Path, inside: Inside) -> None:
    (said,) = inside("predict", "1", "--against", "4", "--json").objects
    ours, theirs = open_predictions(1), open_predictions(4)
    differ = {at for at in range(ours.count) if ours.predicted[at] != theirs.predicted[at]}
    found = said["differing"]
    assert said["runs"] == [1, 4] and said["on_same_images"]["images"] == ours.count
    assert {one["image"] for one in found} == differ
    gaps = [abs(one["probabilities_of_true"][0] - one["probabilities_of_true"][1]) for one in found]
    assert gaps == sorted(gaps, reverse=True)
    shown = inside("predict", "1", "--against", "4").out
    assert "McNemar" in shown and f"different classes for {len(differ)} images" in shown

    (both,) = inside("predict", "1", "--against", "4", "--image", "5", "--json").objects
    alone = [inside("predict", run, "--image", "5", "--json").objects[0] for run in ("1", "4")]
    assert both == {"runs": [1, 4], "predictions": alone}
    shown = inside("predict", "1", "--against", "4", "--image", "5").out
    assert shown.count("<- true") == 2 and shown.index("\nRun 1\n") < shown.index("\nRun 4\n")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (["--against", "2"], "not tested on the same images"),
        (["--against", "2", "--image", "3"], "not tested on the same images"),
        (["--against", "1"], "against itself"),
        (["--against", "4", "--nearest", "2"], "leave --against out"),
        (["--against", "4", "--epoch", "1"], "leave --epoch out"),
    ],
)
def test_what_cannot_be_set_against_each_other_is_said(here: Path, inside: Inside, call: list[str], words: str) -> None:
    refused = inside("predict", "1", *call)
    assert refused.status == 2 and words in refused.err
