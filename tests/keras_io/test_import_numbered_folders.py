"""Pictures read file by file from folders that have numbers for names, by whichever words a script has their paths."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import READ, read, write_pictures

CODE = """
import glob, random
import cv2
import numpy as np
from sklearn.model_selection import train_test_split
root = "signs"
classes = CLASSES
X, y = [], []
for i in range(classes):
    LOOP
        X.append(np.array(cv2.resize(cv2.imread(PATH), (9, 6))))
        y.append(i)
X, y = np.array(X), np.array(y)
ORDER
a, b, c, d = train_test_split(X / 255, y, test_size=0.3)
model = keras.Sequential([layers.Flatten(input_shape=a.shape[1:]), layers.Dense(classes, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(ImageDataGenerator(horizontal_flip=True).flow(a, c), epochs=4, validation_data=(b, d))
"""
LISTED = "path = root + '/' + str(i)\n    for name in os.listdir(path):"
JOINED = "os.path.join(path, name)"
WORDS = {
    "a sum": (LISTED, "path + '/' + name"),
    "a sum in the loop": ("for name in sorted(os.listdir('signs/' + str(i))):", "'signs/' + str(i) + '/' + name"),
    "join": ("for name in os.listdir(os.path.join(root, str(i))):", "os.path.join(root, str(i), name)"),
    "an f-string": ("for name in sorted(os.listdir(f'{root}/{i}/')):", "f'{root}/{i}/' + name"),
    "all in an f-string": ("for name in os.listdir(f'signs/{i}'):", "f'signs/{i}/{name}'"),
    "an f-string for glob": ("for name in glob.glob(f'{root}/{i}/*.png'):", "name"),
    "glob of a sum": ("for name in glob.glob(root + '/' + str(i) + '/*'):", "name"),
    "pathlib": ("for name in pathlib.Path(root, str(i)).iterdir():", "str(name)"),
    "format": ("for name in os.listdir('signs/{}'.format(i)):", "'{0}/{1}/{2}'.format(root, i, name)"),
    "percent": ("for name in os.listdir('signs/%d' % i):", "'%s/%d/%s' % (root, i, name)"),
}
WIDE = {
    "a wide f-string": ("for name in os.listdir(f'signs/{i:05d}'):", "f'signs/{i:05d}/{name}'"),
    "a wide format": ("for name in os.listdir('signs/{:05d}'.format(i)):", "'signs/{:05d}/{}'.format(i, name)"),
    "format itself": (LISTED.replace("str(i)", "format(i, '05d')"), JOINED),
    "zeros": (LISTED.replace("str(i)", "str(i).zfill(5)"), JOINED),
    "a wide percent": ("for name in os.listdir('signs/%05d' % i):", "'signs/%05d/%s' % (i, name)"),
}


@pytest.fixture(params=["3", "len(os.listdir(root))"])
def classes(request: pytest.FixtureRequest) -> str:
    """How many classes a script says that there are."""
    return str(request.param)


def script(classes: str, loop: str, path: str, order: str = "") -> str:
    """One that reads such pictures, in some order."""
    return READ + CODE.replace("CLASSES", classes).replace("LOOP", loop).replace("PATH", path).replace("ORDER", order)


@pytest.mark.parametrize("words", [*WORDS, *WIDE])
def test_folders_with_numbers_for_names_are_the_dataset(tmp_path: Path, classes: str, words: str) -> None:
    write_pictures(tmp_path / "signs", *(f"{number:05d}" if words in WIDE else str(number) for number in range(3)))
    imported = read(tmp_path, script(classes, *{**WORDS, **WIDE}[words]))
    experiment = imported.experiment
    assert (experiment.dataset, experiment.image_size) == (str(tmp_path / "signs"), (6, 9))
    assert [layer.type for layer in experiment.layers] == ["RandomFlip", "Flatten", "Dense"]
    assert (experiment.test, experiment.training.validation, imported.differences) == (0.3, "test", ())


ORDERS = {
    "by the shape": "order = np.arange(X.shape[0])\nnp.random.shuffle(order)\nX, y = X[order], y[order]",
    "by a list": "order = list(range(len(X)))\nrandom.shuffle(order)\nX = X[order]",
    "drawn": "order = np.random.choice(len(X), len(X), replace=False)\nX = X[order]",
    "sampled": "order = random.sample(range(len(X)), len(X))\nX = X[order]",
}


@pytest.mark.parametrize("order", ORDERS)
def test_pictures_brought_into_another_order_are_the_same(tmp_path: Path, order: str) -> None:
    write_pictures(tmp_path / "signs", "0", "1", "2")
    imported = read(tmp_path, script("3", LISTED, JOINED, ORDERS[order]))
    assert (imported.experiment.dataset, imported.experiment.image_size) == (str(tmp_path / "signs"), (6, 9))
    assert imported.differences == ()


@pytest.mark.parametrize("order", ["X = X[np.argsort(y)]", "X = X[y > 0]"])
def test_pictures_of_which_it_is_not_told_which_are_taken_keep_their_size(tmp_path: Path, order: str) -> None:
    write_pictures(tmp_path / "signs", "0", "1", "2")
    imported = read(tmp_path, script("3", LISTED, JOINED, order))
    assert (imported.experiment.dataset, imported.experiment.stack.input_shape) == ("", (6, 9, 3))
    assert any("it trains on" in note and "not known" in note for note in imported.differences)


def test_no_dataset_of_another_size_stands_in_for_images_that_are_not_known(tmp_path: Path) -> None:
    code = READ + CODE[CODE.index("a, b, c") :].replace("X / 255", "mixed(X)").replace("classes,", "10,")
    imported = read(tmp_path, "from elsewhere import mixed, X, y\nfrom sklearn.model_selection import *\n" + code)
    assert imported.experiment.dataset == ""
    assert any("224x224x3 stands in" in note for note in imported.differences)
