"""What a script validates on while it trains: all images that are for that, or so many batches of them."""

from __future__ import annotations

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.keras_io.source import CodeLines


def watched_code(experiment: Experiment, seed: int | None) -> CodeLines:
    """The images of so many batches to validate on: with a seed those of `training.pipeline.some_of`."""
    training, part = experiment.training, _part(experiment)
    if not part or training.validation_steps is None:
        return ()
    drawn = "np.random.permutation" if seed is None else "np.random.default_rng([SEED, 0]).permutation"
    return [
        "# Draw the images that are measured after each epoch",
        f"drawn = {drawn}(len({part}_images))[: {training.validation_steps} * {training.batch_size}]",
        f"watched_images, watched_labels = {part}_images[drawn], {part}_labels[drawn]",
        "watched = tf.data.Dataset.from_tensor_slices((watched_images, watched_labels))",
        f"watched = watched.batch({training.batch_size})",
    ]


def validation_arguments(experiment: Experiment) -> list[str]:
    """What `fit` is given of them."""
    part, steps = _part(experiment), experiment.training.validation_steps
    if not part:
        return []
    if steps is None:
        return [f"validation_data=({part}_images, {part}_labels)"]
    return ["validation_data=watched", f"validation_steps={steps}"]


def _part(experiment: Experiment) -> str:
    """How the names of the images to validate on begin; "" for none."""
    wanted = experiment.training.validation
    return "" if wanted == "none" else "test" if wanted == "test" else "validation"
