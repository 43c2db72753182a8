"""`cnn-tui show` and `report`: everything that is known of one run, and a lab report on several in Markdown."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cnn_tui.cli.parser import AsJson, Output, Pack, RunId
from cnn_tui.cli.printing import deliver, put_page
from cnn_tui.cli.runs import find_run, to_json
from cnn_tui.cli.streams import FINISHED, UserError, columns_of, is_terminal, put, say
from cnn_tui.exercises.packs import places_of
from cnn_tui.history.history import History
from cnn_tui.history.listing import Listing, Query
from cnn_tui.reports import lab_report
from cnn_tui.reports.markdown import to_markdown
from cnn_tui.reports.run_page import read_facts, run_page

_NO_TERMINAL = 1_000  # columns: what nobody looks at is not wrapped


def show(run: RunId, as_json: AsJson = False) -> int:
    """Print one run."""
    with History() as history:
        found = find_run(history, run)
        if as_json:
            put(to_json(found))
        else:
            page = run_page(read_facts(history, found, history.events(run)))
            put_page(page, columns_of(sys.stdout) if is_terminal(sys.stdout) else _NO_TERMINAL)
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
    with History() as history:
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
