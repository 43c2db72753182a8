"""A child process is not waited for longer than a deadline."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from cnn_tui.jobs.child import Child
from tests.waiting import wait_for

ECHO = "import sys\nfor line in sys.stdin: print(line.strip() * 2, flush=True)"
HANG = "import time; print('up', flush=True); time.sleep(600)"


@pytest.fixture
def started() -> Iterator[list[Child]]:
    """The children of a test, which end with it."""
    children: list[Child] = []
    yield children
    for child in children:
        child.end()
        assert child.poll() is not None


def child(started: list[Child], code: str) -> Child:
    started.append(Child([sys.executable, "-c", code], errors=subprocess.PIPE))
    return started[-1]


def test_questions_are_answered_a_line_each(started: list[Child]) -> None:
    echo = child(started, ECHO)
    echo.write_line(b"a")
    echo.write_line(b"b")
    assert [echo.read_line(60, 100) for _ in range(2)] == [b"aa", b"bb"]
    echo.close_input()
    assert echo.read_line(60, 100) == b"", "it has ended"


def test_an_answer_that_does_not_come_and_one_that_is_too_long_are_errors(started: list[Child]) -> None:
    echo = child(started, ECHO)
    with pytest.raises(TimeoutError):
        echo.read_line(0.05, 100)
    echo.write_line(b"c" * 60)
    with pytest.raises(ValueError, match="more than 100 bytes"):
        echo.read_line(60, 100)


def test_an_end_from_another_thread_ends_the_wait_for_an_answer(started: list[Child]) -> None:
    hangs = child(started, HANG)
    assert hangs.read_line(60, 100) == b"up"
    answers: list[bytes] = []
    reader = threading.Thread(target=lambda: answers.append(hangs.read_line(600, 100)))
    reader.start()
    hangs.end()
    reader.join(60)
    assert answers == [b""]


def test_one_that_runs_to_its_end_tells_its_status_and_its_words(started: list[Child]) -> None:
    code = "import sys; print('one\\n\\n two'); print('three', file=sys.stderr); sys.exit(3)"
    assert child(started, code).finish(60) == (3, ["one", "two"], ["three"])


def test_one_that_takes_too_long_is_killed_with_what_it_started(started: list[Child]) -> None:
    both = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HANG!r}])"
    parent = child(started, both)
    assert parent.read_line(60, 100) == b"up"
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        parent.finish(0.05)
    assert time.monotonic() - began < 60
    wait_for(lambda: parent.poll() is not None, "its end")


def test_one_that_cannot_be_started_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        Child(["/no/such/program"])
