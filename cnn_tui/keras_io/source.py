"""Writes values, calls and whole programs as Python source, laid out as ruff formats it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

WIDTH = 88
"""The columns of a line, as ruff has it by default."""

CodeLines = Sequence[str]


def literal(value: Any) -> str:
    """A plain value as Python source, text in double quotes where that needs no escape.

    Text from outside cannot break out of its quotes: `repr` escapes whatever would end the text or the line.
    """
    if isinstance(value, tuple):
        inner = ", ".join(literal(part) for part in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    written = repr(value)
    if isinstance(value, str) and written[0] == "'" and '"' not in value:
        return f'"{written[1:-1]}"'
    return written


def call(function: str, arguments: Iterable[str], indent: int = 0, before: str = "", after: str = "") -> list[str]:
    """A call in one line if it fits; else with all arguments in a second line; else with each in a line of its own.

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


def program(parts: Iterable[CodeLines]) -> str:
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
