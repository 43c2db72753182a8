"""Text for a terminal that has ASCII only: every character becomes one that looks like it, cell for cell."""

from __future__ import annotations

import functools
import unicodedata

from cnn_tui.text import cells

_ALIKE = {
    "─╌╍┄┅┈┉╴╶╸╺╼╾⎯–—−‐‑‒―▔▁": "-",
    "━═": "=",
    "│┃║╎╏┆┇┊┋╵╷╹╻╽╿▏▎▍▌▐▕": "|",
    "┌┍┎┏┐┑┒┓└┕┖┗┘┙┚┛├┤┬┴┼╔╗╚╝╠╣╦╩╬╒╓╕╖╘╙╛╜╞╟╡╢╤╥╧╨╪╫┝┠┣┥┨┫┯┰┳┷┸┻┿╂╋": "+",
    "╭╮╰╯": "+",
    "█▉▊▋■◼▮▇▆▅": "#",
    "▀": '"',
    "▄▂▃": "_",
    "░": ".",
    "▒": ":",
    "▓": "%",
    "→⟶➜▶▸►›»≫": ">",
    "←⟵◀◂◄‹«≪": "<",
    "↑▲△▴^": "^",
    "↓▼▽▾": "v",
    "●•◆◉⬤": "*",
    "○◦◌◇□◻": "o",
    "·∙⋅…": ".",
    "★": "@",
    "☆": "&",
    "×✕✖✗✘": "x",
    "✓✔": "v",
    "±≈∼": "~",
    "≤": "<",
    "≥": ">",
    "≠": "!",
    "÷": "/",
    "’‘‚′": "'",
    "“”„″": '"',
    "Σ∑": "S",
    "σ": "s",
    "µμ": "u",
    "²": "2",
    "³": "3",
    "°": "o",
    " ": " ",
}
_TABLE = {character: plain for characters, plain in _ALIKE.items() for character in characters}
# The dots of a braille cell as bits: the left column from above, then the right one, the lowest row last.
_ROWS = (0b00001001, 0b00010010, 0b00100100, 0b11000000)
_LEFT, _RIGHT = 0b01000111, 0b10111000


def to_ascii(text: str) -> str:
    """The text in ASCII, of the same width in cells."""
    return text if text.isascii() else "".join(map(_one, text))


@functools.lru_cache(maxsize=4096)
def _one(character: str) -> str:
    if character.isascii():
        return character
    if character in _TABLE:
        return _TABLE[character]
    if "\u2800" <= character <= "\u28ff":
        return _braille(ord(character) - 0x2800)
    width = cells(character)
    base = unicodedata.normalize("NFKD", character)[0]  # é is an e with something on it
    return base if width == 1 and base.isascii() else "?" * width


def _braille(dots: int) -> str:
    """A curve's piece in a cell of two by four dots, as a sign of about its height and slope."""
    if not dots:
        return " "
    left = [row for row, bits in enumerate(_ROWS) if dots & bits & _LEFT]
    right = [row for row, bits in enumerate(_ROWS) if dots & bits & _RIGHT]
    rows = sorted({*left, *right})
    if len(rows) > 2 or (len(rows) == 2 and (not left or not right)):
        if left and right and min(left) != min(right):
            return "\\" if min(left) < min(right) else "/"
        return "|" if len(rows) > 2 else ":"
    return "'" if rows[-1] <= 1 else "-" if rows[0] <= 2 else "."
