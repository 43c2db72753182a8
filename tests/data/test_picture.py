"""What a picture file may ask for: how much of it is read, and how much memory it takes."""

from __future__ import annotations

import io
import struct
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from cnn_tui.data.picture import LONGEST_SIDE, Form, PictureError, highest, make, open_picture


class CountedFile(io.BytesIO):
    """Remembers how many bytes were asked of it."""

    asked = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.asked += len(data)
        return data


def tiff_of(frames: int) -> bytes:
    """A TIFF that says its one grey picture again and again."""
    stream = io.BytesIO()
    Image.new("L", (20, 20), 90).save(stream, "TIFF")
    data = stream.getvalue()
    (start,) = struct.unpack("<I", data[4:8])
    (entries,) = struct.unpack("<H", data[start : start + 2])
    end = start + 2 + 12 * entries
    frame, size = data[start:end], end - start + 4
    places = [len(data) + size * at for at in range(frames - 1)]
    chain = [frame + struct.pack("<I", place) for place in (*places[1:], 0)]
    return data[:end] + struct.pack("<I", places[0]) + data[end + 4 :] + b"".join(chain)


def test_frames_behind_the_first_are_not_read() -> None:
    content = tiff_of(20_000)
    file = CountedFile(content)
    opened = open_picture(file)
    assert opened.moves
    assert file.asked < len(content) / 20
    assert make(opened, Form((20, 20, 1))).pixels.max() == 90


def test_a_picture_with_a_side_without_end_is_refused() -> None:
    stream = io.BytesIO()
    Image.new("L", (1, LONGEST_SIDE + 1)).save(stream, "PNG")
    with pytest.raises(PictureError, match="has a side of more than 100,000 pixels") as refused:
        open_picture(stream)
    assert refused.value.kind == "too large"


def test_a_deep_picture_takes_a_few_bytes_a_pixel() -> None:
    side = 1_500
    stream = io.BytesIO()
    shades = np.zeros((side, side), np.uint16)
    shades[-1] = 60_000
    Image.fromarray(shades).save(stream, "PNG")
    opened = open_picture(stream)
    tracemalloc.start()
    try:
        assert highest(opened.picture) == 60_000
        pixels = make(opened, Form((side, side, 1))).pixels
        assert (pixels[0].max(), pixels[-1].min()) == (0, 60_000 >> 8)
        assert tracemalloc.get_traced_memory()[1] < 20 * side * side
    finally:
        tracemalloc.stop()


def test_a_picture_that_grows_is_blended_as_keras_does() -> None:
    """Keras's `interpolation="bilinear"`: pixels count from their centres, none overshoots."""
    stream = io.BytesIO()
    Image.fromarray(np.array([[0, 100], [200, 40]], np.uint8)).save(stream, "PNG")
    pixels = make(open_picture(stream), Form((2, 4, 1))).pixels
    assert pixels[..., 0].tolist() == [[0, 25, 75, 100], [200, 160, 80, 40]]
