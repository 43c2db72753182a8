"""What is given for an experiment and is something else: the sentence says what to do with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.experiment.experiment import ExperimentError
from cnn_tui.experiment.presets import find_experiment


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("model.keras", b"PK\x03\x04", "import it first: cnn-tui import model.keras -o model.toml"),
        ("my net.h5", b"\x89HDF", "import it first: cnn-tui import 'my net.h5' -o 'my net.toml'"),
        ("model.json", b"{}", "import it first: cnn-tui import model.json -o model.toml"),
        ("renamed.toml", b"PK\x03\x04", "import it first: cnn-tui import renamed.toml -o renamed.toml"),
        ("data.npz", b"PK\x03\x04", "is a dataset, not an experiment: cnn-tui run lab1-baseline --dataset data.npz"),
        (
            "train.py",
            b"import keras",
            "is Python code, not an experiment: import it first: cnn-tui import train.py",
        ),
        ("lab.ipynb", b"{}", "is a notebook, not an experiment: import it first: cnn-tui import lab.ipynb -o lab.toml"),
    ],
)
def test_a_file_of_another_kind_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(content)
    with pytest.raises(ExperimentError) as caught:
        find_experiment(name)
    assert words in str(caught.value)


def test_a_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pictures").mkdir()
    with pytest.raises(ExperimentError, match=r"is a folder, .*: cnn-tui run lab1-baseline --dataset pictures"):
        find_experiment("pictures")
