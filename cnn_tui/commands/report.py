"""`cnn-tui report`: a lab report in Markdown."""

from __future__ import annotations

from pathlib import Path

from cnn_tui.commands.damaged import say_damage
from cnn_tui.commands.history import find_run
from cnn_tui.commands.new_file import deliver
from cnn_tui.commands.streams import FINISHED, UserError, say
from cnn_tui.exercises.packs import places_of
from cnn_tui.history.history import History
from cnn_tui.history.listing import Listing, Query
from cnn_tui.reports.lab_report import MOST_RUNS, report


def write_report(runs: list[int], words: str, title: str, pack: Path | None, output: Path | None) -> int:
    """Write the report on runs, on those that a filter leaves, or on all that are not archived."""
    if runs and words:
        raise UserError("name runs or give a --filter, not both")
    with History() as history:
        ids = [find_run(history, one).id for one in dict.fromkeys(runs)]
        if not ids:
            ids = list(Listing(history, Query(words, "id", reverse=True)).ids())
        if not ids:
            raise UserError("there is no run to report on" + (" that passes the filter" if words else ""))
        if len(ids) > MOST_RUNS:
            say(f"the table has the first {MOST_RUNS} of {len(ids):,} runs; --filter chooses")
        say_damage(run for one in ids[:MOST_RUNS] if (run := history.run(one)) is not None)
        text = report(history, ids, places_of(pack), title)
    deliver(text, output)
    return FINISHED
