"""Images that a script validates or tests on which go in as other numbers than those that it learns from."""

from __future__ import annotations

import math
from collections.abc import Iterable

from cnn_tui.keras_io.code.data.data_values import Folder, Listed, generator_of
from cnn_tui.keras_io.code.data.pictures.preparation import FUNCTION, MODE, PREPARATION, of_generator
from cnn_tui.keras_io.code.data.pictures.scale import (
    BY_ITSELF,
    EVENING_OUT,
    FITTED,
    SCALES,
    arrays_of,
    asks_for,
    rescale_of,
    table_of,
)
from cnn_tui.keras_io.code.numbers import Numbers
from cnn_tui.keras_io.code.values import Instance, Tested, Value
from cnn_tui.keras_io.notes import Notes
from cnn_tui.network.rescaling import WHITE
from cnn_tui.text import quiet


def note_other_scales(data: Value, watched: Value, tested: Iterable[Tested], notes: Notes) -> None:
    """Note where images that a script validates, tests on or predicts go in as other numbers than it learns from."""
    found: dict[str, dict[str, None]] = {}
    named = [("validate on", watched), *((_does(one), one.images) for one in tested)]
    for does, other in named:
        if words := _other_scale(data, other):
            found.setdefault(words, {})[does] = None
    for words, every in found.items():
        shown = " or ".join(every).replace(" on or test on", " or test on")
        notes.append(f"images to {shown} {words}")


def _does(tested: Tested) -> str:
    """What a script does with images that it tests on, or predicts alone; a table that nothing else says is named."""
    does, table = "test on" if tested.has_labels else "predict", table_of(tested.images)
    is_said = tested.is_measured or table is None or not table.paths
    return does if is_said else f"{does}, of {quiet(str(table), 80)} ({tested.place}),"


def _other_scale(data: Value, watched: Value) -> str:
    if alone := _other_by_itself(generator_of(data), generator_of(watched)):
        return f"{alone}: here none are"
    learned, other = _numbers_of(data), _numbers_of(watched)
    if learned is None or other is None:
        return ""
    if [layer.arguments.get(MODE) for layer in learned[2]] != [layer.arguments.get(MODE) for layer in other[2]]:
        return "are prepared in another way there than those that it learns from: here all as the latter"
    doubts = {bool(table.numbers.doubt) for one in (data, watched) if (table := table_of(one)) is not None}
    if all(map(_is_near, learned[:2], other[:2])) or len(doubts) > 1:
        return ""
    if True in doubts:  # whatever is done to both of them before
        times = f"{other[0] / learned[0]:.3g}"
        return f"go in {times} times as large there as those that it learns from: here all as the latter"
    ends, others = (f"{offset:.3g} to {scale + offset:.3g}" for scale, offset, _ in (learned, other))
    return f"go in as {others} there, and those that it learns from as {ends}: here all as the latter"


def _other_by_itself(learned: Instance | None, other: Instance | None) -> str:
    """Where one of two generators brings each picture to a mean and a spread by itself, and the other does not."""
    if learned is None or other is None or asks_for(learned, *BY_ITSELF) is asks_for(other, *BY_ITSELF):
        return ""
    ends = " and ".join(words for name, words in BY_ITSELF.items() if asks_for(learned, name) or asks_for(other, name))
    if asks_for(learned, *BY_ITSELF):
        return f"are not brought to {ends} each by itself there, as those that it learns from are"
    return f"are brought to {ends} each by itself there, and those that it learns from are not"


def _is_near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=0.02, abs_tol=0.01)


def _numbers_of(data: Value) -> tuple[float, float, tuple[Instance, ...]] | None:
    """White as it goes in, above black, black, and what `preprocess_input` does; None where it is not known."""
    generator, images = generator_of(data), arrays_of(data)
    if images is not None and (images.numbers.centered is not None or images.to_length_1):
        return None
    table = table_of(data)
    is_table = table is not None and bool(table.paths) and not table.joined_at and table.numbers.centered is None
    if images is None and not is_table and not (isinstance(data, Folder) and isinstance(data.path, str | Listed)):
        return None
    if isinstance(data, Folder) and (data.notes or data.passed):
        return None
    of_pipeline = data.layers if isinstance(data, Folder) else ()
    done = of_generator(generator)
    is_evened = asks_for(generator, FITTED) and asks_for(generator, *EVENING_OUT)
    if is_evened or asks_for(generator, *BY_ITSELF) or (done is None and asks_for(generator, FUNCTION)):
        return None
    numbers = images.numbers if images is not None else table.numbers if table is not None else Numbers()
    steps = [(rescale_of(generator), 0.0)]
    steps += [(one.arguments.get("scale"), one.arguments.get("offset", 0.0)) for one in of_pipeline if _is_scale(one)]
    for by, and_by in steps:
        if not isinstance(by, int | float) or not isinstance(and_by, int | float):
            return None
        numbers = numbers.scaled(by, and_by)
    layers = (*(images.layers if images is not None else ()), *of_pipeline, *(() if done is None else (done,)))
    return numbers.scale * WHITE, numbers.offset, tuple(layer for layer in layers if layer.kind == PREPARATION)


def _is_scale(layer: Instance) -> bool:
    """Whether a layer is one that gives numbers another scale."""
    return layer.kind in SCALES
