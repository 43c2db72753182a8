"""The process that looks into trained networks: really started, for runs that were really trained."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image as Pillow

from cnn_tui.artifacts.evaluation import read_evaluation
from cnn_tui.artifacts.predictions import open_predictions
from cnn_tui.data import images as stored_images
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.history import History, Result
from cnn_tui.home import checkpoint_path, model_path
from cnn_tui.jobs.explain.answers import (
    Activations,
    DeadFilters,
    Done,
    Kernels,
    ModelFacts,
    PartDone,
    Prediction,
    Variations,
)
from cnn_tui.jobs.explain.client import ExplainClient
from cnn_tui.jobs.explain.protocol import (
    DescribeModel,
    FindDeadFilters,
    KeepImages,
    KeepPredictions,
    PredictImage,
    PredictPicture,
    Question,
    Request,
    ShowActivations,
    ShowKernels,
    VaryImage,
    Warm,
)
from cnn_tui.jobs.launch import environment, python
from cnn_tui.network.by_hand.convolution import Convolution, Pooling
from tests.training.explain.asking import SECONDS, refused
from tests.training.trained_run import home_at, write_shapes


@pytest.fixture(scope="module")
def lab(trained_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the trained runs, for these tests alone."""
    return shutil.copytree(trained_home, tmp_path_factory.mktemp("lab") / "home")


@pytest.fixture(scope="module")
def client(lab: Path) -> Iterator[ExplainClient]:
    """A process that has been started for the home, and is shared by the tests that only look."""
    with home_at(lab), ExplainClient() as client:
        client.ask(Warm(), Done, SECONDS)
        yield client


@pytest.fixture
def here(lab: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shared home as that of the test, which must leave it as it is."""
    monkeypatch.setenv("CNN_TUI_HOME", str(lab))
    return lab


# What it answers


def test_a_model_is_described_by_the_layers_that_give_maps(client: ExplainClient, here: Path) -> None:
    facts = client.ask(DescribeModel(1), ModelFacts, SECONDS)
    assert (facts.input_shape, facts.class_names) == ((12, 12, 1), ("0", "1", "2"))
    assert [(layer.kind, layer.shape, layer.has_kernels) for layer in facts.layers] == [
        ("Conv2D", (10, 10, 6), True),
        ("MaxPooling2D", (5, 5, 6), False),
        ("Conv2D", (5, 5, 4), True),
    ]


def test_feature_maps_are_what_the_arithmetic_by_hand_gives(client: ExplainClient, here: Path) -> None:
    """Image, trained kernel, ReLU and pooling: the same numbers, whoever works them out."""
    names = [layer.name for layer in client.ask(DescribeModel(1), ModelFacts, SECONDS).layers]
    shown = client.ask(ShowActivations(1, (4, 7)), Activations, SECONDS)
    kernels = client.ask(ShowKernels(1, names[0]), Kernels, SECONDS)
    picture = stored_images.StoredImages(open_predictions(1).images).picture(7)
    assert shown.images[1] == picture.pixels
    assert (kernels.shape, kernels.activation) == ((3, 3, 1, 6), "relu")
    for number in range(6):
        by_hand = Convolution(kernels.kernel(number), kernels.bias(number), activation="relu")
        plane = by_hand.output(picture.channels(1 / 255))
        for layer, expected in zip(shown.layers, (plane, Pooling().output(plane)), strict=False):
            one = layer.maps[1][number]
            room = (one.high - one.low) / 254 + 1e-5  # a byte is a 255th of the range
            np.testing.assert_allclose(layer.values(1, number), expected, atol=room)
            assert layer.picture(1, number).shape == (*layer.size, 1)


def test_some_filters_of_one_layer_are_shown(client: ExplainClient, here: Path) -> None:
    last = client.ask(DescribeModel(1), ModelFacts, SECONDS).layers[-1].name
    (layer,) = client.ask(ShowActivations(1, (0,), layers=(last,), first=1, most=2), Activations, SECONDS).layers
    assert (layer.name, layer.first, len(layer.maps), len(layer.maps[0])) == (last, 1, 1, 2)


def test_a_kernel_of_many_channels_adds_up_to_the_layers_map(client: ExplainClient, here: Path) -> None:
    *_, last = client.ask(DescribeModel(1), ModelFacts, SECONDS).layers
    kernels = client.ask(ShowKernels(1, last.name), Kernels, SECONDS)
    assert (kernels.shape, kernels.padding) == ((3, 3, 6, 4), "same")
    shown = client.ask(ShowActivations(1, (2,)), Activations, SECONDS).layers
    pooled = tuple(shown[1].values(0, channel) for channel in range(6))
    by_hand = Convolution(kernels.kernel(3), kernels.bias(3), padding="same", activation="relu").output(pooled)
    top = max(one.high for one in shown[1].maps[0])
    np.testing.assert_allclose(shown[2].values(0, 3), by_hand, atol=0.05 * (1 + top))


def test_convolutions_that_are_no_plain_ones_are_shown_and_not_stepped_by_hand(
    client: ExplainClient, here: Path
) -> None:
    """Dilation, groups and an activation over all filters: the maps are there, and the facts tell which are plain."""
    layers = client.ask(DescribeModel(4), ModelFacts, SECONDS).layers
    assert [layer.by_hand for layer in layers] == [True, False, False, False, True]
    shown = client.ask(ShowActivations(4, (2,)), Activations, SECONDS)
    assert [layer.size for layer in shown.layers] == [(12, 12)] * 4 + [(6, 6)]
    grouped = client.ask(ShowKernels(4, layers[2].name), Kernels, SECONDS)
    assert len(grouped.kernel(3)) == 2, "a filter of two groups sees half of the four channels"
    picture = stored_images.StoredImages(open_predictions(4).images).picture(2)
    first = client.ask(ShowKernels(4, layers[0].name), Kernels, SECONDS)
    by_hand = Convolution(first.kernel(1), first.bias(1), first.strides, "same", first.activation)
    np.testing.assert_allclose(shown.layers[0].values(0, 1), by_hand.output(picture.channels(1 / 255)), atol=0.01)


def test_colour_images_and_two_classes(client: ExplainClient, here: Path) -> None:
    facts = client.ask(DescribeModel(2), ModelFacts, SECONDS)
    assert (facts.input_shape, len(facts.class_names)) == ((12, 12, 3), 2)
    said = client.ask(PredictImage(2, 5), Prediction, SECONDS)
    assert said.output_shape == (1, 2)
    assert list(said.probabilities) == pytest.approx(open_predictions(2).probabilities(5), abs=1e-5)
    assert said.picture == stored_images.StoredImages(open_predictions(2).images).picture(5)
    kernels = client.ask(ShowKernels(2, facts.layers[0].name), Kernels, SECONDS)
    assert len(kernels.kernel(0)) == 3


def test_two_hundred_classes_and_predictions_made_afterwards(client: ExplainClient, here: Path) -> None:
    assert client.ask(KeepPredictions(3), PartDone, SECONDS) == PartDone(200, 200)
    kept, evaluation = open_predictions(3), read_evaluation(3)
    assert (kept.count, kept.outputs, len(evaluation.per_class)) == (200, 200, 200)
    with History() as history:
        run = history.run(3)
    assert run is not None
    assert evaluation.test_accuracy == pytest.approx(run.test_accuracy)
    assert evaluation.test_loss == run.test_loss


def test_a_picture_of_ones_own_is_predicted_and_shown_in_the_layers(
    client: ExplainClient, here: Path, tmp_path: Path
) -> None:
    pixels = np.full((24, 24), 255, np.uint8)
    pixels[6:8, 2:-2] = 0
    Pillow.fromarray(pixels).save(tmp_path / "bar.png")
    said = client.ask(PredictPicture(1, str(tmp_path / "bar.png")), Prediction, SECONDS)
    assert said.probabilities.index(max(p or 0 for p in said.probabilities)) == 1  # the bar in row 3
    assert any("inverted" in step for step in said.steps)
    shown = client.ask(ShowActivations(1, (0,), str(tmp_path / "bar.png")), Activations, SECONDS)
    assert len(shown.images) == len(shown.layers[0].maps) == 2
    assert (shown.images[1], shown.steps) == (said.pixels, said.steps)


def test_filters_that_say_nothing_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lab: Path) -> None:
    from cnn_tui.training.explain.handler import Explainer

    home = copy_of(lab, tmp_path, monkeypatch)
    dead_at(home, (1, 4))
    found = Explainer().answer(FindDeadFilters(1))
    assert isinstance(found, DeadFilters)
    assert found.images == 80
    assert {1, 4} <= set(found.layers[0].dead)
    assert found.layers[0].dead == found.layers[1].dead, "what is dead before the pooling is dead after it"
    assert len(found.layers[0].dead) < found.layers[0].filters == 6


# What it refuses


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (DescribeModel(99), "there is no run 99"),
        (PredictImage(1, 80), "there is no test image 80: they are counted from 0 to 79"),
        (PredictImage(1, -1), "there is no test image -1"),
        (PredictPicture(1, "/nowhere/x.png"), "there is no file '/nowhere/x.png'"),
        (ShowActivations(1, (0,), layers=("dense\x1b[2J",)), "there is no layer 'dense\\\\x1b"),
        (ShowActivations(1, ()), "no image was asked for"),
        (ShowKernels(1, "max_pooling2d"), "has no kernels: only convolutions have"),
    ],
)
def test_a_question_at_fault_is_answered_in_words(
    client: ExplainClient, here: Path, question: Question, words: str
) -> None:
    if isinstance(question, ShowKernels):
        question = ShowKernels(1, client.ask(DescribeModel(1), ModelFacts, SECONDS).layers[1].name)
    error = refused(client, question)
    assert error.wrong
    assert words.replace("\\\\", "\\") in str(error)


def copy_of(lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shared home that the test may spoil."""
    home = tmp_path / "home"
    shutil.copytree(lab, home)
    monkeypatch.setenv("CNN_TUI_HOME", str(home))
    return home


def dead_at(home: Path, filters: tuple[int, ...]) -> None:
    """Give filters of run 1's first convolution a bias so low that ReLU lets nothing through."""
    import keras

    model = keras.models.load_model(model_path(1))
    kernel, bias = model.layers[0].get_weights()
    bias[list(filters)] = -1e6
    model.layers[0].set_weights([kernel, bias])
    model.save(model_path(1))


def answer_here(question: Question) -> Any:
    """The answer of the process's own code, without a process; its error's sentence where there is none."""
    from cnn_tui.training.explain.handler import Explainer
    from cnn_tui.training.explain.server import reply_to

    reply = reply_to(Explainer(), msgspec.json.encode(Request(1, question)))
    return reply.error or reply.answer


def test_a_run_without_a_model_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lab: Path) -> None:
    copy_of(lab, tmp_path, monkeypatch)
    with History() as history:
        ids = [history.add(Experiment("bare", "mnist")) for _ in range(4)]
        for run_id in ids[1:]:
            history.claim(run_id, 1, 1)
        history.record_end(ids[2], Result("failed", "no memory"))
        history.record_end(ids[3], Result("interrupted", "killed"))
    checkpoint_path(ids[3]).parent.mkdir(parents=True)
    checkpoint_path(ids[3]).write_bytes(b"")
    model_path(1).unlink()
    said = [answer_here(DescribeModel(run_id)) for run_id in (*ids, 1)]
    assert said[0] == f"run {ids[0]} waits in the queue: it has learned nothing yet"
    assert said[1] == f"run {ids[1]} is running: its weights are there when it has ended"
    assert said[2] == f"run {ids[2]} (failed) has kept no weights"
    assert said[3] == f"run {ids[3]} (interrupted) has a checkpoint but no finished model: resume it to its end"
    assert said[4] == f"the model of run 1 is gone: {model_path(1)} has been deleted"
    assert open_predictions(1).count == 80, "what it had said of the test images is still there"


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 cut off"])
def test_a_broken_model_file_is_a_sentence(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lab: Path
) -> None:
    copy_of(lab, tmp_path, monkeypatch)
    model_path(1).write_bytes(content)
    said = answer_here(DescribeModel(1))
    assert said.startswith(f"the model file {model_path(1)} cannot be loaded (it is damaged")
    assert said.endswith("train the experiment again")


def test_a_model_that_is_cut_off_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lab: Path) -> None:
    copy_of(lab, tmp_path, monkeypatch)
    whole = model_path(1).read_bytes()
    model_path(1).write_bytes(whole[:2000] + bytes(2000) + whole[4000:])
    assert "cannot be loaded" in answer_here(DescribeModel(1))


def test_without_its_dataset_a_run_still_shows_what_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lab: Path
) -> None:
    home = copy_of(lab, tmp_path, monkeypatch)
    for run_id, name in ((1, "grey"), (3, "many")):
        retarget(home, run_id, str(home / "gone" / f"{name}.npz"))
    assert isinstance(answer_here(ShowActivations(1, (0,))), msgspec.Raw), "the test images are kept"
    predictions = home / "runs" / "3" / "predictions.bin"
    predictions.unlink(missing_ok=True)
    assert "There is no file" in answer_here(KeepPredictions(3))
    assert "There is no file" in answer_here(PredictImage(3, 0))
    shutil.rmtree(home / "data-cache")
    assert "There is no file" in answer_here(ShowActivations(1, (0,)))


def test_images_that_were_cleared_away_are_kept_again_unless_the_data_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lab: Path
) -> None:
    home = copy_of(lab, tmp_path, monkeypatch)
    retarget(home, 1, str(home / "grey.npz"))
    digest = open_predictions(1).images
    stored_images.images_path(digest).unlink()
    assert isinstance(answer_here(KeepImages(1)), msgspec.Raw)
    assert stored_images.StoredImages(digest).kept == 80
    stored_images.images_path(digest).unlink()
    write_shapes(home / "grey.npz", images=120)
    assert "has changed since run 1: its test images are others now" in answer_here(KeepImages(1))


def retarget(home: Path, run_id: int, dataset: str) -> None:
    """Let a run's dataset be another file."""
    with History() as history:
        history.store.execute("UPDATE runs SET dataset = ? WHERE id = ?", (dataset, run_id))


def test_a_run_that_was_not_evaluated_gets_its_loss_from_keras(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lab: Path
) -> None:
    copy_of(lab, tmp_path, monkeypatch)
    expected = read_evaluation(1).test_loss
    with History() as history:
        history.store.execute("UPDATE runs SET test_loss = NULL, test_accuracy = NULL WHERE id = 1")
    (model_path(1).parent / "evaluation.json").unlink()
    assert isinstance(answer_here(KeepPredictions(1)), msgspec.Raw)
    assert read_evaluation(1).test_loss == pytest.approx(expected, rel=1e-4)


def test_what_is_said_of_many_images_comes_in_parts_between_which_others_may_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lab: Path
) -> None:
    home = copy_of(lab, tmp_path, monkeypatch)
    before = open_predictions(1)
    (home / "runs" / "1" / "predictions.bin").unlink()
    from cnn_tui.training.explain import handler, keep_files

    monkeypatch.setattr(keep_files, "BATCH", 32)
    monkeypatch.setattr(handler, "A_MOMENT", 0)
    explainer = handler.Explainer()
    parts: list[Any] = []
    while not parts or not parts[-1].is_whole:
        parts.append(explainer.answer(KeepPredictions(1, before=parts[-1].done if parts else 0)))
        explainer.answer(DescribeModel(3))
    assert parts == [PartDone(32, 80), PartDone(64, 80), PartDone(80, 80)]
    kept = open_predictions(1)
    assert kept.predicted == before.predicted
    assert kept.probabilities(79) == pytest.approx(before.probabilities(79), abs=1e-5)


# The process itself


def start(**more: str) -> subprocess.Popen[bytes]:
    """The process, by itself."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        python("cnn_tui.training.explain.server"), stdin=pipe, stdout=pipe, stderr=pipe, env=environment() | more
    )


def test_only_answers_come_out_and_it_ends_with_its_input(here: Path) -> None:
    process = start()
    lines = [
        b"what?\n",
        b'{"id": 5, "question": {"ask": "DeleteEverything"}}\n',
        msgspec.json.encode(Request(7, DescribeModel(1))) + b"\n",
    ]
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(b"".join(lines))
    process.stdin.flush()
    replies = [json.loads(process.stdout.readline()) for _ in lines]
    assert [reply["id"] for reply in replies] == [0, 0, 7]
    assert "is not understood" in replies[0]["error"]
    assert "is not understood" in replies[1]["error"]
    assert replies[2]["answer"]["input_shape"] == [12, 12, 1]
    out, _ = process.communicate(timeout=SECONDS)  # closes its input
    assert (out, process.returncode) == (b"", 0)


def test_it_ends_when_its_input_does_even_in_the_middle_of_something(here: Path) -> None:
    process = start()
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(Request(1, Warm(1))) + b"\n")
    process.stdin.close()
    assert process.wait(SECONDS) == 0
    for stream in (process.stdout, process.stderr):
        assert stream is not None
        stream.close()


def test_it_ends_after_a_time_without_questions(here: Path) -> None:
    process = start(CNN_TUI_EXPLAIN_IDLE="0.1")
    assert process.wait(SECONDS) == 0
    process.communicate()


def test_an_image_is_varied_as_kerass_layers_do_it(client: ExplainClient) -> None:
    image = np.arange(24, dtype=np.uint8).reshape(4, 6, 1) * 10
    layers = msgspec.json.encode([{"type": "RandomFlip", "mode": "horizontal"}])
    ways: set[bytes] = set()
    for seed in range(2):
        question = VaryImage(layers, (4, 6, 1), image.tobytes(), seed)
        varied = client.ask(question, Variations, SECONDS)
        assert varied.shape == (4, 6, 1) and len(varied.images) == 9
        assert client.ask(question, Variations, SECONDS) == varied, "the same seed gives the same"
        ways.update(varied.images)
    assert ways == {image.tobytes(), image[:, ::-1].tobytes()}


def test_layers_that_make_an_image_of_another_size_give_that(client: ExplainClient) -> None:
    layers = msgspec.json.encode([{"type": "ZeroPadding2D", "padding": [1, 2]}])
    varied = client.ask(VaryImage(layers, (2, 2, 3), bytes(range(12))), Variations, SECONDS)
    assert varied.shape == (4, 6, 3) and len(varied.images[8]) == 4 * 6 * 3
