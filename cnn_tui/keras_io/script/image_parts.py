"""The lines of a Keras script that leave training images out, and hold some of them out to validate on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.images.image_ranges import ImageRange, apart, compact, numbers_of, ranges_of
from cnn_tui.keras_io.source import WIDTH, CodeLines
from cnn_tui.text import wrapped


def image_parts_code(experiment: Experiment, seed: int | None) -> tuple[CodeLines, ...]:
    """What takes the images to learn from, and those to validate on, out of `training_images`; nothing for all."""
    left_out, validated = ranges_of(experiment.leave_out), experiment.training.validated_images
    if validated is None:
        return _learned(experiment, left_out), _share(experiment, seed)
    held = list(apart([validated], left_out))
    others = ranges_of(compact([*left_out, *held]))
    about = "Learn from the others" if not left_out else "Learn from the others, without those that are left out"
    return _held(experiment, held, f"Validate on the training images {validated.words}"), _learned(
        experiment, others, about
    )


def _learned(experiment: Experiment, others: Sequence[ImageRange], about: str = "") -> CodeLines:
    """What leaves the `others` out of the images to learn from."""
    if not others:
        return ()
    learned = list(apart([ImageRange(0, experiment.data.train_images - 1)], others))
    if len(learned) == 1:
        about = about or f"Learn from the training images {learned[0].words} alone"
        return [f"# {about}", *_some("training", _slice(experiment, learned[0]))]
    about = about or "Leave images out of training, by their numbers"
    return [
        f"# {about}",
        *_numbers("left_out", others),
        *(f"{name} = np.delete({name}, left_out, axis=0)" for name in ("training_images", "training_labels")),
    ]


def _held(experiment: Experiment, held: Sequence[ImageRange], about: str) -> CodeLines:
    """What takes the images to validate on out of the others."""
    if len(held) == 1:
        return [f"# {about}", *_some("validation", _slice(experiment, held[0]))]
    return [f"# {about}", *_numbers("held", held), *_some("validation", "[held]")]


def _slice(experiment: Experiment, images: ImageRange) -> str:
    end = "" if images.last == experiment.data.train_images - 1 else images.last + 1
    return f"[{images.first or ''}:{end}]"


def _some(name: str, part: str) -> list[str]:
    """What makes images and labels of that name a part of the training images, in one line if it fits."""
    one = f"{name}_images, {name}_labels = training_images{part}, training_labels{part}"
    if len(one) <= WIDTH:
        return [one]
    return [f"{name}_{what} = training_{what}{part}" for what in ("images", "labels")]


def _share(experiment: Experiment, seed: int | None) -> CodeLines:
    fraction = experiment.training.validation
    if isinstance(fraction, str):
        return ()
    return [
        f"# Hold out {fraction * 100:g} % of the training images, to validate on",
        f"order = np.random.default_rng({'' if seed is None else 'SEED'}).permutation(len(training_images))",
        f"held_out = round(len(training_images) * {fraction!r})",
        "held, kept = np.sort(order[:held_out]), np.sort(order[held_out:])",
        "validation_images, validation_labels = training_images[held], training_labels[held]",
        "training_images, training_labels = training_images[kept], training_labels[kept]",
    ]


def _numbers(name: str, images: Iterable[ImageRange]) -> list[str]:
    """The images' numbers under a name, in lines of no more than the usual width: a list, with ranges NumPy's."""
    ranges = [one for one in map(numbers_of, map(str, compact(images))) if one is not None]
    opening = "np.r_[" if any(one.size > 1 for one in ranges) else "["
    joined = ", ".join(f"{one.first}:{one.last + 1}" if one.size > 1 else str(one) for one in ranges)
    one_line = f"{name} = {opening}{joined}]"
    if len(one_line) <= WIDTH:
        return [one_line]
    wide = (f"    {line}" for line in wrapped(f"{joined},", WIDTH - 4))
    return ["# fmt: off", f"{name} = {opening}", *wide, "]", "# fmt: on"]
