"""The datasets of the course's later weeks: where each is looked for, and the drawn one that stands in for it.

They may not be handed out with the lab, and each is had as a folder of pictures. A set's own name is that folder, in
`CNN_TUI_DATA`. With `_drawn` behind it, it is a folder of hundreds of drawn pictures (`drawings.py`), which is made
in the home when it is first asked for. While the folder is not there, the drawn one stands in for it.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

from cnn_tui.data.drawn import drawings
from cnn_tui.home import home, scratch

DRAWN = "_drawn"
_VERSION = 4
"""Of the drawings; another one is drawn anew."""


class CourseSet(NamedTuple):
    """A dataset of the course: `places` are what it may be called in `CNN_TUI_DATA`; `had` says how one gets it."""

    title: str
    places: tuple[str, ...]
    had: str


COURSE_SETS: dict[str, CourseSet] = {
    "horses_or_humans": CourseSet(
        "Horses or humans",
        ("horses_or_humans", "horse-or-human"),
        "The course hands it out as horse-or-human.zip and validation-horse-or-human.zip: unpack the first as train "
        "and the second as validation, in a folder horses_or_humans",
    ),
    "cats_and_dogs": CourseSet(
        "Cats and dogs",
        ("cats_and_dogs", "cats_and_dogs_filtered"),
        "The course hands it out as cats_and_dogs_filtered.zip: unpack it",
    ),
    "rock_paper_scissors": CourseSet(
        "Rock, paper, scissors",
        ("rock_paper_scissors",),
        "The course hands it out as rps.zip and rps-test-set.zip: unpack the first as train and the second as test, in "
        "a folder rock_paper_scissors",
    ),
    "sign_mnist": CourseSet(
        "Sign-MNIST",
        ("sign_mnist_train.csv", "sign_mnist/sign_mnist_train.csv"),
        "Kaggle has it as sign_mnist_train.csv and sign_mnist_test.csv: keep the two in one folder",
    ),
}
NAMES = tuple(one for name in COURSE_SETS for one in (name, f"{name}{DRAWN}"))


def is_drawn(dataset: str) -> bool:
    """Whether a dataset is a drawn one, which says little of the one that it stands in for."""
    return dataset.endswith(DRAWN) and dataset in NAMES


def resolved(dataset: str) -> str:
    """The dataset that is taken for one of this name: a set's drawn one, where the set is not on this machine."""
    return f"{dataset}{DRAWN}" if dataset in COURSE_SETS and own_place(dataset) is None else dataset


def title_of(dataset: str) -> str:
    """What a set of the course is called."""
    title = COURSE_SETS[dataset.removesuffix(DRAWN)].title
    return f"{title} (drawn)" if is_drawn(dataset) else title


def how_to_get(dataset: str) -> str:
    """A sentence that says how one gets the set for which a drawn one stands in."""
    course_set = COURSE_SETS[dataset.removesuffix(DRAWN)]
    own = os.environ.get("CNN_TUI_DATA")
    where = f"put it into {own}" if own else "set CNN_TUI_DATA to the folder that it is in"
    return f"{course_set.had}, and {where}."


def place_of(dataset: str) -> Path:
    """The folder or file of a set, drawn first if it is a drawn one that is not there yet. Raises OSError."""
    return own_place(dataset) or _drawn_folder(dataset.removesuffix(DRAWN))


def own_place(dataset: str) -> Path | None:
    """Where a set of the course is in `CNN_TUI_DATA`; None for any other dataset, and while it is not there."""
    for path in possible_places(dataset):
        with contextlib.suppress(OSError):
            if path.exists():
                return path
    return None


def possible_places(dataset: str) -> tuple[Path, ...]:
    """Where a set of the course would be found, there or not; none for any other dataset."""
    own = os.environ.get("CNN_TUI_DATA")
    if not own or dataset not in COURSE_SETS:
        return ()
    return tuple(Path(own).expanduser() / place for place in COURSE_SETS[dataset].places)


def _drawn_folder(name: str) -> Path:
    kept = (scratch() or home()) / "drawn"
    folder = kept / f"{name}.{_VERSION}"
    if folder.is_dir():
        return folder
    import shutil  # only here: they are slow to load
    import tempfile

    kept.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=kept, prefix=".cnn-tui-"))
    try:
        _draw(name, staging)
        with contextlib.suppress(OSError):  # another process has drawn it meanwhile, the same
            staging.rename(folder)
        for old in kept.glob(f"{name}.*"):  # as an earlier version of the lab drew it
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return folder


def _draw(name: str, folder: Path) -> None:
    """Draw the pictures of a set into `train` and `test`, a folder a class."""
    drawn = drawings.DRAWN[name]
    for class_name in drawn.classes:
        for number in range(drawn.train + drawn.test):
            part = "train" if number < drawn.train else "test"
            path = folder / part / class_name / f"{number:03}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            drawings.picture(name, class_name, number).save(path, compress_level=1)
