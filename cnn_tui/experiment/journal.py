"""The edits of the lab on disk, so that undo and redo outlive it.

A file of one JSON object a line, only ever added to while a lab is open; when one opens, it is read and written anew
without what can no longer be reached. A line that was cut short by a crash is the last one, and is left out.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from io import FileIO
from pathlib import Path
from typing import Literal

import msgspec

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.home import home

MAX_BYTES = 64_000_000
"""A journal larger than this is not read again: it could not be opened in a moment."""


class Step(msgspec.Struct, frozen=True):
    """An edit that can be taken back or made again: what it was called, and the experiment on its other side."""

    label: str
    other: Experiment
    file: tuple[str | None, Experiment] | None = None
    """Of an `open`: the path on its other side, and what is saved there."""
    exercise: str = ""
    """Of an `open`: the exercise on its other side."""


class Snapshot(msgspec.Struct, frozen=True):
    """A document with all its steps. The journal begins with one."""

    experiment: Experiment
    saved: Experiment
    baseline: Experiment
    path: str | None = None
    done: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()
    exercise: str = ""
    imported: tuple[Experiment, str] | None = None
    """The experiment that a model's file became at the last import, and the head that its own file is to have."""


class JournalEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that happened to the document. An edit has the experiment that came of it."""

    kind: Literal["edit", "open", "undo", "redo", "saved", "baseline"]
    label: str = ""
    experiment: Experiment | None = None
    path: str | None = None
    exercise: str = ""
    head: str = ""
    """Of an `open`: the head that the experiment's file is to have, where a model's file became it."""


class Journal:
    """The journal of the lab. A second lab at the same time finds it taken, and keeps its edits to itself."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or home() / "edits.jsonl"
        self.trouble: OSError | None = None
        """Why not all that happened is on disk; None where it is."""
        self._file: FileIO | None = None
        self._unwritten = b""

    def open(self) -> tuple[Snapshot, list[JournalEntry]] | None:
        """What happened so far; None where nothing did, or where another lab has the journal."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = self.path.open("a+b", buffering=0)
        except OSError as error:
            self.trouble = error
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return None
        self._file = file
        file.seek(0)
        return _decode(file.readall()) if os.fstat(file.fileno()).st_size <= MAX_BYTES else None

    def begin(self, snapshot: Snapshot) -> None:
        """Put `snapshot` in place of all that was there."""
        if self._file is None:
            return
        # In place, not by a new file: the lock is on this one.
        with contextlib.suppress(OSError):
            self._file.truncate(0)
        self._write(self._file, snapshot)

    def add(self, event: JournalEntry) -> None:
        """Note an event. What cannot be written now, as on a full disk, is written before the next one that can."""
        if self._file is not None:
            self._write(self._file, event)

    def close(self) -> None:
        """Let another lab have it."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.fsync(self._file.fileno())
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None

    def _write(self, file: FileIO, what: Snapshot | JournalEntry) -> None:
        self._unwritten += msgspec.json.encode(what) + b"\n"
        try:
            while self._unwritten:
                self._unwritten = self._unwritten[file.write(self._unwritten) :]
            self.trouble = None
        except OSError as error:
            self.trouble = error


def _decode(data: bytes) -> tuple[Snapshot, list[JournalEntry]] | None:
    if not data:
        return None
    first, *rest = data.splitlines()
    try:
        snapshot = msgspec.json.decode(first, type=Snapshot)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    events: list[JournalEntry] = []
    with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
        for line in rest:
            events.append(msgspec.json.decode(line, type=JournalEntry))  # noqa: PERF401  what was read before a broken line counts
    return snapshot, events
