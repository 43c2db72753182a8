"""What a dataset is: its name, the shape of its images, its classes and how many images it has; the built-in ones."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from cnn_tui.data import course
from cnn_tui.data.pictures import picture_names
from cnn_tui.data.pictures.left_out import FilesLeftOut
from cnn_tui.text import cause_of, quiet

FASHION = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
DIGITS = tuple("0123456789")
CIFAR10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
# fmt: off
CIFAR100 = (
    "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl",
    "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair",
    "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin",
    "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp",
    "lawn_mower", "leopard", "lion", "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain",
    "mouse", "mushroom", "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear", "pickup_truck",
    "pine_tree", "plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road",
    "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake", "spider",
    "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone", "television", "tiger",
    "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman",
    "worm",
)
# fmt: on


MOST_SIDE = 4_096
"""Pixels of an edge that may be asked for."""
Side = Annotated[int, msgspec.Meta(ge=1, le=MOST_SIDE)]
Color = Literal["grayscale", "rgb"]
Fit = Literal["stretch", "crop"]
TEST_SHARE = 0.2
"""What is tested on of a folder that has no pictures for it, where nothing else is asked for: every fifth."""


TRAIN = "train"
"""What is tested on where no image is set aside for it: the training images themselves."""


class DataOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an experiment says of its dataset beside its name; what is None follows from the dataset itself.

    `image_size` is (height, width) of the pictures of a folder, as Keras has it. Where a picture has other proportions,
    `fit` says whether it is stretched or its middle is taken, which is what Keras's `crop_to_aspect_ratio` does.
    `test` is what is tested on, where that is not in the dataset: the path of another folder, or the share, above
    0 and below 1, of each class of a dataset that is one folder; or TRAIN, where all its images are learned from.
    `validation` is the path of a folder, or of a table as the dataset is, whose images are validated on and neither
    learned from nor tested on; or of the `.npz` file, which may be the dataset itself, whose images to validate on are.
    `label_column` is the name of a table's column that has the classes.
    """

    image_size: tuple[Side, Side] | None = None
    color: Color | None = None
    fit: Fit = "stretch"
    test: str | float | None = None
    validation: str | None = None
    label_column: str | None = None

    @property
    def test_path(self) -> str | None:
        """Where the images to test on are, if they are no part of the dataset."""
        return self.test if isinstance(self.test, str) and self.test != TRAIN else None

    @property
    def of_file(self) -> dict[str, Any]:
        """Those that are keys of an experiment's file beside `dataset`; `validation` is one of its training."""
        return {name: getattr(self, name) for name in OPTION_KEYS}


OPTION_KEYS = ("image_size", "color", "fit", "test", "label_column")
AS_THEY_ARE = DataOptions()
OR_ELSE = {
    "test": f'or to a share like 0.2, or to "{TRAIN}", the training images',
    "validation": 'or to "none", "test", a fraction like 0.1, or training images like "0-4999"',
}
"""What the keys of an experiment may be beside a path, as the end of a sentence."""


Form = Literal["built-in", "npz", "csv", "parquet", "folder"]
FILES: dict[str, Form] = {".npz": "npz", ".csv": "csv", ".parquet": "parquet"}
"""What a file holds, by the ending of its name."""
TABLES: tuple[Form, ...] = ("csv", "parquet")
"""What has a label and an image in each row."""
PART = re.compile(r"-(\d{5})-of-(\d{5})(?=\.parquet$)", re.IGNORECASE)
"""What tells a part of a table by its name: `train-00000-of-00002.parquet`."""


class DatasetError(ValueError):
    """A dataset cannot be used. The message is a sentence: what is wrong, where, and what to do."""


class Dataset(msgspec.Struct, frozen=True):
    """What is known of a dataset before a picture is loaded.

    `input_shape` is (height, width, channels) in pixels; `class_names` are in the order of the labels. `test_images`
    are 0 where the training images are tested on, for want of others. `left_out` are the files of a folder that are
    not used, as far as they are known. `unused` are the labels of a `.npz` file that no image has, although they are
    below the highest one. `validation_images` are those of a place of their own; without one there are none, and images
    to validate on are some of the others. `unused_validation_images` are those of a `.npz` file that lie there for it,
    where that is not asked for.
    """

    name: str
    title: str
    input_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    train_images: int
    test_images: int
    left_out: tuple[FilesLeftOut, ...] = ()
    unused: tuple[int, ...] = ()
    validation_images: int = 0
    unused_validation_images: int = 0

    @property
    def classes(self) -> int:
        """How many classes there are: the units of the last layer."""
        return len(self.class_names)

    @property
    def tested(self) -> int:
        """How many images are tested on."""
        return self.test_images or self.train_images

    @property
    def is_table(self) -> bool:
        """Whether it is a table (CSV, Parquet)."""
        return form_of(self.name) in TABLES


BUILT_IN: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (
        Dataset("fashion_mnist", "Fashion-MNIST", (28, 28, 1), FASHION, 60_000, 10_000),
        Dataset("fashion_mnist_sample", "Fashion-MNIST (sample)", (28, 28, 1), FASHION, 6_000, 1_000),
        Dataset("mnist", "MNIST", (28, 28, 1), DIGITS, 60_000, 10_000),
        Dataset("cifar10", "CIFAR-10", (32, 32, 3), CIFAR10, 50_000, 10_000),
        Dataset("cifar100", "CIFAR-100", (32, 32, 3), CIFAR100, 50_000, 10_000),
    )
}


SAMPLE = "fashion_mnist_sample"
NAMED = (*BUILT_IN, *course.NAMES)
"""The datasets that have a name; any other is a path."""


STAND_INS = (SAMPLE, *filter(course.is_drawn, course.NAMES))


def too_large(dataset: str, shape: tuple[int, int, int], options: DataOptions) -> str:
    """Why images of `shape`, which the first picture of a set has, are none to learn from; "" where they are.

    The end of a sentence, behind whose first picture it is: a set of such pictures asks for an image_size.
    """
    if options.image_size is not None or form_of(dataset) not in ("folder", "parquet") or max(shape[:2]) <= MOST_SIDE:
        return ""
    return (
        f"first picture is {size_in_words(*shape[:2])} pixels large, and an image is at most {MOST_SIDE:,} high and "
        "wide: set image_size, as 150x150"
    )


def size_in_words(height: int, width: int) -> str:
    """A size in pixels in the one order there is, Keras's: `28x28`; `20x30 (height x width)` where the sides differ."""
    return f"{height:,}x{width:,}" + (" (height x width)" if height != width else "")


def check_apart(validation: Path, learned: Path, tested: Path | None) -> None:
    """Raise DatasetError where what is validated on is what is learned from or tested on too, a file or a folder."""
    kind = "table" if validation.is_file() else "folder"
    if validation.samefile(learned):
        raise DatasetError(
            f"{shown(validation)} is both what is learned from and what is validated on. Set validation to another "
            f"{kind}, or to a share like 0.1."
        )
    if tested is not None and validation.samefile(tested):
        raise DatasetError(
            f'{shown(validation)} is both what is tested on and what is validated on. Set validation to "test", which '
            f"says that, or to another {kind}."
        )


def is_stand_in(dataset: str) -> bool:
    """Whether a dataset stands in for the one that was asked for, and its figures for no one else's."""
    return dataset in STAND_INS


def trained_as(dataset: str) -> tuple[str, ...]:
    """What a run that asks for a dataset may have learned from: itself, or what stands in for it."""
    return (dataset, *(one for one in STAND_INS if one in (f"{dataset}_sample", f"{dataset}{course.DRAWN}")))


def test_share(test: str | float | None) -> float:
    """The share of each class that is tested on, of a dataset with no other images for it: none with TRAIN."""
    return TEST_SHARE if test is None else test if isinstance(test, float) else 0.0


def is_tested(position: int, share: float) -> bool:
    """Whether the image at a position of its class, from 0, is tested on: with a share of 0.2, every fifth one is."""
    rounding = 1e-9
    return int((position + 1) * share + rounding) > int(position * share + rounding)


def for_any_folder(dataset: str) -> str:
    """A dataset as a process that runs in another folder is told it: its name, or the absolute path. Raises OSError."""
    return dataset if dataset in NAMED or path_of(dataset) is None else whole_path(dataset)


def path_of(dataset: str) -> Path | None:
    """The absolute path of the file or folder that a dataset is; None when there is none. Raises OSError."""
    if not dataset.strip() or dataset in BUILT_IN:
        return None
    if dataset in course.NAMES:
        return course.place_of(dataset)
    try:
        path = Path(dataset).expanduser().absolute()
        found = path.is_file() if is_file(path) else path.is_dir()
    except (OSError, ValueError, RuntimeError):  # a name too long, a NUL in it, a home that is not there
        return None
    return (table_in(path) or path) if found else None


def whole_path(text: str) -> str:
    """A path as it was typed, from the root on; as it is where its home is nobody's, which describing it then says."""
    with contextlib.suppress(RuntimeError):
        return str(Path(text).expanduser().absolute())
    return text


def table_in(folder: Path) -> Path | None:
    """The Parquet file to learn from in a folder of such, or in its folder `data`, as Hugging Face keeps them.

    It is the one called train or, where there are no others, the only one, or its first part. None for any other path.
    """
    for place in (folder, folder / "data"):
        try:
            names = sorted(entry.name for entry in os.scandir(place) if entry.name.lower().endswith(".parquet"))
        except OSError:
            continue
        trained_on = [name for name in names if "train" in name.lower()]
        tables = {PART.sub("", name) for name in trained_on or names}
        if len(tables) == 1:
            return place / (trained_on or names)[0]
    return None


def is_file(path: Path) -> bool:
    """Whether a path ends as the files do that a dataset may be in."""
    return path.suffix.lower() in FILES


def form_of(dataset: str) -> Form:
    """What a dataset is, by its name, whether it is there or gone; only a folder and a .csv's start are looked into.

    A table that names pictures is as a folder of them.
    """
    if dataset in BUILT_IN:
        return "built-in"
    path = Path(course.own_place(dataset) or dataset)
    if path.suffix.lower() in FILES:
        with contextlib.suppress(RuntimeError, ValueError):
            if picture_names.names_pictures(path.expanduser()):
                return "folder"
        return FILES[path.suffix.lower()]
    with contextlib.suppress(RuntimeError, ValueError):  # a home that is not there, a NUL in the name
        if dataset.strip() and table_in(path.expanduser()) is not None:
            return "parquet"
    return "folder"


def has_columns(dataset: str) -> bool:
    """Whether a dataset's name is that of a table, of pixels or of pictures' names, be it there or gone."""
    return form_of(dataset) in TABLES or (is_folder(dataset) and Path(dataset).suffix.lower() == ".csv")


def is_folder(dataset: str) -> bool:
    """Whether a dataset's name is that of a folder of pictures, or of a table that names some, be it there or gone."""
    return form_of(dataset) == "folder"


def shown(name: str | Path) -> str:
    """A name in quotes with control characters escaped, so that it cannot move the cursor or colour a line."""
    return repr(str(name))


def unreadable(path: Path, error: OSError) -> DatasetError:
    """The error for a file or folder that the system does not let us read."""
    where = Path(os.fsdecode(error.filename)) if error.filename else path
    why = quiet(cause_of(error))
    return DatasetError(f"{shown(where)} cannot be read ({why}). Check the path and its permissions.")
