"""Runs as rows of a table: the columns of `cnn-tui history`, in text, CSV and Markdown, and sorting by them."""

from __future__ import annotations

import csv
import datetime
import difflib
import io
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from rich.cells import cell_len, set_cell_size

from cnn_tui.commands.streams import UserError, bold, columns_of, is_terminal, table
from cnn_tui.experiments.run import Line
from cnn_tui.experiments.wording import found, quiet

_NARROWEST = {"name": 16, "dataset": 14}  # what can be cut on a narrow terminal, and how far
_FIRST_TO_GO = ("params", "seconds_an_epoch", "epochs")  # and the columns that go where that is not enough


class Column(NamedTuple):
    """A column: its key for --sort and CSV, its title, its value, and how the value is shown."""

    key: str
    title: str
    value: Callable[[Line], Any]
    show: Callable[[Line], str]
    right: bool = True


def _figure(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


COLUMNS: tuple[Column, ...] = (
    Column("id", "id", lambda line: line.id, lambda line: str(line.id)),
    Column("name", "name", lambda line: line.name, lambda line: quiet(line.name), right=False),
    Column("status", "status", lambda line: line.status, lambda line: line.status, right=False),
    Column("epochs", "epochs", lambda line: line.epochs_done, lambda line: f"{line.epochs_done}/{line.epochs}"),
    Column("params", "params", lambda line: line.params, lambda line: f"{line.params:,}"),
    Column("accuracy", "train acc", lambda line: line.accuracy, lambda line: _figure(line.accuracy, 4)),
    Column("test_accuracy", "test acc", lambda line: line.test_accuracy, lambda line: _figure(line.test_accuracy, 4)),
    Column(
        "seconds_an_epoch",
        "s/epoch",
        lambda line: line.pace,
        lambda line: _figure(line.pace, 1),
    ),
    Column("dataset", "dataset", lambda line: line.dataset, lambda line: quiet(line.dataset), right=False),
)
# What a spreadsheet wants beside them; they sort too.
_MORE: tuple[Column, ...] = (
    Column("loss", "loss", lambda line: line.loss, lambda line: _figure(line.loss, 4)),
    Column("test_loss", "test loss", lambda line: line.test_loss, lambda line: _figure(line.test_loss, 4)),
    Column("seconds", "seconds", lambda line: line.seconds, lambda line: _figure(line.seconds, 1)),
    Column("seed", "seed", lambda line: line.seed, lambda line: "" if line.seed is None else str(line.seed)),
    Column("created", "created", lambda line: line.created, lambda line: when(line.created), right=False),
    Column("note", "note", lambda line: line.note, lambda line: quiet(line.note, 10_000), right=False),
)


def when(created: float) -> str:
    """A time as this machine's clock showed it."""
    return datetime.datetime.fromtimestamp(created).astimezone().isoformat(sep=" ", timespec="seconds")


def in_order(lines: list[Line], key: str) -> list[Line]:
    """The lines sorted by a column: the largest or newest first, words from A to Z; `-KEY` the other way round.

    Runs without a value come last. Raises UserError for a column that is not there.
    """
    backwards, name = key.startswith("-"), key.removeprefix("-").strip().lower()
    columns = {title: column for column in (*_MORE, *COLUMNS) for title in (column.key, column.title)}
    if name not in columns:
        keys = [column.key for column in (*COLUMNS, *_MORE)]
        near = difflib.get_close_matches(name, keys, 1, 0.4)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UserError(f"--sort {found(key)} is no column; there are {', '.join(keys)}.{hint}")
    value = columns[name].value
    known = [line for line in lines if value(line) not in (None, "")]
    words = any(isinstance(value(line), str) for line in known)
    known.sort(key=lambda line: value(line).casefold() if words else value(line), reverse=words == backwards)
    return known + [line for line in lines if value(line) in (None, "")]


def matching(lines: list[Line], text: str) -> list[Line]:
    """The lines whose name, note or status has every word of `text` in it."""
    words = text.casefold().split()
    return [
        line for line in lines if all(word in f"{line.name}\n{line.note}\n{line.status}".casefold() for word in words)
    ]


def to_text(lines: list[Line]) -> str:
    """A table for people: whole in a file; on a terminal that is too narrow, names and datasets are cut."""
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


def _cut(text: str, width: int, from_start: bool) -> str:
    """The text in at most `width` cells; a dataset keeps its end, where a path has its name."""
    if cell_len(text) <= width:
        return text
    return ".." + set_cell_size(text[::-1], width - 2)[::-1] if from_start else set_cell_size(text, width - 2) + ".."


def to_csv(lines: list[Line]) -> str:
    """Every column with its exact value, a line of keys first."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.key for column in (*COLUMNS, *_MORE)])
    for line in lines:
        writer.writerow([_plain(column, line) for column in (*COLUMNS, *_MORE)])
    return text.getvalue().rstrip("\n")


def to_markdown(lines: list[Line]) -> str:
    """A table for a report."""
    rows = [[column.title for column in COLUMNS], ["---:" if column.right else "---" for column in COLUMNS]]
    rows += [[_escaped(column.show(line)) for column in COLUMNS] for line in lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _plain(column: Column, line: Line) -> Any:
    value = column.value(line)
    if isinstance(value, str) or column.key == "created":
        return column.show(line)
    return value


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return "".join(f"\\{char}" if char in "\\|`*_[]<>#" else char for char in text)
