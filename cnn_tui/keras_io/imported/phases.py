"""The trainings of a model of a script, one after another, as the phases of one experiment.

Where they differ in more than phases can, in other layers or other images, the last of them is imported alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from cnn_tui.experiment.difference import settings_in_words
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.phase import MOST_PHASES, PHASE_SETTINGS, Phase
from cnn_tui.experiment.training.phases import phase_between, phases_of
from cnn_tui.experiment.training.schedule import ReduceLROnPlateau
from cnn_tui.experiment.training.training import FINE
from cnn_tui.keras_io.code.values import FIT_AT, NOT_COMPILED, Unknown
from cnn_tui.keras_io.imported.code import CodeImport, note_of_one
from cnn_tui.keras_io.imported.file import ImportProblem
from cnn_tui.network.layers import AUGMENTATION, Application
from cnn_tui.network.stack import canonical
from cnn_tui.text import counted, quiet

_OF_PHASES = (*PHASE_SETTINGS, "epochs", "seed", "then")


class Imported(msgspec.Struct, frozen=True):
    """An experiment made of a model, and sentences on what of the model was left out."""

    experiment: Experiment
    differences: tuple[str, ...] = ()
    """What is otherwise here than in the file: left out, or replaced."""
    to_know: tuple[str, ...] = ()
    """What comes to the same in another way, and what stands in for what the file does not say."""

    @property
    def notes(self) -> tuple[str, ...]:
        """All the sentences, those on differences first."""
        return self.differences + self.to_know

    def head(self, file: str) -> str:
        """The sentences as comments, for the head of the experiment's own file; `file` is the name of the model's."""
        differs = [f"# Differs: {quiet(note, 1000)}" for note in self.differences]
        return "\n".join(
            [f"# From {quiet(file)}", *differs, *(f"# To know: {quiet(note, 1000)}" for note in self.to_know)]
        )


def in_phases(codes: Sequence[CodeImport], import_one: Callable[[CodeImport], Imported]) -> Imported:
    """The trainings of a model as one experiment; what `import_one` makes of the last where that cannot be.

    Raises ImportProblem.
    """
    last = import_one(codes[-1])
    if len(codes) == 1:
        return last
    try:
        every = [*map(import_one, codes[:-1]), last]
        return _together(codes, every)
    except ImportProblem as problem:
        before = [code.fitted.get("epochs", 1) for code in codes[:-1]]
        how = f"{problem}: the last one counts{_without(before)}"
        note = note_of_one(len(codes), len(codes), how)
        return Imported(last.experiment, (note, *last.differences), last.to_know)


def _without(epochs: Sequence[Any]) -> str:
    """What is left out of trainings of so many epochs, as far as a script says that."""
    if not all(type(one) is int for one in epochs):
        return ""
    many = sum(epochs)
    return f", without the {many:,} epochs before it" if many > 1 else ", without the epoch before it"


def _together(codes: Sequence[CodeImport], every: Sequence[Imported]) -> Imported:
    """The trainings as phases of the first. Raises ImportProblem where they differ in more."""
    if len(every) > MOST_PHASES:
        raise ImportProblem(f"they are more than {MOST_PHASES}")
    whole, notes = _at_rest_as_later([one.experiment for one in every]), list[str]()
    for number, (code, imported) in enumerate(zip(codes[1:], every[1:], strict=True), 2):
        before = phases_of(whole)[-1]
        place = f"the {_ordinal(number)} training ({code.fitted.get(FIT_AT)})"
        _check_images(before, imported.experiment, codes[number - 2], code)
        notes += _notes_on_settings(before, imported.experiment, place)
        if NOT_COMPILED in code.fitted:
            notes.append(f"{place} comes without another compile: the optimizer goes on there, and begins anew here")
        phase = phase_between(before, imported.experiment)
        if phase is None:
            raise ImportProblem(_what_differs(before, imported.experiment))
        phase, left_out = _reported(phase, whole, place)
        notes += left_out
        whole = msgspec.structs.replace(whole, then=(*whole.then, phase))
    differences = _each_once(note for one in every for note in one.differences)
    to_know = _each_once(note for one in every for note in one.to_know)
    words = f"the model is trained {len(every)} times: here in {counted(len(every), 'phase')} of one run"
    return Imported(whole, (*differences, *notes), (words, *to_know))


def _at_rest_as_later(every: Sequence[Experiment]) -> Experiment:
    """The first training, its networks working as after training where a later one says so.

    Of one that is frozen as a whole nothing has to be said, and so nothing is; once it is trained, it counts.
    """
    layers = list(every[0].layers)
    for at, layer in enumerate(layers):
        later = [one.layers[at] for one in every[1:] if at < len(one.layers)]
        says_so = any(isinstance(one, Application) and not one.training for one in later)
        if isinstance(layer, Application) and says_so and not layer.varies():
            layers[at] = msgspec.structs.replace(layer, training=False)
    return msgspec.structs.replace(every[0], layers=tuple(layers))


def _check_images(before: Experiment, after: Experiment, one: CodeImport, other: CodeImport) -> None:
    """Raise ImportProblem where two trainings do not learn from the same images."""
    for name in ("dataset", "test", "image_size", "color", "fit", "input_shape", "classes", "leave_out"):
        if getattr(before, name) != getattr(after, name):
            raise ImportProblem("on other images")
    if isinstance(one.data, Unknown) and isinstance(other.data, Unknown) and one.data.what != other.data.what:
        raise ImportProblem(f"on {quiet(one.data.what, 40)} and on {quiet(other.data.what, 40)}")


def _notes_on_settings(before: Experiment, after: Experiment, place: str) -> list[str]:
    """Notes on the settings that a phase cannot have of its own."""
    old, new = settings_in_words(before), settings_in_words(after)
    if set(after.training.metrics) <= set(before.training.metrics):  # what is reported besides does no harm
        new["metrics"] = old["metrics"]
    every = (*old, *new)
    old = {**{name: _unsaid(before, name) for name in every}, **old}
    new = {**{name: _unsaid(after, name) for name in every}, **new}
    return [
        f"{place} has {name} {new[name]}, and here {old[name]} as the first has"
        for name in dict.fromkeys(every)
        if old[name] != new[name] and name not in _OF_PHASES
    ]


def _what_differs(before: Experiment, after: Experiment) -> str:
    """In what two trainings differ that no phase can say, in words."""
    rest = [[one for one in training.layers if not isinstance(one, AUGMENTATION)] for training in (before, after)]
    is_varied = [*map(canonical, rest[0])] == [*map(canonical, rest[1])]
    return "with pictures that are varied otherwise" if is_varied else "with other layers"


def _unsaid(experiment: Experiment, name: str) -> str:
    """What a setting is that an experiment does not say: a switch of an optimizer's is off."""
    value = getattr(experiment.training, name, None)
    if name in FINE and value is None:
        return "as usual"
    return "none" if value in (None, ()) else f"{value}"


def _reported(phase: Phase, whole: Experiment, place: str) -> tuple[Phase, list[str]]:
    """The phase without what watches metrics that the training does not report, and notes on that."""
    reported, notes = whole.emitted_metrics(), []
    rules = tuple(rule for rule in phase.stop or () if rule.metric in reported)
    notes += [
        f"the stop rule {rule} of {place} is left out: the training does not report {rule.metric}"
        for rule in phase.stop or ()
        if rule not in rules
    ]
    if rules != (phase.stop or ()):
        phase = msgspec.structs.replace(phase, stop=rules)
    if isinstance(phase.schedule, ReduceLROnPlateau) and phase.schedule.monitor not in reported:
        monitor = quiet(phase.schedule.monitor, 40)
        notes.append(f"ReduceLROnPlateau of {place} is left out: the training does not report {monitor}")
        phase = msgspec.structs.replace(phase, schedule="none" if whole.training.schedule is not None else None)
    return phase, notes


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"{number}th")


def _each_once(notes: Iterable[str]) -> tuple[str, ...]:
    """The notes of all trainings: what is said of several of them once, with the line of the first."""
    found: dict[str, str] = {}
    for note in notes:
        found.setdefault(re.sub(r"\(line \d+\)", "", note), note)
    return tuple(found.values())
