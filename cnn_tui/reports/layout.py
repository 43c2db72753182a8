"""Lays blocks out in lines, for the lab and the command line alike. Widths are counted in cells of the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

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
    Paragraph,
    Quote,
    SideBySide,
    SideRow,
    Span,
    TextTable,
    Words,
)
from cnn_tui.reports.chart.canvas import Kind
from cnn_tui.reports.chart.page_chart import charts
from cnn_tui.reports.evaluation_page import matrix_lines
from cnn_tui.text import cells, columns, escaped, line_ends, padded

StyledLine: TypeAlias = Sequence[Span]

LABEL = 21
"""The width of the labels before values."""
_SIGNS = {" ": "dim", "+": "good", "-": "bad", "~": "warn"}
"""The styles of the lines of a difference, by their signs."""
_NARROWEST, _WIDEST = 16, 40
"""How wide a column of `SideBySide` may be."""
_WIDEST_CHART = 100
_LONGEST, _LONGEST_CELL = 20_000, 300  # characters


class PageLayout:
    """Lays blocks out in lines of at most `width` cells. `inert` makes text from outside harmless.

    `hint` puts the keys into a hint. Without it there are no keys to press, and hints are left out.
    """

    def __init__(
        self,
        width: int,
        inert: Callable[[str], str] = escaped,
        hint: Callable[[str], str] = lambda words: "",
        lines_of_charts: Kind = "ascii",
    ) -> None:
        self.width = width
        self._inert = inert
        self._hint = hint
        self._lines_of_charts: Kind = lines_of_charts

    def lines(self, blocks: Iterable[Block]) -> list[StyledLine]:
        return [line for block in blocks for line in self.block(block)]

    def block(self, block: Block) -> list[StyledLine]:
        match block:
            case Heading(words, hint, _):
                shown = self._inert(words)
                if hint := self._hint(hint):
                    shown += f" ({hint})" if shown else hint
                return [(), [Span(shown, "heading")]] if shown else []
            case Paragraph(words, hint, style):
                return self._paragraph(words, hint, style)
            case Bullet(words, sign):
                return self._hung(sign, self._flowed(words, self.width - cells(sign.words)))
            case Quote(text):
                return self._flowed(text, self.width)
            case Fact(label, value):
                return self._fact(label, value)
            case TextTable():
                return self._table(block)
            case Difference(lines):
                return [line for sign, text in lines for line in self._changed(sign, text)]
            case SideBySide():
                return self._side_by_side(block)
            case Curves():
                return self._charts(block)
            case Beside(blocks, curves):
                return [*self.lines(blocks), *self._charts(curves)]
            case ConfusionMatrix(evaluation, heading):
                matrix = matrix_lines(evaluation, self.width)
                return [*self.block(heading), *([Span(line)] for line in matrix)] if matrix else []

    def _charts(self, curves: Curves) -> list[StyledLine]:
        lines: list[StyledLine] = []
        for name, chart in charts(curves, min(_WIDEST_CHART, self.width), self._lines_of_charts):
            lines += [[Span(f"{name}:")], *([Span(*piece) for piece in line] for line in chart), ()]
        return lines[:-1] or [[Span(NO_CURVES, "dim")]]

    def _paragraph(self, words: Words, hint: str, style: str) -> list[StyledLine]:
        shown = self._hint(hint)
        if hint and not words and not shown:
            return []
        if shown:
            words = [*self._spans(words), Span(f" {shown}" if words else shown)]
        return [[Span(one.words, one.style or style) for one in line] for line in self._flowed(words, self.width)]

    def _fact(self, label: str, value: Words) -> list[StyledLine]:
        if not value:
            return []
        lines = self._flowed(value, max(10, self.width - LABEL))
        label = self._inert(label)
        if cells(label) < LABEL:
            return self._hung(Span(padded(label, LABEL), "dim"), lines)
        return [*wrapped([Span(label, "dim")], self.width), *self._hung(Span(" " * LABEL), lines)]

    def _table(self, table: TextTable) -> list[StyledLine]:
        kept = list(range(len(table.rows[0] if table.rows else table.heading)))
        rows = [[self._inert(cell) for cell in row] for row in (table.heading, *table.rows) if row]
        made = columns(rows, table.right)
        for spare in table.spare:
            if not made or cells(made[0]) <= self.width:
                break
            kept.remove(spare)
            right = [place for place, at in enumerate(kept) if at in table.right]
            made = columns([[row[at] for at in kept] for row in rows], right)
        if table.fits and made and max(map(cells, made)) > self.width:
            right = [place for place, at in enumerate(kept) if at in table.right]
            made = columns([[row[at] for at in kept] for row in rows], right, self.width)
        head = [Span(text, "dim") for text in made[: 1 if table.heading else 0]]
        return [line for one in (*head, *map(Span, made[len(head) :])) for line in wrapped([one], self.width)]

    def _changed(self, sign: str, text: str) -> list[StyledLine]:
        words = [Span(text, _SIGNS[sign])]
        return self._hung(Span(f"  {sign} ", _SIGNS[sign]), self._flowed(words, self.width - 4))

    def _side_by_side(self, block: SideBySide) -> list[StyledLine]:
        lines: list[StyledLine] = []
        label, fit = key_width(block), count_fitting(block, self.width)
        for begin in range(0, block.others, fit):
            part = block.part(begin, fit)
            room = max(8, min(_WIDEST, (self.width - label) // (part.others + 1) - 2))
            lines += [()] if lines else []
            for at, rows in enumerate((part.heads, *part.groups)):
                lines += [()] if at else []
                lines += [line for row in rows for line in self._side_row(row, label, room)]
        return lines

    def _side_row(self, row: SideRow, label: int, room: int) -> list[StyledLine]:
        """A row, on as many lines as its longest cell takes."""
        stacks = [self._flowed([Span(row.key, "dim")], label - 2)]
        stacks += [wrapped(self._spans(cell, _LONGEST_CELL), room) for cell in row.cells]
        widths = [label, *[room + 2] * len(row.cells)]
        lines: list[StyledLine] = []
        for at in range(max(map(len, stacks))):
            line: list[Span] = []
            for stack, width in zip(stacks, widths, strict=True):
                cell = stack[at] if at < len(stack) else ()
                line += [*cell, Span(" " * (width - sum(cells(one.words) for one in cell)))]
            lines.append(line)
        return lines

    def _hung(self, first: Span, lines: Sequence[StyledLine]) -> list[StyledLine]:
        """Lines behind `first`; those that follow are indented as far."""
        space = Span(" " * cells(first.words))
        return [[first if at == 0 else space, *line] for at, line in enumerate(lines)]

    def _flowed(self, words: Words, width: int) -> list[StyledLine]:
        """Text broken into lines of at most `width` cells; the line ends of a plain text are kept."""
        if not isinstance(words, str):
            return wrapped(self._spans(words), width)
        more = f" … and {len(words) - _LONGEST:,} more characters" if len(words) > _LONGEST else ""
        parts = f"{words[:_LONGEST]}{more}".splitlines() or [""]
        return [line for part in parts for line in wrapped(self._spans(part), width)]

    def _spans(self, words: Words, most: int = _LONGEST) -> list[Span]:
        spans = [Span(words)] if isinstance(words, str) else words
        return [Span(self._inert(one.words[:most]), one.style) for one in spans]


def key_width(block: SideBySide) -> int:
    return min(LABEL, max(cells(row.key) for rows in (block.heads, *block.groups) for row in rows) + 2)


def count_fitting(block: SideBySide, width: int) -> int:
    """How many columns fit besides the first one."""
    return max(1, min(block.others, (width - key_width(block)) // (_NARROWEST + 2) - 1))


def wrapped(spans: Sequence[Span], width: int) -> list[StyledLine]:
    """Spans broken into lines of at most `width` cells: between words, or within a word that is longer than a line."""
    return [_piece(spans, begin, end) for begin, end in line_ends("".join(one.words for one in spans), width)]


def _piece(spans: Sequence[Span], begin: int, end: int) -> StyledLine:
    """The part of the spans that lies between two places of their text."""
    found, at = [], 0
    for words, style in spans:
        part = words[max(0, begin - at) : max(0, end - at)]
        if part:
            found.append(Span(part, style))
        at += len(words)
    return found
