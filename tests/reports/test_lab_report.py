"""The lab report: what a reader of the Markdown finds in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import pytest
from markdown_it import MarkdownIt

from cnn_tui.exercises import answers
from cnn_tui.exercises.catalogue import SetPlace, load_set
from cnn_tui.exercises.runs import make_orders, queue
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history import notebook
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.history import History, Result
from cnn_tui.reports import lab_report
from cnn_tui.reports.markdown import escape, markdown_lines, quote, to_markdown
from cnn_tui.reports.set_table import set_table
from tests.exercises.test_exercises import run_all
from tests.history.made_runs import end_queued, trained

BASELINE, MORE = load_preset("lab1-baseline"), load_preset("lab1-64-filters")
HOSTILE = "\x1b[2J<script>alert(1)</script> | `x` **b** [a](http://x) ![i](y) # h\n# not a heading\n- no\u202e"


def report(history: History, runs: Sequence[int], places: Sequence[SetPlace] = (), title: str = "Lab report") -> str:
    """The report in Markdown."""
    return to_markdown(lab_report.report(history, runs, places, title))


@pytest.fixture
def history() -> Iterator[History]:
    """Three pairs of runs, and an exercise that was answered."""
    with History() as opened:
        for seed, one, other in ((1, 0.90, 0.906), (2, 0.902, 0.909), (3, 0.899, 0.904)):
            trained(opened, BASELINE.with_training(seed=seed), accuracy=one, pace=8.0 + seed / 10)
            trained(opened, MORE.with_training(seed=seed), accuracy=other, pace=12.0 + seed / 20)
        answers.predict(opened, "lab1", "64-filters", {"accuracy": "up"})
        answers.conclude(opened, "lab1", "64-filters", "better, at half the pace")
        notebook.note(opened, 1, "the first one")
        notebook.conclude(opened, 2, "worth its time")
        yield opened


def two_pages(text: str) -> str:
    """What stands before the appendix."""
    return text.partition("\n## Appendix")[0]


def test_it_has_the_exercises_their_verdicts_and_the_figures_and_all_else_behind(history: History) -> None:
    text = report(history, [1, 2, 3, 4, 5, 6], [load_set("lab1"), load_set("overfitting")], "Week 3")
    made_with = "fashion\\_mnist, 60,000 + 10,000 images, 2 of 5 epochs, last weights"
    for part in (
        "# Week 3\n\n6 runs, written ",
        "## Lab 1: the exercises of the course notes\n\n| exercise | expected | seeds | test acc | change |",
        "| 64 filters instead of 32 | accuracy up | 3 | 0.9063 ± 0.0025 | +0.0060 |",
        f"Trained on {made_with}, CPU, 2 cores.",
        "- 64 against 32 filters: +0.6 points over 3 runs and 3 runs; luck alone moves such runs as far apart in ",
        "Conclusions:\n\n- 64 filters instead of 32: better, at half the pace",
        "| Lab 1: 64 filters | 2, 4, 6 | 0.9063 ± 0.0025 (3 runs) |",
        f"| {made_with} |",
    ):
        assert part in two_pages(text), part
    for part in (
        "| 2 | Lab 1: 64 filters | finished | 243,786 | 0.9060 |",
        "| run 1 |",
        "Run 1, note:\n\n> the first one",
        "### 64 filters instead of 32",
        "- accuracy: 0.6 points higher, as you expected; luck alone does as much in ",
        "Conclusion:\n\n> better, at half the pace",
        "### Run 2: Lab 1: 64 filters",
        "```text\n",
        "━ train   ● validation",
        "Run 2, conclusion:\n\n> worth its time",
        "No clear overfitting in 2 epochs",
    ):
        assert part in text.removeprefix(two_pages(text)), part
    assert "### Run 4" not in text, "one curve for each experiment"
    assert "Overfitting and its cures" not in text, "nothing was done of it"


def test_two_pages_hold_a_whole_lab_and_what_cannot_be_compared_is_said_once(history: History) -> None:
    lab1 = load_set("lab1")
    for run_id in run_all(history, *(one.name for one in lab1.set.exercises if one.is_run), repeat=2):
        dataset = "fashion_mnist" if history.lines_of([run_id])[0].exercise == "lab1/baseline" else "mnist"
        end_queued(history, run_id, 0.9, dataset=dataset)
    wanted = [line.id for line in history.lines() if line.id > 6]
    pages = two_pages(report(history, wanted, [lab1]))
    assert len(pages.splitlines()) < 80
    assert pages.count("not the same images (mnist") == 1
    assert pages.count("the figures say nothing") == 1


def test_the_notes_tell_nothing_before_the_users_own_conclusion(history: History) -> None:
    for run_id in run_all(history, "no-final-conv"):
        end_queued(history, run_id)
    text = report(history, [1, 2], [load_set("lab1")])
    assert "64 filters is better than 32 filters in accuracy" in text and "0.8943" in text, "it was concluded"
    assert "time per epoch is reduced" not in text and "0.9113" not in text
    answers.conclude(history, "lab1", "no-final-conv", "quicker")
    text = report(history, [1, 2], [load_set("lab1")])
    assert "time per epoch is reduced" in text and "0.9113" in text


def test_it_keeps_the_order_that_it_is_given(history: History) -> None:
    text = report(history, [3, 1])
    assert text.index("| 3 | ") < text.index("| 1 | ")
    assert "| 2 | " not in text


def test_the_pinned_run_is_what_others_are_held_against(history: History) -> None:
    notebook.pin(history, 2)
    assert "- 32 against 64 filters: -0.6 ± 1.6 points" in report(history, [1, 2, 3, 4, 5, 6])


def test_hostile_text_is_text_and_nothing_else(history: History) -> None:
    trained(history, msgspec.structs.replace(BASELINE, name=HOSTILE))
    notebook.note(history, 7, HOSTILE)
    notebook.conclude(history, 7, HOSTILE * 50)
    answers.conclude(history, "lab1", "64-filters", HOSTILE)
    text = report(history, [7, 1], [load_set("lab1")], HOSTILE)
    assert "\x1b" not in text and "\u202e" not in text
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    for tag in ("<script", "<strong", "<a ", "<img", "<li>no", "<code>x"):
        assert tag not in html
    headings = [line for line in text.splitlines() if line.startswith("#") and "not a heading" in line]
    assert [line[:4] for line in headings] == ["# \\\\"], "the title"
    tables = [line for line in text.splitlines() if line.startswith("| 7 |")]
    assert [line.count("|") - line.count("\\|") for line in tables] == [16]


def test_escaping_shows_a_text_as_it_is() -> None:
    text = "a_b*c`d[e](f)<g>|h\\ # ~x~ &amp;"
    assert MarkdownIt().renderInline(escape(text)) == text.replace("&", "&amp;").replace("<", "&lt;").replace(
        ">", "&gt;"
    )
    assert quote("one\n\ntwo\n- three\n4) four") == ["> one", ">", "> two\\", "> \\- three\\", "> 4\\) four"]


def test_a_set_is_one_table_with_the_notes_beside(history: History) -> None:
    for run_id in run_all(history, "16-filters", repeat=2):
        end_queued(history, run_id, 0.89, 6.0)
    lines = markdown_lines(set_table(history, load_set("lab1")))
    assert "in the notes" in lines[0] and "0.8994" not in "".join(lines), "nothing was concluded of 16 filters"
    assert next(line for line in lines if line.startswith("| 64 filters")).count("0.8943") == 1
    lines = markdown_lines(set_table(history, load_set("lab1"), revealed=True))
    assert lines[0].count("in the notes") == 3
    assert "| 16 filters instead of 32 | 55,098 | 2 | 0.8900 ± 0.0000 | -0.0103 | 0.8994 | 0.9300" in lines[3]
    assert lines[3].endswith("| 6.0 ± 0.0 | 6.8 |")
    assert "Trained on fashion\\_mnist, 60,000 + 10,000 images, 2 of 5 epochs, last weights, CPU, 2 cores." in lines
    assert any(line.startswith("- 64 against 32 filters: +0.6 points over 3 runs and 3 runs") for line in lines)
    assert not any("fourth" in line for line in lines)


def test_the_set_on_overfitting_shows_gap_and_validation_loss(history: History) -> None:
    overfitting = load_set("overfitting")
    (planned,), _ = make_orders([(overfitting, overfitting.exercise("dropout"))])
    (made,) = queue(history, [planned])
    assert history.claim(made, 1, 1)
    history.record_start(made, dataset="fashion_mnist", train_images=54_000, test_images=10_000, environment={})
    metrics = {"loss": 0.2, "accuracy": 0.93, "val_loss": 0.27, "val_accuracy": 0.91}
    history.record_epoch(made, Epoch(1, metrics, 8.0, 1.0), 8.0)
    history.record_end(made, Result("finished", "", 0.28, 0.905))
    lines = markdown_lines(set_table(history, overfitting))
    assert lines[0].endswith("| gap, train - test | validation loss |")
    dropout = next(line for line in lines if line.startswith("| Dropout"))
    assert dropout.endswith("| 0.0250 | 0.2700 |")
    assert "gap" not in markdown_lines(set_table(history, load_set("lab1")))[0]


def test_a_report_on_runs_without_figures_is_short(history: History) -> None:
    waiting = history.add(BASELINE)
    text = report(history, [waiting])
    assert "| 7 | Lab 1: baseline, 32 filters | queued |" in text
    assert "## Curves" not in text and "## Repeats" not in text
