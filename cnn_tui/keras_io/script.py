"""Writes an experiment as a Keras script, as a person would have written it, in the style of the course notes.

With a seed it repeats a run of the lab: the same weights at the start, the same images held out, the same order of the
images in every epoch, so the same losses but for rounding. To the last digit they are the same only on the same machine
with one thread, TF_NUM_INTEROP_THREADS=1 and TF_NUM_INTRAOP_THREADS=1, because several threads add up in another order.
Without a seed it is `model.fit(training_images, training_labels, epochs=5)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from cnn_tui.experiment.compiled import Compiled, answers_of, compiled_loss, compiled_metric
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.stop_rules import StopRule
from cnn_tui.keras_io.script_application import application_code
from cnn_tui.keras_io.script_data import DataCode, data_code, unset_data_code
from cnn_tui.keras_io.script_schedule import optimizer_schedule, schedule_callback
from cnn_tui.keras_io.script_weights import start_weights_code
from cnn_tui.keras_io.source import WIDTH, CodeLines, call, literal, program
from cnn_tui.network.fields import fields_of
from cnn_tui.network.layers import AnyLayer, Application, Normalization
from cnn_tui.network.stack import float32_layers
from cnn_tui.network.summary import keras_names, summarize
from cnn_tui.network.values import L1L2
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

_ALWAYS_SHOWN = ("pool_size",)  # as in the notes, also where it is at its default
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
    if held_out or balanced or seed is not None or any(rule.nan and _is_ours(rule) for rule in experiment.stop):
        imports.add("import numpy as np")
    if seed is not None:
        imports.add("import math")
    training: list[CodeLines] = []
    if experiment.training.epochs:
        definitions, callbacks = _callbacks(experiment)
        training = [*definitions, _batches(experiment, seed), _fit(experiment, seed, callbacks)]
    return [
        _head(experiment),
        *_imports(imports),
        _random(seed),
        _policy(experiment),
        *data.parts,
        _held_out(experiment, seed),
        _class_weight(experiment, seed),
        _labels(experiment),
        model_code(experiment),
        _adapted(experiment),
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


def model_code(experiment: Experiment) -> CodeLines:
    """The lines that make `model`. A layer that is switched off stays as a comment. Raises DatasetError."""
    stack = experiment.stack
    whole = float32_layers(stack) if experiment.training.precision != "float32" else frozenset()
    lines = [f"        tf.keras.Input({literal(stack.input_shape)}),"]
    rows, names, before = summarize(stack).rows, keras_names(stack), []
    for at, layer in enumerate(stack.layers):
        shape = rows[at].input_shape
        if isinstance(layer, Application) and layer.enabled and shape is not None and len(shape) == 3:
            begun = layer if experiment.weights is None else msgspec.structs.replace(layer, weights="none")
            before += [*application_code(begun, shape, names[at]), ""]
            lines.append(f"        {names[at]},")
            continue
        arguments = layer_arguments(layer)
        if at in whole:
            arguments.append('dtype="float32"')
        name = f"tf.keras.layers.{layer.type}"
        if layer.enabled:
            lines += call(name, arguments, indent=8, after=",")
        else:
            lines.append(f"        # {name}({', '.join(arguments)}),")
    return [*before, "# Define the model", "model = tf.keras.Sequential(", "    [", *lines, "    ]", ")"]


def _adapted(experiment: Experiment) -> CodeLines:
    """The lines in which Normalization layers look at the training images."""
    lines = []
    for at, (_, layer) in enumerate(experiment.stack.enabled()):
        if isinstance(layer, Normalization):
            before = f"tf.keras.Sequential(model.layers[:{at}]).predict(training_images)" if at else "training_images"
            lines.append(f"model.layers[{at}].adapt({before})")
    return ["# Let the normalization look at the training images", *lines] if lines else ()


def layer_arguments(layer: AnyLayer) -> list[str]:
    """The arguments of a layer: first those that Keras demands, without a name; then those that are not at defaults."""
    demanded, named = [], []
    for field in fields_of(type(layer)):
        value, given = getattr(layer, field.name), layer.for_keras(field.name)
        if field.default is msgspec.NODEFAULT or field.name in _ALWAYS_SHOWN:
            demanded.append(_value(given))
        elif value != field.default:
            named.append(f"{field.name}={_value(given)}")
    return demanded + named


def _value(value: Any) -> str:
    if isinstance(value, L1L2):
        factors = {name: factor for name, factor in (("l1", value.l1), ("l2", value.l2)) if factor}
        kind = "".join(factors).upper() or "L1L2"
        return f"tf.keras.regularizers.{kind}({', '.join(f'{name}={factor}' for name, factor in factors.items())})"
    return "1 / 255" if value == 1 / 255 else literal(value)


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


_STOPS = "# Choose when training stops early"
_CHANGES = "# Choose how the learning rate changes"
_CHANGES_AND_STOPS = f"{_CHANGES}, and when training stops early"
_SET_SEED = "tf.keras.utils.set_random_seed(SEED)"


def _policy(experiment: Experiment) -> CodeLines:
    precision = experiment.training.precision
    if precision == "float32":
        return ()
    return ["# Compute in half precision, keep the weights in full", f'tf.keras.config.set_dtype_policy("{precision}")']


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
    if seed is not None:  # Keras takes class_weight with arrays, and weights of images with a generator
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


def _callbacks(experiment: Experiment) -> tuple[list[CodeLines], str]:
    """The parts of the script that the stop rules and the schedule need, and what `fit` gets as `callbacks`."""
    keras = [_keras_callback(rule) for rule in experiment.stop if not _is_ours(rule)]
    ours = [rule for rule in experiment.stop if _is_ours(rule)]
    parts: list[CodeLines] = [_stop_training(ours)] if ours else []
    before, changes = schedule_callback(experiment.training.schedule)
    parts += before
    if changes:
        keras.insert(0, [*changes])
    if not keras:
        return parts, "[StopTraining()]" if ours else ""
    listed = [*(["    StopTraining(),"] if ours else []), *(line for lines in keras for line in lines)]
    about = _STOPS if not changes else _CHANGES_AND_STOPS if experiment.stop else _CHANGES
    return [*parts, [about, "callbacks = [", *listed, "]"]], "callbacks"


def _is_ours(rule: StopRule) -> bool:
    """Whether Keras has no callback for a rule."""
    return rule.limit is not None or (rule.nan and rule.metric != "loss")


def _keras_callback(rule: StopRule) -> list[str]:
    if rule.nan:
        return ["    tf.keras.callbacks.TerminateOnNaN(),"]
    values = {
        "monitor": rule.metric,
        "patience": rule.patience,
        "mode": "min" if rule.metric.endswith("loss") else "max",
        "verbose": 1,
    }
    arguments = [f"{name}={literal(value)}" for name, value in values.items()]
    return call("tf.keras.callbacks.EarlyStopping", arguments, indent=4, after=",")


def _stop_training(rules: list[StopRule]) -> CodeLines:
    lines = [
        "# Cancel training once it has reached enough",
        "class StopTraining(tf.keras.callbacks.Callback):",
        "    def on_epoch_end(self, epoch, logs=None):",
    ]
    for rule in rules:
        value = f"logs[{literal(rule.metric)}]"
        sign, limit = ("<", rule.below) if rule.below is not None else (">", rule.above)
        lines += [
            f"        if {f'not np.isfinite({value})' if rule.nan else f'{value} {sign} {limit!r}'}:",
            f"            print({literal(f'{chr(10)}{rule}: training stops')})",
            "            self.model.stop_training = True",
        ]
    return lines


def _batches(experiment: Experiment, seed: int | None) -> CodeLines:
    """The images in the order in which a run with the seed has them: as in `training.pipeline.Batches.order`."""
    if seed is None:
        return ()
    size = experiment.training.batch_size
    weights = "" if experiment.training.class_weight is None else ", sample_weights[batch]"
    return [
        "# Show all images in every epoch, in an order that the seed decides",
        "def batches():",
        f"    for epoch in range({experiment.training.epochs}):",
        "        rng = np.random.default_rng([SEED, epoch])",
        "        order = rng.permutation(len(training_images))",
        f"        for start in range(0, len(order), {size}):",
        f"            batch = order[start : start + {size}]",
        f"            yield training_images[batch], training_labels[batch]{weights}",
    ]


def _fit(experiment: Experiment, seed: int | None, callbacks: str) -> CodeLines:
    training = experiment.training
    lines = ["# Train the model", r'print("\nMODEL TRAINING:")']
    if seed is None:
        arguments = ["training_images", "training_labels", f"epochs={training.epochs}"]
        if training.batch_size != _KERAS_BATCH:
            arguments.append(f"batch_size={training.batch_size}")
        if training.class_weight is not None:
            arguments.append("class_weight=class_weight")
    else:
        steps = f"steps_per_epoch=math.ceil(len(training_images) / {training.batch_size})"
        arguments = ["batches()", f"epochs={training.epochs}", steps, "shuffle=False"]
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
