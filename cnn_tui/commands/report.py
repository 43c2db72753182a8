"""`cnn-tui report`: a lab report in Markdown."""

from __future__ import annotations

from pathlib import Path

from cnn_tui.commands.history import find_run
from cnn_tui.commands.streams import FINISHED, UserError, put, say
from cnn_tui.experiments.exercises import Place, load_set, set_names
from cnn_tui.experiments.history import History
from cnn_tui.experiments.listing import Listing, Query
from cnn_tui.experiments.report import MOST_RUNS, report
from cnn_tui.experiments.wording import quiet


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
        text = report(history, ids, _places(pack), title)
    if output is None:
        put(text.removesuffix("\n"))
        return FINISHED
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UserError(f"{quiet(str(output))} exists already and is left as it is: name another file") from None
    say(f"{quiet(str(output))} written")
    return FINISHED


def _places(pack: Path | None) -> list[Place]:
    if pack is None:
        return [load_set(name) for name in set_names()]
    from cnn_tui.experiments.packs import open_pack

    return [open_pack(pack)]
