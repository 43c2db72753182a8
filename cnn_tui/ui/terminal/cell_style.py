"""How a cell looks, and the shortest escape sequence from one look to the next."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

# What SGR calls attributes: the code that switches each on, and the one that switches it off (and its twin).
_ON = (1, 2, 3, 4, 5, 7, 8, 9)
_OFF = {1: 22, 2: 22, 3: 23, 4: 24, 5: 25, 7: 27, 8: 28, 9: 29}
_SEEN = frozenset((4, 7, 9))  # underlined, reversed, struck out: seen on a blank as well
_TWO_COLOURS = re.compile(r"38;2;(\d+;\d+;\d+);48;2;(\d+;\d+;\d+)")
_CUBE = (0, 95, 135, 175, 215, 255)


class Pen(NamedTuple):
    """The look of a cell: the codes of its colours, and the attributes that are on, in order."""

    foreground: str = "39"
    background: str = "49"
    attributes: tuple[int, ...] = ()

    def without_colour(self) -> Pen:
        """The same attributes in the terminal's own two colours."""
        return Pen(attributes=self.attributes)

    def of_blank(self) -> Pen:
        """What is seen of the pen where it writes a blank: no foreground, unless a line or its reverse shows it."""
        return self if _SEEN.intersection(self.attributes) else Pen("", self.background)

    def beside(self, pen: Pen) -> Pen:
        """The pen to change to from `pen`: for a blank, the one that needs the least."""
        if self.foreground:
            return self
        return pen._replace(
            foreground=pen.foreground or PLAIN.foreground,
            background=self.background,
            attributes=tuple(code for code in pen.attributes if code not in _SEEN),
        )


PLAIN = Pen()


@functools.lru_cache(maxsize=4096)
def turned(pen: Pen, codes: str) -> Pen:
    """The pen after the escape sequence `ESC [ codes m`."""
    if both := _TWO_COLOURS.fullmatch(codes):  # as nearly every cell of a picture has them
        return Pen(_direct(38, both[1]), _direct(48, both[2]), pen.attributes)
    foreground, background, on = pen.foreground, pen.background, set(pen.attributes)
    given = [int(code) if code else 0 for code in codes.replace(":", ";").split(";")]
    while given:
        code = given.pop(0)
        if code == 0:
            foreground, background, on = PLAIN.foreground, PLAIN.background, set()
        elif code in _ON:
            on.add(code)
        elif code in _OFF.values():
            on -= {attribute for attribute, off in _OFF.items() if off == code}
        elif code in (38, 48):
            colour = _colour(code, given)
            foreground, background = (colour, background) if code == 38 else (foreground, colour)
        elif 30 <= code <= 39 or 90 <= code <= 97:
            foreground = str(code)
        elif 40 <= code <= 49 or 100 <= code <= 107:
            background = str(code)
    return Pen(foreground, background, tuple(sorted(on)))


@functools.lru_cache(maxsize=4096)
def change(before: Pen, after: Pen) -> str:
    """The shortest escape sequence that makes one pen of the other; "" when they are the same."""
    if before == after:
        return ""
    parts = [str(code) for code in after.attributes]
    parts += [colour for colour, plain in zip(after[:2], PLAIN[:2], strict=True) if colour != plain]
    anew = "\x1b[" + ";".join(["", *parts] if parts else parts) + "m"
    steps: list[str] = []
    gone = [code for code in before.attributes if code not in after.attributes]
    stay = [code for code in before.attributes if code in after.attributes]
    if gone:
        off = dict.fromkeys(_OFF[code] for code in gone)
        steps += [str(code) for code in off]
        stay = [code for code in stay if _OFF[code] not in off]  # bold and faint go off together
    steps += [str(code) for code in after.attributes if code not in stay]
    steps += [new for old, new in zip(before[:2], after[:2], strict=True) if old != new]
    onward = "\x1b[" + ";".join(steps) + "m"
    return min(onward, anew, key=len)


def _colour(code: int, given: list[int]) -> str:
    kind = given.pop(0) if given else 5
    if kind == 5:
        return f"{code};5;{given.pop(0) if given else 0}"
    red, green, blue = (*given[:3], 0, 0, 0)[:3]
    del given[:3]
    return _direct(code, f"{red};{green};{blue}")


@functools.lru_cache(maxsize=4096)
def _direct(code: int, parts: str) -> str:
    """The shortest codes of a colour that is given by its red, green and blue."""
    short = _indexed(*map(int, parts.split(";")))
    return f"{code};2;{parts}" if short is None else f"{code};5;{short}"


def _indexed(red: int, green: int, blue: int) -> int | None:
    """The number of a colour in the palette of 256, where it is exactly in there: seven bytes less each time."""
    if red == green == blue and red % 10 == 8 and red <= 238:
        return 232 + (red - 8) // 10
    if all(part in _CUBE for part in (red, green, blue)):
        return 16 + 36 * _CUBE.index(red) + 6 * _CUBE.index(green) + _CUBE.index(blue)
    return None
