"""The Python in a file: of a script as it stands, of a notebook cell by cell, of a text from between its code fences.

It is parsed and nothing more. What is no Python (lines for the shell, output that was pasted between fences) is left
out, and a note says where.
"""

from __future__ import annotations

import ast
import contextlib
import json
import re
import sys
import textwrap
import warnings
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui.keras_io.code.python_2 import notes_on_python_2, with_print_called
from cnn_tui.keras_io.imported.file import ImportProblem, read_start
from cnn_tui.text import quiet

SUFFIXES = (".py", ".ipynb", ".md", ".txt")
"""The files that code is looked for in."""
MAX_FILE_BYTES = 60_000_000
"""A notebook with many pictures among its output takes some tens of millions."""
MAX_SOURCE = 2_000_000
"""Characters of Python in all."""

_FENCE = re.compile(r"^[ \t]*(```+|~~~+)[ \t]*([\w+-]*)[^\n]*\n(.*?)^[ \t]*\1[ \t]*$", re.MULTILINE | re.DOTALL)
_FENCED_AS_PYTHON = ("", "python", "python3", "py", "ipython", "ipython3")
_MAGIC = re.compile(
    r"^(\s*)([!%].*|\w[\w, ]*=\s*[!%].*|\??\?[\w.]+\s*|[\w.]+\?\??\s*|"
    r"(pip3?|conda|cd|ls|ll|mkdir|rm|cp|mv)\s+[^=\s].*)$"
)
"""Lines for the shell and the notebook; some commands a notebook takes without a sign before them."""
_TIMED = re.compile(r"^(\s*)%time\s+")
"""Before a line of Python that is run and timed."""
_LATER = re.compile(r"type\s+\w+(\[.*\])?\s*=|(async\s+)?def\s+\w+\[|class\s+\w+\[")
"""How a line begins that Python reads from 3.12 on; since then there may be quotes of its own kind in an f-string."""
_PYTHON_MAGICS = ("time", "timeit", "capture", "prun")
"""CodeCell magics below which Python stands."""


class CodeCell(msgspec.Struct, frozen=True):
    """A piece of Python that was parsed. `number` is the notebook's cell, from 1; `printed` what it kept as output."""

    tree: ast.Module
    first_line: int = 1
    number: int | None = None
    printed: str = ""
    python_2_at: int = 0
    """The line of its first print statement of Python 2, which is read as a call; 0 for none."""

    def place(self, line: int) -> str:
        """Where a line of the piece stands: `line 12`, or `cell 3, line 2` in a notebook."""
        line += self.first_line - 1
        return f"line {line}" if self.number is None else f"cell {self.number}, line {line}"


class CodeSource(msgspec.Struct, frozen=True):
    """The pieces of Python in a file, in its order, and in sentences what was left out of it."""

    cells: tuple[CodeCell, ...]
    notes: tuple[str, ...] = ()
    to_know: tuple[str, ...] = ()
    """What was left out that is hardly Python: text between fences that do not say what it is."""


def read_source(path: Path) -> CodeSource:
    """The Python in a script, a notebook, or a text with code fences. Raises ImportProblem."""
    source = _read(path)
    first = next((cell.place(cell.python_2_at) for cell in source.cells if cell.python_2_at), "")
    notes = notes_on_python_2(first, [(cell.tree, cell.place) for cell in source.cells]) if first else ()
    return msgspec.structs.replace(source, to_know=source.to_know + notes)


def _read(path: Path) -> CodeSource:
    shown = quiet(str(path))
    content = read_start(path, MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise ImportProblem(f"{shown} has more than {MAX_FILE_BYTES:,} bytes: save it without its output")
    text = content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    if path.suffix.lower() == ".ipynb":
        return _notebook(text, shown)
    fences = list(_FENCE.finditer(text)) if path.suffix.lower() != ".py" else []
    if fences:
        return _fenced(text, fences)
    try:
        return CodeSource((_parsed(text),))
    except ValueError as error:
        raise ImportProblem(f"{shown} is no Python 3 that can be read: {error}") from None


def _fenced(text: str, fences: list[re.Match[str]]) -> CodeSource:
    cells: list[CodeCell] = []
    skipped: list[int] = []
    printed: list[int] = []
    for fence in fences:
        if fence[2].lower() not in _FENCED_AS_PYTHON:
            continue
        line = text.count("\n", 0, fence.start(3)) + 1
        try:
            cells.append(msgspec.structs.replace(_parsed(textwrap.dedent(fence[3])), first_line=line))
        except ValueError:
            (skipped if fence[2] else printed).append(line)
    return CodeSource(tuple(cells), _skipped(skipped), _skipped(printed))


def _skipped(lines: list[int]) -> tuple[str, ...]:
    if not lines:
        return ()
    at = ", ".join(f"line {line}" for line in lines[:5]) + (", …" if len(lines) > 5 else "")
    return (f"what stands between fences from {at} on is no Python: it is skipped",)


def _notebook(text: str, shown: str) -> CodeSource:
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise ImportProblem(f"{shown} is no notebook: it is not JSON") from None
    cells, notes = [], []
    for number, cell in enumerate(_cells_in(notebook, shown), 1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        try:
            parsed = _parsed(_without_indent(_joined(cell.get("source", cell.get("input")))))
        except ValueError as error:
            notes.append(f"cell {number} is no Python that can be read ({error}): it is skipped")
        else:
            cells.append(msgspec.structs.replace(parsed, number=number, printed=_printed(cell.get("outputs"))))
    return CodeSource(tuple(cells), tuple(notes))


def _cells_in(notebook: Any, shown: str) -> list[Any]:
    """The cells of a notebook, of format 4 or, in its one worksheet, of format 3."""
    if isinstance(notebook, dict):
        sheets = notebook.get("worksheets")
        if isinstance(sheets, list) and sheets and isinstance(sheets[0], dict):
            notebook = sheets[0]
        if isinstance(notebook.get("cells"), list):
            return list(notebook["cells"])
    raise ImportProblem(f"{shown} is no notebook: it has no cells")


def _printed(outputs: Any) -> str:
    """The text among the outputs of a cell."""
    texts = []
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, dict):
            data = output.get("data")
            texts += [_joined(output.get("text")), _joined(data.get("text/plain") if isinstance(data, dict) else None)]
    return "\n".join(texts)


def _without_indent(text: str) -> str:
    """The text of a cell without the spaces that its first line begins with, which IPython takes off every line."""
    spaces = re.match(r"(?:[ \t]*\n)*([ \t]+)\S", text)
    return re.sub(rf"(?m)^{re.escape(spaces[1])}", "", text) if spaces else text


def _joined(lines: Any) -> str:
    """The text of a cell: one string, or a list of lines with their ends."""
    if isinstance(lines, list):
        return "".join(line for line in lines if isinstance(line, str))
    return lines if isinstance(lines, str) else ""


def _parsed(text: str) -> CodeCell:
    """The syntax tree of Python: without its magic lines, and with print statements as calls, where there are such.

    Raises ValueError: where and why not.
    """
    if len(text) > MAX_SOURCE:
        raise ValueError(f"it has more than {MAX_SOURCE:,} characters")
    plain = _without_magic(text)
    for one in dict.fromkeys((text, plain)):
        with contextlib.suppress(ValueError):
            return CodeCell(_tree(one))
    called = with_print_called(plain)
    if called == plain:
        return CodeCell(_tree(plain))
    changed = zip(plain.split("\n"), called.split("\n"), strict=True)
    return CodeCell(_tree(called), python_2_at=next(at for at, (was, now) in enumerate(changed, 1) if was != now))


def _tree(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that Python does not know, which are the author's
            return ast.parse(text)
    except SyntaxError as error:
        if error.lineno is None:  # of what is wrong with the whole text
            raise ValueError("it has characters that no text has" if "\0" in text else quiet(error.msg, 80)) from None
        line = (error.text or "").strip()
        why = f"line {error.lineno}: {quiet(error.msg, 80)}"
        if sys.version_info < (3, 12) and ("f-string" in error.msg or _LATER.match(line)):
            why += f"; it may be written for a later Python than this one, {sys.version_info[0]}.{sys.version_info[1]}"
        raise ValueError(why) from None
    except (RecursionError, MemoryError):
        raise ValueError("it is nested too deeply") from None


def _without_magic(text: str) -> str:
    """The text with lines for the shell and the notebook made into `pass`, so that the others keep their numbers."""
    first = re.match(r"\s*%%(\w+)", text)
    if first and first[1] not in _PYTHON_MAGICS:
        return ""
    lines, goes_on = [], False
    for line in text.split("\n"):
        line = _TIMED.sub(r"\1", line)
        magic = _MAGIC.match(line)
        if goes_on or magic:
            indent = magic[1] if magic else ""
            lines.append("" if goes_on else f"{indent}pass")
            goes_on = line.endswith("\\")
        else:
            lines.append(line)
    return "\n".join(lines)
