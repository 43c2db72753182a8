"""`cnn-tui show`, `compare` and `report`: a page on one run, on several side by side, and a lab report in Markdown."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cnn_tui.analysis import compare as analysis
from cnn_tui.analysis.chance.tested_images import told_apart
from cnn_tui.analysis.chance.verdict import ALONE, BY_COMMAND, below, sentences, verdicts
from cnn_tui.artifacts.kept_epochs import kept_to_json
from cnn_tui.cli.parser import AsJson, Output, Pack, RunId
from cnn_tui.cli.printing import deliver, encoded, put_charts, put_json, put_page
from cnn_tui.cli.runs import find_run, open_history
from cnn_tui.cli.streams import FINISHED, UserError, columns_of, is_terminal, put, say
from cnn_tui.exercises.packs import places_of
from cnn_tui.history import notebook
from cnn_tui.history.table.listing import Listing, Query
from cnn_tui.reports import lab_report
from cnn_tui.reports.comparison import ComparisonFacts, comparison_page
from cnn_tui.reports.markdown import to_markdown
from cnn_tui.reports.run_facts import read_facts
from cnn_tui.reports.run_page import run_page

_MOST_COMPARED, _MOST_GROUPED = 50, 1_000  # runs: each a column, or in groups
_NO_TERMINAL = 1_000  # columns: what nobody looks at is not wrapped


def show(
    run: RunId,
    as_json: AsJson = False,
    chart: Annotated[bool, typer.Option("--chart", help="Its curves alone, as wide as the terminal.")] = False,
) -> int:
    if as_json and chart:
        raise UserError("--json is all that is recorded and --chart a drawing: give one of them")
    with open_history() as history:
        found = find_run(history, run)
        if as_json:
            put(encoded(found.to_json() | kept_to_json(found)))
        elif chart:
            put_charts(found, history.points(run))
        else:
            facts = read_facts(history, found, history.events(run))._replace(points=history.points(run))
            put_page(run_page(facts), columns_of(sys.stdout) if is_terminal(sys.stdout) else _NO_TERMINAL)
    return FINISHED


def compare(
    runs: Annotated[list[int], typer.Argument(metavar="RUN...", help="The numbers of two runs or more.")],
    everything: Annotated[bool, typer.Option("--all", help="All rows and layers, not only what differs.")] = False,
    groups: Annotated[
        bool, typer.Option("--groups", help="Runs that differ by their seeds alone are one column: their means.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Print the comparison of runs: against the pinned baseline if it is one of them, else against the first.

    One that has figures goes before one that has none.
    """
    ids = list(dict.fromkeys(runs))
    if len(ids) < 2:
        raise UserError("a comparison needs two runs or more, as cnn-tui compare 3 4")
    most = _MOST_GROUPED if groups else _MOST_COMPARED
    if len(ids) > most:
        raise UserError(f"at most {most} runs can be compared, not {len(ids)}")
    with open_history() as history:
        compared = [find_run(history, one) for one in ids]
        columns = analysis.repeats_together(compared) if groups else [[run] for run in compared]
        if len(columns) < 2:
            raise UserError(f"these {len(ids)} runs repeat one experiment: without --groups they stand side by side")
        if len(columns) > _MOST_COMPARED:
            raise UserError(f"at most {_MOST_COMPARED} groups can be compared, not {len(columns)}")
        found = analysis.compare_groups(columns, analysis.baseline_of(compared, notebook.pinned(history)))
        base = next(run for run in compared if run.id == found.baseline)
        firsts = [column[0] for column in columns]
        said, apart = verdicts(history, firsts, base), told_apart(firsts, base) if not groups else ()
    if as_json:
        put_json(
            found.to_json(everything)
            | {"verdicts": [one.to_json() for one in said], "on_same_images": [one.to_json() for one in apart]}
        )
    else:
        told, words = sentences(said, BY_COMMAND), [one.in_words() for one in apart]
        facts = ComparisonFacts(found, columns, everything, told, words, below=below(said, ALONE, spread=groups))
        put_page(comparison_page(facts), columns_of(sys.stdout))
    return FINISHED


def report(
    runs: Annotated[list[int] | None, typer.Argument(metavar="[RUN...]", help="The runs; else all of them.")] = None,
    words: Annotated[str, typer.Option("--filter", metavar="EXPR", help="The runs that pass it.")] = "",
    title: Annotated[str, typer.Option(metavar="TEXT", help="Its heading.")] = "Lab report",
    pack: Pack = None,
    output: Output = None,
) -> int:
    """Write the report on runs, on those that a filter leaves, or on all that are not archived."""
    if runs and words:
        raise UserError("name runs or give a --filter, not both")
    with open_history() as history:
        ids = [find_run(history, one).id for one in dict.fromkeys(runs or [])]
        if not ids:
            ids = list(Listing(history, Query(words, "id", reverse=True)).ids())
        if not ids:
            raise UserError("there is no run to report on" + (" that passes the filter" if words else ""))
        if len(ids) > lab_report.MOST_RUNS:
            say(f"the table has the first {lab_report.MOST_RUNS} of {len(ids):,} runs; --filter chooses")
        text = to_markdown(lab_report.report(history, ids, places_of(pack), title))
    deliver(text, output)
    return FINISHED
