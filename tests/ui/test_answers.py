"""What the lab asks of its threads is answered on the screen, whatever goes wrong in them."""

from __future__ import annotations

import os
import pty
import sys
from pathlib import Path

import pytest

from cnn_tui.artifacts.log_file import LogFile
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.home import log_path
from cnn_tui.ui.explain import explained_run
from cnn_tui.ui.screens import compare
from cnn_tui.ui.terminal.screen import Screen
from cnn_tui.ui.terminal.writer import TerminalLine
from tests.terminal import Terminal
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, text, until
from tests.waiting import wait_for


def fails(*_: object, **__: object) -> None:
    raise ZeroDivisionError("by zero\x1b[2J")


async def test_whatever_a_thread_ends_with_is_said_where_its_answer_is_waited_for(
    make_lab: MakeLab, history: History, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("lab1-16-filters", "lab1-baseline"):
        fake.begin(history, history.add(load_preset(name)))
    fake.finish(history, 1)
    log_path(2).parent.mkdir(parents=True)
    log_path(2).write_text("the line one\n")
    said = r"ZeroDivisionError: by zero\x1b[2J"
    monkeypatch.setattr(compare, "verdicts", fails)
    monkeypatch.setattr(LogFile, "find", fails)
    monkeypatch.setattr(explained_run, "look_at", fails)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "space", "j", "space", "c", "G")
        await until(pilot, lambda: f"They cannot be told: {said}" in text(app), "the verdicts' trouble")
        await pilot.press("escape", "6", "slash", "o", "n", "e", "enter")
        await until(pilot, lambda: said in text(app) and "searching" not in text(app), "the search's trouble")
        await pilot.press("5", "M")
        await until(pilot, lambda: "The dataset cannot be looked at" in text(app), "the dataset's trouble")


def test_a_thread_that_writes_and_fails_tells_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    told: list[Exception] = []
    monkeypatch.setattr(Screen, "_changes", fails)
    line = TerminalLine(theirs, failed=told.append)
    line.write("\x1b[1;1Hhello")
    wait_for(lambda: told, "what went wrong")
    line.write("\x1b[?1049l")
    assert line.drain(60)
    line.end()
    assert os.read(ours, 1000).endswith(b"\x1b[?1049l"), "the terminal is given back"
    for end in (ours, theirs):
        os.close(end)


@pytest.mark.usefixtures("no_worker")
def test_letters_and_files_that_are_no_utf_8_end_no_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = Path(os.fsdecode(b"caf\xe9.toml"))
    name.write_text((Path(__file__).parents[2] / "presets" / "lab1-16-filters.toml").read_text())
    command = [sys.executable, "-m", "cnn_tui", "lab1-baseline"]
    with Terminal(command) as terminal:
        terminal.wait_for("Total params: 113,386")
        terminal.press("p")
        terminal.wait_for("type to find")
        os.write(terminal._ours, b"caf\xe9.")  # as a terminal sends it that is set to Latin-1
        terminal.wait_for("Nothing here has those words")
        terminal.press("\x7f", "\x7f")
        terminal.wait_for("experiment in this folder")
        terminal.press("\r")
        terminal.wait_for("is in the editor")
        terminal.wait_for("Total params: 55,098")
        terminal.press("+", "w")
        terminal.wait_for("Saved to caf")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    assert "filters = 32" in name.read_text()
    with Terminal(command[:-1]) as terminal:
        terminal.wait_for("Total params: 57,562")
        terminal.press("u")
        terminal.wait_for("Total params: 55,098")
