"""Runs side by side: what differs, in the order in which it matters."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PIL import Image

from cnn_tui.analysis.compare import baseline_of, changes_of, compare
from cnn_tui.analysis.comparison import Comparison, ComparisonRow
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.history import History
from cnn_tui.network.layers import Dropout
from tests.history.made_runs import trained

BASELINE = load_preset("lab1-baseline")
MORE = load_preset("lab1-64-filters")


def keys(comparison: Comparison, everything: bool = False) -> list[str]:
    """What is shown."""
    return [row.key for row in comparison.shown(everything)]


def row_of(comparison: Comparison, key: str) -> ComparisonRow:
    """The row of that key."""
    return next(row for row in comparison.rows if row.key == key)


def test_how_pictures_were_wanted_is_a_difference(tmp_path: Path) -> None:
    for at in range(10):
        (tmp_path / "ab"[at % 2]).mkdir(exist_ok=True)
        Image.new("L", (28, 28)).save(tmp_path / "ab"[at % 2] / f"{at}.png")
    plain = msgspec.structs.replace(BASELINE, dataset=str(tmp_path))
    with History() as history:
        cropped = trained(history, msgspec.structs.replace(plain, image_size=(30, 28), fit="crop"))
        found = compare([trained(history, plain), cropped])
    assert row_of(found, "image_size").values == ("", "30x28")
    assert row_of(found, "fit").values == ("", "crop")
    assert "color" not in keys(found, everything=True)


def test_runs_that_are_alike_differ_in_nothing() -> None:
    with History() as history:
        found = compare([trained(history), trained(history)])
    assert keys(found) == []
    assert not found.layers[0].differs
    assert keys(found, everything=True)[:3] == ["data", "epochs", "batch_size"]
    assert all(row.changes[0] is None for row in found.rows)


def test_only_what_differs_is_shown() -> None:
    changed = MORE.with_training(learning_rate=0.01, seed=9)
    changed = msgspec.structs.replace(changed, stop=(StopRule("loss", below=0.3),))
    with History() as history:
        found = compare([trained(history), trained(history, changed, accuracy=0.9123, pace=12.5)])
    assert keys(found) == [
        *("learning_rate", "stop rule loss below 0.3", "seed"),
        *("test accuracy", "gap", "parameters", "seconds an epoch"),
    ]
    accuracy = row_of(found, "test accuracy")
    assert (accuracy.shown(0), accuracy.shown(1), accuracy.change_shown(1)) == ("0.9000", "0.9123", "+0.0123")
    assert (accuracy.change_shown(0), row_of(found, "gap").change_shown(1)) == ("", "-0.0123")
    params = row_of(found, "parameters")
    assert (params.shown(1), params.change_shown(1)) == ("243,786", "+130,400")
    assert row_of(found, "seconds an epoch").change_shown(1) == "+4.5"
    assert row_of(found, "seed").shown(1) == "9"
    assert row_of(found, "stop rule loss below 0.3").shown(0) == ""
    assert [(line.sign, line.text) for line in found.layers[0].lines if line.sign != " "] == [
        ("~", "layer 1 Conv2D  filters 32 → 64"),
        ("~", "layer 3 Conv2D  filters 32 → 64"),
    ]


def test_other_images_come_first() -> None:
    with History() as history:
        runs = [trained(history), trained(history, MORE, dataset="fashion_mnist_sample", images=6_000)]
        fewer = [trained(history), trained(history, images=54_000)]
    assert keys(compare(runs))[0] == "data"
    assert row_of(compare(runs), "data").values == (
        "fashion_mnist, 60,000 + 10,000 images",
        "fashion_mnist_sample, 6,000 + 10,000 images",
    )
    assert keys(compare(fewer)) == ["data"]


def test_the_baseline_is_any_of_them() -> None:
    with History() as history:
        runs = [trained(history, accuracy=accuracy) for accuracy in (0.91, 0.90, 0.92)]
    first, second = compare(runs), compare(runs, baseline=2)
    assert (first.baseline, second.baseline, compare(runs, baseline=77).baseline) == (1, 2, 1)
    assert [row_of(first, "test accuracy").change_shown(at) for at in range(3)] == ["", "-0.0100", "+0.0100"]
    assert [row_of(second, "test accuracy").change_shown(at) for at in range(3)] == ["+0.0100", "", "+0.0200"]
    assert [one.run for one in second.layers] == [1, 3]


def test_layers_come_and_go_and_what_makes_no_difference_is_none() -> None:
    changed = BASELINE.stack.change(1, strides=(2, 2)).delete(2).insert(5, Dropout(rate=0.3))
    changed = changed.insert(0, Dropout(rate=0.9, enabled=False))
    with History() as history:
        (layers,) = compare([trained(history), trained(history, BASELINE.with_stack(changed))]).layers
    marked = [(line.sign, line.text) for line in layers.lines if line.sign != " "]
    assert marked == [("-", "Conv2D  32  3x3  relu"), ("+", "Dropout  0.3")]


def test_a_run_without_figures_has_none_to_compare() -> None:
    with History() as history:
        waiting = history.run(history.add(BASELINE))
        assert waiting is not None
        found = compare([trained(history, accuracy=None), waiting])
    assert row_of(found, "test accuracy").values == (None, None)
    assert row_of(found, "train loss").shown(1) == ""
    assert row_of(found, "train loss").change_shown(1) == ""
    assert row_of(found, "ended").shown(1) == "queued"


def test_a_run_that_was_not_trained_is_said_to_be_that_and_nothing_else() -> None:
    with History() as history:
        ids = [history.add(BASELINE), trained(history, dataset="fashion_mnist_sample", images=6_000).id]
        history.ask(ids[0], "stop")
        other = history.add(msgspec.structs.replace(MORE, dataset="mnist"))
        runs = [run for one in (*ids, other) if (run := history.run(one)) is not None]
    empty, full, elsewhere = runs
    found = compare([empty, full])
    assert found.baseline == full.id, "there is nothing to hold against a run without figures"
    assert (found.remark(), found.other_data, found.to_json()["not_trained"]) == (
        "run 1 was not trained",
        False,
        (1,),
    )
    assert not {"data", "seed", "device"} & set(keys(found))
    assert row_of(found, "ended").shown(0) == "taken out of the queue"
    found = compare(runs)
    assert row_of(found, "data").values == (None, "fashion_mnist_sample, 6,000 + 10,000 images", "mnist")
    assert found.remark() == "runs 1, 3 were not trained" and not found.other_data
    assert compare([empty, elsewhere]).baseline == 1
    assert compare([empty, full], 1).baseline == 1, "somebody may want it all the same"
    assert baseline_of([empty, full], 1) == full.id


def test_a_dataset_that_is_gone_takes_no_comparison_with_it() -> None:
    gone = msgspec.structs.replace(BASELINE, dataset="/nowhere/gone.npz")
    with History() as history:
        runs = [trained(history), trained(history)]
    found = compare([runs[0], msgspec.structs.replace(runs[1], experiment=gone)])
    assert not found.layers[0].differs


def test_json_has_the_same_rows() -> None:
    with History() as history:
        found = compare([trained(history), trained(history, MORE, accuracy=0.91)])
    plain = found.to_json()
    assert [row["key"] for row in plain["rows"]] == keys(found)
    assert plain["rows"][-1] == {
        "key": "parameters",
        "group": "result",
        "values": (113_386, 243_786),
        "changes": (None, 130_400),
    }
    assert (plain["runs"], plain["baseline"]) == ((1, 2), 1)
    assert [line["sign"] for line in plain["layers"][0]["lines"]] == ["~", "~"]
    assert len(found.to_json(everything=True)["layers"][0]["lines"]) == 7


def test_a_row_of_the_history_is_told_against_the_baseline() -> None:
    with History() as history:
        trained(history)
        trained(history, MORE, accuracy=0.91, pace=10.0)
        history.add(MORE)
        waiting, more, base = history.lines()
    told = changes_of(more, base)
    assert [round(one or 0, 4) for one in told] == [0.01, -0.01, 130_400, 2.0]
    assert changes_of(waiting, base) == (None, None, 130_400, None)
