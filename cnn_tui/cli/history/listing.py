"""`cnn-tui history`: the table of all runs, in text, JSON, CSV and Markdown."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from cnn_tui.cli.history.groups import lines_of_groups
from cnn_tui.cli.parser import AsJson
from cnn_tui.cli.printing import bold, table
from cnn_tui.cli.runs import open_history, to_json
from cnn_tui.cli.streams import FINISHED, UserError, columns_of, is_terminal, put, say
from cnn_tui.experiment.file_errors import found
from cnn_tui.experiment.names import ShortName, brief_name
from cnn_tui.history.ending import status_in_words
from cnn_tui.history.history import History
from cnn_tui.history.run import Line, Run
from cnn_tui.history.table.columns import COLUMNS, RunColumn
from cnn_tui.history.table.listing import Listing, Query
from cnn_tui.history.table.short_names import ShortNames
from cnn_tui.reports.blocks import TextTable
from cnn_tui.reports.markdown import markdown_lines
from cnn_tui.text import cells, cut, did_you_mean, quiet

_FEW = 500  # runs that are read one by one
_LONGEST, _LONGEST_NOTE = 200, 10_000  # characters of a name, of a note


def history(
    words: Annotated[
        str, typer.Option("--filter", metavar="EXPR", help="As acc>0.9 tag:lab1 !failed, or words of names and notes.")
    ] = "",
    sort: Annotated[str, typer.Option(metavar="KEY", help="A column; -KEY is the other way round.")] = "id",
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with every column.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
    archived: Annotated[bool, typer.Option("--archived", help="Archived runs too.")] = False,
    groups: Annotated[
        bool, typer.Option("--groups", help="Runs that differ by their seeds alone in one row: mean and spread.")
    ] = False,
) -> int:
    """Print the runs that a filter leaves, the newest first."""
    if as_json + as_csv + as_markdown > 1:
        raise UserError("only one of --json, --csv and --markdown at a time")
    column, reverse = sorting(sort)
    with open_history() as opened:
        listing = Listing(opened, Query(words, column, reverse, archived, groups))
        if groups and listing.count():
            form = "json" if as_json else "csv" if as_csv else "markdown" if as_markdown else "text"
            for line in lines_of_groups(opened, listing, form):
                put(line)
            return FINISHED
        if as_json:
            for run in _in_full(opened, listing.ids()):
                put(to_json(run))
            return FINISHED
        lines = listing.lines()
        names = {} if as_csv or as_markdown else ShortNames(opened).of(lines)
        nothing = "" if lines else _nothing(opened, words)
    if as_csv:
        put(to_csv(lines))
    elif as_markdown:
        put(to_markdown(lines))
    elif lines:
        put(to_text(lines, names))
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
# And the columns that go where that is not enough.
_FIRST_TO_GO = ("params", "pace", "tested_epoch", "train_images", "epochs_done")


_SHOWN = tuple(
    COLUMNS[key]
    for key in (
        *("id", "name", "status", "epochs_done", "params", "accuracy", "test_accuracy", "pace", "dataset"),
        *("train_images", "tested_epoch"),
    )
)
_ALL = (
    *_SHOWN[:9],
    *(COLUMNS[key] for key in ("loss", "test_loss", "seconds", "seed", "created", "note", "gap", "val_loss")),
    *(COLUMNS[key] for key in ("val_accuracy", "tags", "exercise", "train_images", "test_images", "tested_epoch")),
)
"""The columns of CSV, where new ones come last; they sort too."""
# What the filter calls them.
_ALSO = {"acc": "test_accuracy", "test": "test_accuracy", "train": "accuracy", "val": "val_accuracy", "run": "id"}


def sorting(key: str) -> tuple[str, bool]:
    """The key of COLUMNS that a column's name is, and whether `-` turned it round.

    The largest or newest come first and words go from A to Z; `-KEY` is the other way round. Raises UserError for a
    column that is not there.
    """
    backwards, name = key.startswith("-"), key.removeprefix("-").strip().lower()
    columns = {title: column for column in _ALL[::-1] for title in (column.key, column.title, column.name)}
    column = columns.get(_ALSO.get(name, name or "nothing"))
    if column is None:
        names = [one.name for one in _ALL]
        hint = did_you_mean(name, [*_ALSO, *names])
        raise UserError(f"--sort {found(key)} is no column; there are {', '.join(names)}.{hint}")
    return column.key, backwards


def to_text(lines: list[Line], names: Mapping[int, ShortName]) -> str:
    """A table for people. Names and datasets are cut to a terminal that is too narrow; in a file, very long names.

    `names` are the short names of the runs: what tells them apart comes first where a name is cut.
    """
    columns = list(_SHOWN)
    room = columns_of(sys.stdout) if is_terminal(sys.stdout) else None
    made = _table(columns, lines, names)
    for column in (None, *_FIRST_TO_GO):
        if room is None or max(map(cells, made)) <= room:
            break
        columns = [kept for kept in columns if kept.key != column]
        made = _table(columns, lines, names, room)
    heading, *rest = made
    return "\n".join([bold(heading), *rest])


def _table(
    columns: list[RunColumn], lines: list[Line], names: Mapping[int, ShortName], room: int | None = None
) -> list[str]:
    titles = [column.title if room is None else column.title.removesuffix(" acc") for column in columns]
    rows = [titles, *([_shown(column, line, short=room is not None) for column in columns] for line in lines)]
    if room is None:
        _cut_names(columns, rows, lines, names, _WIDEST_NAME)
    right = [at for at, column in enumerate(columns) if column.right]
    made = table(rows, right)
    for at, column in enumerate(columns):
        least = _NARROWEST.get(column.key)
        excess = 0 if room is None else max(map(cells, made)) - room
        if least is None or excess <= 0:
            continue
        keep = max(least, max(cells(row[at]) for row in rows) - excess)
        if column.key == "name":
            _cut_names(columns, rows, lines, names, keep)
        for row in rows[1:] if column.key == "dataset" else ():
            row[at] = cut(row[at], keep, "..", from_start=True)  # a path has its name at the end
        made = table(rows, right)
    return made


def _cut_names(
    columns: list[RunColumn], rows: list[list[str]], lines: list[Line], names: Mapping[int, ShortName], widest: int
) -> None:
    """Cut the names; where one is too long, all tell first what is theirs alone, or a grid's would be alike."""
    at = [column.key for column in columns].index("name")
    if max((cells(row[at]) for row in rows), default=0) <= widest:
        return
    for row, line in zip(rows[1:], lines, strict=True):
        row[at] = cut(quiet(brief_name(line.name, names.get(line.id) or ShortName(line.name))), widest, "..")


def to_csv(lines: list[Line]) -> str:
    """Every column with its exact value, a line of keys first.

    Words that a spreadsheet would take for a formula have an apostrophe before them.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*(column.name for column in _ALL), "ending", "group"])
    for line in lines:
        writer.writerow([*(_plain(column, line) for column in _ALL), line.ending, line.group])
    return text.getvalue().rstrip("\n")


def to_markdown(lines: list[Line]) -> str:
    rows = [[_shown(column, line) for column in _SHOWN] for line in lines]
    right = [at for at, column in enumerate(_SHOWN) if column.right]
    return "\n".join(markdown_lines([TextTable([column.title for column in _SHOWN], rows, right)]))


def _plain(column: RunColumn, line: Line) -> Any:
    if column.right or column.key == "status":  # for programs, its old word
        return getattr(line, column.key)
    shown = _shown(column, line)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown


def _shown(column: RunColumn, line: Line, *, short: bool = False) -> str:
    if short and column.key == "status":
        return status_in_words(line.status, line.ending, short=True) + (", loss nan" if line.lost else "")
    return quiet(column.show(line), _LONGEST_NOTE if column.key == "note" else _LONGEST)
