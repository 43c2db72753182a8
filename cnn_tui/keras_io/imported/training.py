"""Makes training settings of how a Keras model was compiled.

What cannot be imported is left out, with a note, and the experiment's own default stands in: it is no part of the
network.
"""

from __future__ import annotations

import typing
from typing import Any

import msgspec

from cnn_tui.experiment.training.training import FINE, Metric, Optimizer, Training
from cnn_tui.keras_io.code.training.set_rates import usual_rate
from cnn_tui.keras_io.imported.arguments import of_float32, shown, snake_case
from cnn_tui.keras_io.imported.chain import Plain, config_of
from cnn_tui.keras_io.imported.schedule import with_schedule
from cnn_tui.keras_io.notes import Notes
from cnn_tui.network.losses import LOSSES, to_probabilities
from cnn_tui.text import quiet

_METRICS: tuple[str, ...] = typing.get_args(Metric)
_OPTIMIZERS: tuple[str, ...] = typing.get_args(Optimizer)
_SAME_LOSS = {"mse": "mean_squared_error", "bce": "binary_crossentropy"}
_SAME_METRIC = {
    "acc": "accuracy",
    "categorical_accuracy": "accuracy",
    "sparse_categorical_accuracy": "accuracy",
    "top_kcategorical_accuracy": "top_k_categorical_accuracy",
    "sparse_top_kcategorical_accuracy": "sparse_top_k_categorical_accuracy",
}
_SAME_OF_ONE_UNIT = ("accuracy", "binary_accuracy")
_OF_EACH_NUMBER = ("binary_accuracy", "auc", "precision", "recall")
"""Metrics that class numbers have none of."""
_WRAPPED = "MeanMetricWrapper"
"""What Keras 2 calls a metric that is the mean of a function, once the model has been trained."""
_METRIC_DEFAULTS: Plain = {"k": 5, "num_thresholds": 200, "curve": "ROC", "summation_method": "interpolation"}
_OPTIMIZER_DEFAULTS: Plain = {
    "use_ema": False,
    "ema_momentum": 0.99,
    "beta_1": 0.9,
    "beta_2": 0.999,
    "epsilon": 1e-7,
    "amsgrad": False,
    "nesterov": False,
    "rho": 0.9,
    "centered": False,
    "initial_accumulator_value": 0.1,
    "momentum": 0.0,
}  # and None for every other
_OF_OPTIMIZER: dict[str, Plain] = {"adamw": {"weight_decay": 0.004}, "adadelta": {"rho": 0.95}}
_MEANT_NOTHING = ("jit_compile", "is_legacy_optimizer")
"""What Keras 2 wrote of an optimizer besides: how it computes, and which of its two implementations it was."""
_TAKEN: dict[str, type] = {
    "momentum": float,
    "nesterov": bool,
    **dict.fromkeys(("beta_1", "beta_2", "rho", "epsilon"), float),
    "amsgrad": bool,
    "weight_decay": float,
    "clipnorm": float,
    "use_ema": bool,
    "ema_momentum": float,
}
"""The arguments of optimizers that there are here."""
_OF_MIXED = ("LossScaleOptimizer", "LossScaleOptimizerV3")
"""What Keras puts around an optimizer in mixed_float16."""
_FIRST_RATE_ONCE = {"adadelta": 1.0, "adagrad": 0.01}
"""What those began with that begin with less since TensorFlow 2."""
OLD_KERAS = "old_keras"
"""Among what a model is compiled with: what of its script speaks for a Keras of that time, in words."""
_OLD_NAMES = {"lr": "learning_rate"}  # of arguments, in Keras 2
_NEUTRAL: tuple[Any, ...] = (None, [], {}, [None])


def training_of(compiled: Any, precision: str, has_one_unit: bool, notes: Notes, ends_in: str = "") -> Training:
    """The training settings of a model's `compile_config`; what is left out is added to `notes`.

    `has_one_unit` tells that the network ends in a single unit, and `ends_in` which activation it ends in.
    """
    training = _with(Training(), "precision", precision, notes)
    if not isinstance(compiled, dict) or not compiled:
        notes.to_know.append("the model is not compiled in the file: the usual settings stand in")
        return training
    training = _with_optimizer(training, compiled.get("optimizer"), str(compiled.get(OLD_KERAS, "")), notes)
    training = _with_loss(training, _only(compiled.get("loss")), has_one_unit, notes)
    training = _without_second_activation(training, ends_in, notes)
    metrics = _metrics(compiled.get("metrics"), training, has_one_unit, notes)
    training = _with(training, "metrics", metrics, notes)
    others = {key: compiled.get(key) for key in ("loss_weights", "weighted_metrics")}
    notes += [f"{key} {shown(value)} is left out" for key, value in others.items() if value not in _NEUTRAL]
    return training


def _with_loss(training: Training, described: Any, has_one_unit: bool, notes: Notes) -> Training:
    name = _name(described)
    name = _SAME_LOSS.get(name, name)
    if name not in LOSSES:
        if has_one_unit:
            training = _with(training, "loss", "binary_crossentropy", notes)
        if described is None:
            notes.to_know.append(f"the file names no loss: {training.loss} stands in")
            return training
        if not has_one_unit and str(name).startswith("categorical"):  # of one-hot labels, as a focal one
            training = _with(training, "loss", "categorical_crossentropy", notes)
        if isinstance(described, dict) and config_of(described).get("from_logits") is True:
            training = _with(training, "from_logits", True, notes)
        notes.append(f"the loss {shown(described)} is left out: {training.loss} stands in")
        return training
    training = _with(training, "loss", name, notes)
    config = dict(config_of(described)) if isinstance(described, dict) else {}
    if LOSSES[name].has_logits and config.get("from_logits") is True:
        training = _with(training, "from_logits", config.pop("from_logits"), notes)
    smoothing = config.get("label_smoothing")
    if LOSSES[name].has_smoothing and isinstance(smoothing, float | int):
        training = _with(training, "label_smoothing", of_float32(config.pop("label_smoothing")), notes)
    if config.get("reduction") == "auto":  # of Keras 2, the same
        del config["reduction"]
    if _name(config.get("fn")) == name:
        del config["fn"]
    _note_others(f"the loss {name}", config, {"reduction": "sum_over_batch_size", "axis": -1}, notes)
    return training


def _without_second_activation(training: Training, ends_in: str, notes: Notes) -> Training:
    """The training of a network whose end makes probabilities, though the loss is told that it gives logits."""
    if not training.from_logits or ends_in not in ("softmax", "sigmoid"):
        return training
    notes.to_know.append(
        f"the loss is told that the network gives logits, which {ends_in} makes probabilities of: Keras takes what is "
        "in front of it then, as without from_logits here"
    )
    return msgspec.structs.replace(training, from_logits=False)


def _with_optimizer(training: Training, described: Any, old_keras: str, notes: Notes) -> Training:
    if isinstance(described, dict) and _bare(described.get("class_name")) in _OF_MIXED:
        described = config_of(described).get("inner_optimizer")
    if described is None:
        notes.to_know.append(f"the file names no optimizer: {training.optimizer} stands in")
        return training
    name = _bare(described.get("class_name") if isinstance(described, dict) else described).lower()
    if name not in _OPTIMIZERS:
        notes.append(f"the optimizer {shown(described)} is left out: {training.optimizer} stands in")
        return training
    training = _with(training, "optimizer", name, notes)
    training = _with(training, "learning_rate", usual_rate(name), notes)
    given = config_of(described) if isinstance(described, dict) else {}
    if name in _FIRST_RATE_ONCE and not {"learning_rate", "lr"} & given.keys():
        now, once = training.learning_rate, _FIRST_RATE_ONCE[name]
        of_now = f"{now:g}, as Keras has it: up to Keras 2.3 that was {once:g}"
        of_once = f"{once:g}, as up to Keras 2.3, for which {old_keras} speaks: since then it is {now:g}"
        notes.to_know.append(f"{name} begins at a rate of {of_once if old_keras else of_now}")
        training = _with(training, "learning_rate", once, notes) if old_keras else training
    if not isinstance(described, dict):
        return training
    config = {_OLD_NAMES.get(name, name): value for name, value in config_of(described).items()}
    config = {name: value for name, value in config.items() if name not in _MEANT_NOTHING}
    if not config.get("use_ema"):  # then how it would average does not matter
        config = {name: value for name, value in config.items() if not name.startswith("ema_")}
    rate = config.pop("learning_rate", training.learning_rate)
    if isinstance(rate, float | int):
        training = _with(training, "learning_rate", of_float32(rate), notes)
    else:
        training = with_schedule(training, rate, notes)
    training = _with_decay(training, config, notes)
    training = _with_arguments(training, config, notes)
    _note_others(f"the optimizer {name}", config, {**_OPTIMIZER_DEFAULTS, **_OF_OPTIMIZER.get(name, {})}, notes)
    return training


def _with_decay(training: Training, config: Plain, notes: list[str]) -> Training:
    """The training with the `decay` that optimizers had up to Keras 2: by each step, the rate is divided by more."""
    decay = config.get("decay")
    if training.schedule is not None or isinstance(decay, bool) or not isinstance(decay, int | float) or decay <= 0:
        return training
    config.pop("decay")
    described = {
        "class_name": "InverseTimeDecay",
        "config": {"initial_learning_rate": training.learning_rate, "decay_steps": 1, "decay_rate": decay},
    }
    return with_schedule(training, described, notes)


def _with_arguments(training: Training, config: Plain, notes: list[str]) -> Training:
    """The training with the arguments of its optimizer that there are here; they are taken out of `config`."""
    usual = {**{name: _OPTIMIZER_DEFAULTS[name] for name in FINE}, **_OF_OPTIMIZER.get(training.optimizer, {})}
    for name, kind in _TAKEN.items():
        if config.get(name) is None or (name in ("momentum", *FINE) and not training.has_effect(name)):
            continue
        try:
            value: float | bool = msgspec.convert(config[name], kind)
        except ValueError:  # half a character is one too, and no ValidationError
            continue  # it is noted with what is left out
        del config[name]
        value = of_float32(value, 5) if kind is float else value
        if value != usual.get(name):
            training = _with(training, name, value, notes)
    return training


def _metrics(described: Any, training: Training, has_one_unit: bool, notes: list[str]) -> tuple[str, ...]:
    described = _only(described)
    is_of_logits = to_probabilities(training.loss, training.from_logits) == "sigmoid"
    parts = described if isinstance(described, list) else [] if described is None else [described]
    metrics: dict[str, None] = {}
    for part in parts:
        given = dict(config_of(part)) if isinstance(part, dict) else {}
        is_wrapped = isinstance(part, dict) and part.get("class_name") == _WRAPPED
        name = _name(given.pop("fn", None) if is_wrapped else part)
        name = _SAME_METRIC.get(name, name)
        if has_one_unit and name in _SAME_OF_ONE_UNIT:  # the second of the two keeps its own column
            name = "binary_accuracy" if "accuracy" in metrics else "accuracy"
        is_wrong = LOSSES[training.loss].is_sparse and name in _OF_EACH_NUMBER
        if name not in _METRICS or is_wrong or not _is_usual(given, is_of_logits):
            notes.append(f"the metric {shown(part)} is left out")
            continue
        metrics[name] = None
        if name == "accuracy" and is_of_logits and has_one_unit and given.get("threshold") != 0:
            notes.append("the threshold of accuracy, 0.5 in Keras, is 0 here, where the network gives logits")
    return tuple(metrics)


def _is_usual(given: Plain, is_of_logits: bool) -> bool:
    """Whether a metric has no arguments but those that it has here."""
    thresholds = (0.0, [0.0], 0.5, [0.5], None) if is_of_logits else (0.5, [0.5], None)
    for argument, value in given.items():
        if argument in ("threshold", "thresholds"):
            if value not in thresholds:
                return False
        elif argument == "from_logits":
            if bool(value) != is_of_logits:
                return False
        elif argument not in ("name", "dtype") and value not in (None, False, _METRIC_DEFAULTS.get(argument)):
            return False
    return True


def _name(described: Any) -> str:
    """`sparse_categorical_crossentropy`, from that name, the class's name, or Keras's object for the function."""
    if isinstance(described, dict):
        named = described.get("class_name")
        described = described.get("config") if named == "function" else named
    if not isinstance(described, str):
        return ""
    return snake_case(described)


def _bare(kind: Any) -> str:
    """`Adam`, from that name or from `Custom>Adam`, as Keras 2 wrote its later optimizers; "" for what is no name."""
    return kind.removeprefix("Custom>") if isinstance(kind, str) else ""


def _only(described: Any) -> Any:
    """The one part of a list: Keras writes a list with a part for each output, and there is one output."""
    while isinstance(described, list) and len(described) == 1:
        described = described[0]
    return described


def _with(training: Training, key: str, value: Any, notes: list[str]) -> Training:
    try:
        return msgspec.structs.replace(training, **{key: value})
    except ValueError as error:
        notes.append(f"{error}; {getattr(training, key)} stands in")
        return training


def _note_others(what: str, config: Plain, defaults: Plain, notes: list[str]) -> None:
    """Note the arguments that are not at their defaults."""
    for argument, written in config.items():
        value = of_float32(written, 5) if isinstance(written, float) else written  # as a person typed it
        if argument not in ("name", "dtype") and value not in (None, False, defaults.get(argument)):
            notes.append(f"{what}: {quiet(argument, 60)} {shown(value)} is left out")
