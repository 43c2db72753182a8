"""Has event files for TensorBoard written by a process of its own, without loading TensorFlow here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cnn_tui.jobs.child import Child
from cnn_tui.jobs.launch import python

TIMEOUT = 300.0
"""Seconds: TensorFlow takes some to load."""


class EventFilesError(Exception):
    """The event files could not be written; the message is a sentence."""


def write_event_files(runs: Sequence[int], folder: Path) -> str:
    """Write the event files of runs into `folder`; gives a sentence that says so. Raises EventFilesError.

    It takes some seconds; call it from a thread where somebody waits.
    """
    command = python("cnn_tui.training.tensorboard", str(folder.expanduser().absolute()), *map(str, runs))
    try:
        ended = Child(command).finish(TIMEOUT)
    except OSError as error:  # TimeoutError is one
        raise EventFilesError(f"the event files could not be written: {error}") from None
    if ended.status or not ended.out:
        raise EventFilesError(ended.out[-1] if ended.out else f"writing them ended with exit status {ended.status}")
    return ended.out[-1]
