"""What a script saves into files and loads again, as `np.save` and `np.load` do: what it loads is what it has saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from cnn_tui.keras_io.code.values import Method, Named, Value

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

    def called(self, callee: Value, unnamed: Sequence[Value], given: Mapping[str, Value]) -> Value:
        """What a call gives that loads what was saved; None for any other. What a call saves is kept."""
        if isinstance(callee, Method):
            return None
        if not isinstance(callee, Named):
            return None
        name, module = callee.name, callee.path.partition(".")[0]
        if callee.path in ("builtins.open", "io.open") and unnamed and isinstance(path := unnamed[0], str):
            mode = unnamed[1] if len(unnamed) > 1 else given.get("mode", "r")
            is_ours = path in self._values if "r" in str(mode) else True
            return OpenedFile(path) if "b" in str(mode) and is_ours else None
        if module not in _MODULES:
            return None
        if name in _SAVES and len(unnamed) > 1:
            file, value = (unnamed[at] for at in _SAVES[name])
            self._keep(file, value, _ENDINGS[0] if module == "numpy" and name == "save" else "")
        if name in _TABLES and unnamed:
            numbered = {f"arr_{at}": value for at, value in enumerate(unnamed[1:])}
            self._keep(unnamed[0], {**numbered, **given}, _ENDINGS[1])
        if name in _LOADS and unnamed and (path := _path(unnamed[0])) in self._values:
            return self._values[path]
        return None

    def _keep(self, file: Value, value: Value, ending: str) -> None:
        if path := _path(file):
            self._values[path if path.endswith(ending) else path + ending] = value


def _path(file: Value) -> str:
    return file.path if isinstance(file, OpenedFile) else file if isinstance(file, str) else ""
