"""What `cnn-tui history --groups` prints: runs that differ by their seeds alone as one row, with mean and spread."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from cnn_tui.cli.printing import encoded, styled
from cnn_tui.cli.streams import columns_of, is_terminal
from cnn_tui.experiment.names import ShortName, brief_name, without_seed
from cnn_tui.history.ending import status_in_words
from cnn_tui.history.history import History
from cnn_tui.history.spread import Spread
from cnn_tui.history.table.folding import FIGURES, FoldedLine
from cnn_tui.history.table.listing import Listing
from cnn_tui.history.table.short_names import ShortNames
from cnn_tui.reports.blocks import TextTable
from cnn_tui.reports.layout import PageLayout
from cnn_tui.reports.markdown import markdown_lines
from cnn_tui.text import cells, cut, quiet

_WIDEST_NAME, _WIDEST_RUNS = 32, 16
_WIDEST_IN_A_FILE = 60
_OF_THE_EXPERIMENT = ("experiment", "fingerprint", "dataset", "train_images", "test_images", "params")
_HEADING = ("runs", "name", "status", "params", "train acc", "test acc", "s/epoch", "dataset")
_RIGHT, _SPARE = (3, 4, 5, 6), (4, 3, 2, 6)
_NO_TERMINAL = 1_000  # columns: what nobody looks at is not wrapped


def lines_of_groups(history: History, listing: Listing, form: str) -> Iterator[str]:
    """The rows of a listing that is folded, as lines: in the form "json", "csv", "markdown" or "text"."""
    if form == "json":
        return (encoded(_to_json(history, row)) for row in listing.rows())
    rows = listing.rows()
    if form == "csv":
        return iter([_to_csv(rows)])
    on_terminal = form == "text" and is_terminal(sys.stdout)
    names = ShortNames(history).of([row.line for row in rows])
    shown = [_shown(row, names[row.line.id], _WIDEST_NAME if on_terminal else _WIDEST_IN_A_FILE) for row in rows]
    made = TextTable(_HEADING, shown, _RIGHT, _SPARE, fits=True)
    if form == "markdown":
        return iter(markdown_lines([made]))
    width = columns_of(sys.stdout) if on_terminal else _NO_TERMINAL
    return ("".join(styled(words, style) for words, style in line) for line in PageLayout(width).block(made))


def _to_json(history: History, row: FoldedLine) -> dict[str, Any]:
    run = history.run(row.line.id)
    plain = run.to_json() if run is not None else {}
    of_all = {name: plain.get(name) for name in _OF_THE_EXPERIMENT}
    if row.repeats is not None and of_all["experiment"] is not None:
        of_all["experiment"]["training"]["seed"] = None
    return {
        "group": row.line.group,
        "runs": _runs(row),
        "seeds": _seeds(row),
        "name": row.line.name,
        "status": row.line.status,
        "ending": row.line.ending,
        "tags": row.line.tags,
        **of_all,
        "figures": {
            name: {"n": spread.n, "mean": spread.mean, "deviation": spread.deviation}
            for name, spread in _figures(row).items()
        },
    }


def _to_csv(rows: Sequence[FoldedLine]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    figures = [title for name in FIGURES for title in (name, f"{name}_deviation")]
    first = ("group", "runs", "seeds", "name", "status", "ending", "dataset", "tags", "params", "epochs")
    writer.writerow([*first, *figures])
    for row in rows:
        line = row.line
        words = (line.name, line.status, line.ending, line.dataset, " ".join(line.tags))
        values = [value for spread in _figures(row).values() for value in (spread.mean, spread.deviation)]
        runs = " ".join(map(str, _runs(row)))
        writer.writerow([line.group, runs, _seeds(row), *map(_harmless, words), line.params, line.epochs_done, *values])
    return text.getvalue().rstrip("\n")


def _harmless(words: str) -> str:
    """Words that a spreadsheet would take for a formula have an apostrophe before them."""
    shown = quiet(words)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown


def _shown(row: FoldedLine, short: ShortName, widest: int) -> list[str]:
    """The cells of a row; where its name is wider than it may be, what tells it from the others comes first."""
    line, figures = row.line, _figures(row)
    name = quiet(line.name)
    if cells(name) > widest:
        name = quiet(brief_name(without_seed(line.name), short))
    return [
        cut(", ".join(map(str, _runs(row))), _WIDEST_RUNS, ".."),
        cut(name, widest, ".."),
        status_in_words(line.status, line.ending),
        f"{line.params:,}",
        *(_figure(figures[name], 4) for name in ("accuracy", "test_accuracy")),
        _figure(figures["pace"], 1),
        quiet(line.dataset),
    ]


def _figure(spread: Spread, digits: int) -> str:
    around = "" if spread.deviation is None else f" ± {spread.deviation:.{digits}f}"
    return "" if spread.mean is None else f"{spread.mean:.{digits}f}{around}"


def _runs(row: FoldedLine) -> Sequence[int]:
    return sorted(row.repeats.runs) if row.repeats else (row.line.id,)


def _seeds(row: FoldedLine) -> int:
    return row.repeats.seeds if row.repeats else 1


def _figures(row: FoldedLine) -> dict[str, Spread]:
    if row.repeats is not None:
        return row.repeats.figures
    values = {name: getattr(row.line, name) for name in FIGURES}
    return {name: Spread(int(value is not None), value, None) for name, value in values.items()}
