"""Values, calls and the parts of a program as lines of Python, laid out as ruff formats them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

WIDTH = 88
"""Columns of a line: ruff's own default."""

Lines = Sequence[str]


def literal(value: Any) -> str:
    """A plain value as Python writes it, text in double quotes where that needs no escape.

    Text from outside is safe in it: `repr` escapes whatever would end the text or the line.
    """
    if isinstance(value, tuple):
        inner = ", ".join(literal(part) for part in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    written = repr(value)
    if isinstance(value, str) and written[0] == "'" and '"' not in value:
        return f'"{written[1:-1]}"'
    return written


def call(function: str, arguments: Iterable[str], indent: int = 0, before: str = "", after: str = "") -> list[str]:
    """A call in one line if it fits, else its arguments in a line of their own, else each in one.

    `before` and `after` are what stands around it, as `model = ` and `,`.
    """
    given = list(arguments)
    space, deeper = " " * indent, " " * (indent + 4)
    joined = ", ".join(given)
    one = f"{space}{before}{function}({joined}){after}"
    if len(one) <= WIDTH or not given:
        return [one]
    opening, closing = f"{space}{before}{function}(", f"{space}){after}"
    if len(deeper) + len(joined) <= WIDTH:
        return [opening, deeper + joined, closing]
    return [opening, *(f"{deeper}{argument}," for argument in given), closing]


def program(parts: Iterable[Lines]) -> str:
    """The text of a program: an empty line between parts, two around a class or a function."""
    lines: list[str] = []
    defined = False
    for part in parts:
        if not part:
            continue
        defines = any(line.startswith(("class ", "def ")) for line in part)
        if lines:
            lines += [""] * (2 if defines or defined else 1)
        lines += part
        defined = defines
    return "\n".join(lines) + "\n"
