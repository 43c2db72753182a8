"""What a picture file may ask for: how much of it is read, and how much memory it takes."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_tui.data.pictures.counted_reads import LARGE
from cnn_tui.data.pictures.picture import LONGEST_SIDE, Form, Opened, PictureError, highest, make, open_picture


class CountedFile(io.BytesIO):
    """Remembers how many bytes were asked of it."""

    asked = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.asked += len(data)
        return data


def tiff_in_strips(strips: int, order: str = "<", big: bool = False) -> bytes:
    """A grey TIFF, a pixel wide, that says of each strip, which has a row, where it is and how long."""
    head, tag, place = (16, "HHQQ", "Q") if big else (8, "HHII", "I")
    values = {256: 1, 257: strips, 258: 8, 259: 1, 262: 1, 273: None, 277: 1, 278: 1, 279: None}
    lists = head + struct.calcsize(order + ("Q" if big else "H")) + len(values) * struct.calcsize(order + tag) + 8
    made = struct.pack(order + ("Q" if big else "H"), len(values))
    for name, value in values.items():
        at = lists + (name == 279) * strips * struct.calcsize(place)
        made += struct.pack(order + tag, name, 16 if big else 4, 1 if value else strips, value or at)
    begin = (b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42)
    begin += struct.pack(order + "HHQ", 8, 0, 16) if big else struct.pack(order + "I", 8)
    pixel = lists + 2 * strips * struct.calcsize(place)
    where = struct.pack(order + place, pixel) * strips + struct.pack(order + place, 1) * strips
    return (begin + made + bytes(8))[:lists].ljust(lists, b"\0") + where + b"\x5a"


@pytest.mark.parametrize(("order", "big"), [("<", False), (">", False), ("<", True)])
def test_a_tiff_of_strips_without_end_is_refused_before_they_are_listed(order: str, big: bool) -> None:
    few = make(open_picture(io.BytesIO(tiff_in_strips(5, order, big))), Form((5, 1, 1)))
    assert few.pixels.tolist() == [[[0x5A]]] * 5
    content = tiff_in_strips(400_000, order, big)
    tracemalloc.start()
    try:
        with pytest.raises(PictureError, match="cut into too many small parts"):
            open_picture(io.BytesIO(content))
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_a_large_bitmap_of_runs_is_read(tmp_path: Path) -> None:
    """Which Pillow reads byte by byte."""
    width, height = 1_000, 510
    row = b"".join(bytes((1, at % 250)) for at in range(width)) + b"\0\0"
    pixels = row * height + b"\0\1"
    palette = b"".join(bytes((at, at, at, 0)) for at in range(256))
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(pixels), 0, 0, 256, 0)
    start = 14 + len(head) + len(palette)
    content = b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + head + palette + pixels
    assert len(content) > LARGE
    made = make(open_picture(io.BytesIO(content)), Form((height, width, 1)))
    assert made.pixels[3, :, 0].tolist() == [at % 250 for at in range(width)]


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


def saved(picture: Image.Image, form: str, **how: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, form, **how)
    return stream.getvalue()


PADDING = 3_000_000
JPEG = saved(Image.new("L", (4, 4)), "JPEG")
PNG = saved(Image.new("L", (4, 4)), "PNG")
ENDLESS = {
    "a comment": b"P5\n#" + b"x" * PADDING + b"\n2 2 255\n1234",
    "padding between marks": JPEG[:2] + b"\xff" * PADDING + JPEG[2:],
    "empty parts": PNG[:33] + (b"\0\0\0\0IDAT5\xafB\xc0" * (PADDING // 12)) + PNG[33:],
}


@pytest.mark.parametrize("content", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("by_itself", [True, False])
def test_a_file_cut_into_small_parts_without_end_is_refused(tmp_path: Path, content: bytes, by_itself: bool) -> None:
    (tmp_path / "endless").write_bytes(content)
    with pytest.raises(PictureError, match=r"is a broken picture \(it is cut into too many small parts\)"):
        open_picture(tmp_path / "endless" if by_itself else io.BytesIO(content))


@pytest.mark.parametrize("form", ["PNG", "GIF", "JPEG", "TIFF", "BMP", "PPM"])
def test_a_large_picture_of_any_kind_is_read_whole(tmp_path: Path, form: str) -> None:
    """Of noise, so that its file has as many parts as one of its size can have."""
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (1_000, 1_200), dtype=np.uint8))
    content = saved(noise, form, **({"quality": 100} if form == "JPEG" else {}))
    assert len(content) > LARGE
    (tmp_path / "large").write_bytes(content)
    with Image.open(io.BytesIO(content)) as picture:
        expected = make(Opened(picture, picture.size), Form((1_000, 1_200, 1))).pixels
    for place in (tmp_path / "large", io.BytesIO(content)):
        assert np.array_equal(make(open_picture(place), Form((1_000, 1_200, 1))).pixels, expected)


MEASURED = """
import resource, sys
from PIL import Image
from cnn_tui.data.pictures.picture import Form, make, open_picture
def most(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
Image.init()
make(open_picture(sys.argv[1]), Form((4, 4, 3)))  # what is loaded is not counted
before = most()
make(open_picture(sys.argv[2]), Form((4, 4, 3)))
print(most() - before)
"""


def test_a_picture_takes_what_it_has_and_what_it_becomes(tmp_path: Path) -> None:
    """Four bytes a pixel each: a transparent picture of the most pixels that are taken stays at 400 MB."""
    side = 3_000
    for name, one in (("small", 8), ("large", side)):
        Image.new("RGBA", (one, one), (9, 9, 9, 99)).save(tmp_path / name, "TIFF")
    command = [sys.executable, "-c", MEASURED, str(tmp_path / "small"), str(tmp_path / "large")]
    taken = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert int(taken) < 8 * side**2 + 40_000_000


def test_a_picture_is_what_is_in_it_whatever_its_name_says(tmp_path: Path) -> None:
    for name, form in (("a.png", "JPEG"), ("b.JPG", "PNG"), ("c.gif", "TIFF"), ("d", "WEBP"), ("e.jpeg", "JPEG")):
        Image.new("L", (3, 2), 90).save(tmp_path / name, form, **({"quality": 100} if form != "PNG" else {}))
        assert make(open_picture(tmp_path / name), Form((2, 3, 1))).pixels.tolist() == [[[90]] * 3] * 2
    (tmp_path / "f.png").write_bytes(b"no picture")
    with pytest.raises(PictureError, match="is no picture that can be read"):
        open_picture(tmp_path / "f.png")
