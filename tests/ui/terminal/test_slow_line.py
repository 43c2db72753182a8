"""A line that carries 2,000 bytes a second while a run trains: keys are answered, and nothing queues up.

What the terminal's own buffer holds has left the app, and nothing can overtake it. So an answer is late by as much as
it comes later than the line could carry it with all that came before it.
"""

from __future__ import annotations

import contextlib
import os
import pty
import sys
import threading
from collections.abc import Iterator

import msgspec
import psutil
import pytest

from cnn_tui import locks
from cnn_tui.history.epoch import Point
from cnn_tui.history.history import History
from tests.terminal import Terminal
from tests.ui.training.training_scenes import MIDDLE, started

RATE = 2_000
AT_ONCE = 0.2
"""Seconds within which a key is answered."""
LATE = 60.0
"""And within which it is on a machine that does much else: that no picture waits in a queue is seen by the bytes."""
ROUNDS = 3
"""How often each key is typed at least; on a machine that does much else, until one is answered at once."""
PIECE = 20_000
"""Bytes that the app may have given away at once, before it noticed how slow the line is."""


def capacity() -> int:
    """How many bytes a terminal's buffer holds while nobody reads."""
    ours, theirs = pty.openpty()
    os.set_blocking(theirs, False)
    taken = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            taken += os.write(theirs, b"x" * 256)
    os.close(ours)
    os.close(theirs)
    return taken


@pytest.fixture
def busy_run() -> Iterator[None]:
    """A run in its third epoch that records more often than is drawn."""
    ended = threading.Event()

    def record(run_id: int) -> None:
        step = 0
        with History() as history:
            while not ended.wait(0.05):
                step = step % 1_800 + 5
                loss = 0.2 + 0.1 * (step % 7)
                now = msgspec.structs.replace(MIDDLE, step=step, images=32 * step, loss=loss)
                history.record_progress(run_id, now, Point(2 + step / 1_875, loss, 0.9))

    with History() as history:
        run_id = started(history, 2.0)
    alive = locks.take(locks.run_lock(run_id))  # as its training process holds it
    assert alive is not None
    writer = threading.Thread(target=record, args=(run_id,))
    writer.start()
    yield
    ended.set()
    writer.join()
    locks.release(alive)


@pytest.mark.long
@pytest.mark.usefixtures("no_worker", "busy_run")
def test_on_a_slow_line_keys_are_answered_and_frames_are_dropped() -> None:
    most = capacity() + PIECE
    with Terminal([sys.executable, "-m", "cnn_tui", "lab1-baseline"], 120, 40) as terminal:
        terminal.read_slowly(lambda: "Total params: 113,386" in terminal.text, "the lab")
        terminal.read_slowly(lambda: "epoch 3/5" in terminal.text, "the run")
        late: list[float] = []
        while len(late) < 2 * ROUNDS or (min(late) >= AT_ONCE and len(late) < 20 * ROUNDS):
            for key, words in (("+", "Total params: 122,922"), ("-", "Total params: 113,386")):
                terminal.press(key)
                received, seconds = terminal.read_slowly(lambda words=words: words in terminal.text, words)  # type: ignore[misc]
                late.append(seconds - received / RATE)
                assert received < most, "what was drawn before the key is dropped where it can be"
        assert min(late) < AT_ONCE and max(late) < LATE, late

        # Each key paints the whole screen anew, far more often than the line can carry it.
        process = psutil.Process(terminal.process.pid)
        before, memory = terminal.received, process.memory_info().rss
        for at in range(30):
            terminal.press("z")
            with contextlib.suppress(AssertionError):  # the line goes on meanwhile
                terminal.read_slowly(lambda: False, f"picture {at}", seconds=0.1)
        flood = terminal.received - before
        terminal.press("?")
        received, seconds = terminal.read_slowly(lambda: "type to find" in terminal.text, "help", seconds=120)
        assert received < most, f"{flood} bytes in the flood, and {received} bytes until the answer"
        assert seconds - received / RATE < LATE
        assert process.memory_info().rss - memory < 20_000_000
