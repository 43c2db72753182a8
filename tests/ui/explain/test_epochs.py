"""The slider over the epochs that a run has kept, in the explain pane: every view shows the network as it was then."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.jobs.explain.map_protocol import LookAtPoint
from cnn_tui.jobs.explain.protocol import KeepPredictions, PredictPicture, ShowActivations, ShowKernels
from cnn_tui.jobs.explain.where_protocol import LookWhere
from cnn_tui.ui.app import LabApp
from cnn_tui.ui.explain.pane import ExplainPane
from tests.ui import explained
from tests.ui.conftest import MakeLab
from tests.ui.explained import asked_of
from tests.ui.made_runs import made
from tests.ui.screen import LARGE, SMALL, sees, text, until

pytestmark = pytest.mark.usefixtures("no_worker")


@pytest.fixture
def kept(history: History) -> int:
    """A run of three epochs that has kept all of them, and the predictions of its end."""
    run_id = made(history, load_preset("lab1-baseline").with_training(keep="all"), epochs=3)
    run = history.run(run_id)
    assert run is not None
    explained.write_epochs(run, 1, 2, 3)
    explained.write_predictions(run_id)
    explained.write_images()
    return run_id


async def go_to(pilot: Pilot[None], title: str) -> None:
    """Leaf through the views until the one of that title is shown."""
    pane = pilot.app.screen.query_one(ExplainPane)
    for _ in pane.views:
        if pane.view.title == title:
            break
        await pilot.press("M")
    await sees(pilot, f"[{title}]")


async def opened(pilot: Pilot[None], app: LabApp, *keys: str) -> explained.FakeExplainClient:
    """The pane, alone on the screen."""
    client = asked_of(app)
    await pilot.press("5", "z", *keys)
    await sees(pilot, "epoch 3 of 3, the end")
    return client


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_predictions_and_figures_are_those_of_the_epoch(
    make_lab: MakeLab, kept: int, size: tuple[int, int]
) -> None:
    app = make_lab()
    async with app.run_test(size=size, notifications=True) as pilot:
        client = await opened(pilot, app)
        await pilot.press("l", "l", "l")
        await sees(pilot, "✓ right")
        await pilot.press("H")
        await sees(pilot, "epoch 2 of 3")
        await pilot.press("H")
        await sees(pilot, "✗ wrong")
        assert "epoch 1 of 3   Esc: the end  accuracy 0.9200" in text(app) and "test image 3" in text(app)
        await pilot.press("H", "m")
        await sees(pilot, "test accuracy 0.4000")
        await until(pilot, lambda: KeepPredictions(kept, 2) in client.asked, "epoch 2 is ready before it is wanted")
        await pilot.press("L")
        await sees(pilot, "test accuracy 0.6000")
        await pilot.press("escape")
        await sees(pilot, "test accuracy 0.8000")
        assert "epoch 3 of 3, the end" in text(app)


async def test_the_images_that_were_chosen_stay_and_it_is_told_after_which_epoch(make_lab: MakeLab, kept: int) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await opened(pilot, app, "o")
        await sees(pilot, "1 of 8 wrong")
        await pilot.press("l", "H")
        await sees(pilot, "test image 9   2 of 8 wrong at the end")
        await pilot.press("o", "o", "o")
        await sees(pilot, "of 16 wrong")
        assert "16 wrong at" not in text(app)
        await pilot.press("L")
        await sees(pilot, "of 16 wrong after epoch 2")


async def test_layers_kernels_and_maps_are_asked_for_with_its_weights(make_lab: MakeLab, kept: int) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        client = await opened(pilot, app)
        await go_to(pilot, "filters")
        await sees(pilot, "filter 1: bias")
        at_the_end = text(app)
        await pilot.press("v", "H")
        await until(pilot, lambda: ShowKernels(kept, "conv2d", 2) in client.asked, "the kernels of epoch 2")
        await sees(pilot, "+0.91 -0.28")
        assert "dead" in at_the_end and "dead" not in text(app), "that is only found out of its end"
        await pilot.press("enter", "H")
        await until(pilot, lambda: ShowKernels(kept, "conv2d", 1) in client.asked, "by hand, as it was then")
        await go_to(pilot, "where it looked")
        await until(pilot, lambda: any(_epoch(one) == 1 for one in client.asked), "the map of epoch 1")
        await go_to(pilot, "activations")
        await until(pilot, lambda: any(_of_maps(one) == 1 for one in client.asked), "the activations of epoch 1")
        await until(
            pilot, lambda: any(_of_maps(one) == 2 for one in client.asked), "those of epoch 2, before they are wanted"
        )
        known = len(client.asked)
        await pilot.press("L")
        await sees(pilot, "epoch 2 of 3")
        await until(
            pilot,
            lambda: any(isinstance(one, ShowActivations) and not one.epoch for one in client.asked[known:]),
            "those of the end",
        )
        assert not any(_of_maps(one) == 2 for one in client.asked[known:]), "they were known"


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_the_kernels_of_all_epochs_stand_below_each_other(
    make_lab: MakeLab, kept: int, size: tuple[int, int]
) -> None:
    app = make_lab()
    async with app.run_test(size=size, notifications=True) as pilot:
        client = await opened(pilot, app)
        await go_to(pilot, "filters")
        await sees(pilot, "filter 1: bias")
        await pilot.press("t")
        await sees(pilot, "epoch 2  ")
        await until(pilot, lambda: "working" not in text(app), "the kernels of each")
        assert {one.epoch for one in client.asked if isinstance(one, ShowKernels)} == {1, 2, 0}
        rows = [line.split() for line in text(app).splitlines() if "epoch 1  " in line or "the end  " in line]
        assert rows[-2][3:] != rows[-1][3:], "they are others"
        await pilot.press("}", "t")
        await sees(pilot, "filter 2: bias")
        assert "epoch 2  " not in text(app)


def _epoch(question: object) -> int:
    return question.epoch if isinstance(question, LookWhere) else 0


def _of_maps(question: object) -> int:
    return question.epoch if isinstance(question, ShowActivations) else 0


async def test_a_picture_of_ones_own_is_asked_about_again(make_lab: MakeLab, kept: int, tmp_path: Path) -> None:
    (tmp_path / "own.png").write_bytes(b"of a process that asks for no more")
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        client = await opened(pilot, app)
        await pilot.press("i")
        await sees(pilot, "The picture's file")
        await pilot.press(*str(tmp_path / "own.png"), "enter")
        await sees(pilot, "your picture")
        await pilot.press("H")
        await until(pilot, lambda: [*filter(None, map(_own, client.asked))] == ["at 0", "at 2"], "asked again")
        assert "your picture" in text(app)


def _own(question: object) -> str:
    return f"at {question.epoch}" if isinstance(question, PredictPicture) else ""


async def test_a_run_without_kept_epochs_has_no_slider_and_says_how_to_have_one(
    make_lab: MakeLab, history: History
) -> None:
    explained.write_predictions(made(history))
    explained.write_images()
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        asked_of(app)
        await pilot.press("5")
        await sees(pilot, "test image 0")
        assert "the end" not in text(app)
        await pilot.press("H")
        await sees(pilot, 'train one with keep = "all"')


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_it_is_said_how_far_the_predictions_of_an_epoch_are_and_esc_leaves_them(
    make_lab: MakeLab, kept: int, size: tuple[int, int]
) -> None:
    app = make_lab()
    async with app.run_test(size=size, notifications=True) as pilot:
        client = await opened(pilot, app)
        client.stuck = True
        await pilot.press("o")
        await sees(pilot, "1 of 8 wrong")
        await pilot.press("H")
        await sees(pilot, "25 %, 10 of 40 images; Esc leaves it")
        await pilot.press("escape")
        await sees(pilot, "epoch 3 of 3, the end")
        await sees(pilot, "1 of 8 wrong")
        client.stuck = False
        await pilot.press("H", "H")
        await sees(pilot, "epoch 1 of 3   Esc: the end")
        await sees(pilot, "1 of 8 wrong at the end")


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_an_images_curves_over_the_epochs_and_when_it_was_learned(
    make_lab: MakeLab, kept: int, size: tuple[int, int]
) -> None:
    app = make_lab()
    async with app.run_test(size=size, notifications=True) as pilot:
        client = await opened(pilot, app)
        await go_to(pilot, "when it learned")
        await sees(pilot, "Right from epoch 1 on, the first that was kept.")
        asked = [one.epoch for one in client.asked if isinstance(one, KeepPredictions) and one.before]
        assert asked == [1, 2], "those of the end are kept"
        await pilot.press("l", "l")
        await sees(pilot, "Right for good since epoch 2.")
        assert "since which they are: 1: 16, 2: 8, 3: 8." in " ".join(text(app).replace("│", " ").split())
        await pilot.press("l", "l")
        await sees(pilot, "Never right after an epoch that was kept.")
        await pilot.press("enter")
        await sees(pilot, "There is no image here: none forgotten")
        await pilot.press("enter")
        await sees(pilot, "test image 0")


async def test_the_view_is_left_out_where_no_epochs_are_kept(make_lab: MakeLab, history: History) -> None:
    explained.write_predictions(made(history))
    explained.write_images()
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        asked_of(app)
        await pilot.press("5", "z")
        await go_to(pilot, "where it looked")
        await pilot.press("m")
        await until(pilot, lambda: "[where it looked]" not in text(app), "the view after it")
        assert "when it learned" not in text(app)


async def test_the_map_is_that_of_the_epoch_and_the_cursor_stays_on_its_image(make_lab: MakeLab, kept: int) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        client = await opened(pilot, app)
        await go_to(pilot, "map")
        await sees(pilot, "1 of 3 on mixed borders")
        await pilot.press("l")
        await sees(pilot, "training image 10")
        await pilot.press("H")
        await sees(pilot, "images: 30.0 % + 25.0 %")
        await sees(pilot, "2 of 3 on mixed borders")
        assert "training image 10" in text(app) and LookAtPoint(kept, 10, 2) in client.asked
        await pilot.press("H")
        await sees(pilot, "images: 40.0 % + 25.0 %")
        await pilot.press("L", "L")
        await sees(pilot, "images: 50.0 % + 25.0 %")
        await sees(pilot, "2 of 3 on mixed borders")
