"""Keras at work, in processes of its own: the only room that loads TensorFlow."""

from __future__ import annotations

import os

# TensorFlow and Keras read these when they are imported, which only modules of this package do.
os.environ["KERAS_BACKEND"] = "tensorflow"  # whatever ~/.keras/keras.json says
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")  # warnings and errors
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # leave the rest of the GPU to others
