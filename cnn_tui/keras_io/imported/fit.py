"""How a script trains its model: what its fit is given, as training settings, stop rules and what is held out."""

from __future__ import annotations

import typing
from typing import Any

import msgspec

from cnn_tui.data.dataset import TRAIN
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training import class_weights
from cnn_tui.experiment.training.class_weights import ClassWeight
from cnn_tui.experiment.training.schedule import ReduceLROnPlateau
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.experiment.training.training import Precision, Training
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.data_values import STORED, ClassWeights, Folder, PictureCount, Share, images_in
from cnn_tui.keras_io.code.data.pictures.scale import arrays_of
from cnn_tui.keras_io.code.training.callbacks import last_epoch, stop_rules
from cnn_tui.keras_io.code.values import FIT_AT, FROM_HISTORY, NOT_FROZEN_ANEW, TOGETHER, Named, Unknown, Value
from cnn_tui.keras_io.code.words import words_of
from cnn_tui.keras_io.imported.choice import labels_of
from cnn_tui.keras_io.imported.code import CodeImport
from cnn_tui.keras_io.imported.data.held_out import note_held_out
from cnn_tui.keras_io.imported.data.parts import (
    folder_split,
    holds_out,
    is_known_part,
    learns_from_some,
    note_parts,
    overlap,
    share_held_out,
    varies_validation,
    watches_all,
)
from cnn_tui.keras_io.imported.data.ranges import first_are_held_out, parts_of
from cnn_tui.keras_io.imported.data.steps import (
    are_in_batches,
    batch_size_of,
    note_batches,
    steps_per_epoch,
    validation_steps,
)
from cnn_tui.keras_io.imported.data.table import table_split
from cnn_tui.keras_io.notes import Notes
from cnn_tui.network.summary import summarize
from cnn_tui.text import quiet

_PRECISIONS: tuple[str, ...] = typing.get_args(Precision)
_SOME_WATCHED = "only a part of the pictures to validate on is taken there, and all of them here"


def trained(experiment: Experiment, code: CodeImport, notes: Notes) -> Training:
    """The training settings of an experiment with what a script's fit says."""
    training = experiment.training
    if not code.fitted:
        if not code.is_by_hand:
            untrained = code.not_followed or "the model is not trained in the file"
            notes.to_know.append(f"{untrained}: the usual epochs stand in")
        return msgspec.structs.replace(training, validation="test")
    given: dict[str, Any] = {"epochs": _epochs(code, notes)}
    given["batch_size"] = batch_size_of(code)
    if are_in_batches(code.data) and code.fitted.get("batch_size") not in (None, given["batch_size"]):
        notes.to_know.append(
            f"batch_size of fit ({code.fitted.get(FIT_AT)}) counts for arrays alone: the images come in the batches "
            f"that they are read in, of {given['batch_size']}"
        )
    if code.seed is not None:
        given["seed"] = code.seed
    if code.policy in _PRECISIONS:
        given["precision"] = code.policy
    elif code.policy is not None:
        notes.append(f"the precision {quiet(words_of(code.policy), 60)} is left out")
    # Of a part of one folder: what is watched there is what is tested on here.
    held_out = isinstance(experiment.test, float) and holds_out(code)
    if holds_out(code) and overlap(code.data, code.validation):
        notes.append("pictures to validate on are among those that it learns from there: here they are apart")
    split = (table_split(code) or folder_split(code)) if isinstance(experiment.test, float) else None
    given["validation"] = "test" if held_out else _validation(experiment, code, notes)
    if split is not None:
        given["validation"] = split.validation
    elif held_out and isinstance(code.validation, Folder) and _is_some_of_held_out(code.validation):
        notes.append(_SOME_WATCHED)
    note_held_out(experiment, code, notes)
    if learns_from_some(code):
        notes.append("only a part of the pictures to learn from is taken there, and all of them here")
    if code.schedule is not None and training.schedule is None:
        given["schedule"] = code.schedule
    elif code.schedule is not None:
        notes.append(f"{code.schedule.type} is left out: the learning rate has one schedule, which is the optimizer's")
    given["validation_steps"] = validation_steps(experiment, code, given["batch_size"], notes)
    given["vary_validation"] = varies_validation(code, notes)
    given["class_weight"] = _class_weight(code, notes)
    given["shuffle"] = _shuffle(code, notes)
    note_batches(code, notes)
    notes += _class_numbers_compared(experiment, code)
    if (place := code.fitted.get(NOT_FROZEN_ANEW)) is not None:
        notes.to_know.append(
            f"which layers learn is set anew before the training at {place}, and that counts from the next compile on "
            "alone, which does not come: they learn as before, here too"
        )
    if given["validation"] != "none" and code.fitted.get("validation_freq", 1) != 1:
        notes.append(f"validation_freq ({code.fitted.get(FIT_AT)}) is left out: here each epoch is validated")
    given["steps_per_epoch"] = steps_per_epoch(experiment, code, given["batch_size"], notes)
    for name, value in given.items():
        if isinstance(value, Unknown | Share | PictureCount):
            instead = "every image once" if name == "steps_per_epoch" else getattr(training, name)
            notes.append(f"{name} is {value}, which is not known: {instead} stands in")
            continue
        try:
            training = msgspec.structs.replace(training, **{name: value})
        except TypeError:
            notes.append(f"{name} is {words_of(value)}, which is not known: {getattr(training, name)} stands in")
        except ValueError as error:
            notes.append(f"{error}; {getattr(training, name)} stands in")
    return training


def _class_numbers_compared(experiment: Experiment, code: CodeImport) -> list[str]:
    """A note where a loss compares each of several outputs with the number of the class.

    Keras does so with numbers in a column, as CIFAR's are, and refuses those in a row.
    """
    labels = labels_of(code.fitted)
    output = summarize(experiment.stack).output_shape
    are_numbers = isinstance(labels, DatasetArrays) and labels.what == "labels" and labels.sizes in ((), (1,))
    if experiment.training.loss != "mean_squared_error" or not are_numbers or not output or output[-1] == 1:
        return []
    return [
        "the labels are class numbers there, and not one-hot: mean_squared_error compares each output with them, where "
        "Keras does not refuse that; here the output of the class with 1, and the others with 0"
    ]


def _epochs(code: CodeImport, notes: Notes) -> Any:
    """How many epochs a fit trains; `epochs` counts from the one that it begins after."""
    epochs, first = code.fitted.get("epochs", 1), code.fitted.get("initial_epoch", 0)
    if isinstance(first, Unknown):
        notes.append(f"initial_epoch is {first}, which is not known: it is trained for all {epochs} epochs here")
    if many := code.fitted.get(TOGETHER):
        notes.to_know.append(f"the model is trained {many} times in a row there: here at once, for all {epochs} epochs")
    listed: Any = code.fitted.get("callbacks")
    for callback in listed if isinstance(listed, list | tuple) else [listed]:
        end = last_epoch(callback)
        if end is not None and type(epochs) is int and end < epochs:
            notes.to_know.append(f"{callback.kind} ({callback.place}) ends the training there after epoch {end}")
            epochs = end
    if type(epochs) is type(first) is int and first > 0:
        unless = ", unless the training before stops earlier" if FROM_HISTORY in code.fitted else ""
        notes.to_know.append(
            f"epochs are counted from {first} on there{unless}: here it is trained for {epochs - first}"
        )
        return epochs - first
    return epochs


def _shuffle(code: CodeImport, notes: Notes) -> bool:
    """Whether the images come in another order each time. Keras itself only asks it of arrays.

    A folder of pictures comes class after class here unless it is shuffled, which those that are not known may not.
    """
    asked = (code.data.arguments if are_in_batches(code.data) else code.fitted).get("shuffle")
    if asked not in (None, True, False):
        notes.append(f"shuffle is {quiet(words_of(asked), 60)}, which is not known: the images are shuffled here")
    stored = code.data.arguments.get(STORED) if isinstance(code.data, Folder) else None
    if asked is False and isinstance(stored, str):
        notes.to_know.append(
            f"{quiet(stored, 40)} comes in one order there, in which it is stored mixed: here it is mixed anew in each "
            "epoch, as pictures of a folder come class after class without that"
        )
        return True
    if asked is False and isinstance(images_in(code.data), Unknown):
        notes.to_know.append(
            "the images come in their own order there and here, as shuffle is false: pictures of a folder come class "
            "after class then, so turn it on where those there are mixed"
        )
    return asked is not False


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
    if isinstance(table, str):
        notes.append(f'class_weight "{quiet(table, 40)}" is no table, and Keras knows no other weights: it is left out')
        return None
    if table == {} or (isinstance(table, dict) and any(isinstance(one, Unknown) for one in table.values())):
        notes.append("the weights of class_weight only running tells: they are left out; balanced may be what is meant")
        return None
    try:
        if isinstance(table, dict):
            return tuple(class_weights.numbered(_by_numbers_here(table, code.data)))
    except ValueError as error:
        notes.append(f"{error}: it is left out")
        return None
    notes.append(f"class_weight is {table}, which is not known: it is left out; balanced may be what is meant")
    return None


def _by_numbers_here(table: dict[Value, Value], data: object) -> dict[Value, Value]:
    """Weights by the numbers of classes, which are in the order of their names here, whichever a script gives them."""
    names = (data.named_classes if isinstance(data, Folder) else None) or []
    here = {number: sorted(names).index(name) for number, name in enumerate(names)}
    return {here.get(number, number) if isinstance(number, int) else number: one for number, one in table.items()}


def _validation(experiment: Experiment, code: CodeImport, notes: Notes) -> Any:
    """The test set, a part that is held out, or none, as a fit watches it."""
    note_parts(experiment, code, notes)
    if code.fitted.get("validation_data") is None:
        return code.fitted.get("validation_split", 0.0) or "none"
    if experiment.test == TRAIN and watches_all(code):
        return "test"
    if isinstance(code.data, Folder) and holds_out(code):
        if (split := folder_split(code)) is not None:
            notes.append(
                f"{split.test:g} of the pictures are neither learned from nor validated on there, and learned from here"
            )
            return split.validation
        share = share_held_out(code.data)
        if share is None:
            notes.append("how many pictures are held out to validate is not known: a tenth stands in")
        notes.to_know += first_are_held_out(arrays_of(code.data), share or 0.0)
        return share or 0.1
    watched = code.validation
    images = images_in(code.data)
    if isinstance(watched, Folder):
        if isinstance(code.data, Folder) and "subset" in code.data.arguments:
            share = share_held_out(code.data)
            much = f"{share:.0%}" if share is not None else "a part"
            notes.append(f"{much} of the pictures to train on are left out there, and all are learned from here")
        is_part = (watched.is_part or "subset" in watched.arguments) and not isinstance(watched.path, DatasetArrays)
        if is_part and not is_known_part(experiment, code):
            notes.append(_SOME_WATCHED)
        watched = watched.path
    if experiment.training.validation_path is not None:
        return experiment.training.validation
    table = getattr(images, "table", None)
    if isinstance(watched, Unknown) and watched.table and table and watched.table.origin == table.origin:
        share = watched.table.share
        if share == 1:
            notes.append("how many images are held out to validate is not known: a tenth stands in")
        return round(share, 4) if share < 1 else 0.1
    held = parts_of(code).validation
    if held is None:
        notes.to_know += _watched_not_known(code, watched)
    return "test" if held is None else held


def _watched_not_known(code: CodeImport, watched: Value) -> list[str]:
    """What validates there, where the images to test on only stand in for it."""
    if watched is None:
        given = code.fitted.get("validation_data")
        watched = given[0] if isinstance(given, list | tuple) and given else given
    images = arrays_of(watched)
    if images is not None and images.is_of_halves:
        return []  # which is said of the images that it learns from
    if images is not None and images.half == "train":
        which = f"training images of {images.dataset}"
    elif isinstance(watched, Unknown | Named) and not (isinstance(watched, Unknown) and watched.table):
        is_named = not isinstance(watched, Unknown) or watched.what
        which = quiet(words_of(watched), 80) if is_named else "images that are not known"
    else:
        return []
    return [f"it validates on {which} there: the images to test on stand in"]


def _is_some_of_held_out(watched: Folder) -> bool:
    """Whether only some of the pictures that a reader holds out are watched."""
    return "subset" in watched.arguments and watched.is_part


def watched(experiment: Experiment, notes: list[str]) -> Experiment:
    """The experiment without a schedule that watches what its training does not report."""
    schedule = experiment.training.schedule
    if not isinstance(schedule, ReduceLROnPlateau) or schedule.monitor in experiment.emitted_metrics():
        return experiment
    notes.append(f"ReduceLROnPlateau is left out: the training does not report {quiet(schedule.monitor, 40)}")
    return experiment.with_training(schedule=None)


def rules_of(code: CodeImport, experiment: Experiment, notes: Notes) -> tuple[StopRule, ...]:
    """The stop rules that a script's callbacks are, of those that can fire in the experiment."""
    rules = stop_rules(code.fitted.get("callbacks"), notes)
    emitted = experiment.emitted_metrics()
    notes += [
        f"the stop rule {rule} is left out: the training does not report {quiet(rule.metric, 40)}"
        for rule in rules
        if rule.metric not in emitted
    ]
    return tuple(rule for rule in rules if rule.metric in emitted)
