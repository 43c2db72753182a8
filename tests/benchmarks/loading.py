"""2,000 JPEGs into memory, and Keras's way through the same ones. `python -m tests.benchmarks.loading [ROUNDS]`

Two classes of photo-like pictures are brought to 150 x 150: by `load`, first with nothing kept and then again, and by
one pass over `image_dataset_from_directory`, which unpacks them again in every epoch. Each in a process of its own that
has loaded TensorFlow, in turn; the files are in the system's cache. Processor seconds are told beside those on the
clock: where other programs are at work they say more.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from cnn_tui.data.dataset import DataOptions
from cnn_tui.training.data.datasets import load
from tests.benchmarks.measure import load as machine_load
from tests.benchmarks.measure import median, table

ROUNDS = 3
PICTURES, DISTINCT = 2_000, 40
SIZES = ((500, 375), (1600, 1200))
"""Width and height: as in the set of cats and dogs, and as a telephone sends them."""
SIDE = 150


class Taken(NamedTuple):
    """Seconds on the clock, and of the processor."""

    wall: float
    processor: float


def photo(rng: np.random.Generator, width: int, height: int) -> bytes:
    """A JPEG with shades of several scales, as photos have."""
    shades = np.zeros((height, width, 3), np.float32)
    for parts, depth in ((4, 90), (16, 60), (64, 30), (256, 14)):
        coarse = rng.normal(0, depth, (height * parts // 1024 + 2, width * parts // 1024 + 2, 3)).astype(np.float32)
        for channel in range(3):
            shades[..., channel] += np.asarray(Image.fromarray(coarse[..., channel]).resize((width, height)))
    stream = io.BytesIO()
    Image.fromarray((shades + 128).clip(0, 255).astype(np.uint8)).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def write(folder: Path, width: int, height: int) -> None:
    """The folder of two classes."""
    rng = np.random.default_rng(0)
    photos = [photo(rng, width, height) for _ in range(DISTINCT)]
    for at in range(PICTURES):
        place = folder / ("cat" if at % 2 else "dog")
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{at:05}.jpg").write_bytes(photos[at % DISTINCT])


def by_load(folder: str) -> int:
    """Read the folder as a run does."""
    images = load(folder, DataOptions((SIDE, SIDE)), say=lambda _: None)
    return len(images.x_train) + len(images.x_test)


def by_keras(folder: str) -> int:
    """Go once through the folder as Keras does."""
    import keras

    pictures = keras.utils.image_dataset_from_directory(folder, image_size=(SIDE, SIDE), verbose=False)
    return sum(len(labels) for _, labels in pictures)


def measured(read: Callable[[str], int], folder: str) -> Taken:
    """What reading the folder takes."""
    wall, processor = time.perf_counter(), time.process_time()
    assert read(folder) == PICTURES
    return Taken(time.perf_counter() - wall, time.process_time() - processor)


def in_child(way: str, folder: Path, home: Path) -> list[Taken]:
    """What a process of its own took: by `load` first and again, by Keras its first and its second pass."""
    environment = {**os.environ, "CNN_TUI_HOME": str(home), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", "tests.benchmarks.loading", way, str(folder)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return [Taken(*taken) for taken in json.loads(done.stdout.splitlines()[-1])]


def main(rounds: int = ROUNDS) -> None:
    """Print medians, and their ratios to Keras's first pass."""
    for width, height in SIZES:
        with tempfile.TemporaryDirectory() as made:
            write(Path(made) / "pets", width, height)
            taken: dict[str, list[Taken]] = {}
            loads = []
            for at in range(rounds):
                loads.append(machine_load())
                for way, names in (("keras", ("Keras, a pass", "Keras, another")), ("load", ("first", "again"))):
                    found = in_child(way, Path(made) / "pets", Path(made) / f"home{at}")
                    for name, one in zip(names, found, strict=True):
                        taken.setdefault(name, []).append(one)
            _print(taken, f"{PICTURES:,} JPEGs of {width} x {height} at {SIDE} x {SIDE}, medians of {rounds}")
            print(f"  load before each round: {', '.join(f'{one:.1f}' for one in loads)}")


def _print(taken: dict[str, list[Taken]], title: str) -> None:
    rows = [["", "seconds", "ratio", "of the processor", "ratio"]]
    keras = taken["Keras, a pass"]
    for name, times in taken.items():
        row = [name]
        for at in (0, 1):
            ours, theirs = (float(median([one[at] for one in each], ".6f")) for each in (times, keras))
            row += [f"{ours:.2f}", f"{ours / theirs:.2f}"]
        rows.append(row)
    table(title, rows)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        import keras  # noqa: F401  before the clock runs: a run has loaded it too

        way = by_keras if sys.argv[1] == "keras" else by_load
        print(json.dumps([measured(way, sys.argv[2]) for _ in range(2)]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
