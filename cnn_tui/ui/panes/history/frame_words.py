"""What stands in the frame of the history pane: how many runs the table has, and in what order."""

from __future__ import annotations

from cnn_tui.history.table.columns import COLUMNS
from cnn_tui.text import counted, quiet
from cnn_tui.ui.panes.history.columns import OTHER_DATA
from cnn_tui.ui.panes.history.runs_table import RunsTable
from cnn_tui.ui.panes.history.table_layout import arrow


def frame_words(rows: RunsTable) -> str:
    """`3 of 12 runs · 2 marked · Test ▼ · fashion_mnist`: what is shown of the runs, and what is not as usual."""
    listing, query, marked = rows.listing, rows.listing.query, len(rows.marked)
    count, folded = listing.count(), listing.count_folded()
    if query.filter:
        words = [f"{count:,} of {counted(listing.total(), 'run')}"]
    else:
        words = [counted(count, "run") if count else "no runs yet"]
    words += [f"{folded:,} folded"] if folded else []
    words += [f"{marked:,} marked"] if marked else []
    words += ["archived too"] if query.archived else []
    if query.sort != "id" or query.reverse:
        words.append(f"{COLUMNS[query.sort].lab_title}{arrow(query.sort, query.reverse)}")
    words += [f"{OTHER_DATA} other data"] if rows.ranked is not None else []
    words += [quiet(rows.dataset, 30)] if rows.dataset else []  # last: where there is no room, it is cut
    return " · ".join(words)
