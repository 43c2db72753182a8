"""Writes an experiment as a Keras script, as a person would have written it, in the style of the course notes.

With a seed it repeats a run of the lab: the same weights at the start, the same images held out, the same order of the
images in every epoch, so the same losses but for rounding. To the last digit they are the same only on the same machine
with one thread, TF_NUM_INTEROP_THREADS=1 and TF_NUM_INTRAOP_THREADS=1, because several threads add up in another order.
Without a seed it is `model.fit(training_images, training_labels, epochs=5)`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from cnn_tui.data.dataset import TRAIN, DatasetError
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training import class_weights
from cnn_tui.experiment.training.compiled import Compiled, answers_of, compiled_loss, compiled_metric
from cnn_tui.experiment.training.phases import phases_of
from cnn_tui.keras_io.script.callbacks import callbacks_code, is_ours
from cnn_tui.keras_io.script.data import DataCode, data_code, unset_data_code
from cnn_tui.keras_io.script.fit import batches_code, fit_code, has_batches
from cnn_tui.keras_io.script.image_parts import image_parts_code
from cnn_tui.keras_io.script.model import adapt_code, model_code
from cnn_tui.keras_io.script.phases import epochs_done_code, learning_code, phase_comment
from cnn_tui.keras_io.script.schedule import optimizer_schedule
from cnn_tui.keras_io.script.validation import watched_code
from cnn_tui.keras_io.script.weights import start_weights_code
from cnn_tui.keras_io.source import WIDTH, CodeLines, call, literal, program
from cnn_tui.text import quiet

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


def keras_script(experiment: Experiment, *, seed: int | None = None) -> str:
    """The text of a Python program that trains and evaluates `experiment`.

    `seed` is that of a run; without it, the experiment's own counts. Raises DatasetError.
    """
    return program(keras_parts(experiment, seed=seed))


def keras_parts(experiment: Experiment, *, seed: int | None = None) -> list[CodeLines]:
    """The parts of that program, the first a comment on the whole; those that it does not need are empty."""
    seed = experiment.training.seed if seed is None else seed
    phases = phases_of(experiment)
    data = _data(experiment)
    imports = {"import tensorflow as tf", *data.imports}
    image_parts = image_parts_code(experiment, seed)
    balanced = experiment.training.class_weight == "balanced"
    if (
        any("np." in line for part in (watched_code(experiment, seed), *image_parts) for line in part)
        or balanced
        or seed is not None
        or any(rule.nan and is_ours(rule) for phase in phases for rule in phase.stop)
    ):
        imports.add("import numpy as np")
    if has_batches(experiment, seed) and (experiment.then or experiment.training.steps_per_epoch is None):
        imports.add("import math")
    return [
        _head(experiment),
        *_imports(imports),
        _random(seed),
        _policy(experiment),
        *data.parts,
        *image_parts,
        _class_weight(experiment, seed),
        _labels(experiment),
        model_code(experiment),
        adapt_code(experiment),
        start_weights_code(experiment),
        ["# Print the model summary", "model.summary()"],
        *_training(experiment, phases, seed),
        _evaluate(experiment),
    ]


def _training(experiment: Experiment, phases: tuple[Experiment, ...], seed: int | None) -> Iterator[CodeLines]:
    """Compile and fit, for each phase anew."""
    first = phases[0]
    yield optimizer_schedule(first)
    yield _compile(first)
    if not experiment.training.epochs:
        return
    definitions, callbacks = callbacks_code(first)
    yield from (*definitions, batches_code(first, seed, bool(experiment.then)), watched_code(first, seed))
    yield fit_code(first, seed, callbacks, "0" if experiment.then else "")
    for at, (before, phase) in enumerate(itertools.pairwise(phases)):
        about = phase_comment(experiment, at)
        if has_batches(experiment, seed):
            yield epochs_done_code(at)
        if learning := learning_code(before, phase):
            yield [*about, *learning]
            about = ["# Choose how it is trained from here on"]
        yield optimizer_schedule(phase)
        yield _compile(phase, about)
        if callbacks_code(phase) != callbacks_code(before):
            definitions, callbacks = callbacks_code(phase)
            yield from definitions
        if batches_code(phase, seed, True) != batches_code(before, seed, True):
            yield batches_code(phase, seed, True)
        yield fit_code(phase, seed, callbacks, "epochs_done", ["# Train it on"])


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
    own = {line for line in wanted if line.split()[1] in ("contextlib", "csv", "io", "math", "pathlib")}
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
        by_label = _weights_by_label(experiment)
        weights = ", ".join(f"{label}: {literal(weight)}" for label, weight in enumerate(by_label))
        lines = ["# Let the images of a class count so much in the loss", f"class_weight = {{{weights}}}"]
    if has_batches(experiment, seed):  # Keras takes class_weight with arrays, and weights of images with a generator
        each = "[class_weight.get(label, 1.0) for label in training_labels.ravel()]"
        lines += call("np.array", [each], before="sample_weights = ")
    return lines


def _weights_by_label(experiment: Experiment) -> tuple[float, ...]:
    try:
        weights = class_weights.by_number(experiment.training.class_weight, experiment.data.class_names)
    except ValueError as error:
        raise DatasetError(f"{error}.") from None
    return weights if isinstance(weights, tuple) else ()


def _labels(experiment: Experiment) -> CodeLines:
    answers = answers_of(experiment)
    if answers.kind != "one-hot labels":
        return ()
    sets = ["training_labels", "test_labels"]
    if experiment.training.holds_out:
        sets.insert(1, "validation_labels")
    return [
        "# Turn class numbers into rows of 0 and 1, which this loss wants",
        *(f"{labels} = tf.keras.utils.to_categorical({labels}, {answers.units})" for labels in sets),
    ]


def _compile(experiment: Experiment, about: CodeLines = ("# Choose how it is trained",)) -> CodeLines:
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
    return [*about, *call("model.compile", arguments)]


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


def _evaluate(experiment: Experiment) -> CodeLines:
    return [
        f"# Evaluate on {'what it has learned' if experiment.test == TRAIN else 'the test set'}",
        r'print("\nMODEL EVALUATION:")',
        "model.evaluate(test_images, test_labels)",
    ]
