"""`cnn-tui suspects`: wrong labels are found, listed, marked and exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnn_tui.experiment.difference import differences
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History, Result
from cnn_tui.history.image_marks import FINE, WRONG, image_marks
from cnn_tui.jobs import launch
from cnn_tui.network.layers import Dense, Flatten
from tests.cli.command import Inside, assert_one_sentence, cnn_tui
from tests.made_suspects import OF_IMAGES, keep_suspects


def ended_run(experiment: Experiment) -> int:
    """A run that has ended, of which nothing but its row is there."""
    with History() as history:
        run_id = history.add(experiment)
        history.claim(run_id, 1, 1)
        history.record_end(run_id, Result("finished", seconds=2.0))
    return run_id


@pytest.fixture
def kept(sealed_machine: Path) -> int:
    run_id = ended_run(load_preset("lab1-baseline"))
    keep_suspects(run_id, (17, 3, 204))
    return run_id


def test_they_are_listed_the_gravest_doubt_first_with_their_marks(kept: int, inside: Inside) -> None:
    answer = inside("suspects", "1", "--wrong", "17,204", "--fine", "3")
    assert answer.status == 0 and answer.err == "2 images: wrong label\n1 image: fine\n"
    title, how, _, heading, *rows, marked = answer.out.splitlines()
    assert title.endswith(": labels of training images that are probably wrong")
    assert how.startswith("3 suspects among 240 images, by 3 networks") and "97.50% were taken" in how
    assert heading.split("  ")[0] == "image"
    assert [row.split() for row in rows] == [
        ["17", "bag", "1.0%", "coat", "90.0%", "wrong", "label"],
        ["3", "coat", "2.0%", "=shirt", "89.0%", "fine"],
        ["204", "=shirt", "3.0%", "bag", "88.0%", "wrong", "label"],
    ]
    assert marked == "2 images of this set are marked as wrong."
    with History() as history:
        assert image_marks(history, OF_IMAGES) == {3: FINE, 17: WRONG, 204: WRONG}


def test_as_json_and_csv(kept: int, inside: Inside) -> None:
    inside("suspects", "1", "--wrong", "3")
    (found,) = inside("suspects", "1", "--json", "--unmark", "17").objects
    assert (found["run"], found["of"], found["images"], found["folds"]) == (1, "training", 240, 3)
    assert found["suspects"][1] == {
        "image": 3,
        "label": 1,
        "class": "coat",
        "suspected_label": 2,
        "suspected_class": "=shirt",
        "confidence": 0.02,
        "suspected_confidence": 0.89,
        "mark": "wrong label",
    }
    lines = inside("suspects", "1", "--csv").out.splitlines()
    assert lines[0] == "image,label,class,suspected_label,suspected_class,confidence,suspected_confidence,mark"
    assert lines[1:3] == ["17,0,bag,1,coat,0.01,0.9,", "3,1,coat,2,'=shirt,0.02,0.89,wrong label"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("99",), "there is no run 99"),
        (("1", "--wrong", "x"), "images are marked by their numbers, as 17 or 17,204, not x"),
        (("1", "--wrong", "240"), "there is no image 240: they are counted from 0 to 239"),
        (("1", "--test", "--folds", "4"), "leave --folds and --anew out"),
        (("1", "--json", "--csv"), "only one of --json and --csv"),
        (("1", "--folds", "1"), "greater than or equal to 2"),
    ],
)
def test_a_wrong_call_is_one_sentence(kept: int, arguments: tuple[str, ...], words: str, inside: Inside) -> None:
    assert_one_sentence(inside("suspects", *arguments), 2, words)
    with History() as history:
        assert image_marks(history, OF_IMAGES) == {}


def test_a_run_that_has_not_ended_has_none_yet(inside: Inside) -> None:
    with History() as history:
        history.add(load_preset("lab1-baseline"))
    assert_one_sentence(inside("suspects", "1"), 2, "run 1 has not ended")


def test_a_run_is_queued_without_the_images_that_are_marked(
    kept: int, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "wake", lambda: None)
    nothing = "no image is marked as wrong among the suspects of run 1"
    assert_one_sentence(inside("run", "--without-marked", "1", "--detach"), 2, nothing)
    inside("suspects", "1", "--wrong", "204,17", "--fine", "3")
    answer = inside("run", "--without-marked", "1", "--detach")
    assert answer.status == 0 and "without 2 images (17, 204) that are marked as wrongly labelled" in answer.err
    assert inside("run", "lab1-16-filters", "--without-marked", "1", "--set", "epochs=2", "--detach").status == 0
    with History() as history:
        first, second, third = history.runs()
    assert second.experiment.leave_out == third.experiment.leave_out == (17, 204)
    assert second.name == f"{first.name}: without 2 images (17, 204)"
    assert differences(first.experiment, second.experiment)[0].name == "leave_out"
    assert (third.experiment.layers[0], third.experiment.training.epochs) == (
        load_preset("lab1-16-filters").layers[0],
        2,
    )
    call = ("run", "lab1-baseline", "--without-marked", "1", "--dataset", "mnist", "--detach")
    assert_one_sentence(inside(*call), 2, "leave --dataset out")
    assert_one_sentence(inside("run", "vgg-small-cifar10", "--without-marked", "1"), 2, "and not of cifar10")
    assert_one_sentence(inside("run", "--without-marked", "2"), 2, "no suspects of run 2 were looked for")
    assert_one_sentence(inside("run"), 2, "name an experiment")


@pytest.mark.long
def test_of_100_wrong_labels_in_the_sample_the_first_100_suspects_hold_60(tmp_path: Path) -> None:
    from cnn_tui.training.data.sources import SAMPLE

    with np.load(SAMPLE) as sample:
        arrays = dict(sample)
    rng = np.random.default_rng(0)
    wrong = rng.choice(6_000, 100, replace=False)
    arrays["y_train"][wrong] = (arrays["y_train"][wrong] + rng.integers(1, 10, 100)) % 10
    np.savez(tmp_path / "planted.npz", **arrays)
    layers = (Flatten(), Dense(units=64, activation="relu"), Dense(units=10, activation="softmax"))
    experiment = Experiment(dataset=str(tmp_path / "planted.npz"), layers=layers)
    ended_run(experiment.with_training(epochs=6, seed=1))
    answer = cnn_tui("suspects", "1", "--json", CUDA_VISIBLE_DEVICES="-1")
    assert answer.status == 0, answer
    (found,) = answer.objects
    first = {one["image"] for one in found["suspects"][:100]}
    assert len(first & set(wrong.tolist())) >= 60  # 70 when it was written
