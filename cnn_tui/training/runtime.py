"""TensorFlow on this machine: its device and versions, how it spreads work over the cores, its errors in a sentence.

`python -m cnn_tui.training.runtime [--no-devices]` prints versions and GPUs as JSON, for `cnn-tui doctor`.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import platform
import re
import resource
import sys
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from cnn_tui import __version__
from cnn_tui.jobs.devices import cores
from cnn_tui.training import replicas

try:  # no public call of TensorFlow's tells whether oneDNN is in use
    from tensorflow.python.util import _pywrap_util_port as _port
except ImportError:
    _port = None

MOST_PARTS = 4
"""A part of a usual batch of 32 should still hold some images."""
_OPERATIONS = "TF_NUM_INTEROP_THREADS"
_INSIDE = "TF_NUM_INTRAOP_THREADS"


def environment(data: str) -> dict[str, Any]:
    """What a run ran on, as far as it bears on its figures; `data` says where its images come from."""
    return {
        "cnn_tui": __version__,
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
        "device": device(),
        "onednn": has_onednn(),
        "data": data,
    }


def device() -> str:
    """Where the arithmetic happens: the GPU's name, else the CPU and how many of its cores may be used.

    Of several that train together, how many, as `4 x NVIDIA H200`.
    """
    gpus = tf.config.list_physical_devices("GPU")
    name = _gpu_name(gpus[0]) if gpus else f"CPU, {cores()} cores"
    return f"{replicas.count()} x {name}" if replicas.count() > 1 else name


def has_onednn() -> bool | None:
    """Whether oneDNN does the arithmetic: on processors with AVX512, unless TF_ENABLE_ONEDNN_OPTS says otherwise.

    None where TensorFlow does not tell.
    """
    if tf.config.list_physical_devices("GPU"):
        return False
    return None if _port is None else bool(_port.IsMklEnabled())


def most_memory() -> int:
    """The most memory that this process has held so far, in bytes: of a GPU, if there is one, else of the machine."""
    if gpus := tf.config.list_logical_devices("GPU"):
        used = range(min(len(gpus), replicas.count()))
        return max(int(tf.config.experimental.get_memory_info(f"GPU:{at}")["peak"]) for at in used)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024  # Linux counts in kilobytes


def _gpu_name(gpu: Any) -> str:
    return str(tf.config.experimental.get_device_details(gpu).get("device_name", "GPU"))


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


def describe_error(error: Exception) -> str:
    """What failed a run, in a sentence: the error's type and what it says first. TensorFlow says it in many lines."""
    if has_no_room(error):
        where = getattr(error, "filename", None)
        return f"the disk is full: {where if where is not None else _first_line(error)}"
    if isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return f"out of memory: {_first_line(error)}"
    return f"{type(error).__name__}: {_first_line(error)}"


def has_no_room(error: Exception) -> bool:
    """Whether an error is that the disk is full; TensorFlow says so in words alone."""
    return getattr(error, "errno", None) == errno.ENOSPC or os.strerror(errno.ENOSPC) in str(error)


def _first_line(error: Exception) -> str:
    """The first line of an error that says something."""
    # TensorFlow adds where in the graph it happened.
    text = re.sub(r"\{\{.*?\}\}|\[Op:.*", "", str(error).split("<stack traces unavailable>")[-1])
    says = [line.strip() for line in text.splitlines() if line.strip()]
    return says[0] if says else "no message"


def main(arguments: list[str]) -> int:
    """Print versions, whether TensorFlow was built for CUDA, and the GPUs that it sees. Asking for those may hang."""
    gpus = [] if "--no-devices" in arguments else tf.config.list_physical_devices("GPU")
    found = {
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "cuda": bool(tf.test.is_built_with_cuda()),
        "gpus": [_gpu_name(gpu) for gpu in gpus],
    }
    print(json.dumps(found), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
