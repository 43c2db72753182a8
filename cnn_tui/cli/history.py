"""`cnn-tui history`: the table of all runs, in text, JSON, CSV and Markdown."""

from __future__ import annotations

import csv
import datetime
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, NamedTuple

import typer
from rich.cells import cell_len, set_cell_size

from cnn_tui.cli.parser import AsJson
from cnn_tui.cli.printing import bold, table
from cnn_tui.cli.runs import to_json
from cnn_tui.cli.streams import FINISHED, UserError, columns_of, is_terminal, put, say
from cnn_tui.experiment.file_errors import found
from cnn_tui.history.history import History
from cnn_tui.history.listing import Listing, Query
from cnn_tui.history.run import Line, Run
from cnn_tui.reports.blocks import TextTable
from cnn_tui.reports.markdown import markdown_lines
from cnn_tui.text import did_you_mean, quiet

_FEW = 500  # runs that are read one by one


def history(
    words: Annotated[
        str, typer.Option("--filter", metavar="EXPR", help="As acc>0.9 tag:lab1 !failed, or words of names and notes.")
    ] = "",
    sort: Annotated[str, typer.Option(metavar="KEY", help="A column; -KEY is the other way round.")] = "id",
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with every column.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
    archived: Annotated[bool, typer.Option("--archived", help="Archived runs too.")] = False,
) -> int:
    """Print the runs that a filter leaves, the newest first."""
    if as_json + as_csv + as_markdown > 1:
        raise UserError("only one of --json, --csv and --markdown at a time")
    column, reverse = sorting(sort)
    with History() as opened:
        listing = Listing(opened, Query(words, column, reverse, archived))
        if as_json:
            for run in _in_full(opened, listing.ids()):
                put(to_json(run))
            return FINISHED
        lines = listing.lines()
        nothing = "" if lines else _nothing(opened, words)
    if as_csv:
        put(to_csv(lines))
    elif as_markdown:
        put(to_markdown(lines))
    elif lines:
        put(to_text(lines))
    else:
        say(nothing)
    return FINISHED


def _in_full(history: History, ids: Sequence[int]) -> Iterator[Run]:
    """The runs with their epochs, in the order of `ids`."""
    if len(ids) <= _FEW:
        found = (history.run(one) for one in ids)
    else:
        runs = {run.id: run for run in history.runs()}
        found = (runs.get(one) for one in ids)
    return (run for run in found if run is not None)


def _nothing(history: History, words: str) -> str:
    if words.strip():
        return "No run passes the filter. As one: acc>0.9 tag:lab1 !failed, or words of names and notes."
    if history.count():
        return "All runs are archived: --archived lists them."
    return "No run yet: cnn-tui run lab1-baseline makes the first."


_NARROWEST = {"name": 16, "dataset": 14}  # what can be cut on a narrow terminal, and how far
_WIDEST_NAME = 60  # where there is no terminal: one long name would pad every other
_FIRST_TO_GO = ("params", "seconds_an_epoch", "epochs")  # and the columns that go where that is not enough


class Column(NamedTuple):
    """A column: its key for --sort and CSV, its title, its value, how that is shown, and what SORTS calls it."""

    key: str
    title: str
    value: Callable[[Line], Any]
    show: Callable[[Line], str]
    right: bool = True
    sort: str = ""


def _figure(key: str, title: str, field: str, digits: int) -> Column:
    def show(line: Line) -> str:
        value = getattr(line, field)
        return "" if value is None else f"{value:.{digits}f}"

    return Column(key, title, lambda line: getattr(line, field), show, sort=field)


COLUMNS: tuple[Column, ...] = (
    Column("id", "id", lambda line: line.id, lambda line: str(line.id)),
    Column("name", "name", lambda line: line.name, lambda line: quiet(line.name), right=False),
    Column(
        "status",
        "status",
        lambda line: line.status,
        lambda line: line.status,
        right=False,
    ),
    Column(
        "epochs",
        "epochs",
        lambda line: line.epochs_done,
        lambda line: f"{line.epochs_done}/{line.epochs}",
        sort="epochs_done",
    ),
    Column("params", "params", lambda line: line.params, lambda line: f"{line.params:,}"),
    _figure("accuracy", "train acc", "accuracy", 4),
    _figure("test_accuracy", "test acc", "test_accuracy", 4),
    _figure("seconds_an_epoch", "s/epoch", "pace", 1),
    Column("dataset", "dataset", lambda line: line.dataset, lambda line: quiet(line.dataset), right=False),
)
# What a spreadsheet wants beside them; they sort too.
_MORE: tuple[Column, ...] = (
    _figure("loss", "loss", "loss", 4),
    _figure("test_loss", "test loss", "test_loss", 4),
    _figure("seconds", "seconds", "seconds", 1),
    Column("seed", "seed", lambda line: line.seed, lambda line: "" if line.seed is None else str(line.seed)),
    Column("created", "created", lambda line: line.created, lambda line: when(line.created), right=False),
    Column("note", "note", lambda line: line.note, lambda line: quiet(line.note, 10_000), right=False),
    _figure("gap", "gap", "gap", 4),
    _figure("val_loss", "val loss", "val_loss", 4),
    _figure("val_accuracy", "val acc", "val_accuracy", 4),
    Column("tags", "tags", lambda line: " ".join(line.tags), lambda line: quiet(" ".join(line.tags)), right=False),
    Column("exercise", "exercise", lambda line: line.exercise, lambda line: quiet(line.exercise), right=False),
)
# What the filter calls them.
_ALSO = {"acc": "test_accuracy", "test": "test_accuracy", "train": "accuracy", "val": "val_accuracy", "run": "id"}


def when(created: float) -> str:
    """A time as this machine's clock showed it."""
    return datetime.datetime.fromtimestamp(created).astimezone().isoformat(sep=" ", timespec="seconds")


def sorting(key: str) -> tuple[str, bool]:
    """The key of SORTS that a column's name is, and whether `-` turned it round.

    The largest or newest come first and words go from A to Z; `-KEY` is the other way round. Raises UserError for a
    column that is not there.
    """
    backwards, name = key.startswith("-"), key.removeprefix("-").strip().lower()
    columns = {title: column for column in (*_MORE, *COLUMNS) for title in (column.key, column.title, column.sort)}
    column = columns.get(_ALSO.get(name, name or "nothing"))
    if column is None:
        keys = [one.key for one in (*COLUMNS, *_MORE)]
        hint = did_you_mean(name, keys)
        raise UserError(f"--sort {found(key)} is no column; there are {', '.join(keys)}.{hint}")
    return column.sort or column.key, backwards


def to_text(lines: list[Line]) -> str:
    """A table for people. Names and datasets are cut to a terminal that is too narrow; in a file, very long names."""
    columns = list(COLUMNS)
    room = columns_of(sys.stdout) if is_terminal(sys.stdout) else None
    made = _table(columns, lines)
    for column in (None, *_FIRST_TO_GO):
        if room is None or max(map(cell_len, made)) <= room:
            break
        columns = [kept for kept in columns if kept.key != column]
        made = _table(columns, lines, room)
    heading, *rest = made
    return "\n".join([bold(heading), *rest])


def _table(columns: list[Column], lines: list[Line], room: int | None = None) -> list[str]:
    titles = [column.title if room is None else column.title.removesuffix(" acc") for column in columns]
    rows = [titles, *([column.show(line) for column in columns] for line in lines)]
    if room is None:
        at = [column.key for column in columns].index("name")
        rows = [[_cut(cell, _WIDEST_NAME) if place == at else cell for place, cell in enumerate(row)] for row in rows]
    right = [at for at, column in enumerate(columns) if column.right]
    made = table(rows, right)
    for at, column in enumerate(columns):
        least = _NARROWEST.get(column.key)
        excess = 0 if room is None else max(map(cell_len, made)) - room
        if least is None or excess <= 0:
            continue
        keep = max(least, max(cell_len(row[at]) for row in rows) - excess)
        for row in rows[1:]:
            row[at] = _cut(row[at], keep, from_start=column.key == "dataset")
        made = table(rows, right)
    return made


def _cut(text: str, width: int, from_start: bool = False) -> str:
    """The text in at most `width` cells; a dataset keeps its end, where a path has its name."""
    if cell_len(text) <= width:
        return text
    return ".." + set_cell_size(text[::-1], width - 2)[::-1] if from_start else set_cell_size(text, width - 2) + ".."


def to_csv(lines: list[Line]) -> str:
    """Every column with its exact value, a line of keys first.

    Words that a spreadsheet would take for a formula have an apostrophe before them.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.key for column in (*COLUMNS, *_MORE)])
    for line in lines:
        writer.writerow([_plain(column, line) for column in (*COLUMNS, *_MORE)])
    return text.getvalue().rstrip("\n")


def to_markdown(lines: list[Line]) -> str:
    """A table for a report."""
    rows = [[column.show(line) for column in COLUMNS] for line in lines]
    right = [at for at, column in enumerate(COLUMNS) if column.right]
    return "\n".join(markdown_lines([TextTable([column.title for column in COLUMNS], rows, right)]))


def _plain(column: Column, line: Line) -> Any:
    value = column.value(line)
    if isinstance(value, str) or column.key == "created":
        shown = column.show(line)
        return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown
    return value
