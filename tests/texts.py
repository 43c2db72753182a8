"""Lists every text that a user can see, each with its place: to be read aloud, so that one word stands for one thing.

`python -m tests.texts [WORD...]` prints `file:line: text`; with words, only texts that have one of them.
The texts are strings of the code that read as words, found in its syntax tree; what stands in braces is filled in by
the program. A docstring is a text only where it is the help of a command. Then come the table of keys, and what the
packs of exercises and the presets say.
"""

from __future__ import annotations

import ast
import functools
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
_TABLE = ROOT / "cnn_tui/ui/keys.txt"
_WORDS = re.compile(r"[A-Za-z]{2,}[ ,.:;]")
"""A string without a blank or a stop after a word is an id, a key, a style or a format."""
_CODE = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|WHERE|PRAGMA|BEGIN)\b|\$[a-z]+|\(\?|^\s*&")
"""SQL, style sheets and regular expressions, which nobody reads."""


class ShownText(NamedTuple):
    """A text and where it stands."""

    file: str
    line: int
    words: str


@functools.cache
def all_texts() -> tuple[ShownText, ...]:
    """Every text that a user can see, by file and line."""
    found = [one for path in sorted((ROOT / "cnn_tui").rglob("*.py")) for one in texts_of_code(path)]
    packs = sorted([*(ROOT / "cnn_tui/exercises/sets").rglob("*.toml"), *(ROOT / "presets").glob("*.toml")])
    return (*found, *texts_of_keys(_TABLE), *(one for path in packs for one in texts_of_pack(path)))


def texts_of_code(path: Path) -> Iterator[ShownText]:
    """The strings of a file of code that read as words, in the order in which they stand."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    unread = set(_unread(tree))
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if node in unread:
            continue
        words = _words(node)
        if words is None:
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))
        elif _WORDS.search(words) and not _CODE.search(words):
            yield ShownText(_place(path), getattr(node, "lineno", 0), words)


def texts_of_keys(path: Path) -> Iterator[ShownText]:
    """Of each row of the table of keys, the words for the key bar and the help; and the headings."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line and not line.startswith("#"):
            words = line.split("|")[3:] or [line]
            yield ShownText(_place(path), number, " | ".join(word.strip() for word in words if word.strip()))


def texts_of_pack(path: Path) -> Iterator[ShownText]:
    """The strings of a TOML file that read as words."""
    written = path.read_text(encoding="utf-8")
    waiting: list[object] = [tomllib.loads(written)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            waiting.extend(reversed(list(value.values() if isinstance(value, dict) else value)))
        elif isinstance(value, str) and _WORDS.search(value):
            line = written[: max(0, written.find(value[:20]))].count("\n") + 1
            yield ShownText(_place(path), line, value)


def _words(node: ast.AST) -> str | None:
    """The text of a string, with the code that fills it in in braces; None for what is no string."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        filled = (
            f"{{{ast.unparse(one.value)}}}" if isinstance(one, ast.FormattedValue) else one for one in node.values
        )
        return "".join(one if isinstance(one, str) else _words(one) or "" for one in filled)
    return None


def _unread(tree: ast.AST) -> Iterator[ast.AST]:
    """Strings that no user sees: docstrings other than a command's help, annotations, and what code says to code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            helps = any("command" in ast.unparse(one) for one in getattr(node, "decorator_list", ()))
            yield from (each for each in node.body if _is_docstring(each) and not helps)
        elif isinstance(node, ast.Assert):
            yield node


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def main(wanted: list[str]) -> None:
    for one in all_texts():
        if not wanted or any(word.lower() in one.words.lower() for word in wanted):
            print(f"{one.file}:{one.line}: {' '.join(one.words.split())}")


if __name__ == "__main__":
    main(sys.argv[1:])
