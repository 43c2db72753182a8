"""Asks the process that looks into trained networks. Loads neither TensorFlow nor NumPy.

    client = ExplainClient()
    future = client.submit(ShowActivations(run=3, images=(0,)), Activations)

A thread of its own starts the process, writes the questions and reads the answers, one after another. A process that
dies is started once more for the question that it died of; then the answer is a sentence that says why. Whatever else
goes wrong, in the thread too, is an answer: nobody who asks waits for what does not come.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self, TypeVar

import msgspec

from cnn_tui.data.data_facts import DataFacts, read_facts
from cnn_tui.data.dataset import AS_THEY_ARE, DataOptions, for_any_folder
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.home import explain_log_path, home, see_log, use_scratch_if_read_only
from cnn_tui.jobs.child import Child
from cnn_tui.jobs.explain.protocol import LONGEST_LINE, ExplainError, Question, Reply, Request, Warm
from cnn_tui.jobs.launch import open_log, python
from cnn_tui.text import cause_of, fault

PATIENCE = 600.0
"""Seconds that an answer may take: the predictions of a large test set on a slow machine."""

Answer = TypeVar("Answer", bound=msgspec.Struct)


class _DiedError(Exception):
    """The process ended, or could not be started; the message says how."""


class _Waiting(NamedTuple):
    question: Question
    deliver: Callable[[Reply], None]
    future: Future[msgspec.Struct]
    topic: str


class ExplainClient:
    """The asking side. Starts nothing until the first question; `close` it, or use it in a `with`."""

    def __init__(self) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._process: Child | None = None
        self._closed = False
        self._asked = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, question: Question, answer: type[Answer], topic: str = "") -> Future[Answer]:
        """Ask from any thread, without waiting; gives a future of the answer, or of an ExplainError.

        A question with a `topic` takes the place of one with the same topic that still waits, whose future is
        cancelled: somebody who leafs through images wants the last one, not all of them.
        """
        future: Future[Answer] = Future()

        def deliver(reply: Reply) -> None:
            if not future.set_running_or_notify_cancel():
                return
            if reply.error:
                future.set_exception(ExplainError(reply.error, reply.wrong))
                return
            try:
                answered = msgspec.json.decode(reply.answer, type=answer)
            except Exception as error:
                future.set_exception(ExplainError(f"the answer is not understood: {fault(error)}"))
                return
            future.set_result(answered)

        with self._changed:
            if self._closed:
                future.set_exception(ExplainError("nothing more is asked: it is closed"))
                return future
            if topic:
                self._forget(topic)
            if self._thread is None:
                thread = threading.Thread(target=self._work, name="explain", daemon=True)
                try:
                    thread.start()
                except RuntimeError as error:  # the system has none to spare
                    future.set_exception(ExplainError(f"it could not be asked: {fault(error)}"))
                    return future
                self._thread = thread
            self._waiting.append(_Waiting(question, deliver, future, topic))  # type: ignore[arg-type]
            self._changed.notify()
        return future

    def ask(self, question: Question, answer: type[Answer], timeout: float | None = None) -> Answer:
        """Ask and wait. Raises ExplainError; TimeoutError after `timeout` seconds."""
        return self.submit(question, answer).result(timeout)

    def warm(self, run: int = 0) -> None:
        """Have TensorFlow and a run's model loaded by the time that they are needed; nothing is said of it."""
        from cnn_tui.jobs.explain.answers import Done

        self.submit(Warm(run), Done, topic="warm")

    def close(self) -> None:
        """End the process and forget what still waits. Returns at once."""
        with self._changed:
            self._closed = True
            for waiting in self._waiting:
                waiting.future.cancel()
            self._waiting.clear()
            self._changed.notify()
            process = self._process
        if process is not None:
            with contextlib.suppress(OSError):
                process.kill()

    def _forget(self, topic: str) -> None:
        for waiting in [one for one in self._waiting if one.topic == topic]:
            self._waiting.remove(waiting)
            waiting.future.cancel()

    # In the thread

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    break
                waiting = self._waiting.popleft()
            if not waiting.future.cancelled():
                waiting.deliver(self._reply(waiting.question))
        self._end()

    def _reply(self, question: Question) -> Reply:
        try:
            return self._ask_twice(question)
        except BaseException as error:  # whatever it is: the thread goes on, and its asker is told
            with contextlib.suppress(BaseException):
                self._end()  # nobody knows what it has read of the question
            return Reply(0, error=f"it could not be asked: {fault(error)}")

    def _ask_twice(self, question: Question) -> Reply:
        for attempt in (1, 2):
            try:
                return self._exchange(question)
            except _DiedError as error:
                self._end()
                if self._closed:
                    return Reply(0, error="it was closed before it answered")
                if attempt == 2:
                    return Reply(0, error=f"the process that looks into the network {error}{see_log()}")
        raise AssertionError

    def _exchange(self, question: Question) -> Reply:
        self._asked += 1
        line = msgspec.json.encode(Request(self._asked, question))
        process = self._running()
        try:
            process.write_line(line)
            while True:
                line = process.read_line(PATIENCE, LONGEST_LINE)
                if not line:
                    raise _DiedError(_ending(process))
                reply = msgspec.json.decode(line, type=Reply)
                if reply.id in (self._asked, 0):  # 0 is the number of a question that was not understood
                    return reply
        except TimeoutError:
            raise _DiedError(f"gave no answer in {PATIENCE:.0f} seconds and was ended") from None
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise _DiedError("says what is no answer") from None
        except ValueError:
            raise _DiedError("gave an answer that is too long") from None
        except OSError:
            raise _DiedError(_ending(process)) from None

    def _running(self) -> Child:
        """The process, started if there is none: it ends by itself when it has nothing to do for a while."""
        with self._changed:
            if self._closed:
                raise _DiedError("was ended")
            if self._process is not None and self._process.poll() is None:
                return self._process
            self._end()
            use_scratch_if_read_only()
            try:
                with _log() as log:
                    self._process = Child(python("cnn_tui.training.explain.server"), errors=log, folder=home())
            except OSError as error:
                raise _DiedError(f"cannot be started ({cause_of(error)})") from None
            return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()


def look_at(dataset: str, options: DataOptions = AS_THEY_ARE) -> DataFacts:
    """What is in a dataset, by its name or path: at once where it is known, else by a process that reads it.

    That takes a second or, for a folder of pictures, many: call it from a thread. Raises ExplainError.
    """
    dataset = for_any_folder(dataset)
    with contextlib.suppress(RawFileError):
        return read_facts(dataset, options)
    try:
        home().mkdir(parents=True, exist_ok=True)
        use_scratch_if_read_only()
        command = python("cnn_tui.training.data.inspect", dataset, msgspec.json.encode(options).decode())
        ended = Child(command, errors=subprocess.PIPE, folder=home()).finish(PATIENCE)
    except TimeoutError:
        raise ExplainError(f"the dataset could not be read in {PATIENCE:.0f} seconds") from None
    except Exception as error:
        raise ExplainError(f"the dataset cannot be looked at: {fault(error)}") from None
    if ended.status:
        said = ended.out or ended.errors or ["no reason was given"]
        raise ExplainError(said[-1], wrong=ended.status == 1)
    try:
        return read_facts(dataset, options)
    except RawFileError as error:
        raise ExplainError(f"what was found in the dataset could not be kept: {error}") from None


def _log() -> BinaryIO:
    """Where the process prints to: its log, or nowhere if its folder is read-only."""
    try:
        return open_log(explain_log_path())
    except OSError:
        return Path(os.devnull).open("ab")


def _ending(process: Child) -> str:
    try:
        status = process.wait(5)
    except subprocess.TimeoutExpired:
        return "answers no more"
    return f"was killed by signal {-status}" if status < 0 else f"ended with exit status {status}"
