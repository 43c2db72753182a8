"""Well-known kernels, to try a convolution by hand, and kernels that a person types."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import NamedTuple

from cnn_tui.network.by_hand.convolution import Plane
from cnn_tui.text import quiet

LARGEST = 11
"""How many rows and columns a typed kernel may have."""
_MOST = 1_000_000
_LONGEST = 2_000  # characters
_FINEST = LARGEST**2  # a blur of the largest kernel has weights of 1/121
_NUMBER = re.compile(r"[+-]?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})(/\d{1,12}(\.\d{0,12})?)?")


class NamedKernel(NamedTuple):
    """A kernel and what it does, in a sentence."""

    name: str
    plane: Plane
    about: str


def _scaled(divisor: int, *rows: tuple[int, ...]) -> Plane:
    return tuple(tuple(number / divisor for number in row) for row in rows)


KERNELS: tuple[NamedKernel, ...] = (
    NamedKernel(
        "identity", _scaled(1, (0, 0, 0), (0, 1, 0), (0, 0, 0)), "Only the middle pixel counts: the image stays."
    ),
    NamedKernel(
        "vertical edges",
        _scaled(1, (1, 0, -1), (1, 0, -1), (1, 0, -1)),
        "Left minus right: large from bright to dark.",
    ),
    NamedKernel(
        "horizontal edges",
        _scaled(1, (1, 1, 1), (0, 0, 0), (-1, -1, -1)),
        "Top minus bottom: large from bright down to dark.",
    ),
    NamedKernel(
        "Sobel x",
        _scaled(1, (-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
        "Right minus left, the middle row counting twice.",
    ),
    NamedKernel(
        "Sobel y",
        _scaled(1, (-1, -2, -1), (0, 0, 0), (1, 2, 1)),
        "Bottom minus top, the middle column counting twice.",
    ),
    NamedKernel("blur", _scaled(9, (1, 1, 1), (1, 1, 1), (1, 1, 1)), "The mean of nine pixels (a box blur)."),
    NamedKernel(
        "Gaussian",
        _scaled(16, (1, 2, 1), (2, 4, 2), (1, 2, 1)),
        "A mean in which near pixels count more: a softer blur.",
    ),
    NamedKernel(
        "sharpen",
        _scaled(1, (0, -1, 0), (-1, 5, -1), (0, -1, 0)),
        "Five times the pixel minus its four neighbours.",
    ),
    NamedKernel(
        "emboss",
        _scaled(1, (-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
        "Bottom right minus top left, and the pixel itself.",
    ),
    NamedKernel(
        "outline",
        _scaled(1, (-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
        "Eight times the pixel minus its eight neighbours.",
    ),
)


def parse_kernel(text: str) -> Plane:
    """The kernel that a person has typed. Rows end with `;` or a line end, numbers with a blank or a comma: `1 0; 0 1`.

    A number may be a fraction (`1/9`). Lists of lists, as in Python, are read too. Raises ValueError with a sentence.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"a kernel is typed in at most {_LONGEST:,} characters")
    lines = [re.sub(r"[\[\],]", " ", line).split() for line in re.split(r"[;\n]|\]\s*,", text.strip("[]; \t\r\n"))]
    if lines == [[]]:
        raise ValueError("type the rows of the kernel, as 1 0 -1; 2 0 -2; 1 0 -1")
    rows = [
        tuple(_number(word, row, column) for column, word in enumerate(line, 1)) for row, line in enumerate(lines, 1)
    ]
    for at, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise ValueError(
                f"row {at} has {len(row)} {'number' if len(row) == 1 else 'numbers'} and row 1 has {len(rows[0])}: "
                "every row of a kernel is as long as the others"
            )
    if max(len(rows), len(rows[0])) > LARGEST:
        raise ValueError(f"a kernel of {len(rows)}x{len(rows[0])} is too large: {LARGEST}x{LARGEST} at most")
    return tuple(rows)


def show_kernel(plane: Plane) -> str:
    """A kernel as `parse_kernel` reads it."""
    return "; ".join(" ".join(show_weight(weight) for weight in row) for row in plane)


def show_weight(weight: float) -> str:
    """A weight in few characters: a whole number, a fraction such as 1/9, or a number with four decimals."""
    if not math.isfinite(weight):
        return str(weight)
    if weight == int(weight):
        return str(int(weight))
    near = Fraction(weight).limit_denominator(_FINEST)
    if math.isclose(near, weight, rel_tol=1e-9):
        return str(near)
    return f"{round(weight, 4) + 0.0:.4f}".rstrip("0").rstrip(".")  # + 0.0, because there is a -0.0


def _number(word: str, row: int, column: int) -> float:
    plain = word.replace("\N{MINUS SIGN}", "-")
    shown = quiet(word, 20)
    where = f"row {row}, number {column}"
    if not plain.isascii() or not _NUMBER.fullmatch(plain):
        raise ValueError(f"{where}: {shown} is no number; write it as 2, -0.5 or 1/9")
    upper, _, lower = plain.partition("/")
    divisor = float(lower) if lower else 1.0
    if not divisor:
        raise ValueError(f"{where}: {shown} divides by 0")
    number = float(upper) / divisor
    if abs(number) > _MOST:
        raise ValueError(f"{where}: {shown} is too large; numbers go from -{_MOST:,} to {_MOST:,}")
    return number
