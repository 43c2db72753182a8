"""What the table of the history pane shows, for the tests of its keys."""

from __future__ import annotations

import itertools

from textual.pilot import Pilot

from cnn_tui.ui.app import LabApp
from cnn_tui.ui.panes.history.pane import HistoryPane
from tests.ui.screen import pane, until


def row_lines(app: LabApp) -> list[str]:
    """The lines of the table's rows, without the preview below them."""
    lines = [line.strip("│") for line in pane(app, "history").splitlines()[2:-1]]
    return list(itertools.takewhile(str.strip, lines))


def order(app: LabApp) -> list[int]:
    """The numbers of the runs in the table, from above."""
    found = []
    for line in row_lines(app):
        number, *rest = [*line.strip("│").split(), "", ""][:2]
        if number.strip("*b-").isdigit() and rest != ["runs."]:
            found.append(int(number.strip("*b-")))
    return found


def current(app: LabApp) -> int | None:
    """The run under the cursor."""
    return app.lab.query_one(HistoryPane).current


def rows(app: LabApp) -> dict[int, str]:
    """The lines of the runs by their numbers."""
    numbered = ((line.split()[0].strip("*b-"), line) for line in row_lines(app))
    return {int(number): line for number, line in numbered if number.isdigit()}


def table(app: LabApp) -> list[str]:
    """The rows of the table, each with single blanks."""
    return [" ".join(line.split()) for line in row_lines(app)]


async def shows(pilot: Pilot[None], app: LabApp, *ids: int) -> None:
    """Wait until exactly these runs are in the table, in this order."""
    await until(pilot, lambda: order(app) == [*ids], f"the runs {ids}")
