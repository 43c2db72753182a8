"""Work that is done in a process of its own: asked once, it tells how far it is. Loads neither TensorFlow nor NumPy.

The other side is `training/work.py`. Which work there is: `suspects.py`, `rate_test.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

import msgspec

from cnn_tui.home import home, use_scratch_if_read_only
from cnn_tui.jobs.child import Child
from cnn_tui.jobs.launch import open_log, python
from cnn_tui.text import cause_of

_PATIENCE = 600.0
"""Seconds from one line to the next: the data is read before the first."""
_LONGEST_LINE = 100_000


class WorkError(Exception):
    """The work cannot be done; the message is a sentence."""


class WorkLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the process's output; each kind of work adds what it tells. `error` says why it goes no further."""

    error: str = ""
    end: bool = False
    """Whether all is done."""


Line = TypeVar("Line", bound=WorkLine)
Request = TypeVar("Request", bound=msgspec.Struct)


class WorkProcess(Generic[Request, Line]):
    """The process at work. Any thread may `end` it. Each kind of work is a class that says what follows."""

    module: ClassVar[str]
    """What is run."""
    log: ClassVar[Callable[[], Path]]
    """Where what it and TensorFlow print goes."""
    line: type[Line]
    trouble: ClassVar[str]
    """The beginning of a sentence: what could not be done."""

    def __init__(self, request: Request) -> None:
        """Start it. Raises OSError where that cannot be."""
        use_scratch_if_read_only()
        with open_log(type(self).log()) as log:
            self._process = Child(python(self.module), errors=log, folder=home())
        self._ended = False
        self._request = request

    def end(self) -> None:
        """Leave it off: nothing is kept of it."""
        self._ended = True
        self._process.end()

    def lines(self) -> Iterator[Line]:
        """What it tells, as it comes, until all is done or it was ended. Raises WorkError."""
        process = self._process
        try:
            process.write_line(msgspec.json.encode(self._request))
            process.close_input()
            while True:
                line = self._next()
                if line is None or line.end:
                    return
                if line.error:
                    raise WorkError(line.error)
                yield line
        except OSError as error:
            raise self._failed(cause_of(error)) from None
        finally:
            process.end()

    def _next(self) -> Line | None:
        """The next line; None when it was ended."""
        try:
            line = self._process.read_line(_PATIENCE, _LONGEST_LINE)
            if line:
                return msgspec.json.decode(line, type=self.line)
        except (TimeoutError, ValueError) as error:
            raise self._failed(str(error)) from None
        if self._ended:
            return None
        raise self._failed("its process ended")

    def _failed(self, why: str) -> WorkError:
        return WorkError(f"{self.trouble}: {why}; see {type(self).log()}")
