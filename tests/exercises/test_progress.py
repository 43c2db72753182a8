"""How far somebody is with an exercise, and which runs a set still misses."""

from __future__ import annotations

import msgspec

from cnn_tui.exercises import answers
from cnn_tui.exercises.catalogue import load_set
from cnn_tui.exercises.progress import baseline_order, count_runs, missing, queue_missing, read_statuses
from cnn_tui.exercises.runs import make_orders
from cnn_tui.history.history import History, Result
from cnn_tui.reports.exercise_facts import read_exercise
from cnn_tui.reports.exercise_page import exercise_page
from cnn_tui.reports.markdown import to_markdown
from tests.history.made_runs import end_queued

LAB1 = load_set("lab1")
SIXTEEN = LAB1.exercise("16-filters")


def state(history: History, name: str = "16-filters") -> str:
    return read_statuses(history, LAB1)[name].state


def test_an_exercise_goes_from_open_to_done(history: History) -> None:
    seen = [state(history)]
    answers.predict(history, "lab1", "16-filters", {"time": "down"})
    seen.append(state(history))
    wanted, _ = make_orders([(LAB1, SIXTEEN)])
    (run_id,) = queue_missing(history, [(wanted[0], 1)])
    seen.append(state(history))
    assert history.claim(run_id, 1, 1)
    seen.append(state(history))
    history.record_end(run_id, Result("finished", "", 0.3, 0.9))
    seen.append(state(history))
    answers.conclude(history, "lab1", "16-filters", "quicker")
    answers.mark(history, "lab1", "16-filters", True)
    seen.append(state(history))
    assert seen == ["open", "predicted", "waiting", "training", "run", "done"]


def test_a_run_that_failed_leaves_it_open_and_is_not_counted(history: History) -> None:
    wanted, _ = make_orders([(LAB1, SIXTEEN)])
    (run_id,) = queue_missing(history, [(wanted[0], 1)])
    assert count_runs(history, wanted)[0][1] == 1
    history.claim(run_id, 1, 1)
    history.record_end(run_id, Result("failed", "out of memory", None, None))
    assert state(history) == "open"
    assert read_statuses(history, LAB1)["16-filters"].failure == (run_id, "out of memory")
    assert missing(count_runs(history, wanted), 2) == [(wanted[0], 2)]


def test_its_page_says_why_the_run_failed_until_one_has_come_to_its_end(history: History) -> None:
    def page() -> str:
        facts = read_exercise(history, LAB1, SIXTEEN, read_statuses(history, LAB1)["16-filters"])
        return to_markdown(exercise_page(facts))

    wanted, _ = make_orders([(LAB1, SIXTEEN)])
    failed, finished = queue_missing(history, [(wanted[0], 2)])
    history.claim(failed, 1, 1)
    history.record_end(failed, Result("failed", "put a file there", None, None))
    assert "failed" not in page(), "another is still to be trained"
    history.claim(finished, 1, 2)
    history.record_end(finished, Result("failed", "put a file here", None, None))
    assert f"Run {finished} failed: put a file here." in page()
    (third,) = queue_missing(history, [(wanted[0], 1)])
    end_queued(history, third)
    assert "failed" not in page()


def test_runs_under_other_conditions_are_not_counted(history: History) -> None:
    wanted, _ = make_orders([(LAB1, SIXTEEN)])
    shorter, _ = make_orders([(LAB1, SIXTEEN)], lambda one: one.with_training(epochs=1))
    sample, _ = make_orders([(LAB1, SIXTEEN)], lambda one: msgspec.structs.replace(one, dataset="fashion_mnist_sample"))
    for order in (*shorter, *sample):
        end_queued(history, queue_missing(history, [(order, 1)])[0])
    assert missing(count_runs(history, wanted), 1) == [(wanted[0], 1)]
    assert missing(count_runs(history, [*shorter, *sample]), 1) == []


def test_missing_runs_are_queued_seed_by_seed(history: History) -> None:
    wanted, _ = make_orders([(LAB1, one) for one in LAB1.set.exercises[:3]])
    end_queued(history, queue_missing(history, [(wanted[1], 1)])[0])
    ids = queue_missing(history, missing(count_runs(history, wanted), 2))
    lines = [line for one in ids for line in history.lines_of([one])]
    assert [(line.exercise, line.seed) for line in lines] == [
        ("lab1/baseline", 1),
        ("lab1/16-filters", 2),
        ("lab1/64-filters", 1),
        ("lab1/baseline", 2),
        ("lab1/64-filters", 2),
    ]
    assert missing(count_runs(history, wanted), 2) == []


def test_the_baseline_of_an_exercise(history: History) -> None:
    order = baseline_order(LAB1, SIXTEEN)
    assert order is not None and order.key == "lab1/baseline"
    assert baseline_order(LAB1, LAB1.exercise("baseline")) is None
    assert baseline_order(LAB1, LAB1.exercise("fourth-conv")) is None


def test_the_tally_tells_when_to_look_again(history: History) -> None:
    before = history.tally()
    assert history.tally() == before
    answers.mark(history, "lab1", "16-filters", True)
    marked = history.tally()
    assert marked != before
    queue_missing(history, [(make_orders([(LAB1, SIXTEEN)])[0][0], 1)])
    assert history.tally() != marked and history.tally().waiting == 1
