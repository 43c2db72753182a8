"""The numbers of pictures on their way into a model of a script; here they come as 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cnn_tui.data.describe import describe
from cnn_tui.keras_io.code.code_table import CodeTable
from cnn_tui.keras_io.code.data.array_values import BY_FILE_NAME, DONE, HALVES, THREEFOLD, TURNED, DatasetArrays
from cnn_tui.keras_io.code.data.arrays.done_to_images import CHANGES
from cnn_tui.keras_io.code.data.data_values import BY_HAND, Folder, Listed, generator_of, images_in
from cnn_tui.keras_io.code.data.pictures.preparation import (
    FUNCTION,
    PREPARATION,
    in_front,
    layers_of_preparation,
    note_in_front,
    of_generator,
    white_behind,
)
from cnn_tui.keras_io.code.data.pictures.unknown_images import prepared_by, scale_of
from cnn_tui.keras_io.code.numbers import Numbers
from cnn_tui.keras_io.code.values import Instance, Named, Unknown, Value
from cnn_tui.keras_io.code.words import words_of
from cnn_tui.keras_io.notes import Notes
from cnn_tui.network.kinds.normalization import LENGTH_AXES
from cnn_tui.network.rescaling import LEAST, MOST, WHITE

EVENING_OUT = ("featurewise_center", "featurewise_std_normalization")
"""Of an ImageDataGenerator: both together bring each channel to mean 0 and spread 1, as a Normalization does."""
BY_ITSELF = {"samplewise_center": "mean 0", "samplewise_std_normalization": "spread 1"}
"""Of an ImageDataGenerator: what each picture is brought to by itself, be it scaled or not."""
FITTED = "fit"
"""Among the arguments of an ImageDataGenerator: whether it has looked at images, without which it evens out nothing."""
SCALES = ("Rescaling", "Normalization")
"""Layers that give numbers another scale."""
_ROUNDED = 1e-3
"""So far from another may be a scale that a person means by few digits: 0.00392 is 1/255, and 1/256 is not."""
_OF_IMAGES = 4
"""The dimensions of an array of images."""


def is_near_1(scale: Value) -> bool:
    """Whether bytes multiplied by this are 0 to 1, as images are here."""
    return isinstance(scale, int | float) and math.isclose(scale, 1 / WHITE, rel_tol=0.02)


def is_scaled(data: Value) -> bool:
    """Whether images go into the model there as 0 to 1."""
    return is_near_1((scale_of(data) or (None,))[0]) or is_near_1(rescale_of(generator_of(data)))


def rescale_of(generator: Instance | None) -> Value:
    """What a generator multiplies all numbers by."""
    return (generator.arguments.get("rescale") if generator is not None else None) or 1.0


def asks_for(generator: Instance | None, *names: str) -> bool:
    """Whether a generator is asked for one of these."""
    return generator is not None and any(map(generator.arguments.get, names))


def white_of(data: Value) -> float:
    """The number of white in images before a generator scales them: 1 where a script has done so already."""
    return 1.0 if is_near_1((scale_of(data) or (None,))[0]) else float(WHITE)


def evens_out(generator: Instance) -> bool:
    """Whether a generator brings each channel to mean 0 and spread 1."""
    return all(generator.arguments.get(name) is True for name in (*EVENING_OUT, FITTED))


def own_scale(data: Value, notes: Notes) -> Instance | None:
    """A Rescaling that makes images, 0 to 1 here, the numbers that a script gives a network of Keras's.

    None where those are 0 to 255 or 0 to 1, or are not known.
    """
    images, generator = arrays_of(data), generator_of(data)
    if images is not None and (images.numbers.centered is not None or images.to_length_1):
        return None
    factor = rescale_of(generator)
    if asks_for(generator, FUNCTION, *EVENING_OUT, *BY_ITSELF) or not isinstance(factor, int | float):
        return None
    scale, offset = scale_of(data) or (1.0, 0.0)
    white, black = scale * factor * WHITE, offset * factor
    if not black and any(math.isclose(white, usual, rel_tol=_ROUNDED) for usual in (1, WHITE)):
        return None
    layer = in_front(white, black, generator.place if generator is not None else "in front")
    return None if _note_divided_twice(layer, notes) else layer


def scaling(data: Value, layers: Sequence[Instance], notes: Notes) -> list[Instance]:
    """The layer that gives images, 0 to 1 here, the numbers with which they go into the model there; often none.

    `layers` are those of the model, which may see to it themselves.
    """
    generator = generator_of(data)
    if generator is not None and evens_out(generator):
        notes.to_know.append(
            "a Normalization in front does what featurewise_center and featurewise_std_normalization do there; its "
            "own numbers, which do not learn, are parameters here"
        )
        return [Instance("Normalization", {}, generator.place)]
    if asks_for(generator, *BY_ITSELF):
        return []
    if (done := of_generator(generator) or prepared_by(data)) is not None:
        return layers_of_preparation(done, WHITE, "", notes)
    if scales := [layer for layer in layers if layer.kind in SCALES]:
        _note_divided_again(data, scales[0], notes)
        return []
    if generator is not None and generator.arguments.get(FUNCTION) and not is_scaled(data):
        place = f"preprocessing_function ({generator.place})"
        notes.append(f"which numbers {place} makes of pictures is not known: here they go in as 0 to 1")
        return []
    if (table := table_of(data)) is not None and table.paths:
        return _of_table(table.numbers, generator, notes)
    images = arrays_of(data)
    if images is not None and (lengths := images.to_length_1):
        if lengths.axis is not None and (images.numbers.scale, images.numbers.offset) == (lengths.scale, 0):
            notes.to_know.append("a UnitNormalization in front does what Keras's normalize does there")
            return [Instance("UnitNormalization", {"axis": LENGTH_AXES[lengths.axis]}, lengths.place)]
        divided = f"{lengths.what} is divided by its length there ({lengths.place})"
        notes.append(f"{divided}: here images come as 0 to 1")
        return []
    if images is not None and images.numbers.centered is not None:
        channels = describe(images.dataset, images.options).input_shape[2]
        return _evened(images.numbers, len(images.sizes) + 1, channels == 1, notes)
    is_read = isinstance(data, Folder) and (isinstance(data.path, str | Listed) or BY_HAND in data.arguments)
    factor = rescale_of(generator)
    if scale_of(data) is None and not is_read and not isinstance(factor, Unknown | Named):
        return []
    scale, offset = scale_of(data) or (1.0, 0.0)
    if not isinstance(factor, int | float):
        notes.append(f"rescale is {words_of(factor)}, which is not known: here images go in as 0 to 1")
        return []
    return _rescaled(scale * factor, offset * factor, notes)


def _rescaled(scale: float, offset: float, notes: Notes) -> list[Instance]:
    """The layer that makes bytes of 0 to 1 what a script makes of bytes; none where that is 0 to 1 too."""
    if math.isclose(scale, 1 / WHITE, rel_tol=_ROUNDED) and not offset:
        return []
    layer = in_front(scale * WHITE, offset, "in front")
    if _note_divided_twice(layer, notes):
        return []
    note_in_front(layer, notes)
    return [layer]


def _note_divided_again(data: Value, layer: Instance, notes: Notes) -> None:
    """Note images that a layer of the model divides by 255, where a script has done so before it."""
    images = arrays_of(data)
    in_front = images.layers if images is not None else data.layers if isinstance(data, Folder) else ()
    is_so = is_near_1(rescale_of(generator_of(data))) or (images is not None and is_near_1(images.numbers.scale))
    if is_so and layer.kind == "Rescaling" and not any(layer is one for one in in_front):
        _note_divided_twice(layer, notes)


def _note_divided_twice(layer: Instance, notes: Notes) -> bool:
    """Note images that are divided by 255 where they are 0 to 1 already, which is a problem here; whether they are."""
    scale, offset = layer.arguments.get("scale"), layer.arguments.get("offset", 0.0)
    if not isinstance(scale, int | float) or not isinstance(offset, int | float):
        return False
    is_so: bool = LEAST < abs(scale) < MOST
    if is_so:
        ends = f"{offset:.3g} to {scale + offset:.3g}"
        notes.append(f"the images are divided twice there, and go in as {ends}: here they go in as 0 to 1")
    return is_so


def _of_table(numbers: Numbers, generator: Instance | None, notes: Notes) -> list[Instance]:
    """The same for the rows of a table."""
    if numbers.centered is not None:
        return _evened(numbers, _OF_IMAGES, False, notes)
    factor = rescale_of(generator)
    if not isinstance(factor, int | float):
        return []
    scale, offset = numbers.scale * factor, numbers.offset * factor
    if numbers.doubt and not is_near_1(scale):
        notes.append(
            f"what becomes of the numbers of the images ({numbers.doubt}) is not known: here they go in as 0 to 1"
        )
        return []
    return _rescaled(scale, offset, notes)


def note_changed(data: Value, layers: Sequence[Instance], notes: Notes) -> None:
    """Note where a script sets some of the numbers of images, or whole images, that it trains on.

    `layers` are those of the model that gets them.
    """
    images = arrays_of(data)
    if place := changed_at(data):
        notes.append(f"some of the numbers of the images are set by hand there ({place}): that is left out")
    if (table := table_of(data)) is not None and table.numbers.done:
        notes.append(CHANGES[DONE].format(table.numbers.done))
    is_learned = any(layer.kind == "Application" for layer in layers)
    for what, where in dict.fromkeys(images.changes) if images is not None else ():
        if what == THREEFOLD and is_learned:
            continue  # which an Application does itself
        is_to_know = what == BY_FILE_NAME or (what == TURNED and not is_learned)
        if what == HALVES and images is not None and images.count is not None:  # drawn, but as many
            is_to_know = images.count == describe(images.dataset, images.options).train_images
        (notes.to_know if is_to_know else notes).append(CHANGES[what].format(where))


def _evened(numbers: Numbers, dimensions: int, is_grey: bool, notes: Notes) -> list[Instance]:
    """What a script does to images by their own mean and spread; all numbers of grey ones are of one channel."""
    if not numbers.is_evened:
        notes.append("the mean of the images is taken away from them there: that is left out")
        return []
    centered, every = numbers.centered, tuple(range(dimensions))
    kept: Value = -1
    if centered == (0,):
        kept = [1, 2, 3]
    elif centered == every and not is_grey:
        kept = None
    elif centered not in ((0, 1, 2), every):
        notes.append("images are evened out over other axes there: here channel by channel")
    notes.to_know.append(
        "a Normalization in front brings the images to mean 0 and spread 1, which the script does by hand; its own "
        "numbers, which do not learn, are parameters here"
    )
    return [Instance("Normalization", {"axis": kept}, "in front")]


def with_preparation_as_layers(layers: Sequence[Instance], data: Value, notes: Notes) -> list[Instance]:
    """The layers of a model without a network of Keras's, with what `preprocess_input` does in it as layers too."""
    white = 1.0 if isinstance(data, DatasetArrays | Folder) and is_scaled(data) else float(WHITE)
    found: list[Instance] = []
    for at, layer in enumerate(layers):
        is_done = layer.kind == PREPARATION
        found += layers_of_preparation(layer, white_behind(layers[:at], white), "", notes) if is_done else [layer]
    return found


def table_of(data: Value) -> CodeTable | None:
    """The table that images are read from, as they are or by batches; None where the data are others."""
    images = images_in(data)
    return images.table if isinstance(images, Unknown) else None


def arrays_of(data: Value) -> DatasetArrays | None:
    """The images of a dataset's arrays, as they are or by batches; None where the data are others."""
    images = images_in(data)
    return images if isinstance(images, DatasetArrays) else None


def changed_at(data: Value) -> str:
    """Where a script sets some of the numbers of images, or labels, by hand; "" where it sets none."""
    arrays, table = arrays_of(data), table_of(data)
    return arrays.numbers.changed_at if arrays is not None else table.numbers.changed_at if table is not None else ""
