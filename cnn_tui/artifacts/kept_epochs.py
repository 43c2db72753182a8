"""The weights of single epochs that a run has kept: which there are, and how one is read. Nothing loads them here.

An epoch is a file of its own: a line of JSON and then the numbers as they lie in memory, float32 as Keras trains them.
What else was tried, on six epochs of the notes' network (`python -m tests.benchmarks.keeping_epochs`, medians; wrong
are the test images, of six times 10,000, that another class comes out of than with the weights as they were):

    float32                   454 KB   1.7 ms to write   0.2 ms to read   0 wrong
    float32, zlib             422 KB    18               2.9              0
    float16                   227 KB   1.8               0.4              5
    float16 of changes        227 KB   3.9               0.7              0, but the epochs before have to be read first
    float16 of changes, zlib  192 KB    17               1.9              0

So at best half of a small file is to be had, and what is read would no longer be what was trained, which evaluation and
resuming need. Keeping every epoch so takes 0.02 % of a training's time. What the optimizer remembers is not kept: with
Adam it is twice as much again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui.data import raw_file
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.experiment.training import keeping
from cnn_tui.history.run import Run
from cnn_tui.home import epochs_folder, model_path, run_folder

FORMAT = "cnn-tui epoch 1"
_ENDING = ".weights"


class KeptArray(msgspec.Struct, frozen=True):
    """One of the arrays that Keras's `get_weights` gives; `dtype` is NumPy's name, as "float32"."""

    shape: tuple[int, ...]
    dtype: str
    size: int
    """In bytes."""


class EpochHeader(msgspec.Struct, frozen=True):
    """What the file of an epoch says of itself. `run` is when the run was made: numbers of runs may come again."""

    format: str
    run: float
    epoch: int
    arrays: tuple[KeptArray, ...]
    metric: str = ""
    value: float | None = None
    """How good the epoch was, by the metric that the best one is chosen by."""


def epoch_path(run_id: int, epoch: int) -> Path:
    return epochs_folder(run_id) / f"{epoch:05}{_ENDING}"


def weights_path(run_id: int, epoch: int = 0) -> Path:
    """The file of the weights of an epoch; for 0 the model, which has those that the run ended with."""
    return epoch_path(run_id, epoch) if epoch else model_path(run_id)


def beside_weights(run_id: int, epoch: int, name: str) -> Path:
    """Where something is kept that is of an epoch's weights, and goes with them; for 0 beside the model."""
    if not epoch:
        return run_folder(run_id) / name
    return epochs_folder(run_id) / f"{epoch:05}.{name}"


def saved_epoch_path(run_id: int, epoch: int) -> Path:
    """Where the model with the weights of an epoch is, as a file of Keras, once somebody needed one."""
    return beside_weights(run_id, epoch, "keras")


def kept_epochs(run: Run) -> tuple[int, ...]:
    """The epochs whose weights are kept, in order, as far as the history knows them too."""
    recorded = {one.epoch for one in run.epochs}
    return tuple(epoch for epoch in epochs_on_disk(run.id) if epoch in recorded and _is_of(run, epoch))


def epochs_and_end(run: Run) -> tuple[int, ...]:
    """The epochs that a run has kept, but for its last, whose weights are those of its end; and 0 for that."""
    return (*(epoch for epoch in kept_epochs(run) if epoch < len(run.epochs)), 0)


def epochs_on_disk(run_id: int) -> list[int]:
    """The epochs of which there are files, whichever run of that number they are of."""
    names = (path.stem for path in _files(run_id))
    return sorted(int(name) for name in names if name.isascii() and name.isdecimal())


def size_on_disk(run_id: int, epoch: int | None = None) -> int:
    """How many bytes they take, or those of one epoch."""
    files = _files(run_id) if epoch is None else [epoch_path(run_id, epoch)]
    with contextlib.suppress(OSError):
        return sum(path.stat().st_size for path in files)
    return 0


def read_epoch(path: Path) -> tuple[EpochHeader, list[bytes]]:
    """The header of the file of an epoch, and the bytes of each array. Raises RawFileError."""
    header, start = raw_file.read_header(path, EpochHeader)
    if header.format != FORMAT:
        raise RawFileError(f"{path} is of another version")
    parts = []
    for one in header.arrays:
        parts.append(raw_file.read_bytes(path, start, one.size))
        start += one.size
    return header, parts


def header_of(run: Run, epoch: int) -> EpochHeader | None:
    """What the file of an epoch says of itself; None where there is none of this run."""
    try:
        header, _ = raw_file.read_header(epoch_path(run.id, epoch), EpochHeader)
    except RawFileError:
        return None
    return header if header.format == FORMAT and header.run == run.created else None


def forget_epochs(run_id: int, epochs: Iterable[int] | None = None) -> None:
    """Take away what is kept of these epochs or, if none are given, of all."""
    chosen = None if epochs is None else set(epochs)
    with contextlib.suppress(OSError):
        for path in epochs_folder(run_id).iterdir():
            number = path.name.partition(".")[0]
            if chosen is None or (number.isdecimal() and int(number) in chosen):
                path.unlink(missing_ok=True)


def kept_in_words(run: Run) -> str:
    """Of which epochs a run has kept the weights, and what they take: "1 to 10, 4.5 MB"; "" of none."""
    kept = kept_epochs(run)
    return f"{listed(kept)}, {keeping.mb(size_on_disk(run.id) / keeping.MB)}" if kept else ""


def kept_to_json(run: Run) -> dict[str, Any]:
    """The same as facts: `kept_epochs`, and the `kept_bytes` that they take on the disk."""
    return {"kept_epochs": kept_epochs(run), "kept_bytes": size_on_disk(run.id)}


def why_not_kept(run: Run, epoch: int) -> str:
    """Why there are no weights of an epoch, in a sentence without its end; "" where there are."""
    if header_of(run, epoch) is not None:
        return ""
    name, kept = f"run {run.id}", kept_epochs(run)
    if not kept:
        return f'{name} kept the weights of no single epoch: train it with keep = "all" (--set training.keep=all)'
    return f"{name} kept the weights of {'epoch' if len(kept) == 1 else 'epochs'} {listed(kept)}, not of epoch {epoch}"


def listed(epochs: Sequence[int]) -> str:
    """Epochs in a few words: `1 to 10`, or `2, 4, 6 … 40`."""
    if len(epochs) > 2 and epochs[-1] - epochs[0] == len(epochs) - 1:
        return f"{epochs[0]} to {epochs[-1]}"
    if len(epochs) > 8:
        return f"{', '.join(map(str, epochs[:3]))} … {epochs[-1]}"
    return ", ".join(map(str, epochs))


def _is_of(run: Run, epoch: int) -> bool:
    return header_of(run, epoch) is not None


def _files(run_id: int) -> list[Path]:
    try:
        return [path for path in epochs_folder(run_id).iterdir() if path.suffix == _ENDING]
    except OSError:
        return []
