"""The lab report, written to a file: on the runs that the history's filter leaves, and on the exercises."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.history.history import History
from cnn_tui.history.table.listing import Listing, Query
from cnn_tui.reports.lab_report import report
from cnn_tui.reports.markdown import to_markdown
from cnn_tui.text import counted
from cnn_tui.ui.commands.files import new_file, saved
from cnn_tui.ui.dialogs.ask import AskScreen
from cnn_tui.ui.dialogs.dialog import Conversation, Said


async def write_report(talk: Conversation, history: History, query: Query, places: Sequence[SetPlace]) -> None:
    """Ask for a new file and write the report to it, beside the keys."""
    # The history pane reads only while it is seen: it may not know the newest runs.
    runs = list(Listing(history, query._replace(sort="id", reverse=True, folded=False)).ids())
    if not runs:
        talk.say("There is no run to report on" + (" that passes the filter." if query.filter else "."))
        return
    accept = functools.partial(new_file, suffix=".md")
    hint = f"A file that ends in .md. {counted(len(runs), 'run')}, the newest last."
    answer = await talk.ask(AskScreen("Write the lab report to", "lab-report.md", accept, hint))
    if answer is None:
        return
    path = Path(str(answer[0]))

    def write() -> Said:
        with History(history.path) as own:
            return saved(path, to_markdown(report(own, runs, places)))

    talk.beside(write)  # its verdicts load scipy, and each of many runs has its curves
