"""A test of learning rates that trains nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from cnn_tui.jobs.rate_test import RateTestLine, RateTestRequest
from cnn_tui.jobs.work import WorkError
from cnn_tui.ui import work_beside
from cnn_tui.ui.dialogs import rate_finder
from tests.analysis.test_rate_test import curve, falling


class FakeTest:
    """Tells 57 readings, and the others when it is let."""

    begun: ClassVar[list[FakeTest]] = []
    failure = ""
    dataset = "fashion_mnist"

    def __init__(self, request: RateTestRequest) -> None:
        self.request, self.ended, self.goes_on = request, False, threading.Event()
        self.begun.append(self)

    def lines(self) -> Iterator[RateTestLine]:
        yield RateTestLine(dataset=self.dataset)
        readings = [RateTestLine(rate, loss) for rate, loss in curve(falling)]
        yield from readings[:57]
        assert self.goes_on.wait(60)
        if self.failure:
            raise WorkError(self.failure)
        yield from readings[57:]

    def end(self) -> None:
        self.ended = True
        self.goes_on.set()


class _AtOnce:
    """A thread that has ended when it is started."""

    def __init__(self, target: Callable[..., None], args: tuple[Any, ...], **_: Any) -> None:
        self.start = lambda: target(*args)


def at_once(request: RateTestRequest) -> FakeTest:
    """A test that tells all its readings."""
    made = FakeTest(request)
    made.goes_on.set()
    return made


def found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rates are found before the box that looks for them is seen."""
    monkeypatch.setattr(rate_finder, "RateTest", at_once)
    monkeypatch.setattr(work_beside, "threading", SimpleNamespace(Thread=_AtOnce))
