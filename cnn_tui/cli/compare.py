"""`cnn-tui compare`: runs side by side, by default only what differs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from cnn_tui.analysis import compare as analysis
from cnn_tui.analysis.compare import Comparison, ComparisonRow, LayerDiff, baseline_of
from cnn_tui.analysis.verdict import BY_COMMAND, Verdict, sentences, verdicts
from cnn_tui.cli.parser import AsJson
from cnn_tui.cli.printing import bold, put_json, table, wrap
from cnn_tui.cli.runs import find_run, say_damage
from cnn_tui.cli.streams import FINISHED, UserError, columns_of, put
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.text import quiet

_NARROWEST = 14  # a column of values
_WIDEST = 32
_MOST = 50  # runs


def compare(
    runs: Annotated[list[int], typer.Argument(metavar="RUN...", help="The numbers of two runs or more.")],
    everything: Annotated[bool, typer.Option("--all", help="All rows and layers, not only what differs.")] = False,
    as_json: AsJson = False,
) -> int:
    """Print the comparison of runs: against the pinned baseline if it is one of them, else against the first.

    One that has figures goes before one that has none.
    """
    ids = list(dict.fromkeys(runs))
    if len(ids) < 2:
        raise UserError("a comparison needs two runs or more, as cnn-tui compare 3 4")
    if len(ids) > _MOST:
        raise UserError(f"at most {_MOST} runs can be compared, not {len(ids)}")
    with History() as history:
        compared = [find_run(history, one) for one in ids]
        say_damage(compared)
        found = analysis.compare(compared, baseline_of(compared, notebook.pinned(history)))
        base = next(run for run in compared if run.id == found.baseline)
        said = verdicts(history, compared, base)
    if as_json:
        whole = found.to_json(everything) | {"verdicts": [one.to_json() for one in said]}
        put_json(whole)
    else:
        width = columns_of(sys.stdout)
        put("\n".join([*to_text(found, everything, width), *_verdicts(said, width)]))
    return FINISHED


def to_text(found: Comparison, everything: bool, width: int) -> list[str]:
    """The lines of a comparison, none wider than `width`; runs that do not fit beside each other go below."""
    rows = found.shown(everything)
    key_width = max(len(row.key) for row in rows) if rows else 0
    fit = max(1, (width - key_width) // (_NARROWEST + 2) - 1)
    base = found.runs.index(found.baseline)
    others = [at for at in range(len(found.runs)) if at != base]
    lines = []
    for begin in range(0, len(others), fit):
        block = [base, *others[begin : begin + fit]]
        room = min(_WIDEST, (width - key_width) // len(block) - 2)
        lines += [*_block(found, rows, block, room), ""]
    if not rows:
        lines += ["The runs differ in nothing that is recorded.", ""]
    if remark := found.remark():
        lines += [*wrap(remark, width), ""]
    for diff in found.layers:
        lines += [*_layers(found, diff, everything, width), ""]
    return lines[:-1]


def _block(found: Comparison, rows: Sequence[ComparisonRow], block: list[int], room: int) -> list[str]:
    """One table: the baseline and a few more runs."""
    cells: list[list[str]] = []
    names = [quiet(found.names[at]) for at in block]
    heads = [f"run {found.runs[at]}" + (" (baseline)" if at == block[0] else "") for at in block]
    for key, values in (("", heads), ("", names)):
        cells += _wrapped(key, values, room)
    heading = len(cells)
    for row in rows:
        cells += _wrapped(row.key, [quiet(row.shown(at), 1_000) for at in block], room)
        changes = [row.change_shown(at) for at in block]
        if any(changes) and row.differs:
            cells += _wrapped("", changes, room)
    made = table(cells)
    return [*map(bold, made[:heading]), *made[heading:]]


def _wrapped(key: str, values: Sequence[str], room: int) -> list[list[str]]:
    """A row as several lines where a value is longer than its column."""
    parts = [wrap(value, room) for value in values]
    height = max(len(part) for part in parts)
    return [[key if at == 0 else "", *(part[at] if at < len(part) else "" for part in parts)] for at in range(height)]


def _layers(found: Comparison, diff: LayerDiff, everything: bool, width: int) -> list[str]:
    head = f"Layers of run {diff.run} against run {found.baseline}"
    if not diff.differs:
        return [f"{head}: the same network"]
    lines = [bold(head)]
    for one in diff.lines:
        if everything or one.sign != " ":
            first, *rest = wrap(quiet(one.text, 1_000).replace("  ", " "), width - 4)
            lines += [f"  {one.sign} {first}", *(f"    {more}" for more in rest)]
    return lines


def _verdicts(said: Sequence[Verdict], width: int) -> list[str]:
    lines = [part for one in sentences(said, BY_COMMAND) for part in wrap(one, width)]
    return ["", bold("All repeats in the history; ± is the 95 % interval"), *lines] if lines else []
