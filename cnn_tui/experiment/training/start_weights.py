"""The file of weights that a training starts from: whether it is there, and what tells it from any other.

What is in it is read by `keras_io/weights_file.py`, and taken by `training/model/start_weights.py`.
"""

from __future__ import annotations

import functools
import hashlib
import stat
from pathlib import Path

import msgspec

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.text import quiet

ENDINGS = (".keras", ".h5", ".hdf5")
ALLOWED = f"none, or the path of a file that Keras saved ({', '.join(ENDINGS)})"


def weights_path(path: str) -> str:
    """The whole path that was typed of such a file. Raises ValueError, with a sentence, where there is none."""
    try:
        whole = Path(path).expanduser().absolute()
        there = whole.is_file()
    except (OSError, ValueError, RuntimeError):  # a name too long, a NUL in it, a home that is not there
        whole, there = Path(path), False
    if not there:
        raise ValueError(f"there is no file {quiet(path, 200)}: weights is {ALLOWED}")
    if whole.suffix.lower() not in ENDINGS:
        raise ValueError(f"{quiet(whole.name, 80)} is no file of weights of Keras: weights is {ALLOWED}")
    return str(whole)


def problem_of(experiment: Experiment) -> str:
    """Why the weights cannot be started from, as far as that is seen without reading them; "" where they can."""
    if experiment.weights is None:
        return ""
    try:
        weights_path(experiment.weights)
    except ValueError as error:
        return str(error)
    return ""


def with_digest(experiment: Experiment) -> Experiment:
    """The experiment with what its file of weights holds now; as it is where it names none."""
    if experiment.weights is None:
        return experiment
    return msgspec.structs.replace(experiment, weights_digest=digest_of_file(experiment.weights))


def in_words(experiment: Experiment) -> str:
    """Which file it starts from, and what was in it: `/home/me/model.keras (3f9a1c0de2b75584)`."""
    if experiment.weights is None:
        return ""
    digest = experiment.weights_digest or digest_of_file(experiment.weights)
    return f"{experiment.weights} ({digest or 'not to be read now'})"


def digest_of_file(path: str) -> str | None:
    """16 hex digits that tell what is in a file from anything else; None for one that cannot be read."""
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):  # a device has no end
            return None
        return _digest(path, status.st_mtime_ns, status.st_size)
    except (OSError, ValueError):
        return None


@functools.lru_cache(maxsize=64)
def _digest(path: str, changed: int, size: int) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=8)).hexdigest()
