"""The log of a run: what this process and TensorFlow print goes there, never to a terminal."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path


def say(sentence: str) -> None:
    """Write a line to the log, which may be on a full disk."""
    with contextlib.suppress(OSError):
        print(f"{time.strftime('%H:%M:%S')} {sentence}", flush=True)


def send_output_to(path: Path) -> None:
    """Append all that this process prints, TensorFlow's own lines as well, to a file."""
    sys.stdout.flush()
    sys.stderr.flush()
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
