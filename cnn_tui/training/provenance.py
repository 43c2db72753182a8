"""Where a run's figures come from: the versions, the machine and the data that it records beside them."""

from __future__ import annotations

import os
import platform
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from cnn_tui import __version__
from cnn_tui.jobs.devices import cores


def environment(data: str) -> dict[str, Any]:
    """What the run ran on, as far as it bears on its figures."""
    return {
        "cnn_tui": __version__,
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
        "device": device(),
        "data": data,
    }


def device() -> str:
    """Where the arithmetic happens: the GPU's name, else the CPU and how many of its cores may be used."""
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return f"CPU, {cores()} cores"
    return str(tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU"))
