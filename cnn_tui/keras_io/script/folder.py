"""The lines of a Keras script that load a folder of image folders, each picture as `data/pictures/picture.py` reads it.

Steps that none of the folder's pictures needs are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cnn_tui.data.dataset import TEST_SHARE, TRAIN, DataOptions, Dataset, is_file, test_share
from cnn_tui.data.pictures import folder_look, image_folder, picture, picture_ground, picture_survey
from cnn_tui.data.pictures.picture_survey import Survey
from cnn_tui.keras_io.script.named_pictures import halves, listing_parts, tables_of
from cnn_tui.keras_io.source import CodeLines, call, literal

FOLDER_IMPORTS = (
    "import contextlib",
    "from pathlib import Path",
    "import numpy as np",
    "from PIL import Image, ImageOps",
)


def folder_parts(path: Path, dataset: Dataset, options: DataOptions) -> Iterator[CodeLines]:
    """What loads the folder that `dataset` describes: lists of its pictures, then arrays. Raises DatasetError."""
    listing = image_folder.list_pictures(path, options)
    survey = picture_survey.survey(path, listing.paths, whole=True)
    top = picture_survey.top_in(path, listing.paths) if survey.deep else 0
    crop = options.fit == "crop"
    if is_file(path):
        yield from listing_parts(tables_of(path, options), options.label_column, [MOST_PIXELS] if survey.huge else [])
        yield from picture_parts(dataset, survey, top, crop)
        yield halves(test_share(options.test) if options.test_path is None else None)
        if options.validation is not None:
            yield ["validation = [(path, classes.index(label)) for label, path in validated]"]
        yield _arrays(options)
        return
    apart = options.test_path is not None
    yield [
        "# Load the pictures: each folder is a class",
        *call("Path", [literal(str(path))], before="folder = "),
        *(call("Path", [literal(str(listing.halves[1]))], before="test_folder = ") if apart else ()),
        *(
            call("Path", [literal(options.validation)], before="validation_folder = ")
            if options.validation is not None
            else ()
        ),
        *call("", map(literal, picture.ENDINGS), before="endings = "),
        *([MOST_PIXELS] if survey.huge else ()),
    ]
    yield _CLASSES_OF
    yield _PICTURES_OF
    yield from picture_parts(dataset, survey, top, crop)
    if apart:
        yield _halves("folder", "test_folder")
    elif listing.halves[0] != path:
        yield _halves(*(f"folder / {literal(half.name)}" for half in listing.halves))
    else:
        yield _share(test_share(options.test))
    if options.validation is not None:
        yield _VALIDATION
    yield _arrays(options)


def picture_parts(dataset: Dataset, survey: Survey, top: int, crop: bool) -> Iterator[CodeLines]:
    """The functions that make a picture, and many, images as `dataset` describes them; `top` is white in deep ones."""
    if survey.deep:
        yield _eight_bits(top)
    if survey.transparent:
        yield _ON_GROUND
    if crop:
        yield _middle(dataset)
    yield _load_picture(dataset, survey, crop)
    yield _LOAD_PICTURES


def _load_picture(dataset: Dataset, survey: Survey, crop: bool) -> CodeLines:
    height, width, channels = dataset.input_shape
    mode = "L" if channels == 1 else "RGB"
    edge = max(height, width)
    refused = []
    if survey.huge:
        refused = [
            f"        if max(picture.size) > {picture.LONGEST_SIDE}:",
            f'            raise ValueError("has a side of more than {picture.LONGEST_SIDE:,} pixels")',
        ]
    steps = []
    if survey.deep:
        steps += [
            f"        if picture.mode.startswith({literal(picture.DEEP_MODES)}):",
            "            picture = eight_bits(picture)",
        ]
    if survey.transparent:
        deep = "el" if survey.deep else ""
        steps += [f"        {deep}if picture.has_transparency_data:", "            picture = on_ground(picture)"]
    box = ["box=middle(picture)"] if crop else []
    return [
        "def load_picture(path):",
        "    try:",
        "        picture = Image.open(path)",
        *refused,
        f"        picture.draft(None, ({edge}, {edge}))  # a large JPEG is unpacked smaller",
        "        with contextlib.suppress(Exception):  # what a camera noted may be broken",
        "            picture = ImageOps.exif_transpose(picture)",
        *steps,
        f'        picture = picture.convert("{mode}")',
        *call(
            "picture.resize", [f"({width}, {height})", "Image.Resampling.BILINEAR", *box], indent=8, before="picture = "
        ),
        "    except Exception as error:",
        '        print(f"{path} is left out: {error}")',
        "        return None",
        "    return np.asarray(picture)",
    ]


def _middle(dataset: Dataset) -> CodeLines:
    height, width, _ = dataset.input_shape
    return [
        "def middle(picture):",
        f"    scale = min(picture.width / {width}, picture.height / {height})",
        f"    left = (picture.width - {width} * scale) / 2",
        f"    top = (picture.height - {height} * scale) / 2",
        "    return left, top, picture.width - left, picture.height - top",
    ]


def _eight_bits(top: int) -> CodeLines:
    scale = "255" if top == 1 else f"256 / {top + 1}"
    return [
        "def eight_bits(picture):",
        f"    # White is {top} in these pictures",
        '    numbers = np.nan_to_num(np.asarray(picture, "float64"))',
        f'    return Image.fromarray((numbers * {scale}).clip(0, 255).astype("uint8"))',
    ]


def _halves(train: str, test: str) -> CodeLines:
    """Of two folders, as the script has them."""
    return [
        "training, test = [], []",
        *call("enumerate", [f"classes_of({train})"], before="for label, name in ", after=":"),
        f"    training += [(path, label) for path in pictures_of({train} / name)]",
        f"    test += [(path, label) for path in pictures_of({test} / name)]",
    ]


def _arrays(options: DataOptions) -> CodeLines:
    wanted = {"validation": options.validation is not None, "test": options.test != TRAIN}
    parts = ["training", *(part for part, is_wanted in wanted.items() if is_wanted)]
    return [f"{part}_images, {part}_labels = load_pictures({part})" for part in parts]


def _share(share: float) -> CodeLines:
    """Of one folder, of which a share of each class is tested on, as `is_tested` tells; or none, and all is learned."""
    if not share:
        return [
            "training = []",
            *call("enumerate", ["classes_of(folder)"], before="for label, name in ", after=":"),
            "    training += [(path, label) for path in pictures_of(folder / name)]",
        ]
    if share == TEST_SHARE:
        return _EVERY_FIFTH
    return [
        f"# Of each class, a share of {share:g} is tested on",
        f"share, rounding = {share!r}, 1e-9",
        "training, test = [], []",
        "for label, name in enumerate(classes_of(folder)):",
        "    for position, path in enumerate(pictures_of(folder / name)):",
        "        before = int(position * share + rounding)",
        "        is_tested = int((position + 1) * share + rounding) > before",
        "        (test if is_tested else training).append((path, label))",
    ]


MOST_PIXELS = f"Image.MAX_IMAGE_PIXELS = {picture.MOST_PIXELS // 2}  # twice as many are refused"
_CLASSES_OF = (
    "def classes_of(folder):",
    "    names = [path.name for path in folder.iterdir() if path.is_dir()]",
    f"    return sorted(name for name in names if not name.startswith({literal(folder_look.HIDDEN)}))",
)
_PICTURES_OF = (
    "def is_hidden(path):",
    f"    return any(name.startswith({literal(folder_look.HIDDEN)}) for name in path.parts)",
    "",
    "",
    "def pictures_of(folder):",
    '    inside = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]',
    "    seen = sorted(path for path in inside if not is_hidden(path))",
    "    return [folder / path for path in seen if path.name.lower().endswith(endings)]",
)
_ON_GROUND = (
    "def on_ground(picture):",
    "    # White shows through what is transparent; black where all that is drawn is bright",
    '    picture = picture.convert("RGBA")',
    '    alpha = np.asarray(picture.getchannel("A"))',
    '    grey = np.asarray(picture.convert("RGB").convert("L"))',
    "    drawn = grey[alpha > alpha.max() // 2]",
    f'    ground = "black" if drawn.size and drawn.min() > {picture_ground.TOO_BRIGHT} else "white"',
    '    below = Image.new("RGBA", picture.size, ground)',
    "    return Image.alpha_composite(below, picture)",
)
_LOAD_PICTURES = (
    "def load_pictures(listed):",
    "    loaded = [(load_picture(path), label) for path, label in listed]",
    "    loaded = [(picture, label) for picture, label in loaded if picture is not None]",
    "    images = np.array([picture for picture, _ in loaded])",
    "    return images, np.array([label for _, label in loaded])",
)
_EVERY_FIFTH = (
    "# Every fifth picture of a class is tested on",
    "training, test = [], []",
    "for label, name in enumerate(classes_of(folder)):",
    "    for position, path in enumerate(pictures_of(folder / name)):",
    "        (test if position % 5 == 4 else training).append((path, label))",
)
_VALIDATION = (
    "validation = []",
    "for label, name in enumerate(classes_of(validation_folder)):",
    "    validation += [(path, label) for path in pictures_of(validation_folder / name)]",
)
