"""Has event files for TensorBoard written by a process of its own, without loading TensorFlow here."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from cnn_tui.jobs.launch import environment, python

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
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, env=environment(), timeout=TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EventFilesError(f"the event files could not be written: {error}") from None
    said = done.stdout.decode(errors="replace").strip().splitlines()
    if done.returncode != 0 or not said:
        raise EventFilesError(said[-1] if said else f"writing event files ended with exit status {done.returncode}")
    return said[-1]
