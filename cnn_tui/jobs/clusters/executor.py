"""What a place has to be able to do for runs to be trained there by jobs: take them, tell of them, end them.

This machine needs no such thing: its worker starts each run as a child of its own, whose exit status tells how it
ended (`worker.py`). `elsewhere.py` keeps the runs of every other place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from cnn_tui.history.run import Place, Run


class RefusedError(Exception):
    """The place does not take the runs, and would not another time; the message is a sentence without its end."""


class SilentError(Exception):
    """The place cannot be asked now; the message says what it was that did not answer."""


class JobState(NamedTuple):
    """What a place says of a job. The words are its own."""

    word: str
    """As RUNNING, PENDING, CANCELLED."""
    alive: bool
    """Whether it runs, or may yet."""
    began: bool
    partition: str
    waits_for: str
    batch: str
    """The name that its batch was given, and its place in that is what stands behind the last "_" of its number."""
    how: str = ""
    """How it ended, where that was none of its own doing: `was cancelled`, `lost its node`."""


class Executor(Protocol):
    """A place where jobs train runs. Every method may take seconds."""

    place: Place
    forgets_none: bool
    """Whether a job that it does not know is certainly gone, so that its run can be given out again."""

    def start(self, batch: str, runs: Sequence[Run], options: Mapping[str, Any]) -> list[str]:
        """Give the runs to jobs, in a batch of that name; gives the number of each job.

        What the jobs need lies in `home.job_folder` of each run. Raises RefusedError and SilentError.
        """

    def look(self, given: Mapping[str, Mapping[str, Any]]) -> dict[str, JobState]:
        """All jobs of the user's that it knows, by their numbers; those that ended stay for a while.

        `given` are the jobs that it is asked about, with what each asks for. Raises SilentError.
        """

    def end(self, job: str, batch: str, options: Mapping[str, Any]) -> None:
        """End a job of a batch at once, and none that has its number meanwhile; "" for a batch that is not known.

        Raises SilentError.
        """

    def last_words(self, job: str) -> str:
        """What the job printed last beside the log of its run, and where more of it is; "" for nothing."""

    def rest(self) -> None:
        """Nothing is left to do there for now."""
