"""Paths of what lies in a folder, of which a loop goes through all: any of the names there stands for each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import msgspec

from cnn_tui.keras_io.code.data.data_values import AnyEntry, AnyPlace, Below, OfName
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.values import Unknown, Value

GUARDS = ("isdir", "isfile", "exists", "is_dir", "is_file")
"""Questions to which what a loop is for says yes."""
_SEPARATORS = "/\\"


def joined(parts: Sequence[Value]) -> Below | None:
    """What os.path.join makes of paths of which one is any entry of a folder; None for other paths."""
    first, rest = (parts[0], parts[1:]) if parts else (None, ())
    is_argument = isinstance(first, Unknown) and (first.is_argument or first.what.startswith("sys.argv"))
    if not is_argument and not isinstance(first, Below) and not any(isinstance(part, AnyEntry) for part in rest):
        return None
    if isinstance(first, str):
        first = first.rstrip(_SEPARATORS) or first
    path = first if isinstance(first, Below) else Below(first, ())
    for part in rest:
        if isinstance(part, AnyEntry) and _is_same(part.folder, path if path.names else path.root):
            path = msgspec.structs.replace(path, names=(*path.names, None))
        elif isinstance(part, str) and part.strip(_SEPARATORS):
            path = msgspec.structs.replace(path, names=(*path.names, *PurePosixPath(part.strip(_SEPARATORS)).parts))
        elif not isinstance(part, str):
            return None
    return path


def _is_same(folder: Value, path: Value) -> bool:
    folder, path = _as_known(folder), _as_known(path)
    if isinstance(folder, str) and isinstance(path, str):
        return PurePosixPath(folder) == PurePosixPath(path)
    return bool(folder == path)


def _as_known(path: Value) -> Value:
    """A path as a text, where all names on the way are known."""
    if not isinstance(path, Below) or not isinstance(path.root, str) or None in path.names:
        return path
    return str(PurePosixPath(path.root, *(name for name in path.names if name is not None)))


def as_name(part: Value) -> Value:
    """A number as a text has it: that of any entry of a folder is its name, as such folders have numbers for names."""
    return AnyEntry(part.folder) if isinstance(part, AnyPlace) else str(part) if type(part) in (int, float) else part


def put_together(left: Value, right: Value) -> Value:
    """What `left + right` is of texts of which one may be such a path or name. Raises TypeError for anything else."""
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, AnyEntry | OfName) and isinstance(right, str):
        return OfName(left.entry if isinstance(left, OfName) else left)
    if isinstance(left, str) and isinstance(right, AnyEntry) and left[-1:] not in (*_SEPARATORS,):
        raise TypeError("a part of a name")
    found = joined([left, right]) if isinstance(left, str | Below | Unknown) else None
    if found is None:
        raise TypeError("not followed")
    return found


def is_below(value: Value) -> bool:
    """Whether a value is such a path, a name, or something of one."""
    return isinstance(value, Below | AnyEntry | OfName)


def divided(left: Value, right: Value) -> Below:
    """What `left / right` is of paths of pathlib's. Raises TypeError where it is no path."""
    if (found := joined([left, right])) is None:
        raise TypeError("not followed")
    return found


def any_in(folder: Value) -> Below | None:
    """The path of any entry of a folder; None where the folder is none that is followed."""
    return joined([folder, AnyEntry(folder)])


def below_call(name: str, first: Value) -> Value:
    """What a function of paths makes of such a path or name; None for another function."""
    if name in GUARDS:
        return True
    if effect_of(name).path:
        return first
    if name == "splitext" and (entry := entry_of(first)) is not None:
        return (OfName(entry), OfName(entry))
    return below_attribute(first, {"basename": "name", "dirname": "parent"}.get(name, name))


def below_attribute(path: Value, name: str) -> Value:
    """The `name` or `parent` of such a path, as pathlib and os.scandir have them; None for others."""
    entry = entry_of(path)
    if isinstance(path, AnyEntry):
        return {"name": path, "path": any_in(path.folder)}.get(name)
    if name == "parent" and isinstance(path, Below):
        above = msgspec.structs.replace(path, names=path.names[:-1])
        return above if above.names else above.root
    if name == "name" and isinstance(path, Below):
        return path.names[-1] if entry is None else entry
    return OfName(entry) if name in ("stem", "suffix") and entry is not None else None


def entry_of(path: Value) -> AnyEntry | None:
    """What a path ends in, where that is any entry of a folder; None for a name that is known."""
    if isinstance(path, AnyEntry):
        return path
    if isinstance(path, OfName):
        return path.entry
    if not isinstance(path, Below) or not path.names or path.names[-1] is not None:
        return None
    return AnyEntry(msgspec.structs.replace(path, names=path.names[:-1]) if path.names[1:] else path.root)


def name_asked(*values: Value) -> OfName | None:
    """What a question about names is, of values of which one is such a name or a part of it; None for others."""
    for value in values:
        if isinstance(value, AnyEntry | OfName):
            return OfName(value.entry if isinstance(value, OfName) else value)
    return None
