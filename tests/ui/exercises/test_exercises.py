"""The exercises screen, with a trainer that the test plays: expect, run, compare, conclude; sets and reports."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cnn_tui.exercises import answers
from cnn_tui.exercises.catalogue import find_exercise, load_set
from cnn_tui.exercises.runs import make_orders, queue
from cnn_tui.experiment.document import Document
from cnn_tui.history.history import History
from cnn_tui.ui.app import LabApp
from cnn_tui.ui.screens.exercise_parts import ExercisesFoot
from cnn_tui.ui.screens.exercises import ExercisesScreen
from tests.history.made_runs import end_queued
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.exercises.exercise_words import flat, go_to, reads
from tests.ui.screen import LARGE, SMALL, Compare, keys, sees, text, until


def done_by_hand(history: History, name: str, accuracies: tuple[float, ...], pace: float = 8.0) -> None:
    """Runs of an exercise of lab1, one for each accuracy."""
    wanted, _ = make_orders([find_exercise(name, [load_set("lab1")])])
    for at, (run_id, accuracy) in enumerate(zip(queue(history, wanted, len(accuracies)), accuracies, strict=True)):
        end_queued(history, run_id, accuracy, pace + at / 10)


async def opened(pilot: Pilot[None], words: str = "The network of the notes") -> None:
    await pilot.press("x")
    await sees(pilot, words)


async def try_on_the_sample(pilot: Pilot[None], document: Document) -> None:
    """Have the baseline in the editor, on the sample for one epoch."""
    await opened(pilot)
    await go_to(pilot, "lab1/baseline")
    await pilot.press("enter")
    await sees(pilot, "Total params: 113,386")
    document.edit("sample", document.experiment.with_dataset("fashion_mnist_sample").with_training(epochs=1))


def grey(app: LabApp) -> set[str]:
    """The keys of the footer that look like their labels: they do nothing for the row under the cursor."""
    line = app.screen.query_one(ExercisesFoot).render_line(0)
    styles = [segment.style for segment in line for _ in segment.text]
    keys = re.finditer(r"(\S+) \S+", line.text)
    return {one[1] for one in keys if styles[one.start()] == styles[one.end() - 1]}


async def test_keys_that_do_nothing_for_a_row_are_grey(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("x")
        await sees(pilot, "The network of the notes")
        await until(pilot, lambda: grey(app) == {"p", "n"}, "the baseline asks for no expectation and has no notes")
        await pilot.press("j")
        await until(pilot, lambda: not grey(app), "there is all to do for the next one")
        await pilot.press("k", "k")
        await until(pilot, lambda: {"p", "r", "i"} <= grey(app), "a set is no exercise")


async def test_at_200x60_no_title_is_cut(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.press("x")
        await sees(pilot, "Transfer learning: begin with what another network knows")
        assert "…" not in text(app)


async def test_from_what_is_expected_to_the_conclusion(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await opened(pilot)
        await go_to(pilot, "lab1/64-filters")
        await pilot.press("z")
        await reads(pilot, "○ to do p says what you expect; then r runs it.")
        await reads(pilot, "~ layer 1 Conv2D filters 32 → 64")
        assert "0.8943" not in text(app), "the notes' figures would give the answer away"
        assert "243,786" not in text(app), "and so would that"
        await pilot.press("p")
        await sees(pilot, "Test accuracy, against the baseline")
        await sees(pilot, "u  up")
        assert "s  the same" in text(app) and "d  down" in text(app)
        await pilot.press("u")
        await sees(pilot, "Time of an epoch")
        await pilot.press("s")
        await reads(pilot, "? predicted r runs it.")
        await reads(pilot, "test accuracy up, time of an epoch same")
        await reads(pilot, "113,386 → 243,786 parameters")
        await pilot.press("r")
        await reads(pilot, "2 runs, 1 to 2, are queued, the baseline's too. ")
        assert [line.exercise for line in history.queue()] == ["lab1/baseline", "lab1/64-filters"]
        assert [line.seed for line in history.queue()] == [1, 1]
        await reads(pilot, "… waiting 1 of its runs waits to be trained.")
        end_queued(history, 1, 0.9, 8.0)
        fake.begin(history, 2)
        fake.play(history, 2, 1.5)
        await reads(pilot, "▸ training Run 2 has done 1 of 5 epochs.")
        fake.finish(history, 2)
        await reads(pilot, "● has run i writes what you conclude")
        await reads(pilot, "accuracy: 0.8 points higher, as you expected; luck alone does as much in 26 of 100 cases")
        await reads(pilot, "test accuracy 0.9083 ± 0.0029 0.9000 ± 0.0030 +0.0083")
        await reads(pilot, "yours: fashion_mnist, 60,000 + 10,000 images, 1 of 5 epochs, last weights")
        await reads(pilot, "train accuracy")
        assert "64 filters is better" not in text(app) and "0.8943" not in text(app)
        await pilot.press("i")
        await sees(pilot, "Enter keeps it")
        await pilot.press(*"better", "enter")
        await reads(pilot, "✓ done")
        await reads(pilot, "The notes conclude 64 filters is better than 32 filters")
        await reads(pilot, "test accuracy 0.9083 ± 0.0029 0.9000 ± 0.0030 +0.0083 0.8943")
        await pilot.press("ctrl+d")
        await reads(pilot, "seconds an epoch 8.0 8.0 +0.0 7.2")
        await reads(pilot, "the notes: fashion_mnist, 60,000 + 10,000 images, 5 epochs, last weights")
        await pilot.press("ctrl+u", "ctrl+u")
        kept = answers.answer(history, "lab1", "64-filters")
        assert (kept.conclusion, kept.done, kept.about) == ("better", True, (1, 2))
        assert (kept.prediction.accuracy, kept.prediction.time) == ("up", "same")
        await pilot.press("space")
        await reads(pilot, "● has run")
        await pilot.press("p")
        await reads(pilot, "Its result is known already")
        done_by_hand(history, "64-filters", (0.91,))
        await reads(pilot, "It was written about runs 1 and 2; since then run 3 has come. i writes it anew.")
        assert app.lab.launcher.keeper.woken > 1  # type: ignore[attr-defined]


async def test_repeats_bring_a_verdict_and_both_sides_have_as_many(make_lab: MakeLab, history: History) -> None:
    done_by_hand(history, "baseline", (0.9,))
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await opened(pilot)
        await go_to(pilot, "lab1/16-filters")
        await pilot.press("z", "R")
        await reads(pilot, "5 runs of it, and 4 of the baseline, so that both have as many: 9 runs, about")
        await reads(pilot, "From 5 each on they are judged, however often you look. P plans a number beforehand")
        await pilot.press("3")
        await reads(pilot, "3 runs of it, and 2 of the baseline, so that both have as many: 5 runs, about")
        await pilot.press("enter")
        await reads(pilot, "5 runs, 2 to 6, are queued.")
        queued = [(line.exercise, line.seed) for line in history.queue()]
        first = [("lab1/baseline", 2), ("lab1/16-filters", 1), ("lab1/baseline", 3)]
        assert queued == [*first, ("lab1/16-filters", 2), ("lab1/16-filters", 3)]
        for line, accuracy in zip(history.queue(), (0.901, 0.88, 0.902, 0.882, 0.881), strict=True):
            end_queued(history, line.id, accuracy, 8.0 if "baseline" in line.exercise else 6.0)
        await reads(pilot, "16 against 32 filters: -2.0 points over 3 runs and 3 runs; luck alone")
        await reads(pilot, "0.8810 ± 0.0010 0.9010 ± 0.0010 -0.0200")
        await pilot.press("c")
        await reads(pilot, "6 runs in 2 columns, against runs 1, 2 and 4")


async def test_a_plan_made_beforehand_is_judged_once(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await opened(pilot)
        await pilot.press("P")
        await reads(pilot, "Not started: a plan compares an exercise with its baseline")
        await go_to(pilot, "lab1/16-filters")
        await pilot.press("z", "P")
        await reads(pilot, "5 runs of it, and as many of the baseline: 10 runs")
        await reads(pilot, "They are judged once, when all have ended")
        await pilot.press("1")
        await reads(pilot, "must be a whole number from 2 to 100")
        await pilot.press("backspace", "3", "enter")
        await reads(pilot, "6 runs planned and queued, to be judged once.")
        for line, accuracy in zip(history.queue(), (0.901, 0.880, 0.902, 0.881, 0.900, 0.882), strict=True):
            end_queued(history, line.id, accuracy, 8.0)
        await reads(pilot, "over 3 runs each, as planned")
        await reads(pilot, "accuracy: it went down")
        await pilot.press("P")
        await reads(pilot, "Not started: it has a plan already, of 3 runs; a second one would be another look")


async def test_a_whole_set_is_queued_over_seeds(make_lab: MakeLab, history: History) -> None:
    done_by_hand(history, "baseline", (0.9,))
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await opened(pilot)
        await pilot.press("A")
        await reads(pilot, "7 exercises over 1 seed. 1 run of them is there already. To queue: 6 runs, about")
        await reads(pilot, "Left out, as their pages say why: fourth-conv, first-conv-only.")
        await pilot.press("2")
        await reads(pilot, "To queue: 13 runs, about")
        await pilot.press("x")
        await reads(pilot, "must be a whole number from 1 to 100")
        await pilot.press("backspace", "enter")
        await reads(pilot, "13 runs, 2 to 14, are queued.")
        lines = history.queue()
        assert len(lines) == 13
        assert {line.seed for line in lines if line.exercise == "lab1/more-convs"} == {1, 2}
        assert all(line.tags == ("lab1",) for line in lines)
        await pilot.press("A")
        await sees(pilot, "over how many seeds?")
        await pilot.press("2", "enter")
        await reads(pilot, "They have as many runs already")
        assert len(history.queue()) == 13


async def test_a_set_is_tried_on_the_sample_without_choosing_it_each_time(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    document = app.lab.document
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await try_on_the_sample(pilot, document)
        await pilot.press("r")
        await until(pilot, lambda: history.run(1) is not None, "the run of the baseline")
        await pilot.press("x")
        await go_to(pilot, "lab1/16-filters")
        await pilot.press("enter")
        await reads(
            pilot, "16 filters instead of 32: its experiment is in the editor, on fashion_mnist_sample for 1 epoch"
        )
        assert (document.experiment.dataset, document.experiment.training.epochs) == ("fashion_mnist_sample", 1)
        await pilot.press("r")
        await until(pilot, lambda: history.run(2) is not None, "the run of the exercise")
        assert [line.exercise for line in history.runs()] == ["lab1/baseline", "lab1/16-filters"]
        for run_id, accuracy in ((1, 0.77), (2, 0.71)):
            end_queued(history, run_id, accuracy, 5.0, dataset="fashion_mnist_sample")
        await pilot.press("x")
        await reads(pilot, "-0.0600")
        await pilot.press("j", "enter")
        await until(pilot, lambda: document.exercise == "lab1/64-filters", "the next exercise")
        await pilot.press("plus", "r")
        await until(pilot, lambda: history.run(3) is not None, "a run of another network")
        assert history.newest(1)[0].exercise == "", "an edited network is not what the exercise asks for"


async def test_a_run_from_the_page_is_on_the_data_that_its_set_is_tried_with(
    make_lab: MakeLab, history: History
) -> None:
    app = make_lab()
    document = app.lab.document
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await try_on_the_sample(pilot, document)
        await pilot.press("x")
        await go_to(pilot, "lab1/16-filters")
        await pilot.press("r")
        await reads(
            pilot, "1 to 2, are queued, the baseline's too, on fashion_mnist_sample for 1 epoch as in the editor."
        )
        runs = [history.run(run_id) for run_id in (1, 2)]
        assert [(run.experiment.dataset, run.experiment.epochs) for run in runs if run] == [
            ("fashion_mnist_sample", 1)
        ] * 2
        await pilot.press("A")
        await reads(pilot, "7 exercises over 1 seed, on fashion_mnist_sample for 1 epoch as in the editor. 2 runs of")


async def test_the_editor_gets_its_experiment_and_gives_yours_back(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("+")
        await opened(pilot)
        await go_to(pilot, "lab1/more-convs")
        await pilot.press("enter")
        await sees(pilot, "Total params: 24,330")
        await pilot.press("u")
        await sees(pilot, "Total params: 122,922")
        await pilot.press("x")
        await reads(pilot, "A third convolution")
        await pilot.press("escape")
        await sees(pilot, "Total params: 122,922")


async def test_notes_on_demand_and_twins_are_named(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await opened(pilot)
        await go_to(pilot, "lab1/first-conv-only")
        await pilot.press("z")
        assert "same network" not in text(app), "that is the answer"
        assert "accuracy is increased" not in text(app)
        await pilot.press("n")
        await reads(pilot, "The notes conclude accuracy is increased")
        await reads(pilot, 'The same network and training as "Without the final convolution and its pooling"')
        await pilot.press("n")
        await reads(pilot, "is shown when you have written your conclusion")


async def test_an_exercise_without_a_run_leads_to_explain(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await opened(pilot)
        await go_to(pilot, "lab2/identity")
        await pilot.press("r")
        await reads(pilot, "Not started: there is nothing to train")
        await pilot.press("p")
        await reads(pilot, "does not ask what you expect")
        await pilot.press("A")
        await reads(pilot, "Nothing of this set is trained.")
        await pilot.press("enter")
        await reads(pilot, "LAB 2, 1 of 12: The kernel that changes nothing")
        await reads(pilot, "▸kernel identity")
        assert app.lab.focused is app.lab.query_one("#explain")


async def test_what_cannot_be_trained_says_so(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await opened(pilot)
        await go_to(pilot, "lab1/fourth-conv")
        await pilot.press("r")
        await reads(pilot, "Not started: it cannot be trained")
        assert not history.count()
        await go_to(pilot, "lab1")
        await pilot.press("r")
        await reads(pilot, "This is a whole set")


async def test_a_lab_report_is_written_and_nothing_overwritten(
    make_lab: MakeLab, history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done_by_hand(history, "baseline", (0.9,))
    answers.conclude(history, "lab1", "baseline", "it learns")
    (tmp_path / "lab-report.md").write_text("mine")
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "run 1 finished")
        await pilot.press("e", "m")
        await sees(pilot, "Write the lab report to")
        await pilot.press("enter")
        await reads(pilot, "exists already; choose another name")
        await pilot.press(*"week3.md", "enter")
        await sees(pilot, "Saved to week3.md.", 30)
    assert (tmp_path / "lab-report.md").read_text() == "mine"
    written = (tmp_path / "week3.md").read_text()
    assert "it learns" in written and "0.9000" in written


async def test_the_lab_report_has_the_runs_that_the_history_pane_has_not_shown_yet(
    make_lab: MakeLab, history: History
) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await sees(pilot, "Conv2D")
        await pilot.press("e", "m")
        await sees(pilot, "There is no run to report on.")
        done_by_hand(history, "baseline", (0.9, 0.91))
        await pilot.press("e", "m")
        await reads(pilot, "A file that ends in .md. 2 runs, the newest last.")
        await pilot.press("escape", "4", "/", *"!failed acc>0.905", "enter", "1")
        await sees(pilot, "Conv2D")
        await pilot.press("e", "m")
        await reads(pilot, "A file that ends in .md. 1 run, the newest last.")


def example(history: History) -> None:
    """A baseline of three runs, an exercise that was run and one that was only thought about."""
    done_by_hand(history, "baseline", (0.9, 0.901, 0.902))
    answers.predict(history, "lab1", "16-filters", {"accuracy": "same", "time": "down"})
    answers.predict(history, "lab1", "64-filters", {"accuracy": "up", "time": "up"})
    done_by_hand(history, "16-filters", (0.88, 0.881, 0.882), 6.0)
    answers.mark(history, "lab1", "baseline", True)


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_the_curves_of_its_runs_stand_beside_the_question(
    make_lab: MakeLab, history: History, size: tuple[int, int]
) -> None:
    example(history)
    app = make_lab()
    async with app.run_test(size=size, notifications=True) as pilot:
        await opened(pilot, "16 filters instead of 32")
        await go_to(pilot, "lab1/16-filters")
        await sees(pilot, "accuracy")
        await until(
            pilot,
            lambda: any("Try editing" in line and "accuracy: " in line for line in text(app).splitlines()),
            "whose curves they are, beside the first line of the question",
        )
        await sees(pilot, "Its test accuracy is 0.8810 ± 0.0010, -0.0200 against the baseline.")
        await pilot.press("z", "m")
        await until(pilot, lambda: any("Try editing" in line for line in text(app).splitlines()), "the question")


async def test_the_list_has_titles_and_says_how_far_one_is_with_each_set(make_lab: MakeLab, history: History) -> None:
    answers.finish(history, "lab1", "baseline", "it learns")
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await opened(pilot, "16 filters instead of 32")
        await sees(pilot, "1/9")
        assert "16-filters" not in text(app) and "A third convolution" in text(app)
        screen = app.screen
        assert isinstance(screen, ExercisesScreen)
        assert screen.chosen.key == "lab1/16-filters", "one goes on with the first that is not done"
        await pilot.press("k", "k")
        await sees(pilot, "1 of 9 done")


@pytest.mark.usefixtures("in_colour")
def test_exercises_at_120x40(make_lab: MakeLab, history: History, snap_compare: Compare) -> None:
    example(history)
    run = keys("x", then="points lower")
    assert snap_compare(make_lab(), terminal_size=LARGE, run_before=run)


@pytest.mark.usefixtures("in_colour")
def test_light_exercises_at_80x24(make_lab: MakeLab, history: History, snap_compare: Compare) -> None:
    example(history)
    run = keys("x", "j", then="┤")
    assert snap_compare(make_lab(theme="cnn-light"), terminal_size=SMALL, run_before=run)


async def test_where_the_notes_draw_no_conclusion_it_says_so(make_lab: MakeLab, history: History) -> None:
    done_by_hand(history, "16-filters", (0.89,))
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await opened(pilot)
        await go_to(pilot, "lab1/16-filters")
        await sees(pilot, "Result")
        await pilot.press("n")
        await until(
            pilot, lambda: flat(app).count("The notes draw no conclusion about this one.") >= 2, "page and note"
        )
