"""A later phase of a training as a person types it: `10 epochs with adam at 1e-05, all layers learn`, or `none`.

What of a phase is not in these words, as its stop rules, stays as the file has it.
"""

from __future__ import annotations

import re
import typing
from typing import Any

import msgspec

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.phase import Phase, which_learn
from cnn_tui.experiment.training.training import Optimizer
from cnn_tui.text import quiet

ALLOWED = "as 10 epochs with adam at 1e-05, all layers learn; or none, which takes it away"
_BEGINNING = re.compile(
    r"(?P<epochs>\d{1,9})( epochs?)?( with (?P<optimizer>\w+))?( at (?P<learning_rate>[-+.\de]+))?", re.IGNORECASE
)
_LEARN = re.compile(r"layers? (?P<numbers>\d{1,4}(( and |, ?| )\d{1,4})*)( alone)? learns?", re.IGNORECASE)
_STAY = re.compile(r"the first (?P<count>\d{1,5}) layers?( of the pre-trained network)? stay", re.IGNORECASE)


def phase_text(phase: Phase) -> str:
    """What of a phase can be typed, as `with_phase` reads it."""
    words = f"{phase.epochs} epoch{'s' if phase.epochs != 1 else ''}"
    words += f" with {phase.optimizer}" if phase.optimizer is not None else ""
    words += f" at {phase.learning_rate:g}" if phase.learning_rate is not None else ""
    if phase.trainable is True:
        words += ", all layers learn"
    elif phase.numbers:
        words += f", {which_learn(phase.numbers)}"
    return words + (f", the first {phase.frozen_layers} layers stay" if phase.frozen_layers is not None else "")


def with_phase(experiment: Experiment, at: int, text: str) -> Experiment:
    """The experiment with what was typed for the later phase at a place, from 0; behind the last, a phase more.

    Raises ValueError with a sentence.
    """
    then = [*experiment.then]
    text = " ".join(text.split())
    if text.lower() in ("", "none"):
        del then[at : at + 1]
    else:
        said = _said(text, len(experiment.layers))
        then[at : at + 1] = [msgspec.structs.replace(then[at], **said) if at < len(then) else Phase(**said)]
    return msgspec.structs.replace(experiment, then=tuple(then))


def _said(text: str, layers: int) -> dict[str, Any]:
    beginning = _BEGINNING.match(text)
    parts = [part.strip() for part in text[beginning.end() :].split(",")] if beginning else [text]
    said: dict[str, Any] = {"optimizer": None, "learning_rate": None, "trainable": None, "frozen_layers": None}
    if not beginning or parts[0]:
        raise ValueError(f"a later phase is {ALLOWED}, not {quiet(text, 60)}")
    said["epochs"] = int(beginning["epochs"])
    if beginning["optimizer"]:
        said["optimizer"] = beginning["optimizer"].lower()
        if said["optimizer"] not in typing.get_args(Optimizer):
            raise ValueError(f"the optimizer is one of {', '.join(typing.get_args(Optimizer))}")
    if beginning["learning_rate"]:
        said["learning_rate"] = _number(beginning["learning_rate"])
    rest = text[beginning.end() :].lstrip(" ,")
    if stay := _STAY.search(rest):
        said["frozen_layers"] = int(stay["count"])
        rest = (rest[: stay.start()] + rest[stay.end() :]).strip(" ,")
    if learn := _LEARN.fullmatch(rest):
        numbers = tuple(map(int, re.findall(r"\d+", learn["numbers"])))
        if max(numbers) > layers:
            raise ValueError(f"there is no layer {max(numbers)}: the network has {layers}")
        said["trainable"] = numbers
    elif rest.lower() in ("all layers learn", "all learn"):
        said["trainable"] = True
    elif rest:
        raise ValueError(f"a later phase is {ALLOWED}, not {quiet(text, 60)}")
    return said


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"the learning rate is a number like 1e-05, not {quiet(text, 30)}") from None
