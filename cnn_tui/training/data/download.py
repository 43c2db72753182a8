"""Fetch a dataset with Keras's own download, into Keras's own cache.

Keras does it in a process of its own: that one can be stopped when nothing answers, what it prints reaches nobody's
terminal, and TensorFlow stays out of the process that asked. Files are moved into the cache only when they are
whole, so a broken download leaves nothing behind that a later run would trip over.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import queue
import re
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO

from cnn_tui.data.dataset import BUILT_IN, DatasetError, shown
from cnn_tui.text import quiet, reason

Say = Callable[[str], None]
Progress = Callable[[int, int], None]

DOWNLOADS = ("fashion_mnist", "mnist", "cifar10", "cifar100")
ANSWER_SECONDS = 10.0  # how long a server may take to send its first byte, and any later one
IMPORT_SECONDS = 120.0  # the first import of TensorFlow on a slow disk
UNPACK_SECONDS = 600.0  # silence after the last byte, while an archive is checked and unpacked

# The one use of Keras here. It runs under -P, so that a file keras.py in the current folder is not imported.
_PROGRAM = """
import importlib, socket, sys
socket.setdefaulttimeout(float(sys.argv[2]))
importlib.import_module("keras.datasets." + sys.argv[1]).load_data()
"""
# SHA-256 of what is inside the files of Fashion-MNIST; Keras has checksums for the other sets and none for this one.
_FASHION_MNIST = {
    "train-images-idx3-ubyte.gz": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte.gz": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte.gz": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte.gz": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
_STARTED = b"Downloading data from"
_BAR = re.compile(rb"\x1b\[1m *(\d+)/(\d+)\x1b")  # "12345/67890" in bold: bytes that came, bytes in all


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
            _run_keras(name, Path(staging), progress)
            _verify(name, Path(staging) / "datasets")
            _move_into(cache, Path(staging) / "datasets")
    except OSError as error:
        raise DatasetError(
            f"{title} could not be stored in {shown(cache)} ({error.strerror or reason(error)}). "
            "Make room there, or set KERAS_HOME to a folder that can be written."
        ) from None
    say(f"{title} is downloaded.")


def _run_keras(name: str, home: Path, progress: Progress | None) -> None:
    """Let Keras download into `home`; stop it when nothing answers. Raises DatasetError."""
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", _PROGRAM, name, str(ANSWER_SECONDS)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ
        | {
            "KERAS_HOME": str(home),
            "KERAS_BACKEND": "tensorflow",
            "CUDA_VISIBLE_DEVICES": "",  # the GPU is for whoever trains
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "PYTHONUNBUFFERED": "1",
        },
    )
    assert child.stdout is not None
    try:
        said = _watch(child.stdout, name, progress)
        status = child.wait()
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    if status:
        lines = said.decode(errors="replace").strip().splitlines() or ["it gave no reason"]
        why = quiet(re.sub(r"^\w+: ", "", lines[-1]))  # the last line of a traceback, less the exception's name
        raise DatasetError(f"{BUILT_IN[name].title} could not be downloaded ({why}). Check the network and try again.")


def _watch(stream: IO[bytes], name: str, progress: Progress | None) -> bytes:
    """Follow what Keras prints until it ends, and give back the end of it. Raises DatasetError on silence."""
    chunks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_pump, args=(stream, chunks), daemon=True).start()
    said, started, allowed = b"", False, IMPORT_SECONDS
    while True:
        try:
            chunk = chunks.get(timeout=allowed)
        except queue.Empty:
            raise DatasetError(
                f"{BUILT_IN[name].title} could not be downloaded (no answer within {allowed:.0f} seconds). "
                "Check the network and try again."
            ) from None
        if not chunk:
            return said
        said = (said + chunk)[-8192:]
        started = started or _STARTED in said
        bars = _BAR.findall(said.rpartition(_STARTED)[2]) if started else []
        if bars:
            allowed = UNPACK_SECONDS  # from here on the child's own socket timeout notices a server that stalls
            if progress:
                progress(int(bars[-1][0]), int(bars[-1][1]))
        elif started:
            allowed = ANSWER_SECONDS


def _pump(stream: IO[bytes], chunks: queue.SimpleQueue[bytes]) -> None:
    """Pass on what a pipe gives, and b"" at its end; a thread, because Windows cannot wait on a pipe."""
    with contextlib.suppress(OSError, ValueError):  # closed while it was read: whoever closed it needs no more
        while chunk := os.read(stream.fileno(), 65_536):
            chunks.put(chunk)
    chunks.put(b"")


def _verify(name: str, folder: Path) -> None:
    if name != "fashion_mnist":
        return
    for file, expected in _FASHION_MNIST.items():
        path = folder / "fashion-mnist" / file
        with gzip.open(path) as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != expected:
            raise DatasetError(
                f"The file {file} that was downloaded is not Fashion-MNIST's: its checksum differs. Try again."
            )


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
