"""The description of a model in an HDF5 file, as Keras wrote them before `.keras` files: attributes that hold JSON.

The weights are not looked at. h5py reads the file, which Keras brings along.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_hdf5(path: Path, most_bytes: int) -> dict[str, Any] | None:
    """The description of the model, with how it was compiled; None where the file holds none that can be read.

    An attribute of more than `most_bytes` is not read.
    """
    import h5py  # it loads NumPy

    try:
        with h5py.File(path, "r") as file:
            model = _attribute(file, "model_config", most_bytes)
            compiled = _attribute(file, "training_config", most_bytes)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, MemoryError):  # all that h5py says of broken files
        return None
    if not isinstance(model, dict):
        return None
    return with_training(model, compiled)


def with_training(model: dict[str, Any], training: Any) -> dict[str, Any]:
    """The description of a model with its `training_config`, put as a `.keras` file has it; without one, as it is."""
    if not isinstance(training, dict):
        return model
    return {**model, "compile_config": {**training, "optimizer": training.get("optimizer_config")}}


def _attribute(file: Any, name: str, most_bytes: int) -> Any:
    """The JSON in an attribute; None where there is none. Raises ValueError for what is no JSON."""
    if name not in file.attrs:
        return None
    attribute = file.attrs.get_id(name)
    if attribute.get_storage_size() > most_bytes or attribute.shape not in ((), (1,)):
        return None
    text = file.attrs[name]
    if not isinstance(text, str | bytes) or len(text) > most_bytes:
        return None
    try:
        return json.loads(text)
    except RecursionError:
        return None
