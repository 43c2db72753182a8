"""What functions make of one picture that a script reads: OpenCV's, Pillow's, scikit-image's, TensorFlow's, Keras's.

So too how they are asked for pictures in grey, or in other colours.
"""

from __future__ import annotations

import msgspec

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.array_values import GREYED, THREEFOLD, TURNED
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.numbers import Numbers
from cnn_tui.keras_io.code.picture_form import PictureForm
from cnn_tui.keras_io.code.values import Named, Value
from cnn_tui.network.rescaling import WHITE

RESIZES = ("resize", "imresize")
_TO_1 = ("convert_image_dtype", "img_as_float", "img_as_float32")
"""Functions that make 0 to 1 of bytes."""
_TO_1_BY_THE_WAY = ("resize", "rgb2gray")
"""Functions of scikit-image that do so too."""
COLOURED = "coloured"
"""They come in red, green and blue, grey ones in three channels."""
_WORDS: dict[str, str] = {
    **dict.fromkeys(("COLOR_RGB2GRAY", "COLOR_BGR2GRAY", "rgb_to_grayscale", "rgb2gray", "L"), GREYED),
    **dict.fromkeys(("COLOR_GRAY2RGB", "COLOR_GRAY2BGR", "grayscale_to_rgb", "gray2rgb"), THREEFOLD),
    **dict.fromkeys(("COLOR_RGB2BGR", "COLOR_BGR2RGB"), TURNED),
    "RGB": COLOURED,
}
"""What functions, and words that conversions are given, make of colours."""
_FLAGS: dict[Value, str] = {
    **dict.fromkeys((0, "IMREAD_GRAYSCALE"), GREYED),
    **dict.fromkeys((1, None, "IMREAD_COLOR"), COLOURED),
    **dict.fromkeys(("COLOR_RGB2GRAY", "COLOR_BGR2GRAY", "COLOR_RGB2BGR", "COLOR_BGR2RGB"), COLOURED),
}
"""How OpenCV is told to read a picture. Words for conversions are numbers to it, 4, 6 and 7, that ask for colours."""
_CONVERSIONS = ("cvtColor", "convert")


def read_form(call: Call) -> PictureForm | None:
    """How a picture comes that a function reads from a file, given what is behind that; None where it reads none."""
    if call.path in ("cv2.imread", "cv2.imdecode"):
        colours = read_colours(call)
        grey = colours == GREYED
        return PictureForm(grey, is_blue_first=not grey) if colours else None
    if call.path.endswith("Image.open"):
        return PictureForm()
    if call.name != "load_img" or not call.is_keras:
        return None
    mode = "grayscale" if call.given.get("grayscale") is True else call.given.get("color_mode", "rgb")
    size = call.given.get("target_size", call.unnamed[-1] if call.unnamed else None)
    form = PictureForm(mode == "grayscale", size=None if size is None else _sides(size) or (size, size))
    return form if mode in ("rgb", "grayscale") else None


def changed_form(form: PictureForm, call: Call) -> PictureForm | None:
    """How a picture comes behind a function, given what is behind it, or a method; None where that is not known."""
    name, effect = call.name, effect_of(call.name)
    if name in RESIZES:
        size = new_size(call)
        return None if size is None else msgspec.structs.replace(form, size=size)
    if is_conversion(name):
        made = made_of_colours(call)
        grey, blue = made == GREYED, form.is_blue_first is not (made == TURNED)
        known = PictureForm(grey, blue and not grey, form.size, grey and name == "rgb_to_grayscale")
        return known if made is not None else None
    if name.startswith("decode_"):
        grey = call.get(0, "channels") == 1
        return msgspec.structs.replace(form, is_grey=grey, has_channel=grey)
    if name == "reshape":
        return _reshaped(form, call)
    if name in ("img_to_array", "squeeze"):
        return msgspec.structs.replace(form, has_channel=name == "img_to_array")
    if effect.leaves_all and not effect.shape:
        return msgspec.structs.replace(form, is_arranged=True)
    return form if (effect.ends and effect.rows) or name in _TO_1 else None


def new_size(call: Call) -> tuple[Value, ...] | None:
    """The height and width that such a function, or method, brings a picture to; None where that is not told.

    OpenCV, and Pillow's method, are given the width first.
    """
    told = (*call.unnamed[:1], *(call.given.get(name) for name in ("dsize", "size", "output_shape")))
    sides = _sides(next((one for one in told if one is not None), None))
    if sides is None or {"fx", "fy"} & call.given.keys():
        return None
    return sides[::-1] if call.root == "cv2" or "." not in call.path else sides


def _sides(size: Value) -> tuple[Value, ...] | None:
    """The two sides of a size as it is given; None for what is no size."""
    return tuple(size[:2]) if isinstance(size, tuple | list) and len(size) in (2, 3) else None


def _reshaped(form: PictureForm, call: Call) -> PictureForm | None:
    """A picture behind `reshape`, as a row, or with other axes; None where its numbers come in other places."""
    whole = call.first if len(call.unnamed) == 1 else tuple(call.unnamed)
    shape = call.given.get("shape", call.given.get("newshape", whole))
    axes = tuple(shape) if isinstance(shape, tuple | list) else (shape,)
    if axes == (-1,):
        return msgspec.structs.replace(form, is_arranged=True)
    is_batch = len(axes) == 4 and axes[0] in (1, -1)
    *size, channels = axes[1:] if is_batch else axes if len(axes) == 3 else (*axes, 0)
    known = [1, -1] if form.is_grey else [3, -1]
    if len(size) != 2 or channels not in (known if len(axes) > 2 else [0] if form.is_grey else []):
        return None
    if form.size is not None and tuple(size) != form.size:
        return None
    return msgspec.structs.replace(form, size=tuple(size), has_channel=len(axes) > 2, is_arranged=is_batch)


def changed_numbers(numbers: Numbers, call: Call) -> Numbers:
    """What the numbers of a picture are behind such a function: it may make 0 to 1 of bytes."""
    is_of_skimage = call.root == "skimage" and call.given.get("preserve_range") is not True
    is_by_the_way = is_of_skimage and call.name in _TO_1_BY_THE_WAY
    is_to_1 = (call.name in _TO_1 or is_by_the_way) and (numbers.scale, numbers.offset) == (1, 0)
    return numbers.scaled(1 / WHITE) if is_to_1 else numbers


def made_of_colours(call: Call) -> str | None:
    """What a call makes of a picture's colours, given what is behind the picture; None of one that does not say."""
    return _WORDS.get(str(call.get(0, "code", "mode")) if call.name in _CONVERSIONS else call.name)


def read_colours(call: Call) -> str | None:
    """In which colours OpenCV reads a picture; None where that is not told."""
    flag = call.get(0, "flags")
    flag = flag.name if isinstance(flag, Named) else flag
    return _FLAGS.get(flag) if isinstance(flag, int | str | None) else None


def is_conversion(name: str) -> bool:
    """Whether a function, or a method, is one that gives pictures other colours."""
    return name in _CONVERSIONS or name in _WORDS
