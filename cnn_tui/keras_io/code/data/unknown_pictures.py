"""Pictures that a script reads from where only running tells: how large they are once it has given them a size."""

from __future__ import annotations

import msgspec

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.data_values import OfEach, ReadPicture
from cnn_tui.keras_io.code.data.picture_forms import changed_form, changed_numbers, read_form
from cnn_tui.keras_io.code.numbers import Numbers
from cnn_tui.keras_io.code.picture_form import PictureForm
from cnn_tui.keras_io.code.values import Named, Unknown, Value


def picture_behind(call: Call) -> PictureForm | None:
    """How a picture comes that a call gives, of which only running tells whose; None for anything else."""
    of = call.of
    if isinstance(of, Unknown) and of.picture is not None:
        return changed_form(of.picture, call.besides)
    return read_form(call.besides) if isinstance(call.callee, Named) else None


def part_of_read(picture: ReadPicture, made: Unknown) -> Unknown:
    """A part of a picture that a script reads, as of a face in it: `made`, with what is known of it."""
    return msgspec.structs.replace(made, picture=PictureForm(picture.form.is_grey), numbers=Numbers(of_bytes=True))


def numbers_behind(call: Call) -> Numbers | None:
    """What the numbers of such a picture are behind the call that gives it; they are read as 0 to 255."""
    of = call.of
    if not isinstance(of, Unknown) or of.picture is None:
        return Numbers(of_bytes=True)
    if of.numbers is None or not isinstance(call.callee, Named):
        return of.numbers
    return changed_numbers(of.numbers, call)


def numbers_of(listed: Value) -> Numbers | None:
    """What is done to the numbers of images, or of each picture of a list; None where that is not known."""
    if isinstance(listed, Unknown):
        return listed.numbers
    each = [one.value if isinstance(one, OfEach) else one for one in listed] if isinstance(listed, list | tuple) else []
    found = {one.numbers if isinstance(one, Unknown) else None for one in each}
    return found.pop() if len(found) == 1 else None


def sizes_of(listed: Value) -> tuple[int, ...] | None:
    """The shape of one picture of a list, or an array, of them; None where they are no pictures of one known size."""
    if isinstance(listed, Unknown):
        return listed.sizes
    if not isinstance(listed, list | tuple) or not listed:
        return None
    each = [one.value if isinstance(one, OfEach) else one for one in listed]
    found = {one.picture.sizes if isinstance(one, Unknown) and one.picture is not None else None for one in each}
    return found.pop() if len(found) == 1 else None
