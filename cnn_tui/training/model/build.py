"""Experiment -> compiled Keras model. A layer's fields are Keras's argument names, so there is little to do."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from cnn_tui.experiment.check import build_problems
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.compiled import Compiled, compiled_loss, compiled_metric
from cnn_tui.experiment.training.schedule import keras_arguments
from cnn_tui.experiment.training.training import Training
from cnn_tui.network.initializers import InitializerWith
from cnn_tui.network.kinds.application import Application
from cnn_tui.network.kinds.base import LearningLayer
from cnn_tui.network.layers import AnyLayer
from cnn_tui.network.losses import Answers, answers_for
from cnn_tui.network.stack import Shape, blends_widely, float32_layers
from cnn_tui.network.summary import keras_names, summarize
from cnn_tui.network.values import L1L2
from cnn_tui.training import replicas
from cnn_tui.training.model.application import WeightsError, keras_application

OPTIMIZERS = {
    optimizer.__name__.lower(): optimizer
    for optimizer in (
        keras.optimizers.Adam,
        keras.optimizers.AdamW,
        keras.optimizers.SGD,
        keras.optimizers.RMSprop,
        keras.optimizers.Nadam,
        keras.optimizers.Adagrad,
        keras.optimizers.Adamax,
        keras.optimizers.Adadelta,
    )
}


class BuildError(ValueError):
    """A stack that is no network for its dataset; the message says why, in words."""


def build(experiment: Experiment, *, pretrained: bool = True) -> keras.Sequential:
    """The network of `experiment`, compiled. It takes (batch, height, width, channels) in float32, from 0 to 1.

    Layers bear the names that the live summary shows. Sets Keras's dtype policy and other defaults. Without
    `pretrained` no weights are looked for that were learned before. Raises BuildError and DatasetError.
    """
    stack, training = experiment.stack, experiment.training
    for problem in build_problems(experiment):
        raise BuildError(f"layer {problem.layer}: {problem.message}" if problem.layer else problem.message)
    keras.config.set_floatx("float32")  # this and the next, whatever ~/.keras/keras.json says
    keras.config.set_image_data_format("channels_last")
    keras.config.set_dtype_policy(training.precision)
    names = keras_names(stack)
    shapes = [row.input_shape for row in summarize(stack).rows]
    layers = [
        _application(layer, shapes[at], names[at], pretrained)
        if isinstance(layer, Application)
        else keras_layer(layer, names[at])
        for at, layer in stack.enabled()
    ]
    whole = float32_layers(stack)
    for made, (at, _) in zip(layers, stack.enabled(), strict=True):
        if at in whole and not isinstance(made, keras.Model):
            made.dtype_policy = "float32"
    model = keras.Sequential([keras.Input(stack.input_shape), *layers])
    compile_model(model, experiment)
    return model


def compile_model(model: keras.Sequential, experiment: Experiment) -> None:
    """Compile the network of an experiment, with an optimizer and metrics that know nothing yet."""
    training, units = experiment.training, model.output_shape[-1]
    model.compile(
        optimizer=optimizer(experiment),
        loss=_made(keras.losses, compiled_loss(training)),
        metrics=[_made(keras.metrics, compiled_metric(name, training, units)) for name in training.metrics],
        # XLA takes twice as long as TensorFlow's own kernels for small convolutions on a CPU, and compiles no step in
        # which several GPUs sum what they have.
        jit_compile="auto" if _has_one_gpu() and _compiles(experiment.layers) else False,
    )
    make_variables(model, answers_for(training.loss, units))


def optimizer(experiment: Experiment) -> keras.optimizers.Optimizer:
    """The optimizer, with its schedule where that goes with the steps; other schedules are callbacks."""
    arguments: dict[str, Any] = {**experiment.training.optimizer_arguments}
    schedule = experiment.training.schedule
    if schedule is not None and not schedule.follows_epochs:
        made = keras_arguments(schedule, experiment.training.learning_rate)
        arguments["learning_rate"] = getattr(keras.optimizers.schedules, schedule.type)(**made)
    return OPTIMIZERS[experiment.training.optimizer](**arguments)


def loss_function(training: Training) -> Any:
    """The loss of an experiment, to be called with the right answers and what a network gave."""
    return keras.losses.get(_made(keras.losses, compiled_loss(training)))


def _made(room: Any, wanted: Compiled) -> Any:
    """What `compile` gets: a name, or an object of `keras.losses` or `keras.metrics`."""
    return wanted if isinstance(wanted, str) else getattr(room, wanted.kind)(**wanted.arguments)


def make_variables(model: keras.Sequential, answers: Answers) -> None:
    """Make the variables of the optimizer and the metrics of a compiled model.

    Keras would make them in the first batch, and TensorFlow then trace the network twice: half a second more.
    """
    answer = np.zeros((1, *model.output_shape[1:]), np.float32)
    sparse = answers.kind == "class numbers"
    model.optimizer.build(model.trainable_variables)
    model.compute_metrics(None, answer[:, 0] if sparse else answer, answer)
    model.reset_metrics()


def _application(layer: Application, shape: Shape | None, name: str, pretrained: bool) -> keras.Model:
    assert shape is not None, "a stack that cannot be built is refused before"
    try:
        return keras_application(layer, (shape[0], shape[1], shape[2]), name, pretrained=pretrained)
    except WeightsError as error:
        raise BuildError(str(error)) from error


def keras_layer(layer: AnyLayer, name: str) -> keras.layers.Layer:
    """One layer of the stack as Keras's."""
    arguments = {name: layer.for_keras(name) for name in layer.__struct_fields__}
    del arguments["enabled"]
    if layer.trainable or not isinstance(layer, LearningLayer):
        del arguments["trainable"]  # Keras knows it of every layer, but not every class takes it as an argument
    for argument, value in arguments.items():
        if isinstance(value, L1L2):
            arguments[argument] = keras.regularizers.L1L2(l1=value.l1, l2=value.l2)
        elif isinstance(value, InitializerWith):
            arguments[argument] = getattr(keras.initializers, value.type)(**value.arguments())
    return getattr(keras.layers, layer.type)(name=name, **arguments)


def _has_one_gpu() -> bool:
    return bool(tf.config.list_physical_devices("GPU")) and replicas.count() == 1


def _compiles(layers: tuple[AnyLayer, ...]) -> bool:
    """Whether XLA can compile the layers. Keras does not know that XLA lacks some ways of enlarging an image."""
    return not any(blends_widely(layer) for layer in layers)
