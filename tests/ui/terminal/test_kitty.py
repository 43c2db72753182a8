"""Pictures by kitty's graphics: to a terminal that knows placeholders, through tmux too."""

from __future__ import annotations

import base64
import io
import itertools
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rich.text import Text

from cnn_tui.data.images import Picture, StoredImages
from cnn_tui.home import settings_path
from cnn_tui.ui.terminal.album import Album
from cnn_tui.ui.terminal.answers import InputDecoder, knows_placeholders
from cnn_tui.ui.terminal.kitty import MARKS, MOST_BYTES, PLACEHOLDER, Placeholders, encode
from cnn_tui.ui.widgets.image import Fit, draw
from tests.ui import explained
from tests.ui.posed import COMMAND
from tests.ui.terminal.kitties import KittyTerminal
from tests.ui.terminal.test_sixel import Painter, go, posed

NAMES = [("kitty(0.40.1)", True), ("kitty(0.27.1)", False), ("ghostty 1.2.0", True), ("ghostty 1.3.0-dev+f", True)]
NAMES += [("WezTerm 20240203-110809-5046fb22", False), ("tmux 3.4", False), ("XTerm(390)", False), ("", False)]


@pytest.mark.parametrize(("name", "known"), NAMES)
def test_what_knows_placeholders(name: str, known: bool) -> None:
    assert knows_placeholders(name) == known


class Typed:
    """A decoder with a clock that stands still until it is turned on."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.now = 0.0
        self.decoder = InputDecoder(self.heard.append, lambda: self.now)

    def __call__(self, *pieces: str) -> str:
        return "".join(self.decoder.decode(piece.encode()) for piece in pieces)


@given(
    st.integers(1, 40),
    st.sampled_from(
        ["\x1bP>|kitty(0.40.1)\x1b\\", "\x1b_Gi=31;OK\x1b\\", "\x1bP>|foot(1.13)\x07", "\x1b[?63;1;2;4;22c"]
    ),
)
def test_an_answer_is_never_typed_however_it_is_cut(cut: int, answer: str) -> None:
    typed = Typed()
    cut = min(max(cut, 3), len(answer))  # an escape alone is the key
    assert typed("a", answer[:cut], answer[cut:] + "b\x1b[A") == "ab\x1b[A"
    assert typed.heard == [answer[1:].rstrip("\\").rstrip("\x1b\x07c")]


def test_an_answer_that_breaks_off_holds_no_key_up() -> None:
    typed = Typed()
    assert typed("\x1bP>|kit") == ""
    assert typed("\x1b[A") == "\x1b[A", "another sequence ends it"
    assert typed("\x1b_Gi=3") == ""
    typed.now = 5.0
    assert typed("jj") == "jj", "it does not come any more"
    assert typed("\x1b_G" + "x" * 3_000, "k", "l") == "kl"
    assert not typed.heard


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_what_is_typed_is_typed(text: str) -> None:
    typed = Typed()
    if not any(begun in text for begun in ("\x1bP>|", "\x1b_", "\x1b[?")) and not text.endswith("\x1bP>"):
        assert typed(text) == text


def picture_of(height: int, width: int, channels: int) -> Picture:
    return Picture((height, width, channels), bytes((at * 7919) % 251 for at in range(height * width * channels)))


@pytest.mark.parametrize("channels", [1, 3])
def test_a_small_picture_is_sent_as_it_is(channels: int) -> None:
    picture = picture_of(28, 28, channels)
    image = Image.open(io.BytesIO(base64.b64decode(encode(Album(), picture, Fit(300, 300)))))
    assert (image.size, image.mode) == ((28, 28), "L" if channels == 1 else "RGB")
    assert image.tobytes() == picture.pixels


def test_a_large_picture_stays_within_its_bytes_and_keeps_its_shape() -> None:
    data = encode(Album(), picture_of(300, 450, 3), Fit(4_000, 4_000))
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert len(data) <= MOST_BYTES
    assert image.width > 80
    assert image.width / image.height == pytest.approx(1.5, rel=0.05)


def test_a_picture_is_sent_once_and_shown_wherever_it_comes_to_light() -> None:
    painter = Painter()
    painter.screen.placeholders = Placeholders(painter.album)
    drawn = draw(picture_of(28, 28, 1), 10, 5, album=painter.album)
    first = painter.put(2, 3, *drawn)
    assert first.count("\x1b_G") == 1
    assert first.count(PLACEHOLDER) == 10 * 5
    assert painter.put(2, 3, *drawn) == "", "nothing has changed"
    box = painter.put(3, 5, Text("box", "white on blue"))
    assert box.count(PLACEHOLDER) == 1 and "\x1b_G" not in box, "what is right of it has no left neighbour any more"
    assert PLACEHOLDER + MARKS[1] + MARKS[5] in box
    again = painter.put(3, 3, drawn[1])
    assert "\x1b_G" not in again
    assert again.count(PLACEHOLDER) == 3
    assert PLACEHOLDER + MARKS[1] + MARKS[2] in again, "the row and the column where it goes on"
    painter.screen.forget()
    assert "\x1b_G" in painter.screen.take(1_000_000), "to a terminal that was wiped it is sent again"


def test_after_a_picture_text_has_its_own_colour() -> None:
    painter = Painter()
    painter.screen.placeholders = Placeholders(painter.album)
    letters = draw(picture_of(9, 9, 1), 4, 2, album=painter.album)[0].plain
    painter.screen.write(f"\x1b[1;1H\x1b[31ma\x1b[0;8m{letters}\x1b[0;31mb")
    sent = painter.screen.take(1_000_000)
    assert "31ma" in sent
    assert sent[sent.rindex(PLACEHOLDER) + 1 :].startswith("\x1b[31mb"), "red again for b"


def test_numbers_are_given_out_again_when_all_are_used() -> None:
    album = Album()
    placeholders = Placeholders(album)
    pieces = []
    for level in range(300):
        letter = album.put(Picture((1, 1, 1), bytes([level % 256])), Fit(1 + level // 256, 2))[0].plain[0]
        pieces.append(album.piece(letter))
    foregrounds = [placeholders.sent(piece, 1, (10, 20)).foreground for piece in pieces if piece is not None]
    assert len(foregrounds) == 300
    assert len(set(foregrounds)) == 240
    assert "\x1b_G" in placeholders.sent(pieces[0], 1, (10, 20)).text if pieces[0] is not None else False


def image_shown(terminal: KittyTerminal) -> bool:
    """Whether the test image 0 is on the screen, whole, each of its cells in its place."""
    image = StoredImages(explained.DIGEST).picture(0)
    for number, cells in terminal.shown.items():
        sent = terminal.sent[number]
        corner = min(cells)
        in_place = {(y - corner[0], x - corner[1]) for y, x in cells}
        if sent.image.tobytes() == image.pixels and set(cells.values()) == in_place == {
            (row, column) for row in range(sent.rows) for column in range(sent.columns)
        }:
            return True
    return False


@pytest.mark.usefixtures("no_worker")
def test_a_terminal_that_knows_placeholders_gets_pictures() -> None:
    posed()
    terminal = KittyTerminal(COMMAND)
    with terminal:
        go(terminal, "explain", "confusion", "activations")
        terminal.wait(lambda: image_shown(terminal), "the image with all its pixels")
        assert max(sent.length for sent in terminal.sent.values()) <= MOST_BYTES
        terminal.press("?")
        terminal.wait_for("Enter takes it")
        terminal.press("esc")
        terminal.wait(lambda: "Enter takes it" not in terminal.text and image_shown(terminal), "the image again")


@pytest.mark.usefixtures("no_worker")
def test_the_map_of_features_is_a_picture_of_dots_with_signs_and_the_cursor_on_it() -> None:
    posed()
    terminal = KittyTerminal(COMMAND)
    with terminal:
        terminal.wait_for("4 runs")
        terminal.press("5", "m", "m", "m", "m", "m", "m")
        terminal.wait_for("1 of 3 on mixed borders")
        terminal.wait(lambda: map_shown(terminal), "the dots of three classes")
        drawn = [[cell.data for cell in line] for line in terminal.cells]
        beside = {sign for line in drawn for before, sign in itertools.pairwise(line) if before.startswith(PLACEHOLDER)}
        assert {"0", "1", "2"} <= beside, "the classes' signs stand on it"
        (number,) = (one for one, cells in terminal.shown.items() if len(cells) > 400)
        terminal.press("l")
        terminal.wait_for("2 of 3 on mixed borders")
        assert number in terminal.shown, "the cursor moves over the same picture"


def map_shown(terminal: KittyTerminal) -> bool:
    """Whether a picture is on the screen that has dots of the three classes' colours."""
    dots = {(0x5F, 0xAF, 0xFF), (0xFF, 0xAF, 0x5F), (0x87, 0xD7, 0x87)}
    return any(
        dots <= {colour for _, colour in terminal.sent[number].image.convert("RGB").getcolors(1 << 20) or ()}
        for number in terminal.shown
    )


@pytest.mark.usefixtures("no_worker")
@pytest.mark.parametrize(
    ("name", "takes", "setting", "pictures"),
    [
        ("WezTerm 20240203-110809-5046fb22", True, "", False),
        pytest.param("kitty(0.40.1)", False, "", False, marks=pytest.mark.long),
        pytest.param("kitty(0.40.1)", True, "blocks", False, marks=pytest.mark.long),
        pytest.param("nobody has heard of me 1.0 " + "x" * 60, False, "kitty", True, marks=pytest.mark.long),
    ],
)
def test_others_get_blocks_and_the_settings_have_the_last_word(
    name: str, takes: bool, setting: str, pictures: bool
) -> None:
    if setting:
        settings_path().write_text(f'pictures = "{setting}"\n', encoding="utf-8")
    command = (sys.executable, "-m", "cnn_tui", str(Path("presets", "lab1-baseline.toml")))
    terminal = KittyTerminal(command, name=name, takes=takes)
    with terminal:
        terminal.wait_for("1 Stack")
        terminal.wait(lambda: b"\x1b[>q" in terminal.asked, "the question")
        assert name[:12] not in terminal.text, "the answer is no key"
        terminal.press("5", "M")
        terminal.wait_for("test images (h l)", 60)
        terminal.settle()
        assert bool(terminal.sent) == pictures


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """tmux on a socket of its own; gives the command."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    base = ("tmux", "-S", str(tmp_path / "socket"), "-f", "/dev/null")
    yield base
    subprocess.run((*base, "kill-server"), check=False, capture_output=True)


@pytest.mark.usefixtures("no_worker")
@pytest.mark.parametrize("allowed", [True, False])
def test_through_tmux(tmux: tuple[str, ...], allowed: bool) -> None:
    posed()
    allow = ("set", "-g", "allow-passthrough", "on" if allowed else "off", ";")
    terminal = KittyTerminal((*tmux, *allow, "new-session", *COMMAND))
    with terminal:
        go(terminal, "explain", "confusion", "activations")
        if allowed:
            terminal.wait(lambda: image_shown(terminal), "the image through tmux")
        else:
            terminal.settle()
            assert not terminal.sent
