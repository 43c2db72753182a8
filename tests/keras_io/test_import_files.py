"""Pictures that a script reads file by file in functions of its own: by lists of paths, patterns and names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnn_tui.data.dataset import DataOptions
from cnn_tui.network.layers import Dense
from tests.keras_io.scripts import READ, read
from tests.keras_io.test_import_loops_over_files import BY_HAND, BY_HAND_FIT
from tests.training.data.test_named_pictures import write

PAIRS = """
def kinds_in(folder):
    kinds = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                kinds.append(entry.name)
    return kinds
def files_of(folder, kinds):
    files = []
    for number, kind in enumerate(kinds):
        for name in os.listdir(folder + kind):
            files.append((folder + kind + "/" + name, number))
    return files
def read_all(files):
    seen = []
    for file in files:
        seen.append(cv2.resize(cv2.imread(file[0]), (8, 6)))
    return seen
kinds = kinds_in("pets/")
files = files_of("pets/", kinds)
X = np.array(read_all(files)) / 255.0
y = [label for path, label in files]
"""
NUMBERED = """
kinds = sorted(os.listdir("pets"))
for number, kind in enumerate(kinds):
    for name in os.listdir(f"pets/{kind}"):
        try:
            seen = cv2.imread(f"pets/{kind}/{name}")
            if seen is None:
                continue
            X.append(cv2.resize(seen, (8, 6)))
            y.append(number)
        except Exception as error:
            print(error)
            continue
X = np.array(X) / 255.0
"""
PATTERN = """
import glob
kinds = os.listdir("pets")
files = glob.glob(os.path.join("pets", "*", "*.png"))
X = np.array([cv2.resize(cv2.imread(file), (8, 6)) for file in files]) / 255.0
y = [os.path.basename(os.path.dirname(file)) for file in files]
"""
PATHLIB = """
place = pathlib.Path("pets")
kinds = os.listdir(place)
for folder in place.iterdir():
    for file in folder.glob("*.png"):
        X.append(cv2.resize(cv2.imread(str(file)), (8, 6)))
        y.append(file.parent.name)
X = np.array(X) / 255.0
"""
WALKED = """
kinds = os.listdir("pets")
for folder, inner, files in os.walk("pets"):
    for file in files:
        X.append(cv2.resize(cv2.imread(os.path.join(folder, file)), (8, 6)))
        y.append(os.path.basename(folder))
X = np.array(X) / 255.0
"""
LISTED = """
import argparse
from imutils import paths
options = argparse.ArgumentParser()
options.add_argument("-d", "--dataset", default="pets")
args = vars(options.parse_args())
kinds = os.listdir("pets")
files = sorted(list(paths.list_images(args["dataset"])))
for file in files:
    seen = cv2.imread(file, 0)
    X.append(cv2.resize(seen, (8, 6)).reshape(6, 8, 1))
    y.append(file.split(os.path.sep)[-2])
X = np.array(X) / 255.0
"""


@pytest.mark.parametrize(
    ("loops", "color"),
    [
        *((loops, "rgb") for loops in (PAIRS, NUMBERED, PATTERN, PATHLIB, WALKED)),
        (LISTED, "grayscale"),
        (
            LISTED.replace('default="pets"', 'help="all"').replace('args["dataset"]', 'args["dataset"] or "pets"'),
            "grayscale",
        ),
    ],
    ids=["pairs", "numbered", "pattern", "pathlib", "walked", "listed", "or"],
)
def test_pictures_that_functions_read_are_the_folder(pets: Path, loops: str, color: Any) -> None:
    fit = BY_HAND_FIT.replace("Dense(3,", "Dense(len(kinds),")
    imported = read(pets.parent, READ + BY_HAND + loops + fit)
    experiment = imported.experiment
    assert (experiment.dataset, experiment.data_options) == (str(pets), DataOptions((6, 8), color, "stretch", 0.3))
    assert experiment.layers[-1] == Dense(units=3, activation="softmax")
    assert imported.differences == ()


def test_pictures_at_any_depth_are_of_the_classes_that_a_script_takes_from_their_paths(pets: Path) -> None:
    head = READ + BY_HAND + LISTED + BY_HAND_FIT.replace("Dense(3,", "Dense(len(kinds),")
    by_name = read(pets.parent, head.replace("[-2])", "[-1].split('.')[0])"))
    assert any("have their classes from their names" in note for note in by_name.differences)
    assert not by_name.experiment.dataset
    given = read(pets.parent, head.replace('default="pets"', "required=True"))
    assert any("args['dataset']" in note and "is given when the script is called" in note for note in given.to_know)
    other = read(pets.parent, head.replace(".reshape(6, 8, 1)", ".reshape(8, 6, 1)"))
    assert any("are not known" in note for note in other.differences), "which makes other pictures of them"


@pytest.mark.parametrize("times", [1, 2])
def test_steps_that_a_script_counts_by_a_part_of_the_pictures_are_of_that_part(pets: Path, times: int) -> None:
    steps = f"steps_per_epoch={times} * len(X_train) // 9, validation_steps=len(X_test) // 9, "
    code = READ + BY_HAND + LISTED + BY_HAND_FIT.replace("epochs=4", steps + "epochs=4")
    imported = read(pets.parent, code)
    assert imported.experiment.training.validation_steps is None
    wanted = None if times == 1 else 2 * round(imported.experiment.data.train_images / 9)
    assert imported.experiment.training.steps_per_epoch == wanted
    assert imported.differences == ()


BY_NAME = """
def load(folder, held=0.2):
    seen, labels = [], []
    for name in os.listdir(folder):
        if name.startswith("c"):
            label = 0
        elif "dog" in name.lower():
            label = 1
        else:
            continue
        seen.append(img_to_array(load_img(os.path.join(folder, name), target_size=(6, 8))))
        labels.append(label)
    seen = np.array(seen) / 255.0
    order = np.random.permutation(len(seen))
    seen = seen[order]
    end = int(len(seen) * (1 - held))
    return seen[:end], seen[end:]
X_train, X_test = load(FOLDER)
y_train, y_test = None, None
"""
IN_HALVES = """
for half in ("one", "two"):
    for name in os.listdir(os.path.join("pets", half)):
        word = name.split(".")[0]
        X.append(cv2.resize(cv2.imread("pets/" + half + "/" + name), (8, 6)))
        y.append(1 if word == "cat" else 0)
X = np.array(X) / 255.0
"""


@pytest.mark.parametrize(
    ("loops", "folder"),
    [
        (BY_NAME.replace("FOLDER", "'pets'"), "pets"),
        (BY_NAME.replace("FOLDER", "sys.argv[1]"), "sys.argv[1]"),
        (IN_HALVES, "pets"),
    ],
)
def test_pictures_whose_classes_are_in_their_names_want_folders(pets: Path, loops: str, folder: str) -> None:
    fit = BY_HAND_FIT.replace("X.shape[1:]", "(6, 8, 3)")
    fit = fit if loops is IN_HALVES else "\n".join(fit.splitlines()[2:])
    imported = read(pets.parent, READ + BY_HAND + loops + fit + "\n")
    (note,) = (note for note in imported.differences if "from their names" in note)
    assert note.startswith(f"the pictures that it trains on, {folder} (line ")
    assert note.endswith(
        "set the dataset to a folder with a folder for each class, or to a .csv file of their names and classes"
    )
    assert (imported.experiment.dataset, imported.experiment.stack.input_shape) == ("", (6, 8, 3))


def test_names_that_a_condition_leaves_out_are_a_difference(pets: Path) -> None:
    some = NUMBERED.replace(
        "        try:\n", "        if not name.endswith('.png'):\n            continue\n        try:\n"
    )
    imported = read(pets.parent, READ + BY_HAND + some + BY_HAND_FIT)
    (note,) = imported.differences
    line = next(at for at, text in enumerate((READ + BY_HAND + some).splitlines(), 1) if "endswith" in text)
    assert note == f"a condition on the names of files in pets (line {line}) leaves some out there: here all are read"
    assert imported.experiment.dataset == str(pets)


@pytest.mark.parametrize("folder", ["pets", "try"])
def test_names_that_a_loop_leaves_out_of_other_pictures_than_those_it_trains_on_are_no_difference(
    pets: Path, folder: str
) -> None:
    shown = f"""
found = []
for root, folders, files in os.walk("{folder}"):
    for file in files:
        if file.lower().endswith((".png", ".jpg")):
            found.append(os.path.join(root, file))
"""
    flow = """
from keras.preprocessing.image import ImageDataGenerator
flow = ImageDataGenerator(rescale=1 / 255).flow_from_directory("pets", target_size=(6, 8))
model = keras.Sequential([keras.Input((6, 8, 3)), layers.Flatten(), layers.Dense(3, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(flow)
one = keras.utils.img_to_array(keras.utils.load_img(found[0], target_size=(6, 8))) / 255.0
model.predict(np.expand_dims(one, 0))
"""
    imported = read(pets.parent, READ + BY_HAND.split("import cv2")[0] + "import os\n" + shown + flow)
    assert not imported.differences


@pytest.mark.parametrize(
    ("loop", "file", "kind"),
    [
        ("for _, row in table.iterrows():", "row['file']", "row['kind']"),
        ("for file, kind in zip(table['file'], table['kind']):", "file + '.png'", "kind"),
        ("for at in range(len(table)):", "table.file[at]", "table.kind[at]"),
    ],
)
def test_pictures_that_a_table_names_are_read_row_by_row(tmp_path: Path, loop: str, file: str, kind: str) -> None:
    code = f"""
import pandas as pd
from sklearn.model_selection import train_test_split
table = pd.read_csv("kinds.csv")
def seen(path):
    return cv2.resize(cv2.imread(path), (40, 30)) / 255.0
{loop}
    X.append(seen(os.path.join("pictures", {file})))
    y.append({kind})
X, y = np.array(X), keras.utils.to_categorical(y)
X, other, y, others = train_test_split(X, y, test_size=0.25)
model = keras.Sequential([layers.Flatten(input_shape=X.shape[1:]), layers.Dense(5, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(X, y, validation_data=(other, others))
"""
    imported = read(tmp_path, READ + BY_HAND + code)
    assert imported.experiment.stack.input_shape == (30, 40, 3)
    assert imported.experiment.test == 0.25
    assert not any("Rescaling in front" in note for note in imported.to_know)
    (note,) = imported.differences
    assert note.startswith("the table that names the pictures that it trains on, kinds.csv (line ")
    table = write(tmp_path / "kinds.csv", tmp_path / "pictures", rows=24, head="file,kind")
    here = read(tmp_path, READ + BY_HAND + code)
    assert (here.experiment.dataset, here.experiment.test) == (str(table), 0.25)
    assert here.experiment.stack.input_shape == (30, 40, 3)
    assert any("the classes are those of the column kind of the table" in note for note in here.to_know)


def test_pictures_of_a_column_of_a_table_are_read_in_one_expression(tmp_path: Path) -> None:
    code = f"""{READ}{BY_HAND}
import pandas as pd
from keras.preprocessing.image import img_to_array, load_img
table = pd.read_csv("kinds.csv")
def seen(path):
    return img_to_array(load_img(path, target_size=(30, 40))).astype("float32") / 255.0
X = np.array([seen("pictures/" + file) for file in table["file"]])
model = keras.Sequential([layers.Flatten(), layers.Dense(5, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(X, keras.utils.to_categorical(table["kind"]))
"""
    imported = read(tmp_path, code)
    assert imported.experiment.stack.input_shape == (30, 40, 3)
    assert not any("Rescaling in front" in note for note in imported.to_know)
    assert any("names the pictures that it trains on, kinds.csv" in note for note in imported.differences)


def test_a_loop_over_a_table_that_reads_no_pictures_is_not_followed(tmp_path: Path) -> None:
    code = f"""{READ}{BY_HAND}
import pandas as pd
table = pd.read_csv("kinds.csv")
for _, row in table.iterrows():
    X.append(row["pixels"])
model = keras.Sequential([layers.Flatten(input_shape=(8, 8)), layers.Dense(5, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(np.array(X), table["kind"])
"""
    (difference,) = read(tmp_path, code).differences
    assert "are not known" in difference
