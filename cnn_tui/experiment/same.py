"""When two experiments are the same: the one definition that repeats, exercises, grids and estimates ask.

Same are the network, the dataset that is asked for and what is left out of it, the training settings, the stop rules,
the later phases of the training, and what is in the file of weights that is started from. Names do not count, nor does
the seed: runs of one experiment with other seeds repeat it. A layer that is switched off is no part of the network, and
neither arguments nor settings count that make no difference (`network/stack.py`).
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from cnn_tui.data.dataset import AS_THEY_ARE, Color, DataOptions, Fit
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.images.image_ranges import ImageNumbers, ImageRange, ranges_of
from cnn_tui.experiment.training.start_weights import with_digest
from cnn_tui.experiment.training.training import MOMENTUM_OPTIMIZERS, Training
from cnn_tui.network.stack import Stack

PACE_SETTINGS = ("batch_size", "steps_per_epoch", "precision", "validation", "validation_steps")
"""The training settings that change how long an epoch takes. Networks that are the same take as long otherwise."""


class Settings(NamedTuple):
    """What of an experiment is beside its network: the dataset asked for, and how it is trained and stopped."""

    dataset: str
    training: str
    """The training settings without the seed, the stop rules, what is asked of the data and the weights that it starts
    from, as JSON, keys sorted."""


class Identity(NamedTuple):
    """Equal for experiments that are the same."""

    fingerprint: str
    settings: Settings


class _Plain(msgspec.Struct):
    """An experiment as a row of the history has it, perhaps from a version with other settings and layers."""

    dataset: str = ""
    training: dict[str, Any] = {}
    stop: list[dict[str, Any]] = []
    image_size: tuple[int, int] | None = None
    color: Color | None = None
    fit: Fit = "stretch"
    test: str | float | None = None
    label_column: str | None = None
    weights: str | None = None
    weights_digest: str | None = None
    leave_out: ImageNumbers = ()
    then: list[dict[str, Any]] = []


_MOST_IN_FULL = 150_000
_PLAIN = msgspec.json.Decoder(_Plain)
_DEFAULTS: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(Training()))


def identity_of(experiment: Experiment) -> Identity:
    """What tells the experiment from others. Raises DatasetError when its dataset cannot be described."""
    return _identity(with_digest(experiment), experiment.stack)


@functools.lru_cache(maxsize=512)
def _identity(experiment: Experiment, stack: Stack) -> Identity:
    settings = settings_of(msgspec.json.encode(experiment))
    assert settings is not None, "an experiment can always be written"
    return Identity(stack.fingerprint(), settings)


def settings_to_find(experiment: Experiment) -> Settings | None:
    """The settings of an experiment, as those of runs of the same are in a history."""
    return settings_of(msgspec.json.encode(with_digest(experiment)))


def settings_of(experiment: str | bytes) -> Settings | None:
    """The settings of an experiment in JSON, as a history keeps it; None where it is damaged."""
    try:
        plain = _PLAIN.decode(experiment)
        parts = _parts(plain, list(map(str, ranges_of(plain.leave_out))))
    except ValueError:  # msgspec's among them
        return None
    return Settings(plain.dataset, msgspec.json.encode(parts, order="sorted").decode())


def digest_of(fingerprint: str, experiment: str | bytes) -> str:
    """16 hex digits, equal for an equal network, trained and stopped alike; "" where the experiment is damaged.

    It is kept in histories, so it is made of what differs from the defaults: a setting that comes with another version
    changes none. Another default, or another way to make it, has to be a step of `history/versions/migrations.py`.
    """
    try:
        plain = _PLAIN.decode(experiment)
        training, rules, *others = _parts(plain, [one for span in ranges_of(plain.leave_out) for one in _in_full(span)])
    except ValueError:
        return ""
    told = {name: value for name, value in training.items() if value != _DEFAULTS.get(name)}
    stop = [{name: value for name, value in rule.items() if value is not None and value is not False} for rule in rules]
    text = msgspec.json.encode([fingerprint, told, stop, *others], order="sorted")
    return hashlib.sha256(text).hexdigest()[:16]


def _in_full(span: ImageRange) -> Iterable[int | str]:
    """The numbers of images one by one, as histories had them before there were ranges.

    No file could have held more of them than these, and a range may have a billion.
    """
    return range(span.first, span.last + 1) if span.size <= _MOST_IN_FULL else (str(span),)


def _parts(plain: _Plain, leave_out: Sequence[int | str]) -> tuple[Any, ...]:
    """How it is trained: the settings without the seed, the stop rules, and what is asked of pictures and weights.

    `leave_out` are the images that are left out, in a form that is the same however they are written.
    """
    # A setting that an older version did not know was what its default is now.
    training = {**_DEFAULTS, **plain.training}
    del training["seed"]
    for name in _without_effect(training):
        del training[name]
    options = DataOptions(plain.image_size, plain.color, plain.fit, plain.test, label_column=plain.label_column)
    weights = () if plain.weights is None else ([plain.weights_digest or plain.weights],)
    left_out = ({"leave_out": leave_out},) if leave_out else ()
    then = ({"then": plain.then},) if plain.then else ()
    return training, plain.stop, *(() if options == AS_THEY_ARE else (options,)), *weights, *left_out, *then


def _without_effect(training: dict[str, Any]) -> list[str]:
    """The settings that make no difference beside the others, as `Training.has_effect` says it."""
    try:
        known = msgspec.convert({**training, "seed": None}, Training)
    except msgspec.ValidationError:  # of another version
        return [] if training.get("optimizer") in MOMENTUM_OPTIMIZERS else ["momentum"]
    return [name for name in training if not known.has_effect(name)]


def pace_settings(experiment: Experiment) -> tuple[Any, ...]:
    """The values of `PACE_SETTINGS`."""
    return tuple(getattr(experiment.training, name) for name in PACE_SETTINGS)


def pace_phases(experiment: Experiment) -> str:
    """The later phases of a training, as JSON; their share of all epochs counts, so the first one's are there too."""
    return msgspec.json.encode([experiment.training.epochs, experiment.then]).decode() if experiment.then else "[]"
