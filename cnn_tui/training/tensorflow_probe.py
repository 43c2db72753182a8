"""What TensorFlow is on this machine, as JSON: `python -m cnn_tui.training.tensorflow_probe [--no-devices]`."""

from __future__ import annotations

import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"  # whatever ~/.keras/keras.json says
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # errors

import keras
import tensorflow as tf


def main(arguments: list[str]) -> int:
    """Print versions, whether it was built for CUDA, and the GPUs that it sees. Asking for those may hang."""
    gpus = [] if "--no-devices" in arguments else tf.config.list_physical_devices("GPU")
    names = [str(tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)) for gpu in gpus]
    found = {
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "cuda": bool(tf.test.is_built_with_cuda()),
        "gpus": names,
    }
    print(json.dumps(found), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
