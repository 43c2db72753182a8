"""Pictures with all their pixels, on a terminal that shows them."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from cnn_tui.data.images import Picture, StoredImages
from cnn_tui.history.history import History
from cnn_tui.home import settings_path
from cnn_tui.ui.terminal.album import LETTERS, Album, PicturePiece
from cnn_tui.ui.terminal.screen import Screen
from cnn_tui.ui.terminal.sixel import encode, painted
from cnn_tui.ui.widgets.image import Fit, draw
from tests.terminal import Terminal
from tests.ui import explained
from tests.ui.posed import COMMAND, POSES, pose, walk
from tests.ui.terminal.sixels import Percent, SixelTerminal, decoded

CELL = (7, 15)
STEP = 4  # percent

colours = st.tuples(*[st.integers(0, 255)] * 3)
grids = st.integers(1, 9).flatmap(
    lambda width: st.lists(st.lists(colours, min_size=width, max_size=width), min_size=1, max_size=9)
)


def near(seen: Percent | None, wanted: tuple[int, int, int], percent: float = STEP / 2) -> bool:
    """Whether a colour is right to so many percent, and the half of one that the format rounds away."""
    return seen is not None and all(abs(a - b / 2.55) <= percent + 0.5 for a, b in zip(seen, wanted, strict=True))


@given(grids, st.data())
def test_what_is_encoded_is_what_is_painted(grid: list[list[tuple[int, int, int]]], data: st.DataObject) -> None:
    heights = data.draw(st.lists(st.integers(1, 8), min_size=len(grid), max_size=len(grid)))
    widths = data.draw(st.lists(st.integers(1, 8), min_size=len(grid[0]), max_size=len(grid[0])))
    pixels = decoded(encode(grid, heights, widths))
    assert len(pixels) == sum(heights)
    assert len(pixels[0]) == sum(widths)
    lines = iter(pixels)
    for row, height in zip(grid, heights, strict=True):
        for line in itertools.islice(lines, height):
            shown = iter(line)
            for colour, width in zip(row, widths, strict=True):
                assert all(near(pixel, colour) for pixel in itertools.islice(shown, width))


def test_a_picture_of_thousands_of_colours_has_no_more_than_a_terminal_knows() -> None:
    grid = [[(x * 4, y * 4, (x * y) % 256) for x in range(64)] for y in range(64)]
    pixels = decoded(encode(grid, [1] * 64, [1] * 64))
    assert len({colour for line in pixels for colour in line}) <= 256
    assert all(near(pixels[y][x], grid[y][x], 10) for y in range(64) for x in range(64))


@settings(max_examples=30)
@given(st.integers(1, 12), st.integers(1, 24), st.integers(4, 12), st.integers(8, 25), st.data())
def test_pieces_of_a_picture_make_the_whole(columns: int, rows: int, wide: int, tall: int, data: st.DataObject) -> None:
    height, width = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 40))
    picture = Picture((height, width, 1), bytes((at * 37) % 256 for at in range(height * width)))
    album = Album()
    size = Fit(columns, rows)
    lines = album.put(picture, size)
    assert [line.cell_len for line in lines] == [columns] * size.cells[1]
    cut = data.draw(st.integers(0, columns))
    for row, line in enumerate(lines):
        first = album.piece(line.plain[0])
        assert first == PicturePiece(first.picture if first else 0, row, 0)
        whole = decoded(painted(album, first, columns, (wide, tall)))
        assert len(whole[0]) == columns * wide
        assert len(whole) <= tall, "it would paint over the row below"
        if 0 < cut < columns:
            left = decoded(painted(album, first, cut, (wide, tall)))
            right = decoded(painted(album, first._replace(column=cut), columns - cut, (wide, tall)))
            assert [a + b for a, b in zip(left, right, strict=True)] == whole


def test_a_full_album_forgets_what_it_was_given_first() -> None:
    album = Album()
    pictures = [Picture((1, 1, 1), bytes([at % 256])) for at in range(256)]
    size = Fit(100, 100)
    first = album.put(pictures[0], size)[0].plain[0]
    whose = album.piece(first)
    assert whose is not None
    for picture in pictures[1 : len(LETTERS) // 5000 + 1]:
        last = album.put(picture, size)
    assert painted(album, whose, 1, CELL) == ""
    assert album.piece(first) != whose
    newest = album.piece(last[0].plain[0])
    assert newest is not None
    assert painted(album, newest, 1, CELL)


class Painter:
    """What an app with an album writes, and what is sent of it."""

    def __init__(self) -> None:
        self.album = Album()
        self.screen = Screen(40, 12, album=self.album)
        self.screen.cell = CELL
        self.console = Console(color_system="truecolor", force_terminal=True, width=40)

    def put(self, row: int, column: int, *lines: Text) -> str:
        """Write lines one below the other; gives what is sent."""
        for at, line in enumerate(lines, row + 1):
            with self.console.capture() as captured:
                self.console.print(line, end="")
            self.screen.write(f"\x1b[{at};{column + 1}H{captured.get()}")
        return self.screen.take(1_000_000)


def test_what_lies_over_a_picture_hides_it_and_gives_back_that_part_alone() -> None:
    painter = Painter()
    picture = draw(Picture((28, 28, 1), bytes(range(256)) * 3 + bytes(16)), 10, 5, album=painter.album)
    assert painter.put(2, 3, *picture).count("\x1bP") == 5
    assert painter.put(2, 3, *picture) == "", "nothing has changed"
    box = Text("box", "white on blue")
    assert "\x1bP" not in painter.put(3, 5, box)
    again = painter.put(3, 3, picture[1])
    assert again.count("\x1bP") == 1
    assert len(decoded(again[again.index("\x1bP") : again.index("\x1b\\") + 2])[0]) == 3 * CELL[0]


def test_another_picture_in_the_same_place_is_sent() -> None:
    painter = Painter()
    one, other = (Picture((30, 30, 1), bytes([level]) * 900) for level in (10, 200))
    assert painter.put(0, 0, *draw(one, 8, 4, album=painter.album)).count("\x1bP") == 4
    assert painter.put(0, 0, *draw(other, 8, 4, album=painter.album)).count("\x1bP") == 4
    assert "\x1bP" not in painter.put(0, 0, *[Text(" " * 8)] * 4)


def posed() -> None:
    """A history for the walk."""
    with History() as history:
        pose(history)


def go(terminal: Terminal, *names: str) -> None:
    """Walk through these screens alone."""
    for _ in walk(terminal, tuple(one for one in POSES if one.name in ("lab", *names))):
        pass


def shown_square(terminal: SixelTerminal) -> bool:
    """Whether the test image 0 is painted somewhere, pixel by pixel."""
    image = StoredImages(explained.DIGEST).picture(0)
    height, width, _ = image.shape
    for corner in {(one.row, one.column) for one in terminal.painted}:
        columns = max(len(one.pixels[0]) for one in terminal.painted if (one.row, one.column) == corner) // CELL[0]
        wide, tall = columns * CELL[0], columns * CELL[1] // 2
        seen = terminal.pixels(*corner, -(-tall // CELL[1]), columns)
        middle = [
            [seen[(2 * y + 1) * tall // 56][(2 * x + 1) * wide // 56] for x in range(width)] for y in range(height)
        ]
        if all(near(middle[y][x], (image.pixels[y * width + x],) * 3) for y in range(height) for x in range(width)):
            return True
    return False


@pytest.mark.usefixtures("no_worker")
def test_a_picture_for_which_there_are_too_few_cells_has_all_its_pixels() -> None:
    posed()
    terminal = SixelTerminal(COMMAND, CELL)
    with terminal:
        go(terminal, "explain", "confusion", "activations")
        terminal.wait(lambda: shown_square(terminal), "the image in its pixels")
        assert not set(terminal.text) & set("▘▝▖▗▚▞"), "nothing is drawn in quarters of cells"
        before = len(terminal.painted)
        terminal.press("?")
        terminal.wait_for("Enter takes it, Esc leaves")
        terminal.press("esc")
        terminal.wait(lambda: "Enter takes it, Esc leaves" not in terminal.text, "the help to be gone")
        assert len(terminal.painted) == before, "a box beside a picture leaves it alone"
        terminal.garble()
        terminal.painted.clear()
        terminal.press("\x0c")
        terminal.wait(lambda: shown_square(terminal), "the image again")


@pytest.mark.usefixtures("no_worker")
def test_in_xterm_with_sixteen_colours_a_picture_has_all_its_greys() -> None:
    posed()
    terminal = SixelTerminal(COMMAND, CELL, synchronized=0, env={"TERM": "xterm-16color", "COLORTERM": ""})
    with terminal:
        go(terminal, "explain")
        terminal.wait(lambda: shown_square(terminal), "the image in its greys")


@pytest.mark.usefixtures("no_worker")
@pytest.mark.parametrize(
    "why",
    [
        "it was not told to show them",
        *(pytest.param(why, marks=pytest.mark.long) for why in ("no colours", "it says nothing", "it has no pixels")),
    ],
)
def test_a_terminal_without_them_gets_blocks(why: str) -> None:
    posed()
    env = {"NO_COLOR": "1"} if why == "no colours" else {}
    cell = (0, 0) if why == "it has no pixels" else CELL
    attributes = "64;1;2;22" if why == "it was not told to show them" else "63;1;2;4;22"  # as xterm without -ti vt340
    terminal = SixelTerminal(COMMAND, cell, says=why != "it says nothing", attributes=attributes, env=env)
    with terminal:
        go(terminal, "explain", "confusion", "activations")
        assert not terminal.painted
        assert set(terminal.text) & set("▘▝▖▗▚▞▀" if why != "no colours" else "@%#"), "the image is drawn"


@pytest.mark.usefixtures("no_worker")
@pytest.mark.parametrize(
    ("setting", "says", "pictures"),
    [
        ("true", False, True),
        *(pytest.param(*one, marks=pytest.mark.long) for one in (("", True, True), ("false", True, False))),
    ],
)
def test_the_settings_have_the_last_word(setting: str, says: bool, pictures: bool) -> None:
    if setting:
        settings_path().write_text(f"sixel = {setting}\n", encoding="utf-8")
    terminal = SixelTerminal(
        (sys.executable, "-m", "cnn_tui", str(Path("presets", "lab1-baseline.toml"))), CELL, says=says
    )
    with terminal:
        terminal.wait_for("1 Stack")
        terminal.press("5", "M")
        terminal.wait_for("test images (h l)", 60)
        terminal.settle()
        assert bool(terminal.painted) == pictures
