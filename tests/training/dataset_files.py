"""Writes the files that datasets come in, small, for the tests here; and a machine that has none of them."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from cnn_tui.data.dataset import DatasetError
from cnn_tui.training.data import sources
from cnn_tui.training.data.datasets import load
from cnn_tui.training.data.readers import IDX_FILES


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any dataset and without a network."""
    monkeypatch.delenv("CNN_TUI_DATA", raising=False)
    monkeypatch.setenv("CNN_TUI_OFFLINE", "1")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(sources, "SYSTEM", tmp_path / "system")


def write_idx(folder: Path, train: int = 30, test: int = 12, first: int = 0, packed: bool = True) -> Path:
    """The four idx files of small images, whose test labels begin with `first`."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, count in (("train", train), ("test", test)):
        pixels = np.arange(count * 28 * 28).astype(np.uint8).tobytes()
        labels = bytes((first + n) % 10 for n in range(count))
        for array, head, data in (("x", (count, 28, 28), pixels), ("y", (count,), labels)):
            content = bytes((0, 0, 8, len(head))) + struct.pack(f">{len(head)}I", *head) + data
            name = IDX_FILES[f"{array}_{part}"]
            (folder / (f"{name}.gz" if packed else name)).write_bytes(gzip.compress(content) if packed else content)
    return folder


def write_npz(path: Path, scale: float | None = None, side: int = 28, classes: int = 10) -> Path:
    """A `.npz` of 20 + 10 images; with `scale`, as floats from 0 to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    images = np.linspace(0, 255, 30 * side * side).reshape(30, side, side)
    pixels = images.astype(np.uint8) if scale is None else images / 255 * scale
    labels = np.arange(30) % classes
    np.savez(path, x_train=pixels[:20], y_train=labels[:20], x_test=pixels[20:], y_test=labels[20:])
    return path


def python2_batch(count: int, label_key: bytes) -> bytes:
    """A batch as the archives of CIFAR have it: pickled by Python 2, so every string is bytes."""
    data = np.arange(count * 3072).astype(np.uint8).tobytes()
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\x01b\x87R(K\x01K" + bytes([count])
    array += (
        b"M\x00\x0c\x86cnumpy\ndtype\nU\x02u1K\0K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89T"
    )
    labels = b"".join(b"K" + bytes([n % 10]) for n in range(count))
    key = b"U" + bytes([len(label_key)]) + label_key
    return b"\x80\x02}(U\x04data" + array + struct.pack("<I", len(data)) + data + b"tb" + key + b"](" + labels + b"eu."


def refusal(name: str | Path) -> str:
    """The sentence that loading is refused with."""
    with pytest.raises(DatasetError) as caught:
        load(str(name), say=lambda _: None)
    assert str(caught.value).endswith(".")
    return str(caught.value)
