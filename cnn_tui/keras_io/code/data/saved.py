"""What a script saves into files and loads again, as `np.save` and `np.load` do: what it loads is what it has saved."""

from __future__ import annotations

import msgspec

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.values import Value

_SAVES = {"save": (0, 1), "savetxt": (0, 1), "dump": (1, 0)}
"""Functions that save one value, by where the file and the value stand among their arguments."""
_MODULES = ("numpy", "pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib")
_TABLES = {"savez": "", "savez_compressed": ""}
_LOADS = ("load", "loadtxt", "genfromtxt", "read_pickle")
_ENDINGS = (".npy", ".npz")
"""What NumPy puts behind a name that lacks it."""


class OpenedFile(msgspec.Struct, frozen=True):
    """A file that a script has opened, to write numbers or objects into or to read them."""

    path: str


class SavedFiles:
    """What a script has saved so far, by the paths of the files."""

    def __init__(self) -> None:
        self._values: dict[str, Value] = {}

    def called(self, call: Call) -> Value:
        """What a call gives that loads what was saved; None for any other. What a call saves is kept."""
        name, first = call.name, call.first
        if call.path in ("builtins.open", "io.open") and isinstance(first, str):
            mode = str(call.get(1, "mode", usual="r"))
            return OpenedFile(first) if "b" in mode and (first in self._values or "r" not in mode) else None
        if call.root not in _MODULES or not call.unnamed:
            return None
        if name in _SAVES and len(call.unnamed) > 1:
            file, value = (call.unnamed[at] for at in _SAVES[name])
            self._keep(file, value, _ENDINGS[0] if call.root == "numpy" and name == "save" else "")
        if name in _TABLES:
            numbered = {f"arr_{at}": value for at, value in enumerate(call.unnamed[1:])}
            self._keep(first, {**numbered, **call.given}, _ENDINGS[1])
        return self._values.get(_path(first)) if name in _LOADS else None

    def _keep(self, file: Value, value: Value, ending: str) -> None:
        if path := _path(file):
            self._values[path if path.endswith(ending) else path + ending] = value


def _path(file: Value) -> str:
    return file.path if isinstance(file, OpenedFile) else file if isinstance(file, str) else ""
