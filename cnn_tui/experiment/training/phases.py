"""The phases of an experiment, each as an experiment of its own, and in which of them a training is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.phase import PHASE_SETTINGS, Phase, in_words, said_as
from cnn_tui.experiment.training.stop_rules import StopWatch
from cnn_tui.network.kinds.base import LearningLayer
from cnn_tui.network.layers import AnyLayer, Application
from cnn_tui.network.stack import canonical
from cnn_tui.network.summary import summarize


def phases_of(experiment: Experiment) -> tuple[Experiment, ...]:
    """Each phase as the experiment that it is, of so many epochs as it has itself; the first is mostly the only one."""
    found = [msgspec.structs.replace(experiment, then=())]
    for phase in experiment.then:
        found.append(in_phase(found[-1], phase))
    return tuple(found)


def in_phase(before: Experiment, phase: Phase) -> Experiment:
    """The experiment with what a later phase says. Raises ValueError for settings that do not go together."""
    return msgspec.structs.replace(
        before.with_training(epochs=phase.epochs, **phase.settings),
        layers=tuple(_layer_in(phase, number, layer) for number, layer in enumerate(before.layers, 1)),
        stop=before.stop if phase.stop is None else phase.stop,
    )


def _layer_in(phase: Phase, number: int, layer: AnyLayer) -> AnyLayer:
    values: dict[str, Any] = {}
    if phase.trainable is not None:
        values["trainable"] = phase.trainable is True or number in phase.numbers
    if isinstance(layer, Application):
        if phase.frozen_layers is not None:
            values = {"trainable": True, **values, "frozen_layers": phase.frozen_layers}
        elif phase.trainable is True:
            values["frozen_layers"] = 0
    return msgspec.structs.replace(layer, **values) if values else layer


def later_phases(experiment: Experiment) -> tuple[tuple[str, int], ...]:
    """Each later phase in words, and how many parameters learn in it. Raises DatasetError."""
    learning = (summarize(phase.stack).trainable_params for phase in phases_of(experiment)[1:])
    return tuple(zip(phases_in_words(experiment), learning, strict=True))


def phases_in_words(experiment: Experiment) -> tuple[str, ...]:
    """Each later phase in a line."""
    words, schedule = [], experiment.training.schedule
    for phase in experiment.then:
        words.append(in_words(phase, schedule))
        schedule = phase.settings.get("schedule", schedule)
    return tuple(words)


class PhaseReached(NamedTuple):
    """Where a training is: the phases that have begun, each with the number of epochs that were done before it."""

    experiments: tuple[Experiment, ...]
    """All phases."""
    begun: tuple[int, ...]
    is_over: bool
    """Whether the last of them that has begun is over: it has all its epochs, or a stop rule has fired.

    A rule of the very last phase ends the run; where somebody has it go on, that phase does.
    """

    @property
    def at(self) -> int:
        """Which phase it is in, from 0."""
        return len(self.begun) - 1

    @property
    def first(self) -> int:
        """After how many epochs that phase began."""
        return self.begun[-1]

    @property
    def experiment(self) -> Experiment:
        """That phase."""
        return self.experiments[self.at]

    @property
    def planned(self) -> int:
        """How many epochs there will be in all, as far as no further stop rule fires."""
        return self.first + sum(one.training.epochs for one in self.experiments[self.at :])


def phase_reached(experiment: Experiment, epochs: Sequence[Mapping[str, float]]) -> PhaseReached:
    """In which phase a training is after these epochs, of which the metrics are given.

    A phase has begun once an epoch of it is done; the first one has from the start.
    """
    experiments, begun, done, is_over = phases_of(experiment), [0], 0, False
    for at, one in enumerate(experiments):
        if at:
            if done == len(epochs):
                break
            begun.append(done)
        watch, end = StopWatch(one.stop), done + one.training.epochs
        is_over = False
        while done < len(epochs) and not is_over:
            done += 1
            fired = watch.after(done, epochs[done - 1])
            is_over = done == end or (fired is not None and at + 1 < len(experiments))
        if not is_over:
            break
    return PhaseReached(experiments, tuple(begun), is_over)


def left_after(experiment: Experiment, epochs: Sequence[Mapping[str, float]]) -> Experiment | None:
    """What is left of a training after these epochs, of which the metrics are given; None where it has come to its end.

    It is to be started from the weights that it had then.
    """
    reached = phase_reached(experiment, epochs)
    at, left = reached.at, reached.first + reached.experiment.training.epochs - len(epochs)
    if reached.is_over and at + 1 < len(reached.experiments):
        at, left = at + 1, reached.experiments[at + 1].training.epochs
    if left <= 0:
        return None
    return msgspec.structs.replace(reached.experiments[at].with_training(epochs=left), then=experiment.then[at:])


def phase_between(before: Experiment, after: Experiment) -> Phase | None:
    """What a phase says in which `before` becomes as `after`; None where a phase cannot say it."""
    said: dict[str, Any] = {"epochs": after.training.epochs}
    for name in PHASE_SETTINGS:
        value = getattr(after.training, name)
        if value != getattr(before.training, name) and after.training.has_effect(name):
            said[name] = said_as(name, value)
    if after.stop != before.stop:
        said["stop"] = after.stop
    learning = [
        (number, layer.trainable)
        for number, layer in enumerate(after.layers, 1)
        if isinstance(layer, LearningLayer) and layer.enabled
    ]
    depths = {layer.frozen_layers for layer in after.layers if isinstance(layer, Application)}
    everything = True if all(learns for _, learns in learning) else tuple(one for one, learns in learning if learns)
    ways = [(None, None), (everything, None)] + [(which, depth) for depth in depths for which in (None, everything)]
    for trainable, depth in sorted(ways, key=lambda way: isinstance(way[0], tuple)):
        try:
            phase = Phase(**said, trainable=trainable, frozen_layers=depth)
            reached = in_phase(before, phase)
        except ValueError:
            continue
        if [*map(canonical, reached.layers)] == [*map(canonical, after.layers)]:
            return phase
    return None
