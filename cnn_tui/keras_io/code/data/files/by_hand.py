"""Pictures that a script reads file by file, in loops over the folders of their classes and over the files in each.

A loop over what only lies in a folder is followed once, with any of the names in place of all of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

import msgspec

from cnn_tui.data.pictures.folder_parts import part_of
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.data_values import (
    BY_HAND,
    AnyEntry,
    Below,
    ClassNames,
    Folder,
    Listed,
    OfEach,
    OfName,
    ReadPicture,
)
from cnn_tui.keras_io.code.data.files.below import any_in, below_attribute, below_call, entry_of, joined, name_asked
from cnn_tui.keras_io.code.data.files.each_picture import arguments_of, notes_of, scales_of, touched
from cnn_tui.keras_io.code.data.files.file_loops import is_of_files
from cnn_tui.keras_io.code.data.pictures.picture_forms import changed_form, changed_numbers, read_form
from cnn_tui.keras_io.code.data.shapes import sizes_of
from cnn_tui.keras_io.code.data.tables.joins import is_below, put_along
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.values import Named, Unknown, Value

THE_LABELS = "the labels"
"""What a list is in words that has a label for each file, or image."""
_WITH_A_BAR = ("tqdm", "tqdm_notebook")
"""Functions that go through what they are given, and show how far they are."""
_ALL = re.compile(r"\*(\.[\w*]+)?")
"""A pattern of all files, or of all of a kind."""


def by_hand_call(call: Call) -> Value:
    """What a function makes of such a path or picture, or of the pictures of all files; None for any other."""
    name, first, place = call.name, call.first, call.place
    if name in _WITH_A_BAR and call.unnamed:
        return first
    if name in ("listdir", "scandir", "walk") and (isinstance(first, str | Below) or joined([first]) is not None):
        return ClassNames(first, False, Unknown(f"os.{name}", place), "walk" if name == "walk" else "name")
    if name in ("glob", "iglob") and isinstance(first, str | Below):
        return all_of_pattern(first, place)
    if isinstance(first, Below) and (read := _read(first, call.besides)) is not None:
        return read
    if isinstance(first, Unknown) and first.table is not None and first.table.paths:
        return _as_read(ReadPicture(first, "", place), call.besides)
    if isinstance(first, Below | AnyEntry | OfName):
        return below_call(name, first)
    if isinstance(first, ReadPicture):
        return touched(first, name, place) or _changed(first, call.besides)
    if isinstance(first, Folder) and BY_HAND in first.arguments and effect_of(name).leaves_all:
        return first
    parts, axis = put_along(call)
    if is_below(name, axis) and len(parts) > 1 and all(isinstance(one, Folder) for one in parts):
        return _classes_together(parts)
    are_batches = bool(parts) and all(isinstance(one, ReadPicture) and one.is_batch for one in parts)
    is_whole = is_below(name, axis) if are_batches else effect_of(name).makes_array
    return together(first, place) if is_whole and isinstance(first, list) else None


def below_method(path: Value, call: Call) -> Value:
    """What a method of a path gives, or of a name of any entry. Unknown with no words where it is not known."""
    name, first, place = call.name, call.first, call.place
    if name == "iterdir" and isinstance(path, str | Below):
        return ClassNames(path, False, Unknown("iterdir", place), "path")
    if name in ("glob", "rglob") and isinstance(path, str | Below) and isinstance(first, str):
        pattern = f"**/{first}" if name == "rglob" and "/" not in first else first
        whole = str(PurePosixPath(path, pattern)) if isinstance(path, str) else joined([path, pattern])
        return (None if whole is None else all_of_pattern(whole, place)) or Unknown("", place)
    if name == "split" and isinstance(path, Below) and _is_separator(first):
        above = below_attribute(path, "parent")
        return [*([] if above is None else [entry_of(above) or above]), entry_of(path) or path.names[-1]]
    if name == "zfill":
        return path
    if name == "joinpath":
        return joined([path, *call.unnamed]) or Unknown("", place)
    if isinstance(path, AnyEntry | OfName):
        return True if name in ("is_dir", "is_file") else name_asked(path)
    return below_call(name, path) or Unknown("", place)


def _is_separator(value: Value) -> bool:
    return value in ("/", "\\") or (isinstance(value, Named) and value.path == "os.path.sep")


def listed_below(folder: Value, script: Sequence[ast.stmt]) -> list[OfEach] | None:
    """What imutils' list_images gives of a folder, at any depth: of those of classes, or in it, as a script has it.

    None for a folder that is not followed, and where a script does not say what its files' classes are.
    """
    above = any_in(folder)
    parts = [part for node in script for part in ast.walk(node)]
    indices = {ast.unparse(part) for part in parts if isinstance(part, ast.Subscript | ast.Attribute | ast.Call)}
    is_of_classes = any("[-2]" in one or one.endswith(".parent.name") or "dirname(" in one for one in indices)
    if above is None or not (is_of_classes or any("[-1]" in one or "basename(" in one for one in indices)):
        return None
    return [OfEach(msgspec.structs.replace(above, names=(None, None) if is_of_classes else (None,)))]


def all_of_pattern(path: str | Below, place: str) -> Value:
    """What glob gives of a pattern: the paths of all in a folder, or in each of its folders; None for another."""
    parts = path.names if isinstance(path, Below) else PurePosixPath(path).parts
    stars = [at for at, part in enumerate(parts) if part is not None and "*" in part]
    if not stars or stars != list(range(stars[0], len(parts))):
        return None
    if any(parts[at] not in ("*", "**") for at in stars[:-1]) or not _ALL.fullmatch(str(parts[-1])):
        return None
    root: Value = msgspec.structs.replace(path, names=parts[: stars[0]]) if isinstance(path, Below) else None
    if root is None:
        root = str(PurePosixPath(*[part for part in parts[: stars[0]] if part is not None]))
    if len(stars) == 1:
        return ClassNames(root, False, Unknown("glob", place), "path")
    above = any_in(root)
    whole = None if above is None else msgspec.structs.replace(above, names=(*above.names, *[None] * len(stars[1:])))
    return [OfEach(whole)]


def _read(path: Below, call: Call) -> ReadPicture | None:
    """A picture that cv2, Pillow or Keras reads."""
    found = _of_class(path)
    return None if found is None else _as_read(ReadPicture(*found, call.place), call)


def _as_read(picture: ReadPicture, call: Call) -> ReadPicture | None:
    """A picture as a function reads it; None for a function that reads none."""
    form = read_form(call)
    return None if form is None else msgspec.structs.replace(picture, form=form)


def picture_at(path: Below, place: str) -> ReadPicture | None:
    """Any picture at a path, as it is in its file; None where the path is none of a picture."""
    found = _of_class(path)
    return None if found is None else ReadPicture(*found, place)


def _of_class(path: Below) -> tuple[Value, str | None] | None:
    """The folder of the classes and the class, of a path to any picture of a class; None for any other path."""
    if not path.names or path.names[-1] is not None:
        return None
    if len(path.names) == 2:
        return path.root, path.names[0]
    if len(path.names) == 1 and isinstance(path.root, Unknown):
        return path.root, ""  # all in one folder
    if len(path.names) == 1 and isinstance(path.root, str):
        return str(PurePosixPath(path.root).parent), PurePosixPath(path.root).name
    return None


def _changed(picture: ReadPicture, call: Call) -> ReadPicture | None:
    """What a function, given what is behind it, or a method makes of one picture."""
    form = changed_form(picture.form, call)
    if form is None or (picture.form.is_grey and not form.is_grey):  # grey that is given to three channels
        return None
    return msgspec.structs.replace(picture, form=form, numbers=changed_numbers(picture.numbers, call))


def picture_method(picture: ReadPicture, call: Call) -> Value:
    """What a method of a picture gives. Unknown with no words where it is not known."""
    return touched(picture, call.name, call.place) or _changed(picture, call) or Unknown("", picture.place)


def together(listed: list[Value], place: str) -> Value:
    """An array of the pictures of all classes, or of their labels; None for any other list."""
    if not is_of_files(listed):
        return None
    if not all(isinstance(one, ReadPicture) for one in listed):
        pairs = all(isinstance(one, list) for one in listed)
        return listed if pairs else Unknown("" if sizes_of(listed) else THE_LABELS, place)
    alike = {msgspec.structs.replace(one, class_name=None, place="") for one in listed}
    if len(alike) > 1:
        return Unknown("", place)
    first: ReadPicture = listed[0]
    root = first.root
    arguments: dict[str, Value] = {BY_HAND: True, **arguments_of(first.form)}
    names = [one.class_name for one in listed]
    if isinstance(root, Unknown) and root.table is not None:
        is_file = len(root.table.paths) == 1 and not root.table.joined_at and root.table.share == 1
        table = root.table.paths[0] if is_file else ""
        root = Listed("", table=table, some_at=root.table.numbers.some_at, is_unknown=True)
    elif None not in names and len(set(names)) == 1:
        folder = str(PurePosixPath(root, names[0] or "")) if isinstance(root, str) else root.what
        root = Listed(folder, "their names", is_class=isinstance(root, str) and bool(names[0]))
    elif None not in names:
        arguments["class_names"] = names
    return Folder(root, arguments, None, first.place, layers=scales_of(first, place), notes=notes_of(first))


def by_names(folder: Folder, labelled: Sequence[Value]) -> Folder:
    """Pictures that are read by hand, whose classes stand in their names where their folder is among the `labelled`."""
    root = folder.path
    if isinstance(root, Listed) and root.is_class:
        by_name = any(str(one).rstrip("/") == root.folder for one in labelled)
        return msgspec.structs.replace(folder, path=msgspec.structs.replace(root, is_class=not by_name))
    names: Value = folder.arguments.get("class_names", [])
    places = [str(PurePosixPath(root, name)) for name in names] if isinstance(root, str) else []
    if Below(root, (None,)) not in labelled and not any(str(one).rstrip("/") in places for one in labelled):
        return folder
    listed = Listed(str(getattr(root, "what", root)), "their names")
    return msgspec.structs.replace(folder.without("class_names"), path=listed)


def _classes_together(parts: Sequence[Folder]) -> Folder | None:
    """The same parts of the pictures of several folders of one class each, as those of the folder that these are in."""
    first, *others = parts
    paths = [one.path for one in parts]
    if not all(isinstance(path, Listed) and path.is_class for path in paths):
        return None
    places = [PurePosixPath(path.folder) for path in paths]
    names = [place.name for place in places]
    if len({place.parent for place in places}) > 1 or len({*names}) < len(names) or any(map(part_of, names)):
        return None
    if any(_how_read(one) != _how_read(first) for one in others):
        return None
    return msgspec.structs.replace(first, path=str(places[0].parent)).given({"class_names": names})


def _how_read(pictures: Folder) -> Value:
    """All that is told of pictures but where they lie."""
    layers = [(layer.kind, layer.arguments) for layer in pictures.layers]
    touched = [note.partition(" (")[0] for note in pictures.notes]
    return pictures.arguments, pictures.part, layers, touched, pictures.generator, pictures.passed, pictures.added
