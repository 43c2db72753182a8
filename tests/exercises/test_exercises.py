"""The built-in sets, and what the history says of an exercise."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cnn_tui.exercises import answers
from cnn_tui.exercises.catalogue import SetPlace, find_exercise, load_set, set_names
from cnn_tui.exercises.model import ExerciseError
from cnn_tui.exercises.results import BY_COMMAND, ExerciseResult, ExpectationOutcome, by_command, result, to_json
from cnn_tui.exercises.runs import assign, make_orders, queue, runs_of, same_exercises
from cnn_tui.exercises.shown_runs import runs_concluded_from, shown_runs
from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset, preset_names
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.history.history import Result as End
from cnn_tui.network.summary import summarize
from cnn_tui.reports.exercise_result import since_the_conclusion
from tests.history.made_runs import end_queued

LAB1 = load_set("lab1")
EVERY = [(load_set(name), one) for name in set_names() for one in load_set(name).set.exercises]
EACH = pytest.mark.parametrize(("place", "exercise"), EVERY, ids=lambda one: getattr(one, "name", ""))


def run_all(history: History, *names: str, repeat: int = 1) -> tuple[int, ...]:
    """Queue exercises of lab1."""
    wanted, _ = make_orders([find_exercise(name, [LAB1]) for name in names])
    return queue(history, wanted, repeat)


def shown(history: History, name: str) -> ExerciseResult:
    """What the history says of an exercise of lab1."""
    return result(history, LAB1, LAB1.exercise(name))


# The sets


def test_every_exercise_of_the_notes_has_its_place() -> None:
    assert set_names()[0] == "lab1"
    assert {"padding-and-pooling", "overfitting"} < set(set_names())
    assert [one.name for one in LAB1.set.exercises] == [
        *("baseline", "16-filters", "64-filters", "no-final-conv", "no-final-conv-keep-pool", "more-convs"),
        *("fourth-conv", "first-conv-only", "stop-at-loss"),
    ]


@EACH
def test_an_exercise_is_a_question_about_something(place: SetPlace, exercise: object) -> None:
    one = place.exercise(getattr(exercise, "name"))  # noqa: B009
    assert one.question.strip().endswith(("?", ".")) and len(one.question) > 40
    assert one.title
    experiment = place.experiment(one)
    assert (experiment is None) == one.is_question
    if experiment is None:
        return
    assert bool(problems_of(experiment)) == one.impossible
    if one.preset:
        assert one.preset in preset_names()
    if not one.impossible and one.name != place.set.baseline:
        assert one.predict == ("accuracy", "time")


def test_names_are_told_apart_across_the_sets() -> None:
    names = [one.name for _, one in EVERY]
    assert len(set(names)) == len(names)
    assert find_exercise("dropout")[0].name == "overfitting"
    assert find_exercise("lab1/16-filters")[1].preset == "lab1-16-filters"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("16-filter", 'there is no exercise "16-filter"; cnn-tui exercises lists them. Did you mean 16-filters?'),
        ("lab1/x", 'lab1 has no exercise "x"; there are baseline, 16-filters'),
        ("lab9/x", 'there is no set of exercises "lab9"'),
        ("", "there is no exercise"),
        ("\x1b[2J", "there is no exercise"),
    ],
)
def test_an_unknown_exercise_is_answered_with_those_there_are(name: str, words: str) -> None:
    with pytest.raises(ExerciseError) as caught:
        find_exercise(name)
    assert words in str(caught.value)
    assert str(caught.value).isprintable()


def test_the_figures_of_the_notes_are_those_of_the_notes() -> None:
    """Every figure stands in the notes as it stands here: they ship as text with the test, line by line."""
    lines = NOTED.strip().split("\n")
    for name, wanted in (("16-filters", lines[0:6]), ("64-filters", lines[6:12]), ("no-final-conv", lines[12:18])):
        notes = LAB1.exercise(name).notes
        told = [f"{epoch.seconds:g}s loss: {epoch.loss:.4f} - accuracy: {epoch.accuracy:.4f}" for epoch in notes.epochs]
        assert [*told, f"loss: {notes.test_loss:.4f} - accuracy: {notes.test_accuracy:.4f}"] == wanted
    assert LAB1.exercise("no-final-conv-keep-pool").notes == LAB1.exercise("no-final-conv").notes
    assert LAB1.exercise("16-filters").notes.to_json()["seconds_an_epoch"] == 6.8
    conclusions = [one.notes.conclusion for one in LAB1.set.exercises]
    assert conclusions[2].startswith("64 filters is better than 32 filters in accuracy")
    assert conclusions[3] == "time per epoch is reduced, but accuracy is increased."
    assert (conclusions[5], conclusions[7]) == ("accuracy is decreased", "accuracy is increased")


NOTED = """
8s loss: 0.5157 - accuracy: 0.8130
6s loss: 0.3475 - accuracy: 0.8753
7s loss: 0.3034 - accuracy: 0.8888
6s loss: 0.2727 - accuracy: 0.8984
7s loss: 0.2521 - accuracy: 0.9065
loss: 0.2790 - accuracy: 0.8994
9s loss: 0.4393 - accuracy: 0.8398
6s loss: 0.2972 - accuracy: 0.8912
7s loss: 0.2521 - accuracy: 0.9071
7s loss: 0.2195 - accuracy: 0.9187
7s loss: 0.1948 - accuracy: 0.9270
loss: 0.3018 - accuracy: 0.8943
8s loss: 0.3814 - accuracy: 0.8650
6s loss: 0.2579 - accuracy: 0.9064
6s loss: 0.2132 - accuracy: 0.9216
6s loss: 0.1796 - accuracy: 0.9335
6s loss: 0.1517 - accuracy: 0.9430
loss: 0.2749 - accuracy: 0.9113
"""


def test_parameters_in_the_notes_are_those_of_the_preset() -> None:
    for name in ("16-filters", "64-filters"):
        one = LAB1.exercise(name)
        assert summarize(load_preset(one.preset).stack).total_params == one.notes.params


def test_a_fourth_convolution_is_impossible_and_says_why() -> None:
    experiment = LAB1.experiment(LAB1.exercise("fourth-conv"))
    assert experiment is not None
    (problem,) = problems_of(experiment)
    assert problem.message == "Conv2D's 3x3 kernel does not fit the 1x1 map it gets"
    assert all(not problems_of(experiment.with_stack(fix.stack)) for fix in problem.fixes)


def test_the_first_convolution_only_is_the_same_as_no_final_convolution() -> None:
    names = [one.name for one in same_exercises(LAB1, LAB1.exercise("first-conv-only"))]
    assert names == ["no-final-conv", "first-conv-only"]
    assert [one.name for one in same_exercises(LAB1, LAB1.exercise("no-final-conv-keep-pool"))] == [
        "no-final-conv-keep-pool"
    ]


# Queueing


def test_a_whole_set_is_queued_seed_by_seed(history: History) -> None:
    wanted, left_out = make_orders((LAB1, one) for one in LAB1.set.exercises)
    assert [order.exercise.name for order in wanted] == [
        *("baseline", "16-filters", "64-filters", "no-final-conv", "no-final-conv-keep-pool", "more-convs"),
        "stop-at-loss",
    ]
    assert dict(left_out) == {
        "lab1/fourth-conv": "it cannot be trained (layer 7: Conv2D's 3x3 kernel does not fit the 1x1 map it gets)",
        "lab1/first-conv-only": "it is the same as lab1/no-final-conv, whose runs count here too",
    }
    ids = queue(history, wanted, repeat=2)
    lines = sorted(history.lines(), key=lambda line: line.id)
    assert [line.id for line in lines] == list(ids)
    assert [line.seed for line in lines] == [1] * 7 + [2] * 7
    assert [line.exercise for line in lines[:2]] == ["lab1/baseline", "lab1/16-filters"]
    assert {line.tags for line in lines} == {("lab1",)}


def test_seeds_that_were_used_are_not_used_again(history: History) -> None:
    first = run_all(history, "baseline", repeat=2)
    end_queued(history, first[0])
    history.claim(first[1], 1, 2)
    history.record_end(first[1], End("failed", "out of memory"))
    again = run_all(history, "baseline", "16-filters", repeat=2)
    seeds = {line.id: line.seed for line in history.lines()}
    assert [seeds[one] for one in again] == [2, 1, 3, 2], "a seed whose run failed is tried again"


def test_an_experiment_with_a_seed_counts_from_there(history: History) -> None:
    wanted, _ = make_orders([find_exercise("baseline", [LAB1])], lambda experiment: experiment.with_training(seed=40))
    queue(history, wanted, 2)
    assert sorted(line.seed or 0 for line in history.lines()) == [40, 41]


def test_what_is_changed_is_dealt_with_set_by_set() -> None:
    def sample(experiment: Experiment) -> Experiment:
        return msgspec.structs.replace(experiment, dataset="fashion_mnist_sample")

    both = [find_exercise("baseline"), find_exercise("valid-max")]
    assert [one.key for one in make_orders(both)[0]] == ["lab1/baseline"]
    assert [one.key for one in make_orders(both, sample)[0]] == ["lab1/baseline", "padding-and-pooling/valid-max"]


# Its runs


def test_runs_of_the_same_experiment_count_whatever_they_were_made_for(history: History) -> None:
    made = run_all(history, "no-final-conv")[0]
    by_hand = history.add(
        msgspec.structs.replace(load_preset("lab1-first-conv-only"), name="mine").with_training(seed=9)
    )
    history.add(load_preset("lab1-no-final-conv").with_training(epochs=9))
    other = history.add(load_preset("lab1-16-filters"))
    for name in ("no-final-conv", "first-conv-only"):
        assert runs_of(history, LAB1, LAB1.exercise(name)) == (made, by_hand)
    assert runs_of(history, LAB1, LAB1.exercise("fourth-conv")) == ()
    assign(history, other, LAB1, LAB1.exercise("no-final-conv"))
    assert runs_of(history, LAB1, LAB1.exercise("first-conv-only")) == (made, by_hand, other)
    assert history.lines(1)[0].tags == ("lab1",)


def test_a_run_on_other_images_still_belongs_to_its_exercise(history: History) -> None:
    wanted, _ = make_orders([find_exercise("no-final-conv", [LAB1])], lambda one: one.with_training(epochs=1))
    made = queue(history, wanted)
    assert runs_of(history, LAB1, LAB1.exercise("first-conv-only")) == made


def test_archived_runs_are_left_out(history: History) -> None:
    made = end_queued(history, run_all(history, "baseline")[0])
    notebook.archive(history, [made])
    assert runs_of(history, LAB1, LAB1.exercise("baseline")) == ()
    assert shown_runs(history, LAB1, LAB1.exercise("baseline"))[0].group is None


# Results


def test_before_any_run_there_are_the_notes_and_a_prediction(history: History) -> None:
    answers.predict(history, "lab1", "16-filters", {"accuracy": "down"})
    what = shown(history, "16-filters")
    assert (what.runs, what.group, what.verdicts) == ((), None, ())
    assert [(row.key, row.yours, row.notes) for row in what.rows] == [
        ("test accuracy", "", "0.8994"),
        ("test loss", "", "0.2790"),
        ("train accuracy", "", "0.9065"),
        ("train loss", "", "0.2521"),
        ("seconds an epoch", "", "6.8"),
        ("parameters", "", "55,098"),
    ]
    assert what.outcomes == (
        ExpectationOutcome("accuracy", "down", None, "accuracy: you expected down; there is no run of this yet"),
        ExpectationOutcome("time", None, None, "time: nothing was expected; there is no run of this yet"),
    )


def test_result_prediction_and_notes_stand_side_by_side(history: History) -> None:
    answers.predict(history, "lab1", "16-filters", {"accuracy": "up", "time": "down"})
    answers.conclude(history, "lab1", "16-filters", "half the time, a little worse")
    ids = run_all(history, "baseline", "16-filters", repeat=5)
    figures = [(0.900, 8.0), (0.890, 6.0), (0.904, 8.1), (0.893, 6.1), (0.902, 8.2), (0.8925, 6.3)]
    figures += [(0.901, 8.1), (0.8915, 6.2), (0.903, 8.1), (0.892, 6.1)]
    for run_id, (score, pace) in zip(ids, figures, strict=True):
        end_queued(history, run_id, score, pace)
    what = shown(history, "16-filters")
    assert what.runs == ids[1::2]
    rows = {row.key: row for row in what.rows}
    assert rows["test accuracy"] == ("test accuracy", "0.8918 ± 0.0012", "0.9020 ± 0.0016", "-0.0102", "0.8994")
    assert rows["parameters"] == ("parameters", "55,098", "113,386", "-58,288", "55,098")
    assert rows["epochs"] == ("epochs", "2", "2", "+0", "")
    accuracy, time = what.outcomes
    assert (accuracy.expected, accuracy.found, accuracy.right) == ("up", "down", False)
    assert accuracy.sentence == "accuracy: you expected up, it went down"
    assert (time.found, time.right) == ("down", True)
    assert what.verdicts[0].sentence.startswith("16 against 32 filters: -1.0 ± ")
    assert what.answer.conclusion == "half the time, a little worse"
    assert shown(history, "baseline").verdicts == ()
    assert shown(history, "baseline").outcomes == ()


def test_a_small_difference_that_is_known_well_is_the_same(history: History) -> None:
    answers.predict(history, "lab1", "64-filters", {"accuracy": "same"})
    ids = run_all(history, "baseline", "64-filters", repeat=6)
    scores = (0.901, 0.9011, 0.9014, 0.9013, 0.9012, 0.9012, 0.9016, 0.9009, 0.901, 0.9013, 0.9013, 0.9012)
    for run_id, score in zip(ids, scores, strict=True):
        end_queued(history, run_id, score)
    accuracy = shown(history, "64-filters").outcomes[0]
    assert (accuracy.found, accuracy.right, accuracy.sentence) == (
        "same",
        True,
        "accuracy: you expected same, it stayed the same",
    )


def test_the_command_that_repeats_an_exercise_can_be_typed_as_it_stands(tmp_path: Path) -> None:
    place = load_set("lab1")
    exercise = place.exercise("64-filters")
    assert by_command(place, exercise) == "cnn-tui exercises run lab1/64-filters --repeat 5"
    pack = place._replace(folder=tmp_path / "my pack")
    assert by_command(pack, exercise) == f"cnn-tui exercises --pack '{tmp_path}/my pack' run 64-filters --repeat 5"


def test_one_run_decides_nothing(history: History) -> None:
    answers.predict(history, "lab1", "64-filters", {"accuracy": "up"})
    for run_id in run_all(history, "baseline", "64-filters"):
        end_queued(history, run_id)
    accuracy = shown(history, "64-filters").outcomes[0]
    assert (accuracy.found, accuracy.right) == (None, None)
    assert accuracy.told(BY_COMMAND) == (
        "accuracy: 0.0 points lower, not as you expected; luck alone does as much in 100 of 100 cases; "
        "repeat with cnn-tui exercises run NAME --repeat 5"
    )


def test_the_runs_that_are_compared_saw_the_same_images(history: History) -> None:
    base = run_all(history, "baseline", repeat=5)
    for run_id in base[:3]:
        end_queued(history, run_id, dataset="fashion_mnist_sample", images=6_000)
    for run_id in base[3:]:
        end_queued(history, run_id)
    for run_id in run_all(history, "64-filters", repeat=2):
        end_queued(history, run_id)
    what = shown(history, "64-filters")
    assert what.baseline is not None and what.baseline.runs == base[3:]


def changed(history: History, name: str, count: int = 1, **settings: object) -> tuple[int, ...]:
    """Queue runs of an exercise of lab1 with other training settings."""
    made, _ = make_orders([find_exercise(name, [LAB1])], lambda one: one.with_training(**settings))
    return queue(history, made, count)


def test_a_quicker_rerun_on_the_sample_leaves_the_result_of_the_full_data_in_place(history: History) -> None:
    full = run_all(history, "baseline", "16-filters", repeat=2)
    for run_id, accuracy in zip(full, (0.90, 0.88, 0.902, 0.882), strict=True):
        end_queued(history, run_id, accuracy)
    before = shown(history, "16-filters")
    for run_id in changed(history, "16-filters", 3, epochs=2):
        end_queued(history, run_id, 0.7, dataset="fashion_mnist_sample", images=6_000)
    for run_id in changed(history, "baseline", 3, epochs=2):
        end_queued(history, run_id, 0.75, dataset="fashion_mnist_sample", images=6_000)
    after = shown(history, "16-filters")
    assert (after.group, after.rows, after.verdicts) == (before.group, before.rows, before.verdicts)
    (other,) = after.others
    assert other.conditions == "fashion_mnist_sample, 6,000 + 10,000 images, 2 epochs, last weights"
    assert (other.runs, other.yours, other.baseline) == ((5, 6, 7), "0.7000 ± 0.0000", "0.7500 ± 0.0000")
    assert other.change == "-0.0500"
    plain = to_json(history, LAB1, LAB1.exercise("16-filters"))
    assert [one["conditions"][0]["dataset"] for one in plain["results"]] == ["fashion_mnist", "fashion_mnist_sample"]
    assert plain["results"][0]["conditions"][0]["weights"] == "last"


def test_fewer_epochs_than_the_baseline_had_are_no_answer_about_accuracy(history: History) -> None:
    for run_id in run_all(history, "baseline"):
        end_queued(history, run_id)
    for run_id in changed(history, "16-filters", epochs=1):
        end_queued(history, run_id, 0.8)
    what = shown(history, "16-filters")
    assert what.verdicts[0].sentence == (
        '"16 filters instead of 32" against the baseline: '
        "not as many epochs (1 against 5), so the figures say nothing of the change"
    )
    assert what.verdicts[1].outcome == "too few", "seconds an epoch can be compared"
    assert {row.change for row in what.rows if row.key != "parameters"} == {""}
    for run_id in changed(history, "baseline", epochs=1):
        end_queued(history, run_id)
    assert shown(history, "16-filters").verdicts[0].outcome == "too few", "now there is a baseline to match"


def test_a_conclusion_knows_the_runs_that_it_was_written_about(history: History) -> None:
    one = LAB1.exercise("16-filters")
    for run_id in run_all(history, "baseline", "16-filters"):
        end_queued(history, run_id)
    answers.finish(history, "lab1", "16-filters", "worse", runs_concluded_from(history, LAB1, one))
    what = shown(history, "16-filters")
    assert (what.answer.about, what.come_since, what.gone_since) == ((1, 2), (), ())
    for run_id in run_all(history, "16-filters"):
        end_queued(history, run_id)
    notebook.archive(history, [2])
    what = shown(history, "16-filters")
    assert (what.come_since, what.gone_since) == ((3,), (2,))
    assert since_the_conclusion(what) == (
        "It was written about runs 1 and 2; since then run 3 has come, and run 2 counts here no more."
    )
    plain = to_json(history, LAB1, one)
    assert (plain["about"], plain["come_since"]) == ([1, 2], [3])
    answers.finish(history, "lab1", "16-filters", "worse still", runs_concluded_from(history, LAB1, one))
    assert since_the_conclusion(shown(history, "16-filters")) == ""
    answers.conclude(history, "lab1", "16-filters", "of an older version")
    assert since_the_conclusion(shown(history, "16-filters")) == "", "nobody knows what it was about"


def test_what_cannot_be_run_has_no_result_but_an_answer(history: History) -> None:
    end_queued(history, run_all(history, "baseline")[0])
    answers.conclude(history, "lab1", "fourth-conv", "nothing left to look at")
    what = shown(history, "fourth-conv")
    assert (what.rows, what.outcomes, what.verdicts, what.runs) == ((), (), (), ())
    assert what.answer.conclusion == "nothing left to look at"


def test_the_json_has_what_is_promised(history: History) -> None:
    answers.mark(history, "lab1", "16-filters", True)
    (made,) = run_all(history, "16-filters")
    plain = to_json(history, LAB1, LAB1.exercise("16-filters"))
    assert {"name", "question", "preset", "notes", "runs", "conclusion", "done"} <= set(plain)
    assert (plain["name"], plain["preset"], plain["runs"], plain["done"]) == (
        "16-filters",
        "lab1-16-filters",
        [made],
        True,
    )
    assert plain["notes"]["test_accuracy"] == 0.8994
    assert len(plain["notes"]["epochs"]) == 5
    assert to_json(history, LAB1, LAB1.exercise("baseline"))["notes"] == {}


def test_the_networks_of_the_later_weeks_have_the_totals_that_keras_prints() -> None:
    totals = {
        "horses-or-humans/size-300": 1_704_097,
        "cats-and-dogs/four-convs": 3_453_121,
        "rock-paper-scissors/three-classes": 3_473_475,
        "sign-mnist/letters": 245_850,
        "transfer-learning/frozen": 47_512_481,
    }
    for key, total in totals.items():
        place, exercise = find_exercise(key)
        experiment = place.experiment(exercise)
        assert experiment is not None
        assert summarize(experiment.stack).total_params == total, key
