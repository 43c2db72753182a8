"""Looks for wrong labels beside the lab: a thread that listens to the process that trains for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from cnn_tui.jobs.suspects import SuspectsError, SuspectsLine, SuspectsRequest, SuspectsWork
from cnn_tui.text import fault, sentence


class WorkLike(Protocol):
    """What is done elsewhere. `cnn_tui.jobs.suspects.SuspectsWork` is the real one."""

    def lines(self) -> Iterator[SuspectsLine]:
        """How far it is, until its end."""

    def end(self) -> None:
        """Leave it off."""


class SuspectsSearch:
    """One search at a time, of one run; it goes on while something else is looked at."""

    def __init__(self, changed: Callable[[], object]) -> None:
        """`changed` is called in another thread whenever there is something new to draw."""
        self.start_work: Callable[[SuspectsRequest], WorkLike] = SuspectsWork
        self.run = 0
        """The run whose images are looked at, or were last; 0 for none."""
        self.folds = 0
        self.line: SuspectsLine | None = None
        """How far it is; None before anything was heard of it."""
        self.failure = ""
        """Why it ended without an answer, in a sentence."""
        self._changed = changed
        self._work: WorkLike | None = None

    @property
    def goes_on(self) -> bool:
        return self._work is not None

    def begin(self, request: SuspectsRequest) -> None:
        """Start it; what hinders it becomes a failure."""
        self.run, self.folds, self.line, self.failure = request.run, request.folds, None, ""
        try:
            work = self.start_work(request)
            self._work = work
            threading.Thread(target=self._listen, args=(work,), name="suspects", daemon=True).start()
        except (OSError, RuntimeError) as error:
            self._work = None
            self.failure = sentence(f"It could not be begun: {fault(error)}")

    def leave(self) -> None:
        """Leave it off; nothing is kept of it."""
        work, self._work = self._work, None
        if work is not None:
            work.end()

    def _listen(self, work: WorkLike) -> None:
        failure = ""
        try:
            for line in work.lines():
                if work is not self._work:
                    return
                self.line = line
                self._changed()
        except SuspectsError as error:
            failure = sentence(str(error))
        except Exception as error:
            failure = sentence(fault(error))
        if work is self._work:
            self._work, self.failure = None, failure
            self._changed()
