"""Has the suspects of a run looked for by a process of its own. Loads neither TensorFlow nor NumPy."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from cnn_tui.home import home, suspects_log_path, use_scratch_if_read_only
from cnn_tui.jobs.child import Child
from cnn_tui.jobs.launch import open_log, python

FOLDS = 3
MOST_FOLDS = 20
_PATIENCE = 600.0
"""Seconds from one line to the next: the data is read before the first."""
_LONGEST_LINE = 100_000


class SuspectsError(Exception):
    """The suspects cannot be looked for; the message is a sentence."""


class SuspectsRequest(msgspec.Struct, frozen=True):
    """What is asked of the process, on a line of its input: the run, and in how many parts its images are divided."""

    run: int
    folds: int = FOLDS
    device: str = ""


class SuspectsLine(msgspec.Struct, frozen=True):
    """A line of its output: how far it is, counted from 1, or why it goes no further; `end` once all is kept.

    `share` of all the work is done.
    """

    fold: int = 0
    epoch: int = 0
    share: float = 0.0
    error: str = ""
    end: bool = False


class SuspectsWork:
    """The process at work. Any thread may `end` it."""

    def __init__(self, request: SuspectsRequest) -> None:
        """Start it. Raises OSError where that cannot be."""
        use_scratch_if_read_only()
        with open_log(suspects_log_path()) as log:
            self._process = Child(python("cnn_tui.training.suspects"), errors=log, folder=home())
        self._ended = False
        self._request = request

    def end(self) -> None:
        """Leave it off: nothing is kept of it."""
        self._ended = True
        self._process.end()

    def lines(self) -> Iterator[SuspectsLine]:
        """How far it is, as it says it, until all is kept or it was ended. Raises SuspectsError."""
        process = self._process
        try:
            process.write_line(msgspec.json.encode(self._request))
            process.close_input()
            while True:
                line = self._line()
                if line.error:
                    raise SuspectsError(line.error)
                if line.end:
                    return
                yield line
        except OSError as error:
            raise self._failed(error.strerror or str(error)) from None
        finally:
            process.end()

    def _line(self) -> SuspectsLine:
        try:
            line = self._process.read_line(_PATIENCE, _LONGEST_LINE)
            if line:
                return msgspec.json.decode(line, type=SuspectsLine)
        except (TimeoutError, ValueError) as error:
            raise self._failed(str(error)) from None
        if self._ended:
            return SuspectsLine(end=True)
        raise self._failed("its process ended")

    @staticmethod
    def _failed(why: str) -> SuspectsError:
        return SuspectsError(f"the suspects could not be looked for: {why}; see {suspects_log_path()}")
