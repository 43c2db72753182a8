"""Model files that cannot be taken, named for what they are, each with a way that works.

They are told by how they begin, by their endings and, for HDF5, by the names of the attributes that Keras writes into
them, which stand in the file as they are spelled. No library reads them: a hostile file meets no parser here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

_CHUNK = 1 << 20
_MOST_SCANNED = 1 << 30
"""Bytes of an HDF5 file; a gigabyte takes about half a second."""
_LONGEST_MARK = 20
_WHOLE = b"model_config"
_WEIGHTS = (b"layer_names", b"weight_names", b"vars\0")
_OF_KERAS_1 = (b'"nb_filter"', b'"border_mode"', b'"dim_ordering"')
_SAVE = "model.save('model.keras')"
_ENDINGS = {
    ".pt": "PyTorch",
    ".pth": "PyTorch",
    ".onnx": "ONNX",
    ".tflite": "TensorFlow Lite",
    ".pb": "TensorFlow",
    ".ckpt": "TensorFlow",
    ".safetensors": "safetensors",
}
KERAS_1 = (
    "it is a model of Keras 1 (nb_filter, border_mode, output_dim), which Keras 3 does not read: Keras 2.0 to 2.3 "
    "does, and model.to_json() there writes it in the form of today"
)
_OLD_LAYERS = ("Convolution2D", "Deconvolution2D", "AtrousConvolution2D", "SeparableConvolution2D", "Merge")
_OLD_ARGUMENTS = {"nb_filter", "nb_row", "border_mode", "dim_ordering"}


def other_model(path: Path, content: bytes) -> str:
    """What a file is that is no description of a model and what to do, as the end of a sentence; "" for another one.

    `content` is how it begins. Raises OSError.
    """
    ending = path.suffix.lower()
    if content.startswith(b"\x89HDF"):
        return _hdf5(path)
    if ending == ".toml":
        return "is an experiment already: cnn-tui run or cnn-tui summary takes it as it is"
    if ending == ".npz":
        return "holds arrays and no layers: as data it goes with --dataset; of a model, save the whole with " + _SAVE
    kind = "TensorFlow Lite" if content[4:8] == b"TFL3" else _ENDINGS.get(ending, "")
    if kind:
        return f"is a file of {kind}: only a model of Keras can be taken, saved with {_SAVE} or model.to_json()"
    return ""


def saved_model(folder: Path) -> str:
    """The same for a folder."""
    if (folder / "saved_model.pb").is_file():
        return (
            "is a SavedModel of TensorFlow, which holds operations and no layers of Keras: save the model where it "
            f"was made with {_SAVE} or model.to_json()"
        )
    if (folder / "model.json").is_file():
        return "is a folder: name the model.json in it"
    return ""


def _hdf5(path: Path) -> str:
    found = _marks(path)
    if _WHOLE in found:
        if found & set(_OF_KERAS_1):
            return f"is an old HDF5 file: {KERAS_1}"
        return (
            "is an old HDF5 file of Keras: turn it into a .keras file there, with "
            f"keras.models.load_model({path.name!r}).save({path.stem + '.keras'!r})"
        )
    if found & set(_WEIGHTS):
        return (
            "holds the weights of a model and not its layers (model.save_weights writes such a file): build the model "
            f"there, load the weights into it, and save the whole with {_SAVE}"
        )
    return "is an HDF5 file without a model of Keras in it"


def _marks(path: Path) -> set[bytes]:
    """Which of the names that Keras writes are in a file."""
    found: set[bytes] = set()
    before, seen = b"", 0
    with path.open("rb") as file:
        while seen < _MOST_SCANNED and (chunk := file.read(_CHUNK)):
            seen += len(chunk)
            window = before + chunk
            found.update(mark for mark in (_WHOLE, *_WEIGHTS, *_OF_KERAS_1) if mark in window)
            before = window[-_LONGEST_MARK:]
    return found


def is_keras_1(model: dict[str, Any], layers: tuple[dict[str, Any], ...]) -> bool:
    """Whether a description is of Keras 1: it says so, or names layers and arguments that later ones do not have."""
    if str(model.get("keras_version", "")).startswith("1."):
        return True
    for layer in layers:
        config = layer.get("config")
        arguments = set(config) if isinstance(config, dict) else set()
        dense = layer.get("class_name") == "Dense" and "output_dim" in arguments  # an Embedding has one to this day
        if layer.get("class_name") in _OLD_LAYERS or arguments & _OLD_ARGUMENTS or dense:
            return True
    return False
