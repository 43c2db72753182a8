"""A table of a script's: which file it is of, how much of it, and what is done to its numbers."""

from __future__ import annotations

from typing import Any

import msgspec

from cnn_tui.keras_io.code.numbers import Numbers

TABLES = (".csv", ".parquet")
"""What the names of tables end in."""


class CodeTable(msgspec.Struct, frozen=True):
    """A table (CSV, Parquet) that a script reads; or several, or one and more, that it puts together `joined_at`.

    Without any `paths` it is whatever else a script splits by shares, and `split_of` is what that is.
    """

    paths: tuple[str, ...]
    joined_at: str = ""
    numbers: Numbers = Numbers()
    is_array: bool = False
    """Whether it is an array of NumPy's, and no longer a table of pandas'."""
    share: float = 1.0
    """How much of it these are."""
    columns: tuple[tuple[str, str], ...] = ()
    """The columns that the script sets anew in it, by their names, and where."""
    split_of: str = ""
    files_in: Any = None
    """The folder of the folders of classes whose files it names, where the script makes it of those."""
    is_rest: bool = False
    """Whether they are what another part of it leaves."""
    is_cut: bool = False
    """Whether they are cut off in the order of them all."""
    put_together: tuple[float, ...] = ()
    """The shares of the parts of one table that it is, of which some rows may be the same."""
    is_beside: bool = False
    """Whether several are put together side by side, and not one below the other."""
    is_asked: bool = False
    """Whether something is asked of each of its rows, and this is what comes of that."""
    is_row: bool = False
    """Whether it is any one of its rows, whose mean or largest number is no other row's."""

    @property
    def origin(self) -> tuple[tuple[str, ...], str]:
        """What tells it from other tables, whatever is done to its numbers."""
        return self.paths, self.joined_at or self.split_of

    def __str__(self) -> str:
        listed = ", ".join(self.paths)
        return f"{listed} ({self.joined_at})" if self.joined_at else listed
