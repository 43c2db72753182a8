"""Work beside the lab: a thread that listens to the process that does it (`jobs/work.py`)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

import msgspec

from cnn_tui.jobs.work import WorkError
from cnn_tui.text import fault, sentence

Request = TypeVar("Request", bound=msgspec.Struct)
Line = TypeVar("Line")
Told = TypeVar("Told", covariant=True)


class WorkLike(Protocol[Told]):
    """What is done elsewhere. `cnn_tui.jobs.work.WorkProcess` is the real one."""

    def lines(self) -> Iterator[Told]:
        """How far it is, until its end."""

    def end(self) -> None:
        """Leave it off."""


class WorkBeside(Generic[Request, Line]):
    """One piece of work at a time; it goes on while something else is looked at."""

    def __init__(
        self,
        start_work: Callable[[Request], WorkLike[Line]],
        changed: Callable[[], object],
        hear: Callable[[Line], object] = lambda _: None,
    ) -> None:
        """`hear` is given every line, and then `changed` is called, both in another thread."""
        self.start_work = start_work
        self.request: Request | None = None
        """What is done, or was last."""
        self.line: Line | None = None
        """How far it is; None before anything was heard of it."""
        self.failure = ""
        """Why it ended without an answer, in a sentence."""
        self._changed, self._hear = changed, hear
        self._work: WorkLike[Line] | None = None

    @property
    def goes_on(self) -> bool:
        return self._work is not None

    def begin(self, request: Request) -> None:
        """Start it; what hinders it becomes a failure."""
        self.request, self.line, self.failure = request, None, ""
        try:
            work = self.start_work(request)
            self._work = work
            threading.Thread(target=self._listen, args=(work,), name="work beside", daemon=True).start()
        except (OSError, RuntimeError) as error:
            self._work = None
            self.failure = sentence(f"It could not be begun: {fault(error)}")

    def leave(self) -> None:
        """Leave it off; nothing is kept of it."""
        work, self._work = self._work, None
        if work is not None:
            work.end()

    def _listen(self, work: WorkLike[Line]) -> None:
        failure = ""
        try:
            for line in work.lines():
                if work is not self._work:
                    return
                self.line = line
                self._hear(line)
                self._changed()
        except WorkError as error:
            failure = sentence(str(error))
        except Exception as error:
            failure = sentence(fault(error))
        if work is self._work:
            self._work, self.failure = None, failure
            self._changed()
