"""Pictures that a script copies into folders of its own, of which it trains on those: where they are from, how many."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.keras_io.scripts import NETWORK, READ, read, write_pictures

IMPORTS = READ + "import random, shutil\nfrom shutil import copyfile\n"
COURSE = """
def split(SOURCE, TRAINING, TESTING, SHARE):
    files = [name for name in os.listdir(SOURCE) if os.path.getsize(SOURCE + name)]
    many = int(len(files) * SHARE)
    mixed = random.sample(files, len(files))
    learned, watched = mixed[:many], mixed[many:]
    for name in learned:
        file = SOURCE + name
        to = TRAINING + name
        copyfile(file, to)
    for name in watched:
        file = SOURCE + name
        to = TESTING + name
        copyfile(file, to)
split("pets/apes/", "work/train/apes/", "work/val/apes/", 0.6)
split("pets/cats/", "work/train/cats/", "work/val/cats/", 0.6)
"""
LOOPS = """
source, share = "pets", 0.6
for kind in os.listdir(source):
    names = os.listdir(os.path.join(source, kind))
    random.shuffle(names)
    many = int(share * len(names))
    for name in {learned}:
        shutil.copy(os.path.join(source, kind, name), os.path.join("work/train", kind, name))
    for name in names[many:]:
        shutil.copy(os.path.join(source, kind, name), os.path.join("work/val", kind))
"""
PARTED = LOOPS.replace("    many =", "    learned, watched = train_test_split(names, test_size=0.4)\n    many =")
WAYS = {
    "the course": COURSE,
    "loops": LOOPS.format(learned="names[:many]"),
    "by numbers": LOOPS.format(learned="range(0, round(many))").replace("kind, name), os", "kind, names[name]), os"),
    "sample": LOOPS.format(learned="random.sample(names, many)"),
    "parted": PARTED.format(learned="learned"),
    "a library": 'import splitfolders\nsplitfolders.ratio("pets", output="work", seed=7, ratio=(0.6, 0.4))\n',
}
TRAINED = """
scaled = ImageDataGenerator(rescale=1 / 255)
train = scaled.flow_from_directory("work/train", (8, 8), class_mode="sparse")
watched = scaled.flow_from_directory("work/val", (8, 8), class_mode="sparse")
"""
FIT = "model.fit(train, validation_data=watched, epochs=2)\n"


@pytest.mark.parametrize("way", WAYS)
def test_the_folder_that_it_copies_from_is_the_dataset_with_that_share_held_out(tmp_path: Path, way: str) -> None:
    code = IMPORTS + WAYS[way] + TRAINED + NETWORK + FIT
    gone = read(tmp_path, code)
    (note,) = gone.differences
    assert "work/train (line" in note
    assert "are not there: it copies 0.6 of those in pets there itself (" in note
    write_pictures(tmp_path / "pets", "apes", "cats", "owls")
    here = read(tmp_path, code)
    (note,) = here.differences
    assert note.startswith("it copies 0.6 of the pictures in pets to work/train (")
    for experiment in (here.experiment, gone.experiment.with_dataset(str(tmp_path / "pets"))):
        assert (experiment.dataset, experiment.test, experiment.training.validation) == (
            str(tmp_path / "pets"),
            0.4,
            "test",
        )
        assert (experiment.data.train_images, experiment.data.test_images) == (9, 6)


def test_a_source_that_has_parts_itself_is_parted_as_there(tmp_path: Path) -> None:
    write_pictures(tmp_path / "all" / "train", "apes", "cats", "owls")
    write_pictures(tmp_path / "all" / "test", "apes", "cats", "owls")
    code = IMPORTS + COURSE.replace("pets/", "all/train/") + TRAINED + NETWORK + FIT
    experiment = read(tmp_path, code).experiment
    assert (experiment.dataset, experiment.test) == (str(tmp_path / "all" / "train"), 0.4)


def test_what_it_copied_before_is_taken_as_it_lies(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pets", "apes", "cats", "owls")
    for part in ("train", "val"):
        shutil.copytree(tmp_path / "pets", tmp_path / "work" / part)
    imported = read(tmp_path, IMPORTS + COURSE + TRAINED + NETWORK + FIT)
    assert (imported.experiment.dataset, imported.notes) == (str(tmp_path / "work"), ())


@pytest.mark.parametrize(
    ("copying", "said"),
    [
        (LOOPS.format(learned="names[:100]"), "it copies them there itself, from pets (line"),
        (
            'for at in range(9):\n    name = f"ape.{at}.png"\n    copyfile("all/" + name, "work/train/apes/" + name)\n'
            'for at in range(9):\n    name = f"cat.{at}.png"\n    copyfile("all/" + name, "work/train/cats/" + name)\n',
            "it copies them there itself, from all (line",
        ),
        ('shutil.copy("pets/apes/1.png", "work/train/apes/1.png")\n', ""),
        ('for name in other():\n    shutil.copy(name, "elsewhere")\n', ""),
    ],
    ids=["so many", "mixed", "one", "elsewhere"],
)
def test_where_a_share_is_not_told_the_source_is_named_alone(tmp_path: Path, copying: str, said: str) -> None:
    write_pictures(tmp_path / "pets", "apes", "cats", "owls")
    imported = read(tmp_path, IMPORTS + copying + TRAINED + NETWORK + FIT)
    assert imported.experiment.dataset == ""
    (note,) = imported.differences
    assert said in note
    assert ("copies" in note) is (said != "")
