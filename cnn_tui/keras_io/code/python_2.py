"""Python 2 in a file: its print statements as calls, which is all that many such files need to be read.

What else it means is said: `/` between whole numbers leaves out there what is behind the point.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Sequence

from cnn_tui.text import enumerated

_BETWEEN = ("in", "is", "and", "or", "if", "else", "for")
"""Words behind which `print` would be a name."""
_SPACE = (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)
_MOST_LINES = 5


def with_print_called(text: str) -> str:
    """The text with its print statements as calls, each in its line; as it is where it cannot be told what they are."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return text
    lines = text.split("\n")
    edits = []
    depth, begins, opened = 0, True, False
    for token, after in zip(tokens, [*tokens[1:], tokens[-1]], strict=True):
        if token.type in _SPACE:
            continue
        depth += (token.string in "([{") - (token.string in ")]}") if token.type == tokenize.OP else 0
        if begins and token.type == tokenize.NAME and token.string == "print" and _is_printed(after):
            edits.append((token.end, after.start, "("))
            opened = True
        begins = token.type == tokenize.NEWLINE or (depth == 0 and token.string in (";", ":"))
        ends = after.type in (tokenize.NEWLINE, tokenize.COMMENT) or after.string == ";"
        if opened and depth == 0 and ends:
            edits.append((token.end, token.end, ")"))
            opened = False
    for (line, start), (last, end), put in reversed(edits):
        if line == last:
            lines[line - 1] = lines[line - 1][:start] + put + lines[line - 1][end:]
    return "\n".join(lines)


def _is_printed(after: tokenize.TokenInfo) -> bool:
    """Whether what stands behind `print` makes a statement of it that Python 3 does not read."""
    if after.type == tokenize.NAME:
        return after.string not in _BETWEEN
    return after.type in (tokenize.STRING, tokenize.NUMBER) or after.string in ("{", "~")


def notes_on_python_2(first: str, trees: Sequence[tuple[ast.Module, Callable[[int], str]]]) -> tuple[str, ...]:
    """Sentences on a file with print statements: that it is Python 2, and what may be another number there.

    `first` is where the first of them stands; of each part of the file its tree, and what gives a line's place.
    """
    is_read = f"print is a statement there ({first}), as in Python 2: it is read as in Python 3"
    parts = [(part, place) for tree, place in trees for part in ast.walk(tree)]
    if any(isinstance(part, ast.ImportFrom) and part.names[0].name == "division" for part, _ in parts):
        return (is_read,)
    set_there = [(target, part.value) for part, _ in parts if isinstance(part, ast.Assign) for target in part.targets]
    floats = {one.id for one, value in set_there if isinstance(one, ast.Name) and _is_float(value, set())}
    doubtful = []
    for part, place in parts:
        match part:
            case ast.BinOp(left=one, op=ast.Div(), right=other) | ast.AugAssign(target=one, op=ast.Div(), value=other):
                if not _is_float(one, floats) and not _is_float(other, floats):
                    doubtful.append(place(part.lineno))
    if not doubtful:
        return (is_read,)
    at = enumerated(list(dict.fromkeys(doubtful)), "and", _MOST_LINES)
    rest = (
        f"where both sides of / are whole numbers, Python 2 leaves out what is behind the point ({at}): here it counts"
    )
    return is_read, rest


def _is_float(node: ast.expr, floats: set[str]) -> bool:
    """Whether an expression is sure to be no whole number; `floats` are names that are none."""
    match node:
        case ast.Constant(value=value):
            return not isinstance(value, int)
        case ast.Name(id=name):
            return name in floats
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.Pow(), right=right):
            return _is_float(left, floats) or _is_float(right, floats)
        case ast.UnaryOp(operand=inner) | ast.Subscript(value=inner):
            return _is_float(inner, floats)
        case ast.Call(func=function, args=arguments, keywords=given):
            wanted = [*(one for one in arguments if isinstance(one, ast.Constant)), *(one.value for one in given)]
            return any("float" in ast.unparse(one) for one in (function, *wanted))
    return False
