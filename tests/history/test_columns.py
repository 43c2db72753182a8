"""The columns of the table of runs: everybody who shows, sorts, filters or prints runs has the same ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

from cnn_tui.cli.history import listing as printed
from cnn_tui.history.history import History
from cnn_tui.history.table.columns import COLUMNS
from cnn_tui.history.table.filter import FIGURES
from cnn_tui.reports.lab_report import report
from cnn_tui.reports.markdown import to_markdown
from cnn_tui.ui.panes.history.columns import FIELD
from tests.benchmarks.fill_history import fill


@pytest.fixture
def history() -> Iterator[History]:
    """A few made-up runs."""
    with History() as opened:
        fill(opened, 5, epochs=2)
        yield opened


@pytest.mark.parametrize("key", COLUMNS)
def test_sql_has_the_value_that_is_shown(history: History, key: str) -> None:
    column = COLUMNS[key]
    values = dict(history.store.execute(f"SELECT id, {column.expression} FROM runs").fetchall())
    for line in history.lines():
        shown = getattr(line, key)
        if key == "tags":
            assert (values[line.id] is not None) == bool(shown) == bool(column.show(line))
        else:
            assert values[line.id] == (pytest.approx(shown) if isinstance(shown, float) else shown)
            assert column.show(line) or shown in (None, "")


def test_everybody_has_these_columns(history: History) -> None:
    (line, *_) = lines = history.lines()
    assert [key for key in FIELD if key != "same"] == [*COLUMNS]
    (record, *_) = csv.DictReader(io.StringIO(printed.to_csv(lines)))
    assert {*record} == {*(column.name for column in COLUMNS.values()), "ending", "group"}
    for column in COLUMNS.values():
        assert printed.sorting(column.name) == printed.sorting(column.title) == (column.key, False)
    assert {column.key for column in FIGURES.values()} < {*COLUMNS}
    for page in (printed.to_markdown(lines), to_markdown(report(history, [line.id]))):
        for key in ("test_accuracy", "pace", "params", "epochs_done"):
            assert COLUMNS[key].title in page and f"| {COLUMNS[key].show(line)} |" in page
