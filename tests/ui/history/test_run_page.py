"""A run's page, and runs side by side."""

from __future__ import annotations

import msgspec
import pytest

from cnn_tui.analysis.foretelling.foretold import Foretold
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.history.run import FiredAt, Progress
from cnn_tui.reports.chart.canvas import PATTERNS, sample
from cnn_tui.ui.app import LabApp
from cnn_tui.ui.widgets.page_view import PageView
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.made_runs import made
from tests.ui.screen import LARGE, SMALL, sees, text, until


def whole(app: LabApp) -> str:
    """All lines of the page, those off the screen too."""
    view = app.screen.query_one(PageView)
    return "\n".join(line.plain.rstrip() for line in view.lay_out(view.size.width))


async def test_the_page_has_all_that_is_recorded(make_lab: MakeLab, history: History) -> None:
    stopped = msgspec.structs.replace(load_preset("lab1-64-filters"), stop=(StopRule("loss", below=0.3),))
    cause = "stop rule: loss below 0.3 after epoch 2"
    run_id = made(history, stopped, 0.91, train=0.95, status="stopped", cause=cause, fired=FiredAt(1, 2))
    history.record_event(run_id, "resumed after epoch 1", "resumed")
    notebook.note(history, run_id, "first line\nsecond line")
    notebook.conclude(history, run_id, "larger is slower")
    notebook.change_tags(history, [run_id], ["lab1"])
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "enter")
        await sees(pilot, "fingerprint")
        shown = whole(app)
        for words in (
            "ended by its rule: loss below 0.3",
            "test 0.9100, train 0.9500, validation 0.9100, gap +4.00 points",
            "243,786 parameters",
            "tags                 lab1",
            "first line\n                     second line",
            "larger is slower",
            "60,000 training and 10,000 test images",
            "3  Conv2D        64  3x3  relu  (None, 11, 11, 64)   36,928",
            "resumed after epoch 1",
            "CPU, 2 cores",
            "There are none.",
        ):
            assert words in shown, words
        await pilot.press("G")
        await sees(pilot, "CPU, 2 cores")
        assert "fingerprint" not in text(app)
        await pilot.press("g")
        await sees(pilot, "more lines below: j")
        await pilot.press("escape")
        await until(pilot, lambda: "fingerprint" not in text(app), "the page is closed")


async def test_the_difference_to_the_baseline_is_on_the_page(make_lab: MakeLab, history: History) -> None:
    base = made(history, "lab1-baseline", 0.90)
    made(history, load_preset("lab1-64-filters").with_training(learning_rate=0.01), 0.91)
    notebook.pin(history, base)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "enter")
        await sees(pilot, "fingerprint")
        shown = whole(app)
        assert "Difference to the baseline, run 1" in shown
        assert "learning_rate        0.001 → 0.01" in shown
        assert "0.9000 → 0.9100  (+0.0100)" in shown
        assert "~ layer 1 Conv2D  filters 32 → 64" in shown and "~ layer 3 Conv2D" in shown
        await pilot.press("]")
        await sees(pilot, "It is the baseline that others are compared with.")
        await pilot.press("]")
        await sees(pilot, "That is the last run of the table.")


async def test_the_overfitting_is_said_and_the_next_experiment_goes_into_the_editor(
    make_lab: MakeLab, history: History
) -> None:
    made(history, "lab1-baseline", val_losses=(0.5, 0.3, 0.35, 0.4, 0.45))
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "enter")
        await sees(pilot, "Overfits after epoch 2")
        await sees(pilot, "One experiment to try next: Dropout 0.3 before the last Dense")
        await pilot.press("f")
        await sees(pilot, "dropout ")
        await pilot.press("u")
        await until(pilot, lambda: "dropout " not in text(app), "undone")


async def test_without_validation_there_is_no_word_about_overfitting(make_lab: MakeLab, history: History) -> None:
    run_id = history.add(load_preset("lab1-baseline").with_training(validation="none"))
    fake.begin(history, run_id)
    fake.finish(history, run_id)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "enter")
        await sees(pilot, "fingerprint")
        assert "verfit" not in whole(app)
        await pilot.press("f")
        await sees(pilot, "The curves of this run suggest")


async def test_the_page_of_a_run_that_goes_on_goes_on_too(make_lab: MakeLab, history: History) -> None:
    run_id = history.add(load_preset("lab1-baseline"))
    fake.begin(history, run_id)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "enter")
        await sees(pilot, "0 of 5")
        fake.play(history, run_id, 3.5)
        await sees(pilot, "3 of 5")
        fake.finish(history, run_id)
        await sees(pilot, "test 0.9083")


async def test_the_same_network_is_said(make_lab: MakeLab, history: History) -> None:
    made(history, "lab1-baseline")
    made(history, "lab1-baseline")
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "f", "enter")
        await sees(pilot, "Same network, data and training as run 1")


@pytest.mark.parametrize("size", [SMALL, (60, 16)])
async def test_the_page_fits_small_terminals(make_lab: MakeLab, history: History, size: tuple[int, int]) -> None:
    made(history, "lab1-baseline", 0.9)
    app = make_lab()
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press("4", "enter")
        await sees(pilot, "fingerprint")
        assert "Esc back" in text(app)
        await pilot.press("G")
        await sees(pilot, "There are none.")


async def compared(history: History, make_lab: MakeLab, *what: Experiment) -> LabApp:
    """A lab whose history has these runs, all of them to be compared."""
    for at, one in enumerate(what):
        made(history, one, 0.9 + at / 100)
    return make_lab()


async def test_only_what_differs_is_compared_at_first(make_lab: MakeLab, history: History) -> None:
    base = load_preset("lab1-baseline")
    app = await compared(history, make_lab, base, load_preset("lab1-16-filters").with_training(learning_rate=0.01))
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "space", "j", "space", "c")
        await sees(pilot, "2 runs, against run 1")
        shown = whole(app)
        one, two = (sample(pattern, "braille") for pattern in PATTERNS[:2])
        assert f"{one} run 1 (baseline)" in shown and f"{two.strip()} run 2" in shown
        assert "learning_rate" in shown and "batch_size" not in shown and "validation loss" not in shown
        assert "0.9100 +0.0100" in shown and "55,098 -58,288" in shown
        assert "~ layer 1 Conv2D  filters 32 → 16" in shown and "MaxPooling2D" not in shown
        assert "filters 32, learning_rate 0.001 (run 1)" in shown and "train" in shown
        await pilot.press("C")
        await sees(pilot, "batch_size")
        assert "MaxPooling2D" in whole(app)
        await pilot.press("b")
        await sees(pilot, "2 runs, against run 2")
        assert "0.9000 -0.0100" in whole(app) and "~ layer 1 Conv2D  filters 16 → 32" in whole(app)
        await pilot.press("q")
        await sees(pilot, "4 History")


async def test_layers_that_came_and_went_have_signs(make_lab: MakeLab, history: History) -> None:
    app = await compared(history, make_lab, load_preset("lab1-baseline"), load_preset("lab1-no-final-conv"))
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "space", "j", "space", "c")
        await sees(pilot, "2 runs, against run 1")
        assert "- Conv2D  32  3x3  relu" in whole(app) and "- MaxPooling2D  2x2" in whole(app)
        await pilot.press("b")
        await sees(pilot, "2 runs, against run 2")
        assert "+ Conv2D  32  3x3  relu" in whole(app)


async def test_other_data_is_the_first_row_and_a_warning(make_lab: MakeLab, history: History) -> None:
    made(history)
    made(history, dataset="fashion_mnist_sample")
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "space", "j", "space", "c")
        await sees(pilot, "not trained and tested on the same images")
        lines = [line for line in whole(app).splitlines() if line and not line.startswith(" ")]
        first = next(line for line in lines if not line.startswith(("These", "a ")))
        assert first.startswith("data") and "60,000 + 10,000" in first and "fashion_mnist_sample" in first


async def test_the_verdict_over_repeats_comes_by_itself(make_lab: MakeLab, history: History) -> None:
    for seed in range(1, 6):
        for name, accuracy in (("lab1-baseline", 0.90), ("lab1-64-filters", 0.91)):
            made(history, load_preset(name).with_training(seed=seed), accuracy + seed % 2 / 1000)
            history.store.execute("UPDATE runs SET seed = ? WHERE id = (SELECT max(id) FROM runs)", (seed,))
    history.store.execute("UPDATE runs SET test_accuracy = test_accuracy + id * 0.0001 WHERE name LIKE '%64%'")
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "space", "j", "space", "c")
        await until(pilot, lambda: "over 5 runs each" in whole(app), "the verdict", 60)
        assert "64 against 32 filters" in whole(app)


async def test_many_runs_are_scrolled_beside_the_baseline(make_lab: MakeLab, history: History) -> None:
    for at in range(6):
        made(history, load_preset("lab1-baseline").with_training(batch_size=16 + at), 0.9 + at / 100)
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("4", "G", "b", *["space", "k"] * 6, "c")
        await sees(pilot, "6 runs, against run 1")

        def heading() -> str:
            return text(app).splitlines()[1]

        assert "run 1" in heading() and "run 2" in heading() and "run 6" not in heading()
        await pilot.press(*"l" * 8)
        await until(pilot, lambda: "run 6" in heading(), "the last run")
        assert "run 1" in heading() and "run 2" not in heading()
        await pilot.press(*"h" * 8)
        await until(pilot, lambda: "run 2" in heading(), "the first run")


async def test_a_comparison_needs_two_runs(make_lab: MakeLab, history: History) -> None:
    made(history)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "c")
        await sees(pilot, "A comparison needs two runs")


async def test_what_was_foretold_stands_beside_what_came(make_lab: MakeLab, history: History) -> None:
    run_id = made(history, "lab1-baseline", seconds=6.8)
    foretold = Foretold(6.2, 410_000_000, "arithmetic", "conv2d_1", 7).to_json()
    environment = {"device": "CPU, 2 cores", "foretold": foretold}
    history.record_start(
        run_id, dataset="fashion_mnist", train_images=60_000, test_images=10_000, environment=environment
    )
    history.record_progress(run_id, Progress("evaluating", 2, memory=432_000_000))
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "enter")
        await sees(pilot, "fingerprint")
        words = "foretold             6.2 s an epoch, took 6.8 s; 410 MB, took 432 MB; mostly arithmetic (from 7 runs)"
        assert words in whole(app)
        assert whole(app).count("foretold") == 1, "the environment does not repeat it"
