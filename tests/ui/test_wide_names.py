"""Names in any script: what stands beside them stands in columns, whatever the cells that their characters take."""

from __future__ import annotations

import re

import pytest

from cnn_tui.artifacts.evaluation import read_evaluation
from cnn_tui.cli.history.listing import to_text
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.reports.evaluation_page import evaluation_page, matrix_lines
from cnn_tui.reports.layout import PageLayout
from cnn_tui.text import cells
from tests.test_widths import NAMES
from tests.ui import explained
from tests.ui.conftest import MakeLab
from tests.ui.made_runs import made
from tests.ui.screen import LARGE, SMALL, sees, text, until

COUNT = len(NAMES)


def ends(shown: str, pattern: str) -> list[int]:
    """The cells at which the pattern ends, in each line that has it."""
    found = [re.search(pattern, line) for line in shown.splitlines()]
    return [cells(match.string[: match.end()]) for match in found if match]


def one_column(shown: str, pattern: str, rows: int = COUNT) -> None:
    """So many lines have the pattern, all of them at the same cell."""
    places = ends(shown, pattern)
    assert len(places) == rows and len(set(places)) == 1, f"{pattern} ends at {places}\n{shown}"


@pytest.fixture
def run_id(history: History) -> int:
    """A run whose classes have those names, and whose own name, tags and note are such."""
    explained.write_images(NAMES, 60)
    run = made(history, name=f"{NAMES[1]} {NAMES[3]}")
    explained.write_predictions(run, NAMES, 60)
    return run


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_figures_beside_the_names_of_classes_are_in_columns(
    make_lab: MakeLab, run_id: int, size: tuple[int, int]
) -> None:
    app = make_lab()
    async with app.run_test(size=size) as pilot:
        await pilot.press("5")
        await sees(pilot, "model.predict()")
        one_column(text(app), r"\d+\.\d%")
        await pilot.press("m")
        await sees(pilot, "[confusion]")
        if size == SMALL:
            await pilot.press("v")
            await sees(pilot, "[classes]")
        one_column(text(app), r"0\.800   0\.750  0\.774       10")
        await pilot.press("c")
        await sees(pilot, "Images of which class?")
        one_column(text(app), r"class \d")


async def test_the_tables_of_runs_are_in_columns(make_lab: MakeLab, history: History) -> None:
    for name in NAMES:
        run = made(history, name=f"{name}: {name * 3}", accuracy=0.8125)
        notebook.change_tags(history, [run], add=[name.replace(" ", "-")])
    app = make_lab()
    async with app.run_test(size=(160, 40)) as pilot:
        await pilot.press("4", "z", "f")
        await until(pilot, lambda: len(re.findall(r"0\.8125", text(app))) >= len(NAMES), "a row for each run")
        one_column(text(app), r"0\.8125(?=.* finished )")
        one_column(text(app), r"finished (?=.*fashion_mnist  )")
    one_column(to_text(history.lines(), {}), r"0\.8125")


def test_pages_and_the_matrix_are_in_columns(run_id: int, history: History) -> None:
    found, run = read_evaluation(run_id), history.run(run_id)
    assert run is not None
    head, *rows = matrix_lines(found, 80)
    for number, row in enumerate(rows):
        below = cells(head[: head.index(str(number))]) + 1
        assert cells(row[: row.index("]")]) == below, "the diagonal is below its number"
    page = PageLayout(80).lines(evaluation_page(run, found).blocks)
    lines = "\n".join("".join(words for words, _ in line) for line in page)
    one_column(lines, r"0\.8000  0\.7500  0\.7740      10")
