"""`cnn-tui compare`: the table and its JSON."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from rich.cells import cell_len

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from tests.cli.command import Inside, assert_one_sentence
from tests.history.made_runs import trained

BASELINE, MORE = load_preset("lab1-baseline"), load_preset("lab1-64-filters")


@pytest.fixture(autouse=True)
def runs(sealed_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three pairs of runs with the same seeds."""
    monkeypatch.setenv("COLUMNS", "80")
    with History() as history:
        for seed, one, other in ((1, 0.90, 0.906), (2, 0.902, 0.909), (3, 0.899, 0.904)):
            trained(history, BASELINE.with_training(seed=seed), accuracy=one, pace=8.0 + seed / 10)
            trained(history, MORE.with_training(seed=seed), accuracy=other, pace=12.0 + seed / 20)


def test_two_runs_are_put_side_by_side(inside: Inside) -> None:
    answer = inside("compare", "1", "2")
    assert (answer.status, answer.err) == (0, "")
    for part in (
        "run 1 (baseline)",
        "test accuracy     0.9000                         0.9060 +0.0060",
        "Layers of run 2 against run 1",
        "  ~ layer 1 Conv2D  filters 32 → 64",
        "  ~ layer 3 Conv2D  filters 32 → 64",
        "All repeats in the history",
        "64 against 32 filters: +0.6 ± 1.6 points over 3 runs each (p = 0.54)",
        "± is half of the 95 % interval. ± and p hold however often you repeat and look",
    ):
        assert part in answer.out
    assert "batch_size" not in answer.out
    assert "batch_size" in inside("compare", "1", "2", "--all").out


def test_of_repeats_it_is_said_that_chance_makes_the_difference(inside: Inside) -> None:
    told = "These runs are repeats of one experiment, so what differs between them is chance."
    assert told in " ".join(inside("compare", "1", "3").out.split())
    assert told not in " ".join(inside("compare", "1", "2").out.split())


def test_it_fits_eighty_columns_however_many_runs(inside: Inside) -> None:
    with History() as history:
        for name in ("名前" * 40, "x" * 150, "loud\x1b[2J [red] \u202e"):
            trained(history, msgspec.structs.replace(MORE, name=name))
    answer = inside("compare", *map(str, range(1, 10)), "--all")
    lines = answer.out.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert "\x1b" not in answer.out and "\u202e" not in answer.out
    for number in range(1, 10):
        assert f"run {number}" in answer.out
    below = [line for line in lines if " run 1 (baseline)" in line]
    assert len(below) >= 2, "runs that do not fit go below, beside the baseline again"
    assert answer.out.count("(baseline)") == len(below)


def test_the_pinned_run_is_the_baseline(inside: Inside) -> None:
    with History() as history:
        notebook.pin(history, 2)
    assert "run 2 (baseline)" in inside("compare", "1", "2", "3").out
    assert inside("compare", "1", "3", "--json").objects[0]["baseline"] == 1


def test_json_has_the_same(inside: Inside) -> None:
    (found,) = inside("compare", "1", "2", "--json").objects
    assert found["runs"] == [1, 2]
    assert [row["key"] for row in found["rows"]] == [
        *("test accuracy", "gap", "parameters", "seconds an epoch"),
    ]
    alike = [{"sign": "~", "text": f"layer {at} Conv2D  filters 32 → 64"} for at in (1, 3)]
    assert found["layers"] == [{"run": 2, "lines": alike}]
    accuracy, time = found["verdicts"]
    assert (accuracy["figure"], accuracy["outcome"], accuracy["test"]["runs"]) == ("accuracy", "undecided", 3)
    assert (time["figure"], time["test"]["difference"] > 3.8) == ("time", True)
    (everything,) = inside("compare", "1", "2", "--json", "--all").objects
    assert everything["rows"][0]["key"] == "data"


def test_repeats_are_one_column_when_groups_are_asked_for(inside: Inside) -> None:
    out = inside("compare", *map(str, range(1, 7)), "--groups").out
    assert "6 runs in 2 columns, against runs 1, 3 and 5" in out
    assert "0.9003 ± 0.0015" in out and "0.9063 ± 0.0025" in out and "+0.0060" in out
    assert (
        "***** filters 32 (runs 1, 3 and 5)   ooooo filters 64 (runs 2, 4 and 6)" in out
        and "dots: one standard deviation" in out
    )
    (found,) = inside("compare", *map(str, range(1, 7)), "--groups", "--json").objects
    assert (found["runs"], found["groups"]) == ([1, 2], [[1, 3, 5], [2, 4, 6]])
    (accuracy,) = (row for row in found["rows"] if row["key"] == "test accuracy")
    assert accuracy["values"] == [pytest.approx(0.9003333), pytest.approx(0.9063333)]
    assert accuracy["deviations"] == [pytest.approx(0.0015275, abs=1e-6), pytest.approx(0.0025166, abs=1e-6)]
    both = "± in a table is the standard deviation over the seeds; in a verdict it is half of the 95 % interval. "
    assert both in " ".join(inside("compare", "1", "3", "2", "--groups").out.split())
    (apart,) = inside("compare", "1", "3", "2", "--json").objects
    assert (apart["runs"], apart["groups"]) == ([1, 3, 2], [[1], [3], [2]]), "otherwise a column is a run"
    assert_one_sentence(inside("compare", "1", "3", "--groups"), 2, "repeat one experiment")


def test_one_run_says_how_often_luck_does_as_much(inside: Inside) -> None:
    with History() as history:
        trained(history, load_preset("lab1-16-filters"))
    (found,) = inside("compare", "1", "7", "--json").objects
    accuracy, time = found["verdicts"]
    assert accuracy["sentence"].startswith("16 against 32 filters: ")
    assert accuracy["sentence"].endswith(
        f" luck alone moves such runs as far apart in {accuracy['luck'] * 100:.0f} of 100 cases; "
        "it is judged from 3 runs each on: repeat with cnn-tui run EXPERIMENT --repeat 3"
    )
    assert "over one run (run 7) and 3 runs; so few may be luck; it is judged" in time["sentence"]
    assert (accuracy["outcome"], accuracy["test"], time["luck"]) == ("too few", None, None)
    out = " ".join(inside("compare", "1", "7").out.split())
    assert accuracy["sentence"] in out and time["sentence"] in out
    assert "±" not in out, "nothing is said of a ± that no verdict and no table has"


def test_a_run_that_left_the_queue_is_no_run_on_other_images(inside: Inside) -> None:
    with History() as history:
        history.ask(history.add(MORE), "stop")
    answer = inside("compare", "7", "1")
    assert answer.status == 0 and "run 1 (baseline)" in answer.out
    assert "Run 7 was not trained." in answer.out
    assert answer.out.count("fashion_mnist") == 1, "it would have had the same images"
    assert "60,000 + 10,000 images" in answer.out and "2 of 5 epochs, last weights" in answer.out
    (found,) = inside("compare", "7", "1", "--json").objects
    assert (found["baseline"], found["not_trained"]) == (1, [7])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("1",), ("two runs or more",)),
        (("1", "1"), ("two runs or more",)),
        (("1", "99"), ("there is no run 99",)),
        (("1", "two"), ("whole number",)),
        (tuple(map(str, range(1, 60))), ("at most 50 runs",)),
    ],
    ids=lambda value: value[0] if len(value) == 1 else None,
)
def test_wrong_calls(inside: Inside, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    assert_one_sentence(inside("compare", *arguments), 2, *words)
