"""How scripts ask OpenCV, Pillow, scikit-image, TensorFlow and Keras for pictures in grey, or in other colours."""

from __future__ import annotations

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.array_values import GREYED, THREEFOLD, TURNED
from cnn_tui.keras_io.code.values import Named, Value

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
