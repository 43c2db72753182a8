"""The training pane shows the dataset before the first run, and a run's mistakes and hits when it has ended."""

from __future__ import annotations

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.ui.panes.training import pictures
from tests.ui import explained, fake
from tests.ui.conftest import MakeLab
from tests.ui.made_runs import made
from tests.ui.screen import LARGE, SMALL, pane, sees, until


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are read as soon as they are wanted."""
    monkeypatch.setattr(pictures, "DATASET_AFTER", 0.01)
    monkeypatch.setattr(pictures, "RUN_AFTER", 0.01)


def ended(history: History) -> int:
    run = fake.train(history, load_preset("lab1-baseline"))
    explained.write_images()
    explained.write_predictions(run)
    return run


@pytest.mark.parametrize("size", [LARGE, SMALL, (60, 16)])
async def test_before_the_first_run_there_are_pictures_with_their_classes(
    make_lab: MakeLab, size: tuple[int, int]
) -> None:
    explained.write_images()
    explained.write_facts("fashion_mnist")
    app = make_lab()
    async with app.run_test(size=size) as pilot:
        await pilot.press("3")
        await sees(pilot, "Trouser")
        shown = pane(app, "training")
        assert "The curves of a run come here" in shown
        assert "An image of each class" in shown or "of 10 classes" in shown
        assert "%%%" in shown, "without colours, letters"
        assert "T-shirt" in shown and "T-shirt/t…" not in shown, "half of a name, not a name that is cut"


async def test_another_dataset_has_other_pictures_and_one_that_is_not_there_none(make_lab: MakeLab) -> None:
    explained.write_images()
    explained.write_facts("fashion_mnist")
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await sees(pilot, "Trouser")
        explained.write_facts("mnist", [str(at) for at in range(10)])
        app.lab.document.edit("other data", app.lab.document.experiment.with_dataset("mnist"))
        explained.write_images([str(at) for at in range(10)])
        app.lab.on_stack_pane_edited()
        await until(pilot, lambda: "Trouser" not in pane(app, "training"), "no clothes")
        await until(pilot, lambda: "An image of each class" in pane(app, "training"), "digits")


async def test_a_run_that_has_ended_shows_what_it_took_images_for(make_lab: MakeLab, history: History) -> None:
    ended(history)
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await sees(pilot, "mistakes")
        shown = pane(app, "training")
        for words in ("hits", "✗ ", "✓ ", "70.0%", "test accuracy 0.9083", "loss"):
            assert words in shown, words
        assert " is T-sh" not in shown, "the name of the class alone, where it would be cut behind other words"
        # Its chart keeps its room, and several runs take it all.
        assert "┤" in shown or "│" in shown
        made(history, "lab1-16-filters", 0.89, epochs=5)
        await pilot.press("4", "space", "j", "space", "v")
        await until(pilot, lambda: "mistakes" not in pane(app, "training"), "the overlay alone")


async def test_a_run_without_predictions_and_one_that_goes_on_have_none(make_lab: MakeLab, history: History) -> None:
    made(history, "lab1-16-filters", 0.89, epochs=5)
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await sees(pilot, "test accuracy 0.8900")
        assert not app.lab.query_one(pictures.TrainingPictures).display
        run = history.add(load_preset("lab1-baseline"))
        fake.begin(history, run)
        fake.play(history, run, 1.5)
        await sees(pilot, "epoch 2/5")
        assert not app.lab.query_one(pictures.TrainingPictures).display
        explained.write_images()
        explained.write_predictions(run)
        fake.play(history, run, 5.0)
        fake.finish(history, run)
        await sees(pilot, "mistakes")
