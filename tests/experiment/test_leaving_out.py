"""`leave_out`: training images that an experiment does not learn from, in its file, its form, and what differs."""

from __future__ import annotations

import msgspec
import pytest

from cnn_tui.experiment import settings
from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.difference import differences
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.experiment.names import named_by_difference
from cnn_tui.experiment.overrides import override
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.same import digest_of, identity_of
from cnn_tui.keras_io.script.write import keras_script

NOTES = load_preset("lab1-baseline")


def without(*numbers: int) -> Experiment:
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
        ("[3, 5, 3]", "leave_out must name each image once, and 3 is there twice"),
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


def test_images_of_one_dataset_are_none_of_another() -> None:
    assert without(3).with_dataset("mnist").leave_out == ()
    assert without(3).with_dataset("fashion_mnist").leave_out == (3,)
    assert override(without(3), [("dataset", "mnist")]).leave_out == ()
    assert override(without(3), [("epochs", 2)]).leave_out == (3,)
    assert override(NOTES, [("leave_out", [4, 5])]).leave_out == (4, 5)


def test_the_form_has_them_where_there_are_some() -> None:
    assert "leave_out" not in {row.name for row in settings.settings_of(NOTES)}
    rows = {row.name: row for row in settings.settings_of(without(3, 17))}
    assert rows["leave_out"].value == "3, 17"
    assert settings.change(without(3), "leave_out", " 17,3 3") == without(3, 17)
    assert settings.change(without(3), "leave_out", "none") == NOTES
    with pytest.raises(ValueError, match="leave_out is the numbers of training images, as 3, 17, or none, not x"):
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
    long = keras_script(without(*range(100, 200)))
    assert max(map(len, long.splitlines())) <= 88
    found: dict[str, list[int]] = {}
    exec(long[long.index("left_out = [") : long.index("# fmt: on")], found)
    assert found["left_out"] == list(range(100, 200))
