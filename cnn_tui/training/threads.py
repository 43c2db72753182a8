"""How TensorFlow spreads its work over the cores of the processor."""

from __future__ import annotations

import contextlib
import os

import tensorflow as tf

from cnn_tui.jobs.devices import cores

MOST_PARTS = 4
"""A part of a usual batch of 32 should still hold some images."""
_OPERATIONS = "TF_NUM_INTEROP_THREADS"
_INSIDE = "TF_NUM_INTRAOP_THREADS"


def parts() -> int:
    """How many parts of a batch are worked on at once, on a CPU; never more than operations are."""
    asked = os.environ.get(_OPERATIONS, "")
    return max(1, min(cores(), MOST_PARTS, int(asked) if asked.isdecimal() else MOST_PARTS))


def spread_work() -> None:
    """Give each part of a batch a core, and each operation the cores that are left over.

    TensorFlow's own choice, every operation on all cores, has threads wait for one another. Two threads a part, so that
    work goes on when another process takes a core from one of them. TensorFlow listens only before its first operation;
    what TF_NUM_INTEROP_THREADS and TF_NUM_INTRAOP_THREADS say goes before.
    """
    if tf.config.list_physical_devices("GPU"):
        return  # the work is done there
    with contextlib.suppress(RuntimeError):  # it is at work already
        if _OPERATIONS not in os.environ:
            tf.config.threading.set_inter_op_parallelism_threads(2 * parts())
        if _INSIDE not in os.environ:
            tf.config.threading.set_intra_op_parallelism_threads(max(1, cores() // parts()))
