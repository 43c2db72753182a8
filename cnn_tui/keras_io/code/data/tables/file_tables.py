"""Tables (pandas) that a script makes of the files in the folders of classes: those folders are what they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.code_table import CodeTable
from cnn_tui.keras_io.code.data.data_values import Below, Folder, OfEach, OfName
from cnn_tui.keras_io.code.values import Instance, Unknown, Value

_MAKES = ("DataFrame", "Series", "concat")
_MOST_DEEP = 4


def files_table(call: Call) -> Unknown | None:
    """The table that pandas makes of the paths of all pictures in folders of classes; None for any other."""
    if call.name not in _MAKES or not call.path.startswith("pandas."):
        return None
    parts = [*_parts(call.values)]
    if any(isinstance(one, OfName) for one in parts):  # classes that go by the names of files
        return None
    made = next((one.table for one in parts if isinstance(one, Unknown) and _is_of_files(one.table)), None)
    roots = {str(one.root): one.root for one in parts if isinstance(one, Below) and one.names == (None, None)}
    if made is None and len(roots) == 1:
        made = CodeTable((), split_of=call.place, files_in=next(iter(roots.values())))
    return None if made is None else Unknown(f"a table of files of {made.files_in}", call.place, made)


def named_in(table: CodeTable, arguments: dict[str, Value], generator: Instance, place: str) -> Folder:
    """The pictures that such a table names, as those of the folder of their classes."""
    share = round(table.share, 6)
    part = (round(1 - share, 6), 1.0) if table.is_rest else (0.0, share)
    at = table.joined_at or table.numbers.anything_at
    notes = (f"the table of the files is changed there ({at}), which is not followed: here all of them are read",)
    return Folder(table.files_in, arguments, generator, place, part, notes=notes if at else ())


def _is_of_files(table: CodeTable | None) -> bool:
    return table is not None and table.files_in is not None


def _parts(values: Sequence[Value], deep: int = 0) -> Iterator[Value]:
    """All that is in lists, in dicts, and once for each file."""
    for value in values:
        if isinstance(value, OfEach):
            value = value.value
        if isinstance(value, dict | list | tuple) and deep < _MOST_DEEP:
            yield from _parts([*value.values()] if isinstance(value, dict) else value, deep + 1)
        else:
            yield value
