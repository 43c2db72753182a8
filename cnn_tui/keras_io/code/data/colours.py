"""How scripts ask OpenCV, Pillow and Keras for pictures in grey, or in red, green and blue."""

from __future__ import annotations

from cnn_tui.keras_io.code.values import Named, Value

GREYS = (0, "IMREAD_GRAYSCALE", "COLOR_BGR2GRAY", "COLOR_RGB2GRAY", "L")
"""The words, or the numbers, for grey."""
_COLOURS = (1, None, "IMREAD_COLOR", "COLOR_BGR2RGB", "RGB")


def plain_name(value: Value) -> Value:
    """The name of something of a library; anything else as it is."""
    return value.name if isinstance(value, Named) else value


def made_grey(asked: Value) -> bool | None:
    """Whether a conversion, as cvtColor or convert, makes a picture grey; None where it is not told, or is no word."""
    word = plain_name(asked)
    return None if word in (0, 1, None) or not is_told(word) else word in GREYS


def is_told(word: Value) -> bool:
    """Whether a word, or a number, is one for grey or for colours."""
    return isinstance(word, int | str | None) and word in (*GREYS, *_COLOURS)
