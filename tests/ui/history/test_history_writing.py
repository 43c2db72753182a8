"""What keys of the history pane write into runs: notes, tags, names, the archive; and that undo takes it back."""

from __future__ import annotations

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.history.history_rows import order, rows, shows
from tests.ui.screen import LARGE, pane, sees, text, until


@pytest.mark.usefixtures("four_runs")
async def test_archived_runs_go_and_u_brings_them_back(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "d")
        await sees(pilot, "Run 4 is archived; u undoes it.")
        await shows(pilot, app, 3, 2, 1)
        await pilot.press("space", "j", "j", "space", "d")
        await sees(pilot, "Runs 1 and 3 are archived")
        await shows(pilot, app, 2)
        assert "marked" not in pane(app, "history")
        await pilot.press("u")
        await shows(pilot, app, 3, 2, 1)
        await pilot.press("u")
        await shows(pilot, app, 4, 3, 2, 1)
        await pilot.press("U")
        await shows(pilot, app, 3, 2, 1)
        assert [run.id for run in history.runs() if run.archived] == [4]


@pytest.mark.usefixtures("four_runs")
async def test_a_run_that_goes_on_is_not_archived(make_lab: MakeLab, history: History) -> None:
    run_id = history.add(load_preset("lab1-baseline"))
    fake.begin(history, run_id)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "d")
        await sees(pilot, "Run 5 is running: only a run that has ended")
        assert 5 in order(app)


@pytest.mark.usefixtures("four_runs")
async def test_undo_goes_back_through_what_was_done_here_and_then_through_the_edits(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("plus", "4", "d", "j", "j", "L")
        await sees(pilot, "Total params: 55,098")
        await pilot.press("u")
        await sees(pilot, "Total params: 122,922")
        assert 4 not in order(app)
        await pilot.press("u")
        await shows(pilot, app, 4, 3, 2, 1)
        await pilot.press("u")
        await sees(pilot, "Total params: 113,386")
        # What was loaded and undone elsewhere is not in the way.
        await pilot.press("g", "d", "L")
        await sees(pilot, "Total params: 243,786")
        await pilot.press("1", "u")
        await sees(pilot, "Total params: 113,386")
        await pilot.press("4", "u")
        await shows(pilot, app, 4, 3, 2, 1)


@pytest.mark.usefixtures("four_runs")
async def test_note_and_conclusion_are_written_on_several_lines_and_undone(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "i")
        await sees(pilot, "Conclusion: what it has shown")
        await pilot.press(*"too", "ctrl+j", *"large", "tab", *"smaller", "enter")
        await until(pilot, lambda: history.runs()[-1].note == "too\nlarge", "the note")
        assert history.runs()[-1].conclusion == "smaller"
        await pilot.press("enter")
        await sees(pilot, "smaller")
        assert "too" in text(app) and "large" in text(app)
        await pilot.press("escape", "i", "escape", "i", "enter")
        await until(pilot, lambda: "Conclusion" not in text(app), "the box is gone")
        assert history.runs()[-1].note == "too\nlarge", "nothing typed, nothing written"
        await pilot.press("u", "u")
        await until(pilot, lambda: history.runs()[-1].note == "", "no note")


@pytest.mark.usefixtures("four_runs")
async def test_a_note_that_somebody_else_wrote_meanwhile_is_not_lost(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "i")
        await sees(pilot, "Conclusion: what it has shown")
        notebook.note(history, 4, "theirs")
        await pilot.press(*"mine", "enter")
        await until(pilot, lambda: history.runs()[-1].note == "theirs\nmine", "both")
        notebook.note(history, 4, "another")
        await pilot.press("u")
        await sees(pilot, "was changed elsewhere")
        assert history.runs()[-1].note == "another"


@pytest.mark.usefixtures("four_runs")
async def test_tags_of_one_run_and_of_all_the_marked(make_lab: MakeLab, history: History) -> None:
    def tags() -> list[tuple[str, ...]]:
        return [run.tags for run in history.runs()]

    app = make_lab()
    async with app.run_test(size=(160, 40), notifications=True) as pilot:
        await pilot.press("4", "z", "t", *"Lab1", "space", *"keep", "enter")
        await until(pilot, lambda: tags()[3] == ("lab1", "keep"), "two tags")
        await sees(pilot, "lab1 keep")
        await pilot.press("space", "j", "space", "t")
        await sees(pilot, "Tags of runs 3 and 4")
        await pilot.press(*"new", "space", "minus", *"keep", "enter")
        await until(pilot, lambda: tags()[2:] == [("new",), ("lab1", "new")], "the tags of both")
        await pilot.press("u")
        await until(pilot, lambda: tags()[2:] == [(), ("lab1", "keep")], "as before")
        await pilot.press("space", "t", *"###", "enter")
        await sees(pilot, "a tag has at least one letter or digit")


@pytest.mark.usefixtures("four_runs")
async def test_a_run_is_renamed_and_an_empty_name_is_refused_on_the_spot(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "comma")
        await sees(pilot, "Name of run 4")
        await pilot.press("delete", "enter")
        await sees(pilot, "a name has 1 to 200 characters")
        await pilot.press(*"small", "enter")
        await until(pilot, lambda: "small" in rows(app)[4], "the new name")
        await pilot.press("u")
        await until(pilot, lambda: "three convolutions" in rows(app)[4], "the old name")


@pytest.mark.usefixtures("four_runs")
async def test_archived_runs_are_shown_when_asked_for_and_brought_back(make_lab: MakeLab, history: History) -> None:
    notebook.archive(history, [3])
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4")
        await shows(pilot, app, 4, 2, 1)
        await pilot.press("V", "g", "space", "escape")
        await shows(pilot, app, 4, 3, 2, 1)
        assert " 3- " in rows(app)[3] and "archived too" in text(app)
        await pilot.press("j", "d")
        await sees(pilot, "Run 3 is taken out of the archive")
        assert not any(run.archived for run in history.runs())
