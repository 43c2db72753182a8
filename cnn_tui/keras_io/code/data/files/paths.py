"""Paths of a script, as texts: what os.path and pathlib make of them, and where Keras puts what it fetches."""

from __future__ import annotations

import functools
import itertools
import re
import string
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.files.below import as_name, is_below, joined, put_together
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.values import Value

THIS_FILE = "script.py"
"""What `__file__` is: a name without a folder, so that what lies beside it is looked for beside the script."""
_ARCHIVES = (".tar.gz", ".tar.bz2", ".tgz", ".tar", ".zip")
_METHODS = ("replace", "lower", "upper", "strip", "lstrip", "rstrip")
_LONGEST = 1_000
"""Characters of a text and what is put into it."""
_WIDE = re.compile(r"%(?!0?\d?[sdif%])")
"""A place in a text that asks for more than a few digits."""
_PUT = re.compile(r"(%0?\d?[sdi])")
_WIDTH = re.compile(r"0?\d?\d?d?")
"""How many digits a text asks for."""
_MOST_DIGITS = 20


def path_call(call: Call) -> Value:
    """The path that a call of something imported gives; None where it gives none that is known."""
    name, unnamed = call.name, call.unnamed
    if name in ("getcwd", "cwd"):
        return "."
    if name == "get_file" and call.is_keras:
        return _fetched(call)
    if call.path.endswith("path.join") and (below := joined(unnamed)) is not None:
        return below
    if name in ("Path", "PurePath", "PosixPath") and (below := joined(unnamed)) is not None:
        return below
    if not unnamed or call.given or not all(isinstance(part, str) for part in unnamed):
        return None
    if call.path.endswith("path.join") or name in ("Path", "PurePath", "PosixPath"):
        return str(Path(*unnamed))
    if name in ("dirname", "basename"):
        whole = PurePosixPath(unnamed[0])
        return str(whole.parent) if name == "dirname" else whole.name
    return str(unnamed[0]) if effect_of(name).path else None


def _fetched(call: Call) -> str | None:
    """Where `keras.utils.get_file` puts a file, or what it unpacks."""
    name, origin = call.get(0, "fname"), call.get(1, "origin")
    if not isinstance(name, str):
        name = origin.rpartition("/")[2] if isinstance(origin, str) else ""
    if call.given.get("untar") is True:
        name = next((name.removesuffix(end) for end in _ARCHIVES if name.endswith(end)), name)
    cache, folder = call.given.get("cache_dir", "~/.keras"), call.given.get("cache_subdir", "datasets")
    return str(Path(cache, folder, name)) if name and isinstance(cache, str) and isinstance(folder, str) else None


def filled(text: str, put: Value) -> Value:
    """`'%s-images' % half`. Raises ValueError or TypeError where something else is to be put in, or in a width."""
    parts = put if isinstance(put, tuple) else (put,)
    if any(is_below(as_name(part)) for part in parts):
        first, *pieces = _PUT.split(text)
        each = zip(pieces[::2], parts, pieces[1::2], strict=True)
        return _with_parts([first, *(one for way, part, behind in each for one in (_put(way, part), behind))])
    if not all(type(part) in (str, int, float) for part in parts) or _WIDE.search(text):
        raise ValueError("not known")
    if len(text) + sum(len(str(part)) for part in parts) > _LONGEST:
        raise ValueError("too long")
    return text % parts


def _with_parts(parts: Iterable[Value]) -> Value:
    """Texts, paths and names one behind the other. Raises TypeError for anything else, or what is no path."""
    return functools.reduce(put_together, filter(None, map(as_name, parts)))


def _put(way: str, part: Value) -> Value:
    """What stands in a text for `'%02d' % part`."""
    return as_name(part) if is_below(as_name(part)) else way % part


def put_in(part: Value, width: str) -> Value:
    """What stands in a text for `{part:width}`. Raises ValueError for another width than a few digits."""
    if not _WIDTH.fullmatch(width):
        raise ValueError("not followed")
    return format(part, width) if width and type(part) is int else as_name(part)


def _formatted(text: str, call: Call) -> Value:
    """`'{}/{:05d}'.format(root, 3)`. Raises ValueError, TypeError or LookupError where it is not known."""
    counted, parts = itertools.count(), []
    for before, name, width, turned in string.Formatter().parse(text):
        parts.append(before)
        if name is None:
            continue
        at = name or str(next(counted))
        put = call.unnamed[int(at)] if at.isdecimal() else call.given[at]
        if turned or not (is_below(as_name(put)) or type(put) in (str, int, float, bool)):
            raise ValueError("not known")
        parts.append(put_in(put, width or ""))
    return _with_parts(parts) if sum(len(str(part)) for part in parts) < _LONGEST else None


def text_method(text: str, call: Call) -> Value:
    """What a method of a text, or of a path, gives; None where it is not known."""
    name, unnamed, given = call.name, call.unnamed, call.given
    if name == "format" and len(text) < _LONGEST:
        return _formatted(text, call)
    if name == "zfill" and type(call.first) is int and call.first <= _MOST_DIGITS:
        return text.zfill(call.first)
    if name in ("startswith", "endswith") and len(unnamed) == 1 and not given:
        ends = unnamed[0] if isinstance(unnamed[0], tuple) else (unnamed[0],)
        return bool(getattr(text, name)(ends)) if all(isinstance(end, str) for end in ends) else None
    if not all(isinstance(part, str | int | float) for part in call.values):
        return None
    if effect_of(name).path:
        return text
    if name == "joinpath" and all(isinstance(part, str) for part in unnamed):
        return str(Path(text, *unnamed))
    if name == "with_suffix" and len(unnamed) == 1:
        return str(Path(text).with_suffix(str(unnamed[0])))
    if name == "split" and len(unnamed) < 2 and not given and len(text) < _LONGEST:
        separator = call.first
        return text.split(separator) if separator is None or (isinstance(separator, str) and separator) else None
    if name in _METHODS and len(text) + sum(len(str(part)) for part in unnamed) < _LONGEST:
        return str(getattr(text, name)(*unnamed, **given))
    return None
