"""Pictures as an ImageDataGenerator of a script gives them: of a folder, of a table that names them, of arrays."""

from __future__ import annotations

import msgspec

from cnn_tui.keras_io.code.arguments import named
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.data_values import Folder, Listed
from cnn_tui.keras_io.code.data.file_tables import named_in
from cnn_tui.keras_io.code.data.scale import FITTED
from cnn_tui.keras_io.code.values import Instance, Unknown, Value


def generator_method(generator: Instance, call: Call) -> Value:
    """What a method of an ImageDataGenerator gives. Unknown with no words where it is not known."""
    if call.name == "fit":
        generator.arguments[FITTED] = True
        return None
    arguments = {"batch_size": 32, **named(call.name, call)}  # Keras's own
    if call.name == "flow_from_directory":
        return Folder(arguments.pop("directory", None), arguments, generator, call.place)
    if call.name == "flow_from_dataframe":
        return _listed(arguments, generator, call.place)
    if call.name == "flow" and isinstance(read := arguments.get("x"), Folder):
        del arguments["x"]
        return msgspec.structs.replace(read, arguments=read.arguments | arguments, generator=generator)
    if call.name == "flow" and "x" in arguments:
        return Folder(arguments.pop("x"), arguments, generator, call.place)
    return Unknown("", call.place)


def _listed(arguments: dict[str, Value], generator: Instance, place: str) -> Folder:
    """Pictures that a table names. A part of a table that others are taken from too begins, or ends, with it."""
    rows, folder = arguments.pop("dataframe", None), arguments.pop("directory", None)
    table = rows.table if isinstance(rows, Unknown) else None
    words = "" if folder is None else folder if isinstance(folder, str) else str(folder)
    if table is not None and table.files_in is not None:
        return named_in(table, arguments, generator, place)
    share = round(table.share, 6) if table is not None else 1.0
    part = (round(1 - share, 6), 1.0) if table is not None and table.is_rest else (0.0, share)
    if table is None or table.joined_at or len(table.paths) != 1:
        is_made = isinstance(rows, Unknown) and (table is None or not table.paths)
        listed = Listed(words, "a table that it makes" if is_made else "a table")
        return Folder(listed, arguments, generator, place, part)
    labels_at = dict(table.columns).get(arguments.get("y_col", "class")) if len(table.columns) else ""
    numbers = table.numbers
    changed_at = numbers.changed_at or numbers.doubt or labels_at or numbers.drawn_by or numbers.left_by
    is_unknown = not isinstance(folder, str)
    listed = Listed(words, "a table", table.paths[0], changed_at, numbers.some_at, is_unknown)
    return Folder(listed, arguments, generator, place, part)
