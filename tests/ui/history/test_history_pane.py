"""The history pane: sorted, filtered, marked, compared with a baseline."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from textual.events import AppBlur, AppFocus

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.ui.panes.history.pane import HistoryPane
from cnn_tui.ui.watcher import Watched
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.history.history_rows import current, order, rows, shows, table
from tests.ui.made_runs import made
from tests.ui.screen import LARGE, SMALL, pane, sees, text, until


@pytest.mark.usefixtures("four_runs")
async def test_runs_are_sorted_by_one_column_after_the_other_and_turned_round(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "z")
        await shows(pilot, app, 4, 3, 2, 1)
        assert "Run▼" in text(app)
        await pilot.press("o", "o")
        await sees(pilot, "Test▼")
        await shows(pilot, app, 3, 2, 1, 4)
        await pilot.press("O")
        await sees(pilot, "Test▲")
        await shows(pilot, app, 1, 2, 3, 4)  # the one without a figure stays the last
        await pilot.press("o", "o")
        await sees(pilot, "s/epoch▼")
        await shows(pilot, app, 3, 2, 1, 4)


@pytest.mark.usefixtures("four_runs")
async def test_the_cursor_stays_on_its_run_when_runs_come_and_the_order_changes(
    make_lab: MakeLab, history: History
) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "j", "j")
        assert current(app) == 2
        made(history, "lab1-baseline", 0.5, epochs=3)
        await shows(pilot, app, 5, 4, 3, 2, 1)
        assert current(app) == 2
        await pilot.press("o", "o", "o", "O")
        assert current(app) == 2
        await pilot.press("slash", *"16", "enter")
        await shows(pilot, app, 1)
        await pilot.press("escape")
        await until(pilot, lambda: len(order(app)) == 5, "all runs again")
        assert current(app) == 2, "the filter is gone, and the cursor is where it was"


async def test_more_runs_than_fit_are_a_window_that_the_cursor_moves(make_lab: MakeLab, history: History) -> None:
    with history.transaction():
        for number in range(300):
            history.add(load_preset("lab1-baseline"))
            history.store.execute(
                "UPDATE runs SET (status, ending) = ('finished', 'finished') WHERE id = ?", (number + 1,)
            )
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("4")
        await sees(pilot, "300 runs")
        assert order(app)[0] == 300
        await pilot.press("G")
        await until(pilot, lambda: order(app)[-1] == 1, "the first run")
        await pilot.press("ctrl+u", "k")
        assert current(app) == 2 + app.lab.query_one(HistoryPane).rows.page
        await pilot.press("g")
        await until(pilot, lambda: order(app)[0] == 300, "the last run")


@pytest.mark.usefixtures("four_runs")
async def test_a_filter_answers_while_it_is_typed_and_says_what_is_wrong_with_it(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "slash", *"acc>0.8")
        await sees(pilot, "3 runs. Enter keeps the filter, Esc clears it.")
        await pilot.press("9")
        await shows(pilot, app, 3, 2)
        await pilot.press("space", *">5")
        await sees(pilot, "needs the name of a figure before the sign")
        assert order(app) == [3, 2], "the last filter that meant something"
        await pilot.press("enter")
        await sees(pilot, "needs the name of a figure before the sign")
        await pilot.press(*["backspace"] * 3, "enter")
        await sees(pilot, "/acc>0.89 (Esc clears it)")
        await sees(pilot, "2 of 4 runs")
        await pilot.press("j")
        assert current(app) == 2, "the keys are the table's again"
        await pilot.press("escape")
        await shows(pilot, app, 4, 3, 2, 1)
        await pilot.press("slash", *"zzz")
        await sees(pilot, "No run matches this filter.")
        await pilot.press("space", *"nothing>5")
        await sees(pilot, "nothing is no figure")
        assert "No run matches this filter." not in text(app), "nobody knows what was asked for"
        await pilot.press("escape")
        await shows(pilot, app, 4, 3, 2, 1)


@pytest.mark.usefixtures("four_runs")
async def test_typing_a_filter_runs_no_command(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        for key in ("4", "slash", *"rdqsbz", "enter"):
            app.simulate_key(key)
        await sees(pilot, "/rdqsbz")
        assert history.count() == 4 and notebook.pinned(history) is None and app.is_running


@pytest.mark.usefixtures("four_runs")
async def test_a_filter_outlives_a_look_at_another_window_and_closes_for_another_pane(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "slash", *"acc>")
        app.post_message(AppBlur())
        await pilot.pause()
        app.post_message(AppFocus())
        await pilot.press(*"0.89")
        await shows(pilot, app, 3, 2)
        await pilot.press("shift+tab")
        await sees(pilot, "/acc>0.89 (Esc clears it)")
        await pilot.press("4", "j")
        await until(pilot, lambda: current(app) == 2, "the keys are the table's again")


@pytest.mark.usefixtures("four_runs")
async def test_every_row_shows_how_far_it_is_from_the_baseline(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=(160, 40), notifications=True) as pilot:
        await pilot.press("4", "z", "j", "j", "b")
        await sees(pilot, "vs 2")
        # Test accuracy, gap and its change in points, seconds an epoch, parameters.
        for part in ("0.9100   +1.00", "+4.00   +1.00", "16.0    +8.0", "243,786   +130,400"):
            assert part in rows(app)[3]
        for part in ("0.8800   -2.00", "+2.00   -1.00", "4.0    -4.0", "55,098    -58,288"):
            assert part in rows(app)[1]
        assert " 2b " in rows(app)[2] and "+0" not in rows(app)[2].replace("+3.00", "")
        assert notebook.pinned(history) == 2
    again = make_lab()
    async with again.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "vs 2")
        await pilot.press("4", "j", "j", "b")
        await sees(pilot, "Run 2 is no longer the baseline.")
        await until(pilot, lambda: "vs 2" not in text(again), "no baseline")
        await pilot.press("u")
        await sees(pilot, "vs 2")


@pytest.mark.usefixtures("four_runs")
async def test_marks_are_a_sign_and_are_gone_through(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "n")
        await sees(pilot, "No run here is marked")
        await pilot.press("space", "j", "j", "space")
        await sees(pilot, "2 marked")
        assert "*4 " in rows(app)[4] and "*2 " in rows(app)[2] and "*" not in rows(app)[3] + rows(app)[1]
        await pilot.press("n")
        assert current(app) == 4
        await pilot.press("N")
        assert current(app) == 2
        await pilot.press("space")
        await until(pilot, lambda: "*" not in rows(app)[2], "no mark")
        await pilot.press("escape", "M")
        await sees(pilot, "4 marked")
        await pilot.press("M")
        await until(pilot, lambda: "marked" not in text(app), "no marks at all")


async def test_a_run_that_was_cut_short_is_resumed_and_others_are_not(make_lab: MakeLab, history: History) -> None:
    made(history, status="interrupted", cause="the training process is gone")
    made(history)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "a")
        await sees(pilot, "Run 2 came to its end")
        woken = app.lab.launcher.keeper.woken  # type: ignore[attr-defined]
        await pilot.press("j", "a")
        await sees(pilot, "Run 1 is queued again")
        await until(pilot, lambda: app.lab.launcher.keeper.woken > woken, "the trainer was woken")  # type: ignore[attr-defined]
        assert history.queue()[0].id == 1
        await pilot.press("a")
        await sees(pilot, "Run 1 has not ended: it is queued.")


@pytest.mark.usefixtures("four_runs")
async def test_marked_runs_are_laid_over_each_other_on_the_chart(make_lab: MakeLab) -> None:
    for size in (LARGE, SMALL):
        app = make_lab()
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.press("4", "j", "space", "j", "space", "v")
            await sees(pilot, "one of 2 overlaid")
            await sees(pilot, "runs 2 and 3")
            assert ("4 History ─" in text(app)) == (size == LARGE)


@pytest.mark.usefixtures("four_runs")
async def test_columns_are_chosen_and_kept_for_the_next_time(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "z", "V", "space")
        await sees(pilot, "The number tells runs apart")
        await pilot.press("j", "J", "j", "space", "escape")  # Name after Test, no Gap
        await until(pilot, lambda: "Gap" not in text(app), "no Gap")
        heading = text(app).splitlines()[2]
        assert heading.index("Test") < heading.index("Name") < heading.index("s/epoch")
    again = make_lab()
    async with again.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "z")
        await sees(pilot, "s/epoch")
        heading = text(again).splitlines()[2]
        assert "Gap" not in heading and heading.index("Test") < heading.index("Name")
        await pilot.press("V", "0", "escape")
        await sees(pilot, "Gap")


async def test_the_dataset_is_told_and_beside_the_figures_where_it_differs(make_lab: MakeLab, history: History) -> None:
    made(history)
    app = make_lab()
    async with app.run_test(size=(160, 40), notifications=True) as pilot:
        await pilot.press("4", "z")
        await sees(pilot, "Epochs  Dataset")
        await sees(pilot, "1 run · fashion_mnist ─")
        made(history, dataset="fashion_mnist_sample")
        await until(pilot, lambda: "Test  Dataset" in text(app), "the dataset beside the figures")
        await sees(pilot, "fashi…_sample")
        await sees(pilot, "≠ other data · ")


@pytest.mark.usefixtures("four_runs")
async def test_a_run_of_a_network_that_was_tried_says_so_when_it_is_queued(make_lab: MakeLab) -> None:
    app = make_lab("lab1-baseline")
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("r")
        await sees(pilot, "Run 5 starts. Same network as run 2, other")
        await pilot.press("plus", "r")
        await sees(pilot, "Run 6 is queued: 1 run is before it.")
        await until(pilot, lambda: "Same network" not in text(app), "a network that is new")


async def test_what_another_program_writes_is_seen_at_once(make_lab: MakeLab, history: History) -> None:
    made(history)
    app = make_lab()
    async with app.run_test(size=(190, 40), notifications=True) as pilot:
        await pilot.press("4", "z", "slash", *"better", "enter")
        await sees(pilot, "0 of 1 run")
        notebook.note(history, 1, "much better")
        await sees(pilot, "much better")


@pytest.mark.parametrize("size", [SMALL, (60, 16)])
async def test_it_is_whole_in_small_terminals(make_lab: MakeLab, history: History, size: tuple[int, int]) -> None:
    for _ in range(30):
        made(history, epochs=1)
    app = make_lab()
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press("4", "f", "b", "G", "space")
        await sees(pilot, "30 runs · 1 marked")
        assert order(app)[-1] == 1 and "0.9000" in text(app) and "vs 30" in text(app)
        await pilot.press("slash", *"what:x")
        await sees(pilot, "what is no key")


@pytest.mark.usefixtures("four_runs")
async def test_the_row_of_a_run_is_copied_and_those_of_all_the_marked(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "j", "y")
        await sees(pilot, "y  the row of run 3")
        await pilot.press("y")
        await sees(pilot, "Copied the row of run 3")
        heading, row = (line.split("\t") for line in app.clipboard.splitlines())
        found = dict(zip(heading, row, strict=True))
        assert (found["Run"], found["Test"], found["Status"]) == ("3", "0.9100", "finished")
        assert "64 filters" in found["Name"]
        await pilot.press("space", "j", "space", "y", "y")
        await sees(pilot, "Copied the rows of runs 2 and 3")
        assert [line.split("\t")[0] for line in app.clipboard.splitlines()] == ["Run", "2", "3"]
        await pilot.press("1", "y", "y")
        await sees(pilot, "Copied the layer under the cursor")
        assert app.clipboard == "Conv2D  32  3x3  relu"


@pytest.mark.parametrize("size", [LARGE, SMALL, (60, 16)])
async def test_what_tells_runs_apart_comes_first_with_their_data_and_epochs(
    make_lab: MakeLab, history: History, size: tuple[int, int]
) -> None:
    made(history, "lab1-baseline", 0.9043, epochs=5)
    made(history, "lab1-16-filters", 0.8412, epochs=1, dataset="fashion_mnist_sample")
    made(history, load_preset("lab1-baseline").with_training(batch_size=64), 0.9, epochs=5)
    app = make_lab()
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press("4")
        await sees(pilot, "3 runs")
        first, second, third = table(app)
        assert third.startswith("1 baseline, 32 filters · 5 ep") and "0.9043 finished" in third
        assert second.startswith("2 16 filters · sample · 1 ep") and "0.8412≠ finished" in second
        assert first.startswith("3 batch 64 ")
        assert "3 runs · ≠ other data · fashion_mnist" in pane(app, "history")


async def test_the_name_of_a_folder_takes_the_room_that_there_is(make_lab: MakeLab, history: History) -> None:
    zoo = msgspec.structs.replace(load_preset("lab1-baseline"), name="cats or dogs")
    made(history, zoo, 0.5167, epochs=4, dataset="/home/ada/newcomer-photos")
    made(history, "lab1-16-filters", 0.8412, epochs=5)
    app = make_lab()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("4")
        await sees(pilot, "cats or dogs · newcomer-photos · 4 ep")


async def test_beside_a_baseline_names_give_way_to_what_is_told_of_them_but_not_wholly(
    make_lab: MakeLab, history: History
) -> None:
    for preset in ("lab1-baseline", "lab1-16-filters", "lab1-more-convs"):
        made(history, preset, 0.8412, epochs=1, dataset="fashion_mnist_sample")
    notebook.pin(history, 1)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4")
        await sees(pilot, "vs 1")
        third, second, _ = table(app)
        assert second.startswith("2 16 filters · sample")
        assert third.startswith("3 three conv… · sample")


async def test_a_figure_of_other_data_is_marked_and_not_compared_with_the_baseline(
    make_lab: MakeLab, history: History
) -> None:
    made(history, "lab1-baseline", 0.90)
    made(history, "lab1-64-filters", 0.91)
    made(history, "lab1-16-filters", 0.95, dataset="fashion_mnist_sample")
    app = make_lab()
    async with app.run_test(size=(160, 40), notifications=True) as pilot:
        await pilot.press("4", "z", "o", "o")
        await sees(pilot, "≠ other data")
        assert ["≠" in row for row in table(app)] == [True, False, False], "most runs had the other data"
        await pilot.press("g", "b")
        await sees(pilot, "vs 3")
        await until(pilot, lambda: ["≠" in row for row in table(app)] == [False, True, True], "those of the baseline")
        assert "-4.00" not in text(app)


@pytest.mark.usefixtures("four_runs")
async def test_the_run_under_the_cursor_is_shown_in_the_training_pane_and_one_key_follows_the_live_one(
    make_lab: MakeLab, history: History
) -> None:
    live = history.add(load_preset("lab1-baseline"))
    fake.begin(history, live)
    fake.play(history, live, 1.5)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4")
        await sees(pilot, "run 5 running")
        await pilot.press("j", "j")
        await sees(pilot, "run 3 finished")
        assert "run 5 is training (T follows it)" in pane(app, "training")
        await pilot.press("T")
        await sees(pilot, "run 5 running")
        assert current(app) == 5 and app.lab.header.shown == "history"
        await pilot.press("G")
        await sees(pilot, "run 1 finished")
        await pilot.press("r")
        await sees(pilot, "run 5 running")  # who starts one wants to see what goes on
        assert current(app) == 1


@pytest.mark.usefixtures("four_runs")
async def test_in_a_small_terminal_the_chosen_run_is_there_when_the_training_pane_is_opened(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("4", "j")
        await until(pilot, lambda: app.lab.training.runs.watched.id == 3, "run 3")  # type: ignore[union-attr]
        await pilot.press("3")
        await sees(pilot, "run 3 finished")
        await pilot.press("4", "T")
        await sees(pilot, "run 4 failed")
        assert app.lab.header.shown == "training"


async def test_a_held_key_reads_no_run_on_its_way(make_lab: MakeLab, history: History, monkeypatch: Any) -> None:
    with history.transaction():
        for _ in range(200):
            history.add(load_preset("lab1-baseline"))
        history.store.execute("UPDATE runs SET (status, ending) = ('finished', 'finished')")
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        read: list[int] = []
        choose = app.lab.training.choose

        def chosen(watched: Watched, of: int = 1) -> None:
            read.append(watched.id)
            choose(watched, of)

        monkeypatch.setattr(app.lab.training, "choose", chosen)
        await pilot.press("4")
        for _ in range(150):
            app.simulate_key("j")
        await until(pilot, lambda: bool(read) and read[-1] == 50, "the run where the cursor rests")
        assert len(read) < 10, f"not those on the way: {read}"


@pytest.mark.usefixtures("four_runs")
async def test_in_a_large_terminal_the_room_below_the_runs_shows_the_one_under_the_cursor(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=(200, 60), notifications=True) as pilot:
        await pilot.press("4", "j")
        await until(pilot, lambda: "Run 3: Lab 1: 64 filters" in pane(app, "history"), "the whole name")
        await until(pilot, lambda: "● validation" in pane(app, "history"), "its curves")
        shown = pane(app, "history")
        assert "finished, fashion_mnist, 60,000 + 10,000" in shown
        assert "test 0.9100" in shown and "MaxPooling2D" in shown and "243,786 parameters" in shown
        await pilot.press("j")
        await until(pilot, lambda: "Run 2: Lab 1: baseline" in pane(app, "history"), "the next one")
