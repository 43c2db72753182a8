"""`leave_out`: training images that an experiment does not learn from, in its file, its form, and what differs."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from cnn_tui.data.dataset import SAMPLE, DatasetError
from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.difference import differences
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.experiment.form import settings
from cnn_tui.experiment.images import image_ranges
from cnn_tui.experiment.images.image_parts import held_out_problem, image_parts, learned_with_all, on_stand_in
from cnn_tui.experiment.images.image_ranges import ImageNumbers
from cnn_tui.experiment.names import named_by_difference
from cnn_tui.experiment.overrides import override
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.same import digest_of, identity_of
from cnn_tui.keras_io.script.image_parts import image_parts_code
from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.training.data.datasets import Images
from cnn_tui.training.data.split import split

NOTES = load_preset("lab1-baseline")


def without(*numbers: int | str) -> Experiment:
    return msgspec.structs.replace(NOTES, leave_out=numbers)


def test_a_file_says_which_images_are_left_out() -> None:
    assert parse(to_toml(without(3, 17))) == without(3, 17)
    assert "leave_out = [3, 17]\n" in to_toml(without(3, 17)) and "leave_out" not in to_toml(NOTES)
    assert msgspec.json.decode(msgspec.json.encode(without(3)), type=Experiment) == without(3)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("[-1]", "leave_out"),
        ("3", "leave_out: found 3"),
        ('["a"]', "leave_out"),
        ('["5-3"]', 'leave_out[0]: found "5-3"; allowed: a number, or a range as "10000-59999"'),
        ("[3, true]", "leave_out[1]: found true"),
        ('"10-"', "leave_out is the numbers of training images, as 3, 17, 10000-59999, or none, not 10-"),
        ("[3, 5, 3]", "leave_out must name each image once, and 3 is there twice"),
        ('["5-9", 7]', "leave_out must name each image once, and 7 is there twice"),
    ],
)
def test_what_names_no_image_is_refused(value: str, words: str) -> None:
    with pytest.raises(ExperimentError, match=words.replace("[", r"\[")):
        parse(f'leave_out = {value}\ndataset = "mnist"\n', "mine.toml")


def test_images_that_are_not_there_are_a_problem() -> None:
    problem = "leave_out names training image 60000, and they are numbered 0 to 59999"
    assert [one.message for one in problems_of(without(3, 60_000))] == [
        f"{problem}: change it in the training settings"
    ]
    assert problems_of(without(59_999)) == ()


def test_they_are_a_difference_and_another_experiment() -> None:
    assert identity_of(without(3, 17)) == identity_of(without(17, 3)) != identity_of(NOTES)
    texts = [msgspec.json.encode(one) for one in (NOTES, without(3), without(4))]
    assert len({digest_of("a stack", text) for text in texts}) == 3
    told = [[str(one) for one in differences(*pair)] for pair in ((NOTES, without(3)), (without(3), NOTES))]
    assert told == [["without 1 image (3)"], ["no image left out"]]
    many = differences(without(1, 2, 3, 4, 5), without(1, 2, 3, 4, 6))
    assert [str(one) for one in many] == ["without 5 images (1, 2, 3 …)"], "other ones, though as many"
    assert differences(without(3, 17), without(17, 3)) == ()
    named = named_by_difference(without(3), NOTES)
    assert named.name == f"{NOTES.name}: without 1 image (3)"


def test_a_range_of_images_is_short_everywhere() -> None:
    half = without("30000-59999")
    assert parse(to_toml(half)) == half and 'leave_out = ["30000-59999"]' in to_toml(half)
    assert parse('leave_out = "3, 30000-59999"\ndataset = "fashion_mnist"').leave_out == (3, "30000-59999")
    assert override(NOTES, [("leave_out", "30000-59999")]).leave_out == ("30000-59999",)
    assert override(half, [("leave_out", "none")]).leave_out == ()
    assert settings.change(NOTES, "leave_out", "7,5-9 3 4, 8-20").leave_out == ("3-20",)
    told = [[str(one) for one in differences(*pair)] for pair in ((NOTES, half), (half, without(3, "8-12")))]
    assert told == [["without images 30,000 to 59,999"], ["without images 3 and 8 to 12"]]
    many = without(1, "3-5", 9, "20000-59999")
    assert image_ranges.in_words(many.leave_out) == "40,005 images (1, 3 to 5, 9 …)"
    assert image_parts(half.with_training(validation=0.1), 60_000) == (27_000, 3_000)
    wrong = [one.message for one in problems_of(without("0-60000"))]
    assert wrong[0].startswith("leave_out names training image 60000, and they are numbered 0 to 59999")
    assert "leave_out names all 60,000 training images" in problems_of(without("0-59999"))[0].message


def test_images_are_the_same_however_they_are_written() -> None:
    ways = [without(5, 6, 7, 3), without(3, "5-7"), without("5-6", 3, 7)]
    texts = [msgspec.json.encode(one) for one in ways]
    assert len({digest_of("a stack", text) for text in texts}) == 1
    assert len({identity_of(one) for one in ways}) == 1
    assert differences(ways[0], ways[1]) == ()
    plain = msgspec.json.encode(without(3, 17))
    assert digest_of("a stack", plain) == "0476ac89acc4206a", "as histories have it from before there were ranges"
    assert digest_of("a stack", msgspec.json.encode(without("0-999999999"))), "as quick as any other"


def test_the_images_to_validate_on_can_be_named() -> None:
    named = override(NOTES, [("training.validation", "0-4999")])
    assert parse(to_toml(named)) == named == settings.change(NOTES, "validation", "0-4999")
    assert named.training.watched == "training images 0 to 4,999"
    assert "val_loss" in named.emitted_metrics() and problems_of(named) == ()
    assert image_parts(named, 60_000) == (55_000, 5_000)
    left_out = msgspec.structs.replace(named, leave_out=(3, "4000-9999"))
    assert image_parts(left_out, 60_000) == (50_000, 3_999), "what is left out is validated on neither"
    problems = [problems_of(NOTES.with_training(validation=one))[0].message for one in ("0-60000", "0-59999")]
    there = "and they are numbered 0 to 59999: choose others in the training settings"
    leaves = "60,000 of 60,000 images to validate on and 0 to train on: choose others in the training settings"
    assert problems == [
        f"validation names training image 60000, {there}",
        f"a validation on images 0 to 59,999 leaves {leaves}",
    ]


def test_images_of_one_dataset_are_none_of_another() -> None:
    assert without(3).with_dataset("mnist").leave_out == ()
    assert without(3).with_dataset("fashion_mnist").leave_out == (3,)
    assert override(without(3), [("dataset", "mnist")]).leave_out == ()
    assert override(without(3), [("epochs", 2)]).leave_out == (3,)
    assert override(NOTES, [("leave_out", [4, 5])]).leave_out == (4, 5)
    named = NOTES.with_training(validation="0-11999")
    there = (named.with_dataset("cifar10"), override(named, [("dataset", "cifar10")]))
    assert [one.training.validation for one in there] == [0.2, 0.2], "as large a share"
    given = [("training.validation", "0-999"), ("leave_out", "9-99"), ("dataset", "cifar10")]
    both = [override(without(3), some) for some in (given, given[::-1])]
    assert [(one.training.validation, one.leave_out) for one in both] == [("0-999", ("9-99",))] * 2
    assert named.with_dataset("fashion_mnist") == named


def test_ranges_are_as_large_a_part_of_the_sample_that_stands_in() -> None:
    asked = msgspec.structs.replace(NOTES.with_training(validation="0-4999"), leave_out=(17, "30000-59999"))
    here = on_stand_in(asked, SAMPLE)
    assert (here.leave_out, here.training.validation) == ((17, "3000-5999"), "0-499")
    assert image_parts(here, 6_000) == (2_500, 499)
    assert on_stand_in(asked, "fashion_mnist") == asked and on_stand_in(NOTES, SAMPLE) == NOTES
    own = msgspec.structs.replace(asked, dataset=SAMPLE)
    assert on_stand_in(own, SAMPLE) == own


def test_how_many_would_be_learned_from_with_all_images_is_the_same_for_any_that_are_left_out() -> None:
    for validation in ("test", 0.1, "0-4999"):
        some = [
            without(*left_out).with_training(validation=validation) for left_out in ((), (3, 17), ("4000-9999", 11))
        ]
        assert len({learned_with_all(one, image_parts(one, 60_000).learned) for one in some}) == 1


def test_the_form_has_them() -> None:
    assert {row.name: row.value for row in settings.settings_of(NOTES)}["leave_out"] == "none"
    rows = {row.name: row for row in settings.settings_of(without(3, 17))}
    assert rows["leave_out"].value == "3, 17"
    assert settings.change(without(3), "leave_out", " 17,3 3") == without(3, 17)
    assert settings.change(without(3), "leave_out", "none") == NOTES
    with pytest.raises(
        ValueError, match="leave_out is the numbers of training images, as 3, 17, 10000-59999, or none, not x"
    ):
        settings.change(NOTES, "leave_out", "3, x")


def test_a_script_leaves_them_out_before_it_holds_any_out() -> None:
    script = keras_script(without(3, 17).with_training(validation=0.1))
    lines = script.splitlines()
    at = lines.index("left_out = [3, 17]")
    assert lines[at + 1 : at + 3] == [
        "training_images = np.delete(training_images, left_out, axis=0)",
        "training_labels = np.delete(training_labels, left_out, axis=0)",
    ]
    assert at < lines.index("# Hold out 10 % of the training images, to validate on")
    long = keras_script(without(*range(100, 300, 2)))
    assert max(map(len, long.splitlines())) <= 88
    found: dict[str, list[int]] = {}
    exec(long[long.index("left_out = [") : long.index("# fmt: on")], found)
    assert found["left_out"] == list(range(100, 300, 2))


@pytest.mark.parametrize("validation", ["test", 0.1, "0-999", "8000-8999", "59000-59999"])
@pytest.mark.parametrize(
    "left_out", [(), ("10000-59999",), ("0-9999",), (3, 17), (3, "500-20000"), ("0-9", "58000-59999")]
)
def test_a_script_parts_the_images_as_a_run_does(left_out: ImageNumbers, validation: str | float) -> None:
    experiment = msgspec.structs.replace(NOTES, leave_out=left_out).with_training(validation=validation)
    numbers, labels = np.arange(60_000, dtype=np.int64), np.zeros(10_000, np.int64)
    there: dict[str, Any] = {"np": np, "SEED": 7, "training_images": numbers, "training_labels": -numbers}
    code = image_parts_code(experiment, 7)
    for part in code:
        assert all(len(line) <= 88 for line in part)
        exec("\n".join(part), there)
    pixels = numbers.astype(np.uint8).reshape(-1, 1, 1, 1)
    images = Images(experiment.data, pixels, numbers, pixels[:10_000], labels, "here")
    if held_out_problem(experiment, 60_000):
        with pytest.raises(DatasetError, match="to validate on"):
            split(images, validation, 7, left_out)
        return
    parts = split(images, validation, 7, left_out)
    assert np.array_equal(there["training_images"], parts.y_train)
    assert np.array_equal(there["training_labels"], -parts.y_train)
    assert len(parts.y_train) == image_parts(experiment, 60_000).learned
    if validation == "test":
        assert "validation_images" not in there
        return
    assert parts.y_val is not None
    assert np.array_equal(there["validation_images"], parts.y_val)
    assert np.array_equal(there["validation_labels"], -parts.y_val)
    assert len(parts.y_val) == image_parts(experiment, 60_000).held_out
