"""What an imported script holds out of one folder or table: the same whether its images are here or set later."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import parse, to_toml
from tests.keras_io.scripts import read

FOLDER = """
import tensorflow as tf
import tensorflow_datasets as tfds
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.preprocessing.image import ImageDataGenerator
read = keras.utils.image_dataset_from_directory
READ
model = keras.Sequential([
    layers.Rescaling(1 / 255, input_shape=(8, 8, 3)), layers.Flatten(), layers.Dense(3, activation="softmax")
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train, validation_data=watched, epochs=2)
"""
BOTH = "train, watched = read('pets', validation_split=0.2, subset='both', seed=1, image_size=(8, 8))\n"
WAYS = {
    "two parts": (BOTH, 24, 6),
    "a generator": (
        "made = ImageDataGenerator(rescale=1 / 255, validation_split=0.2)\n"
        "train = made.flow_from_directory('pets', (8, 8), subset='training')\n"
        "watched = made.flow_from_directory('pets', (8, 8), subset='validation')",
        24,
        6,
    ),
    "a pipeline": (
        "data = read('pets', image_size=(8, 8))\ntrain, watched = data.skip(len(data) // 5), data.take(len(data) // 5)",
        24,
        6,
    ),
    "half of a part": (f"{BOTH}tested = watched.shard(num_shards=2, index=0)\nwatched = watched.shard(2, 1)", 24, 3),
}


def pictures(folder: Path) -> None:
    """Thirty pictures of three kinds."""
    for kind in ("cats", "dogs", "owls"):
        (folder / kind).mkdir(parents=True)
        for number in range(10):
            Image.new("RGB", (8, 8), (number, 0, 0)).save(folder / kind / f"{number}.png")


def counted(experiment: Experiment) -> tuple[int, int]:
    """How many images it learns from, and how many it watches, to the nearest."""
    data, share = experiment.data, experiment.training.validation
    if share == "test":
        return data.train_images, data.test_images
    watched = round(data.train_images * (0 if share == "none" else float(share)))
    return data.train_images - watched, watched


@pytest.mark.parametrize("way", WAYS)
def test_what_is_held_out_of_a_folder_is_so_too_of_one_that_is_set_later(tmp_path: Path, way: str) -> None:
    script, learned, watched = WAYS[way]
    code = FOLDER.replace("READ", script)
    gone = read(tmp_path, code).experiment
    pictures(tmp_path / "pets")
    here = read(tmp_path, code).experiment
    again = parse(to_toml(gone))
    assert again == gone
    later = again.with_dataset(str(tmp_path / "pets"))
    assert counted(here) == counted(later) == (learned, watched)


BY_HAND = """
import os
import cv2
import numpy as np
from sklearn.model_selection import train_test_split
from tensorflow import keras
from tensorflow.keras import layers
images, labels = [], []
for kind in os.listdir("pets"):
    for name in os.listdir(os.path.join("pets", kind)):
        images.append(cv2.resize(cv2.imread(os.path.join("pets", kind, name)), (8, 8)))
        labels.append(kind)
x, y = np.array(images) / 255, np.array(labels)
SPLIT
model = keras.Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=2, FIT)
"""


@pytest.mark.parametrize(
    ("split", "fit", "learned", "watched"),
    [
        ("", "validation_split=0.2", 24, 6),
        ("x, a, y, b = train_test_split(x, y, test_size=0.2)", "validation_data=(a, b)", 24, 6),
        ("x, a, y, b = train_test_split(x, y, train_size=0.6, test_size=0.2)", "validation_data=(a, b)", 18, 6),
        ("x, a, y, b = train_test_split(x, y, test_size=0.2)", "validation_split=0.25", 18, 6),
        ("x, a, y, b = train_test_split(x, y, test_size=0.4)", "verbose=2", 18, 0),
    ],
)
def test_what_is_held_out_of_pictures_that_are_read_by_hand_is_so_too_of_a_folder_that_is_set_later(
    tmp_path: Path, split: str, fit: str, learned: int, watched: int
) -> None:
    code = BY_HAND.replace("SPLIT", split).replace("FIT", fit)
    gone = read(tmp_path, code).experiment
    pictures(tmp_path / "pets")
    here = read(tmp_path, code).experiment
    later = gone.with_dataset(str(tmp_path / "pets"))
    assert counted(here) == counted(later) == (learned, watched)


def test_a_dataset_that_is_parted_itself_keeps_its_own_parts(tmp_path: Path) -> None:
    for part in ("train", "test"):
        pictures(tmp_path / "parted" / part)
    gone = read(tmp_path, FOLDER.replace("READ", BOTH)).experiment
    assert gone.test == 0.2
    for dataset in (str(tmp_path / "parted"), "mnist", str(tmp_path / "nowhere")):
        assert gone.with_dataset(dataset).test is None
    assert gone.with_dataset(str(tmp_path / "parted")).data.train_images == 30


@pytest.mark.parametrize(
    ("split", "learned", "watched"),
    [
        ("test_size=0.2", 48, 12),
        ("train_size=0.8", 48, 12),
        ("test_size=0.2, train_size=0.6", 36, 12),
        ("", 45, 15),
    ],
)
def test_what_is_held_out_of_a_table_is_so_too_of_one_that_is_set_later(
    tmp_path: Path, split: str, learned: int, watched: int
) -> None:
    code = f"""
import pandas as pd
from sklearn.model_selection import train_test_split
from tensorflow import keras
rows = pd.read_csv("digits.csv")
labels = rows.pop("label")
a, b, c, d = train_test_split(rows.values.reshape(-1, 4, 4, 1) / 255, labels, {split})
model = keras.Sequential([keras.layers.Flatten(input_shape=(4, 4, 1)), keras.layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(a, c, validation_data=(b, d), epochs=2)
"""
    gone = read(tmp_path, code).experiment
    rows = ["label," + ",".join(f"p{at}" for at in range(16))]
    rows += [f"{row % 3}," + ",".join([str(row)] * 16) for row in range(60)]
    for name in ("digits", "own_train", "own_test"):
        (tmp_path / f"{name}.csv").write_text("\n".join(rows))
    here = read(tmp_path, code).experiment
    later = gone.with_dataset(str(tmp_path / "digits.csv"))
    assert counted(here) == counted(later) == (learned, watched)
    assert gone.with_dataset(str(tmp_path / "own_train.csv")).data.test_images == 60


def test_images_that_are_split_by_the_share_to_learn_from(tmp_path: Path) -> None:
    code = """
from sklearn.model_selection import train_test_split
from tensorflow import keras
(images, labels), _ = keras.datasets.mnist.load_data()
a, b, c, d = train_test_split(images / 255, labels, train_size=0.9)
model = keras.Sequential([keras.layers.Flatten(input_shape=(28, 28)), keras.layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(a, c, validation_data=(b, d))
"""
    imported = read(tmp_path, code)
    assert (imported.experiment.training.validation, imported.notes) == (0.1, ())


def test_a_split_in_three_of_a_dataset_that_is_not_known_is_kept(tmp_path: Path) -> None:
    script = (
        "train, watched, tested = tfds.load('owls', split=['train[:80%]', 'train[80%:90%]', 'train[90%:]'], "
        "as_supervised=True)"
    )
    experiment = read(tmp_path, FOLDER.replace("READ", script)).experiment
    pictures(tmp_path / "owls")
    assert counted(experiment.with_dataset(str(tmp_path / "owls"))) == (24, 3)


@pytest.mark.parametrize("whose", ["train", "watched"])
def test_a_method_that_is_not_known_is_a_note_of_its_line(tmp_path: Path, whose: str) -> None:
    pictures(tmp_path / "pets")
    code = FOLDER.replace("READ", f"{BOTH}{whose} = {whose}.filter(lambda picture, label: label > 1)")
    imported = read(tmp_path, code)
    assert imported.experiment.dataset == str(tmp_path / "pets")
    assert [note for note in imported.differences if note.startswith("filter (line 9)")]
    assert read(tmp_path, FOLDER.replace("READ", BOTH)).differences == ()


OF_TWO = BOTH.replace("seed=1", "seed=1, batch_size=2")
LEARNED, WATCHED = "pictures to learn from is taken", "pictures to validate on is taken"


@pytest.mark.parametrize(
    ("taken", "steps", "watched_steps"),
    [
        ("train = train.take(3)", 3, None),
        ("train = train.take(3).prefetch(1)\nwatched = watched.take(1)", 3, 1),
        ("train = train.unbatch().take(16).batch(4)", 4, None),
        ("train, watched = train.take(99), watched.take(99)", None, None),
    ],
)
def test_batches_that_are_taken_of_pictures_mixed_anew_are_the_steps_of_an_epoch(
    tmp_path: Path, taken: str, steps: int | None, watched_steps: int | None
) -> None:
    pictures(tmp_path / "pets")
    imported = read(tmp_path, FOLDER.replace("READ", OF_TWO + taken))
    training = imported.experiment.training
    assert (training.steps_per_epoch, training.validation_steps) == (steps, watched_steps)
    assert (imported.experiment.test, training.validation, imported.differences) == (0.2, "test", ())


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        ("train = train.take(3).cache()", LEARNED),
        ("train = train.take(3).skip(1)", LEARNED),
        ("train = train.take(3).repeat(2)", LEARNED),
        ("watched = watched.cache().take(1)", WATCHED),
    ],
)
def test_batches_that_are_the_same_in_each_epoch_are_a_note(tmp_path: Path, taken: str, said: str) -> None:
    pictures(tmp_path / "pets")
    imported = read(tmp_path, FOLDER.replace("READ", OF_TWO + taken))
    assert any(f"only a part of the {said}" in note for note in imported.differences)


def test_what_is_skipped_of_the_same_pipeline_is_no_step_of_it(tmp_path: Path) -> None:
    pictures(tmp_path / "pets")
    parted = "whole = read('pets', image_size=(8, 8), batch_size=4)\ntrain, watched = whole.take(5), whole.skip(5)"
    imported = read(tmp_path, FOLDER.replace("READ", parted))
    assert imported.experiment.training.steps_per_epoch is None
    assert any("mixed anew in each epoch" in note for note in imported.differences)


PARTS = """
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.preprocessing.image import ImageDataGenerator
made, plain = ImageDataGenerator(rescale=1 / 255, validation_split=0.2), ImageDataGenerator(rescale=1 / 255)
train = made.flow_from_directory("pets/train", (8, 8), PART)
tested = plain.flow_from_directory("pets/test", (8, 8), shuffle=False)
model = keras.Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(3, activation="softmax")])
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
model.fit(train, WATCHED epochs=2)
model.ASKED(tested)
"""
HELD = 'validation_data=made.flow_from_directory("pets/train", (8, 8), subset="validation"),'


@pytest.mark.parametrize("asked", ["evaluate", "predict"])
@pytest.mark.parametrize(
    ("part", "watched", "held_out"), [("", "", "none"), ('subset="training"', HELD, 0.2)], ids=["none", "a part"]
)
def test_a_folder_that_a_script_tests_on_in_the_end_is_tested_on(
    tmp_path: Path, asked: str, part: str, watched: str, held_out: str | float
) -> None:
    code = PARTS.replace("PART", part).replace("WATCHED", watched).replace("ASKED", asked)
    gone = read(tmp_path, code)
    assert (gone.experiment.test, gone.experiment.training.validation) == (None, held_out)
    assert any("it tests on pets/test (line 7): set test to that folder" in note for note in gone.to_know)
    pictures(tmp_path / "pets" / "train")
    pictures(tmp_path / "elsewhere")
    apart = read(tmp_path, code.replace("pets/test", "elsewhere")).experiment
    assert (apart.dataset, apart.test) == (str(tmp_path / "pets/train"), str(tmp_path / "elsewhere"))
    pictures(tmp_path / "pets" / "test")
    here = read(tmp_path, code)
    assert (here.experiment.dataset, here.experiment.test) == (str(tmp_path / "pets"), None)
    assert {one.training.validation for one in (apart, here.experiment)} == {held_out}
    drawn = "validation_split holds out the first pictures of each class there; here as many, but others"
    assert here.notes == ((drawn,) if watched else ())


@pytest.mark.parametrize(
    ("behind", "is_tested"),
    [
        ("seen = model.predict(tested)", False),
        ("seen = model.predict(tested)\nprint(tested.filenames, seen.argmax(axis=1))", False),
        ("model.predict(tested)\nprint((model.predict(tested)[:, 0] > 0.5) == tested.classes)", True),
        ("from sklearn.metrics import f1_score\nf1_score(known, model.predict(tested))", True),
        ("x, y = next(tested)\nmodel.predict(x)", True),
        ("model.predict(tested)\nmodel.evaluate(tested)", True),
    ],
)
def test_a_mixed_folder_that_is_only_predicted_is_none_to_test_on(tmp_path: Path, behind: str, is_tested: bool) -> None:
    for folder in ("train", "test"):
        pictures(tmp_path / "pets" / folder)
    pictures(tmp_path / "elsewhere")
    code = PARTS.replace("PART", "").replace("WATCHED", "").replace(", shuffle=False", "")
    code = code.replace("model.ASKED(tested)", behind).replace("pets/test", "elsewhere")
    imported = read(tmp_path, code)
    words = "it reads elsewhere (line 7) too, and does not train with that: set test to it, if it is to test on"
    assert (words in imported.to_know) is not is_tested
    assert (imported.experiment.test == str(tmp_path / "elsewhere")) is is_tested


@pytest.mark.parametrize(("batches", "is_tested"), [("tested", True), ("tested.take(1)", False)])
@pytest.mark.parametrize("called", ["evaluate(images, labels)", "predict(images)", "test_on_batch(images, labels)"])
def test_a_folder_that_a_script_tests_on_batch_by_batch_is_tested_on(
    tmp_path: Path, batches: str, is_tested: bool, called: str
) -> None:
    tested = 'tested = keras.utils.image_dataset_from_directory("pets/test", image_size=(8, 8))'
    code = FOLDER.replace("READ", f"{BOTH}{tested}") + f"for images, labels in {batches}:\n    model.{called}\n"
    notes = read(tmp_path, code).notes
    assert any("tests on pets/test" in note for note in notes) is is_tested


def test_a_folder_to_validate_on_and_another_to_test_on_are_said_where_they_are_not_here(tmp_path: Path) -> None:
    watched = 'validation_data=plain.flow_from_directory("pets/val", (8, 8)),'
    code = PARTS.replace("PART", "").replace("WATCHED", watched)
    words = "it validates on pets/val (line 10), and tests on pets/test (line 7) in the end: set validation to"
    assert any(words in note for note in read(tmp_path, code.replace("ASKED", "evaluate")).to_know)
    only_asked = code.replace("ASKED", "predict").replace("shuffle=False", "class_mode=None")
    for other in (code.replace("ASKED", "fine_tuned"), only_asked, code.replace("pets/test", "pets/val")):
        assert not any("in the end" in note for note in read(tmp_path, other).notes)


def test_a_batch_that_is_tested_on_is_of_its_folder(tmp_path: Path) -> None:
    code = PARTS.replace("PART", "").replace(
        "WATCHED", 'validation_data=plain.flow_from_directory("pets/val", (8, 8)),'
    )
    code = code.replace("model.ASKED(tested)", "images, labels = next(iter(tested))\nmodel.evaluate(images, labels)")
    words = "it validates on pets/val (line 10), and tests on pets/test (line 7) in the end"
    assert any(words in note for note in read(tmp_path, code).to_know)
    trained = PARTS.replace("PART", "").replace("model.fit(train, WATCHED", "x, y = next(train)\nmodel.fit(x, y,")
    words = "only a part of the pictures to learn from is taken there, and all of them here"
    assert words in read(tmp_path, trained.replace("model.ASKED(tested)", "")).differences


def test_a_model_that_is_loaded_again_tests_on_a_folder_too(tmp_path: Path) -> None:
    watched = 'validation_data=plain.flow_from_directory("pets/val", (8, 8)),'
    code = PARTS.replace("PART", "").replace("WATCHED", watched)
    loaded = "best = keras.models.load_model('best.keras')\nprint(best.evaluate(tested))"
    words = "it validates on pets/val (line 10), and tests on pets/test (line 7) in the end"
    assert any(words in note for note in read(tmp_path, code.replace("model.ASKED(tested)", loaded)).to_know)


def test_a_folder_that_only_running_tells_is_one_by_its_words(tmp_path: Path) -> None:
    code = "import sys\nplace = sys.argv[1]\n" + PARTS.replace('"pets/train"', "place").replace("ASKED", "summarized")
    held = HELD.replace('"pets/train"', "place")
    imported = read(tmp_path, code.replace("PART", 'subset="training"').replace("WATCHED", held))
    assert (imported.experiment.test, imported.experiment.training.validation) == (0.2, "test")
    assert not any("part of the pictures" in note or "left out" in note for note in imported.notes)
