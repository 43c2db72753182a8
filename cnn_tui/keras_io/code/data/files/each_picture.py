"""What a script does to each picture of those that it has read, as `map` does: it is done once, to any of them."""

from __future__ import annotations

import msgspec

from cnn_tui.keras_io.code.data.data_values import BLUE_FIRST, BY_HAND, Folder, ReadPicture
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.picture_form import PictureForm
from cnn_tui.keras_io.code.values import Instance, Value

_PLAIN = {"batch_size", "image_size", "color_mode", "label_mode", "labels", "shuffle", "seed", "interpolation"}
"""What Keras's reader of a folder is asked for, behind which all of its pictures are those of its classes."""


def any_of_read(pictures: Folder) -> ReadPicture | None:
    """Any of the pictures of a folder that a script has read; None for a folder that is read in another way."""
    if BY_HAND not in pictures.arguments:
        return None
    said = pictures.arguments
    form = PictureForm(said.get("color_mode") == "grayscale", BLUE_FIRST in said, said.get("image_size"))
    return ReadPicture(pictures.path, None, pictures.place, form)


def any_of_batches(batches: Value) -> ReadPicture | None:
    """Any of the pictures that Keras reads of a folder by batches; None where something is done to them on the way."""
    if not isinstance(batches, Folder) or not isinstance(batches.path, str) or BY_HAND in batches.arguments:
        return None
    if batches.generator is not None or batches.layers or batches.notes or batches.passed or batches.added:
        return None
    if batches.is_part or "subset" in batches.arguments or not (said := batches.arguments).keys() <= _PLAIN:
        return None
    form = PictureForm(said.get("color_mode") == "grayscale", size=said.get("image_size", (256, 256)))  # Keras's own
    return ReadPicture(batches.path, None, batches.place, form, is_batch=True)


def touched(picture: ReadPicture, name: str, place: str) -> ReadPicture | None:
    """A picture behind a function of this name that only changes what it shows; None behind another one."""
    effect = effect_of(name)
    if not effect.changes_each or not effect.shape:
        return None
    return msgspec.structs.replace(picture, touched=(*picture.touched, f"{name} ({place})"))


def notes_of(picture: ReadPicture) -> tuple[str, ...]:
    """What is said of what is done to each picture and is left out here."""
    return tuple(f"{one} is done to each picture there: it is left out" for one in picture.touched)


def arguments_of(form: PictureForm) -> dict[str, Value]:
    """How pictures come that are all read so, as arguments of a Folder."""
    sizes = {} if form.size is None else {"image_size": form.size, "target_size": form.size}
    blue = {BLUE_FIRST: True} if form.is_blue_first else {}
    return {"color_mode": "grayscale" if form.is_grey else "rgb", **sizes, **blue}


def scales_of(picture: ReadPicture, place: str) -> tuple[Instance, ...]:
    """The layer that gives each picture the numbers that a script gives it; none where those are its own."""
    scale, offset = picture.numbers.scale, picture.numbers.offset
    arguments = {"scale": scale, "offset": offset} if offset else {"scale": scale}
    return () if (scale, offset) == (1, 0) else (Instance("Rescaling", arguments, place),)


def as_each(pictures: Folder, made: Value, place: str) -> Folder | None:
    """The pictures, each as one of them is made; None where it is not known what is made of one."""
    if not isinstance(made, ReadPicture):
        return None
    pictures = pictures.without(BLUE_FIRST).given(arguments_of(made.form)).noted(*notes_of(made))
    return msgspec.structs.replace(pictures, layers=(*pictures.layers, *scales_of(made, place)))
