"""What methods of the objects of a script do: of a model, of a dataset's arrays, of a generator of pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from cnn_tui.keras_io.code.arguments import named
from cnn_tui.keras_io.code.arithmetic import MAX_ITEMS
from cnn_tui.keras_io.code.branches import TESTING, tested
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.arrays.any_image import AnyImage, changed_image
from cnn_tui.keras_io.code.data.arrays.arrays import of_arrays
from cnn_tui.keras_io.code.data.arrays.done_to_images import done_by
from cnn_tui.keras_io.code.data.arrays.idx_files import IdxFile
from cnn_tui.keras_io.code.data.data_values import ClassNames, ClassWeights, Folder, ReadPicture, Share
from cnn_tui.keras_io.code.data.files.below import is_below
from cnn_tui.keras_io.code.data.files.by_hand import below_method, picture_method
from cnn_tui.keras_io.code.data.files.paths import text_method
from cnn_tui.keras_io.code.data.pictures.pictures import generator_method
from cnn_tui.keras_io.code.data.pipelines.pipelines import pipeline_method
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.kept import of_table, parser_method, update_options
from cnn_tui.keras_io.code.network.applications import as_it_is, layer_called, learn_as_before
from cnn_tui.keras_io.code.network.models_made import append
from cnn_tui.keras_io.code.objects import is_own
from cnn_tui.keras_io.code.training.given_weights import SETS, loads, note_of_set
from cnn_tui.keras_io.code.training.old_keras import name_steps
from cnn_tui.keras_io.code.training.searched import SEARCHED
from cnn_tui.keras_io.code.training.set_rates import as_compiled, has_other_rate
from cnn_tui.keras_io.code.values import (
    FIT_AT,
    FROM_HISTORY,
    HISTORY,
    NOT_COMPILED,
    NOT_FROZEN_ANEW,
    OPTIONS,
    PARSER,
    TOGETHER,
    UPDATES,
    CodeModel,
    Instance,
    Tensor,
    Unknown,
    Value,
)
from cnn_tui.keras_io.code.words import words_of

_SAVES = ("save", "save_weights")
_OF_EPOCHS = ("epochs", "initial_epoch")
_AS_IT_IS: dict[type, tuple[str, ...]] = {
    ClassNames: ("keys", "values", "items", "copy"),
    Share: ("numpy",),
    **dict.fromkeys((int, float), ("numpy", "item")),  # of a scalar of TensorFlow's
}
"""Methods that give their object."""


def call_method(call: Call) -> Value:
    """What a call of a method gives, and what it changes in its object. Unknown with no words where it is not known."""
    owner, name, place = call.of, call.name, call.place
    if (method := _METHODS.get(getattr(owner, "kind", type(owner)))) is not None:
        return method(owner, call)
    effect = effect_of(name)
    if isinstance(owner, DatasetArrays):
        done = done_by(owner, call)
        return (of_arrays(owner, call) or Unknown("", "")) if done is None else done
    if isinstance(owner, Tensor) and effect.leaves_all and effect.shape:
        kind = call.get(0, "dtype", usual="float32")
        return owner if not owner.layers or "float" in words_of(kind) else Unknown("", place)
    if is_below(owner) or (isinstance(owner, str) and name in ("iterdir", "glob", "rglob")):
        return below_method(owner, call)
    if name in _AS_IT_IS.get(type(owner), ()):
        return owner
    if isinstance(owner, dict) and name == "get" and call.unnamed:
        return ClassWeights(owner) if isinstance(call.first, Unknown) else owner.get(*call.unnamed[:2])
    if isinstance(owner, dict) and (found := of_table(owner, call)) is not None:
        return found
    if isinstance(owner, str) and (text := text_method(owner, call)) is not None:
        return text
    if isinstance(owner, Instance) and owner.kind == OPTIONS and name in UPDATES:
        return update_options(owner, call)
    if isinstance(owner, Instance) and owner.kind == OPTIONS and name == "get" and call.unnamed:
        return owner.arguments.get(call.first, Unknown("", place))
    if isinstance(owner, list) and name == "append" and len(call.unnamed) == 1:
        owner.append(call.first)
        return None
    return Unknown("", place)


def _of_model(model: CodeModel, call: Call) -> Value:
    name, unnamed, given, place = call.name, call.unnamed, call.given, call.place
    if name == "add" and unnamed:
        append(model, unnamed[0], place)
    elif name == "pop":
        model.layers = model.layers[:-1]
    elif name == "build":
        shape = call.get(0, "input_shape")
        if isinstance(shape, tuple | list) and model.shape is None:
            model.shape = shape[1:]
    elif name == "compile":
        model.compiled = _compiled(named(name, call))
        model.is_trained = False
    elif name in ("fit", "fit_generator"):
        before, model.fitted = model.fitted, _of_one_output(named(name, call))
        if before is not None and SEARCHED in before:  # of a search, with which nothing goes on
            before, model.fits, model.earlier, model.as_trained, model.is_trained = None, 0, [], None, False
        name_steps(model.fitted, call)
        model.fitted[FIT_AT] = place
        if model.fitted.pop(FROM_HISTORY, False) and before is not None and _may_stop(before):
            model.fitted[FROM_HISTORY] = True
        history = Instance(HISTORY, {"epoch": _epochs(model.fitted)}, place)
        if model.is_trained and before is not None and _goes_on(before, model.fitted) and not has_other_rate(model):
            model.fitted = _together(before, model.fitted)
        else:
            model.fits += 1
            model.fitted |= {NOT_COMPILED: True} if model.is_trained else {}
            model.earlier += [] if model.as_trained is None else [model.as_trained]
        was = model.as_trained if model.is_trained else None
        model.is_trained, model.saved = True, []
        model.as_trained = _as_it_is(model)
        if was is not None and learn_as_before(model.as_trained.layers, was.layers):
            model.fitted[NOT_FROZEN_ANEW] = place
        return history
    elif name == "get_layer":
        return Unknown("", place)
    elif name in _SAVES:
        model.saved.append(call.get(0, "filepath"))
    elif name == "load_weights":
        loaded = call.get(0, "filepath")
        if not _is_as_saved(model, loaded, place):
            loads(model, loaded, len(unnamed) + len(given) > 1, place)
    elif name == SETS and not model.is_trained:
        model.notes.append(note_of_set(place))
    elif name in TESTING:
        model.evaluated.append(tested(name, call.get(0, "x"), place))
    elif name == "summary":
        model.summaries += 1
        model.layers_printed = len(model.layers)
    return Unknown(f"what {name} gives", place)


def saved_model(models: Sequence[CodeModel], path: Value, place: str) -> CodeModel | None:
    """The model of a script that it has saved at a path, or keeps there while it trains, and loads at a place.

    None for a file of which it is not known what is in it.
    """
    return next((model for model in reversed(models) if model.is_trained and _is_as_saved(model, path, place)), None)


def _is_as_saved(model: CodeModel, path: Value, place: str) -> bool:
    """Whether what a model loads is what it has, or what a ModelCheckpoint keeps of it, which is noted."""
    is_latest = isinstance(path, Unknown) and "latest_checkpoint(" in path.what
    if not isinstance(path, str) and not is_latest:
        return False
    callbacks = _callbacks(model.fitted or {})
    checkpoints = [one for one in callbacks if one.kind == "ModelCheckpoint"]
    kept = [one for one in checkpoints if is_latest or one.arguments.get("filepath") == path]
    restored = [_watched(one) for one in callbacks if one.arguments.get("restore_best_weights") is True]
    if not model.is_trained or not kept:
        return path in model.saved
    is_other = bool(kept[-1].arguments.get("save_best_only")) and _watched(kept[-1]) not in restored
    note = (
        f"the weights that ModelCheckpoint keeps are loaded at {place}, behind the training: here a run is "
        'tested with those that it ends with, and keep = "best and last" keeps the best too'
    )
    model.notes += [note] if is_other and note not in model.notes else []
    return True


def _watched(callback: Instance) -> Value:
    return callback.arguments.get("monitor", "val_loss")


def _callbacks(fitted: Mapping[str, Value]) -> list[Instance]:
    """What a fit is given that looks on, of Keras's and of the script's own classes."""
    given = fitted.get("callbacks")
    listed = given if isinstance(given, list | tuple) else [given]
    return [one for one in listed if isinstance(one, Instance)]


def _may_stop(fitted: Mapping[str, Value]) -> bool:
    """Whether callbacks may end a fit before its last epoch."""
    given = fitted.get("callbacks")
    listed = given if isinstance(given, list | tuple) else [given]
    return any(is_own(one) or isinstance(one, Unknown) or getattr(one, "kind", "") == "EarlyStopping" for one in listed)


def _epochs(fitted: Mapping[str, Value]) -> Value:
    """The epochs that a fit has trained, by their numbers; None where only running tells."""
    first, last = fitted.get("initial_epoch", 0), fitted.get("epochs", 1)
    known = type(first) is type(last) is int and last - first <= MAX_ITEMS
    return list(range(first, last)) if known else None


def _as_it_is(model: CodeModel) -> CodeModel:
    """The model as it is now, whatever is done to its layers later."""
    layers = [as_it_is(layer) if isinstance(layer, Instance) else layer for layer in model.layers]
    compiled = as_compiled(model.compiled)
    return msgspec.structs.replace(
        model, layers=layers, compiled=compiled, earlier=[], problems=[*model.problems], notes=[*model.notes]
    )


def at_last_training(model: CodeModel) -> CodeModel:
    """The model as it was trained last: what is set, frozen or compiled behind that changes nothing of it."""
    trained = model.as_trained
    return msgspec.structs.replace(model, layers=trained.layers, compiled=trained.compiled) if trained else model


def _goes_on(before: Mapping[str, Value], fitted: Mapping[str, Value]) -> bool:
    """Whether a fit goes on as the one before it: only for other epochs, and with nothing that would begin anew."""
    names = {*before, *fitted} - {*_OF_EPOCHS, "verbose", TOGETHER, FIT_AT, FROM_HISTORY, NOT_COMPILED, NOT_FROZEN_ANEW}
    return (
        before.get("callbacks") is fitted.get("callbacks") is None
        and _epochs(before) is not None
        and _epochs(fitted) is not None
        and all(_is_same(before.get(name), fitted.get(name)) for name in names)
    )


def _is_same(one: Value, other: Value) -> bool:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, Unknown) and isinstance(other, Unknown):
        return one.what == other.what
    return one is other or (type(one) is type(other) and bool(one == other))


def _together(before: Mapping[str, Value], fitted: dict[str, Value]) -> dict[str, Value]:
    """Two fits in a row as one."""
    epochs = sum(len(_epochs(one) or ()) for one in (before, fitted))
    rest = {name: value for name, value in fitted.items() if name not in _OF_EPOCHS}
    rest |= {NOT_COMPILED: True} if NOT_COMPILED in before else {}
    return {**rest, "epochs": epochs, TOGETHER: before.get(TOGETHER, 1) + 1}


def alone(value: Value) -> Value:
    """What a table has of the one output, or the one input, that a model has; anything else as it is."""
    return next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else value


def _of_one_output(arguments: dict[str, Value]) -> dict[str, Value]:
    """What a fit is given, where the images and the labels of a model are in tables by the names of its layers."""
    arguments |= {name: alone(arguments[name]) for name in ("x", "y") if name in arguments}
    watched = arguments.get("validation_data")
    if isinstance(watched, tuple | list):
        arguments["validation_data"] = tuple(map(alone, watched))
    return arguments


def _compiled(arguments: dict[str, Value]) -> dict[str, Value]:
    """The arguments of compile. The third was `metrics` in Keras 2, and is `loss_weights` in 3, which are no words."""
    for name in ("loss", "metrics", "loss_weights"):
        arguments |= {name: alone(arguments[name])} if name in arguments else {}
    if arguments.get("loss_weights") == 1:
        del arguments["loss_weights"]
    third = arguments.get("loss_weights")
    words = third if isinstance(third, list | tuple) else [third]
    if "metrics" not in arguments and words and all(isinstance(word, str) for word in words):
        arguments["metrics"] = arguments.pop("loss_weights")
    return arguments


def _of_application(base: Instance, call: Call) -> Value:
    wanted = call.get(0, "name" if call.name == "get_layer" else "filepath")
    if call.name == "get_layer" and isinstance(wanted, str):
        return layer_called(base, wanted)
    if call.name == "load_weights" and isinstance(wanted, str):
        base.arguments["weights"] = wanted
    return Unknown("", base.place)


_METHODS: dict[Value, Callable[[Value, Call], Value]] = {
    CodeModel: _of_model,
    AnyImage: changed_image,
    IdxFile: IdxFile.method,
    ReadPicture: picture_method,
    Folder: pipeline_method,
    "ImageDataGenerator": generator_method,
    "Application": _of_application,
    PARSER: parser_method,
}
"""What gives what the methods of an object do, by its type, or by its kind where that is an Instance."""
