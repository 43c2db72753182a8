"""Which images a script holds out to validate on, where as many others are held out here."""

from __future__ import annotations

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.keras_io.code.data.array_values import OTHERS
from cnn_tui.keras_io.code.data.data_values import BY_HAND, PARTED_ANEW, Folder, Listed, images_in
from cnn_tui.keras_io.code.data.pictures.scale import arrays_of, table_of
from cnn_tui.keras_io.code.values import Unknown
from cnn_tui.keras_io.imported.code import CodeImport
from cnn_tui.keras_io.imported.data.parts import are_same, holds_out
from cnn_tui.keras_io.imported.data.tested import note_all_learned
from cnn_tui.keras_io.notes import Notes


def note_held_out(experiment: Experiment, code: CodeImport, notes: Notes) -> None:
    """Note what Keras's `validation_split` holds out by the order of the images, which is not asked for here.

    And of a script that holds out nothing at all, what is tested on.
    """
    note_all_learned(experiment, code, notes)
    data, watched = code.data, code.validation
    share = code.fitted.get("validation_split")
    if code.fitted.get("validation_data") is None and isinstance(share, float) and 0 < share < 1 and _have_order(data):
        here = "as many of each class" if isinstance(data, Folder) else "as many drawn at random"
        notes.to_know.append(
            f"validation_split holds out the last {share:.3g} of the images there, in whichever order they are, and "
            f"{here} here"
        )
    images = arrays_of(data)
    if images is not None and isinstance(share, float) and any(what == OTHERS for what, _ in images.changes):
        notes.append(
            f"validation_split holds out the last {share:.3g} of these and those others together there: here a share "
            "of the dataset's alone"
        )
    learned_of, watched_of = table_of(data), table_of(watched)
    if learned_of and watched_of and watched_of.is_cut and learned_of.origin == watched_of.origin:
        notes.to_know.append("it validates on images that it cuts off in the order of all; here on as many, but others")
    _note_parted_anew(data, watched, notes)
    is_split = isinstance(data, Folder) and "subset" in data.arguments and holds_out(code)
    if not is_split or not isinstance(data.path, str | Unknown | Listed):
        return
    if data.generator is not None:
        is_table = isinstance(data.path, Listed) or "x_col" in data.arguments or table_of(data) is not None
        is_array = BY_HAND in data.arguments or "y" in data.arguments
        which = "rows of the table" if is_table else "images" if is_array else "pictures of each class"
        notes.to_know.append(f"validation_split holds out the first {which} there; here as many, but others")
    elif isinstance(watched, Folder):
        _note_order(data, watched, notes)


def _note_parted_anew(data: object, watched: object, notes: Notes) -> None:
    """Note images that are parted behind a `shuffle`, which gives them in another order in each epoch."""
    place = watched.arguments.get(PARTED_ANEW) if isinstance(watched, Folder) else None
    learned, other = arrays_of(data), arrays_of(watched)
    if learned is not None and other is not None:  # taken out of a pipeline in a loop, too
        is_same = (learned.dataset, learned.half) == (other.dataset, other.half)
    else:
        is_parted = isinstance(data, Folder) and PARTED_ANEW in data.arguments
        is_same = is_parted and are_same(images_in(data), images_in(watched))
    if place is not None and is_same:
        notes.append(
            f"the images are mixed anew in each epoch there before they are parted ({place}), so that it learns from "
            "some of those that it validates on: here they are apart"
        )


def _have_order(data: object) -> bool:
    """Whether images come in an order of their own: not by batches, nor as what chance has drawn of others."""
    if isinstance(data, Folder):
        return BY_HAND in data.arguments and not data.is_part and data.generator is None
    return isinstance(data, Unknown) and (data.table is None or data.table.share == 1)


def _note_order(data: Folder, watched: Folder, notes: Notes) -> None:
    """Note two parts of a folder that Keras takes of two orders of its pictures, or of that of their classes."""
    orders = [(one.arguments.get("shuffle", True), one.arguments.get("seed")) for one in (data, watched)]
    (learned_mixed, seed), (watched_mixed, other_seed) = orders
    if learned_mixed is watched_mixed is False:
        notes.append(
            f"without shuffle, validation_split holds out the last pictures there ({watched.place}), those of "
            "the last classes: here some of each class"
        )
    elif learned_mixed is not watched_mixed or (type(seed) is type(other_seed) is int and seed != other_seed):
        what = "shuffle" if learned_mixed is not watched_mixed else "the seed"
        notes.append(
            f"{what} is another for the pictures to validate on ({watched.place}) there, so that some of those that it "
            "learns from are among them: here they are apart"
        )
