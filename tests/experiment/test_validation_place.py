"""`validation` as the path of a folder: in the file, with --set, in the form of settings, on another dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

from cnn_tui.analysis.pace import work_of
from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment.check import build_problems
from cnn_tui.experiment.difference import differences, in_few_words
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file import parse, read, to_toml
from cnn_tui.experiment.form.settings import change, settings_of, step
from cnn_tui.experiment.images.image_parts import image_parts
from cnn_tui.experiment.overrides import override
from cnn_tui.experiment.same import identity_of
from cnn_tui.experiment.training.training import Training, names_place


@pytest.fixture
def pets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of four, two and two pictures: train, val and test, of two classes."""
    for part, count in (("train", 4), ("val", 2), ("test", 2)):
        for at in range(count):
            place = tmp_path / "pets" / part / "ab"[at % 2] / f"{at}.png"
            place.parent.mkdir(parents=True, exist_ok=True)
            Image.new("L", (4, 4), 40 * at).save(place)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "pets"


def of(pets: Path, validation: str | float = "") -> Experiment:
    return Experiment(dataset=str(pets), training=Training(validation=validation or str(pets / "val")))


@pytest.mark.parametrize("told", ["pets/val", "./pets/val", "{whole}/val"])
def test_a_path_in_a_file_begins_at_its_own_folder(pets: Path, told: str) -> None:
    file = pets.parent / "some" / "pets.toml"
    file.parent.mkdir()
    told = told if told[0] == "{" else f"../{told}"
    file.write_text(f'dataset = "../pets"\n[training]\nvalidation = "{told.format(whole=pets)}"')
    experiment = read(file)
    assert Path(str(experiment.training.validation)).resolve() == pets / "val"
    assert experiment.data.validation_images == 2
    assert parse(to_toml(experiment)) == msgspec.structs.replace(experiment, name=parse(to_toml(experiment)).name)


def test_a_folder_beside_the_file_is_named_by_its_name_alone(pets: Path) -> None:
    file = pets / "pets.toml"
    file.write_text('dataset = "train"\ntest = "test"\n[training]\nvalidation = "val"')
    experiment = read(file)
    assert experiment.training.validation == str(pets / "val")
    assert experiment.test == str(pets / "test")
    file.write_text('dataset = "."\n[training]\nvalidation = "test"')
    assert read(file).training.validation == "test", "which is no folder, although there is one"


@pytest.mark.parametrize("told", ["none", "test", "0-4999", "5-3", "0.5", "10 - 20", "0,5", "20%"])
def test_words_and_numbers_are_no_path(told: str) -> None:
    assert not names_place(told)
    assert not names_place(0.5)


@pytest.mark.parametrize("told", ["val", "/data/2024", "C:\\val", "0-9/val", "tset"])
def test_all_other_text_is_one(told: str) -> None:
    assert names_place(told)
    assert Training(validation=told).validation_path == told


def test_a_built_in_dataset_has_no_folder_to_validate_on(pets: Path) -> None:
    with pytest.raises(
        ExperimentError, match=r'like "0-4999", not "val": the path of a folder or table is for datasets'
    ):
        parse('[training]\nvalidation = "val"')
    with pytest.raises(ValueError, match=r"^validation must be "):
        change(Experiment(), "validation", str(pets / "val"))


def test_set_takes_a_path_as_the_shell_has_it(pets: Path) -> None:
    changed = override(of(pets, "test"), [("validation", "pets/val")])
    assert changed == of(pets)
    assert override(changed, [("dataset", "fashion_mnist")]).training.validation == 0.3333
    both = override(of(pets, "test"), [("dataset", "pets/train"), ("test", 0.5), ("training.validation", "pets/val")])
    assert (both.data.train_images, both.data.validation_images, both.data.test_images) == (2, 2, 2)
    with pytest.raises(ValueError, match=r"^There is no folder 'pets/lost' to validate on\."):
        _ = override(of(pets, "test"), [("validation", "pets/lost")]).data


def test_the_form_takes_it_and_offers_the_folder_that_lies_there(pets: Path) -> None:
    experiment = of(pets, "test")
    row = next(row for row in settings_of(experiment) if row.name == "validation")
    assert row.choices == ("none", "test", "0.1", "0.2", "0.3", str(pets / "val"))
    assert row.allowed == "none, test, a fraction like 0.1, training images like 0-4999 or a path"
    assert step(step(experiment, "validation", -1), "validation", -1) == of(pets)
    assert change(experiment, "validation", "pets/val") == of(pets)
    assert change(experiment, "validation", "TEST") == experiment
    for wrong in ("pets/lost", "pets", "~nobody-is-called-so/val", "a\0b"):
        with pytest.raises(DatasetError, match="validat"):
            change(experiment, "validation", wrong)
    with pytest.raises(DatasetError, match="to test on"):
        change(experiment, "test", "~nobody-is-called-so/val")
    there = next(row for row in settings_of(of(pets)) if row.name == "validation")
    assert there.value == str(pets / "val")
    row = next(row for row in settings_of(Experiment()) if row.name == "validation")
    assert row.allowed == "none, test, a fraction like 0.1 or training images like 0-4999"


def test_the_form_offers_the_images_of_an_npz_file_that_are_for_it(tmp_path: Path) -> None:
    images, labels = np.zeros((4, 3, 3), np.uint8), np.arange(4) % 2
    halves: dict[str, Any] = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    np.savez(tmp_path / "two.npz", **halves)
    np.savez(tmp_path / "three.npz", **halves, x_val=images, y_val=labels)
    two, three = (Experiment().with_dataset(str(tmp_path / f"{name}.npz")) for name in ("two", "three"))
    for experiment, offered in ((two, []), (three, [three.dataset])):
        row = next(row for row in settings_of(experiment) if row.name == "validation")
        assert [*row.choices] == ["none", "test", "0.1", "0.2", "0.3", *offered]
        assert row.allowed.endswith(" or a path")
    changed = change(three, "validation", three.dataset)
    assert changed.data.validation_images == 4
    assert changed.with_dataset(two.dataset).training.validation == 0.5
    with pytest.raises(DatasetError, match="has no arrays x_val and y_val"):
        change(two, "validation", two.dataset)


def test_another_dataset_has_as_large_a_share_of_its_own(pets: Path) -> None:
    assert of(pets).with_dataset("fashion_mnist").training.validation == 0.3333
    assert of(pets).with_dataset(str(pets)) == of(pets)
    gone = Experiment(dataset=str(pets / "lost"), training=Training(validation=str(pets / "val")))
    assert gone.with_dataset("mnist").training.validation == 0.1


def test_how_many_learn_and_how_many_validate(pets: Path) -> None:
    experiment = msgspec.structs.replace(of(pets), leave_out=(1,))
    data = experiment.data
    assert image_parts(experiment, data.train_images, data.validation_images) == (3, 2)
    work = work_of(experiment, str(pets))
    assert work is not None
    assert (work.train_images, work.validation_images, work.test_images, work.image_bytes) == (3, 2, 2, 8 * 16)
    problems = build_problems(msgspec.structs.replace(experiment, leave_out=(4,)))
    assert any("leave_out names training image 4, and they are numbered 0 to 3" in one.message for one in problems)


def test_it_is_what_tells_experiments_apart(pets: Path) -> None:
    before, after = of(pets, "test"), of(pets)
    assert identity_of(before) != identity_of(after) == identity_of(of(pets))
    assert in_few_words(differences(before, after)) == "validation val"
    assert after.training.watched == "the images in val"
    assert after.training.holds_out
    assert after.without_folders().training.validation == "./val"
