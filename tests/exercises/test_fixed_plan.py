"""A number of runs that is chosen beforehand: judged once, when all have ended, and never again."""

from __future__ import annotations

from cnn_tui.exercises import answers
from cnn_tui.exercises.catalogue import find_exercise
from cnn_tui.exercises.fixed_plan import fixed_plan_of, queue_fixed_plan
from cnn_tui.exercises.runs import make_orders
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from tests.exercises.test_exercises import LAB1, run_all, shown
from tests.history.made_runs import end_queued

BOTH = ("baseline", "16-filters")


def planned(history: History, count: int, *names: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Plan so many runs of exercises of lab1."""
    orders, _ = make_orders([find_exercise(name, [LAB1]) for name in names])
    return queue_fixed_plan(history, orders, count)


def test_a_plan_is_judged_once_when_all_of_its_runs_have_ended(history: History) -> None:
    answers.predict(history, "lab1", "16-filters", {"accuracy": "down"})
    for run_id in run_all(history, *BOTH):
        end_queued(history, run_id, 0.5)
    runs, left_out = planned(history, 3, *BOTH)
    assert (len(runs), left_out) == (6, ())
    assert fixed_plan_of(history, LAB1, LAB1.exercise("16-filters")) == runs[1::2]
    assert answers.answer(history, "lab1", "16-filters").prediction.accuracy == "down", "a plan leaves what is expected"
    for run_id, accuracy in zip(runs[:4], (0.901, 0.880, 0.902, 0.881), strict=True):
        end_queued(history, run_id, accuracy)
    waiting = shown(history, "16-filters")
    assert waiting.verdicts[0].sentence.endswith(
        "3 and 3 runs are planned, of which 2 have not ended; it is judged once, when all have"
    )
    assert waiting.outcomes[0].sentence.endswith("the planned runs have not all ended")
    for run_id, accuracy in zip(runs[4:], (0.900, 0.882), strict=True):
        end_queued(history, run_id, accuracy)
    judged = shown(history, "16-filters")
    assert judged.verdicts[0].outcome == "decided"
    assert "over 3 runs each, as planned" in judged.verdicts[0].sentence
    for run_id in run_all(history, *BOTH, repeat=2):
        end_queued(history, run_id, 0.7)
    assert shown(history, "16-filters").verdicts == judged.verdicts, "runs that come later change nothing"


def test_there_is_one_plan_until_its_runs_are_put_away(history: History) -> None:
    runs, _ = planned(history, 2, *BOTH)
    assert planned(history, 4, *BOTH) == ((), ("lab1/baseline", "lab1/16-filters"))
    for run_id in runs:
        end_queued(history, run_id)
    notebook.archive(history, runs)
    assert fixed_plan_of(history, LAB1, LAB1.exercise("16-filters")) == ()
    again, _ = planned(history, 2, *BOTH)
    assert fixed_plan_of(history, LAB1, LAB1.exercise("16-filters")) == again[1::2]
