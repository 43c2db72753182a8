"""The side that asks about trained networks: it starts the process that answers, again where it dies, and ends it."""

from __future__ import annotations

import os
import signal
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from cnn_tui.data import images as stored_images
from cnn_tui.jobs.explain import client as client_module
from cnn_tui.jobs.explain.answers import (
    Done,
)
from cnn_tui.jobs.explain.client import ExplainClient, look_at
from cnn_tui.jobs.explain.protocol import (
    DescribeModel,
    ExplainError,
    KeepImages,
    KeepPredictions,
    PredictImage,
    Warm,
)
from cnn_tui.jobs.launch import python
from tests.training.explain.asking import SECONDS, refused
from tests.training.trained_run import write_shapes
from tests.waiting import wait_for


@pytest.fixture
def simple(sealed_machine: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A process without TensorFlow in place of the real one: it answers Warm, and obeys two other questions."""
    script = sealed_machine / "simple.py"
    script.write_text(
        """
import json, os, sys, time
for line in sys.stdin:
    request = json.loads(line)
    question = request["question"]
    if question["ask"] == "DescribeModel":
        with open("deaths", "a") as file:
            file.write(".")
        if len(open("deaths").read()) <= question["run"]:
            os.kill(os.getpid(), 9)
    while question["ask"] == "Warm" and question["run"] and not os.path.exists("go"):
        time.sleep(0.01)
    if question["ask"] == "KeepImages":
        print("no answer", flush=True)
    print(json.dumps({"id": request["id"], "answer": {}}), flush=True)
"""
    )
    monkeypatch.setattr(client_module, "python", lambda module: [*python("x")[:1], str(script)])
    return sealed_machine


def test_a_process_that_dies_is_started_once_more(simple: Path) -> None:
    with ExplainClient() as client:
        assert client.ask(DescribeModel(1), Done, SECONDS) == Done()
    assert (simple / "deaths").read_text() == ".."


def test_a_process_that_dies_again_says_why(simple: Path) -> None:
    with ExplainClient() as client:
        error = refused(client, DescribeModel(9))
        assert "was killed by signal 9; see " in str(error)
        assert str(error).endswith("explain.log")
        assert (simple / "deaths").read_text() == ".."
        assert client.ask(Warm(), Done, SECONDS) == Done(), "the next question has a process of its own"
        assert "says what is no answer" in str(refused(client, KeepImages(1)))


def test_a_process_that_cannot_be_started_is_a_sentence(simple: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "python", lambda module: ["/no/such/python"])
    with ExplainClient() as client:
        assert "cannot be started (No such file or directory)" in str(refused(client, Warm()))


def test_a_process_that_hangs_is_ended(simple: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "PATIENCE", 0.3)
    with ExplainClient() as client:
        assert "gave no answer in 0 seconds and was ended" in str(refused(client, Warm(1)))


def test_a_process_that_went_idle_is_started_again(simple: Path) -> None:
    with ExplainClient() as client:
        client.ask(Warm(), Done, SECONDS)
        process = client._process
        assert process is not None
        os.kill(process.pid, signal.SIGTERM)
        wait_for(lambda: process.poll() is not None, "its end")
        assert client.ask(Warm(), Done, SECONDS) == Done()


def test_of_questions_on_one_topic_the_last_is_asked(simple: Path) -> None:
    with ExplainClient() as client:
        busy = client.submit(Warm(1), Done)
        wait_for(lambda: not client._waiting, "the start of the first question")
        waiting = [client.submit(PredictImage(1, at), Done, topic="image") for at in range(5)]
        other = client.submit(KeepPredictions(1), Done)
        (simple / "go").touch()
        assert busy.result(SECONDS) == waiting[-1].result(SECONDS) == other.result(SECONDS) == Done()
        assert [one.cancelled() for one in waiting] == [True, True, True, True, False]


def test_closing_forgets_what_waits_and_leaves_no_process(simple: Path) -> None:
    client = ExplainClient()
    asked = client.submit(Warm(1), Done)
    wait_for(lambda: not client._waiting and client._process is not None, "the start of the first question")
    later = client.submit(Warm(), Done)
    process = client._process
    assert process is not None
    client.close()
    with pytest.raises(ExplainError, match="it was closed before it answered"):
        asked.result(SECONDS)
    with pytest.raises(CancelledError):
        later.result(SECONDS)
    with pytest.raises(ExplainError, match="it is closed"):
        client.ask(Warm(), Done)
    wait_for(lambda: process.poll() is not None, "the end of the process")
    thread = client._thread
    assert thread is not None
    wait_for(lambda: not thread.is_alive(), "the end of the thread")


def test_nothing_is_started_before_the_first_question(simple: Path) -> None:
    with ExplainClient() as client:
        assert client._process is None
        assert client._thread is None


# Looking at a dataset


def test_a_dataset_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_shapes(tmp_path / "three.npz", images=90)
    facts = look_at(str(path))
    assert (facts.input_shape, facts.train.images, facts.parts["test"].per_class) == ((12, 12, 1), 90, (10, 10, 10))
    assert (facts.train.lowest >= 0, facts.train.highest, facts.train.balance) == (True, 220, 1.0)
    assert stored_images.StoredImages(facts.test_images).kept == 30
    assert stored_images.StoredImages(facts.train_images).of_class(2)
    with monkeypatch.context() as patched:
        patched.setattr(client_module, "python", lambda *_: ["/no/such/python"])
        assert look_at(str(path)) == facts, "the second time no process is needed"
    write_shapes(path, images=120)
    assert look_at(str(path)).train.images == 120


def test_a_dataset_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    for name, words in (
        ("nope", "There is no dataset 'nope'"),
        (str(tmp_path), "has no folders"),
        ("a\0b", "cannot be looked at"),
    ):
        with pytest.raises(ExplainError, match=words) as caught:
            look_at(name)
        assert str(caught.value).isprintable()
