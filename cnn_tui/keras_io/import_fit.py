"""How a script trains its model: what its fit is given, as training settings, stop rules and what is held out."""

from __future__ import annotations

import math
import re
from pathlib import PurePosixPath
from typing import Any, TypeGuard

import msgspec

from cnn_tui.data.describe import describe
from cnn_tui.experiment import class_weights
from cnn_tui.experiment.class_weights import ClassWeight
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.schedule import ReduceLROnPlateau
from cnn_tui.experiment.stop_rules import StopRule
from cnn_tui.experiment.training import Training
from cnn_tui.keras_io.code.callbacks import stop_rules
from cnn_tui.keras_io.code.data_values import BY_HAND, ClassWeights, DatasetArrays, Folder, PictureCount, Share
from cnn_tui.keras_io.code.values import FIT_AT, TOGETHER, Unknown
from cnn_tui.keras_io.import_code import CodeImport
from cnn_tui.keras_io.import_parts import is_known_part, note_parts, share_watched
from cnn_tui.keras_io.import_table import table_split
from cnn_tui.keras_io.notes import Notes
from cnn_tui.text import quiet


def trained(experiment: Experiment, code: CodeImport, notes: Notes) -> Training:
    """The training settings of an experiment with what a script's fit says."""
    training = experiment.training
    if not code.fitted:
        if not code.is_by_hand:
            notes.to_know.append("the model is not trained in the file: the usual epochs stand in")
        return msgspec.structs.replace(training, validation="test")
    given: dict[str, Any] = {"epochs": _epochs(experiment, code, notes)}
    given["batch_size"] = _batch_size(code)
    if _are_in_batches(code.data) and code.fitted.get("batch_size") not in (None, given["batch_size"]):
        notes.to_know.append(
            f"batch_size of fit ({code.fitted.get(FIT_AT)}) counts for arrays alone: the images come in the batches "
            f"that they are read in, of {given['batch_size']}"
        )
    if code.seed is not None:
        given["seed"] = code.seed
    # Of a part of one folder: what is watched there is what is tested on here.
    held_out = isinstance(experiment.test, float) and holds_out(code)
    if holds_out(code) and _overlap(code.data.part, code.validation):
        notes.append("pictures to validate on are among those that it learns from there: here they are apart")
    split = table_split(code) if isinstance(experiment.test, float) else None
    given["validation"] = "test" if held_out else _validation(experiment, code, notes)
    if split is not None:
        given["validation"] = split.validation
    if code.schedule is not None and training.schedule is None:
        given["schedule"] = code.schedule
    given["validation_steps"] = _validation_steps(experiment, code, given["batch_size"], notes)
    given["class_weight"] = _class_weight(code, notes)
    given["shuffle"] = _shuffle(code)
    given["steps_per_epoch"] = _steps(experiment, code, given["batch_size"], notes)
    for name, value in given.items():
        if isinstance(value, Unknown | Share | PictureCount):
            instead = "every image once" if name == "steps_per_epoch" else getattr(training, name)
            notes.append(f"{name} is {value}, which is not known: {instead} stands in")
            continue
        try:
            training = msgspec.structs.replace(training, **{name: value})
        except (ValueError, TypeError) as error:
            notes.append(f"{error}; {getattr(training, name)} stands in")
    return training


def _epochs(experiment: Experiment, code: CodeImport, notes: Notes) -> Any:
    """How many epochs a fit trains; `epochs` counts from the one that it begins after."""
    epochs, first = code.fitted.get("epochs", 1), code.fitted.get("initial_epoch", 0)
    if isinstance(first, Unknown):
        notes.append(f"initial_epoch is {first}, which is not known: it is trained for all {epochs} epochs here")
    if many := code.fitted.get(TOGETHER):
        notes.to_know.append(f"the model is trained {many} times in a row there: here at once, for all {epochs} epochs")
    if type(epochs) is type(first) is int and first > 0:
        notes.to_know.append(f"epochs are counted from {first} on there: here it is trained for {epochs - first}")
        return epochs - first
    return epochs


def _are_in_batches(data: Any) -> TypeGuard[Folder]:
    """Whether a generator or a pipeline gives the images, and not arrays, whose size and order are fit's to say."""
    return isinstance(data, Folder) and (BY_HAND not in data.arguments or data.generator is not None)


def _batch_size(code: CodeImport) -> Any:
    """The images that a step learns from. Of what comes in batches already, Keras leaves that of fit aside."""
    own = code.data.arguments.get("batch_size") if _are_in_batches(code.data) else None
    return own or code.fitted.get("batch_size") or 32


def _shuffle(code: CodeImport) -> bool:
    """Whether the images come in another order each time. Keras itself only asks it of arrays."""
    if _are_in_batches(code.data):
        return code.data.arguments.get("shuffle") is not False
    return code.fitted.get("shuffle") is not False


_OF_IMAGES = re.compile(r"[^*]*(\.samples|\.n|\.shape\[0\]|\blen\([^()]*\))[^*/]*//?[^*/]*")
"""So many images as there are, by the size of a batch."""
_SAME = 0.02
"""So far from one may be the share of the images that an epoch shows, for what is rounded off."""


def _steps(experiment: Experiment, code: CodeImport, batch_size: Any, notes: list[str]) -> Any:
    """How many batches an epoch has; None where they show every image once, as far as can be told."""
    steps, images = code.fitted.get("steps_per_epoch"), code.fitted.get("samples_per_epoch")
    if isinstance(images, int | float) and type(batch_size) is int:  # as Keras 1 had it
        steps = math.ceil(images / batch_size)
    if isinstance(steps, Unknown) and _OF_IMAGES.fullmatch(steps.what):
        return None
    if isinstance(steps, PictureCount) and isinstance(code.data, Folder) and type(batch_size) is int:
        unknown = Unknown("as many batches as another folder has", str(code.fitted.get(FIT_AT)))
        steps = Share(batch_size / steps.per) if _is_same_folder(steps.folder, code.data.path) else unknown
    if isinstance(steps, Share):
        return _steps_of_share(steps, experiment, code, notes)
    if not isinstance(steps, int | float):
        return steps if isinstance(steps, Unknown) else None
    return None if _is_every_image(steps, experiment, code) else int(steps)


def _is_same_folder(one: Any, other: Any) -> bool:
    return isinstance(one, str) and isinstance(other, str) and PurePosixPath(one) == PurePosixPath(other)


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
    return once is not None and abs(steps - once) <= 1


def _batches_of_all(experiment: Experiment, code: CodeImport) -> float | None:
    """How many batches all training images are, the last perhaps in part; None where that is not known."""
    images = code.data.path if isinstance(code.data, Folder) else code.data
    size = _batch_size(code)
    count = images.count if isinstance(images, DatasetArrays) else None
    if count is None and experiment.dataset and isinstance(images, str):  # a folder that is here
        count = describe(experiment.dataset, experiment.data_options).train_images
    return count / size if count is not None and type(size) is int else None


def _validation_steps(experiment: Experiment, code: CodeImport, batch_size: Any, notes: Notes) -> int | None:
    """How many batches of the images to validate on are measured; None where they are all, as far as can be told."""
    watched = code.validation
    images = watched.path if isinstance(watched, Folder) else watched
    count = images.count if isinstance(images, DatasetArrays) else None
    shown = None
    if isinstance(images, DatasetArrays) and images.half == "test" and count not in (None, images.whole):
        shown = count
    if isinstance(images, str) and experiment.dataset and not holds_out(code):
        count = describe(experiment.dataset, experiment.data_options).test_images
        shown = round(count * share_watched(watched)) if is_known_part(experiment, code) else None
    steps = _images_of_steps(code, count, notes)
    shown = steps if shown is None else shown if steps is None else min(steps, shown)
    if shown is None or type(batch_size) is not int:
        return None
    drawn = max(1, math.ceil(shown / batch_size))
    if isinstance(images, DatasetArrays) or drawn * batch_size != shown:
        notes.to_know.append(
            f"the model is validated on {shown:,} of the images to validate on there: {drawn * batch_size:,}, whole "
            "batches, are drawn at random here"
        )
    return drawn


def _images_of_steps(code: CodeImport, count: int | None, notes: list[str]) -> int | None:
    """How many images a fit says are measured, of `count`; None where they are all, as far as can be told."""
    name = next((name for name in ("validation_steps", "nb_val_samples") if code.fitted.get(name) is not None), None)
    if name is None or not {"validation_data", "validation_split"} & code.fitted.keys():
        return None
    steps = code.fitted[name]
    if isinstance(steps, Unknown) and _OF_IMAGES.fullmatch(steps.what):
        return None
    if isinstance(steps, Share) and abs(steps.part - 1) <= _SAME:
        return None
    watched = code.validation
    own = code.fitted.get("validation_batch_size") or _batch_size(code)
    size = watched.arguments.get("batch_size") if _are_in_batches(watched) else own
    images = watched.path if isinstance(watched, Folder) else watched
    if isinstance(steps, PictureCount) and _is_same_folder(steps.folder, images) and steps.per == size:
        return None
    if not isinstance(steps, int | float) or type(size) is not int:
        notes.append(f"{name} ({code.fitted.get(FIT_AT)}) is left out: all images to validate on are measured here")
        return None
    shown = int(steps) * size if name == "validation_steps" else math.ceil(steps)  # images, as Keras 1 had it
    is_all = count is not None and shown >= count - (size if name == "validation_steps" else 0)
    return None if is_all else shown


def _class_weight(code: CodeImport, notes: list[str]) -> ClassWeight:
    """How much the images of each class count, where a fit says so in numbers."""
    given = {**code.fitted, **(code.data.arguments if isinstance(code.data, Folder) else {})}
    if given.get("sample_weight") is not None:
        notes.append("sample_weight is left out: only whole classes have weights here")
    table = given.get("class_weight")
    if isinstance(table, ClassWeights):
        if table.table is None:
            return "balanced"
        table = table.table
    if table is None:
        return None
    try:
        if isinstance(table, dict):
            return tuple(class_weights.of_table(table))
    except ValueError as error:
        notes.append(f"{error}: it is left out")
        return None
    notes.append(f"class_weight is {table}, which is not known: it is left out; balanced may be what is meant")
    return None


def _validation(experiment: Experiment, code: CodeImport, notes: list[str]) -> Any:
    """The test set, a part that is held out, or none, as a fit watches it."""
    note_parts(code, notes)
    if "validation_data" not in code.fitted:
        return code.fitted.get("validation_split", 0.0) or "none"
    if isinstance(code.data, Folder) and holds_out(code):
        share = share_held_out(code.data)
        if share is None:
            notes.append("how many pictures are held out to validate is not known: a tenth stands in")
        return share or 0.1
    watched = code.validation
    images = code.data.path if isinstance(code.data, Folder) else code.data
    if isinstance(watched, Folder):
        if isinstance(code.data, Folder) and "subset" in code.data.arguments:
            share = share_held_out(code.data)
            much = f"{share:.0%}" if share is not None else "a part"
            notes.append(f"{much} of the pictures to train on are left out there, and all are learned from here")
        is_part = (watched.is_part or "subset" in watched.arguments) and not isinstance(watched.path, DatasetArrays)
        if is_part and not is_known_part(experiment, code):
            notes.append("only a part of the pictures to validate on is taken there, and all of them here")
        watched = watched.path
    table = getattr(images, "table", None)
    if isinstance(watched, Unknown) and watched.table and table and watched.table.origin == table.origin:
        share = watched.table.share
        if share == 1:
            notes.append("how many images are held out to validate is not known: a tenth stands in")
        return round(share, 4) if share < 1 else 0.1
    if isinstance(watched, DatasetArrays) and watched.half == "train":
        if watched.count is None:
            notes.append("how many images are held out to validate is not known: a tenth stands in")
        return 0.1 if watched.count is None else _share_of(watched.count, watched.whole)
    return "test"


def _overlap(part: tuple[float, float] | None, watched: Any) -> bool:
    """Whether some pictures of a folder are learned from and watched too."""
    other = watched.part if isinstance(watched, Folder) and "subset" not in watched.arguments else None
    return part is not None and other is not None and max(part[0], other[0]) < min(part[1], other[1]) - 1e-9


def holds_out(code: CodeImport) -> bool:
    """Whether a script learns from a part of a folder, and watches another part of it."""
    data, watched = code.data, code.validation
    if not isinstance(data, Folder) or "subset" in data.arguments:
        return isinstance(data, Folder) and not (isinstance(watched, Folder) and watched.path != data.path)
    return data.is_part and isinstance(watched, Folder) and watched.path == data.path


def _share_of(count: int, whole: int) -> float:
    """So many of the whole as a share with few digits, which is what a person gives."""
    shares = [round(count / whole, digits) for digits in range(1, 5)]
    return next((share for share in shares if round(whole * share) == count), shares[-1])


def share_held_out(folder: Folder) -> float | None:
    """The share of one folder that a script does not learn from; None where it does not say."""
    share = (folder.generator or folder).arguments.get("validation_split")
    if "subset" not in folder.arguments:
        share = round(1 - folder.part[1] + folder.part[0], 4) if folder.part is not None else None
    return share if isinstance(share, float) and 0 < share < 1 else None


def watched(experiment: Experiment, notes: list[str]) -> Experiment:
    """The experiment without a schedule that watches what its training does not report."""
    schedule = experiment.training.schedule
    if not isinstance(schedule, ReduceLROnPlateau) or schedule.monitor in experiment.emitted_metrics():
        return experiment
    notes.append(f"ReduceLROnPlateau is left out: the training does not report {quiet(schedule.monitor, 40)}")
    return experiment.with_training(schedule=None)


def rules_of(code: CodeImport, experiment: Experiment, notes: list[str]) -> tuple[StopRule, ...]:
    """The stop rules that a script's callbacks are, of those that can fire in the experiment."""
    rules = stop_rules(code.fitted.get("callbacks"), notes)
    emitted = experiment.emitted_metrics()
    notes += [
        f"the stop rule {rule} is left out: the training does not report {quiet(rule.metric, 40)}"
        for rule in rules
        if rule.metric not in emitted
    ]
    return tuple(rule for rule in rules if rule.metric in emitted)
