"""First paint: the lab against an empty Textual app with a table. `python -m tests.benchmarks.first_paint`

Both are started in a pty at 120x40, in turn; the clock runs from the start of the process until the words are there.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time

from tests.terminal import Terminal

EMPTY = """
from textual.app import App
from textual.widgets import DataTable

class Empty(App):
    def compose(self):
        yield DataTable()
    def on_mount(self):
        table = self.query_one(DataTable)
        table.add_columns("Layer", "Output shape", "Param #")
        table.add_row("conv2d", "(None, 26, 26, 32)", "320")

Empty().run()
"""


def seconds_until(command: list[str], words: str, home: str) -> tuple[float, int]:
    """Seconds until `words` are on the screen, and the bytes that came until the program fell silent."""
    began = time.perf_counter()
    with Terminal(command, 120, 40, {"CNN_TUI_HOME": home, "CNN_TUI_WORKER_IDLE": "0"}) as terminal:
        while words not in terminal.text:
            terminal.read(0.002)
        took = time.perf_counter() - began
        terminal.settle(0.3)
        return took, terminal.received


def main() -> None:
    """Print medians and their ratio."""
    rounds = 9
    lab: list[tuple[float, int]] = []
    empty: list[tuple[float, int]] = []
    with tempfile.TemporaryDirectory() as home:
        for _ in range(rounds):
            empty.append(seconds_until([sys.executable, "-c", EMPTY], "(None, 26, 26, 32)", home))
            lab.append(seconds_until([sys.executable, "-m", "cnn_tui"], "Total params: 113,386", home))
    both = [statistics.median(seconds for seconds, _ in one) for one in (empty, lab)]
    print(f"empty app with a table: {both[0]:.3f} s to the first picture, {empty[-1][1]:,} bytes")
    print(f"the lab:                {both[1]:.3f} s to the first picture, {lab[-1][1]:,} bytes")
    print(f"ratio {both[1] / both[0]:.2f} (median of {rounds} rounds, in turn)")


if __name__ == "__main__":
    main()
