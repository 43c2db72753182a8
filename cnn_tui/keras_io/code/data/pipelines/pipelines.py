"""Pictures on their way into a model: a folder's readers, tf.data pipelines and their parts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec

from cnn_tui.keras_io.code.arguments import named
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.arrays.array_joins import put_together
from cnn_tui.keras_io.code.data.data_values import (
    BY_HAND,
    BY_NAME,
    MIXED_ONCE,
    PARTED_ANEW,
    REPEATED,
    TAKEN,
    YIELDED,
    ClassNames,
    ClassWeights,
    Folder,
    PictureCount,
    ReadPicture,
    Share,
    images_in,
)
from cnn_tui.keras_io.code.data.files.file_loops import counted_at_once
from cnn_tui.keras_io.code.data.pipelines.file_pipelines import FILES, read_from_files
from cnn_tui.keras_io.code.data.pipelines.mapped_labels import note_of_labels
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.values import Instance, Method, NotedInstance, Tensor, Unknown, Value
from cnn_tui.network.rescaling import WHITE

_HANDED_ON = ("cache", "prefetch", "shuffle", "repeat", "with_options", "apply", "as_numpy_iterator")
"""Methods of a pipeline that give the same pictures again."""
_NO_PIPELINE = (
    "make_initializable_iterator", "make_one_shot_iterator", "get_next", "next", "reduce", "reset",
    "get_single_element", "numpy", "save", "get_config", "set_processing_attrs", "on_epoch_end",
)  # fmt: skip
"""Methods that give no pipeline, so that whatever they do, nothing of them goes into a fit."""
_NAMES = ("class_names", "class_indices", "classes")


def attribute_of(folder: Folder, name: str) -> Value:
    """What a reader of a folder says of it, or one of its methods."""
    if name in _NAMES or name == "num_classes":
        what, listed = Unknown(f"{name} of the pictures", folder.place), folder.named_classes
        return ClassNames(folder.path, name == "num_classes", what, named=len(listed) if listed else None)
    if name == "shape" and BY_HAND in folder.arguments and "image_size" in folder.arguments:
        many = length_of(folder) or Unknown("how many pictures there are", folder.place)
        return (many, *folder.arguments["image_size"], 1 if folder.arguments["color_mode"] == "grayscale" else 3)
    if name == "image_shape":
        height, width = folder.arguments.get("target_size", (256, 256))
        return (height, width, 1 if folder.arguments.get("color_mode") == "grayscale" else 3)
    if name in ("target_size", "batch_size") and name in folder.arguments:
        return folder.arguments[name]
    if folder.generator is not None and name in ("n", "samples", "batch_size"):
        size = folder.arguments.get("batch_size", 32)
        if name == "batch_size":
            return size
        if isinstance(folder.path, DatasetArrays) and folder.path.count is not None:
            return folder.path.count
        return Share(float(size))  # of what is counted in batches
    return Method(folder, name)


def pipeline_call(call: Call) -> Value:
    """What a function gives that reads pictures, or looks at where they lie; None for any other function."""
    name, first = call.name, call.first
    if name == "image_dataset_from_directory":
        arguments = {"batch_size": 32, **named(name, call)}
        folder = Folder(arguments.pop("directory", None), arguments, None, call.place)
        return [folder, folder] if arguments.get("subset") == "both" else folder
    if name == "from_tensor_slices" and call.unnamed:
        images = first[0] if isinstance(first, tuple | list) and first else first
        known = isinstance(images, DatasetArrays | Unknown)
        return Folder(images, {"shuffle": False}, None, call.place) if known else Unknown("", call.place)
    if name == "split_dataset" and isinstance(first, Folder):
        return _split(first, call.besides.by_name("left_size", "right_size"))
    if name == "zip" and call.root == "tensorflow" and (pair := _zipped(call.unnamed)) is not None:
        return pair
    return (length_of(first) or Unknown("", call.place)) if name == "cardinality" and call.unnamed else None


def _split(folder: Folder, given: Mapping[str, Value]) -> list[Folder]:
    """The two parts that Keras's `split_dataset` makes of a pipeline, in the order that it has the first time."""
    left, right = given.get("left_size"), given.get("right_size")
    share = left if isinstance(left, float) else 1 - right if isinstance(right, float) else None
    if isinstance(folder.path, DatasetArrays):
        images, count = folder.path.mixed() if given.get("shuffle") is True else folder.path, folder.path.count
        parts = [images.some(None)] * 2
        if share is not None and count is not None:
            many = round(count * share)
            parts = [images.part(range(many)), images.part(range(many, count))]
        return [msgspec.structs.replace(folder, path=part) for part in parts]
    if share is None or folder.part is None:
        return [msgspec.structs.replace(folder, part=None)] * 2
    start, end = folder.part
    middle = start + share * (end - start)
    return [msgspec.structs.replace(folder, part=part) for part in ((start, middle), (middle, end))]


def _zipped(unnamed: Sequence[Value]) -> Folder | None:
    """A pipeline of images beside one of their labels; None for other pipelines."""
    match unnamed[0] if len(unnamed) == 1 else unnamed:
        case [
            Folder(path=DatasetArrays(what="images", half=half)) as images,
            Folder(path=DatasetArrays(what="labels", half=other)),
        ] if half == other:
            return images
    return None


def length_of(value: Value) -> Value:
    """How many batches a pipeline has, classes a folder, or pictures a list of all their paths; None for others."""
    if isinstance(value, ClassNames):
        return msgspec.structs.replace(value, is_number=True)
    if not isinstance(value, Folder):
        return counted_at_once(value)
    if isinstance(value.path, DatasetArrays):
        size = value.arguments.get("batch_size", 1)
        count = value.path.count if type(size) is int and size > 0 else None
        return None if count is None else -(-count // size)
    if value.part is None:
        return None
    is_array = BY_HAND in value.arguments and value.generator is None
    return Share(value.part[1] - value.part[0], "pictures" if is_array else "batches")


def pipeline_method(folder: Folder, call: Call) -> Value:
    """What a method of a pipeline gives: the same pictures where it is not known what it does.

    Unknown with no words for what is no pipeline.
    """
    name, place = call.name, call.place
    if name in ("repeat", "take", "skip", "shard"):
        folder = folder.without(TAKEN)
    if name == "shuffle":
        path = folder.path.mixed() if isinstance(folder.path, DatasetArrays) else folder.path
        once = call.get(2, "reshuffle_each_iteration") is False
        return msgspec.structs.replace(folder, path=path).given({"shuffle": True, MIXED_ONCE: once})
    if name == "repeat" and (times := call.get(0, "count")) is not None:
        return folder.given({REPEATED: times})
    if name == "cache":
        return _kept(folder.given({MIXED_ONCE: True}), place)
    if name in _HANDED_ON or (BY_HAND in folder.arguments and effect_of(name).leaves_all):
        return folder
    if name == "batch":
        return folder.given({"batch_size": call.get(0, "batch_size")})
    if name in ("take", "skip"):
        number, size = call.get(0, "count"), folder.arguments.get("batch_size", 1)
        if folder.arguments.get("shuffle", True) is True and not folder.arguments.get(MIXED_ONCE):
            folder = folder.given({PARTED_ANEW: place})
            is_known = type(number) is type(size) is int and folder.part is not None and number > 0
            if name == "take" and is_known and not isinstance(folder.path, DatasetArrays):
                folder = folder.given({TAKEN: (number * size, folder.part)})
        return _part_of(folder, name == "take", number)
    if name == "unbatch":
        return folder.given({"batch_size": 1})
    if name == "shard" and (shard := _shard_of(folder, *call.unnamed, **call.given)) is not None:
        return shard
    if name == "cardinality":
        return length_of(folder)
    if name == "concatenate" and folder.generator is None:
        return _joined(folder, call.get(0, "dataset"), place)
    if name == "next" and BY_HAND not in folder.arguments:
        return first_batch(folder)
    if name in _NO_PIPELINE or folder.generator is not None or BY_HAND in folder.arguments:
        return Unknown("", folder.place)
    return msgspec.structs.replace(folder, passed=(*folder.passed, f"{name} ({place})"))


def _joined(folder: Folder, other: Value, place: str) -> Folder:
    """A pipeline that goes on with the pictures of another."""
    if isinstance(folder.path, DatasetArrays):
        arrays = images_in(other)
        return msgspec.structs.replace(folder, path=put_together([folder.path, arrays], place))
    return msgspec.structs.replace(folder, added=(*folder.added, f"concatenate ({place})"))


def first_batch(folder: Folder) -> tuple[Value, ...]:
    """What `next` gives of a generator or a pipeline: some of its pictures, and their labels."""
    some = folder if isinstance(folder.path, DatasetArrays) else msgspec.structs.replace(folder, part=None)
    return some, Unknown("the labels of a batch", folder.place)


def _shard_of(folder: Folder, num_shards: Value = None, index: Value = None, **_: Value) -> Folder | None:
    """One of so many parts of a pipeline, which are as large as one another; None where it is not known how many."""
    if type(num_shards) is not int or type(index) is not int or not 0 <= index < num_shards:
        return None
    if isinstance(folder.path, DatasetArrays):
        count = folder.path.count
        size = folder.arguments.get("batch_size", 1)
        some = None if count is None or size != 1 else len(range(index, count, num_shards))
        return msgspec.structs.replace(folder, path=folder.path.some(some))
    if folder.part is None:
        return folder
    start, length = folder.part[0], (folder.part[1] - folder.part[0]) / num_shards
    return msgspec.structs.replace(folder, part=(start + index * length, start + (index + 1) * length))


def _kept(folder: Folder, place: str) -> Folder:
    """A pipeline whose elements are kept as they come the first time."""
    note = f"the pictures are varied once for all epochs there, which cache ({place}) keeps: here anew in each epoch"
    is_varied = any(layer.kind.startswith("Random") for layer in folder.layers)
    return folder.noted(note) if is_varied else folder


def _part_of(folder: Folder, is_first: bool, number: Value) -> Folder:
    """The first pictures or batches of a pipeline, or those behind them; the first -1 are all."""
    if is_first and number == -1:
        return folder
    if isinstance(folder.path, DatasetArrays):
        size, count = folder.arguments.get("batch_size", 1), folder.path.count
        if type(number) is not int or type(size) is not int or count is None or number < 0:
            return msgspec.structs.replace(folder, path=folder.path.some(None))
        first = min(number * size, count)
        return msgspec.structs.replace(folder, path=folder.path.part(range(first) if is_first else range(first, count)))
    if isinstance(number, PictureCount):
        number = Share(1 / number.per)
    if not isinstance(number, Share) or folder.part is None:
        return msgspec.structs.replace(folder, part=None)
    start, end = folder.part
    middle = min(start + number.part, end)
    return msgspec.structs.replace(folder, part=(start, middle) if is_first else (middle, end))


def element(folder: Folder, place: str) -> tuple[Value, ...]:
    """What a function is given that map calls: a picture and its label, or both by their names."""
    picture, label = Tensor(None), Unknown("a label", place)
    if FILES in folder.arguments:
        path, is_pair = folder.arguments[FILES]
        return (path, label) if is_pair else (path,)
    return ({"image": picture, "label": label},) if BY_NAME in folder.arguments else (picture, label)


def mapped(folder: Folder, given: Value, place: str) -> Folder:
    """A pipeline behind a function that gave `given` of a picture, a Tensor, and its label."""
    picture = given[0] if isinstance(given, tuple | list) and given else given
    if isinstance(given, dict):
        picture = given.get("image")
    elif BY_NAME in folder.arguments:
        folder = folder.without(BY_NAME)
    if isinstance(picture, ReadPicture) and FILES in folder.arguments:
        return read_from_files(folder, picture, place)
    if FILES not in folder.arguments and (other := note_of_labels(given, place)):
        folder = folder.noted(other)
    if not isinstance(picture, Tensor):
        return folder.noted(f"what map does to the pictures ({place}) is left out: it is not known")
    notes = [f"{picture.problem}: it is left out"] if picture.problem else []
    layers = list(folder.layers)
    for layer in picture.layers:
        if isinstance(layer, NotedInstance) and (problem := _other_light(folder, layers, layer.kind)):
            notes.append(f"{layer.note.partition(' is a ')[0]} is left out: {problem}")
        else:
            layers.append(layer)
    return msgspec.structs.replace(folder, layers=tuple(layers)).noted(*notes)


def _other_light(folder: Folder, before: Sequence[Instance], kind: str) -> str:
    """Why another light of the pictures of a pipeline is another one here, where they are from 0 to 1; "" where not.

    `before` are the layers that the pictures have gone through.
    """
    scales = [
        (layer.arguments.get("scale"), layer.arguments.get("offset", 0))
        for layer in before
        if layer.kind == "Rescaling"
    ]
    if scales:
        is_to_1 = len(scales) == 1 and scales[0][1] == 0 and math.isclose(scales[0][0] or 0, 1 / WHITE, rel_tol=0.01)
        return "" if is_to_1 else "the pictures have other numbers there than 0 to 1"
    if kind == "RandomBrightness" and isinstance(folder.path, str) and FILES not in folder.arguments:
        return "it changes numbers from 0 to 255 there by less than 1"
    return ""


def batches(given: Value, place: str) -> Value:
    """What a generator of the script gives a fit: of the first batch that it yields. Unknown where it is not told."""
    parts = given if isinstance(given, tuple | list) else (given,)
    images = parts[0] if parts else None
    size = images.count if isinstance(images, DatasetArrays) else None
    arguments: dict[str, Value] = {"batch_size": Unknown("the number of images that a generator yields", place)}
    if size is not None:
        arguments["batch_size"] = size
    if len(parts) > 2:
        arguments["class_weight" if isinstance(parts[2], ClassWeights) else "sample_weight"] = parts[2]
    if isinstance(images, DatasetArrays):
        return Folder(images.source, arguments, None, place)
    if isinstance(images, Unknown):
        return Folder(images, {**arguments, YIELDED: True}, None, place)
    return Unknown("", place)
