"""A picture is the same image in training, `data show`, predict, Explain and the exported script, byte for byte."""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from cnn_tui.data.dataset import AS_THEY_ARE, DataOptions
from cnn_tui.data.images import StoredImages
from cnn_tui.data.pictures.image_folder import list_pictures
from cnn_tui.data.pictures.picture import LONGEST_SIDE, Form
from cnn_tui.keras_io.script.data import data_code
from cnn_tui.training.data.datasets import Images, load
from cnn_tui.training.data.inspect import look
from cnn_tui.training.explain.user_picture import beside, open_picture, prepare
from tests.properties import examples
from tests.training.dataset_files import bare_machine

__all__ = ["bare_machine"]  # a fixture that every test here uses

DEEP = {"deep 1": 1, "deep 8": 255, "deep 12": 4_000, "deep 16": 65_535}
KINDS = {
    "1": ".png",
    "L": ".png",
    "L hole": ".png",
    "LA": ".png",
    "RGB": ".jpg",
    "RGB hole": ".png",
    "RGBA": ".webp",
    "RGBA drawing": ".png",
    "RGBA light drawing": ".png",
    "RGBA light fringed drawing": ".png",
    "P": ".gif",
    "P hole": ".png",
    "P grey": ".bmp",
    "CMYK": ".tif",
    "L photo": ".jpg",
    "CMYK photo": ".jpg",
    "broken": ".png",
    **dict.fromkeys(DEEP, ".tiff"),
}


def write(path: Path, kind: str, size: tuple[int, int], orientation: int, seed: int) -> None:
    """A picture of (width, height) of one kind, of random colours."""
    rng = np.random.default_rng(seed)
    width, height = size
    pixels = rng.integers(0, 256, (height, width, 4), dtype=np.uint8)
    more: dict[str, Any] = {}
    if kind in DEEP:
        Image.fromarray(rng.integers(0, DEEP[kind] + 1, (height, width), dtype=np.uint16)).save(path)
        return
    if kind.endswith("drawing"):
        pixels[..., :3] = 250 if "light" in kind else 0
    if "fringed" in kind:
        pixels[pixels[..., 3] < 100, :3] = 0
    picture = Image.fromarray(pixels).convert(kind.split()[0] if kind != "broken" else "L")
    if kind == "P grey":
        picture = picture.convert("L").quantize(16)
        picture.putpalette([shade for shade in range(0, 256, 16) for _ in range(3)])
    if kind.endswith("hole"):
        more["transparency"] = 0 if picture.mode != "RGB" else picture.getpixel((0, 0))
    if path.suffix in (".png", ".jpg", ".webp"):
        more["exif"] = Image.Exif()
        more["exif"][0x0112] = orientation
    picture.save(path, **more)
    if kind == "broken":
        path.write_bytes(path.read_bytes()[:40])


def scripted(dataset: str, wanted: DataOptions) -> dict[str, Any]:
    """What the exported script loads."""
    data, names = data_code(dataset, wanted), dict[str, Any]()
    with contextlib.redirect_stdout(io.StringIO()):
        exec("\n".join([*data.imports, *(line for part in data.parts for line in part)]), names)
    return names


def assert_alike(folder: Path, wanted: DataOptions = AS_THEY_ARE) -> Images:
    """All ways into the network hold the same images of the folder's pictures."""
    trained = load(str(folder), wanted, say=lambda _: None)
    shown = StoredImages(look(str(folder), wanted).test_images)
    form = Form(shown.shape, crop=wanted.fit == "crop")
    stored = np.frombuffer(b"".join(shown.picture(at).pixels for at in range(shown.kept)), np.uint8)
    assert stored.tobytes() == trained.x_test.tobytes()
    script = scripted(str(folder), wanted)
    for name, images, labels in (
        ("training", trained.x_train, trained.y_train),
        ("test", trained.x_test, trained.y_test),
    ):
        assert np.array_equal(np.rint(script[f"{name}_images"] * 255).astype(np.uint8), images)
        assert script[f"{name}_labels"].tolist() == labels.tolist()
    listing = list_pictures(folder, wanted)
    for pictures, images in ((listing.train, trained.x_train), (listing.test, trained.x_test)):
        asked = []
        for path, _ in pictures:
            if "broken" not in path:
                opened = open_picture(Path(path), form.shape)
                asked.append(prepare(opened, beside(folder, wanted, opened, form), None).pixels)
        assert np.array_equal(np.stack(asked), images)
    return trained


pictures = st.tuples(
    st.sampled_from(list(KINDS)),
    st.tuples(st.integers(1, 12), st.integers(1, 12)),
    st.sampled_from([1, 1, *range(2, 9)]),
    st.integers(0, 2**32 - 1),
)
sides = st.integers(1, 12)
wishes = st.builds(
    DataOptions,
    st.none() | st.tuples(sides, sides),
    st.sampled_from([None, "grayscale", "rgb"]),
    st.sampled_from(["stretch", "crop"]),
)
EVERY_KIND = [(kind, (6, 9), 1 + at % 8, at) for at, kind in enumerate(KINDS)]
PLAIN = ("L", (5, 4), 1, 0)


@settings(deadline=None, max_examples=examples(60, 6), suppress_health_check=list(HealthCheck))
@given(st.lists(pictures, min_size=1, max_size=6), wishes)
@example([(kind, (6, 9), 1 + at % 8, at) for at, kind in enumerate(KINDS)], AS_THEY_ARE)
@example([("deep 12", (6, 9), 1, 1), ("L", (6, 9), 1, 1), ("LA", (6, 9), 6, 1)], AS_THEY_ARE)
@example([(kind, (6, 9), 1 + at % 8, at) for at, kind in enumerate(KINDS)], DataOptions((7, 4), "grayscale", "crop"))
def test_every_way_to_a_network_makes_the_same_image_of_a_picture(drawn: list[Any], wanted: DataOptions) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "zoo"
        for label in ("ape", "bee"):
            (folder / label / "inside").mkdir(parents=True)
            for at, (kind, size, orientation, seed) in enumerate([*drawn, *[PLAIN] * 5]):
                place = folder / label / "inside" if at % 3 == 1 else folder / label
                write(place / f"{at:02} {kind}{KINDS[kind]}", kind, size, orientation, seed)
        assert_alike(folder, wanted)


def folder_of(folder: Path, *arrays: Any, ending: str = ".png") -> Path:
    """A folder of two classes, each of which has pictures of the arrays, over and over."""
    for label in ("ape", "bee"):
        (folder / label).mkdir(parents=True)
        for at in range(10):
            Image.fromarray(arrays[at % len(arrays)]).save(folder / label / f"{at}{ending}")
    return folder


@pytest.mark.parametrize(("ink", "ground"), [(0, 255), (250, 0)])
def test_a_drawing_in_the_alpha_channel_is_seen(tmp_path: Path, ink: int, ground: int) -> None:
    drawing = np.full((6, 6, 4), ink, np.uint8)
    drawing[..., 3] = 0
    drawing[2:4, 1:5, 3] = 255
    images = assert_alike(folder_of(tmp_path / "ink", drawing))
    assert images.x_train[0, :, 2, 0].tolist() == [ground, ground, ink, ink, ground, ground]


@pytest.mark.parametrize(("highest", "made"), [(1, 255), (255, 255), (4095, 255), (2040, 127), (65535, 255)])
def test_deep_pictures_are_scaled_by_what_the_set_holds(tmp_path: Path, highest: int, made: int) -> None:
    bright, dark = np.full((3, 3), highest, np.uint16), np.zeros((3, 3), np.uint16)
    said: list[str] = []
    folder = folder_of(tmp_path / "deep", bright, dark)
    assert assert_alike(folder).x_train[:2, 0, 0, 0].tolist() == [made, 0]
    load(str(folder), say=said.append)
    assert "20 pictures of more than 8 bits a pixel were brought to 8" in "\n".join(said)


def test_what_is_tested_on_is_the_same_in_every_way(tmp_path: Path) -> None:
    shades = [np.full((4, 4), shade, np.uint8) for shade in range(0, 250, 25)]
    folder, other = folder_of(tmp_path / "zoo", *shades), folder_of(tmp_path / "apart", *shades[::-1])
    apart = assert_alike(folder, DataOptions(test=str(other)))
    assert (len(apart.x_train), apart.x_test[:, 0, 0, 0].tolist()) == (20, [*range(225, -1, -25)] * 2)
    for share, tested in ((0.1, [225]), (0.3, [75, 150, 225]), (0.5, [25, 75, 125, 175, 225])):
        assert assert_alike(folder, DataOptions(test=share)).x_test[:, 0, 0, 0].tolist() == tested * 2


@pytest.mark.parametrize("color", ["rgb", "grayscale"])
@pytest.mark.parametrize("ending", [".jpg", ".tif"])
def test_inks_become_the_colours_that_they_print(tmp_path: Path, ending: str, color: Any) -> None:
    inks = np.zeros((16, 16, 4), np.uint8)
    inks[:, :, 1:3] = 255  # magenta and yellow: red
    for label in ("ape", "bee"):
        (tmp_path / "inks" / label).mkdir(parents=True)
        for at in range(5):
            Image.fromarray(inks, "CMYK").save(tmp_path / "inks" / label / f"{at}{ending}")
    (pixel,) = assert_alike(tmp_path / "inks", DataOptions((4, 4), color)).x_train[0, :1, 0]
    assert np.allclose(pixel, (254, 0, 0) if color == "rgb" else (76,), atol=3)


def test_one_picture_in_colour_makes_a_set_of_colours_and_the_others_are_counted(tmp_path: Path) -> None:
    grey, said = np.full((4, 4), 90, np.uint8), list[str]()
    folder = folder_of(tmp_path / "mixed", grey)
    assert assert_alike(folder).dataset.input_shape == (4, 4, 1)
    Image.new("RGB", (4, 4), (200, 10, 10)).save(folder / "bee" / "red.png")
    assert assert_alike(folder).dataset.input_shape == (4, 4, 3)
    load(str(folder), say=said.append)
    assert "20 pictures of greys were given three channels, as those in colour have." in said


def test_what_is_too_large_is_left_out_in_every_way(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "zoo", np.full((4, 4), 90, np.uint8))
    Image.new("L", (LONGEST_SIDE + 1, 1)).save(folder / "bee" / "9 broken.png")
    assert assert_alike(folder).dataset.left_out[0].why == "too large"
