"""Read images and labels from the files that datasets come in: npz, idx, CIFAR's batches.

Every reader gives `Arrays`: images uint8 (count, height, width, channels), labels int64 (count,). A file that is
cut off, broken or hostile is a DatasetError whose sentence names it.
"""

from __future__ import annotations

import gzip
import pickle
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from cnn_tui.data import npz_file
from cnn_tui.data.dataset import AS_THEY_ARE, TRAIN, DataOptions, Dataset, DatasetError, shown
from cnn_tui.data.npz_names import Part, arrays_of
from cnn_tui.text import counted, reason

Pixels = NDArray[np.uint8]
Labels = NDArray[np.int64]
Say = Callable[[str], None]
Reading = Callable[[int, int], None]
"""Is told how many pictures are read, and of how many; what it raises ends the reading."""

IDX_FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
_ALWAYS_FREE = 256_000_000  # bytes: nothing is asked of the system for less
_BATCH = 1024  # images turned from floats into bytes at a time, so that no second copy of all is made


def not_told(done: int, total: int) -> None:
    """A `Reading` that nobody hears."""


class Arrays(NamedTuple):
    """The pictures and labels of a dataset, as they stay in memory until the device takes them.

    `x_val` and `y_val` are None where none are kept apart to validate on.
    """

    x_train: Pixels
    y_train: Labels
    x_test: Pixels
    y_test: Labels
    x_val: Pixels | None = None
    y_val: Labels | None = None


def idx_file(folder: Path, name: str) -> Path | None:
    """The idx file of that name in a folder, packed with gzip or not; None when it is not there."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def has_idx(folder: Path) -> bool:
    """Whether all four idx files are in a folder."""
    return all(idx_file(folder, name) for name in IDX_FILES.values())


def first_test_labels(folder: Path) -> bytes:
    """The first ten test labels of the idx files in a folder; b"" where they cannot be read."""
    path = idx_file(folder, IDX_FILES["y_test"])
    if path is None:
        return b""
    try:
        with _opened(path) as file:
            return file.read(18)[8:]
    except (OSError, EOFError, zlib.error):  # whoever reads the whole file will say what is wrong with it
        return b""


def read_idx(folder: Path) -> Arrays:
    """Read the four idx files of MNIST or Fashion-MNIST in a folder."""
    parts: dict[str, Any] = {}
    for array, name in IDX_FILES.items():
        path = idx_file(folder, name)
        if path is None:
            raise DatasetError(f"{shown(folder)} has no file {name} or {name}.gz. Put all four idx files there.")
        parts[array] = _read_idx_file(path, dimensions=3 if array[0] == "x" else 1)
    for part in ("train", "test"):
        images, labels = len(parts[f"x_{part}"]), len(parts[f"y_{part}"])
        if images != labels:
            raise DatasetError(
                f"{shown(folder)} has {counted(images, f'{part} image')}, but {counted(labels, f'{part} label')}. "
                "Put files of one and the same set there."
            )
        parts[f"x_{part}"] = parts[f"x_{part}"][..., np.newaxis]
        parts[f"y_{part}"] = parts[f"y_{part}"].astype(np.int64)
    return Arrays(**parts)


def read_npz(path: Path, say: Say, options: DataOptions = AS_THEY_ARE) -> Arrays:
    """Read a `.npz` file; float images are turned into uint8, and `say` is told so.

    Where the options name the file of images to validate on, that one or another, those are read too.
    """
    described = npz_file.describe(str(path), path, options)  # checks all before anything is loaded
    images = described.train_images + described.test_images + described.validation_images
    check_room(path, images, described.input_shape)
    train = _read_part(path, "train", described, say)
    test = (train[0][:0], train[1][:0]) if options.test == TRAIN else _read_part(path, "test", described, say)
    if options.validation is None:
        return Arrays(*train, *test)
    other = npz_file.place_to_validate_on(options.validation)
    return Arrays(*train, *test, *_read_part(other, "validation", described, say))


def _read_part(path: Path, part: Part, described: Dataset, say: Say) -> tuple[Pixels, Labels]:
    with zipfile.ZipFile(path) as archive:
        arrays = arrays_of(archive, part)
        assert arrays is not None  # or it would not have been described
        images, labels = (npz_file.read_array(archive, path, array) for array in arrays)
    pixels = _as_bytes(path, arrays.images, images, say).reshape(-1, *described.input_shape)
    return pixels, labels.reshape(-1).astype(np.int64)


def read_cifar10(folder: Path) -> Arrays:
    """Read CIFAR-10's five training batches and its test batch, as its archive unpacks them."""
    batches = [_read_cifar_batch(folder / f"data_batch_{number}", "labels") for number in range(1, 6)]
    x_train, y_train = (np.concatenate(part) for part in zip(*batches, strict=True))
    return Arrays(x_train, y_train, *_read_cifar_batch(folder / "test_batch", "labels"))


def read_cifar100(folder: Path) -> Arrays:
    """Read CIFAR-100's two files with the labels of its 100 fine classes."""
    train, test = (_read_cifar_batch(folder / name, "fine_labels") for name in ("train", "test"))
    return Arrays(*train, *test)


def _read_idx_file(path: Path, dimensions: int) -> Pixels:
    """Read one idx file of unsigned bytes. Its header: 0, 0, 8, dimensions, then each size in 4 bytes."""
    header_bytes = 4 + 4 * dimensions
    try:
        with _opened(path) as file:
            header = file.read(header_bytes)
            if len(header) < header_bytes or header[:4] != bytes((0, 0, 8, dimensions)):
                raise DatasetError(f"{shown(path)} is not an idx{dimensions} file of bytes. Fetch the file again.")
            shape = tuple(int(size) for size in np.frombuffer(header, ">u4", offset=4))
            size = int(np.prod(shape, dtype=object))
            # Deflate packs at most 1032 to 1, so a larger claim is a lie and no memory is taken for it.
            data = file.read(size + 1) if size <= path.stat().st_size * 1032 else b""
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DatasetError(f"{shown(path)} is cut off or broken ({reason(error)}). Fetch the file again.") from None
    if len(data) != size:
        amount = "less" if len(data) < size else "more"
        raise DatasetError(
            f"{shown(path)} holds {amount} than the {' × '.join(map(str, shape))} bytes that it says it does. "
            "Fetch the file again."
        )
    if not size:
        raise DatasetError(f"{shown(path)} is empty. Fetch the file again.")
    return np.frombuffer(data, np.uint8).reshape(shape)


def _opened(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


class _OnlyArrays(pickle.Unpickler):
    """Unpickles NumPy arrays and built-in containers; anything else that a pickle could call is refused."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in (("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct")):
            return lambda _, shape, kind: np.ndarray.__new__(np.ndarray, shape, kind)
        if (module, name) in (("numpy", "ndarray"), ("numpy", "dtype")):
            return getattr(np, name)
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


def _read_cifar_batch(path: Path, label_key: str) -> tuple[Pixels, Labels]:
    """One of CIFAR's pickled files: images (count, 32, 32, 3) and labels (count,)."""
    try:
        with path.open("rb") as file:
            batch = _OnlyArrays(file, encoding="bytes").load()
        data, labels = np.asarray(batch[b"data"]), np.asarray(batch[label_key.encode()])
        if data.dtype != np.uint8 or labels.dtype.kind not in "iu" or labels.shape != data.shape[:1]:
            raise ValueError("it holds other arrays than images and labels")
        images = data.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        return np.ascontiguousarray(images), labels.astype(np.int64)
    except OSError:
        raise
    except Exception as error:  # a broken pickle makes the unpickler raise nearly anything
        raise DatasetError(
            f"{shown(path)} is not a batch of CIFAR images ({reason(error)}). Remove its folder and fetch it again."
        ) from None


def _as_bytes(path: Path, array: str, images: NDArray[np.generic], say: Say) -> Pixels:
    """An array of images as bytes from 0 to 255. Raises DatasetError for one of which nobody can say what is white."""
    where = f"The array {array} in {shown(path)}"
    if images.dtype == np.uint8:
        pixels = np.ascontiguousarray(cast(Pixels, images))
        if pixels.max() != 1:
            return pixels
        say(f"{where} holds the bytes 0 and 1 alone, so 1 is taken for white: it is now 0 and 255.")
        return pixels * np.uint8(255)
    floats = cast(NDArray[np.floating[Any]], images)
    lowest, highest = float(floats.min()), float(floats.max())  # either is NaN when any value is
    if not (lowest >= 0 and highest <= 255):
        raise DatasetError(f"{where} {_why_no_shades(array, floats)}")
    scale = 255 if highest <= 1 else 1
    say(f"{where} was {images.dtype}, 0 to {255 // scale}; it is now uint8, 0 to 255.")
    result = np.empty(images.shape, np.uint8)
    for start in range(0, len(images), _BATCH):
        result[start : start + _BATCH] = np.rint(floats[start : start + _BATCH].astype(np.float32) * scale)
    return result


def _why_no_shades(array: str, floats: NDArray[np.floating[Any]]) -> str:
    """Why floats are no images as they are, and what to do; the second half of a sentence and those after it."""
    finite = np.isfinite(floats)
    bad = floats.size - int(finite.sum())
    if bad:
        place = ", ".join(str(int(at)) for at in np.unravel_index(int(finite.argmin()), floats.shape))
        among = int((~finite.reshape(len(floats), -1).all(axis=1)).sum())
        return (
            f"has {counted(bad, 'pixel')} that {'is' if bad == 1 else 'are'} NaN or infinite, in "
            f"{counted(among, 'image')}, first at {array}[{place}]. "
            f"Repair or remove {'that image' if among == 1 else 'those images'}, and save the file again."
        )
    lowest, highest = float(floats.min()), float(floats.max())
    save = "save images as uint8 from 0 to 255, or as floats from 0 to 1"
    if lowest >= 0:
        return f"has values from {lowest:g} to {highest:g}, so nobody can say what is white. S{save[1:]}."
    if lowest >= -1 and highest <= 1:
        return f"has values from {lowest:g} to {highest:g}. Save ({array} + 1) / 2 instead, which is from 0 to 1."
    return (
        f"has values from {lowest:g} to {highest:g}: it seems to be standardised, and what was black and white in it "
        f"is lost. Keep the images from before that, and {save}."
    )


def check_room(path: Path, images: int, shape: tuple[int, int, int]) -> None:
    """Refuse what could not fit into this machine's memory, or into what of it is free, before a half of it is read."""
    needed = images * int(np.prod(shape, dtype=object))
    if needed < _ALWAYS_FREE:
        return
    import psutil

    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    if needed <= memory.available + swap.free:
        return
    has = f"this machine has {memory.total / 2**30:,.1f} GB"
    if needed <= memory.total:
        has += f", of which {memory.available / 2**30:,.1f} GB are free now"
    raise DatasetError(
        f"{shown(path)} needs {needed / 2**30:,.1f} GB of memory for {images:,} images, and {has}. "
        "Use fewer or smaller images; of a folder, image_size makes them smaller."
    )
