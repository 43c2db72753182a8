"""Work in a process of its own tells what it does, and why it goes no further; any thread may end it."""

from __future__ import annotations

import threading

import pytest

from cnn_tui.jobs.work import WorkError
from tests.jobs.working import Asked, Told, Working, log_path

pytestmark = pytest.mark.usefixtures("sealed_machine")


def test_it_tells_its_lines_until_all_is_done() -> None:
    assert list(Working(Asked("works")).lines()) == [Told(1), Told(2)]


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("fails", "^the disk is full$"),
        ("dies", "^the steps could not be taken: its process ended; see .*working.log$"),
        ("babbles", "^the steps could not be taken: JSON is malformed"),
    ],
)
def test_why_it_goes_no_further_is_a_sentence(what: str, why: str) -> None:
    heard: list[int] = []
    with pytest.raises(WorkError, match=why):
        heard.extend(line.step for line in Working(Asked(what)).lines())
    if what == "dies":
        assert log_path().read_text() == "it is over\n"


def test_one_that_is_ended_by_another_thread_ends_quietly() -> None:
    work = Working(Asked("hangs"))
    heard: list[int] = []
    for line in work.lines():
        heard.append(line.step)
        if line.step == 2:
            threading.Thread(target=work.end).start()
    assert heard == [1, 2]
