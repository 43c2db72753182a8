"""A user's own picture made into an image for the network: every step is said, and what is no picture is refused."""

from __future__ import annotations

import os
import struct
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_tui.data.pictures.picture import Form
from cnn_tui.jobs.explain.protocol import ExplainError
from cnn_tui.training.explain.user_picture import Prepared, border_of, open_picture, prepare

DARK_DATA = 3.0
"""How bright the border of Fashion-MNIST is."""


def save(path: Path, pixels: Any, **more: Any) -> Path:
    """Save pixels as a picture."""
    Image.fromarray(np.asarray(pixels, np.uint8)).save(path, **more)
    return path


def made(path: Path, shape: tuple[int, int, int] = (8, 8, 1), border: float | None = DARK_DATA) -> Prepared:
    """The image for a network of 8x8."""
    prepared = prepare(open_picture(path), Form(shape), border)
    assert prepared.pixels.shape == shape
    assert prepared.pixels.dtype == np.uint8
    return prepared


def said(prepared: Prepared) -> str:
    """All steps."""
    return "\n".join(prepared.steps)


def refusal(path: Path) -> str:
    """The sentence that a picture is refused with."""
    with pytest.raises(ExplainError) as caught:
        open_picture(path)
    assert caught.value.wrong
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_a_picture_that_fits_is_taken_as_it_is(tmp_path: Path) -> None:
    pixels = np.zeros((8, 8))
    pixels[3] = 200
    prepared = made(save(tmp_path / "x.png", pixels))
    assert (prepared.pixels[..., 0] == pixels).all()
    assert prepared.steps == ("divided by 255, in a batch of (1, 8, 8, 1)",)


def test_dark_on_bright_is_inverted_where_the_data_is_bright_on_dark(tmp_path: Path) -> None:
    pixels = np.full((8, 8), 250)
    pixels[3, 2:6] = 10
    path = save(tmp_path / "x.png", pixels)
    prepared = made(path)
    assert prepared.pixels[3, 3, 0] == 245
    assert "inverted: its border is bright (250 of 255)" in said(prepared)
    assert "that of the test images dark (3)" in said(prepared)
    for border in (240.0, None):
        assert "inverted" not in said(made(path, border=border))
    assert "inverted" not in said(made(path, (8, 8, 3))), "colours are not turned around"


def test_colour_is_made_grey_and_grey_is_made_three_channels(tmp_path: Path) -> None:
    red = np.zeros((8, 8, 3))
    red[..., 0] = 255
    prepared = made(save(tmp_path / "red.png", red))
    assert prepared.pixels[0, 0, 0] == 76
    assert "made grey" in said(prepared)
    prepared = made(save(tmp_path / "grey.png", np.full((8, 8), 7)), (8, 8, 3))
    assert prepared.pixels[0, 0].tolist() == [7, 7, 7]
    assert "three channels" in said(prepared)


def test_another_size_is_stretched_as_the_pictures_of_a_folder_are(tmp_path: Path) -> None:
    pixels = np.full((16, 64), 40)
    pixels[4:12, 24:40] = 240
    prepared = made(save(tmp_path / "wide.png", pixels))
    assert "resized from 16x64 (height x width) to 8x8, stretched" in said(prepared)
    assert prepared.pixels[:, 0].max() == 40
    assert prepared.pixels[4, 3:5].min() > 200
    assert "stretched" not in said(made(save(tmp_path / "square.png", np.zeros((40, 40)))))
    assert made(save(tmp_path / "thin.png", np.zeros((300, 1)))).pixels.shape == (8, 8, 1)


def test_a_picture_is_turned_as_the_camera_was_held(tmp_path: Path) -> None:
    pixels = np.zeros((8, 8))
    pixels[0] = 200  # the top row
    exif = Image.Exif()
    exif[0x0112] = 6  # held so that the top is on the right
    prepared = made(save(tmp_path / "turned.png", pixels, exif=exif))
    assert "turned upright" in said(prepared)
    assert prepared.pixels[:, -1, 0].min() == 200


def test_transparency_is_put_on_a_ground_that_shows_the_drawing(tmp_path: Path) -> None:
    for ink, ground in ((0, "white"), (255, "black")):
        pixels = np.zeros((8, 8, 4))
        pixels[3:5, 2:6] = (ink, ink, ink, 255)
        prepared = made(save(tmp_path / f"{ground}.png", pixels))
        assert f"put on {ground}" in said(prepared)
        assert prepared.pixels[3, 3, 0] == 255, "light on dark, either way"
        assert prepared.pixels[0, 0, 0] == 0
    opaque = np.full((8, 8, 4), 255)
    assert "transparent" not in said(made(save(tmp_path / "opaque.png", opaque), border=250.0))


def test_a_palette_and_one_that_is_partly_transparent_are_read(tmp_path: Path) -> None:
    palette = Image.fromarray(np.eye(8, dtype=np.uint8) * 255).convert("P")
    palette.save(tmp_path / "palette.png")
    assert made(tmp_path / "palette.png").pixels[0, 0, 0] == 255
    palette.save(tmp_path / "partly.png", transparency=0)
    assert "transparent" in said(made(tmp_path / "partly.png"))


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    deep = np.full((8, 8), 30_000, np.uint16)
    deep[0] = 65_535
    Image.fromarray(deep).save(tmp_path / "deep.png")
    prepared = made(tmp_path / "deep.png", border=None)
    assert prepared.pixels[0, 0, 0] == 255
    assert prepared.pixels[5, 0, 0] == 30_000 >> 8
    assert "16 bits" in said(prepared)


def test_of_a_picture_that_moves_the_first_frame_is_taken(tmp_path: Path) -> None:
    frames = [Image.fromarray(np.full((8, 8), level, np.uint8)) for level in (10, 200, 90)]
    frames[0].save(tmp_path / "moves.gif", save_all=True, append_images=frames[1:])
    prepared = made(tmp_path / "moves.gif")
    assert "it moves: the first of its frames was taken" in said(prepared)
    assert prepared.pixels[0, 0, 0] == 10


def test_a_jpeg_is_read(tmp_path: Path) -> None:
    assert made(save(tmp_path / "x.jpeg", np.full((8, 8, 3), 90))).pixels[4, 4, 0] == 90


def png_that_claims(path: Path, width: int, height: int) -> Path:
    """A PNG of a few bytes whose header says how large it is."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + head
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    parts = [struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in (chunk, data)]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return path


def test_a_hundred_megapixels_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for side in (10_000, 100_000):
            sentence = refusal(png_that_claims(tmp_path / "huge.png", side, side))
            assert "more than the 50 million pixels" in sentence


def test_what_is_no_picture_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty.png").touch()
    whole = save(tmp_path / "x.png", np.random.default_rng(1).integers(0, 255, (40, 40))).read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    os.mkfifo(tmp_path / "pipe.png")
    assert "is no picture that can be read" in refusal(tmp_path / "text.png")
    assert "is no picture that can be read" in refusal(tmp_path / "empty.png")
    assert "is a broken picture" in refusal(tmp_path / "half.png")
    assert "is no file" in refusal(tmp_path)
    assert "is no file" in refusal(tmp_path / "pipe.png")
    assert "there is no file" in refusal(tmp_path / "a\x1b[2J.png")
    assert "there is no file" in refusal(tmp_path / ("a" * 300))


def test_the_border_is_the_outermost_pixels() -> None:
    images = np.zeros((2, 4, 4, 1), np.uint8)
    images[:, 1:3, 1:3] = 255
    assert border_of(images) == 0
    assert border_of(255 - images) == 255
