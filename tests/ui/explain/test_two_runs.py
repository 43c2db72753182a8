"""Two runs beside each other in the explain pane: from two marks in the history, or chosen there."""

from __future__ import annotations

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.jobs.explain.protocol import ShowActivations
from cnn_tui.jobs.explain.where_protocol import LookWhere
from tests.ui import explained, fake
from tests.ui.conftest import MakeLab
from tests.ui.explained import asked_of
from tests.ui.screen import LARGE, SMALL, sees, text, until

pytestmark = pytest.mark.usefixtures("no_worker")


@pytest.fixture
def kept(history: History) -> None:
    """Two runs that were tested on the same 40 images: the first has 32 right, the second 24 of those."""
    for run, name in ((1, "lab1-16-filters"), (2, "lab1-baseline")):
        fake.begin(history, history.add(load_preset(name)))
        fake.finish(history, run)
    explained.write_images()
    explained.write_facts()
    explained.write_predictions(1)
    explained.write_predictions(2, of_five=3)


@pytest.mark.usefixtures("kept")
async def test_two_runs_that_are_marked_stand_beside_each_other(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        client = asked_of(app)
        await pilot.press("4", "space", "j", "space", "E")
        await sees(pilot, "beside run 2, Lab 1: baseline, 32 filters: 1 of 8 on which they differ")
        await sees(pilot, "run 1 alone has 8 right, run 2 alone 0 (McNemar's test, p = 0.008): they do differ.")
        await sees(pilot, "different classes for 8 images; one of them is always right.")
        await sees(pilot, "Dress  ✓ right")
        assert "Coat  ✗ wrong" in text(app) and "it is Dress ←" in text(app)
        await sees(pilot, "655")
        assert {(one.run, one.image) for one in client.asked if isinstance(one, LookWhere)} == {(1, 3), (2, 3)}
        await pilot.press("l", "l")
        await sees(pilot, "test image 13")
        await pilot.press("o", "o")
        await sees(pilot, "none that only run 2 has right")
        await pilot.press("escape", "c", *"sneaker", "enter")
        await sees(pilot, "none on which they differ, Sneaker")
        await pilot.press("escape", "G")
        await sees(pilot, "8 of 8 on which they differ")
        await pilot.press("enter")
        await sees(pilot, "test image 38   39 of 40")
        await pilot.press("escape")
        await sees(pilot, "8 of 8 on which they differ")


@pytest.mark.usefixtures("kept")
async def test_a_run_is_chosen_to_stand_beside_and_what_was_tested_on_other_images_is_not_compared(
    make_lab: MakeLab,
) -> None:
    explained.write_predictions(2, count=20)
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        asked_of(app)
        await pilot.press("5", "m", "m", "m", "m", "m")
        await sees(pilot, "b chooses a run to stand beside run 2")
        await pilot.press("b")
        await sees(pilot, "Which run of fashion_mnist beside run 2?")
        await pilot.press("enter")
        await sees(pilot, "Runs 2 and 1 were not tested on the same images. b chooses another run.")


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_a_layer_of_each_run_is_seen_beside_each_other(make_lab: MakeLab, size: tuple[int, int]) -> None:
    app = make_lab()
    async with app.run_test(size=size, notifications=True) as pilot:
        client = asked_of(app)
        await pilot.press("4", "space", "j", "space", "E")
        await sees(pilot, "Dress  ✓ right")
        await pilot.press("t")
        await sees(pilot, "What a layer of each")
        await until(pilot, lambda: text(app).count("conv2d ") == 2, "the maps of both runs")
        asked = [one for one in client.asked if isinstance(one, ShowActivations)]
        assert {(one.run, one.images, one.layers) for one in asked} == {(1, (3,), ("conv2d",)), (2, (3,), ("conv2d",))}
        await pilot.press("]", "}")
        await until(pilot, lambda: text(app).count("pool ") == 2, "the next layer of both")
        assert text(app).count("▸2") == 2
        await pilot.press("l", "t")
        await sees(pilot, "Grad-CAM of the class")
        assert any(isinstance(one, LookWhere) and one.image == 8 for one in client.asked)
