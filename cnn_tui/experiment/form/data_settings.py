"""What is learned from, in the form of settings: the dataset, what is asked of its pictures, and what is left out."""

from __future__ import annotations

import contextlib
import re
import typing
from pathlib import Path

import msgspec

from cnn_tui.data.dataset import (
    MOST_SIDE,
    NAMED,
    OPTION_KEYS,
    TABLES,
    TRAIN,
    Color,
    DataOptions,
    DatasetError,
    Fit,
    Form,
    form_of,
    has_columns,
    path_of,
    whole_path,
)
from cnn_tui.data.describe import describe
from cnn_tui.data.pictures.image_folder import validation_beside
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.form.setting import Setting
from cnn_tui.experiment.images import leaving_out
from cnn_tui.experiment.images.unset_dataset import NOT_SET, images_in_words
from cnn_tui.experiment.training.training import names_place
from cnn_tui.home import typed_path
from cnn_tui.text import enumerated, quiet

NAMES = ("dataset", "leave_out", *OPTION_KEYS)
SHARES = ("0.1", "0.2", "0.3")
_DATASETS = "a name, a .npz, .csv or .parquet file or a folder of folders"
FREE = "as they are"
FROM_DATASET = "from the dataset"
_COLORS = (FREE, *typing.get_args(Color))
_FITS: tuple[str, ...] = typing.get_args(Fit)
_TESTS = (FROM_DATASET, *SHARES, TRAIN)


def rows_of(experiment: Experiment) -> list[Setting]:
    """The dataset and, where they mean something for it, what is tested on and what is asked of pictures."""
    rows = [_dataset_row(experiment)]
    form = form_of(experiment.dataset) if experiment.dataset else None
    if form in ("folder", *TABLES) or experiment.test == TRAIN:
        rows.append(_test_row(experiment))
    if experiment.dataset and has_columns(experiment.dataset):
        rows.append(_label_row(experiment))
    if form in ("folder", "parquet"):
        rows += _picture_rows(experiment)
    elif experiment.image_size is not None:
        rows += _picture_rows(experiment)[:1]
    return rows


def change(experiment: Experiment, name: str, text: str) -> Experiment:
    """The experiment with what was typed for one of `NAMES`. Raises ValueError with a sentence."""
    if name == "dataset":
        return _with_dataset(experiment, text)
    if name == "leave_out":
        return msgspec.structs.replace(experiment, leave_out=leaving_out.parse(text))
    return _with_options(experiment, msgspec.structs.replace(experiment.data_options, **{name: _wish(name, text)}))


def _dataset_row(experiment: Experiment) -> Setting:
    words = "The images."
    if experiment.input_shape is not None and experiment.classes is not None:
        words = f"The images. The network is for {images_in_words(experiment.input_shape, experiment.classes)}."
    return Setting("dataset", experiment.dataset or NOT_SET, words, _DATASETS, NAMED)


def left_out_rows(experiment: Experiment) -> list[Setting]:
    """Which training images are left out; no row before a dataset is set, whose images they are."""
    if not experiment.dataset:
        return []
    words = "Training images that are not learned from."
    now = leaving_out.typed(experiment.leave_out)
    return [Setting("leave_out", now, words, leaving_out.ALLOWED, ("none",))]


def _test_row(experiment: Experiment) -> Setting:
    """What is tested on, for a dataset that may leave it open."""
    test = experiment.test
    shown = FROM_DATASET if test is None else test if isinstance(test, str) else f"{test:g}"
    words = (
        "The images to test on: the dataset's own, or every fifth of a class; else a share, a folder or a table. "
        f"{TRAIN}: those that are learned from."
    )
    return Setting("test", shown, words, f"{FROM_DATASET}, a share like 0.1, {TRAIN}, or a path", _TESTS)


def _label_row(experiment: Experiment) -> Setting:
    """Which column of a table has the classes."""
    now = FROM_DATASET if experiment.label_column is None else experiment.label_column
    words = "The column of the table that has the classes, by its name; from the dataset: the likeliest one."
    return Setting("label_column", now, words, f"a column's name, or {FROM_DATASET}", (FROM_DATASET,))


def validation_row(experiment: Experiment) -> Setting:
    """What is validated on, with the place for it that lies beside, or in, what is learned from."""
    now = experiment.training.validation
    form = form_of(experiment.dataset) if experiment.dataset else None
    beside = _validated_beside(experiment, form)
    may_be = ["none", "test", "a fraction like 0.1", "training images like 0-4999"]
    words = "Images that are watched, never learned from."
    if form in ("folder", *TABLES):
        may_be.append("a path")
        words += " A path: a folder or table with the same classes."
    if form == "npz":
        may_be.append("a path")
        words += " A path: a .npz file with x_val and y_val."
    shown = now if isinstance(now, str) else f"{now:g}"
    choices = ("none", "test", *SHARES, *([str(beside)] if beside is not None else []))
    return Setting("validation", shown, words, enumerated(may_be, "or"), choices)


def _validated_beside(experiment: Experiment, form: Form | None) -> Path | None:
    """The folder to validate on beside the one to learn from, or the file that has images for both."""
    if form == "folder":
        return validation_beside(experiment.dataset)
    if form == "npz":
        with contextlib.suppress(DatasetError):  # which is said where the dataset is
            if describe(experiment.dataset).unused_validation_images:
                return path_of(experiment.dataset)
    return None


def with_validation(experiment: Experiment, text: str) -> Experiment:
    """The experiment that is validated on what was typed. Raises ValueError with a sentence."""
    try:
        value: str | float = float(text)
    except ValueError:
        value = whole_path(text) if names_place(text) else text.lower()
    changed = experiment.with_training(validation=value)
    return _described(changed) if changed.training.validation_path is not None else changed


def _picture_rows(experiment: Experiment) -> list[Setting]:
    """What may be asked of the pictures of a folder."""
    size = experiment.image_size
    shown = FREE if size is None else f"{size[0]}x{size[1]}"
    size_help = "Height and width that pictures are brought to; as they are: those of the first."
    color_help = "Whether pictures are made grey; as they are: only where all of them are."
    fit_help = "Where a picture has other proportions: stretch it, or take its middle."
    return [
        Setting("image_size", shown, size_help, f"two numbers, as 150x150, or {FREE}"),
        Setting("color", experiment.color or FREE, color_help, ", ".join(_COLORS), _COLORS, free=False),
        Setting("fit", experiment.fit, fit_help, ", ".join(_FITS), _FITS, free=False),
    ]


def _with_dataset(experiment: Experiment, text: str) -> Experiment:
    """The experiment on other images.

    After a table's path there may be the size of its images, as 20x30, or label_column=kind; after that of a `.npz`
    file without images to test on, test=train.
    """
    named = re.fullmatch(r"(.+\S) +(label_column|test)=(.+)", text)
    if named is not None and (has_columns(named[1]) or form_of(named[1]) == "npz"):
        experiment = experiment.with_dataset(str(Path(named[1]).expanduser().absolute()))
        wish = {named[2]: _wish(named[2], named[3])}
        return _with_options(experiment, msgspec.structs.replace(experiment.data_options, **wish))
    sized = re.fullmatch(r"(.+\S) +(\d{1,6}x\d{1,6})", text)
    if sized is None or form_of(sized[1]) not in TABLES:
        describe(text)
        return _described(experiment.with_dataset(text if text in NAMED else str(typed_path(text).absolute())))
    experiment = experiment.with_dataset(str(Path(sized[1]).expanduser().absolute()))
    return _with_options(
        experiment, msgspec.structs.replace(experiment.data_options, image_size=_wish("image_size", sized[2]))
    )


def _with_options(experiment: Experiment, options: DataOptions) -> Experiment:
    return _described(msgspec.structs.replace(experiment, **options.of_file))


def _described(experiment: Experiment) -> Experiment:
    """The experiment. Raises DatasetError where its dataset cannot be described."""
    _ = experiment.data
    return experiment


def _wish(name: str, text: str) -> tuple[int, ...] | float | str | None:
    """What was typed of an option of the dataset."""
    if name == "test":
        return _test(text)
    if name == "label_column":
        return None if text in ("", FROM_DATASET) else text
    choices = {"color": _COLORS, "fit": _FITS}.get(name)
    if text == FREE and name != "fit":
        return None
    if choices is not None:
        if text not in choices:
            raise ValueError(f"{name} is one of {', '.join(choices)}, not {quiet(text, 60)}")
        return text
    match = re.fullmatch(r"(\d{1,6}) *[x,] *(\d{1,6})", text)
    sides = tuple(map(int, match.groups())) if match else ()
    if not sides or not all(1 <= side <= MOST_SIDE for side in sides):
        raise ValueError(f"image_size is two numbers from 1 to {MOST_SIDE:,}, as 150x150, or {FREE}")
    return sides


def _test(text: str) -> float | str | None:
    if text in ("", FROM_DATASET):
        return None
    if text == TRAIN:
        return TRAIN
    try:
        share = float(text)
    except ValueError:
        return whole_path(text)
    if not 0 < share < 1:
        raise ValueError(f"a share that is tested on is above 0 and below 1, not {quiet(text, 30)}")
    return share
