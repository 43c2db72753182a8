"""Whoever asks another thread or process gets an answer, whatever goes wrong on the way."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cnn_tui.data.data_facts import DataFacts
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.history import History, HistoryError
from cnn_tui.home import history_path
from cnn_tui.jobs import worker
from cnn_tui.jobs.child import Child
from cnn_tui.jobs.explain import client as client_module
from cnn_tui.jobs.explain.answers import Done
from cnn_tui.jobs.explain.client import ExplainClient, look_at
from cnn_tui.jobs.explain.protocol import ExplainError, PredictPicture, Question, Reply, Warm
from cnn_tui.jobs.standby import LoginStandby, Standby
from cnn_tui.text import kept_path, path_kept

SECONDS = 60.0
_ANSWERS = """
import json, sys
for line in sys.stdin:
    print(json.dumps({"id": json.loads(line)["id"], "answer": {}}), flush=True)
"""
LATIN = os.fsdecode(b"/tmp/caf\xe9.png")
ERRORS = [
    KeyError("x"),
    RuntimeError("can't start new thread"),
    MemoryError(),
    ValueError("a value"),
    OSError(24, "Too many open files"),
    UnicodeDecodeError("utf-8", b"\xe9", 0, 1, "no text"),
    SystemExit(3),
    KeyboardInterrupt(),
]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> ExplainClient:
    """A client of a process that answers everything at once."""
    monkeypatch.setattr(client_module, "python", lambda _: [sys.executable, "-c", _ANSWERS])
    return ExplainClient()


class Raising:
    """Raises an error the first times that it is called."""

    def __init__(self, error: BaseException, then: Callable[..., Any]) -> None:
        self.error, self.then, self.times = error, then, 2  # the client tries twice

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.times -= 1
        if self.times >= 0:
            raise self.error
        return self.then(*arguments, **named)


@pytest.mark.parametrize("place", ["__init__", "write_line", "read_line", "poll"])
def test_what_is_raised_between_the_client_and_its_process_is_an_answer(
    client: ExplainClient, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    with client:
        client.ask(Warm(), Done, SECONDS)
        real = getattr(Child, place)
        for error in ERRORS:
            if isinstance(error, OSError) and place.endswith("_line"):
                continue  # the process is taken for one that has ended, and waited for
            raising = Raising(error, real)
            if place == "__init__":
                client._end()
            monkeypatch.setattr(Child, place, lambda *them, raising=raising, **named: raising(*them, **named))
            with pytest.raises(ExplainError) as caught:
                client.ask(Warm(), Done, SECONDS)
            assert str(caught.value).isprintable()
            monkeypatch.setattr(Child, place, real)
            assert client.ask(Warm(), Done, SECONDS) == Done(), "the next question is answered"


def test_a_question_or_an_answer_that_cannot_be_put_in_words_is_an_answer(
    client: ExplainClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client:
        with pytest.raises(ExplainError, match=r"caf.udce9\.png' has bytes that are no text in UTF-8"):
            client.ask(PredictPicture(1, LATIN), Done, SECONDS)
        assert client.ask(PredictPicture(1, kept_path(LATIN)), Done, SECONDS) == Done()
        with pytest.raises(ExplainError, match="the answer is not understood"):
            client.ask(Warm(), DataFacts, SECONDS)
        for line in (b"\xff{", b'{"id": 0, "answer": "\xe9"}', b"[]"):
            monkeypatch.setattr(Child, "read_line", lambda *_, line=line: line)
            with pytest.raises(ExplainError):
                client.ask(Warm(), Done, SECONDS)
        monkeypatch.undo()


def test_a_thread_that_cannot_be_started_is_an_answer(client: ExplainClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with client:
        start = Raising(RuntimeError("can't start new thread"), threading.Thread.start)
        start.times = 1
        monkeypatch.setattr(threading.Thread, "start", lambda thread: start(thread))
        with pytest.raises(ExplainError, match="can't start new thread"):
            client.ask(Warm(), Done, SECONDS)
        assert client.ask(Warm(), Done, SECONDS) == Done()


@pytest.mark.parametrize("error", [one for one in ERRORS if isinstance(one, Exception)], ids=repr)
def test_what_is_raised_while_a_dataset_is_looked_at_is_an_answer(
    monkeypatch: pytest.MonkeyPatch, error: Exception, sealed_machine: Path
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Child, "__init__", fails)
    with pytest.raises(ExplainError) as caught:
        look_at("mnist")
    assert str(caught.value).isprintable()


def test_what_is_raised_while_a_question_is_answered_is_a_line() -> None:
    from cnn_tui.training.explain.server import reply_to

    class Explainer:
        error: Exception

        def answer(self, question: Question) -> Done:
            raise self.error

    explainer: Any = Explainer()
    line = b'{"id": 7, "question": {"ask": "Warm"}}'
    for error in (*ERRORS, ExplainError(LATIN), ValueError(LATIN), RecursionError(), ZeroDivisionError("\x1b[2J")):
        if isinstance(error, Exception):
            explainer.error = error
            reply = msgspec.json.decode(msgspec.json.encode(reply_to(explainer, line)), type=Reply)
            assert reply.id == 7 and reply.error and reply.error.isprintable()
    assert msgspec.json.encode(reply_to(explainer, b"\xff"))


def test_a_run_whose_process_cannot_be_started_fails_in_words(
    monkeypatch: pytest.MonkeyPatch, sealed_machine: Path
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(Child, "__init__", fails)
    monkeypatch.setattr(worker, "RETRY", 0.0)
    with History() as history:
        run_id = history.add(Experiment("waits", "mnist"))
        worker.serve(history, Standby(), idle=0)
        run = history.run(run_id)
    assert run is not None
    assert (run.status, run.stop_cause) == (
        "failed",
        "the training process could not be started: Resource temporarily unavailable",
    )


def test_a_queue_waits_for_the_newer_version_that_has_taken_over_the_history() -> None:
    """An update while a worker goes on with its queue: what it starts could not open the history any more."""
    with History() as history:
        run_id = history.add(Experiment("waits", "mnist"))
        with contextlib.closing(sqlite3.connect(history_path())) as newer:
            newer.execute("PRAGMA user_version = 99")
        with pytest.raises(HistoryError, match="newer cnn-tui"):
            worker.serve(history, LoginStandby(), idle=0)
        with pytest.raises(HistoryError, match="newer cnn-tui"):  # its process was started a moment before
            worker.settle(history, run_id, 1)
    with contextlib.closing(sqlite3.connect(history_path())) as newer:
        assert newer.execute("SELECT status FROM runs").fetchall() == [("queued",)]


def test_a_path_is_kept_as_text_and_comes_back() -> None:
    for name in (b"/a/b.png", b"caf\xe9 \xff\x80", "é\n".encode(), b"\\xe9 %41"):
        path = os.fsdecode(name)
        kept = kept_path(path)
        assert msgspec.json.decode(msgspec.json.encode(kept)) == kept
        assert path_kept(kept) == path
