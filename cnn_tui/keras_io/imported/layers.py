"""Makes a layer of the catalogue from one that Keras describes: its class by name, its arguments by their fields.

An argument that has no field in the catalogue, and is not at its default, is a problem if it makes another network; if
it only has an effect on training, it is left out, with a note.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from cnn_tui.keras_io.code.network.applications import TAKE_IT_WITHOUT, WITH_TOP
from cnn_tui.keras_io.imported.arguments import initializer, shown, value_of
from cnn_tui.keras_io.imported.chain import Plain, config_of, label
from cnn_tui.keras_io.notes import Notes
from cnn_tui.network.fields import fields_of
from cnn_tui.network.kinds.base import LearningLayer
from cnn_tui.network.layers import LAYERS, AnyLayer, Layer, RandomCrop
from cnn_tui.text import enumerated, quiet

_OF_KERAS = ("keras", "tf_keras", "tensorflow.keras", "tensorflow.python.keras")
_MODELS = ("Sequential", "Functional", "Model")
_NO_ARGUMENTS = ("name", "dtype", "batch_shape", "batch_input_shape", "input_dtype", "autocast", "rng_type")
_ONLY_TRAINING = ("seed", "noise_shape", "synchronized", "quantization_config", "drop_connect_rate")
_ONLY_TRAINING_ENDS = ("_initializer", "_regularizer", "_constraint", "trainable")
_OLD_NAMES = {("LeakyReLU", "alpha"): "negative_slope"}  # of arguments, in Keras 2
_OLD_DEFAULTS: dict[str, Plain] = {"AveragePooling2D": {"pool_size": (2, 2)}}  # of Keras 2, where 3 wants it said
_OF_KERNEL = ("kernel_initializer", "kernel_regularizer", "kernel_constraint")
_OF_NO_USE = {"SeparableConv2D": _OF_KERNEL, "DepthwiseConv2D": _OF_KERNEL}
"""Arguments that Keras 2 took, and wrote, of layers that have no such kernel."""
_ACTIVATION_LAYERS = ("LeakyReLU", "ELU", "ReLU", "PReLU", "Softmax")

# What an argument without a field must be: Keras 3's default, in the forms that its configs have for it.
_DEFAULTS: dict[str, tuple[Any, ...]] = {
    "data_format": ("channels_last",),
    "axis": (-1, [-1], 3, [3]),  # the channels of a map
    "dilation_rate": (1, [1, 1]),
    "groups": (1,),
    "depth_multiplier": (1,),
    "use_bias": (True,),
    "keepdims": (False,),
    "fill_mode": ("reflect", "constant"),
    "pad_to_aspect_ratio": (False,),
    "antialias": (False,),
    "invert": (False,),
    "alpha": (1.0,),
    "drop_connect_rate": (0.2,),
    "fill_value": (0.0,),
    "value_range": ([0, 255],),
    "synchronized": (False,),
    "fused": (True, False),  # which only makes it quicker
    "renorm": (False,),
    "renorm_momentum": (0.99,),
    "rms_scaling": (False,),
}
_INITIALIZERS = {
    "bias_initializer": "zeros",
    "beta_initializer": "zeros",
    "gamma_initializer": "ones",
    "moving_mean_initializer": "zeros",
    "moving_variance_initializer": "ones",
    "alpha_initializer": "zeros",
}
"""What begins so in Keras's layers, of what has no field here."""
_ONLY_VARIES = (
    "AugMix", "CutMix", "MixUp", "RandAugment", "RandomColorDegeneration", "RandomColorJitter",
    "RandomElasticTransform", "RandomErasing", "RandomGaussianBlur", "RandomGrayscale", "RandomHeight", "RandomHue",
    "RandomInvert", "RandomPerspective", "RandomPosterization", "RandomSaturation", "RandomSharpness", "RandomWidth",
)  # fmt: skip
"""Layers of Keras's that are not here, and do nothing but vary pictures while the network learns."""


_SO_TOO = "; so it is in "
_MOST_ALIKE = 3
"""Of so many layers with the same problem as one before them each is named."""


class ImportFindings:
    """What an import has found so far: with `problems` the model cannot be imported, `notes` tell what differs."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.notes = Notes()
        self._refused: dict[tuple[str, str], tuple[int, list[str]]] = {}

    def refuse(self, called: str, kind: str, problem: str) -> None:
        """Say of a layer why it cannot be imported; of layers of a kind with the same problem once for all of them."""
        sentence = f"{called} ({kind}): {problem}"
        if (kind, problem) not in self._refused:
            self._refused[kind, problem] = (len(self.problems), [])
            self.problems.append(sentence)
            return
        at, others = self._refused[kind, problem]
        others.append(called)
        alone = self.problems[at].partition(_SO_TOO)[0]
        self.problems[at] = f"{alone}{_SO_TOO}{enumerated(others, 'and', _MOST_ALIKE)}"


def take_layer(number: int, described: Plain, findings: ImportFindings) -> AnyLayer | None:
    """The layer that Keras describes; None, with its problems among the findings, where it cannot be imported."""
    called = label(number, described)
    kind = described.get("class_name")
    refusal = _refusal(kind, described)
    if refusal:
        findings.problems.append(f"{called} is {refusal}")
        return None
    cls = LAYERS[str(kind)]
    config = {_OLD_NAMES.get((cls.__name__, name), name): value for name, value in config_of(described).items()}
    config = {**_OLD_DEFAULTS.get(cls.__name__, {}), **config}
    for name in _OF_NO_USE.get(cls.__name__, ()):
        if (of_none := config.pop(name, None)) is not None and initializer(of_none) != "glorot_uniform":
            what = f"{called} ({cls.__name__}): {name} {shown(of_none)}"
            findings.notes.to_know.append(f"{what} is of no effect there, nor here: the layer has no such kernel")
    if not issubclass(cls, LearningLayer):
        config.pop("trainable", None)  # there is nothing to freeze
    if cls is RandomCrop:
        config.pop("seed", None)  # which Keras draws for this layer where none is given
    before = len(findings.problems)
    values = _values(cls, config, called, findings)
    fields = {field.name for field in fields_of(cls)}
    for argument, value in config.items():
        if argument not in fields and not _is_default(argument, value):
            _say_left_out(f"{called} ({cls.__name__})", argument, value, findings)
    if len(findings.problems) > before or values is None:
        return None
    try:
        return typing.cast(AnyLayer, cls(**values))
    except ValueError as error:
        findings.problems.append(f"{called} ({cls.__name__}): {error}")
        return None


def without_unknown_variation(layers: Sequence[Plain], notes: list[str]) -> Iterator[Plain]:
    """The layers without those that only vary pictures in training, in a way that no layer here does; each is noted."""
    for number, layer in enumerate(layers, 1):
        if layer.get("class_name") in _ONLY_VARIES and not _is_own(layer):
            kind = layer["class_name"]
            notes.append(f"{label(number, layer)} ({kind}) is left out: no layer here varies pictures so")
        else:
            yield layer


def with_activations_apart(layers: Sequence[Plain]) -> Iterator[Plain]:
    """The layers, with each activation that is a layer itself, as a LeakyReLU in a Dense, behind the one it is in."""
    for layer in layers:
        config = config_of(layer)
        activation = config.get("activation")
        if not isinstance(activation, dict) or activation.get("class_name") not in _ACTIVATION_LAYERS:
            yield layer
            continue
        yield {**layer, "config": {**config, "activation": "linear"}}
        yield {**activation, **({"place": layer["place"]} if "place" in layer else {})}


def _refusal(kind: Any, described: Plain) -> str:
    """Why no layer of this kind can be imported; "" when it can."""
    if not isinstance(kind, str):
        return "no layer: it names no class"
    shown = quiet(kind, 60)
    if kind == "Lambda":
        return "a Lambda: code is never imported"
    if _is_own(described):
        return f"{shown}, a class of its author's: code is never imported"
    if kind in _MODELS:
        return f"{shown}, a model inside the model: only its own layers can be taken"
    if kind == "InputLayer":
        return "InputLayer, but not the first layer: only one input can be taken"
    return "" if kind in LAYERS else f"{shown}, which is not among the layers here"


def _is_own(described: Plain) -> bool:
    """Whether a layer is of a class that its author wrote."""
    module, registered = described.get("module"), described.get("registered_name")
    own = isinstance(module, str) and not module.startswith(_OF_KERAS)
    return own or (isinstance(registered, str) and ">" in registered) or "class" in config_of(described)


def _values(cls: type[Layer], config: Plain, called: str, findings: ImportFindings) -> dict[str, Any] | None:
    """The arguments that have a field; None where one of them has a value that its field does not allow."""
    hints = typing.get_type_hints(cls, include_extras=True)
    values: dict[str, Any] = {}
    is_refused = False
    for field in fields_of(cls):
        if field.name not in config:
            if field.default is msgspec.NODEFAULT:
                findings.problems.append(f"{called} ({cls.__name__}) has no {field.name}")
            continue
        raw = config[field.name]
        if field.name.endswith("_initializer") and isinstance(raw, dict) and config_of(raw).get("seed") is not None:
            findings.notes.append(f"{called} ({cls.__name__}): the seed of {field.name} is left out")
            raw = {**raw, "config": {**config_of(raw), "seed": None}}
        try:
            values[field.name] = value_of(field, raw, hints[field.name])
        except (ValueError, OverflowError, TypeError):
            sentence = f"{field.name} is {shown(raw)}"
            if field.name.endswith(_ONLY_TRAINING_ENDS):
                instead = f": {field.default} stands in" if field.name.endswith("_initializer") else ""
                findings.notes.append(f"{called} ({cls.__name__}): {sentence}, which is left out{instead}")
            else:
                is_refused = True
                findings.refuse(called, cls.__name__, f"{sentence}; it can be {field.allowed()}")
    if is_refused:
        return None
    if "pool_size" in values and values.get("strides") == values["pool_size"]:
        values["strides"] = None  # which means the same, and is how one writes it
    return values


def _is_default(argument: str, value: Any) -> bool:
    if argument in _NO_ARGUMENTS or value is None:
        return True
    if argument.endswith("_initializer"):
        return bool(initializer(value) == _INITIALIZERS.get(argument, ""))
    return any(
        value == default and isinstance(value, bool) == isinstance(default, bool)
        for default in _DEFAULTS.get(argument, ())
    )


def _say_left_out(called: str, argument: str, value: Any, findings: ImportFindings) -> None:
    sentence = f"{called}: {quiet(argument, 60)} {shown(value)}"
    if argument in _ONLY_TRAINING or argument.endswith(_ONLY_TRAINING_ENDS):
        instead = f": {_INITIALIZERS[argument]} stand in" if argument in _INITIALIZERS else ""
        findings.notes.append(f"{sentence} is left out{instead}")
    elif argument == WITH_TOP:
        findings.problems.append(f"{called} has the top of its own, {TAKE_IT_WITHOUT}")
    else:
        findings.problems.append(f"{sentence} makes another layer of it than there is here")
