"""What failed a run, in one sentence: TensorFlow says it in many lines."""

from __future__ import annotations

import errno
import os
import re

import tensorflow as tf


def describe_error(error: Exception) -> str:
    """An error in one sentence: its type, and what it says first."""
    if getattr(error, "errno", None) == errno.ENOSPC or os.strerror(errno.ENOSPC) in str(error):
        where = getattr(error, "filename", None)
        return f"the disk is full: {where if where is not None else _first_line(error)}"
    if isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return f"out of memory: {_first_line(error)}"
    return f"{type(error).__name__}: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    """The first line of an error that says something."""
    # TensorFlow adds where in the graph it happened.
    text = re.sub(r"\{\{.*?\}\}|\[Op:.*", "", str(error).split("<stack traces unavailable>")[-1])
    says = [line.strip() for line in text.splitlines() if line.strip()]
    return says[0] if says else "no message"
