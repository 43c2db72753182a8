"""Arrays that a script saves into files and loads again: what it loads is what it has saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import HEAD, SMALL, read, write_pictures

WAYS = {
    "npy": "np.save('a.npy', x)\nnp.save('b', y)\nx, y = np.load('a.npy'), np.load('b.npy')",
    "npz": "np.savez_compressed('both.npz', first=x, second=y)\nheld = np.load('both.npz')\n"
    "x, y = held['first'], held['second']",
    "arr_0": "np.savez('x.npz', x)\nnp.savez('y.npz', y)\nx, y = np.load('x.npz')['arr_0'], np.load('y.npz')['arr_0']",
    "with": "with open('both.pkl', 'wb') as out:\n    pickle.dump((x, y), out)\n"
    "with open('both.pkl', 'rb') as f:\n    x, y = pickle.load(f)",
    "opened": "out = open('x.pickle', 'wb')\npickle.dump(x, out)\nout.close()\nx = pickle.load(open('x.pickle', 'rb'))",
    "joblib": "import joblib\njoblib.dump([x, y], 'both.gz')\nx, y = joblib.load('both.gz')",
    "function": "def save(one, name):\n    np.save(f'{name}.npy', one)\nsave(x, 'x')\nx = np.load('x.npy')",
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_what_a_script_has_saved_is_what_it_loads(tmp_path: Path, way: str) -> None:
    """The first 10,000 of the training images are left out."""
    code = f"{HEAD}import pickle\nimport numpy as np\nx, y = x_train[10000:], y_train[10000:]\n{way}\n{SMALL}"
    fit = 'model.compile("adam", "sparse_categorical_crossentropy")\nmodel.fit(x, y, epochs=2)\n'
    imported = read(tmp_path, code + fit)
    assert (imported.experiment.dataset, imported.experiment.leave_out) == ("fashion_mnist", ("0-9999",))
    assert not imported.differences
    other = read(tmp_path, (code + fit).replace("np.load('", "np.load('other_"))
    assert bool(other.differences) is ("np.load" in way)


BY_HAND = """
import os, cv2, numpy as np
from tensorflow.keras import layers, models
def gather(place):
    seen, kinds = [], []
    for number, kind in enumerate(sorted(os.listdir(place))):
        for name in os.listdir(os.path.join(place, kind)):
            seen.append(cv2.resize(cv2.imread(os.path.join(place, kind, name)), (8, 8)))
            kinds.append(number)
    np.save(f"{place}_x.npy", seen)
    np.save(f"{place}_y.npy", kinds)
gather("learn")
gather("later")
model = models.Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(np.load("learn_x.npy"), np.load("learn_y.npy"), epochs=2)
model.evaluate(np.load("later_x.npy"), np.load("later_y.npy"))
"""


def test_pictures_that_are_read_by_hand_and_saved_are_those_of_their_folders(tmp_path: Path) -> None:
    gone = read(tmp_path, BY_HAND)
    assert any("the pictures that it trains on, learn (line " in note for note in gone.differences)
    assert any("it tests on later (line" in note for note in gone.to_know)
    for name in ("learn", "later"):
        write_pictures(tmp_path / name, "cats", "dogs")
    here = read(tmp_path, BY_HAND).experiment
    assert (here.dataset, here.test) == (str(tmp_path / "learn"), str(tmp_path / "later"))


FLAT = """
import os, cv2, numpy as np
from tensorflow.keras import layers, models
seen = []
for name in os.listdir("birds"):
    seen.append(cv2.resize(cv2.imread(os.path.join("birds", name)), (8, 8)))
x, y = np.array(seen), LABELS
model = models.Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=2)
"""


@pytest.mark.parametrize(
    ("labels", "where"),
    [
        ("np.repeat([0, 1], 50)", "labels that it counts out (line 7)"),
        ("np.concatenate([np.zeros(50), np.ones(50)])", "labels that it counts out (line 7)"),
        ("np.array([0] * 50 + [1] * 50)", "labels that it counts out (line 7)"),
        ("np.array([name.startswith('crow') for name in os.listdir('birds')])", "their names"),
    ],
)
def test_labels_that_are_counted_out_are_said(tmp_path: Path, labels: str, where: str) -> None:
    notes = read(tmp_path, FLAT.replace("LABELS", labels)).differences
    assert any(
        f"the pictures that it trains on, birds (line 6), have their classes from {where}" in one for one in notes
    )


@pytest.mark.parametrize(
    ("loaded", "file"),
    [
        ("x, y = np.load('data/letters.npz')['arr_0'], np.load('data/kinds.npz')['arr_0']", "letters.npz"),
        (
            "with np.load('C:\\\\all\\\\letters.npz') as held:\n    x, y = held['pictures'], held['kinds']",
            "letters.npz",
        ),
        ("x, y = np.load('letters.npy').astype('float32'), np.load('kinds.npy')", "letters.npy"),
        ("import pickle\nx, y = pickle.load(open('all/letters.pkl', 'rb'))", "letters.pkl"),
        ("from scipy.io import loadmat\nheld = loadmat('letters.mat')\nx, y = held['X'], held['y']", "letters.mat"),
        ("import h5py\nf = h5py.File('letters.h5', 'r')\nx, y = np.array(f['x'][:]), f['y'][:]", "letters.h5"),
        ("with open('letters.bin', 'rb') as f:\n    x, y = np.load(f), np.load(f)", "letters.bin"),
    ],
)
@pytest.mark.parametrize("then", ["", "x = x.reshape(len(x), 28, 28, 1) / 255.0\nx, z = x[:5000], x[5000:]"])
def test_a_file_of_arrays_that_is_no_dataset_is_named_with_what_it_is_to_have(
    tmp_path: Path, loaded: str, file: str, then: str
) -> None:
    code = f"{HEAD}import numpy as np\n{loaded}\n{then}\n{SMALL}"
    fit = 'model.compile("adam", "sparse_categorical_crossentropy")\nmodel.fit(x, y, epochs=2)\n'
    note, *some = read(tmp_path, code + fit).differences
    assert [one.partition(" (")[0] for one in some] == ["only some of the images are learned from there"] * bool(then)
    assert f"are read from {file}, which is no dataset as it is: set the dataset to a .npz file that has them" in note
