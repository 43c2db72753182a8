"""Which of a dataset's training images a script learns from and validates on, where it takes them by their numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from cnn_tui.data.dataset import BUILT_IN
from cnn_tui.experiment.images.image_ranges import ImageNumbers, ImageRange, apart, compact, ranges_of, within
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.pictures.scale import arrays_of
from cnn_tui.keras_io.imported.code import CodeImport


class TrainingParts(msgspec.Struct, frozen=True):
    """What an experiment says for the images that a script takes: those it leaves out, and those it validates on.

    `validation` is None where no images of the training half are validated on. `notes` are what is otherwise here, and
    `to_know` what the script does not tell.
    """

    leave_out: ImageNumbers = ()
    validation: str | float | None = None
    notes: tuple[str, ...] = ()
    to_know: tuple[str, ...] = ()


def parts_of(code: CodeImport) -> TrainingParts:
    """The parts of the training images of a dataset's arrays; nothing of any other data."""
    learned, watched = arrays_of(code.data), arrays_of(code.validation)
    if learned is None or learned.half != "train" or learned.is_of_halves:
        return TrainingParts()
    if watched is None or watched.half != "train" or watched.dataset != learned.dataset:
        return _all_learned(learned, code.fitted.get("validation_split"))
    if learned.places is not None and watched.places is not None:
        found = _both_known(learned, learned.places, watched.places)
        if found is not None:
            return found
    return _counted(learned, watched)


def _all_learned(learned: DatasetArrays, share: object) -> TrainingParts:
    """Where nothing is validated on, or other images, or a share that fit itself holds out."""
    places, whole, count = learned.places, learned.whole, learned.count
    if places is not None:
        to_know: tuple[str, ...] = ()
        if learned.is_ordered and isinstance(share, float) and 0 < share < 1:
            to_know = _last_are_held_out(places, share)
        return TrainingParts(compact(apart([ImageRange(0, whole - 1)], places)), to_know=to_know)
    if count is None:
        words = "the model is trained on a part of the training images there, and on all of them here"
        return TrainingParts(notes=(words,))
    if learned.dataset not in BUILT_IN:
        return TrainingParts(notes=_fewer(count, whole, "all of them"))
    return _with_first(learned, count, TrainingParts(), "it learns from")


def _last_are_held_out(places: Sequence[ImageRange], share: float) -> tuple[str, ...]:
    """Keras takes the last images for `validation_split`, where a share is drawn here."""
    count = sum(one.size for one in places)
    first = math.floor(count * (1 - share))
    held = list(within(places, range(first, count)))
    if not first or not held:
        return ()
    return (_held_out_there(f"last {count - first:,}", held),)


def first_are_held_out(images: DatasetArrays | None, share: float) -> tuple[str, ...]:
    """An ImageDataGenerator takes the first of a dataset's images for `validation_split`."""
    if (
        images is None
        or images.half != "train"
        or images.places is None
        or not images.is_ordered
        or images.count is None
    ):
        return ()
    held = list(within(images.places, range(int(images.count * share))))
    return (_held_out_there(f"first {int(images.count * share):,}", held),) if held else ()


def _held_out_there(which: str, held: Sequence[ImageRange]) -> str:
    words = f"validation_split holds out the {which} images there, and as many drawn at random here"
    return f'{words}: validation = "{held[0].first}-{held[-1].last}" holds out the same ones'


def _behind_first(images: DatasetArrays, count: int) -> ImageNumbers:
    """All images of the half but the first ones, so many, of those that these are some of."""
    whole = ImageRange(0, images.whole - 1)
    first = list(within(images.drawn_of or [whole], range(count)))
    return compact(apart([whole], first))


def _with_first(images: DatasetArrays, count: int, parts: TrainingParts, what: str) -> TrainingParts:
    """The parts without all but the first images, so many, where it is not known which a script takes, or others."""
    begins = f"{what} {count:,} of the {images.whole:,} training images, which are"
    parts = msgspec.structs.replace(parts, leave_out=_behind_first(images, count))
    if images.is_drawn:
        words = f"{begins} drawn at random there: here they are the first {count:,}"
        return msgspec.structs.replace(parts, to_know=(words,))
    words = f"{begins} others there than here, where they are the first {count:,}"
    return msgspec.structs.replace(parts, notes=(words,))


def _fewer(count: int, whole: int, rest: str) -> tuple[str, ...]:
    words = f"the model is trained on {count:,} of the {whole:,} training images there, and on {rest} here"
    return (words,)


def _both_known(
    images: DatasetArrays, learned: Sequence[ImageRange], watched: Sequence[ImageRange]
) -> TrainingParts | None:
    """Where it is known which images are learned from and which watched; None where one range cannot say the latter."""
    rest = list(apart(learned, watched))
    first, last = watched[0].first, watched[-1].last
    if not rest or any(one.first <= last and first <= one.last for one in rest):
        return None
    left_out = apart([ImageRange(0, images.whole - 1)], ranges_of(compact([*rest, *watched])))
    return TrainingParts(compact(left_out), f"{first}-{last}")


def _counted(learned: DatasetArrays, watched: DatasetArrays) -> TrainingParts:
    """Where it is known at most how many images are learned from and watched."""
    count, held, whole = learned.count, watched.count, learned.whole
    if held is None:
        return TrainingParts(
            validation=0.1, notes=("how many images are held out to validate is not known: a tenth stands in",)
        )
    if count is None or count + held > whole:
        return TrainingParts(validation=share_of(held, whole))
    to_know: tuple[str, ...] = ()
    if not (learned.is_drawn and watched.is_drawn):
        to_know = (f"the {held:,} images to validate on are others there: here they are drawn at random",)
    all_of = sum(one.size for one in learned.drawn_of) or whole
    if count + held < all_of and learned.dataset not in BUILT_IN:
        notes = _fewer(count, whole, "all but those that are held out")
        return TrainingParts(validation=share_of(held, whole), notes=notes, to_know=to_know)
    left_out = _behind_first(learned, all_of) if learned.drawn_of == watched.drawn_of else ()
    parts = TrainingParts(left_out, share_of(held, count + held), to_know=to_know)
    return (
        _with_first(learned, count + held, parts, "it learns from and validates on") if count + held < all_of else parts
    )


def share_of(count: int, whole: int) -> float:
    """So many of the whole as a share with few digits, which is what a person gives."""
    shares = [round(count / whole, digits) for digits in range(1, 5)]
    return next((share for share in shares if round(whole * share) == count), shares[-1])
