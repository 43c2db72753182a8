"""The lab on an older history whose rows are damaged, each in another way: it opens, and every run has its page."""

from __future__ import annotations

import pytest

from tests.faults.lab import COMMAND
from tests.history.test_damaged_rows import older
from tests.terminal import Terminal

DAMAGES = (
    "UPDATE runs SET tags = '[' WHERE id = 10",
    "UPDATE runs SET environment = 'nope' WHERE id = 11",
    "UPDATE runs SET created = 'abc' WHERE id = 12",
    "UPDATE epochs SET metrics = 'x' WHERE run = 13",
    "UPDATE runs SET name = CAST(x'ff00fe' AS TEXT) WHERE id = 14",
    "UPDATE runs SET experiment = '{' WHERE id = 15",
)


@pytest.mark.long
@pytest.mark.usefixtures("no_worker")
def test_every_run_has_its_page() -> None:
    older(*DAMAGES)  # a run for each damage; the newest is sound
    with Terminal(COMMAND, 120, 40) as terminal:
        terminal.wait_for("Total params")
        terminal.press("4", "z", "f")
        terminal.wait_for("15 runs")
        for number in range(15, 9, -1):
            terminal.press("j", "enter")
            terminal.wait_for(f"Run {number}: ")
            if number == 15:
                terminal.press("L")
                terminal.wait_for("The experiment of run 15 cannot be read")
            terminal.press("esc")
            terminal.wait_for("15 runs")  # in the frame of the list
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert "Traceback" not in terminal.text
