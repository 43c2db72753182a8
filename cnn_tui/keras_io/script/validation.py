"""What a script validates on while it trains: all images that are for that, or so many batches of them."""

from __future__ import annotations

import itertools

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.keras_io.source import CodeLines


def watched_code(experiment: Experiment, seed: int | None) -> CodeLines:
    """The images of so many batches to validate on: with a seed those of `training.pipeline.some_of`."""
    training, part = experiment.training, _part(experiment)
    varying = _varying(experiment)
    if not part or (training.validation_steps is None and not varying):
        return ()
    varied = _varied_code(varying) if varying else []
    if training.validation_steps is None:
        return [
            "# Show the images that are measured after each epoch in batches",
            f"watched = tf.data.Dataset.from_tensor_slices(({part}_images, {part}_labels))",
            f"watched = watched.batch({training.batch_size})",
            *varied,
        ]
    drawn = "np.random.permutation" if seed is None else "np.random.default_rng([SEED, 0]).permutation"
    return [
        "# Draw the images that are measured after each epoch",
        f"drawn = {drawn}(len({part}_images))[: {training.validation_steps} * {training.batch_size}]",
        f"watched_images, watched_labels = {part}_images[drawn], {part}_labels[drawn]",
        "watched = tf.data.Dataset.from_tensor_slices((watched_images, watched_labels))",
        f"watched = watched.batch({training.batch_size})",
        *varied,
    ]


def _varying(experiment: Experiment) -> int:
    """How many of the first layers vary the images to validate on too."""
    if not experiment.training.vary_validation:
        return 0
    layers = (layer for _, layer in experiment.stack.enabled())
    return len(list(itertools.takewhile(lambda layer: layer.type.startswith("Random"), layers)))


def _varied_code(count: int) -> list[str]:
    return [
        "",
        "",
        "# Vary them as the images that it learns from",
        "def varied(images, labels):",
        f"    for layer in model.layers[:{count}]:",
        "        images = layer(images, training=True)",
        "    return images, labels",
        "",
        "",
        "watched = watched.map(varied)",
    ]


def validation_arguments(experiment: Experiment) -> list[str]:
    """What `fit` is given of them."""
    part, steps = _part(experiment), experiment.training.validation_steps
    if not part:
        return []
    if steps is None and not _varying(experiment):
        return [f"validation_data=({part}_images, {part}_labels)"]
    return ["validation_data=watched", *([] if steps is None else [f"validation_steps={steps}"])]


def _part(experiment: Experiment) -> str:
    """How the names of the images to validate on begin; "" for none."""
    wanted = experiment.training.validation
    return "" if wanted == "none" else "test" if wanted == "test" else "validation"
