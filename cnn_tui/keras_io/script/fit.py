"""The part of a Keras script that trains the model: the images in their batches, and the call of `fit`."""

from __future__ import annotations

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.keras_io.script.validation import validation_arguments
from cnn_tui.keras_io.source import CodeLines, call

_KERAS_BATCH = 32  # what `fit` takes when it is told nothing


def has_batches(experiment: Experiment, seed: int | None) -> bool:
    """Whether the order of the images is one that a seed decides."""
    return seed is not None and experiment.training.shuffle


def batches_code(experiment: Experiment, seed: int | None, in_phases: bool) -> CodeLines:
    """The images in the order in which a run has them: with a seed as in `training.pipeline.Batches.parts`.

    Of a training `in_phases`, they begin after so many epochs.
    """
    training, size = experiment.training, experiment.training.batch_size
    if not has_batches(experiment, seed):
        return _repeated(experiment)
    weights = "" if training.class_weight is None else ", sample_weights[batch]"
    about, given, after = "every epoch", "", list[str]()
    loop = [f"    for epoch in range({training.epochs}):"]
    if training.steps_per_epoch is not None:
        about, loop, after = "turn, again and again", ["    turn = 0", "    while True:"], ["        turn += 1"]
        if in_phases:
            once = f"math.ceil(len(training_images) / {size})"
            loop[0] = f"    turn = math.ceil(epochs_done * {training.steps_per_epoch} / {once})"
            given = "epochs_done"
    elif in_phases:
        given, loop, after = "epoch", ["    while True:"], ["        epoch += 1"]
    return [
        f"# Show all images in {about}, in an order that the seed decides",
        f"def batches({given}):",
        *loop,
        f"        rng = np.random.default_rng([SEED, {'epoch' if training.steps_per_epoch is None else 'turn'}])",
        "        order = rng.permutation(len(training_images))",
        f"        for start in range(0, len(order), {size}):",
        f"            batch = order[start : start + {size}]",
        f"            yield training_images[batch], training_labels[batch]{weights}",
        *after,
    ]


def _repeated(experiment: Experiment) -> CodeLines:
    """The images again and again, where an epoch has another number of steps: Keras itself would begin them anew."""
    training = experiment.training
    if training.steps_per_epoch is None:
        return ()
    shuffled = "shuffle(len(training_images))." if training.shuffle else ""
    return [
        "# Show all images again and again, however many steps an epoch has",
        "batches = tf.data.Dataset.from_tensor_slices((training_images, training_labels))",
        f"batches = batches.{shuffled}batch({training.batch_size}).repeat()",
    ]


def fit_code(
    experiment: Experiment,
    seed: int | None,
    callbacks: str,
    done: str = "",
    about: CodeLines = ("# Train the model", r'print("\nMODEL TRAINING:")'),
) -> CodeLines:
    """The call of `fit`. `done` is how many epochs were trained before, where the images have to know."""
    training = experiment.training
    epochs, steps = f"epochs={training.epochs}", f"steps_per_epoch={training.steps_per_epoch}"
    if has_batches(experiment, seed):
        if training.steps_per_epoch is None:
            steps = f"steps_per_epoch=math.ceil(len(training_images) / {training.batch_size})"
        arguments = [f"batches({done})", epochs, steps, "shuffle=False"]
    else:
        arguments = ["training_images", "training_labels", epochs]
        if training.steps_per_epoch is not None:
            arguments = ["batches", epochs, steps]
        elif training.batch_size != _KERAS_BATCH:
            arguments.append(f"batch_size={training.batch_size}")
        if training.class_weight is not None:
            arguments.append("class_weight=class_weight")
        if training.steps_per_epoch is None and not training.shuffle:
            arguments.append("shuffle=False")
    arguments += validation_arguments(experiment)
    if callbacks:
        arguments.append(f"callbacks={callbacks}")
    return [*about, *call("model.fit", arguments)]
