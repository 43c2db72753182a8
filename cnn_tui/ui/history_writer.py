"""The one place through which the lab writes to the history: a key never waits for a file that cannot be written.

A thread with a connection of its own writes one thing after another, in the order in which keys asked. What cannot be
written now (the disk is full, another process has the file locked, its folder is read-only) stays in the queue, with
what was typed, and is tried again until it can be. A `HistoryWriter.Tried` is posted after each try; whoever gets it
calls `settle`, in the app's own thread.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from textual.message import Message
from textual.notifications import SeverityLevel

from cnn_tui.history.errors import HistoryError, HistoryLockedError, HistoryReadOnlyError, trouble_of
from cnn_tui.history.history import History
from cnn_tui.text import sentence

RETRY = (0.1, 0.2, 0.3, 0.5, 1.0)
"""Seconds between the tries; the last ones stay so far apart."""
BUSY = 0.1
"""Seconds that a try waits for another process: training writes for milliseconds, a few times a second."""
PATIENCE = 0.5
"""Seconds that a key waits for its first try at most, so that what is typed behind it finds it done."""
SHORT = 1.0
"""A lock that is gone within so many seconds is not worth a word."""
_NAMED = 3
_TYPED = ("note", "conclusion", "name", "tags")
"""The fields of records that a user types."""

Kept = TypeVar("Kept")
Record = TypeVar("Record", bound=msgspec.Struct)


def _nothing(_: object) -> None:
    """Do nothing."""


@dataclass
class Write:
    """One thing to be written: `what` stands in sentences, `act` writes all of it or nothing, `kept` is told then.

    `leaves` are the fields that the record of `subject` (the number of a run, the name of an exercise) is left with.
    """

    what: str
    act: Callable[[History], Any]
    kept: Callable[[Any], object] = _nothing
    subject: Hashable = None
    leaves: Mapping[str, Any] = field(default_factory=dict)
    tried: threading.Event = field(default_factory=threading.Event)
    told: bool = False
    """Whether the user was told that it is not written yet."""
    result: Any = None
    refusal: Exception | None = None
    """What `act` raised where it is no use to try again."""


class HistoryWriter:
    """Writes to the history beside the keys; says what could not be written, and when it is."""

    class Tried(Message):
        """Something was written, or could not be."""

    def __init__(
        self, history: History, post: Callable[[Message], object], say: Callable[[str, SeverityLevel], None]
    ) -> None:
        """`history` is the one that the lab reads; `post` is called in the thread, `say` with words and a severity."""
        self._history, self._post, self._say = history, post, say
        self._waiting: deque[Write] = deque()
        self._ended: deque[Write] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._trouble: HistoryError | None = None
        self._trouble_began = 0.0
        self._file = _identity(history.path)

    def write(
        self,
        what: str,
        act: Callable[[History], Kept],
        kept: Callable[[Kept], object] = _nothing,
        *,
        subject: Hashable = None,
        leaves: Mapping[str, Any] | None = None,
    ) -> None:
        """Have `act` write, and tell `kept` what it gave: before this returns where all is well, else later.

        Raises what `act` refuses with, a ValueError, where that is known at once; later, it is said.
        """
        one = Write(what, act, kept, subject, leaves or {})
        with self._changed:
            behind = bool(self._waiting)
            self._waiting.append(one)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="history writer", daemon=True)
                self._thread.start()
            self._changed.notify()
        if not behind:
            one.tried.wait(PATIENCE)
        self.settle(one)
        if one.refusal is not None:
            raise one.refusal

    @property
    def waiting(self) -> tuple[Write, ...]:
        """What is not written yet."""
        with self._changed:
            return tuple(self._waiting)

    def expected(self, subject: Hashable, record: Record) -> Record:
        """A record as it will be once all that waits is written: what was typed is there to be typed on."""
        return msgspec.structs.replace(record, **self.expected_fields(subject))

    def expected_fields(self, subject: Hashable) -> dict[str, Any]:
        """The fields of a record that will be others once all that waits is written."""
        return {name: value for one in self.waiting if one.subject == subject for name, value in one.leaves.items()}

    def settle(self, asking: Write | None = None) -> None:
        """Tell of what was tried since: those who asked for it and, what they cannot know, the user.

        What `asking` is refused with is left to whoever asks.
        """
        written = []
        while self._ended:
            one = self._ended.popleft()
            if one.refusal is None:
                one.kept(one.result)
                written += [one] if one.told else []
            elif one is not asking:
                self._refuse(one)
        if written:
            self._say(f"Written now: {_listed(written)}.", "information")
        self._say_trouble()

    def in_words(self) -> str:
        """What is not written yet, why, and what was typed; "" where all is."""
        waiting = self.waiting
        if not waiting:
            return ""
        why = f": {self._trouble}" if self._trouble is not None else ""
        typed = [f"\n{one.what}: {one.leaves[name]}" for one in waiting for name in _TYPED if one.leaves.get(name)]
        return f"Not written to the history: {_listed(waiting)}{why}.{''.join(typed)}"

    def close(self) -> None:
        """Write no more. Returns at once."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _say_trouble(self) -> None:
        with self._changed:
            trouble, waiting = self._trouble, tuple(self._waiting)
        if trouble is None or all(one.told for one in waiting):
            return
        if isinstance(trouble, HistoryLockedError) and time.monotonic() - self._trouble_began < SHORT:
            return
        for one in waiting:
            one.told = True
        self._say(
            f"Not written yet: {_listed(waiting)}. {sentence(str(trouble))} What you typed is kept meanwhile; "
            "the lab tries again by itself, and says when it is written.",
            "error",
        )

    def _refuse(self, one: Write) -> None:
        if not isinstance(one.refusal, ValueError | HistoryError | sqlite3.Error):
            assert one.refusal is not None
            raise one.refusal
        self._say(f"Not written: {one.what}. {sentence(str(one.refusal))}", "error")

    # In the thread

    def _work(self) -> None:
        tries = 0
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                one = self._waiting[0]
            trouble = self._try(one)
            with self._changed:
                if trouble is None:
                    self._ended.append(self._waiting.popleft())
                elif self._trouble is None:
                    self._trouble_began = time.monotonic()
                self._trouble = trouble
            one.tried.set()
            self._post(self.Tried())
            tries = tries + 1 if trouble is not None else 0
            if tries:
                with self._changed:
                    if not self._closed:
                        self._changed.wait(RETRY[min(tries, len(RETRY)) - 1])

    def _try(self, one: Write) -> HistoryError | None:
        """Write it; what hinders it for now is given back, everything else ends it."""
        path = self._history.path
        try:
            if _identity(path) != self._file:
                return HistoryReadOnlyError(
                    f"the history {path} was moved or deleted while it was open; put it back, or leave the lab and "
                    "open it again"
                )
            with contextlib.closing(History(path, wait=BUSY)) as history:
                history.train_like(self._history)
                with history.transaction():
                    one.result = one.act(history)
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError) as error:
            one.refusal = error
        except sqlite3.Error as error:
            return trouble_of(error, path)
        except HistoryError as error:
            return error
        except Exception as error:
            one.refusal = error
        return None


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one of its name; None where there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116  as everywhere where only the numbers matter
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _listed(writes: list[Write] | tuple[Write, ...]) -> str:
    named = [one.what for one in writes[:_NAMED]]
    return ", ".join(named) + (f" and {len(writes) - _NAMED} more" if len(writes) > _NAMED else "")
