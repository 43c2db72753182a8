"""Files that are given for an experiment and are something else: named for what they are, with what to do instead."""

from __future__ import annotations

import shlex
from pathlib import Path

from cnn_tui.data.dataset import FILES
from cnn_tui.text import quiet

_MODELS = (".keras", ".h5", ".hdf5", ".json")
_CODE = {".py": "Python code", ".ipynb": "a notebook"}
_ZIP, _HDF5 = b"PK\x03\x04", b"\x89HDF"


def other_file(path: Path, content: bytes) -> str:
    """What to do with a file that is no experiment, as the end of a sentence about it; "" for one that may be.

    Its name tells, or how its content begins.
    """
    ending, name = path.suffix.lower(), shlex.quote(quiet(str(path)))
    target = shlex.quote(quiet(path.stem + ".toml"))
    if ending in FILES:
        return f"is a dataset, not an experiment: cnn-tui run lab1-baseline --dataset {name}"
    if ending in _CODE:
        return f"is {_CODE[ending]}, not an experiment: import it first: cnn-tui import {name} -o {target}"
    if ending in _MODELS or content.startswith((_ZIP, _HDF5)):
        return f"is a model of Keras, not an experiment: import it first: cnn-tui import {name} -o {target}"
    return ""


def folder(path: Path) -> str:
    """What to do with a folder that was given for an experiment."""
    name = shlex.quote(quiet(str(path)))
    return f"is a folder, not an experiment; if it holds pictures: cnn-tui run lab1-baseline --dataset {name}"
