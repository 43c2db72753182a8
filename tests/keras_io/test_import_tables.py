"""A script that reads its images from tables of pixels has that table as its dataset, where it is one and is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import HEAD, READ, SMALL, read


def test_a_table_that_is_not_there_has_no_stand_in(tmp_path: Path) -> None:
    code = f"""{HEAD}{SMALL}
import pandas as pd
from sklearn.model_selection import train_test_split
table = pd.read_csv("../input/digits.csv")
images = table.drop("label", axis=1).values.reshape(-1, 28, 28, 1)
images, watched, labels, others = train_test_split(images, table["label"], test_size=0.1)
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(images / 255.0, labels, validation_data=(watched / 255.0, others))
"""
    imported = read(tmp_path, code)
    experiment = imported.experiment
    assert (experiment.dataset, experiment.test, experiment.training.validation) == ("", 0.1, "test")


@pytest.mark.parametrize(
    ("join", "is_put_together"),
    [
        ("x = np.vstack((x, more))", True),
        ("x = np.concatenate([x, more], axis=0)", True),
        ("x = np.append(x, more, 0)", True),
        ("x = np.concatenate((x, np.load('more.npy')))", True),
        ("x = np.concatenate((x, np.flip(x, 1)))", True),
        ("x = np.concatenate((more, x)) / 255", True),
        ("x = pd.concat([pd.read_csv('train.csv'), pd.read_csv('more.csv')]).values[:, 1:]", True),
        ("x = np.hstack((x[:, :8], x[:, 8:]))", False),
        ("x = np.append(np.empty((0, 16)), x, axis=0)", False),
        ("x = np.vstack(x)", False),
    ],
)
def test_tables_that_are_put_together_are_not_one_of_them(tmp_path: Path, join: str, is_put_together: bool) -> None:
    for name in ("train", "more"):
        rows = [",".join(map(str, [at % 3, *range(16)])) for at in range(30)]
        (tmp_path / f"{name}.csv").write_text("\n".join(rows))
    code = f"""{READ}
import numpy as np
import pandas as pd
x, more = np.loadtxt("train.csv", delimiter=",")[:, 1:], np.loadtxt("more.csv", delimiter=",")[:, 1:]
{join}
x = x.reshape(-1, 4, 4, 1).astype("float32")
model = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, np.loadtxt("train.csv", delimiter=",")[:, 0])
"""
    imported = read(tmp_path, code)
    line = code.splitlines().index(join) + 1
    noted = [note for note in imported.notes if "put together" in note and f"line {line}" in note]
    assert (imported.experiment.dataset == "") is bool(noted) is is_put_together
    assert all("train.csv" in note for note in noted)


def test_a_table_to_test_on_that_is_not_there_is_a_note(tmp_path: Path) -> None:
    rows = [",".join(map(str, [at % 3, *range(16)])) for at in range(30)]
    (tmp_path / "train.csv").write_text("\n".join(rows))
    code = f"""{READ}
import numpy as np
train, test = np.loadtxt("train.csv", delimiter=","), np.loadtxt("gone.csv", delimiter=",")
model = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(train[:, 1:], train[:, 0], validation_data=(test[:, 1:], test[:, 0]))
"""
    imported = read(tmp_path, code)
    assert imported.experiment.dataset == str(tmp_path / "train.csv")
    assert any("the table that it tests on, gone.csv" in note for note in imported.notes)
    (tmp_path / "gone.csv").write_text("\n".join(rows))
    assert not any("the table that it tests on" in note for note in read(tmp_path, code).notes)


BESIDE = 'pd.concat([pd.read_csv("x.csv"), pd.read_csv("y.csv")], axis=1).to_csv("all.csv", index=False) writes it'
BELOW = 'pd.concat([pd.read_csv("x.csv"), pd.read_csv("y.csv")]).to_csv("all.csv", index=False) writes it'
OF_BOTH = 'pd.concat([pd.read_csv("y.csv").iloc[:, -1].rename("label"), pd.read_csv("x.csv")], axis=1).to_csv('


@pytest.mark.parametrize(
    ("loaded", "line"),
    [
        ("d = pd.concat([pd.read_csv('more/x.csv'), pd.read_csv('y.csv')], axis=1)", BESIDE),
        ("d = pd.concat([pd.read_csv('x.csv'), pd.read_csv('y.csv')])", BELOW),
        ("x, y = pd.read_csv('x.csv').values.reshape(-1, 28, 28, 1), pd.read_csv('y.csv').values.ravel()", OF_BOTH),
        ("x, y = np.loadtxt('x.csv').reshape(-1, 28, 28, 1) / 255, np.loadtxt('y.csv')", OF_BOTH),
        ("d = pd.read_csv('x.csv')", ""),
        ("x, y = np.load('x.npy'), np.load('y.npy')", 'np.savez("data.npz", x_train=x, y_train=y, x_test=v, y_test=w)'),
    ],
)
def test_how_one_file_is_made_of_several_is_said_in_a_line_of_python(tmp_path: Path, loaded: str, line: str) -> None:
    parted = "x, y = d.drop(columns='label').values.reshape(-1, 28, 28, 1), d['label']" if loaded[0] == "d" else ""
    fit = "model.compile('adam', 'sparse_categorical_crossentropy')\nmodel.fit(x, y, epochs=2)\n"
    code = f"{READ}\nimport numpy as np\nimport pandas as pd\n{loaded}\n{parted}\n{SMALL}\n{fit}"
    said = [note for note in read(tmp_path, code).differences if "set the dataset to" in note]
    assert len(said) == 1
    assert line in said[0]
    assert ("pd." in said[0] or "np." in said[0]) is (line != "")
