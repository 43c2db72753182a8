"""A whole run in this process, for the tests of what becomes of one."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cnn_tui import locks


@pytest.fixture
def trains(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], int]]:
    """What trains a run here, where TensorFlow is loaded already."""
    from cnn_tui.training import train
    from cnn_tui.training.callbacks import checkpoints

    monkeypatch.setattr(train, "send_output_to", lambda path: None)
    monkeypatch.setattr(checkpoints, "SHARE", 1e9)  # every epoch is kept
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    held: list[int] = []
    take = locks.take

    def note(path: Path, wait: float) -> int | None:
        lock = take(path, wait=wait)
        held.extend([] if lock is None else [lock])
        return lock

    def run(run_id: int) -> int:
        code = train.train(run_id)
        locks.release(held.pop())  # as the end of its process does
        return code

    monkeypatch.setattr(locks, "take", note)
    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)
