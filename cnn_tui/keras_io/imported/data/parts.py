"""How many of a dataset's images a script learns from and watches, where it leaves some of them aside."""

from __future__ import annotations

import itertools
from pathlib import Path, PurePosixPath

from cnn_tui.data.dataset import TRAIN
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.images.image_ranges import apart
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.data_values import BY_HAND, Folder, images_in
from cnn_tui.keras_io.code.data.pictures.pictures import augmentation
from cnn_tui.keras_io.code.data.pictures.scale import arrays_of, table_of, white_of
from cnn_tui.keras_io.code.data.pictures.unknown_images import numbers_read
from cnn_tui.keras_io.code.values import Unknown
from cnn_tui.keras_io.imported.choice import described, without_place
from cnn_tui.keras_io.imported.code import CodeImport
from cnn_tui.keras_io.imported.data.ranges import parts_of
from cnn_tui.keras_io.imported.data.table import ShareSplit
from cnn_tui.keras_io.notes import Notes

_LEAST = 1e-6


def note_parts(experiment: Experiment, code: CodeImport, notes: Notes) -> None:
    """Note the images that a script neither learns from nor watches, and those with which it does both.

    That is told of a dataset's arrays and of a table's rows.
    """
    if _are_both(code) and experiment.test != TRAIN:
        notes.append("images to validate on are among those that it learns from there: here they are apart")
    table, watched = table_of(code.data), table_of(code.validation)
    numbers = table.numbers if table is not None else numbers_read(code.data)
    is_other = table is None or watched is None or watched.origin != table.origin
    of_watched = watched.numbers if watched is not None else numbers_read(code.validation)
    of_some = of_watched.some_at if of_watched is not None else ""
    is_all_learned = numbers is None or not numbers.some_at
    is_apart = watched is None or is_other or watched.share < 1
    if of_some and is_apart and (is_all_learned or (is_other and watched is not None)):
        notes.append(f"only some of the images to validate on are measured there ({of_some}), and here all")
    if numbers is not None and numbers.some_at and (is_other or numbers.is_chosen or numbers.some_at == of_some):
        some = "only some rows of the table" if table is not None else "only some of the images"
        rows = f"{some} are learned from there ({numbers.some_at})"
        notes.append(f"{rows}, and here all but those to test on")
    if numbers is not None and numbers.left_by:
        notes.append(f"rows that are left out there ({numbers.left_by}) are learned from here")
    images = arrays_of(code.data)
    if images is not None and images.half != "train":
        to_do = "test" if images.half == "test" else "validate"
        notes.append(f"the model is trained on the images to {to_do} on there, and on those to train on here")
    parts = parts_of(code)
    notes += parts.notes
    notes.to_know += parts.to_know


def _are_both(code: CodeImport) -> bool:
    """Whether some images of one dataset are learned from and watched too."""
    if isinstance(code.data, Folder) and "subset" in code.data.arguments:
        return False
    if isinstance(code.data, Folder) and isinstance(code.validation, Folder):
        learned_in, watched_in = code.data.path, code.validation.path
        if isinstance(learned_in, str) and learned_in == watched_in:  # what is unknown may be two things of one line
            return not code.data.is_part
    learned, of_others = table_of(code.data), table_of(code.validation)
    if learned is not None and of_others is not None:
        return learned.origin == of_others.origin and 1 + _LEAST < learned.share + of_others.share < 2
    images, watched = arrays_of(code.data), arrays_of(code.validation)
    if images is None or watched is None or (images.half, watched.half) != ("train", "train"):
        return False
    if images.places is not None and watched.places is not None:
        return list(apart(images.places, watched.places)) != list(images.places)
    counts = (images.count, watched.count)
    return None not in counts and sum(count or 0 for count in counts) > images.whole


def watches_all(code: CodeImport) -> bool:
    """Whether it validates on all images that it has to learn from."""
    arrays = arrays_of(code.validation)
    if arrays is not None:
        return arrays.half == "train" and arrays.count == arrays.whole
    return are_same(images_in(code.validation), images_in(code.data))


def varies_validation(code: CodeImport, notes: list[str]) -> bool:
    """Whether the images to validate on are varied as the first layers vary those to train on; else they are noted."""
    watched = code.validation
    if not isinstance(watched, Folder):
        return False
    generator = watched.generator
    made = augmentation(generator, white_of(watched), Notes()) if generator is not None else []
    made += [layer for layer in watched.layers if layer.kind.startswith("Random")]
    first = itertools.takewhile(lambda layer: str(layer["class_name"]).startswith("Random"), code.chain.layers)
    if made and [without_place(described(layer)) for layer in made] == [without_place(layer) for layer in first]:
        return True
    if made:
        notes.append(
            "the pictures to validate on are varied in another way than those that it learns from there: here they "
            "come as they are, as the network will meet them"
        )
    return False


def share_watched(watched: Folder) -> float:
    """Which share of a folder's pictures is validated on, where that is known."""
    return watched.part[1] - watched.part[0] if watched.part is not None else 1.0


def is_known_part(experiment: Experiment, code: CodeImport) -> bool:
    """Whether it is known how many pictures of another folder, which is here, are validated on, of all that it has."""
    watched = code.validation
    if not isinstance(watched, Folder) or not isinstance(code.data, Folder) or not experiment.dataset:
        return False
    learned = code.data.path
    are_both_here = isinstance(experiment.test, str) or (
        isinstance(learned, str) and Path(learned.replace("\\", "/")).name != Path(experiment.dataset).name
    )
    return are_both_here and watched.path != learned and watched.is_part and watched.part is not None


def learns_from_some(code: CodeImport) -> bool:
    """Whether a script learns from a part of a folder, and does not hold the rest of it out to validate on."""
    data, watched = code.data, code.validation
    if not isinstance(data, Folder) or not data.is_part or isinstance(data.path, DatasetArrays):
        return False
    if isinstance(watched, Folder) and not are_same(watched.path, data.path):
        return True
    if isinstance(watched, Folder) and _part_of_both(data, watched) is not None:
        return False
    return "subset" in data.arguments or (data.part is None and not holds_out(code))


def holds_out(code: CodeImport) -> bool:
    """Whether a script learns from a part of a folder, and watches another part of it."""
    data, watched = code.data, code.validation
    if not isinstance(data, Folder) or "subset" in data.arguments:
        return isinstance(data, Folder) and not (isinstance(watched, Folder) and not are_same(watched.path, data.path))
    return data.is_part and isinstance(watched, Folder) and are_same(watched.path, data.path)


def are_same(one: object, other: object) -> bool:
    """Whether two paths of folders are one: as they are written, where only running tells them."""
    if isinstance(one, str) and isinstance(other, str):
        return PurePosixPath(one.replace("\\", "/")) == PurePosixPath(other.replace("\\", "/"))
    if isinstance(one, Unknown) and isinstance(other, Unknown):
        return one.what == other.what and one.table == other.table
    return bool(one == other)


def share_held_out(folder: Folder) -> float | None:
    """The share of one folder that a script does not learn from; None where it does not say."""
    share = (folder.generator or folder).arguments.get("validation_split")
    if "subset" not in folder.arguments:
        share = round(1 - folder.part[1] + folder.part[0], 4) if folder.part is not None else None
    elif folder.arguments["subset"] == "validation" and isinstance(share, float):
        share = round(1 - share, 12)
    return share if isinstance(share, float) and 0 < share < 1 else None


def overlap(learned: Folder, watched: object) -> bool:
    """Whether some pictures of a folder are learned from and watched too."""
    part, other = _span(learned), _span(watched) if isinstance(watched, Folder) else None
    return part is not None and other is not None and max(part[0], other[0]) < min(part[1], other[1]) - _LEAST


def _span(folder: Folder) -> tuple[float, float] | None:
    """From where to where of all pictures of its folder a part is; None where that is not known."""
    half = _half(folder) if "subset" in folder.arguments else (0.0, 1.0)
    if half is None or folder.part is None:
        return None
    low, size = half[0], half[1] - half[0]
    return low + folder.part[0] * size, low + folder.part[1] * size


def _half(folder: Folder) -> tuple[float, float] | None:
    """From where to where the pictures of a `subset` are: a generator validates on the first, and a reader on the last.

    None where that is not known, and of one that gives both.
    """
    subset, share = folder.arguments["subset"], (folder.generator or folder).arguments.get("validation_split")
    if subset not in ("training", "validation") or not isinstance(share, float) or not 0 < share < 1:
        return None
    cut = 1 - share if folder.generator is None else share
    return (0.0, cut) if (subset == "training") is (folder.generator is None) else (cut, 1.0)


def folder_split(code: CodeImport) -> ShareSplit | None:
    """How a script parts the pictures of one folder, where it neither learns from nor watches some of them.

    Those are tested on here; where a fit holds some out of all, those that it watches. None where there are none, or
    where it is not known how many.
    """
    data, watched = code.data, code.validation
    if isinstance(data, Folder) and BY_HAND in data.arguments and not data.is_part and watched is None:
        share = code.fitted.get("validation_split")
        return ShareSplit(share, "test") if isinstance(share, float) and 0 < share < 1 else None
    if not holds_out(code) or not isinstance(watched, Folder) or overlap(data, watched):
        return None
    held = share_held_out(data)
    if held is None or watched.part is None:
        return None
    if (of_part := _part_of_both(data, watched)) is not None:
        return ShareSplit(round(1 - of_part, 4), held)
    own = _half(watched) or (0.0, held) if "subset" in watched.arguments else (0.0, 1.0)
    seen = share_watched(watched) * (own[1] - own[0])
    rest = held - seen
    return ShareSplit(round(rest, 4), round(seen / (1 - rest), 4)) if min(rest, seen) > _LEAST else None


def _part_of_both(data: Folder, watched: Folder) -> float | None:
    """How much of all the part is that a reader's `subset` parts once more; None where it parts all, or others."""
    is_of_part = data.part == watched.part and {"subset"} <= data.arguments.keys() & watched.arguments.keys()
    return data.part[1] - data.part[0] if is_of_part and data.is_part and data.part is not None else None


def share_tested(code: CodeImport) -> float | None:
    """The share of one folder that is tested on here; None where a script does not say."""
    split = folder_split(code)
    return share_held_out(code.data) if split is None else split.test
