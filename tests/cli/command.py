"""Runs the real command, as a user does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

REPOSITORY = Path(__file__).parents[2]


class Answer(NamedTuple):
    """What a command left: exit status and both streams."""

    status: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Standard output as JSON, one object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def environment(**changes: str) -> dict[str, str]:
    """The test's own environment, with the package found from any folder."""
    return {**os.environ, "PYTHONPATH": str(REPOSITORY), **changes}


def command(*arguments: str | bytes) -> list[str | bytes]:
    """The command line that runs `cnn-tui` with the arguments."""
    return [sys.executable, "-m", "cnn_tui", *arguments]


def cnn_tui(*arguments: str | bytes, cwd: Path | None = None, timeout: float = 180, **changes: str) -> Answer:
    """Run the command with no terminal at all."""
    done = subprocess.run(
        command(*arguments),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        cwd=cwd,
        env=environment(**changes),
        timeout=timeout,
        check=False,
    )
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


Inside = Callable[..., Answer]
"""Runs the command line in the test's own process: quicker, where the exit of a real process is not the point."""


def assert_one_sentence(answer: Answer, status: int, *words: str) -> None:
    """The answer is one line on standard error that has the words, and nothing else."""
    assert answer.status == status, answer
    assert answer.out == ""
    assert answer.err.startswith("cnn-tui: ")
    assert answer.err.count("\n") == 1
    assert answer.err[:-1].isprintable()
    for word in words:
        assert word in answer.err


def write_dataset(path: Path, images: int = 256, size: int = 8) -> Path:
    """A tiny dataset that a network learns at once: the class is how bright the image is."""
    rng = np.random.default_rng(1)
    arrays: dict[str, Any] = {}
    for part, count in (("train", images), ("test", images // 4)):
        labels = rng.integers(0, 2, count)
        noise = rng.integers(0, 50, (count, size, size))
        arrays[f"x_{part}"] = (noise + labels[:, None, None] * 150).astype(np.uint8)
        arrays[f"y_{part}"] = labels.astype(np.int64)
    np.savez(path, **arrays)
    return path


def write_experiment(path: Path, dataset: Path, epochs: int = 2, extra: str = "") -> Path:
    """A tiny experiment on a dataset of two classes."""
    path.write_text(
        f"""
name = "tiny"
dataset = "{dataset}"
[training]
epochs = {epochs}
{extra}
[[layers]]
type = "Flatten"
[[layers]]
type = "Dense"
units = 2
activation = "softmax"
"""
    )
    return path
