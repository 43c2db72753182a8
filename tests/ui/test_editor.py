"""Around the stack: settings, stop rules, difference, files, and undo that outlives the lab."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from cnn_tui.experiment.document import resume
from cnn_tui.experiment.file import read
from cnn_tui.experiment.form.settings import change, settings_of
from cnn_tui.experiment.journal import Journal
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.ui.app import LabApp
from tests.ui.conftest import MakeLab
from tests.ui.fake import FakeTrainer
from tests.ui.screen import LARGE, SMALL, sees, text, until


async def test_settings_are_edits_that_undo_takes_back(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("t", "j", "j", "plus")
        await until(pilot, lambda: app.lab.document.experiment.training.epochs == 10, "10 epochs")
        await pilot.press("enter", *"0", "enter")
        await sees(pilot, "epochs must be a whole number from 1 to 100000, not 0")
        await pilot.press("escape")
        await until(pilot, lambda: "epochs must be" not in text(app), "the box is gone")
        await pilot.press("escape")
        await until(pilot, lambda: "Training settings" not in text(app), "the form is gone")
        await pilot.press("u")
        await sees(pilot, "undo: epochs 5 → 10")
        assert app.lab.document.experiment == load_preset("lab1-baseline")


async def test_stop_rules_are_added_checked_and_deleted(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("t", "a")
        await sees(pilot, "stop rule")
        await pilot.press(*"acc above 0.9", "enter")
        await sees(pilot, "reports loss, accuracy, val_loss, val_accuracy, not acc")
        await pilot.press("ctrl+u", *"accuracy above 0.9", "enter")
        await until(pilot, lambda: app.lab.document.experiment.stop != (), "a rule")
        await pilot.press(*"j" * 30)
        await sees(pilot, "accuracy above 0.9")
        await pilot.press("d")
        await until(pilot, lambda: app.lab.document.experiment.stop == (), "no rule")


async def test_a_dataset_that_is_not_there_is_refused_where_it_is_typed(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("t", "j", "enter", *"/nowhere.npz", "enter")
        await sees(pilot, "nowhere.npz")
        assert app.lab.document.experiment.dataset == "fashion_mnist"


async def test_the_difference_follows_the_baseline(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("b")
        await sees(pilot, "No difference")
        await pilot.press("escape")
        await until(pilot, lambda: "No difference" not in text(app), "the page is closed")
        await pilot.press("j", "a", *"dropout", "enter", "g", "plus", "b")
        await sees(pilot, "+ Dropout  0.25")
        assert "~ Conv2D  filters 32 → 64" in text(app)


async def test_files_are_opened_with_a_preview_and_saved_where_they_came_from(
    make_lab: MakeLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(
        "[[then]]\nepochs = 2\ntrainable = [2]\n"
        '[[layers]]\ntype = "Flatten"\n[[layers]]\ntype = "Dense"\nunits = 10\nactivation = "softmax"\n'
    )
    (tmp_path / "broken.toml").write_text("layers = 3")
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("p", *"broken")
        await sees(pilot, "allowed: a list")
        await pilot.press("ctrl+u", *"mine.toml")
        await sees(pilot, "Total params: 7,850")
        await pilot.press("enter")
        await sees(pilot, "mine.toml is in the editor")
        await sees(pilot, "Trainable params then: 7,850 (2 epochs, layer 2 alone learns)")
        await pilot.press("j", "enter", *"11", "enter", "w")
        await sees(pilot, "Saved to mine.toml")
    saved = read(tmp_path / "mine.toml")
    assert saved.layers[1].units == 11  # type: ignore[union-attr]
    assert [phase.trainable for phase in saved.then] == [(2,)]


async def test_copying_goes_to_the_clipboard_and_to_a_file(make_lab: MakeLab, sealed_machine: Path) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("y", "y")
        await sees(pilot, "Copied the layer")
        assert app.clipboard == "Conv2D  32  3x3  relu"
        assert (sealed_machine / "copied.txt").read_text() == "Conv2D  32  3x3  relu"


async def test_undo_and_redo_outlive_the_lab(history: History) -> None:
    def lab() -> LabApp:
        journal = Journal()
        app = LabApp(resume(load_preset("lab1-baseline"), None, journal, chosen=False), History(), FakeTrainer())
        app.journal_of_the_test = journal  # type: ignore[attr-defined]
        return app

    app = lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("plus", "plus", "u")
        await sees(pilot, "Total params: 122,922")
    app.journal_of_the_test.close()  # type: ignore[attr-defined]
    again = lab()
    async with again.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "Total params: 122,922")
        await pilot.press("U")
        await sees(pilot, "redo: filters 64 → 128")
        await pilot.press("u", "u")
        await sees(pilot, "Total params: 113,386")
    again.journal_of_the_test.close()  # type: ignore[attr-defined]


async def test_the_notes_network_from_an_empty_stack_by_keyboard(make_lab: MakeLab) -> None:
    app = make_lab()
    keys = ["p", *"empty", "enter"]
    keys += ["a", *"conv2d", "enter", "a", *"max", "enter"] * 2
    keys += ["a", *"flat", "enter", "a", *"dense", "enter", "a", *"dense", "enter"]
    keys += ["enter", *"10", "enter", "l", "enter", *"softmax", "enter"]
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        for key in keys:
            await pilot.press(key)
        notes = load_preset("lab1-baseline")
        await until(
            pilot,
            lambda: app.lab.document.view.stack.fingerprint() == notes.stack.fingerprint(),
            "the notes' network",
        )
        await sees(pilot, "Total params: 113,386")
        assert app.lab.document.experiment.training == notes.training


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_each_setting_is_explained_whole_in_the_form(
    make_lab: MakeLab, tmp_path: Path, size: tuple[int, int]
) -> None:
    for label in ("ape", "bee"):
        (tmp_path / label).mkdir()
        for at in range(5):
            Image.new("RGB", (9, 7), (at, 2, 3)).save(tmp_path / label / f"{at}.png")
    experiment = change(load_preset("lab1-baseline").with_dataset(str(tmp_path)), "schedule", "PiecewiseConstantDecay")
    app = make_lab(experiment)
    async with app.run_test(size=size) as pilot:
        await pilot.press("t")
        await sees(pilot, "What the runs are called. Allowed: 1 to 200 characters.")
        for setting in settings_of(experiment):
            told = "".join(f"{setting.help} Allowed: {setting.allowed}.".split())
            await until(pilot, lambda told=told: told in plain(text(app)), setting.name)  # type: ignore[misc]
            await pilot.press("j")


def plain(screen: str) -> str:
    """The words on the screen without what stands around and between them."""
    return "".join(screen.replace("│", " ").split())
