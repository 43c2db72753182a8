"""Pages: what the lab, the command line and Markdown say of the same thing is the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from markdown_it import MarkdownIt

from cnn_tui.exercises import answers
from cnn_tui.exercises.catalogue import load_set
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.reports.blocks import (
    Block,
    Bullet,
    Difference,
    Fact,
    Heading,
    Page,
    Paragraph,
    Quote,
    SideBySide,
    TextTable,
    Words,
)
from cnn_tui.reports.lab_report import report
from cnn_tui.reports.layout import PageLayout
from cnn_tui.reports.markdown import to_markdown
from cnn_tui.ui.app import LabApp
from cnn_tui.ui.screens.compare import CompareScreen
from cnn_tui.ui.screens.exercises import ExercisesScreen
from cnn_tui.ui.screens.run_page import RunScreen
from cnn_tui.ui.widgets.page_view import PageView
from tests.cli.command import cnn_tui
from tests.ui.conftest import MakeLab
from tests.ui.made_runs import made
from tests.ui.screen import LARGE, sees, until

NOTE = "first *line* | with marks\n- and a second line"


@pytest.fixture(autouse=True)
def runs(history: History) -> None:
    """Two experiments, each over two seeds, with notes; the first run is the baseline; an exercise is answered."""
    for seed, accuracy in ((1, 0.90), (2, 0.91)):
        for name, more in (("lab1-baseline", 0.0), ("lab1-64-filters", seed / 100)):
            made(history, load_preset(name).with_training(seed=seed), accuracy + more, val_losses=(0.5, 0.3, 0.4, 0.5))
            history.store.execute("UPDATE runs SET seed = ? WHERE id = (SELECT max(id) FROM runs)", (seed,))
    notebook.pin(history, 1)
    notebook.note(history, 2, NOTE)
    notebook.change_tags(history, [2], ["lab1"])
    answers.predict(history, "lab1", "64-filters", {"accuracy": "up"})
    answers.conclude(history, "lab1", "64-filters", NOTE)


def plain(words: Words) -> str:
    return words if isinstance(words, str) else "".join(one.words for one in words)


def said(block: Block) -> Iterator[str]:
    """What a block says, in pieces that each stand together wherever it is shown."""
    match block:
        case Heading(words) | Paragraph(words) | Bullet(words):
            yield plain(words)
        case Fact(label, value) if value:
            yield label
            yield from plain(value).splitlines()
        case Quote(text):
            yield from text.splitlines()
        case TextTable(heading, rows):
            yield from (cell for row in (heading, *rows) for cell in row)
        case Difference(lines):
            yield from (line.text for line in lines)
        case SideBySide(heads, groups):
            sides = [*heads, *(side for group in groups for side in group)]
            yield from (word for side in sides for cell in (side.key, *side.cells) for word in plain(cell).split())


def assert_says(text: str, blocks: Sequence[Block]) -> None:
    """The text has all that the blocks say, however its lines are broken."""
    whole = "".join(text.split())
    missing = [words for block in blocks for words in said(block) if "".join(words.split()) not in whole]
    assert missing == []


def as_read(page: Page) -> str:
    """The words of a page's Markdown, as a reader of it sees them."""
    tokens = MarkdownIt("commonmark").enable("table").parse(to_markdown(page))
    inline = [child.content for token in tokens for child in token.children or ()]
    return "\n".join([*inline, *(token.content for token in tokens if token.type == "fence")])


def in_the_lab(app: LabApp) -> str:
    view = app.screen.query_one(PageView)
    return "\n".join(line.plain for line in view.lay_out(view.size.width))


async def test_a_run_is_the_same_everywhere(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "f", "j", "j", "enter")
        await sees(pilot, "fingerprint")
        assert isinstance(app.screen, RunScreen) and app.screen.run_id == 2
        page = app.screen._page
        assert len(page.blocks) > 30
        assert_says(in_the_lab(app), page.blocks)
    assert_says(cnn_tui("show", "2", COLUMNS="80").out, page.blocks)
    assert_says(as_read(page), page.blocks)


@pytest.mark.parametrize("everything", [False, True])
async def test_a_comparison_is_the_same_everywhere(make_lab: MakeLab, everything: bool) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "f", *["space", "j"] * 4, "C" if everything else "c")
        await sees(pilot, "4 runs, against run 1")
        screen = app.screen
        assert isinstance(screen, CompareScreen)
        await until(pilot, lambda: screen._verdicts is not None, "the verdicts", 60)
        blocks = [*screen.build(200)]
        shown = "\n".join(line.plain for line in app.screen.query_one(PageView).lay_out(200))
        assert_says(shown, blocks)
        assert "repeat with R" in shown
    # Runs are repeated by a key in the lab, by a command elsewhere.
    blocks = [block for block in blocks if not (isinstance(block, Paragraph) and "repeat with R" in str(block.words))]
    answer = cnn_tui("compare", "4", "3", "2", "1", *(["--all"] if everything else []), COLUMNS="80").out
    # In the lab a piece of a run's line stands before its number.
    assert_says(answer, [block for block in blocks if not isinstance(block, SideBySide)])
    assert_says(answer, [block._replace(heads=block.heads[1:]) for block in blocks if isinstance(block, SideBySide)])
    assert_says(as_read(Page("", blocks)), blocks)


async def test_an_exercise_is_the_same_everywhere(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("x", "j", "j")
        screen = app.screen
        assert isinstance(screen, ExercisesScreen) and screen.chosen.key == "lab1/64-filters"
        await sees(pilot, "The notes conclude", 60)
        page = screen._page()
        assert_says(in_the_lab(app), page.blocks)
    assert_says(cnn_tui("exercises", "64-filters", COLUMNS="80").out, page.blocks)
    assert_says(as_read(page), page.blocks)


def test_a_report_says_in_a_terminal_what_it_says_in_markdown(history: History) -> None:
    page = report(history, [1, 2, 3, 4], [load_set("lab1")])
    lines = PageLayout(100).lines(page.blocks)
    assert_says("\n".join("".join(one.words for one in line) for line in lines), page.blocks)
    assert_says(as_read(page), page.blocks)
