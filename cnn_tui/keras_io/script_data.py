"""The lines of a Keras script that load a dataset: the same images and labels that the lab trains on.

They leave `training_images`, `training_labels`, `test_images` and `test_labels`: images from 0 to 1, with an axis of
channels, and class numbers.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import msgspec

from cnn_tui.data import image_folder
from cnn_tui.data.dataset import BUILT_IN, Dataset, is_npz, path_of
from cnn_tui.data.describe import describe
from cnn_tui.keras_io.source import Lines, call, literal

SAMPLE = "fashion_mnist_sample"
_SAMPLE_FILE = Path(__file__).parents[1] / "data" / "sample" / f"{SAMPLE}.npz"


class DataCode(msgspec.Struct, frozen=True):
    """Parts of a script, and the imports that they need besides TensorFlow."""

    imports: tuple[str, ...]
    parts: tuple[Lines, ...]


def data_code(name: str) -> DataCode:
    """What loads the dataset called `name`. Raises DatasetError."""
    dataset = describe(name)
    if name == SAMPLE:
        about = "# Load the sample of Fashion-MNIST that comes with cnn-tui"
        return _npz(about, _SAMPLE_FILE, dataset)
    if name in BUILT_IN:
        return _built_in(dataset)
    path = path_of(name)
    assert path is not None  # or it could not have been described
    return _npz("# Load the dataset", path, dataset) if is_npz(path) else _folder(path, dataset)


def _built_in(dataset: Dataset) -> DataCode:
    load = [
        f"# Load the {dataset.title} dataset",
        f"dataset = tf.keras.datasets.{dataset.name}",
        "(training_images, training_labels), (test_images, test_labels) = dataset.load_data()",
    ]
    return DataCode((), (load, _normalize(dataset)))


def _npz(about: str, path: Path, dataset: Dataset) -> DataCode:
    load = [
        about,
        *call("np.load", [literal(str(path))], before="data = "),
        'training_images, training_labels = data["x_train"], data["y_train"]',
        'test_images, test_labels = data["x_test"], data["y_test"]',
    ]
    floats = [array for array in ("x_train", "x_test") if _holds_floats(path, array)]
    return DataCode(("import numpy as np",), (load, *map(_to_bytes, floats), _normalize(dataset)))


def _holds_floats(path: Path, array: str) -> bool:
    """Whether an array of a `.npz` file, which `describe` has found in order, is one of floats."""
    from numpy.lib import format as npy

    with zipfile.ZipFile(path) as archive, archive.open(f"{array}.npy") as stream:
        read = npy.read_array_header_1_0 if npy.read_magic(stream) == (1, 0) else npy.read_array_header_2_0
        return bool(read(stream)[2].kind == "f")


def _to_bytes(array: str) -> Lines:
    images = "training_images" if array == "x_train" else "test_images"
    return [
        "# Floats become bytes, from 0 to 255",
        f"scale = 255 if {images}.max() <= 1 else 1",
        f'{images} = np.rint({images}.astype("float32") * scale)',
    ]


def _normalize(dataset: Dataset) -> Lines:
    grey = dataset.input_shape[2] == 1
    shape = f".reshape({', '.join(str(size) for size in (-1, *dataset.input_shape))})" if grey else ""
    return [
        f"# Normalize the pixel values{', and add the axis of the channels' if grey else ''}",
        *(f"{images} = {images}{shape} / 255.0" for images in ("training_images", "test_images")),
    ]


def _folder(path: Path, dataset: Dataset) -> DataCode:
    height, width, channels = dataset.input_shape
    listing = image_folder.list_pictures(path)
    with image_folder.open_picture(listing.train[0][0]) as first:
        deep = first.mode.startswith("I;16")
    mode = "L" if channels == 1 else "RGB"
    find = [
        "# Load the pictures: each folder is a class",
        *call("Path", [literal(str(path))], before="folder = "),
        *call("", map(literal, image_folder.ENDINGS), before="endings = "),
    ]
    load = [
        "def load_picture(path):",
        "    picture = ImageOps.exif_transpose(Image.open(path))",
        *(_UPPER_BITS if deep else ()),
        f'    return np.asarray(picture.convert("{mode}").resize(({width}, {height})))',
    ]
    split = (path / "train").is_dir() and (path / "test").is_dir()
    imports = ("from pathlib import Path", "import numpy as np", "from PIL import Image, ImageOps")
    parts = (find, _CLASSES_OF, _PICTURES_OF, load, _SPLIT if split else _EVERY_FIFTH, _ARRAYS, _normalize(dataset))
    return DataCode(imports, parts)


_CLASSES_OF = (
    "def classes_of(folder):",
    "    names = [path.name for path in folder.iterdir() if path.is_dir()]",
    '    return sorted(name for name in names if not name.startswith((".", "__MACOSX")))',
)
_PICTURES_OF = (
    "def pictures_of(folder):",
    '    seen = [path for path in folder.glob("*") if not path.name.startswith(".")]',
    "    return sorted(path for path in seen if path.name.lower().endswith(endings))",
)
_UPPER_BITS = (
    "    # Of 16 bits, the upper 8 are the picture",
    "    picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))",
)
_SPLIT = (
    "training, test = [], []",
    'for label, name in enumerate(classes_of(folder / "train")):',
    '    training += [(path, label) for path in pictures_of(folder / "train" / name)]',
    '    test += [(path, label) for path in pictures_of(folder / "test" / name)]',
)
_EVERY_FIFTH = (
    "# Every fifth picture of a class is tested on",
    "training, test = [], []",
    "for label, name in enumerate(classes_of(folder)):",
    "    for position, path in enumerate(pictures_of(folder / name)):",
    "        (test if position % 5 == 4 else training).append((path, label))",
)
_ARRAYS = (
    "training_images = np.array([load_picture(path) for path, _ in training])",
    "training_labels = np.array([label for _, label in training])",
    "test_images = np.array([load_picture(path) for path, _ in test])",
    "test_labels = np.array([label for _, label in test])",
)
