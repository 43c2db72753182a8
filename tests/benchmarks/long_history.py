"""A long history: 10,000 runs of 20 epochs. `python -m tests.benchmarks.long_history [N]`

First what the data costs: a listing opened, sorted, filtered, a screenful of it read. Then the app: its first picture
with that history against an empty one, keys that move, sort and filter, and its memory.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cnn_tui.history.history import History
from cnn_tui.history.table.columns import COLUMNS
from cnn_tui.history.table.listing import Listing, Query
from tests.benchmarks.fill_history import fill
from tests.benchmarks.first_paint import seconds_until
from tests.benchmarks.measure import answer
from tests.terminal import Terminal

FILTERS = ("acc>0.9", "tag:lab1 !failed", "acc>0.9 tag:lab1 !failed", "border", "net:4", "Привет")
TYPED = ("acc>0.9", "tag:lab1 !failed", "net:4", "params>100k")  # each leaves fewer or more with its last letter
SCREENFUL = 40
ROUNDS = 9
KEYS = 120
ARROWS = ("▲", "▼")


def milliseconds(act: Callable[[], object]) -> list[float]:
    """How long an act takes, a few times over, sorted."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)


def told(name: str, times: list[float]) -> None:
    """Print the median and the slowest."""
    print(f"{name:44} median {statistics.median(times):6.1f} ms   slowest {times[-1]:6.1f} ms")


def measure_data(history: History) -> None:
    """What a listing costs."""
    told("open a listing", milliseconds(lambda: Listing(history)))
    listing = Listing(history)
    for sort in COLUMNS:
        told(f"sort by {sort}", milliseconds(lambda key=sort: listing.show(Query(sort=key))))  # type: ignore[misc]
    for text in FILTERS:
        times = milliseconds(lambda words=text: listing.show(Query(words)))  # type: ignore[misc]
        told(f"filter {text} ({listing.count():,} runs)", times)
    listing.show(Query())
    middle = listing.count() // 2
    told("read a screenful from the middle", milliseconds(lambda: listing.lines(SCREENFUL, middle)))
    told("find a run's place", milliseconds(lambda: listing.position(7)))
    told("read again what there is", milliseconds(listing.refresh))
    folded = Query(folded=True)
    told("open a listing in which repeats are one row", milliseconds(lambda: Listing(history, folded)))
    told("and its first screenful", milliseconds(lambda: Listing(history, folded).rows(SCREENFUL)))
    listing.show(folded)
    for sort in ("test_accuracy", "name"):
        told(f"sort it by {sort}", milliseconds(lambda key=sort: listing.show(folded._replace(sort=key))))  # type: ignore[misc]

    def again() -> None:
        listing.refresh()
        listing.rows(SCREENFUL)

    told("read it again, and a screenful", milliseconds(again))


def measure_app(home: str, empty: str) -> None:
    """The first picture beside that of an empty history, keys in the history pane, and the memory."""
    command = [sys.executable, "-m", "cnn_tui"]
    paint: dict[str, list[float]] = {empty: [], home: []}
    for _ in range(ROUNDS):
        for folder, times in paint.items():
            times.append(seconds_until(command, "Total params: 113,386", folder)[0])
    for name, folder in (("empty", empty), ("long", home)):
        print(f"first picture, {name} history: {statistics.median(paint[folder]):.3f} s")
    with Terminal(command, 120, 40, {"CNN_TUI_HOME": home, "CNN_TUI_WORKER_IDLE": "0"}) as terminal:
        terminal.wait_for("Total params")
        terminal.press("4", "z")
        terminal.wait_for("Params  ")
        percentiles("a row down", [_answered(terminal, "j") for _ in range(KEYS)])
        percentiles("half a page down", [_answered(terminal, "\x04") for _ in range(KEYS)])
        percentiles("sort by the next column", [_answered(terminal, "o", *ARROWS) for _ in range(KEYS // 4)])
        percentiles("sort the other way round", [_answered(terminal, "O", *ARROWS) for _ in range(KEYS // 4)])
        terminal.press("\x0c")  # what came until now was not looked at: once more
        terminal.wait_for("The whole screen was sent again.")
        for words in TYPED:
            percentiles(f"filter {words}, its last letter", [_filtered(terminal, home, words) for _ in range(ROUNDS)])
        status = Path(f"/proc/{terminal.process.pid}/status").read_text(encoding="ascii")
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        print(f"memory: {int(resident.split()[1]) / 1024:.0f} MB")
    measure_redraw(home)


def measure_redraw(home: str) -> None:
    """What a look at the history costs the lab four times a second while a run trains."""
    from cnn_tui.experiment.document import Document
    from cnn_tui.experiment.presets import load_preset
    from cnn_tui.ui.app import LabApp
    from cnn_tui.ui.panes.history.pane import HistoryPane
    from tests.ui.fake import FakeTrainer
    from tests.ui.fake_machine import TWO, FakeSensors

    async def look() -> None:
        with History(Path(home) / "history.db") as history:
            app = LabApp(Document(load_preset("lab1-baseline")), history, FakeTrainer(), sensors=FakeSensors(TWO))
            async with app.run_test(size=(120, 40)) as pilot:
                await pilot.press("4", "z")
                pane = app.lab.query_one(HistoryPane)
                told("a look, with nothing changed", milliseconds(pane.refresh_view))
                told("a look that reads and draws everything", milliseconds(pane.rows.read))

    asyncio.run(look())


def _filtered(terminal: Terminal, home: str, words: str) -> float:
    """Milliseconds from the last letter of a filter until the screen has the number of runs that it leaves."""
    with History(Path(home) / "history.db") as history:
        seen = f" {Listing(history, Query(words)).count():,} of "
    terminal.press("/", words[:-1])
    terminal.read(0.3)
    took, _ = answer(terminal, words[-1], seen)
    terminal.press("esc")
    terminal.settle(0.3)
    return took * 1000


def percentiles(name: str, times: list[float]) -> None:
    """Print the median, the 95th percentile and the slowest."""
    times = sorted(times)
    late = times[int(len(times) * 0.95)]
    print(f"{name:44} median {statistics.median(times):6.1f} ms   95 % {late:6.1f} ms   slowest {times[-1]:6.1f} ms")


def _answered(terminal: Terminal, key: str, *signs: str) -> float:
    """Milliseconds from a key until its repaint comes, with one of `signs` in it, typed at a person's pace."""
    pause = time.monotonic() + 0.1
    while time.monotonic() < pause:
        terminal.read_raw(0.02)
    began = time.perf_counter()
    terminal.press(key)
    came = b""
    while not came or (signs and not any(sign.encode() in came for sign in signs)):
        more = terminal.read_raw(5)
        assert more, f"no answer to {key}"
        came += more
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Measure both."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as empty:
        os.environ["CNN_TUI_HOME"] = home
        with History() as history:
            fill(history, count)
            print(f"{count:,} runs, {history.path.stat().st_size / 2**20:.0f} MB")
            measure_data(history)
        measure_app(home, empty)


if __name__ == "__main__":
    main()
