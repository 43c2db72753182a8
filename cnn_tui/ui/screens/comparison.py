"""Runs side by side, laid out as the lines of a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text

from cnn_tui.analysis.compare import Comparison, ComparisonRow
from cnn_tui.ui.chart.compose import ChartChoice, Recorded, overlay_of, overlay_style
from cnn_tui.ui.chart.legend import overlay_legend
from cnn_tui.ui.chart.picture import LETTERS
from cnn_tui.ui.commands.run_editor import told
from cnn_tui.ui.screens.run_facts import diff_lines
from cnn_tui.ui.widgets.layout import flow
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.page_view import PageView

_NARROWEST, _WIDEST = 16, 40
"""Of the column of a run."""
_KEY = 21
_CHART_ROWS = 14
_LONGEST = 300  # characters of a value
_OTHER_DATA = "These runs were not trained and tested on the same images: their figures say little about the change."


class Side(NamedTuple):
    """What is compared, and how much of it is seen."""

    found: Comparison
    recorded: Sequence[tuple[Recorded, int]]
    """The runs in the comparison's order, each with its place among letters and colours."""
    everything: bool
    left: int
    """How many of the runs beside the baseline are scrolled away."""
    verdicts: Sequence[str] | None
    """Sentences; None while they are worked out."""

    @property
    def base(self) -> int:
        """The place of the baseline among the runs."""
        return self.found.runs.index(self.found.baseline)

    @property
    def others(self) -> list[int]:
        """The places of the other runs."""
        return [at for at in range(len(self.found.runs)) if at != self.base]


def fitting(width: int, others: int) -> int:
    """How many runs fit beside the baseline."""
    return max(1, min(others, (width - _KEY) // (_NARROWEST + 2) - 1))


def lay_out(side: Side, choice: ChartChoice, view: PageView, width: int) -> list[Text]:
    """The table, the layers, the verdicts, the curves."""
    return [
        *_table(side, view, width),
        *_layers(side, view, width),
        *_verdicts(side, view, width),
        *_curves(side, choice, view, width),
    ]


def _table(side: Side, view: PageView, width: int) -> list[Text]:
    fit = fitting(width, len(side.others))
    seen = [side.base, *side.others[side.left : side.left + fit]]
    room = max(8, min(_WIDEST, (width - _KEY) // len(seen) - 2))
    lines = _row("", [_head(side, at, view) for at in seen], room, view)
    lines += _row("", [Text(inert(side.found.names[at][:_LONGEST])) for at in seen], room, view)
    if len(seen) <= len(side.others):
        words = f"{side.left + 1}-{side.left + fit} of {len(side.others)} beside it: h l"
        lines.append(Text(f"{'':{_KEY}}{words}", view.style("dim")))
    remark = side.found.remark()
    warnings = [f"{remark[0].upper()}{remark[1:]}."] if remark else []
    warnings += [_OTHER_DATA] if side.found.other_data else []
    for words in warnings:
        lines += [Text(), *view.flowed(Text(words, view.style("warn")), width)]
    rows = side.found.shown(side.everything)
    if not rows:
        return [*lines, Text(), Text("They differ in nothing that is recorded.", view.style("dim"))]
    group = ""
    for row in rows:
        if row.group != group:
            group = row.group
            lines.append(Text())
        lines += _row(inert(row.key[:_LONGEST]), [_cell(row, at, view) for at in seen], room, view)
    return lines


def _head(side: Side, at: int, view: PageView) -> Text:
    words = f"{LETTERS[side.recorded[at][1]]}  run {side.found.runs[at]}"
    if at == side.base:
        words += " (baseline)"
    return Text(words, view.style(overlay_style(side.recorded[at][1])))


def _cell(row: ComparisonRow, at: int, view: PageView) -> Text:
    text = Text(inert(row.shown(at)[:_LONGEST]))
    change = row.change_shown(at) if row.differs else ""
    if change:
        text.append(f" {change}", view.style("dim"))
    return text


def _row(key: str, cells: Sequence[Text], room: int, view: PageView) -> list[Text]:
    """A row on as many lines as its longest cell takes."""
    columns = [view.flowed(key, _KEY - 2), *(view.flowed(cell, room) for cell in cells)]
    columns[0] = [Text(one.plain, view.style("dim")) for one in columns[0]]
    widths = [_KEY, *[room + 2] * len(cells)]
    lines = []
    for at in range(max(map(len, columns))):
        line = Text(no_wrap=True)
        for column, width in zip(columns, widths, strict=True):
            cell = column[at].copy() if at < len(column) else Text()
            cell.pad_right(max(0, width - cell.cell_len))
            line.append_text(cell)
        lines.append(line)
    return lines


def _layers(side: Side, view: PageView, width: int) -> list[Text]:
    lines = []
    same = [diff.run for diff in side.found.layers if not diff.differs]
    if same:
        words = (
            f"{told(same).capitalize()} {'has' if len(same) == 1 else 'have'} the layers of run {side.found.baseline}."
        )
        lines += [Text(), *view.flowed(Text(words, view.style("dim")), width)]
    for diff in side.found.layers:
        if diff.differs:
            lines += view.heading(f"Layers of run {diff.run} against run {side.found.baseline}")
            lines += diff_lines(diff.lines, view, width, all_lines=side.everything)
    return lines


def _verdicts(side: Side, view: PageView, width: int) -> list[Text]:
    lines = view.heading("All repeats in the history; ± is the 95 % interval")
    if side.verdicts is None:
        return [*lines, Text("…", view.style("dim"))]
    return lines + [line for one in side.verdicts for line in view.flowed(one, width)]


def _curves(side: Side, choice: ChartChoice, view: PageView, width: int) -> list[Text]:
    shown = [(one, place) for one, place in side.recorded if one.run.epochs or one.points]
    lines = view.heading("Curves (m: the next metric)")
    if not shown:
        return [*lines, Text("There are none: no epoch was begun.", view.style("dim"))]
    picture = overlay_of(shown, choice, side.found.baseline, "No value of it was recorded.")
    lines += view.chart(picture, width, _CHART_ROWS)
    return lines + flow(overlay_legend(shown, choice, view.style, width, 3), width, 3)
