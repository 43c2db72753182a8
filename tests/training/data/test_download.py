"""Downloads: whole files in Keras's own cache, and nothing that goes wrong with one hangs or litters."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import importlib
import io
import socket
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cnn_tui.data.dataset import DatasetError
from cnn_tui.training.data import datasets, download
from cnn_tui.training.data.download import DOWNLOADS, Download
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
        monkeypatch.delenv("NO_PROXY", raising=False)
        yield


class Served(http.server.BaseHTTPRequestHandler):
    """Gives what `files` has; of one that is cut short only a half comes, and then nothing for as long as `held`."""

    files: dict[str, bytes]
    held: threading.Event

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        data = self.files.get(name)
        if data is None:
            self.send_error(404, "\x1b[31mno such file")
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if name.startswith("stalls"):
            self.wfile.write(data[: len(data) // 2])
            self.wfile.flush()
            self.held.wait(60)
        else:
            self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server of `Served.files`."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    Served.files, Served.held = {}, threading.Event()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Served) as found:
        threading.Thread(target=found.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{found.server_port}/"
        Served.held.set()
        found.shutdown()


def refused(name: str = "fashion_mnist") -> str:
    """The sentence that a download ends with."""
    with pytest.raises(DatasetError) as caught:
        download.fetch(name, lambda _: None)
    assert str(caught.value).endswith(".")
    return str(caught.value)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def left(home: Path) -> list[str]:
    """What lies in Keras's cache."""
    return sorted(str(path.relative_to(home / "datasets")) for path in (home / "datasets").rglob("*"))


@pytest.mark.parametrize("name", DOWNLOADS)
def test_files_come_from_where_keras_gets_them_and_go_where_it_looks(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Download] = []

    def get_file(fname: str, origin: str, file_hash: str | None = None, extract: bool = False, **more: Any) -> str:
        folder = more.get("cache_subdir", "datasets").removeprefix("datasets").strip("/")
        place = f"{folder}/{fname}" if folder else fname
        asked.append(
            Download(origin, f"{place}_archive" if extract else place, file_hash, "", place if extract else "")
        )
        if extract or len(asked) == len(DOWNLOADS[name]):
            raise InterruptedError
        return ""

    module = importlib.import_module(f"keras.src.datasets.{name}")
    monkeypatch.setattr(module, "get_file", get_file)
    with pytest.raises(InterruptedError):
        module.load_data()
    assert sorted(asked) == sorted(one._replace(sha256_inside="") for one in DOWNLOADS[name])


@pytest.mark.usefixtures("silent_proxy")
def test_a_network_that_never_answers_ends_in_the_sample_fast(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(download, "ANSWER_SECONDS", 1.0)
    said: list[str] = []
    start = time.monotonic()
    images = datasets.load("fashion_mnist", say=said.append)
    assert time.monotonic() - start < 300
    assert images.dataset.name == "fashion_mnist_sample"
    assert len(said) == 2
    assert "could not be downloaded (storage.googleapis.com: no answer within 1 seconds)" in said[1]
    assert left(tmp_path / "keras") == []
    assert capfd.readouterr() == ("", "")


def test_whole_files_come_into_keras_cache_and_progress_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: str, capfd: pytest.CaptureFixture[str]
) -> None:
    Served.files["mnist.npz"] = data = bytes(300_000)
    monkeypatch.setitem(DOWNLOADS, "mnist", (Download(f"{server}mnist.npz", "mnist.npz", sha256(data)),))
    progress: list[tuple[int, int]] = []
    download.fetch("mnist", lambda _: None, lambda done, total: progress.append((done, total)))
    assert (tmp_path / "keras" / "datasets" / "mnist.npz").read_bytes() == data
    assert left(tmp_path / "keras") == ["mnist.npz"]
    assert len(progress) > 3 and progress == sorted(progress) and progress[-1] == (300_000, 300_000)
    assert capfd.readouterr() == ("", "")


def test_an_archive_is_kept_and_unpacked_beside_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: str
) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("inner/batch")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"abc"))
    Served.files["set.tar.gz"] = packed.getvalue()
    one = Download(f"{server}set.tar.gz", "set_archive", sha256(packed.getvalue()), unpacked="set")
    monkeypatch.setitem(DOWNLOADS, "cifar10", (one,))
    download.fetch("cifar10", lambda _: None)
    assert left(tmp_path / "keras") == ["set", "set/inner", "set/inner/batch", "set_archive"]


def test_silence_is_cut_short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: str) -> None:
    Served.files["stalls"] = bytes(300_000)
    monkeypatch.setitem(DOWNLOADS, "mnist", (Download(f"{server}stalls", "mnist.npz"),))
    monkeypatch.setattr(download, "ANSWER_SECONDS", 0.3)
    assert "no answer within 0 seconds" in refused("mnist")
    assert left(tmp_path / "keras") == []


def test_what_is_not_fashion_mnist_never_reaches_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: str
) -> None:
    real = DOWNLOADS["fashion_mnist"][0]
    changed = real._replace(address=f"{server}images.gz")
    monkeypatch.setitem(DOWNLOADS, "fashion_mnist", (changed,))
    for data in (gzip.compress(b"another set"), gzip.compress(b"cut off")[:-4], b"not packed"):
        Served.files["images.gz"] = data
        assert "is not Fashion-MNIST's: its checksum differs" in refused()
        assert left(tmp_path / "keras") == []


def test_what_is_not_the_file_never_reaches_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: str
) -> None:
    Served.files["mnist.npz"] = b"another set"
    monkeypatch.setitem(DOWNLOADS, "mnist", (DOWNLOADS["mnist"][0]._replace(address=f"{server}mnist.npz"),))
    assert "mnist.npz that was downloaded is not MNIST's: its checksum differs" in refused("mnist")
    assert left(tmp_path / "keras") == []


def test_a_failure_says_why(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    monkeypatch.setitem(DOWNLOADS, "mnist", (Download(f"{server}nothing", "mnist.npz"),))
    assert r"(127.0.0.1: 404 Client Error: \x1b[31mno such file for url: " in refused("mnist")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setitem(DOWNLOADS, "mnist", (Download(f"http://127.0.0.1:{port}/", "mnist.npz"),))
    assert "(127.0.0.1: Connection refused)" in refused("mnist")


def test_a_cache_that_cannot_be_written_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "file"))
    assert "set KERAS_HOME" in refused()


def test_offline_and_unknown_names_are_never_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def retrieve(*_: Any) -> None:
        raise AssertionError("it was tried")

    monkeypatch.setattr(download, "_retrieve", retrieve)
    assert "is not downloaded" in refused("fashion_mnist_sample")
    monkeypatch.setattr(download, "_has_network", lambda: False)
    assert "has no network" in refused("mnist")
    monkeypatch.setenv("CNN_TUI_OFFLINE", "1")
    assert "CNN_TUI_OFFLINE is set" in refused("mnist")
