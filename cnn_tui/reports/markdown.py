"""Writes pages as Markdown. Text that a person wrote keeps its characters, but none of them works as a mark."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cnn_tui.reports.blocks import (
    NO_CURVES,
    Beside,
    Block,
    Bullet,
    ConfusionMatrix,
    Curves,
    Difference,
    Fact,
    Heading,
    Page,
    Paragraph,
    Quote,
    SideBySide,
    TextTable,
    Words,
)
from cnn_tui.reports.chart.canvas import Kind
from cnn_tui.reports.chart.page_chart import PageChart, charts, with_plotext
from cnn_tui.reports.evaluation_page import matrix_lines
from cnn_tui.text import escaped, quiet

_SPECIAL = frozenset("\\|`*_[]<>#&~")
_LISTED = re.compile(r"^(\d*)([-+=.)])")  # what makes a list or a heading at the start of a line
_BREAK = "\\"
MAX_TEXT = 10_000
MAX_LINES = 200
_MAX_CELL = 200
_WIDTH = 120  # of a confusion matrix
_CHART = 76  # of a chart


def to_markdown(page: Page) -> str:
    return "\n".join([f"# {escape(page.title)}", "", *markdown_lines(page.blocks)]) + "\n"


def markdown_lines(blocks: Iterable[Block]) -> list[str]:
    """Blocks as lines, with an empty line between two blocks unless both are items of one list."""
    lines: list[str] = []
    before = ""
    for block in blocks:
        for kind, part in _parts(block):
            lines += [""] if lines and not before == kind == "item" else []
            lines += part
            before = kind
    return lines


def escape(text: str, most: int = MAX_TEXT) -> str:
    """Text for use within a line: control characters are shown, and the marks of Markdown are escaped."""
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in quiet(text, most))


def quote(text: str) -> list[str]:
    """A text as a quotation that keeps its lines."""
    return [f"> {line}".rstrip() for line in _kept(text)]


def _parts(block: Block) -> list[tuple[str, Sequence[str]]]:
    """The parts of a block, each with its kind: `item` (of a list) or `text`."""
    match block:
        case Heading(words, _, level):
            shown = escape(words)
            return [("text", [f"{'#' * (level + 1)} {shown}" if level < 3 else f"{shown}:"])] if words else []
        case Paragraph(words):
            return [("text", _kept(_plain(words)))] if words else []
        case Quote(text):
            return [("text", quote(text))]
        case Bullet(words):
            return [("item", [f"- {_LISTED.sub(_UNLISTED, escape(_plain(words)))}"])]
        case Fact(label, value):
            first, *rest = _kept(f"{label}: {_plain(value)}" if label else _plain(value))
            return [("item", [f"- {first}", *(f"  {line}" for line in rest)])] if value else []
        case TextTable(heading, rows, right):
            return [("text", _table(heading or [""] * len(rows[0]), rows, right))] if heading or rows else []
        case SideBySide(heads, groups):
            rows = [[row.key, *map(_plain, row.cells)] for row in (*heads, *(row for rows in groups for row in rows))]
            return [("text", _table(rows[0], rows[1:]))]
        case Difference(lines):
            return [("text", ["```diff", *(escaped(f"{line.sign} {line.text}") for line in lines), "```"])]
        case Curves():
            kind: Kind = "braille" if len(block.runs) == 1 else "ascii"
            drawn = [part for one in charts(block, _CHART, kind, with_plotext) for part in _chart(one)]
            return [("text", part) for part in drawn or [[NO_CURVES]]]
        case Beside(blocks, curves):
            return [part for one in (*blocks, curves) for part in _parts(one)]
        case ConfusionMatrix(evaluation, heading):
            matrix = matrix_lines(evaluation, _WIDTH)
            return [*_parts(heading), ("text", ["```text", *matrix, "```"])] if matrix else []


def _chart(one: PageChart) -> list[list[str]]:
    lines = ["".join(words for words, _ in line) for line in one.lines]
    return [[f"{one.name}:"], ["```text", *lines, "```"]]


_UNLISTED = r"\1\\\2"


def _kept(text: str) -> list[str]:
    """The lines of a text, escaped; a line that another follows ends in a line break."""
    lines = [_LISTED.sub(_UNLISTED, escape(line.strip())) for line in text.strip().splitlines()[:MAX_LINES]] or [""]
    followed = [bool(line) and bool(after) for line, after in zip(lines, [*lines[1:], ""], strict=True)]
    return [f"{line}{_BREAK if more else ''}" for line, more in zip(lines, followed, strict=True)]


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    made = [[escape(cell, _MAX_CELL) for cell in row] for row in (heading, *rows)]
    made.insert(1, ["---:" if at in right else "---" for at in range(len(heading))])
    return [f"| {' | '.join(line)} |" for line in made]


def _plain(words: Words) -> str:
    return words if isinstance(words, str) else "".join(one.words for one in words)
