"""Reads the description of a model from one of Keras's files, as data.

A `.keras` file is a zip whose `config.json` describes the model; its weights are not looked at. Nothing is unpickled
and no class is loaded by its name.
"""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import Any

from cnn_tui.data.npz_file import BROKEN
from cnn_tui.keras_io.imported.hdf5 import read_hdf5, with_training
from cnn_tui.keras_io.other_models import HDF5, other_model, saved_model
from cnn_tui.text import quiet, reason

MAX_CONFIG_BYTES = 5_000_000
"""A model of a thousand layers takes about one."""

_MEMBER = "config.json"
_ZIP = b"PK"
_BROKEN_ZIP = (*BROKEN, struct.error, OverflowError, OSError)


class ImportProblem(ValueError):  # noqa: N818  what the user reads are problems of the model
    """A model cannot be imported. `problems` are sentences, on a layer or the whole; the message joins them."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class SeveralModels(ImportProblem):
    """A script that makes several models, of which none was chosen. `models` are they in a few words each."""

    def __init__(self, problem: str, models: tuple[str, ...]) -> None:
        super().__init__(problem, *(f"{number}: {words}" for number, words in enumerate(models, 1)))
        self.models = models


def read_start(path: Path, most: int) -> bytes:
    """How a file begins, `most` bytes of it. Raises ImportProblem."""
    shown = quiet(str(path))
    try:
        with path.open("rb") as file:
            return file.read(most)
    except IsADirectoryError as error:
        raise ImportProblem(f"{shown} {saved_model(path) or f'cannot be read: {error.strerror}'}") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise ImportProblem(f"{shown} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def read_config(path: Path) -> dict[str, Any]:
    """The JSON object that describes the model in the file. Raises ImportProblem."""
    shown = quiet(str(path))
    content = read_start(path, MAX_CONFIG_BYTES + 1)
    if content.startswith(HDF5) and (described := read_hdf5(path, MAX_CONFIG_BYTES)) is not None:
        return described
    if words := other_model(path, content):
        raise ImportProblem(f"{shown} {quiet(words, 600)}")
    if content.startswith(_ZIP):
        content = _unpacked(path, shown)
    if len(content) > MAX_CONFIG_BYTES:
        raise ImportProblem(f"{shown} describes its model in more than {MAX_CONFIG_BYTES:,} bytes: is it a model?")
    found = _parsed(content, shown)
    if isinstance(found, str):  # json.dumps(model.to_json()), which is JSON in JSON
        found = _parsed(found, shown)
    if isinstance(found, dict) and ("modelTopology" in found or "weightsManifest" in found):
        found = _of_tensorflow_js(found, shown)
    if not isinstance(found, dict):
        raise ImportProblem(f"{shown} is no model of Keras: its JSON is not an object")
    return found


def _of_tensorflow_js(described: dict[str, Any], shown: str) -> Any:
    """The model in a model.json of TensorFlow.js. Raises ImportProblem for one that has no layers any more."""
    if described.get("format") == "graph-model":
        raise ImportProblem(
            f"{shown} is a graph model of TensorFlow.js, which holds operations and no layers of Keras: convert the "
            "Keras model that it was made of"
        )
    topology = described.get("modelTopology")
    training = described.get("trainingConfig")  # as TensorFlow.js itself writes it; its converter, inside
    for key in ("model_config", ""):
        if isinstance(topology, str):  # by older converters
            topology = _parsed(topology, shown)
        if isinstance(topology, dict) and key in topology:
            training = topology.get("training_config", training)
            topology = topology[key]
    if not isinstance(topology, dict):
        raise ImportProblem(f"{shown} is a file of TensorFlow.js that describes no model, only its weights")
    return with_training(topology, training)


def _unpacked(path: Path, shown: str) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            member = archive.getinfo(_MEMBER)
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ValueError("Keras does not compress in this way")
            if member.file_size > MAX_CONFIG_BYTES:
                return bytes(MAX_CONFIG_BYTES + 1)
            with archive.open(member) as stream:
                return stream.read(MAX_CONFIG_BYTES + 1)  # the size that a zip claims may be a lie
    except KeyError:
        raise ImportProblem(f"{shown} is a zip without a {_MEMBER}: it is no .keras file") from None
    except _BROKEN_ZIP as error:
        raise ImportProblem(f"{shown} is a broken .keras file ({reason(error)}): save the model again") from None


def _parsed(content: bytes | str, shown: str) -> Any:
    try:
        return json.loads(content)
    except RecursionError:
        raise ImportProblem(f"{shown} is nested too deeply to be a model") from None
    except ValueError:
        raise ImportProblem(
            f"{shown} is no model of Keras (.keras, .h5 or JSON), and no script or notebook (.py or .ipynb): "
            "write one with model.save(...) or model.to_json()"
        ) from None
