"""Of pictures that are read in a way that is not followed the folders are named, so that one knows what to set."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import read

SCRIPT = """
import glob, os, pathlib
import cv2
import numpy as np
from PIL import Image
from tensorflow import keras
from tensorflow.keras import Sequential, layers
from tensorflow.keras.utils import image_dataset_from_directory, img_to_array, load_img
x, y = [], []
READ
model = Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(np.stack(x) / other(2), np.array(y), epochs=2)
for name in os.listdir("later/seen"):
    print(model.predict(cv2.imread("later/seen/" + name)))
"""
WAYS = {
    "numbers": (
        "for at in range(9):\n    x.append(cv2.imread(f'shots/night_{at:03}.png'))\n    y.append(int('001101011'[at]))",
        "shots (line 11)",
    ),
    "a path that goes by the class": (
        "top = '/data/scans'\nfor kind in ('ill', 'well'):\n"
        "    folder = os.path.join(top, 'more' if kind == 'ill' else '', kind)\n"
        "    for name in os.listdir(folder):\n        x.append(other(folder, name))",
        "/data/scans (line 13)",
    ),
    "patterns of several folders": (
        "for one in glob.glob('pets/cat/*.png') + glob.glob(os.path.join('more', 'dogs', '*.png')):\n"
        "    x.append(other(img_to_array(load_img(one))))",
        "pets/cat (line 10) and more/dogs (line 10)",
    ),
    "a path of pathlib's": (
        "root = pathlib.Path('pets') / 'all'\nfor one in sorted(root.rglob('*.png')):\n    x.append(other(one))\n"
        "for one in (pathlib.Path('pets') / 'few').iterdir():\n    x.append(other(one))",
        "pets/all (line 11) and pets/few (line 13)",
    ),
    "batches of Keras's": (
        "for images, labels in image_dataset_from_directory('pets', batch_size=4):\n"
        "    x.append(other(images.numpy()))\n    y.append(labels.numpy())",
        "pets (line 10)",
    ),
    "many": (
        "for one in 'abcd':\n    pass\n"
        + "\n".join(f"x += [other(one) for one in os.scandir('pets/{kind}')]" for kind in "abcd"),
        "pets/a (line 12), pets/b (line 13), pets/c (line 14) and others",
    ),
    "one picture": ("x = other(cv2.imread('cat.png', 0))", ""),
    "an argument": ("import sys\nx = [other(one) for one in os.listdir(sys.argv[1])]", ""),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_folders_are_named_that_pictures_are_read_from(tmp_path: Path, way: str) -> None:
    reading, places = WAYS[way]
    said = [
        note for note in read(tmp_path, SCRIPT.replace("READ", reading)).differences if "set the dataset to" in note
    ]
    assert [note.partition("; it reads pictures in ")[2] for note in said] == [places]
    assert all("are not known: set the dataset to them" in note for note in said)


@pytest.mark.parametrize(
    ("one", "is_said"),
    [
        ("cv2.imread(f'shots/{at}.png')", True),
        ("cv2.imread('shots/' + str(at) + '.png', cv2.IMREAD_COLOR)", True),
        ("cv2.imread(f'shots/{at}.png')[:, :, ::-1]", False),
        ("cv2.cvtColor(cv2.imread(f'shots/{at}.png'), cv2.COLOR_BGR2RGB)", False),
        ("cv2.merge([cv2.imread(f'shots/{at}.png', cv2.IMREAD_GRAYSCALE)] * 3)", False),
        ("img_to_array(Image.open(f'shots/{at}.png'))", False),
    ],
)
def test_that_blue_comes_first_is_said_of_pictures_that_are_not_known(tmp_path: Path, one: str, is_said: bool) -> None:
    code = SCRIPT.replace("READ", f"for at in range(9):\n    x.append({one})\n    y.append(int('001101011'[at]))")
    words = "OpenCV gives blue, green and red (line 11), and here pictures are red, green and blue"
    assert (words in read(tmp_path, code).notes) is is_said
