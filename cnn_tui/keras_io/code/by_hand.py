"""Pictures that a script reads file by file, in loops over the folders of their classes and over the files in each.

A loop over what only lies in a folder is followed once, with any of the names in place of all of them.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import msgspec

from cnn_tui.keras_io.code.arithmetic import is_plain
from cnn_tui.keras_io.code.data_values import (
    BLUE_FIRST,
    BY_HAND,
    AnyEntry,
    Below,
    ClassNames,
    Folder,
    OfEach,
    ReadPicture,
)
from cnn_tui.keras_io.code.values import Instance, Named, Unknown, Value

_SAME = ("array", "asarray", "img_to_array", "float32", "expand_dims", "astype", "copy", "reshape")
"""Functions and methods that leave pictures as they are, or only the axes of grey ones."""
_GREYS = (0, "IMREAD_GRAYSCALE", "COLOR_BGR2GRAY", "COLOR_RGB2GRAY", "L")
_COLOURS = (1, None, "IMREAD_COLOR", "COLOR_BGR2RGB", "RGB")


def reads_all(body: Sequence[ast.stmt]) -> bool:
    """Whether a loop over the files of a folder does the same with each that can be read, and leaves none out.

    What it asks is only whether a picture was read; nothing ends it, and no model is in it.
    """
    for part in (part for node in body for part in ast.walk(node)):
        match part:
            case ast.Break() | ast.Return() | ast.While() | ast.Attribute(attr="fit" | "add" | "compile"):
                return False
            case ast.If(test=ast.Compare(ops=[ast.Is() | ast.IsNot()], comparators=[ast.Constant(value=None)])):
                pass
            case ast.If() | ast.IfExp():
                return False
    return True


def joined(parts: Sequence[Value]) -> Below | None:
    """What os.path.join makes of paths of which one is any entry of a folder; None for other paths."""
    first, rest = (parts[0], parts[1:]) if parts else (None, ())
    is_argument = isinstance(first, Unknown) and first.what.startswith("sys.argv")
    if not is_argument and not isinstance(first, Below) and not any(isinstance(part, AnyEntry) for part in rest):
        return None
    path = first if isinstance(first, Below) else Below(first, ())
    for part in rest:
        if isinstance(part, AnyEntry) and part.folder == (path if path.names else path.root):
            path = msgspec.structs.replace(path, names=(*path.names, None))
        elif isinstance(part, str) and part:
            path = msgspec.structs.replace(path, names=(*path.names, part))
        else:
            return None
    return path


def by_hand_call(callee: Named, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Value:
    """What a function makes of such a path or picture, or of the pictures of all files; None for any other."""
    name, first = callee.name, unnamed[0] if unnamed else None
    if name == "tqdm" and isinstance(first, ClassNames):
        return first
    if name == "listdir" and (isinstance(first, Below) or joined([first]) is not None):
        return ClassNames(first, False, Unknown("os.listdir", place))
    if isinstance(first, Below):
        return _read(callee, first, unnamed[1:], given, place)
    if isinstance(first, ReadPicture):
        return _changed(name, first, unnamed[1:], given)
    if isinstance(first, Folder) and BY_HAND in first.arguments and name in _SAME:
        return first
    return _together(first, place) if name in ("array", "asarray") and isinstance(first, list) else None


def _read(
    callee: Named, path: Below, more: Sequence[Value], given: Mapping[str, Value], place: str
) -> ReadPicture | None:
    """A picture that cv2, Pillow or Keras reads."""
    found = _of_class(path)
    if found is None:
        return None
    root, class_name = found
    picture = ReadPicture(root, class_name, place)
    if callee.path == "cv2.imread":
        flag = _plain_name(more[0] if more else given.get("flags"))
        grey = flag in _GREYS
        return msgspec.structs.replace(picture, is_grey=grey, is_blue_first=not grey) if _is_known(flag) else None
    if callee.name == "open" and callee.path.endswith("Image.open"):
        return picture
    if callee.name != "load_img" or not callee.is_keras:
        return None
    mode = "grayscale" if given.get("grayscale") is True else given.get("color_mode", "rgb")
    size = given.get("target_size")
    known = mode in ("rgb", "grayscale") and (size is None or isinstance(size, tuple | list))
    return msgspec.structs.replace(picture, is_grey=mode == "grayscale", size=size and tuple(size)) if known else None


def _of_class(path: Below) -> tuple[Value, str | None] | None:
    """The folder of the classes and the class, of a path to any picture of a class; None for any other path."""
    if not path.names or path.names[-1] is not None:
        return None
    if len(path.names) == 2:
        return path.root, path.names[0]
    if len(path.names) == 1 and isinstance(path.root, str):
        return str(PurePosixPath(path.root).parent), PurePosixPath(path.root).name
    return None


def _changed(name: str, picture: ReadPicture, more: Sequence[Value], given: Mapping[str, Value]) -> ReadPicture | None:
    """What a function or method makes of one picture."""
    first = more[0] if more else None
    if name == "resize":
        size = first if first is not None else given.get("dsize", given.get("size"))
        if isinstance(size, tuple | list) and len(size) == 2 and not {"fx", "fy"} & given.keys():
            return msgspec.structs.replace(picture, size=(size[1], size[0]))  # both take the width first
        return None
    if name in ("cvtColor", "convert"):
        word = _plain_name(first)
        if not _is_known(word) or word in (0, 1, None):
            return None
        return msgspec.structs.replace(picture, is_grey=picture.is_grey or word in _GREYS, is_blue_first=False)
    is_row = name in ("flatten", "ravel") or (name == "reshape" and [*more] in ([-1], [(-1,)], [[-1]]))
    return picture if is_row or (name in _SAME and name != "reshape") else None


def picture_method(picture: ReadPicture, name: str, unnamed: Sequence[Value], given: Mapping[str, Value]) -> Value:
    """What a method of a picture gives. Unknown with no words where it is not known."""
    return _changed(name, picture, unnamed, given) or Unknown("", picture.place)


def _plain_name(value: Value) -> Value:
    return value.name if isinstance(value, Named) else value


def _is_known(word: Value) -> bool:
    return is_plain(word) and word in (*_GREYS, *_COLOURS)


def of_each(value: Value) -> Value:
    """What a loop over all files appends: what is no picture is a label of each of them."""
    if isinstance(value, list | tuple):
        return [of_each(part) for part in value]
    return value if isinstance(value, ReadPicture) else OfEach(value)


def is_of_files(value: Value) -> bool:
    """Whether a list has something of each of the files of a folder, so that only running tells how long it is."""
    parts = value if isinstance(value, list | tuple) else ()
    return any(isinstance(part, OfEach | ReadPicture) or is_of_files(part) for part in parts)


def _together(listed: list[Value], place: str) -> Value:
    """An array of the pictures of all classes, or of their labels; None for any other list."""
    if not is_of_files(listed):
        return None
    if not all(isinstance(one, ReadPicture) for one in listed):
        pairs = all(isinstance(one, list) for one in listed)
        return listed if pairs else Unknown("the labels", place)
    alike = {msgspec.structs.replace(one, class_name=None, place="") for one in listed}
    if len(alike) > 1:
        return Unknown("", place)
    first: ReadPicture = listed[0]
    arguments: dict[str, Value] = {BY_HAND: True, "color_mode": "grayscale" if first.is_grey else "rgb"}
    if first.size is not None:
        arguments |= {"image_size": first.size, "target_size": first.size}
    names = [one.class_name for one in listed]
    if None not in names:
        arguments["class_names"] = names
    if first.is_blue_first:
        arguments[BLUE_FIRST] = True
    layers = [] if first.scale == 1 else [Instance("Rescaling", {"scale": first.scale}, place)]
    return Folder(first.root, arguments, None, first.place, layers=tuple(layers))
