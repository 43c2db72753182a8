"""The keys of the training pane change what its chart and legend show."""

from __future__ import annotations

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.epoch import Epoch, Point
from cnn_tui.history.history import History, Result
from cnn_tui.history.notebook import pin
from cnn_tui.reports.chart.canvas import PATTERNS, sample
from cnn_tui.reports.chart.picture import GLYPHS
from cnn_tui.ui.panes.training.pane import TrainingPane
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, pane, sees, until
from tests.ui.training.training_scenes import MIDDLE, ended, shows, started, words


async def test_the_crosshair_gives_exact_values_and_lets_go_past_the_end(make_lab: MakeLab, history: History) -> None:
    started(history, 3.5)
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("3", "h")
        await shows(pilot, "epoch 3: train 0.2 validation 0.22")
        await pilot.press("h")
        await shows(pilot, "epoch 2: train 0.3 validation 0.33")
        await pilot.press("m")
        await shows(pilot, "epoch 2: train 0.84 validation 0.83")
        await pilot.press("l", "l")
        await shows(pilot, "accuracy: ━ train")
        await pilot.press("right")
        await shows(pilot, "epoch 1: train 0.82")
        await pilot.press("escape")
        await shows(pilot, "accuracy: ━ train")
        await pilot.press("l", "left")
        await shows(pilot, "accuracy: ━ train")


async def test_the_crosshair_goes_by_readings_until_an_epoch_is_done(make_lab: MakeLab, history: History) -> None:
    run_id = started(history, 0.5)
    for at, loss in ((0.25, 0.9), (0.5, 0.7)):
        history.record_progress(run_id, MIDDLE, Point(at, loss, 0.8))
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("3", "l", "l")
        await shows(pilot, "epoch 1 at 50%: train so far 0.7")
        history.record_epoch(run_id, Epoch(1, {"loss": 0.6, "val_loss": 0.65}, 8.0, 7_500.0), 8.0)
        await shows(pilot, "epoch 1: train 0.6 validation 0.65")


async def test_zoom_and_back(make_lab: MakeLab, history: History) -> None:
    started(history, 12.0, load_preset("lab1-baseline").with_training(epochs=20))
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("3")

        def last() -> list[str]:
            return pane(app, "training").splitlines()[-2].strip("│ ").split()

        await until(pilot, lambda: last()[-1] == "20", "all epochs")
        await pilot.press("plus")
        await until(pilot, lambda: (last()[0], last()[-1]) == ("3", "12"), "the last ten")
        await pilot.press("h", "h", "plus")
        await until(pilot, lambda: (last()[0], last()[-1]) == ("9", "13"), "five about the crosshair at 11")
        await pilot.press("minus", "0")
        await until(pilot, lambda: last()[-1] == "20", "all epochs again")


async def test_log_scale_smoothing_and_series(make_lab: MakeLab, history: History) -> None:
    started(history, 4.5)
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("3", "z", "L")
        await shows(pilot, "loss (log):")
        await pilot.press("L", "S")
        await shows(pilot, "mean of 3 epochs, fewer at the ends; as recorded behind")
        await pilot.press("h")
        await shows(pilot, "epoch 4: train 0.15 validation 0.165 mean of 2: 0.175, 0.1925")
        await pilot.press("h")
        await shows(pilot, "mean of 3: ")
        await pilot.press("escape", "S")
        await shows(pilot, "mean of 5 epochs")
        await pilot.press("S", "v")
        await until(pilot, lambda: GLYPHS.validation not in words(app), "the training alone")
        await pilot.press("v")
        await until(pilot, lambda: "━ train" not in words(app), "the validation alone")
        await pilot.press("v", "m", "m")
        await shows(pilot, "seconds an epoch: ━ training steps")


async def test_the_baseline_comes_behind_and_without_one_the_key_says_how(make_lab: MakeLab, history: History) -> None:
    first = ended(history, 5.0, Result("finished", "", 0.25, 0.9, 40.0))
    started(history, 2.5)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("3", "b")
        await sees(pilot, "There is no baseline: b in the history makes a")
        assert "baseline, run" not in words(app)
        pin(history, first)
        await pilot.press("b")
        await shows(pilot, "b ○ baseline, run 1")
        await pilot.press("h")
        await shows(pilot, "epoch 5:", "baseline: train 0.12 validation 0.132")
        await pilot.press("escape", "b")
        await until(pilot, lambda: "baseline, run" not in words(app), "no baseline")
        await pilot.press("left_square_bracket", "b")
        await sees(pilot, "Run 1 is the baseline itself")


async def test_other_runs_are_shown_and_the_title_says_which(make_lab: MakeLab, history: History) -> None:
    for _ in range(2):
        ended(history, 5.0, Result("finished", "", 0.25, 0.9, 40.0))
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("3")
        await shows(pilot, "run 2 finished")
        await pilot.press("right_square_bracket")
        await sees(pilot, "That is the latest run.")
        await pilot.press("left_square_bracket")
        await shows(pilot, "run 1 finished an earlier run (T shows run 2)")
        await pilot.press("less_than_sign")
        await sees(pilot, "That is the first run.")
        third = started(history, 1.5)
        await shows(pilot, "run 1 finished run 3 is training (T follows it)")
        history.record_status(third, "paused")
        await shows(pilot, "run 1 finished run 3 is paused (T follows it)")
        history.record_status(third, "running")
        await pilot.press("greater_than_sign")
        await shows(pilot, "run 2 finished run 3 is training (T follows it)")
        await pilot.press("right_square_bracket")
        await shows(pilot, "run 3 running live")
        history.record_end(third, Result("finished", "", 0.2, 0.92, 12.0))
        started(history, 0.5)
        await shows(pilot, "run 4 running live")  # whoever looks at the live run goes on to the next
        await pilot.press("left_square_bracket", "escape")
        await shows(pilot, "run 4 running live")


async def test_overlaid_runs_have_lines_and_names(make_lab: MakeLab, history: History) -> None:
    for _ in range(4):
        ended(history, 5.0, Result("finished", "", 0.25, 0.9, 40.0))
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("3")
        training = app.lab.query_one(TrainingPane)
        training.overlay([[1], [3], [4]])
        one, two, three = (sample(pattern, "braille") for pattern in PATTERNS[:3])
        await shows(
            pilot,
            "run 4 finished one of 3 overlaid",
            f"loss: {one} run 1 {two} run 3 {three} run 4",
            "validation; v shows train",
        )
        training.overlay([[1], [2], [4]])
        await shows(pilot, f"{one} run 1 {two} run 2 {three} run 4")
        await pilot.press("left_square_bracket")
        await shows(pilot, "run 2 finished one of 3 overlaid")
        await pilot.press("h")
        await shows(pilot, "epoch 5:", "run 1 0.12 / 0.132", "train / validation")
        await pilot.press("escape", "escape")
        await shows(pilot, "loss: ━ train")
        assert "overlaid" not in words(app)
        training.overlay([[99]])
        await shows(pilot, "loss: ━ train")


async def test_every_metric_that_is_recorded_can_be_shown(make_lab: MakeLab, history: History) -> None:
    metrics = ("accuracy", "sparse_top_k_categorical_accuracy")
    run_id = history.add(load_preset("lab1-baseline").with_training(metrics=metrics))
    fake.begin(history, run_id)
    done = {"loss": 0.5, "accuracy": 0.8, "sparse_top_k_categorical_accuracy": 0.99}
    history.record_epoch(run_id, Epoch(1, done, 8.0, 7_500.0), 8.0)
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("3", "m", "m")
        await shows(pilot, "top-k accuracy: ━ train")
        await pilot.press("h")
        await shows(pilot, "epoch 1: train 0.99")
        await pilot.press("m", "m")
        await shows(pilot, "epoch 1: train 0.5")


async def test_before_the_first_run_every_key_is_harmless(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("3", "m", "v", "h", "l", "plus", "minus", "0", "L", "S", "b", "left_square_bracket", "escape")
        await shows(pilot, "The curves of a run come here. r trains the stack.")
