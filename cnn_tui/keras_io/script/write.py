"""Writes an experiment as a Keras script, as a person would have written it, in the style of the course notes.

With a seed it repeats a run of the lab: the same weights at the start, the same images held out, the same order of the
images in every epoch, so the same losses but for rounding. To the last digit they are the same only on the same machine
with one thread, TF_NUM_INTEROP_THREADS=1 and TF_NUM_INTRAOP_THREADS=1, because several threads add up in another order.
Without a seed it is `model.fit(training_images, training_labels, epochs=5)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnn_tui.experiment.compiled import Compiled, answers_of, compiled_loss, compiled_metric
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.keras_io.script.callbacks import callbacks_code, is_ours
from cnn_tui.keras_io.script.data import DataCode, data_code, unset_data_code
from cnn_tui.keras_io.script.model import adapt_code, model_code
from cnn_tui.keras_io.script.schedule import optimizer_schedule
from cnn_tui.keras_io.script.weights import start_weights_code
from cnn_tui.keras_io.source import WIDTH, CodeLines, call, literal, program
from cnn_tui.text import quiet, wrapped

OPTIMIZERS = {
    "adam": "Adam",
    "adamw": "AdamW",
    "sgd": "SGD",
    "rmsprop": "RMSprop",
    "nadam": "Nadam",
    "adagrad": "Adagrad",
    "adamax": "Adamax",
    "adadelta": "Adadelta",
}
"""Keras's classes by the names that an experiment has for them."""

_KERAS_BATCH = 32  # what `fit` takes when it is told nothing


def keras_script(experiment: Experiment, *, seed: int | None = None) -> str:
    """The text of a Python program that trains and evaluates `experiment`.

    `seed` is that of a run; without it, the experiment's own counts. Raises DatasetError.
    """
    return program(keras_parts(experiment, seed=seed))


def keras_parts(experiment: Experiment, *, seed: int | None = None) -> list[CodeLines]:
    """The parts of that program, the first a comment on the whole; those that it does not need are empty."""
    seed = experiment.training.seed if seed is None else seed
    data = _data(experiment)
    imports = {"import tensorflow as tf", *data.imports}
    held_out = isinstance(experiment.training.validation, float)
    balanced = experiment.training.class_weight == "balanced"
    if (
        held_out
        or balanced
        or experiment.leave_out
        or seed is not None
        or any(rule.nan and is_ours(rule) for rule in experiment.stop)
    ):
        imports.add("import numpy as np")
    if seed is not None and experiment.training.shuffle and experiment.training.steps_per_epoch is None:
        imports.add("import math")
    training: list[CodeLines] = []
    if experiment.training.epochs:
        definitions, callbacks = callbacks_code(experiment)
        training = [*definitions, _batches(experiment, seed), _fit(experiment, seed, callbacks)]
    return [
        _head(experiment),
        *_imports(imports),
        _random(seed),
        _policy(experiment),
        *data.parts,
        _left_out(experiment),
        _held_out(experiment, seed),
        _class_weight(experiment, seed),
        _labels(experiment),
        model_code(experiment),
        adapt_code(experiment),
        start_weights_code(experiment),
        ["# Print the model summary", "model.summary()"],
        optimizer_schedule(experiment),
        _compile(experiment),
        *training,
        _evaluate(),
    ]


def _data(experiment: Experiment) -> DataCode:
    if experiment.input_shape is not None and experiment.classes is not None:
        return unset_data_code(experiment.input_shape, experiment.classes)
    return data_code(experiment.dataset, experiment.data_options)


def _head(experiment: Experiment) -> CodeLines:
    # A comment with "coding:" in the first two lines of a program would tell Python its encoding: the name comes third.
    return ["# Written by cnn-tui. Run it with Python: it trains the network and tests it.", "#", _comment(experiment)]


def _comment(experiment: Experiment) -> str:
    return f"# {quiet(experiment.name)}".rstrip()


def _imports(wanted: set[str]) -> Iterator[CodeLines]:
    own = {line for line in wanted if line.split()[1] in ("contextlib", "io", "math", "pathlib")}
    for part in (own, wanted - own):
        yield sorted(part, key=lambda line: (line.startswith("from"), line))


def _random(seed: int | None) -> CodeLines:
    if seed is None:
        return ()
    return ["# The same seed gives the same weights and the same order of images", f"SEED = {seed}", _SET_SEED]


_SET_SEED = "tf.keras.utils.set_random_seed(SEED)"


def _policy(experiment: Experiment) -> CodeLines:
    precision = experiment.training.precision
    if precision == "float32":
        return ()
    return ["# Compute in half precision, keep the weights in full", f'tf.keras.config.set_dtype_policy("{precision}")']


def _left_out(experiment: Experiment) -> CodeLines:
    if not experiment.leave_out:
        return ()
    numbers = ", ".join(map(str, experiment.leave_out))
    one_line = f"left_out = [{numbers}]"
    lines = [one_line]
    if len(one_line) > WIDTH:
        wide = [f"    {line}" for line in wrapped(f"{numbers},", WIDTH - 4)]
        lines = ["# fmt: off", "left_out = [", *wide, "]", "# fmt: on"]
    return [
        "# Leave images out of training, by their numbers",
        *lines,
        *(f"{name} = np.delete({name}, left_out, axis=0)" for name in ("training_images", "training_labels")),
    ]


def _held_out(experiment: Experiment, seed: int | None) -> CodeLines:
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


def _class_weight(experiment: Experiment, seed: int | None) -> CodeLines:
    wanted = experiment.training.class_weight
    if wanted is None:
        return ()
    if wanted == "balanced":
        lines = [
            "# Let every class count the same in the loss, however many images it has",
            "counts = np.bincount(training_labels.ravel())",
            "present = np.flatnonzero(counts)",
            "share = len(training_labels) / len(present)",
            "class_weight = {label: share / counts[label] for label in present}",
        ]
    else:
        weights = ", ".join(f"{label}: {literal(weight)}" for label, weight in enumerate(wanted))
        lines = ["# Let the images of a class count so much in the loss", f"class_weight = {{{weights}}}"]
    if _has_batches(experiment, seed):  # Keras takes class_weight with arrays, and weights of images with a generator
        each = "[class_weight.get(label, 1.0) for label in training_labels.ravel()]"
        lines += call("np.array", [each], before="sample_weights = ")
    return lines


def _labels(experiment: Experiment) -> CodeLines:
    answers = answers_of(experiment)
    if answers.kind != "one-hot labels":
        return ()
    sets = ["training_labels", "test_labels"]
    if isinstance(experiment.training.validation, float):
        sets.insert(1, "validation_labels")
    return [
        "# Turn class numbers into rows of 0 and 1, which this loss wants",
        *(f"{labels} = tf.keras.utils.to_categorical({labels}, {answers.units})" for labels in sets),
    ]


def _compile(experiment: Experiment) -> CodeLines:
    training = experiment.training
    given = {name: literal(value) for name, value in experiment.training.optimizer_arguments.items()}
    if training.schedule is not None and not training.schedule.follows_epochs:
        given["learning_rate"] = "learning_rate"
    optimizer = ", ".join(f"{name}={value}" for name, value in given.items())
    arguments = [
        f"optimizer=tf.keras.optimizers.{OPTIMIZERS[training.optimizer]}({optimizer})",
        f"loss={_compiled('losses', compiled_loss(training))}",
    ]
    if training.metrics:
        units = answers_of(experiment).units
        made = [_compiled("metrics", compiled_metric(name, training, units)) for name in training.metrics]
        arguments.append(_listed("metrics", made))
    return ["# Choose how it is trained", *call("model.compile", arguments)]


def _listed(name: str, values: list[str]) -> str:
    """A list as an argument of a call whose arguments stand in lines of their own, if it does not fit in one."""
    one = f"{name}=[{', '.join(values)}]"
    if len(one) + 5 <= WIDTH:  # four spaces before it, and a comma
        return one
    return "\n".join([f"{name}=[", *(f"        {value}," for value in values), "    ]"])


def _compiled(module: str, made: Compiled) -> str:
    if isinstance(made, str):
        return literal(made)
    arguments = ", ".join(f"{name}={literal(value)}" for name, value in made.arguments.items())
    return f"tf.keras.{module}.{made.kind}({arguments})"


def _has_batches(experiment: Experiment, seed: int | None) -> bool:
    """Whether the order of the images is one that a seed decides."""
    return seed is not None and experiment.training.shuffle


def _batches(experiment: Experiment, seed: int | None) -> CodeLines:
    """The images in the order in which a run has them: with a seed as in `training.pipeline.Batches.parts`."""
    training, size = experiment.training, experiment.training.batch_size
    if not _has_batches(experiment, seed):
        return _repeated(experiment)
    weights = "" if training.class_weight is None else ", sample_weights[batch]"
    if training.steps_per_epoch is None:
        about, loop, after = "every epoch", [f"    for epoch in range({training.epochs}):"], []
    else:
        about, loop = "turn, again and again", ["    turn = 0", "    while True:"]
        after = ["        turn += 1"]
    return [
        f"# Show all images in {about}, in an order that the seed decides",
        "def batches():",
        *loop,
        f"        rng = np.random.default_rng([SEED, {'turn' if after else 'epoch'}])",
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


def _fit(experiment: Experiment, seed: int | None, callbacks: str) -> CodeLines:
    training = experiment.training
    lines = ["# Train the model", r'print("\nMODEL TRAINING:")']
    epochs, steps = f"epochs={training.epochs}", f"steps_per_epoch={training.steps_per_epoch}"
    if _has_batches(experiment, seed):
        if training.steps_per_epoch is None:
            steps = f"steps_per_epoch=math.ceil(len(training_images) / {training.batch_size})"
        arguments = ["batches()", epochs, steps, "shuffle=False"]
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
    if training.validation != "none":
        part = "test" if training.validation == "test" else "validation"
        arguments.append(f"validation_data=({part}_images, {part}_labels)")
    if callbacks:
        arguments.append(f"callbacks={callbacks}")
    return [*lines, *call("model.fit", arguments)]


def _evaluate() -> CodeLines:
    return [
        "# Evaluate on the test set",
        r'print("\nMODEL EVALUATION:")',
        "model.evaluate(test_images, test_labels)",
    ]
