"""What the system says of a terminal's size, in cells and in pixels."""

from __future__ import annotations

import fcntl
import struct
import termios
from typing import NamedTuple, Self

_LAYOUT = struct.Struct("4H")


class Winsize(NamedTuple):
    """Rows, columns, and pixels across and down; 0 for what the terminal does not say."""

    rows: int = 0
    columns: int = 0
    wide: int = 0
    tall: int = 0

    @classmethod
    def of(cls, terminal: int) -> Self:
        """That of an open terminal. Raises OSError when it is gone."""
        return cls(*_LAYOUT.unpack(fcntl.ioctl(terminal, termios.TIOCGWINSZ, bytes(_LAYOUT.size))))

    @property
    def cell(self) -> tuple[int, int]:
        """Pixels of a cell across and down; (0, 0) where the terminal does not say."""
        return (self.wide // self.columns, self.tall // self.rows) if self.rows and self.columns else (0, 0)
