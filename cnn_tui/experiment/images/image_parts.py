"""How many of a dataset's images an experiment learns from, and how many it validates on beside them."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from cnn_tui.data.dataset import BUILT_IN, SAMPLE
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.images import image_ranges
from cnn_tui.experiment.images.image_ranges import ImageRange
from cnn_tui.text import counted


class ImageParts(NamedTuple):
    """How many images are learned from, and how many are validated on beside them; those left out are in neither."""

    learned: int
    held_out: int


def image_parts(experiment: Experiment, images: int, validation_images: int = 0) -> ImageParts:
    """The parts of so many training images; a part has none where the dataset is too small for the experiment.

    `validation_images` are those of a place of their own, as `Dataset` has them, which are all validated on.
    """
    left_out, training = image_ranges.ranges_of(experiment.leave_out), experiment.training
    rest = images - image_ranges.count(experiment.leave_out)
    held, validated = 0, training.validated_images
    if training.validation_path is not None:
        return ImageParts(max(0, rest), validation_images)
    if validated is not None:
        held = max(0, min(validated.last, images - 1) - validated.first + 1)
        held -= sum(validated.within(span) for span in left_out)
    elif isinstance(training.validation, float):
        held = round(rest * training.validation)  # as the training does it
    return ImageParts(max(0, rest - held), max(0, held))


def on_stand_in(experiment: Experiment, dataset: str) -> Experiment:
    """The experiment for the images that stand in for those of its dataset: of ranges as large a part of them.

    Single images stay, since those have no like. On any other dataset it is the experiment itself.
    """
    training, validated = experiment.training, experiment.training.validated_images
    if dataset != SAMPLE or experiment.dataset == SAMPLE or not (experiment.leave_out or validated):
        return experiment
    few, many = BUILT_IN[SAMPLE].train_images, experiment.data.train_images

    def part(images: ImageRange) -> ImageRange:
        first = images.first * few // many
        return ImageRange(first, max(first, (images.last + 1) * few // many - 1))

    left_out = [part(one) if one.size > 1 else one for one in image_ranges.ranges_of(experiment.leave_out)]
    if validated is not None:
        training = msgspec.structs.replace(training, validation=f"{part(validated).first}-{part(validated).last}")
    return msgspec.structs.replace(experiment, leave_out=image_ranges.compact(left_out), training=training)


def held_out_problem(experiment: Experiment, images: int) -> str:
    """Why so many training images cannot be parted into those learned from and those that are validated on.

    "" where they can. A sentence without its end, which says what to change.
    """
    training, validated = experiment.training, experiment.training.validated_images
    if training.validation_path is not None:
        return ""
    if validated is not None and validated.last >= images:
        there = f"and they are numbered 0 to {images - 1}"
        return f"validation names training image {validated.last}, {there}: choose others"
    parts = image_parts(experiment, images)
    if not training.holds_out or (parts.learned and parts.held_out):
        return ""
    left = f"{parts.held_out:,} of {counted(sum(parts), 'image')} to validate on and {parts.learned:,} to train on"
    if validated is None:
        return f"a validation of {training.validation:g} leaves {left}: choose another fraction"
    return f"a validation on images {validated.words} leaves {left}: choose others"


def learned_with_all(experiment: Experiment, learned: int) -> int:
    """How many images would have been learned from, of which `learned` are, had none been left out.

    Where a share is held out, what is rounded off may make it one more or less.
    """
    training, left_out = experiment.training, image_ranges.ranges_of(experiment.leave_out)
    if training.validated_images is not None:
        return learned + sum(span.size - span.within(training.validated_images) for span in left_out)
    share = training.validation if isinstance(training.validation, float) else 0.0
    return round(learned + sum(span.size for span in left_out) * (1 - share))
