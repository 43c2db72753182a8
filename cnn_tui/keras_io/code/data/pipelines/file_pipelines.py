"""Pipelines of the paths of pictures, which a function of the script reads: list_files, and slices of a list."""

from __future__ import annotations

import msgspec

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.data_values import BY_HAND, Below, ClassNames, Folder, OfEach, ReadPicture
from cnn_tui.keras_io.code.data.files.below import any_in
from cnn_tui.keras_io.code.data.files.by_hand import all_of_pattern, picture_at, together
from cnn_tui.keras_io.code.data.files.file_loops import single_of_each
from cnn_tui.keras_io.code.values import Unknown, Value

FILES = "files"
"""Among the arguments of a Folder: any of the paths that are its elements, and whether each has a label beside it."""


def files_call(call: Call) -> Value:
    """What a function of TensorFlow's makes of paths of pictures, or of such a picture; None for any other."""
    name, first = call.name, call.first
    if not call.path.startswith("tensorflow."):
        return None
    if name == "list_files":
        pattern = call.get(0, "file_pattern")
        found = all_of_pattern(pattern, call.place) if isinstance(pattern, str | Below) else None
        if isinstance(found, ClassNames):  # of which each is a picture, all in one folder
            found = [OfEach(any_in(found.path))]
        return _pipeline(found, False, call.given.get("shuffle") is not False, call.place)
    if name == "from_tensor_slices":
        is_pair = isinstance(first, tuple)
        return _pipeline(first[0] if is_pair and first else first, is_pair, False, call.place)
    if name == "read_file" and isinstance(first, Below):
        return picture_at(first, call.place)
    return None


def _pipeline(files: Value, is_pair: bool, is_mixed: bool, place: str) -> Folder | None:
    """A pipeline of all of the paths of which a list has any; None for another list."""
    one = single_of_each(files)
    if one is None or not isinstance(one.value, Below):
        return None
    arguments: dict[str, Value] = {FILES: (one.value, is_pair), "batch_size": 1, "shuffle": is_mixed}
    return Folder(Unknown("what is read of their paths", place), arguments, None, place)


def read_from_files(folder: Folder, picture: ReadPicture, place: str) -> Folder:
    """A pipeline of paths behind a function that reads the picture at each."""
    read = together([picture], place)
    if not isinstance(read, Folder):
        return folder
    own = read.without(BY_HAND).without("target_size").arguments
    layers = (*folder.layers, *read.layers)
    return msgspec.structs.replace(folder.without(FILES).given(own), path=read.path, layers=layers)
