"""How many batches a script's fit takes: of images to train on in an epoch, and of those to validate on after it."""

from __future__ import annotations

import math
import re
from typing import Any, TypeGuard

from cnn_tui.data.describe import describe
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.data_values import (
    BY_HAND,
    REPEATED,
    TAKEN,
    Folder,
    Listed,
    PictureCount,
    Share,
    images_in,
)
from cnn_tui.keras_io.code.data.passes import passes
from cnn_tui.keras_io.code.data.pictures.scale import table_of
from cnn_tui.keras_io.code.data.pictures.unknown_images import numbers_read
from cnn_tui.keras_io.code.values import FIT_AT, Unknown
from cnn_tui.keras_io.code.words import words_of
from cnn_tui.keras_io.imported.code import CodeImport
from cnn_tui.keras_io.imported.data.parts import (
    are_same,
    folder_split,
    holds_out,
    is_known_part,
    share_held_out,
    share_watched,
)
from cnn_tui.keras_io.notes import Notes
from cnn_tui.text import counted


def are_in_batches(data: Any) -> TypeGuard[Folder]:
    """Whether a generator or a pipeline gives the images, and not arrays, whose size and order are fit's to say."""
    return isinstance(data, Folder) and (BY_HAND not in data.arguments or data.generator is not None)


def batch_size_of(code: CodeImport) -> Any:
    """The images that a step learns from. Of what comes in batches already, Keras leaves that of fit aside."""
    own = code.data.arguments.get("batch_size") if are_in_batches(code.data) else None
    return own or code.fitted.get("batch_size") or _of_unknown(code) or 32


def _of_unknown(code: CodeImport) -> int | None:
    """In batches of how many images come that are not known otherwise; None where that is not known either."""
    numbers = numbers_read(code.data)
    return None if numbers is None else numbers.batch_size


def _is_size_known(code: CodeImport) -> bool:
    return isinstance(code.data, DatasetArrays | Folder) or bool({"y", "batch_size"} & code.fitted.keys())


def note_batches(code: CodeImport, notes: Notes) -> None:
    """Note batches of which it is not known how many images they have: those that a script makes by itself."""
    is_known = _is_size_known(code)
    if not is_known and _of_unknown(code) is None and not isinstance(code.fitted.get("x"), tuple | list):
        notes.append("how many images a batch has, if they come in batches there, is not known: 32 stands in")


_OF_IMAGES = re.compile(r"[^*]*(\.samples|\.n|\.num_examples|\.shape\[0\]|\blen\([^()]*\))[^*/]*//?[^*/]*")
"""So many images as there are, by the size of a batch."""
_ROUNDING = 1e-6
_SAME = 0.02
"""So far from one may be the share of the images that an epoch shows, for what is rounded off."""


def steps_per_epoch(experiment: Experiment, code: CodeImport, batch_size: Any, notes: Notes) -> Any:
    """How many batches an epoch has; None where they show every image once, as far as can be told."""
    steps, images = code.fitted.get("steps_per_epoch"), code.fitted.get("samples_per_epoch")
    if isinstance(images, int | float) and type(batch_size) is int:  # as Keras 1 had it
        steps = math.ceil(images / batch_size)
    times = code.data.arguments.get(REPEATED, 1) if isinstance(code.data, Folder) and steps is None else 1
    if type(times) is int and times > 1:
        steps = Share(float(times))
    elif not isinstance(times, int):
        steps = Unknown(f"{words_of(times)} times all batches", code.data.place)
    if (
        isinstance(steps, Unknown)
        and (times := passes(steps.what, batch_size if _is_size_known(code) else None)) is not None
    ):
        steps = Share(times)
    elif isinstance(steps, Unknown) and steps.what.endswith("…") and _OF_IMAGES.fullmatch(steps.what):
        return None
    if isinstance(steps, PictureCount) and isinstance(code.data, Folder) and type(batch_size) is int:
        unknown = Unknown("as many batches as another folder has", str(code.fitted.get(FIT_AT)))
        learned = share_watched(code.data) if isinstance(steps.folder, Unknown) else 1.0
        is_same = are_same(steps.folder, code.data.path)
        steps = Share(batch_size / steps.per / learned) if is_same and learned else unknown
    if isinstance(steps, Share):
        return _steps_of_share(_of_own(steps, code.data, batch_size), experiment, code, notes)
    if not isinstance(steps, int | float):
        return steps if isinstance(steps, Unknown) else None
    if isinstance(code.data, Folder) and TAKEN in code.data.arguments:
        once = _batches_of_all(experiment, code)
        steps = steps if once is None else min(steps, math.ceil(once))  # where there are no more
    if not steps:
        notes.append(f"steps_per_epoch is 0 there ({code.fitted.get(FIT_AT)}): here an epoch shows every image once")
        return None
    return None if _is_every_image(steps, experiment, code) else _whole("steps_per_epoch", steps, notes)


def _whole(name: str, steps: float, notes: Notes) -> int:
    """Steps that a script divides two numbers for: Keras made batches up to them, the last of which counts whole."""
    whole = math.ceil(steps - _ROUNDING)
    if abs(steps - whole) > _ROUNDING:
        notes.to_know.append(
            f"{name} is {steps:.6g} there: here {whole}, as Keras counted before it took whole numbers alone"
        )
    return whole


def _of_own(steps: Share, pictures: Any, size: Any) -> Share:
    """Steps as a share of those that show all of the pictures in question once, which may be a part of a folder's."""
    if not steps.counted or not isinstance(pictures, Folder) or not share_watched(pictures):
        return steps
    per = size if steps.counted == "pictures" and type(size) is int else 1
    return Share(steps.part * per / share_watched(pictures))


def _steps_of_share(share: Share, experiment: Experiment, code: CodeImport, notes: list[str]) -> int | None:
    """How many batches a share of all of them are; None where they are all."""
    if abs(share.part - 1) <= _SAME:
        return None
    if (once := _batches_of_all(experiment, code)) is None:
        notes.append(f"an epoch shows every image {share.part:.3g} times there, and once here")
        return None
    return max(1, int(share.part * once))


def _is_every_image(steps: float, experiment: Experiment, code: CodeImport) -> bool:
    """Whether so many steps show every training image once, but for a last batch that is not full."""
    once = _batches_of_all(experiment, code)
    if once is None:
        return False
    # A folder may have other pictures here than where the steps were counted, and a share of them is tested on.
    return abs(steps - once) < 1 or (abs(steps - once) == 1 and not _are_arrays(code))


def _are_arrays(code: CodeImport) -> bool:
    return isinstance(images_in(code.data), DatasetArrays)


def _batches_of_all(experiment: Experiment, code: CodeImport) -> float | None:
    """How many batches all training images are, the last perhaps in part; None where that is not known."""
    images = images_in(code.data)
    size = batch_size_of(code)
    count = images.count if isinstance(images, DatasetArrays) else None
    if count is None and experiment.dataset and isinstance(images, str | Listed):  # pictures that are here
        count = describe(experiment.dataset, experiment.data_options).train_images
    table = table_of(code.data)
    is_whole = table is not None and table.share == 1 and "validation_split" not in code.fitted
    if is_whole and experiment.dataset and not isinstance(experiment.test, float):  # a table that is here
        count = describe(experiment.dataset, experiment.data_options).train_images
    return count / size if count is not None and type(size) is int else None


def validation_steps(experiment: Experiment, code: CodeImport, batch_size: Any, notes: Notes) -> int | None:
    """How many batches of the images to validate on are measured; None where they are all, as far as can be told."""
    watched = code.validation
    images = images_in(watched)
    count = images.count if isinstance(images, DatasetArrays) else _held_out_here(experiment, code)
    shown = None
    if isinstance(images, DatasetArrays) and images.half != "train" and count not in (None, images.whole):
        shown = count
    if isinstance(images, str) and experiment.dataset and not holds_out(code):
        here = describe(experiment.dataset, experiment.data_options)
        count = here.validation_images or here.test_images
        shown = round(count * share_watched(watched)) if is_known_part(experiment, code) else None
    steps = _images_of_steps(code, count, notes)
    shown = steps if shown is None else shown if steps is None else min(steps, shown)
    if shown is None or type(batch_size) is not int:
        return None
    drawn = max(1, math.ceil(shown / batch_size))
    if isinstance(images, DatasetArrays) or drawn * batch_size != shown:
        whole = drawn * batch_size
        many = "as many" if whole == shown else f"{whole:,}, which are whole batches,"
        images_there = counted(shown, "image")
        notes.to_know.append(f"the model is validated on {images_there} there, and here on {many} drawn at random")
    return drawn


def _held_out_here(experiment: Experiment, code: CodeImport) -> int | None:
    """How many images are held out of those to train on, to validate on; None where that is not known."""
    data, share = code.data, code.fitted.get("validation_split")
    if isinstance(data, DatasetArrays) and data.count is not None and isinstance(share, float):
        return round(data.count * share)
    if not experiment.dataset or not isinstance(data, Folder) or not holds_out(code):
        return None
    if not isinstance(data.path, str | Listed):
        return None
    here, part = describe(experiment.dataset, experiment.data_options), share_held_out(data)
    if (split := folder_split(code)) is not None and isinstance(experiment.test, float):
        return round(here.train_images * float(split.validation))
    if isinstance(experiment.test, float):  # what is held out there is what is tested on here
        return here.test_images
    return round(here.train_images * part) if part is not None else None


def _images_of_steps(code: CodeImport, count: int | None, notes: Notes) -> int | None:
    """How many images a fit says are measured, of `count`; None where they are all, as far as can be told."""
    name = next((name for name in ("validation_steps", "nb_val_samples") if code.fitted.get(name) is not None), None)
    if name is None or not {"validation_data", "validation_split"} & code.fitted.keys():
        return None
    steps = code.fitted[name]
    watched = code.validation
    own = code.fitted.get("validation_batch_size") or batch_size_of(code)
    size = watched.arguments.get("batch_size") if are_in_batches(watched) else own
    if isinstance(steps, Unknown) and _OF_IMAGES.fullmatch(steps.what):
        notes += _part_measured(steps, size, code) if name == "validation_steps" else []
        return None
    if isinstance(steps, Share) and abs(_of_own(steps, watched, size).part - 1) <= _SAME:
        return None
    images = images_in(watched)
    if isinstance(steps, PictureCount) and are_same(steps.folder, images) and steps.per == size:
        return None
    if not isinstance(steps, int | float) or type(size) is not int or not steps:
        at = f"{code.fitted.get(FIT_AT)}{', 0' if steps == 0 else ''}"
        notes.append(f"{name} ({at}) is left out: all images to validate on are measured here")
        return None
    are_batches = name == "validation_steps"  # and else images, as Keras 1 had it
    shown = math.ceil(steps - _ROUNDING) * size if are_batches else math.ceil(steps)
    left_over = size if are_batches else 1  # as by // there
    if count is not None and shown > count - left_over:
        return None
    if are_batches:
        _whole(name, steps, notes)
    return shown


def _part_measured(steps: Unknown, size: Any, code: CodeImport) -> list[str]:
    """A note where so many batches of a size are not all images to validate on, by another number than that size."""
    part = passes(steps.what, size if are_in_batches(code.validation) or _is_size_known(code) else None)
    if part is None or part > 1 - _SAME:
        return []
    at = code.fitted.get(FIT_AT)
    return [
        f"validation_steps ({at}) measures {part:.3g} of the images to validate on there, in batches of {size}: here "
        "all are measured"
    ]
