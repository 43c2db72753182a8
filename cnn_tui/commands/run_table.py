"""Runs as rows of a table: the columns of `cnn-tui history`, in text, CSV and Markdown, and sorting by them."""

from __future__ import annotations

import csv
import datetime
import difflib
import io
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from cnn_tui.commands.streams import UserError, bold, columns_of, is_terminal, table
from cnn_tui.experiments.run import Line
from cnn_tui.experiments.wording import found, quiet

_NARROWEST_NAME = 12


class Column(NamedTuple):
    """A column: its key for --sort and CSV, its title, its value, and how the value is shown."""

    key: str
    title: str
    value: Callable[[Line], Any]
    show: Callable[[Line], str]
    right: bool = True


def seconds_an_epoch(line: Line) -> float | None:
    """The mean time of the epochs that are done."""
    return line.seconds / line.epochs_done if line.epochs_done and line.seconds else None


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
    Column("seconds_an_epoch", "s/epoch", seconds_an_epoch, lambda line: _figure(seconds_an_epoch(line), 1)),
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
    """A table for people; on a terminal the names give way where it is too narrow."""
    rows = [[column.title for column in COLUMNS], *([column.show(line) for column in COLUMNS] for line in lines)]
    right = [at for at, column in enumerate(COLUMNS) if column.right]
    made = table(rows, right)
    excess = max(map(len, made)) - columns_of(sys.stdout)
    if excess > 0 and is_terminal(sys.stdout):
        names = max(len(row[1]) for row in rows)
        keep = max(_NARROWEST_NAME, names - excess)
        for row in rows:
            row[1] = row[1] if len(row[1]) <= keep else f"{row[1][: keep - 2]}.."
        made = table(rows, right)
    heading, *rest = made
    return "\n".join([bold(heading), *rest])


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
