"""Runs side by side: what differs, what came of it, and whether chance says as much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cnn_tui.analysis.comparison import Comparison, ComparisonRow
from cnn_tui.history.conditions import Conditions, dataset_in_short, images_in_words
from cnn_tui.history.run import Run
from cnn_tui.reports.blocks import (
    Block,
    Curves,
    Difference,
    Heading,
    Page,
    Paragraph,
    SideBySide,
    SideRow,
    Span,
    Words,
)
from cnn_tui.text import counted, run_numbers, sentence

_OTHER_DATA = "These runs were not trained and tested on the same images: their figures say little about the change."


class ComparisonFacts(NamedTuple):
    """A comparison, and how much of it the page shows."""

    found: Comparison
    columns: Sequence[Sequence[Run]]
    """The runs of each column, in the order of the comparison."""
    everything: bool
    """Whether rows and layers that are alike are shown too."""
    verdicts: Sequence[str] | None
    """Sentences; None until they are worked out."""
    on_same_images: Sequence[str] = ()
    """Sentences on runs that were tested on the same images."""
    marks: Mapping[int, Span] = {}
    """A piece of the line that each column has in the chart, by the first run in it."""
    below: str = ""
    """What is said of all verdicts, as `verdict.below` gives it."""


def comparison_page(facts: ComparisonFacts) -> Page:
    """The page: the table, the layers, the verdicts, the curves."""
    blocks = [*_table(facts), *_layers(facts), *_verdicts(facts), *_curves(facts)]
    return Page(compared_title(facts.found), blocks)


def compared_title(found: Comparison) -> str:
    """How many runs, against which."""
    runs = sum(map(len, found.groups))
    if runs == len(found.runs):
        return f"{counted(runs, 'run')}, against run {found.baseline}"
    return f"{counted(runs, 'run')} in {counted(len(found.runs), 'column')}, against {_numbers(found, found.baseline)}"


def _numbers(found: Comparison, run: int) -> str:
    """The runs of a column by their numbers."""
    return run_numbers(found.groups[found.runs.index(run)])


def _table(facts: ComparisonFacts) -> Iterator[Block]:
    found = facts.found
    base = found.runs.index(found.baseline)
    order = [base, *(at for at in range(len(found.runs)) if at != base)]
    differing = found.shown(facts.everything)
    rows = [row for row in found.rows if row in differing or _is_kept(row)]
    groups = [[row for row in rows if row.group == group] for group in dict.fromkeys(row.group for row in rows)]
    heads = [
        SideRow("", [_head(facts, found.runs[at]) for at in order]),
        SideRow("", [found.names[at] for at in order]),
        *(SideRow("", list(row)) for row in zip(*(_conditions(found.conditions[at]) for at in order), strict=True)),
    ]
    cells = [[SideRow(row.key, [_cell(row, at) for at in order]) for row in group] for group in groups]
    yield SideBySide(heads, cells)
    if not differing:
        yield Paragraph()
        yield Paragraph("They differ in nothing that is recorded.", style="dim")
    for words in (sentence(found.remark()) if found.remark() else "", _OTHER_DATA if found.other_data else ""):
        if words:
            yield Paragraph()
            yield Paragraph(words, style="warn")


def _is_kept(row: ComparisonRow) -> bool:
    """Whether a row stands there though it is equal: runs are compared for it."""
    return row.key == "test accuracy" and any(value is not None for value in row.values)


def _conditions(one: Conditions) -> tuple[str, str, str]:
    """What the figures of a run were made with, in cells below each other."""
    images = images_in_words(one.train_images, one.test_images)
    return (dataset_in_short(one.dataset), images, one.trained_in_words()) if images else ("", "", "")


def _head(facts: ComparisonFacts, run: int) -> Words:
    line, style = facts.marks.get(run, Span(""))
    baseline = " (baseline)" if run == facts.found.baseline else ""
    return [Span(f"{line} {_numbers(facts.found, run)}{baseline}".strip(), style or "strong")]


def _cell(row: ComparisonRow, at: int) -> Words:
    change = row.change_shown(at) if row.differs else ""
    return [Span(row.shown(at)), Span(f" {change}", "dim")] if change else row.shown(at)


def _layers(facts: ComparisonFacts) -> Iterator[Block]:
    found = facts.found
    same = [diff.run for diff in found.layers if not diff.differs]
    if same:
        others = [run for one in same for run in found.groups[found.runs.index(one)]]
        have = "has" if len(others) == 1 else "have"
        yield Paragraph()
        words = f"{run_numbers(others)} {have} the layers of {_numbers(found, found.baseline)}"
        yield Paragraph(sentence(words), style="dim")
    for diff in found.layers:
        if diff.differs:
            yield Heading(f"Layers of {_numbers(found, diff.run)} against {_numbers(found, found.baseline)}")
            yield Difference([line for line in diff.lines if facts.everything or line.sign != " "])


def _verdicts(facts: ComparisonFacts) -> Iterator[Block]:
    said = facts.verdicts
    yield Heading("All repeats in the history")
    if said is None:
        yield Paragraph("…", style="dim")
        return
    nothing = "Fewer than two of these experiments have runs that ended as planned, so there is nothing to judge."
    if _are_repeats(facts.found):
        nothing = "These runs are repeats of one experiment, so what differs between them is chance."
    for one in said or [nothing]:
        yield Paragraph(sentence(one))
    if facts.below:
        yield Paragraph(facts.below, style="dim")
    if facts.on_same_images:
        yield Heading("These runs, image by image")
    for one in facts.on_same_images:
        yield Paragraph(sentence(one))


def _are_repeats(found: Comparison) -> bool:
    """Whether the runs are of one experiment: the same data, training and layers, whatever their seeds."""
    rows = [row for row in found.rows if row.group in ("data", "training") and row.key != "seed"]
    return not any(row.differs for row in rows) and not any(diff.differs for diff in found.layers)


def _curves(facts: ComparisonFacts) -> Iterator[Block]:
    yield Heading("Curves", "{compare.metric}: the next metric")
    yield Curves([column[0] for column in facts.columns], facts.columns)
