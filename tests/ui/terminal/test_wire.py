"""The line: whatever the app paints, the terminal shows the same, in fewer bytes."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import threading
import time
from typing import Any

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from cnn_tui.reports.ascii import to_ascii
from cnn_tui.ui.terminal.cell_style import PLAIN, change, turned
from cnn_tui.ui.terminal.screen import Screen
from cnn_tui.ui.terminal.writer import TerminalLine

COLUMNS, ROWS = 12, 4

looks = st.lists(
    st.sampled_from(
        [
            *("1", "2", "3", "4", "7", "9", "22", "24", "27", "31", "97", "39", "44", "49", "38;5;80", "48;5;235"),
            *("38;2;95;215;215", "48;2;38;38;38", "38;2;1;2;3", ""),
        ]
    ),
    max_size=4,
).map(";".join)
texts = st.text(alphabet="ab  │●日", min_size=1, max_size=10)


@st.composite
def paintings(draw: st.DrawFn) -> str:
    """What an app writes: moves, looks and texts that stay inside the screen."""
    parts = []
    for _ in range(draw(st.integers(1, 6))):
        row, column = draw(st.integers(1, ROWS)), draw(st.integers(1, COLUMNS))
        parts.append(f"\x1b[{row};{column}H")
        room = COLUMNS - column + 1
        for _ in range(draw(st.integers(0, 3))):
            text = draw(texts)
            width = sum(2 if character == "日" else 1 for character in text)
            if width > room:
                break
            room -= width
            parts.append(f"\x1b[{draw(looks)}m{text}\x1b[0m")
    return "".join(parts)


def seen(data: list[str]) -> list[list[Any]]:
    """What a terminal shows after it was sent that: of each cell its character and look."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.Stream(screen)
    for one in data:
        stream.feed(one)
    shown = []
    for row in range(ROWS):
        cells = [screen.buffer[row][column] for column in range(COLUMNS)]
        shown.append([_look(cell) for cell in cells])
    return shown


def _look(cell: Any) -> Any:
    if cell.data == " " and not (cell.underscore or cell.reverse or cell.strikethrough):
        return (" ", cell.bg)
    return cell


def half_covered(paintings: list[str]) -> bool:
    """Whether a painting covers one half of a wide character, of which each terminal makes something else."""
    screen = Screen(COLUMNS, ROWS)
    for painting in paintings:
        screen.write(painting)
        for row in screen._wanted:
            for at, (character, _) in enumerate(row):
                wide = character == "日"
                follows = at + 1 < COLUMNS and row[at + 1][0] == ""
                if wide != follows:
                    return True
                if character == "" and (at == 0 or row[at - 1][0] != "日"):
                    return True
    return False


@settings(deadline=None)
@given(st.lists(st.tuples(paintings(), st.booleans()), min_size=1, max_size=5), st.sampled_from([1, 30, 10_000]))
def test_the_terminal_shows_what_was_painted(paintings: list[tuple[str, bool]], piece: int) -> None:
    plain = [painting for painting, _ in paintings]
    if half_covered(plain):
        return
    screen, sent = Screen(COLUMNS, ROWS), []
    for painting, sends in paintings:
        screen.write(painting)
        if sends:
            sent.append(screen.take(piece))
    while screen.waiting:
        sent.append(screen.take(piece))
    assert seen(sent) == seen(plain)


@settings(deadline=None)
@given(looks, looks)
def test_a_change_of_looks_comes_to_the_look_that_is_wanted(before: str, after: str) -> None:
    first, second = turned(PLAIN, before), turned(PLAIN, after)
    codes = change(first, second).removeprefix("\x1b[").removesuffix("m")
    assert (turned(first, codes) if first != second else first) == second


def test_what_is_painted_again_is_not_sent_again() -> None:
    screen = Screen(80, 24)
    frame = "".join(f"\x1b[{row};1H\x1b[38;2;218;218;218;48;2;38;38;38m{'row ' * 20}\x1b[0m" for row in range(1, 25))
    screen.write(frame)
    assert len(screen.take(100_000)) < len(frame) < 4_000
    screen.write(frame)
    assert screen.take(100_000) == ""
    screen.write("\x1b[3;5H\x1b[38;2;218;218;218;48;2;38;38;38mrun \x1b[0m")
    assert screen.take(100_000) == "\x1b[3;6Hun\x1b[3;9H"


def test_all_is_sent_again_after_another_size_a_wiped_screen_and_on_demand() -> None:
    screen = Screen(10, 2)
    painting = "\x1b[1;1Habc"
    screen.write(painting)
    assert "abc" in screen.take(1000)
    screen.forget()
    assert "abc" in screen.take(1000)
    screen.resize(20, 4)
    screen.write(painting)
    assert "abc" in screen.take(1000)
    screen.write("\x1b[?1049h" + painting)
    assert screen.take(1000).startswith("\x1b[?1049h")


def test_what_is_no_painting_goes_through_as_it_is() -> None:
    screen = Screen(10, 2)
    sequences = ["\x1b[?1049h", "\x1b]52;c;YWJj\x07", "\x1b[?25l", "\x1b[>25u", "\x1b[?2026$p", "\x07"]
    for one in sequences:
        screen.write(one)
    assert screen.take(1000).startswith("".join(sequences))


def fill(terminal: int) -> None:
    """Write what shows as nothing until the terminal takes no more."""
    os.set_blocking(terminal, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(terminal, b"\0" * 1024)
    os.set_blocking(terminal, True)


def test_a_terminal_that_takes_nothing_stops_nobody_and_gets_the_last_picture() -> None:
    ours, theirs = pty.openpty()
    fill(theirs)
    line = TerminalLine(theirs)
    frames = ["".join(f"\x1b[{row};1H{str(number % 10) * 80}" for row in range(1, 24)) for number in range(400)]
    began = time.monotonic()
    for number, frame in enumerate(frames):
        line.write(f"{frame}\x1b[24;1Hframe {number}")
    assert not line.drain(0.5), "the terminal takes nothing"
    assert time.monotonic() - began < 60, "the app did not wait for the terminal"
    received = b""
    while not line.drain(0.01) or select.select([ours], [], [], 0.2)[0]:
        while select.select([ours], [], [], 0)[0]:
            received += os.read(ours, 65_536)
    shown = pyte.Screen(80, 24)
    pyte.ByteStream(shown).feed(received)
    assert shown.display[23].startswith("frame 399")
    assert shown.display[0] == "9" * 80
    assert len(received) < 300_000 < sum(map(len, frames)), "what was overtaken is not sent"
    line.end()
    os.close(ours)
    os.close(theirs)


def test_an_app_that_always_has_something_to_write_hears_that_the_terminal_is_gone() -> None:
    ours, theirs = pty.openpty()
    gone = threading.Event()
    line = TerminalLine(theirs, gone=gone.set)
    os.close(ours)
    end = time.monotonic() + 30
    number = 0
    while not gone.wait(0.05):
        assert time.monotonic() < end, "nobody said so"
        number += 1
        line.write(f"\x1b[1;1H{number}")
    line.end()
    os.close(theirs)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Mn", "Me", "Cf"]), max_size=40))
def test_an_ascii_terminal_gets_ascii_of_the_same_width(text: str) -> None:
    assert to_ascii(text).isascii()
    assert cell_len(to_ascii(text)) == cell_len(text)


def test_what_the_lab_draws_with_has_its_likeness_in_ascii() -> None:
    assert to_ascii("╭─ 1 Stack ─╮│ 28×28 → 10 … –") == "+- 1 Stack -+| 28x28 > 10 . -"
    assert to_ascii("é日") == "e??"
    assert to_ascii("━━━──") == "===--", "how much of a bar is full"
    curve = "".join(chr(0x2800 + dots) for dots in (0b00000000, 0b00001001, 0b00100100, 0b11000000, 0b01100001))
    assert to_ascii(curve)[:4] == " '-."
