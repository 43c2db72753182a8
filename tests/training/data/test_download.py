"""Downloads: Keras's own does it, in a process of its own, and nothing that goes wrong with it hangs or litters."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_tui.data.dataset import DatasetError
from cnn_tui.training.data import datasets, download
from tests.training.dataset_files import bare_machine

__all__ = ["bare_machine"]  # a fixture that every test here uses


@pytest.fixture(autouse=True)
def allowed(bare_machine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Downloads may be tried, as if there were a network."""
    monkeypatch.delenv("CNN_TUI_OFFLINE")
    monkeypatch.setattr(download, "_has_network", lambda: True)


@pytest.fixture
def silent_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A way to the network that takes every call and answers none."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{server.getsockname()[1]}")
        monkeypatch.delenv("no_proxy", raising=False)
        yield


def refused(name: str = "fashion_mnist") -> str:
    """The sentence that a download ends with."""
    with pytest.raises(DatasetError) as caught:
        download.fetch(name, lambda _: None)
    assert str(caught.value).endswith(".")
    return str(caught.value)


@pytest.mark.usefixtures("silent_proxy")
def test_a_network_that_never_answers_ends_in_the_sample_fast(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(download, "ANSWER_SECONDS", 1.0)
    said: list[str] = []
    start = time.monotonic()
    images = datasets.load("fashion_mnist", say=said.append)
    assert time.monotonic() - start < 60  # the import of Keras is in it
    assert images.dataset.name == "fashion_mnist_sample"
    assert len(said) == 2
    assert "could not be downloaded" in said[1]
    assert list((tmp_path / "keras" / "datasets").iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_keras_downloads_whole_files_into_its_cache_and_progress_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "served").write_bytes(bytes(300_000))
    program = f'import keras; keras.utils.get_file("mnist.npz", origin="{(tmp_path / "served").as_uri()}")'
    monkeypatch.setattr(download, "_PROGRAM", program)
    progress: list[tuple[int, int]] = []
    download.fetch("mnist", lambda _: None, lambda done, total: progress.append((done, total)))
    assert (tmp_path / "keras" / "datasets" / "mnist.npz").stat().st_size == 300_000
    assert [path.name for path in (tmp_path / "keras").rglob("*")] == ["datasets", "mnist.npz"]
    assert progress[-1] == (300_000, 300_000)
    assert capfd.readouterr() == ("", "")


def test_silence_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_PROGRAM", "import time; print('Downloading data from x'); time.sleep(60)")
    monkeypatch.setattr(download, "ANSWER_SECONDS", 0.3)
    start = time.monotonic()
    assert "no answer within 0 seconds" in refused()
    assert time.monotonic() - start < 10


def test_what_is_not_fashion_mnist_never_reaches_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in download._FASHION_MNIST:
        (tmp_path / name).write_bytes(gzip.compress(b"another set"))
    copy = (
        "import os, pathlib, shutil; cache = pathlib.Path(os.environ['KERAS_HOME'], 'datasets', 'fashion-mnist');"
        "cache.mkdir(parents=True);"
        f"[shutil.copy(path, cache) for path in pathlib.Path({str(tmp_path)!r}).glob('*.gz')]"
    )
    monkeypatch.setattr(download, "_PROGRAM", copy)
    assert "checksum differs" in refused()
    assert list((tmp_path / "keras" / "datasets").iterdir()) == []


def test_a_failure_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_PROGRAM", "raise Exception('URL fetch failure: \\x1b[31mno such host')")
    assert r"(URL fetch failure: \x1b[31mno such host)" in refused()


def test_a_cache_that_cannot_be_written_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "file"))
    assert "set KERAS_HOME" in refused()


def test_offline_and_unknown_names_are_never_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_PROGRAM", "raise SystemExit('it was tried')")
    assert "is not downloaded" in refused("fashion_mnist_sample")
    monkeypatch.setattr(download, "_has_network", lambda: False)
    assert "has no network" in refused("mnist")
    monkeypatch.setenv("CNN_TUI_OFFLINE", "1")
    assert "CNN_TUI_OFFLINE is set" in refused("mnist")
