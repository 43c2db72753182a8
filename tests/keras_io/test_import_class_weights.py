"""Weights of classes that a script works out of counts are `balanced` where they surely are, and a note where not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import FIT, HEAD, SMALL, read

SCRIPT = """
import glob
import os
from collections import Counter, defaultdict
import numpy as np
import pandas as pd
from sklearn.utils.class_weight import compute_class_weight
from tensorflow import keras
from tensorflow.keras import layers
folder = "pets/train"
made = keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255)
train = made.flow_from_directory(folder, (8, 8))
def trained(given):
    model = keras.Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(UNITS, activation="softmax")])
    model.compile("adam", "categorical_crossentropy")
    model.fit(train, epochs=2, class_weight=given)
WEIGHTS
"""
BALANCED = {
    "bincount": "counts = np.bincount(train.classes)\n"
    "weights = {at: counts.sum() / (len(counts) * count) for at, count in enumerate(counts)}",
    "an array": "counts = np.bincount(train.classes)\nweights = dict(enumerate(counts.mean() / counts))",
    "Counter": "counts = Counter(train.classes)\ntotal = float(sum(counts.values()))\n"
    "weights = {kind: total / (len(counts) * count) for kind, count in counts.items()}",
    "pandas": "counts = pd.Series(train.classes).value_counts()\n"
    "weights = {at: len(train.classes) / (3 * counts[at]) for at in range(3)}",
    "labels of a class": "weights = {}\nfor at in range(train.num_classes):\n"
    "    weights[at] = train.samples / (train.num_classes * np.sum(train.classes == at))",
    "files": "names = sorted(os.listdir(folder))\n"
    "counts = [len(os.listdir(os.path.join(folder, name))) for name in names]\n"
    "weights = {at: sum(counts) / (len(names) * counts[at]) for at in range(len(names))}",
    "a loop over files": "counts, total, weights = {}, 0, {}\n"
    "for name in os.listdir(folder):\n    inside = os.path.join(folder, name)\n"
    "    counts[name] = len(glob.glob(inside + '/*.jpg'))\n    total += counts[name]\n"
    "for at, name in enumerate(sorted(counts)):\n"
    "    if counts[name] == 0:\n        weight = 1\n"
    "    else:\n        weight = (1 / counts[name]) * (total / len(counts))\n    weights[at] = weight",
    "a function": "def weights_of(labels):\n    counts = defaultdict(int)\n    for label in labels:\n"
    "        counts[label] += 1\n    total = sum(counts.values())\n"
    "    return {label: total / (len(counts) * count) for label, count in counts.items()}\n"
    "weights = weights_of(train.classes)",
    "a dict of it": "counts = dict(Counter(train.classes))\ntotal = sum(counts.values())\n"
    "weights = {kind: (1 / count) * total / 3.0 for kind, count in counts.items()}",
    "shares": "shares = pd.Series(train.classes).value_counts(normalize=True)\n"
    "weights = {at: 1 / (3 * shares[at]) for at in range(3)}",
    "a name that is bound anew": "weights = compute_class_weight('balanced', classes=kinds, y=train.classes)\n"
    "weights = dict(enumerate(weights.tolist()))",
    "in the order of a folder": "counts = Counter(train.classes)\n"
    "weights = {at: train.n / (3 * count) for at, count in enumerate(counts.values())}",
    "folders by pathlib": "from pathlib import Path\n"
    "counts = {kind.name: len(list(kind.glob('*'))) for kind in Path('pets/train').iterdir() if kind.is_dir()}\n"
    "weights = {at: sum(counts.values()) / (len(counts) * counts[kind]) for at, kind in enumerate(sorted(counts))}",
    "a folder that the script is called with": "import sys\nfolder = sys.argv[1]\n"
    "counts = [len(os.listdir(os.path.join(folder, kind))) for kind in sorted(os.listdir(folder))]\n"
    "weights = {at: sum(counts) / (len(counts) * count) for at, count in enumerate(counts)}",
    "a column of a table": "counts = table['kind'].value_counts().sort_index()\n"
    "weights = {at: len(table) / (len(counts) * count) for at, count in enumerate(counts)}",
    "rounded": "counts = np.bincount(y_train)\nweights = {at: round(counts.mean() / counts[at], 2) for at in range(3)}",
    "a list of counts": "counts = [0] * 3\nfor label in y_train:\n    counts[label] += 1\n"
    "weights = {at: len(y_train) / (3 * counts[at]) for at in range(3)}",
    "scikit-learn": "found = compute_class_weight('balanced', classes=np.unique(train.classes), y=train.classes)\n"
    "weights = {at: found[at] for at in range(len(found))}",
}
OF_TWO = {
    "two folders": "cats, dogs = len(os.listdir(folder + '/cats')), len(os.listdir(folder + '/dogs'))\n"
    "weights = {0: (cats + dogs) / (2 * cats), 1: (cats + dogs) / (2 * dogs)}",
    "words in paths": "few = len([path for path in paths if 'cat' in path])\n"
    "many = len([path for path in paths if 'dog' in path])\n"
    "weights = {0: (few + many) / (2 * few), 1: (few + many) / (2 * many)}",
    "two counts": "few, many = np.bincount(train.classes)\ntotal = few + many\n"
    "weights = {0: (1 / few) * (total / 2.0), 1: (1 / many) * (total / 2.0)}",
}
OTHERS = {
    "of labels to test on": "weights = dict(enumerate(compute_class_weight('balanced', classes=[0, 1], y=y_test)))",
    "of a column by how many they are": "counts = table['kind'].value_counts()\n"
    "weights = {at: len(table) / (len(counts) * count) for at, count in enumerate(counts)}",
    "within bounds": "counts = np.bincount(train.classes)\n"
    "weights = {at: min(counts.mean() / counts[at], 20.0) for at in range(2)}",
    "by how many it validates on": "total = sum(len(os.listdir('val/' + name)) for name in os.listdir('val'))\n"
    "counts = np.bincount(train.classes)\nweights = {at: total / (2 * counts[at]) for at in range(2)}",
    "by the order of appearance": "counts = Counter(y_train)\n"
    "weights = {at: len(y_train) / (2 * count) for at, count in enumerate(counts.values())}",
    "of a folder that it validates on": "seen = made.flow_from_directory('pets/validation', (8, 8))\n"
    "counts = np.bincount(seen.classes)\nweights = {at: counts.mean() / counts[at] for at in range(2)}",
    "by the largest": "counts = Counter(train.classes)\n"
    "weights = {kind: max(counts.values()) / count for kind, count in counts.items()}",
    "of what it validates on": "counts = np.bincount(val_train.classes)\n"
    "weights = dict(enumerate(counts.mean() / counts))",
    "inverse": "weights = {at: 1 / count for at, count in enumerate(np.bincount(train.classes))}",
    "milder": "counts = np.bincount(train.classes)\n"
    "weights = dict(enumerate(np.sqrt(counts.sum() / (len(counts) * counts))))",
    "twice": "counts = np.bincount(train.classes)\nweights = dict(enumerate(2 * counts.mean() / counts))",
    "the wrong way round": "counts = np.bincount(train.classes)\nweights = dict(enumerate(counts / counts.mean()))",
    "one class for all": "counts = np.bincount(train.classes)\n"
    "weights = {0: counts.mean() / counts[0], 1: counts.mean() / counts[0]}",
    "of more than itself": "weights = weights + weights\nweights = {0: weights, 1: weights}",
    "too large": f"weights = {{0: {'9' * 400} / len(os.listdir(folder)), 1: np.bincount(x)[1]}}",
}


def _script(weights: str, units: int) -> str:
    return SCRIPT.replace("WEIGHTS", f"{weights}\ntrained(weights)").replace("UNITS", str(units))


@pytest.mark.parametrize("way", [*BALANCED, *OF_TWO])
def test_weights_with_which_all_classes_count_the_same_are_balanced(tmp_path: Path, way: str) -> None:
    code = _script(BALANCED[way], 3) if way in BALANCED else _script(OF_TWO[way], 2)
    imported = read(tmp_path, code)
    assert imported.experiment.training.class_weight == "balanced"
    assert not any("class_weight" in note for note in imported.notes)


@pytest.mark.parametrize("way", OTHERS)
def test_other_weights_that_only_running_tells_are_a_note(tmp_path: Path, way: str) -> None:
    imported = read(tmp_path, _script(OTHERS[way], 2))
    assert imported.experiment.training.class_weight is None
    (note,) = (note for note in imported.differences if "class_weight" in note)
    assert "balanced may be what is meant" in note
    assert imported.experiment.training.class_weight is None


def test_weights_of_images_by_which_all_classes_count_the_same_are_balanced(tmp_path: Path) -> None:
    code = "from sklearn.utils.class_weight import compute_sample_weight\n" + HEAD + SMALL
    fit = FIT.replace("epochs", "sample_weight=compute_sample_weight('balanced', y_train), epochs")
    imported = read(tmp_path, code + fit)
    assert imported.experiment.training.class_weight == "balanced"
    assert imported.notes == ()


def test_halves_of_three_classes_are_no_balance(tmp_path: Path) -> None:
    imported = read(tmp_path, _script(OF_TWO["two counts"], 3))
    assert imported.experiment.training.class_weight is None


def test_a_word_for_weights_is_a_note(tmp_path: Path) -> None:
    imported = read(tmp_path, _script("weights = 'auto'", 3))
    assert any('class_weight "auto" is no table' in note for note in imported.differences)


@pytest.mark.parametrize(("order", "weights"), [('["dogs", "cats"]', (1.0, 2.0)), ('["cats", "dogs"]', (2.0, 1.0))])
def test_weights_stay_with_their_classes_whose_order_is_that_of_their_names_here(
    tmp_path: Path, order: str, weights: tuple[float, ...]
) -> None:
    code = f"""
from tensorflow import keras
from tensorflow.keras.preprocessing.image import ImageDataGenerator
made = ImageDataGenerator(rescale=1 / 255)
train = made.flow_from_directory("pets", (8, 8), class_mode="binary", classes={order})
model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(train, epochs=2, class_weight={{0: 2.0, 1: 1.0}})
"""
    assert read(tmp_path, code).experiment.training.class_weight == weights


@pytest.mark.parametrize(
    ("weights", "taken"),
    [
        ("dict(enumerate(compute_class_weight('balanced', classes=np.unique(y_train), y=y_train)))", "balanced"),
        ("{i: w for i, w in enumerate(compute_class_weight(class_weight='balanced', classes=c, y=y))}", "balanced"),
        ("{label: 60000 / (10 * n) for label, n in enumerate(counted(y_train))}", None),
        ("{label: 6000 / np.bincount(y_train)[label] for label in range(10)}", "balanced"),
        ("{label: 1 / np.bincount(y_train)[label] for label in range(10)}", None),
    ],
)
def test_weights_of_classes_that_a_script_works_out(tmp_path: Path, weights: str, taken: str | None) -> None:
    code = f"from sklearn.utils.class_weight import compute_class_weight\nweights = {weights}\n"
    imported = read(tmp_path, HEAD + SMALL + code + FIT.replace("epochs", "class_weight=weights, epochs"))
    assert imported.experiment.training.class_weight == taken
    assert (imported.notes == ()) is (taken is not None)
