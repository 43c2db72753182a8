"""`--epoch N` of `evaluate`, `predict` and `why`: held against Keras with the weights of that epoch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_tui.artifacts.kept_epochs import epoch_path, forget_epochs
from cnn_tui.artifacts.predictions import open_predictions
from cnn_tui.history.history import History
from cnn_tui.home import model_path
from cnn_tui.jobs import launch
from cnn_tui.jobs.explain.answers import Kernels, ModelFacts, Prediction
from cnn_tui.jobs.explain.protocol import DescribeModel, PredictImage, ShowKernels
from tests.cli.asked import MANY, bar_on_white
from tests.cli.command import Inside, assert_one_sentence

pytestmark = pytest.mark.usefixtures("answered_here")


def plain_keras(home: Path, epoch: int) -> tuple[Any, Any, Any]:
    """Run 1's model with the weights that the file of an epoch holds, its test images and their labels."""
    import keras

    model = keras.models.load_model(model_path(1))
    numbers = np.frombuffer(epoch_path(1, epoch).read_bytes().partition(b"\n")[2], np.float32)
    shapes = [weight.shape for weight in model.get_weights()]
    ends = np.cumsum([np.prod(shape) for shape in shapes])
    assert ends[-1] == len(numbers)
    parts = np.split(numbers, ends[:-1])
    model.set_weights([part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)])
    with np.load(home / "grey.npz") as data:
        return model, data["x_test"][..., np.newaxis] / 255.0, data["y_test"]


@pytest.mark.long
def test_figures_are_those_of_the_weights_of_that_epoch(here: Path, inside: Inside) -> None:
    model, x, y = plain_keras(here, 1)
    expected = model.evaluate(x, y, return_dict=True, verbose=0)
    (said,) = inside("evaluate", "1", "--epoch", "1", "--json").objects
    assert said["test_loss"] == pytest.approx(expected["loss"], rel=1e-4)
    assert said["test_accuracy"] == pytest.approx(expected["accuracy"])
    assert (said["epochs"], said["weights"], said["weights_epoch"]) == (1, "checkpoint", 1)
    answer = inside("evaluate", "1", "--epoch", "1")
    assert "1 of 3 epochs, weights of epoch 1" in " ".join(answer.out.split())
    assert "Epoch 1 of training said" in answer.err and "every test image" not in answer.err, "it is kept by now"


def test_an_image_and_a_picture_are_asked_with_those_weights(here: Path, inside: Inside, tmp_path: Path) -> None:
    model, x, _ = plain_keras(here, 2)
    (said,) = inside("predict", "1", "--epoch", "2", "--image", "4", "--json").objects
    assert said["epoch"] == 2
    assert said["probabilities"] == pytest.approx(model.predict(x[4:5], verbose=0)[0].tolist(), abs=1e-5)
    bar = str(bar_on_white(tmp_path / "bar.png"))
    first, second, last = (
        inside("predict", "1", bar, "--json", *more).objects[0]["probabilities"]
        for more in (("--epoch", "1"), ("--epoch", "2"), ())
    )
    assert first != second != last
    assert inside("predict", "1", "--epoch", "2").out.startswith("Run 1, epoch 2: test image 0\n")


def test_where_it_looked_after_an_epoch_goes_with_its_prediction(here: Path, inside: Inside) -> None:
    (said,) = inside("why", "1", "--epoch", "1", "--method", "occlusion", "--json").objects
    (last,) = inside("why", "1", "--method", "occlusion", "--json").objects
    assert (said["epoch"], last["epoch"]) == (1, None)
    assert said["maps"][0]["label"] == said["predicted_label"]
    assert said["maps"][0]["score"] != last["maps"][0]["score"]


def test_one_process_goes_from_epoch_to_epoch_and_back_to_the_end(here: Path) -> None:
    from cnn_tui.training.explain.handler import Explainer

    explainer, kept = Explainer(), open_predictions(1)
    facts = explainer.answer(DescribeModel(1))
    assert isinstance(facts, ModelFacts)
    name, seen = facts.layers[0].name, dict[int, list[tuple[Any, bytes]]]()
    for epoch in (1, 3, 2, 1, 0):
        said = explainer.answer(PredictImage(1, 7, epoch))
        kernels = explainer.answer(ShowKernels(1, name, epoch))
        assert isinstance(said, Prediction) and isinstance(kernels, Kernels)
        seen.setdefault(epoch, []).append((said.probabilities, kernels.weights))
    assert seen[1][0] == seen[1][1], "the same again"
    assert len({weights for (_, weights), *_ in seen.values()}) == 3, "those of epoch 3 are those of its end"
    assert list(seen[0][0][0]) == pytest.approx(kept.probabilities(7), abs=1e-5)


def test_an_epoch_that_is_not_kept_is_one_sentence(here: Path, inside: Inside) -> None:
    assert_one_sentence(inside("evaluate", "1", "--epoch", "4"), 2, "kept the weights of epochs 1 to 3, not of epoch 4")
    assert_one_sentence(inside("predict", "2", "--epoch", "1"), 2, "run 2 kept the weights of no single epoch")
    assert_one_sentence(inside("why", "1", "--epoch", "0"), 2, "greater than or equal to 1")
    epoch_path(1, 2).write_bytes(epoch_path(1, 2).read_bytes()[:-9])
    answer = inside("predict", "1", "--epoch", "2")
    assert (answer.status, answer.err.splitlines()[-1].endswith("00002.weights is cut off")) == (1, True)
    forget_epochs(1)
    assert_one_sentence(inside("why", "1", "--epoch", "1"), 2, "kept the weights of no single epoch")


def test_a_run_that_came_to_its_end_is_trained_on_from_an_epoch_as_a_run_of_its_own(
    here: Path, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    woken: list[str] = []
    monkeypatch.setattr(launch, "wake", lambda: woken.append("wake"))
    (before,) = inside("show", "1", "--json").objects
    assert_one_sentence(inside("resume", "1"), 2, "--epoch N trains on from what it kept, 1, 2, as a run of its own")
    assert_one_sentence(inside("resume", "1", "--epoch", "3"), 2, "run 1 has no epoch left after epoch 3")
    answer = inside("resume", "1", "--epoch", "2", "--detach", "--json")
    (queued,) = answer.objects
    assert f"run 1 stays as it is: run {queued['id']} goes on from its epoch 2, with a new optimizer" in answer.err
    assert queued["name"].endswith(": on from epoch 2 of run 1") and woken == ["wake"]
    experiment = queued["experiment"]
    assert experiment["training"]["epochs"] == 1 and experiment["layers"] == before["experiment"]["layers"]
    saved = keras.models.load_model(experiment["weights"], compile=False)
    expected, _, _ = plain_keras(here, 2)
    for one, other in zip(saved.get_weights(), expected.get_weights(), strict=True):
        assert np.array_equal(one, other)
    assert inside("show", "1", "--json").objects == [before]
    schedule = '{"type":"ExponentialDecay","decay_steps":10,"decay_rate":0.5}'
    with History() as history:
        given = "UPDATE runs SET experiment = json_set(experiment, '$.training.schedule', json(?)) WHERE id = 1"
        history.store.execute(given, (schedule,))
    said = inside("resume", "1", "--epoch", "2", "--detach").err
    assert "from its epoch 2, with a new optimizer and its learning-rate schedule from the start" in said


def test_an_image_over_all_epochs_since_when_it_is_right_and_what_was_forgotten(here: Path, inside: Inside) -> None:
    (fact,) = inside("predict", "1", "--image", "7", "--epochs", "--json").objects
    said = [open_predictions(1, epoch) for epoch in (1, 2, 0)]
    true = said[0].labels[7]
    assert [one["epoch"] for one in fact["epochs"]] == [1, 2, 3] and fact["true_label"] == true
    assert [one["predicted_label"] for one in fact["epochs"]] == [one.predicted[7] for one in said]
    assert fact["epochs"][1]["probabilities"] == pytest.approx(said[1].probabilities(7))
    right = [[label == seen for label, seen in zip(one.labels, one.predicted, strict=True)] for one in said]
    forgotten = [at for at in range(80) if not right[2][at] and (right[0][at] or right[1][at])]
    every = fact["all_images"]
    assert every["forgotten"] == forgotten
    assert sum(one["images"] for one in every["right_since"]) == sum(right[2])
    assert sum(right[2]) + len(forgotten) + every["never_right"] == 80
    answer = inside("predict", "1", "--image", "7", "--epochs")
    assert "test image 7, " in answer.out and "epoch   3  " in answer.out and "Wrong at the end:" in answer.out
    assert answer.err == "", "it is all kept by now"
    assert_one_sentence(inside("predict", MANY, "--epochs"), 2, "kept the weights of no single epoch")
    assert_one_sentence(inside("predict", "1", "--epochs", "--nearest", "3"), 2, "leave --epoch, --nearest and")
