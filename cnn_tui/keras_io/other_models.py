"""Model files that cannot be taken, named for what they are, each with a way that works.

They are told by how they begin, by their endings and, for HDF5, by the names of the attributes that Keras writes into
them, which stand in the file as they are spelled.
"""

from __future__ import annotations

from pathlib import Path

HDF5 = b"\x89HDF"
"""How an HDF5 file begins."""

_CHUNK = 1 << 20
_MOST_SCANNED = 1 << 30
"""Bytes of an HDF5 file; a gigabyte takes about half a second."""
_LONGEST_MARK = 20
_WHOLE = b"model_config"
_WEIGHTS = (b"layer_names", b"weight_names", b"vars\0")
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


def other_model(path: Path, content: bytes) -> str:
    """What a file is that is no description of a model and what to do, as the end of a sentence; "" for another one.

    `content` is how it begins. An HDF5 file comes here when no model could be read in it. Raises OSError.
    """
    ending = path.suffix.lower()
    if content.startswith(HDF5):
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
        return (
            "is an HDF5 file of Keras that cannot be read: turn it into a .keras file where it was made, with "
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
            found.update(mark for mark in (_WHOLE, *_WEIGHTS) if mark in window)
            before = window[-_LONGEST_MARK:]
    return found
