"""Where a script reads pictures from, by the words of its paths, also where what it makes of them is not followed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.data.data_values import Below
from cnn_tui.keras_io.code.effects import called_name
from cnn_tui.keras_io.code.values import Names
from cnn_tui.text import enumerated, quiet

_OF_FOLDERS = (
    "listdir",
    "scandir",
    "walk",
    "iterdir",
    "glob",
    "iglob",
    "rglob",
    "list_files",
    "list_images",
    "load_files",
    "image_dataset_from_directory",
    "flow_from_directory",
)
_OF_PICTURES = ("imread", "load_img", "open")
_OF_PATHS = ("iterdir", "glob", "rglob")
"""Methods of a path, too."""
_MODULES = ("glob", "gfile")
"""Modules that have functions of those names."""
_PATHS = ("join", "Path", "PurePath", "joinpath", "abspath", "expanduser", "str")
_TURN = ("cvtColor", "split", "merge", "flip")
"""What may put the colours of a picture into another order."""
_MOST = 3
_MOST_DEEP = 6


def places_read(cells: Sequence[CodeCell], names: Names, fit_at: str) -> str:
    """The folders that a script reads pictures from above its fit, each with its line; "" for none.

    They are as a sentence has them, in the order of the script.
    """
    found: dict[str, str] = {}
    for call, cell in calls_above(cells, fit_at):
        if folder := _folder(call, names, dict(set_in_loops(cell.tree))):
            found.setdefault(folder, f"{quiet(folder, 80)} ({cell.place(call.lineno)})")
    listed = [*found.values()]
    more = ["others"] if len(listed) > _MOST else []
    return enumerated([*listed[:_MOST], *more], "and") if listed else ""


def reads_blue_first(cells: Sequence[CodeCell], fit_at: str) -> str:
    """Where OpenCV reads pictures in colour for a script that puts their colours nowhere in another order; else ""."""
    calls = calls_above(cells, fit_at)
    read = [(one, cell) for one, cell in calls if ast.unparse(one.func) == "cv2.imread" and _is_in_colour(one)]
    turned = any(called_name(one) in _TURN for one, _ in calls)
    turned = turned or any("::-1" in ast.unparse(cell.tree) for cell in cells)
    return "" if turned or not read else read[0][1].place(read[0][0].lineno)


def calls_above(cells: Sequence[CodeCell], fit_at: str) -> list[tuple[ast.Call, CodeCell]]:
    """The calls of a script down to the line of its fit, from above, with the cells that they stand in."""
    found: list[tuple[ast.Call, CodeCell]] = []
    for cell in cells:
        calls = sorted((one for one in ast.walk(cell.tree) if isinstance(one, ast.Call)), key=lambda one: one.lineno)
        lines = max((one.end_lineno or one.lineno for one in calls), default=0)
        end = next((line for line in range(1, lines + 1) if cell.place(line) == fit_at), None)
        found += [(one, cell) for one in calls if end is None or one.lineno <= end]
        if end is not None:
            break
    return found


def _is_in_colour(call: ast.Call) -> bool:
    flags = [ast.unparse(one) for one in (*call.args[1:], *(keyword.value for keyword in call.keywords))]
    return not flags or flags[0] in ("1", "cv2.IMREAD_COLOR", "cv2.IMREAD_UNCHANGED", "-1")


def set_in_loops(tree: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that each turn of a loop sets anew, which stand for no one text, with what to where that is said."""
    for loop in ast.walk(tree):
        if isinstance(loop, ast.For | ast.comprehension):
            yield from ((part.id, None) for part in ast.walk(loop.target) if isinstance(part, ast.Name))
        for part in ast.walk(loop) if isinstance(loop, ast.For) else ():
            match part:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    yield name, value


def _folder(call: ast.Call, names: Names, turns: Mapping[str, ast.expr | None]) -> str:
    """The folder that a call reads, or reads a picture from; "" where the script has no words for it."""
    name = called_name(call)
    first = next(iter(call.args), next((one.value for one in call.keywords if one.arg in ("directory", "path")), None))
    is_picture = name in _OF_PICTURES and (name != "open" or ast.unparse(call.func) in ("Image.open", "PIL.Image.open"))
    if name not in _OF_FOLDERS and not is_picture:
        return ""
    words, is_whole = _words(first, names, turns) if first is not None else ("", True)
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if name in _OF_PATHS and owner is not None and not ast.unparse(owner).endswith(_MODULES):
        words, is_whole = _words(owner, names, turns)
    if is_picture and is_whole:  # a single one
        return ""
    at = words.find("*")
    is_name_begun = at >= 0 or (not is_whole and is_picture)
    words = words[:at] if at >= 0 else words
    if is_name_begun and not words.endswith(("/", "\\")):
        words = words[: max(words.rfind("/"), words.rfind("\\")) + 1]
    return words.rstrip("/\\") if any(letter.isalnum() for letter in words) else ""


def begun_in(path: ast.expr, names: Names, turns: Mapping[str, ast.expr | None]) -> tuple[str, bool]:
    """The folder that a path begins in, "" where that is not told, and whether it is all of the path.

    `turns` are the names that loops set anew.
    """
    words, is_whole = _words(path, names, turns)
    if not is_whole and not words.endswith(("/", "\\")):
        words = words[: max(words.rfind("/"), words.rfind("\\")) + 1]
    return words.replace("\\", "/").rstrip("/"), is_whole


def _words(node: ast.expr, names: Names, turns: Mapping[str, ast.expr | None], deep: int = 0) -> tuple[str, bool]:
    """How a path begins, and whether that is all of it."""
    parts: list[ast.expr] = []
    way = ""
    match node:
        case ast.Constant(value=str() as words):
            return words, True
        case ast.Name(id=name):
            if (anew := turns.get(name)) is not None:
                return (_words(anew, names, turns, deep + 1)[0], False) if deep < _MOST_DEEP else ("", False)
            value = None if name in turns else names.get(name)
            value = value.root if isinstance(value, Below) else value
            return (value, True) if isinstance(value, str) else ("", False)
        case ast.BinOp(left=left, op=ast.Add() | ast.Div() as op, right=right):
            parts, way = [left, right], "/" if isinstance(op, ast.Div) else ""
        case ast.JoinedStr(values=values):
            parts = [one.value if isinstance(one, ast.FormattedValue) else one for one in values]
        case ast.Call(args=parts) if called_name(node) in _PATHS and parts:
            way = "/"
        case _:
            return "", False
    begun = ""
    for part in parts:
        words, is_whole = _words(part, names, turns, deep + 1) if deep < _MOST_DEEP else ("", False)
        begun = str(PurePosixPath(begun, words)) if way and begun and words else begun + words
        if not is_whole:
            return (begun + way if begun and way and not words else begun), False
    return begun, True
