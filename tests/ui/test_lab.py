"""The lab as a person uses it: keys in, words on the screen out."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from cnn_tui.experiment.file import parse, read
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.history.run import Progress
from cnn_tui.network.layers import Conv2D, Dense, ReLU
from cnn_tui.network.stack import Stack
from cnn_tui.ui.app import LabApp
from cnn_tui.ui.keys import KEYS
from tests.experiment.test_unset_dataset import FILE
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, SMALL, pane, sees, text, until


async def test_four_panes_at_120x40(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "4 History")
        shown = text(app)
        for words in ("1 Stack", "2 Summary", "3 Training", "Total params: 113,386", "(None, 11, 11, 32)", "102,528"):
            assert words in shown


async def test_one_pane_at_a_time_at_80x24(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await sees(pilot, "kernel_size 3x3")
        assert "Total params" not in text(app)
        await pilot.press("2")
        await sees(pilot, "Total params: 113,386")
        assert "kernel_size" not in text(app)
        await pilot.press("tab", "tab")
        await sees(pilot, "Every run comes here")


async def test_zoom_shows_one_pane_and_esc_goes_back(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("2", "z")
        await until(pilot, lambda: "kernel_size" not in text(app), "the summary alone")
        await pilot.press("escape")
        await sees(pilot, "kernel_size")


async def test_terminal_too_small_says_so_and_recovers(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=(40, 10), notifications=True) as pilot:
        await sees(pilot, "The terminal is 40x10")
        await pilot.resize_terminal(*SMALL)
        await sees(pilot, "1 Stack")


async def test_step_follows_the_ladder_and_the_summary_follows_at_once(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("plus", "j", "j", "plus")
        await sees(pilot, "Total params: 243,786")
        assert "(edited)" in text(app)
        await pilot.press("minus", "minus", "k", "k", "minus", "minus")
        await sees(pilot, "Total params: 55,098")
        await pilot.press("u", "u", "u", "u", "u", "u")
        await sees(pilot, "Total params: 113,386")
        assert "(edited)" not in text(app)
        await pilot.press("U")
        await sees(pilot, "Total params: 122,922")


async def test_fields_are_reached_with_h_and_l(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("l", "l", "l", "plus", "j", "j", "l", "l", "l", "plus")
        await sees(pilot, "Total params: 211,690")  # padding same in both convolutions


async def test_add_delete_duplicate_move_and_switch_off(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("j", "a", *"drop", "enter")
        await sees(pilot, "dropout ")
        assert "3  Dropout" in pane(app, "stack")
        await pilot.press("J")
        assert "4  Dropout" in pane(app, "stack")
        await pilot.press("c")
        await sees(pilot, "dropout_1 ")
        await pilot.press("d", "k", "d")
        await until(pilot, lambda: "Dropout" not in text(app), "no Dropout left")
        await pilot.press("g", "j", "j", "space")
        await sees(pilot, "off  32  3x3  relu")
        await pilot.press("space")
        await sees(pilot, "Total params: 113,386")


async def test_a_wrong_value_is_refused_in_words_and_the_old_one_stays(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("enter")
        await sees(pilot, "Conv2D filters")
        await pilot.press(*"many", "enter")
        await sees(pilot, "filters must be a whole number from 1 to 65536, not many")
        await pilot.press("escape")
        await until(pilot, lambda: "filters must be" not in text(app), "the box is gone")
        assert "Total params: 113,386" in text(app)
        await pilot.press("enter", *"48", "enter")
        await sees(pilot, "48  3x3  relu")


async def test_a_choice_is_picked_by_typing(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("l", "l", "enter", *"tanh", "enter")
        await sees(pilot, "32  3x3  tanh")


async def test_typing_in_a_field_runs_no_command(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("a", *"rdqs?u")
        await sees(pilot, "Nothing here has those words.")
        assert history.count() == 0
        await pilot.press("escape")
        await until(pilot, lambda: "Add a layer" not in text(app), "the box is gone")
        assert "Total params: 113,386" in text(app)


async def test_a_stack_without_layers_is_not_started_in_two_sentences(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "Total params: 113,386")
        await pilot.press(*["d"] * 7, "r")
        await sees(pilot, "Not started. The stack has no layers yet")
        assert history.count() == 0


async def test_without_a_dataset_the_lab_shows_what_it_is_to_have_and_does_not_start(
    make_lab: MakeLab, history: History
) -> None:
    app = make_lab(parse(FILE))
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "Total params: 13,447")
        await sees(pilot, "dataset not set, 7 classes")
        await pilot.press("r")
        await sees(pilot, "Not started. No dataset is set: this network is")
        assert history.count() == 0


async def test_a_stack_that_cannot_be_built_is_not_started_and_f_fixes_it(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("g", "l", "enter", *"40", "enter")
        await sees(pilot, "40x40 kernel does not fit the 28x28 map")
        await pilot.press("r")
        await sees(pilot, "Not started")
        assert history.count() == 0
        await pilot.press("f")
        await sees(pilot, "(None, 28, 28, 32)")
        await pilot.press("u")
        await sees(pilot, "does not fit")
        await pilot.press("F", "down", "enter")
        await sees(pilot, "28x28")


def in_the_box(app: LabApp) -> str:
    """The words of the box over the screen, as one line."""
    region = app.screen.query_one(".box").region
    lines = text(app).splitlines()[region.y : region.bottom]
    return " ".join(" ".join(line[region.x + 1 : region.right - 1] for line in lines).split())


async def test_a_fix_that_its_row_has_no_room_for_is_told_whole(make_lab: MakeLab) -> None:
    baseline = load_preset("lab1-baseline")
    layers = (Conv2D(filters=4, kernel_size=(3, 3)), Dense(units=2, trainable=False), ReLU())
    odd = baseline.with_stack(Stack(baseline.stack.input_shape, layers)).with_training(loss="binary_crossentropy")
    app = make_lab(odd)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("F", "down")
        words = "GlobalAveragePooling2D above layer 2, units 10 in layer 3, Activation sigmoid at the end"
        await sees(pilot, "type to find, Enter")
        await until(pilot, lambda: words in in_the_box(app), words)


async def test_the_tabs_keep_their_names_while_an_edited_network_trains(make_lab: MakeLab, history: History) -> None:
    """Also where its run has a number of two digits, and many epochs."""
    app = make_lab()
    baseline = load_preset("lab1-baseline")
    for _ in range(11):
        one = history.add(baseline)
        fake.begin(history, one)
        fake.finish(history, one)
    run_id = history.add(baseline.with_training(epochs=20))
    fake.begin(history, run_id)
    async with app.run_test(size=SMALL) as pilot:
        tabs = "1 Stack  2 Summary  3 Training  4 History  5 Explain  6 Log"
        await pilot.press("plus")
        await sees(pilot, "26x26x64")
        await until(pilot, lambda: "run 12 " in text(app).splitlines()[0], "the run")
        for phase, said in (("building", "begins"), ("validating", "1/20"), ("evaluating", "ends")):
            history.record_progress(run_id, Progress(phase, 1))
            await until(pilot, lambda said=said: f"run 12 {said}" in text(app).splitlines()[0], said)  # type: ignore[misc]
            assert tabs in text(app).splitlines()[0]
        fake.play(history, run_id, 10.5)
        await until(pilot, lambda: "run 12 11/20" in text(app).splitlines()[0], "its epoch, in brief")
        assert tabs in text(app).splitlines()[0] and " * " in text(app).splitlines()[0]


async def test_run_is_watched_to_its_end_and_becomes_a_row(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "The curves of a run come here")
        await pilot.press("r")
        await sees(pilot, "Run 1 starts.")
        await until(pilot, lambda: app.lab.launcher.keeper.woken, "the trainer was woken")  # type: ignore[attr-defined]
        fake.begin(history, 1)
        fake.play(history, 1, 2.5)
        await sees(pilot, "batch 938 of 1,875")
        shown = pane(app, "training")
        for words in (
            "epoch 3/5",
            "30,016/60,000 images",
            "7,500 images/s",
            "ETA 0:04, run 0:20",
            "loss 0.2100",
        ):
            assert words in shown
        # The panes stay alive while it trains.
        await pilot.press("plus")
        await sees(pilot, "Total params: 122,922")
        await pilot.press("u")
        fake.play(history, 1, 5.0)
        fake.finish(history, 1)
        await sees(pilot, "test accuracy 0.9083")
        row = next(line for line in pane(app, "history").splitlines() if "baseline" in line)
        assert "0.9083" in row and "finished" in row


async def test_files_of_a_folder_that_are_left_out_are_counted_when_a_run_is_queued(
    make_lab: MakeLab, tmp_path: Path
) -> None:
    for label in range(10):
        (tmp_path / "digits" / str(label)).mkdir(parents=True)
        for at in range(5):
            Image.new("L", (28, 28)).save(tmp_path / "digits" / str(label) / f"{at}.png")
    (tmp_path / "digits" / "7" / ".DS_Store").touch()
    app = make_lab(msgspec.structs.replace(load_preset("lab1-baseline"), dataset=str(tmp_path / "digits")))
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("r")
        await sees(pilot, "('7/.DS_Store')")


async def test_labels_that_start_at_1_are_named_when_the_network_does_not_fit_and_when_a_run_is_queued(
    make_lab: MakeLab, tmp_path: Path
) -> None:
    images, labels = np.zeros((20, 28, 28), np.uint8), np.arange(20) % 10 + 1
    np.savez(tmp_path / "one.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    asked = msgspec.structs.replace(load_preset("lab1-baseline"), dataset=str(tmp_path / "one.npz"))
    app = make_lab(asked)
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("r")
        await sees(pilot, "labels seem to start at 1")
        assert "units 11" not in text(app), "nobody is offered a unit for a label that no image has"
    answer = msgspec.structs.replace(asked.layers[-1], units=11)
    again = make_lab(msgspec.structs.replace(asked, layers=(*asked.layers[:-1], answer)))
    async with again.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("r")
        await sees(pilot, "Run 1 starts.")
        await sees(pilot, "Labels seem to start at 1")


async def test_leaving_keeps_the_run_and_opening_again_shows_it(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("r")
        await sees(pilot, "Run 1 starts.")
        fake.begin(history, 1)
        fake.play(history, 1, 1.5)
        await sees(pilot, "epoch 2/5")
        await pilot.press("q")
        await pilot.pause()
    run = history.run(1)
    assert run is not None and run.status == "running" and run.wish == ""
    again = make_lab()
    async with again.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "epoch 2/5")
        assert "run 1 running" in pane(again, "training")


async def test_stop_and_pause_are_asked_of_the_run(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("s")
        await sees(pilot, "Nothing is being trained.")
        await pilot.press("r", "r")
        await sees(pilot, "Run 2 is queued: 1 run is before it.")
        fake.begin(history, 1)
        fake.play(history, 1, 0.5)
        await sees(pilot, "epoch 1/5")
        await pilot.press("P")
        await until(pilot, lambda: history.wish(1) == "pause", "asked to pause")
        await pilot.press("P")
        await until(pilot, lambda: history.wish(1) == "", "asked to go on")
        await pilot.press("s")
        await until(pilot, lambda: history.wish(1) == "stop", "asked to stop")
        await sees(pilot, "running, stopping")
        second = history.run(2)
        assert second is not None and second.status == "queued"


async def test_unsaved_work_is_mentioned_before_leaving(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("plus", "q")
        await sees(pilot, "The edits are in no file yet")
        assert app.is_running
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running or app._exit, "the app ends")


async def test_save_asks_for_a_name_and_never_overwrites(
    make_lab: MakeLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken.toml").write_text("mine")
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("plus", "w")
        await sees(pilot, "Save the experiment as")
        await pilot.press(*"taken.toml", "enter")
        await sees(pilot, "exists already")
        await pilot.press("home", *"new-", "enter")
        await sees(pilot, "Saved to new-taken.toml")
        assert "(edited)" not in text(app)
    assert (tmp_path / "taken.toml").read_text() == "mine"
    assert read(tmp_path / "new-taken.toml").layers[0].filters == 64  # type: ignore[union-attr]


async def test_a_preset_is_opened_and_undo_brings_the_old_one_back(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("p", *"16", "enter")
        await sees(pilot, "Total params: 55,098")
        await pilot.press("u")
        await sees(pilot, "Total params: 113,386")


async def test_a_script_of_this_folder_is_opened_and_asked_which_of_its_models(
    make_lab: MakeLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    build = (
        "import keras\nfor units in (16, 64):\n    model = keras.Sequential([keras.layers.Flatten(), "
        "keras.layers.Dense(units), keras.layers.Dense(10)])\n"
    )
    (tmp_path / "lesson.py").write_text(build)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("p", *"lesson")
        await sees(pilot, "lesson.py makes 2 models")
        await pilot.press("enter")
        await sees(pilot, "Which model of lesson.py")
        await pilot.press("down", "enter")
        await sees(pilot, "What differs from lesson.py")
        await pilot.press("escape")
        await sees(pilot, "Total params: 50,890")
        await sees(pilot, "lesson.py is in the editor")
        await pilot.press("w", "ctrl+u", *"mine.toml", "enter")
        await sees(pilot, "Saved to mine.toml")
        head = [line for line in (tmp_path / "mine.toml").read_text().splitlines() if line.startswith("#")]
        assert head[0] == "# From lesson.py" and any(line.startswith("# Differs: ") for line in head)
        await pilot.press("plus", "w")
        await until(pilot, lambda: "(edited)" not in text(app), "it is saved again")
        assert (tmp_path / "mine.toml").read_text().splitlines()[: len(head)] == head, "as cnn-tui import writes it"
        await pilot.press("p", *"16", "enter")
        await sees(pilot, "Total params: 55,098")
        await pilot.press("W", "ctrl+u", *"other.toml", "enter")
        await sees(pilot, "Saved to other.toml")
        assert "lesson.py" not in (tmp_path / "other.toml").read_text()


async def test_the_run_page_and_loading_a_run(make_lab: MakeLab, history: History) -> None:
    fake.train(history, load_preset("lab1-64-filters"))
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "enter")
        await sees(pilot, "fingerprint")
        for words in ("243,786 parameters", "test 0.9083", "60,000 training", "validation 0.8900"):
            assert words in text(app)
        await pilot.press("escape")
        await until(pilot, lambda: "fingerprint" not in text(app), "the page is closed")
        await pilot.press("L")
        await sees(pilot, "Total params: 243,786")


async def test_help_lists_the_keys_of_the_pane_and_runs_what_it_lists(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("question_mark")
        await sees(pilot, "next larger value")
        await pilot.press(*"duplicate", "enter")
        await sees(pilot, "conv2d_2 ")


async def test_text_from_outside_is_shown_inert(make_lab: MakeLab, history: History) -> None:
    hostile = "[bold red]x[/] \x1b[31mred\n[@click=app.quit]y[/]"
    app = make_lab(msgspec.structs.replace(load_preset("lab1-baseline"), name=hostile))
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("r")
        await sees(pilot, "Run 1 starts.")
        await sees(pilot, "[bold red]x[/]")
        assert "\x1b" not in text(app)
        await pilot.press("4", "enter")
        await sees(pilot, "fingerprint")
        assert "\x1b" not in text(app)


def test_no_key_has_two_meanings_inside_one_pane() -> None:
    for scope in ("stack", "summary", "training", "history", "log"):
        seen: dict[str, str] = {}
        for key in KEYS:
            if key.scope in (scope, "lab") or (key.scope == "pane" and scope != "training"):
                for code in key.codes():
                    assert seen.setdefault(code, key.id) == key.id, f"{code} means {seen[code]} and {key.id} in {scope}"
