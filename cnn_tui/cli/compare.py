"""`cnn-tui compare`: runs side by side, by default only what differs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cnn_tui.analysis import compare as analysis
from cnn_tui.analysis.compare import baseline_of
from cnn_tui.analysis.verdict import BY_COMMAND, sentences, verdicts
from cnn_tui.cli.parser import AsJson
from cnn_tui.cli.printing import put_json, put_page
from cnn_tui.cli.runs import find_run
from cnn_tui.cli.streams import FINISHED, UserError, columns_of
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.reports.comparison import Compared, comparison_page

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
        found = analysis.compare(compared, baseline_of(compared, notebook.pinned(history)))
        base = next(run for run in compared if run.id == found.baseline)
        said = verdicts(history, compared, base)
    if as_json:
        whole = found.to_json(everything) | {"verdicts": [one.to_json() for one in said]}
        put_json(whole)
    else:
        page = comparison_page(Compared(found, compared, everything, sentences(said, BY_COMMAND)))
        put_page(page, columns_of(sys.stdout))
    return FINISHED
