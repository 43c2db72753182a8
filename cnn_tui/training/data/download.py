"""Fetch a dataset into Keras's own cache, from where Keras gets it and laid out as Keras does: both share the files.

Pooch downloads and compares checksums; Keras's own download would load TensorFlow first and tell its progress only in
words. Files are moved into the cache when all are whole, so a broken download leaves nothing that a later run would
trip over. tests/training/data/test_download.py holds the table below to Keras.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import socket
import tarfile
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cnn_tui.data.dataset import BUILT_IN, DatasetError, shown
from cnn_tui.text import cause_of, quiet

Say = Callable[[str], None]
Progress = Callable[[int, int], None]

ANSWER_SECONDS = 10.0
"""How long a server may take to send its first byte, and any later one."""
_CHUNK = 65_536  # bytes between two reports of progress
_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_TORONTO = "https://www.cs.toronto.edu/~kriz/"


class Download(NamedTuple):
    """A file of a dataset: where it comes from, its place below Keras's `datasets`, and a checksum.

    `sha256` is of the file itself, `sha256_inside` of what is packed in it: Keras has none for Fashion-MNIST.
    """

    address: str
    place: str
    sha256: str | None = None
    sha256_inside: str = ""
    unpacked: str = ""
    """The folder that an archive is unpacked into."""


def _fashion_mnist(file: str, sha256_inside: str) -> Download:
    return Download(_KERAS + file, f"fashion-mnist/{file}", sha256_inside=sha256_inside)


DOWNLOADS = {
    "fashion_mnist": (
        _fashion_mnist(
            "train-images-idx3-ubyte.gz", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
        ),
        _fashion_mnist(
            "train-labels-idx1-ubyte.gz", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
        ),
        _fashion_mnist("t10k-images-idx3-ubyte.gz", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        _fashion_mnist("t10k-labels-idx1-ubyte.gz", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    ),
    "mnist": (
        Download(f"{_KERAS}mnist.npz", "mnist.npz", "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"),
    ),
    "cifar10": (
        Download(
            f"{_TORONTO}cifar-10-python.tar.gz",
            "cifar-10-batches-py-target_archive",
            "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
            unpacked="cifar-10-batches-py-target",
        ),
    ),
    "cifar100": (
        Download(
            f"{_TORONTO}cifar-100-python.tar.gz",
            "cifar-100-python-target_archive",
            "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
            unpacked="cifar-100-python-target",
        ),
    ),
}


class _Bar:
    """What Pooch tells of a download, passed on as bytes that have come and bytes in all."""

    def __init__(self, progress: Progress) -> None:
        self.total = self._done = 0
        self._progress = progress

    def update(self, count: int) -> None:
        self._done = min(self._done + count, self.total)
        if self.total:  # a server need not say
            self._progress(self._done, self.total)

    def reset(self) -> None:
        self._done = 0

    def close(self) -> None:
        pass


def keras_home() -> Path:
    """Where Keras keeps its files: `KERAS_HOME`, else `.keras` in the home folder."""
    return Path(os.path.expanduser(os.environ.get("KERAS_HOME") or "~/.keras"))  # noqa: PTH111  as Keras does


def fetch(name: str, say: Say, progress: Progress | None = None) -> None:
    """Download a built-in dataset into Keras's cache, over what is there.

    `progress` is called with the bytes that have come and the bytes in all, of one file after another. Raises
    DatasetError when it could not be had; then the cache is as it was.
    """
    if name not in DOWNLOADS:
        raise DatasetError(f"{shown(name)} is not downloaded. What can be is {', '.join(DOWNLOADS)}.")
    title = BUILT_IN[name].title
    if os.environ.get("CNN_TUI_OFFLINE", "0") not in ("", "0"):
        raise DatasetError(f"{title} was not downloaded, because CNN_TUI_OFFLINE is set. Unset it to download.")
    if not _has_network():
        raise DatasetError(f"{title} was not downloaded, because this machine has no network. Connect it first.")
    cache = keras_home() / "datasets"
    say(f"Downloading {title} into {shown(cache)}.")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".cnn-tui-") as staging:
            for download in DOWNLOADS[name]:
                _retrieve(download, title, Path(staging), progress)
            _move_into(cache, Path(staging))
    except OSError as error:
        raise DatasetError(
            f"{title} could not be stored in {shown(cache)} ({cause_of(error)}). "
            "Make room there, or set KERAS_HOME to a folder that can be written."
        ) from None
    say(f"{title} is downloaded.")


def _retrieve(download: Download, title: str, folder: Path, progress: Progress | None) -> None:
    """Download a file to its place below `folder`, and unpack it there. Raises DatasetError; OSError of the disk."""
    import pooch  # with requests: seldom needed
    import requests

    pooch.get_logger().setLevel("WARNING")  # it tells the terminal what it does
    downloader = pooch.HTTPDownloader(
        progressbar=_Bar(progress) if progress else False, chunk_size=_CHUNK, timeout=ANSWER_SECONDS
    )
    path = folder / download.place
    try:
        pooch.retrieve(download.address, download.sha256, path.name, path.parent, downloader=downloader)
    except requests.RequestException as error:
        why = f"{urllib.parse.urlsplit(download.address).hostname}: {_cause(error)}"
        raise DatasetError(f"{title} could not be downloaded ({why}). Check the network and try again.") from None
    except ValueError:
        raise _broken(download, title) from None
    if download.sha256_inside:
        try:
            with gzip.open(path) as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except (EOFError, gzip.BadGzipFile):
            found = ""
        if found != download.sha256_inside:
            raise _broken(download, title)
    if download.unpacked:
        with tarfile.open(path) as archive:
            archive.extractall(folder / download.unpacked, filter="data")


def _cause(error: BaseException) -> str:
    """What went wrong at first: Requests wraps an error of the network into three of its own, all of many words."""
    while error.__context__ is not None:
        error = error.__context__
    if isinstance(error, TimeoutError):
        return f"no answer within {ANSWER_SECONDS:.0f} seconds"
    return quiet(cause_of(error))


def _broken(download: Download, title: str) -> DatasetError:
    file = download.address.rpartition("/")[2]
    return DatasetError(f"The file {file} that was downloaded is not {title}'s: its checksum differs. Try again.")


def _move_into(cache: Path, staging: Path) -> None:
    for path in sorted(staging.rglob("*")):
        if path.is_file():
            target = cache / path.relative_to(staging)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)


def _has_network() -> bool:
    """Whether anything beyond this machine can be reached at all: a proxy is named or there is a route out."""
    if urllib.request.getproxies():
        return True
    for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))  # for UDP this only asks for the route; nothing is sent
            return True
    return False
