"""Blocks in lines of a terminal: nothing is wider than asked for, and nothing is lost."""

from __future__ import annotations

import pytest

from cnn_tui.network.diff import DiffLine
from cnn_tui.reports.blocks import (
    Block,
    Bullet,
    Difference,
    Fact,
    Heading,
    Paragraph,
    Quote,
    SideBySide,
    SideRow,
    Span,
    TextTable,
)
from cnn_tui.reports.layout import PageLayout
from cnn_tui.text import cells

WIDE = "名前 " * 30 + "x" * 150 + " \x1b[2J\u202e end"
BLOCKS: list[Block] = [
    Paragraph(WIDE, "a hint"),
    Bullet([Span("styled ", "good"), Span(WIDE)], Span("✓ ", "good")),
    Quote(f"{WIDE}\n{WIDE}"),
    Fact("note", f"{WIDE}\nsecond"),
    Fact("名前" * 12, WIDE),
    TextTable(("name", "value"), ((WIDE, "1"),), right=(1,)),
    Difference((DiffLine("+", WIDE), DiffLine("~", "Conv2D"))),
    SideBySide([SideRow("", [f"run {at}" for at in range(5)])], [[SideRow(WIDE, [WIDE] * 5)]]),
]


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: type(block).__name__)
def test_no_line_is_wider_than_it_may_be(block: Block, width: int) -> None:
    lines = ["".join(one.words for one in line).rstrip() for line in PageLayout(width).block(block)]
    assert max(map(cells, lines)) <= width
    assert all(line.isprintable() for line in lines)
    if not isinstance(block, SideBySide):  # whose cells are cut, and stand beside each other
        assert r"\x1b[2J\u202e" in "".join("".join(lines).split())


def test_columns_that_do_not_fit_go_below_the_first_again() -> None:
    lines = ["".join(one.words for one in line) for line in PageLayout(60).block(BLOCKS[-1])]
    assert sum("run 0" in line for line in lines) > 1
    assert all(any(f"run {at}" in line for line in lines) for at in range(5))


def test_hints_are_shown_where_there_are_keys_to_press() -> None:
    blocks: list[Block] = [
        Heading("Curves", "{page.metric}: next"),
        Paragraph("None yet.", "i writes it."),
        Paragraph("", "only i"),
    ]

    def shown(layout: PageLayout) -> list[str]:
        return ["".join(one.words for one in line) for line in layout.lines(blocks)]

    assert shown(PageLayout(80)) == ["", "Curves", "None yet."]
    keyed = PageLayout(80, hint=lambda words: words.replace("{page.metric}", "m"))
    assert shown(keyed) == ["", "Curves (m: next)", "None yet. i writes it.", "only i"]


def test_a_table_leaves_its_spare_columns_out_before_it_breaks_lines() -> None:
    table = TextTable(("", "yours", "baseline"), (("accuracy", "0.9000", "0.8900 and more"),), spare=(2,))
    assert len(PageLayout(20).block(table)) == 2
    assert "baseline" in "".join(one.words for one in PageLayout(40).block(table)[0])
