"""What differs between experiments, in a few words: the one definition for lists, legends and the names of runs.

As in `same.py`, what makes no difference does not count: layers that are switched off, arguments and settings without
effect, names. The seed counts here, and comes last. `diff_experiments` has all of two experiments, line by line.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from cnn_tui.data.dataset import AS_THEY_ARE
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.images import image_ranges
from cnn_tui.experiment.images.image_ranges import ranges_of
from cnn_tui.experiment.training import class_weights, start_weights
from cnn_tui.experiment.training.phases import phases_in_words
from cnn_tui.experiment.training.schedule import in_words as schedule_in_words
from cnn_tui.network.diff import DiffLine, LayerChange, changed_fields, diff_stacks, layer_changes
from cnn_tui.network.fields import fields_of
from cnn_tui.network.layers import AnyLayer
from cnn_tui.network.stack import Stack, canonical
from cnn_tui.text import quiet

_FEW = 3
"""So many differences are named; of more, how many more they are."""
_LAST = ("epochs", "seed")
_CLEAR = ("activation", "dataset", "loss", "optimizer", "precision", "schedule")
"""Settings and arguments whose values are clear without a name."""
_NONE = ("", "none", "auto")
_THEN = "then"
"""A later phase of the training, beside its number, from 2, where that is not the first."""
_LONGEST = 40  # characters of a value
_ANY_INPUT = (1, 1, 1)


class OneDifference(NamedTuple):
    """One thing in which an experiment differs from another."""

    what: Literal["argument", "layer", "setting", "stop rule"]
    name: str
    """What an argument or a setting is called, as Keras calls it; "" for layers and stop rules."""
    before: str
    """The value in the other experiment as a person types it, the layer, or the stop rule; "" for none."""
    after: str
    """The same in this experiment; of a layer that was moved it is equal to `before`."""
    layers: tuple[int, ...] = ()
    """The numbers of the layers, from 1. Of an argument () where all layers that had the value before have the new."""

    def __str__(self) -> str:
        """In a few words, as `filters 16`, `Dropout 0.5` (which was added), `without Flatten`, `learning_rate 0.01`."""
        if self.what == "layer":
            return self._of_layers()
        if self.what == "stop rule":
            return f"stop rule {self.after}" if self.after else f"without stop rule {self.before}"
        if self.name == "leave_out":
            return f"without {self.after}" if self.after else "no image left out"
        if self.name.partition(" ")[0] == _THEN:
            return f"then {self.after}" if self.after else "no later phase" if self.name == _THEN else "fewer phases"
        if self.after in _NONE and self.name != "validation":
            return f"{self._where()}{'random' if self.name == 'seed' else 'no'} {self.name}"
        # A penalty, as l2 0.001, says itself what it is.
        clear = self.name in _CLEAR or self.after.startswith(("l1 ", "l2 "))
        words = self.after if clear else f"{self.name.removesuffix('_size')} {self.after}"
        return self._where() + words

    def _of_layers(self) -> str:
        times = f"{len(self.layers)}x " if len(self.layers) > 1 else ""
        if self.before == self.after:
            return f"{self.after} moved"
        if not self.after:
            return f"without {times}{self.before}"
        return f"{times}{self.after}" + (f" for {self.before}" if self.before else "")

    def _where(self) -> str:
        if not self.layers:
            return ""
        numbers = " and ".join(map(str, self.layers)) if len(self.layers) < 3 else f"{self.layers[0]} …"
        return f"layer{'s' if len(self.layers) > 1 else ''} {numbers} "


def differences(before: Experiment, after: Experiment) -> tuple[OneDifference, ...]:
    """What of `after` is not as in `before`: the network first, then settings, data and stop rules, then the seed."""
    old, new = (_with_effect(one) for one in (before, after))
    names = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
    # Other images may have the same few words, and the same images others.
    names = [name for name in names if name != "leave_out"]
    names += ["leave_out"] if ranges_of(before.leave_out) != ranges_of(after.leave_out) else []
    settings = [OneDifference("setting", name, old.get(name, ""), new.get(name, "")) for name in names]
    last = [one for one in settings if one.name in _LAST]
    first = [one for one in settings if one.name not in _LAST]
    return (*_of_network(before, after), *first, *_of_rules(before, after), *last)


def in_few_words(some: Sequence[OneDifference], most: int = _FEW) -> str:
    """The differences in a few words, as `filters 16, Dropout 0.5 and 2 more`; "" for none."""
    words = list(dict.fromkeys(map(str, some)))
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def told_apart(experiments: Sequence[Experiment], most: int = _FEW) -> list[str]:
    """For each in a few words what tells it from the first one; for the first, what tells it from all the others.

    "" for one that is the same as the first, and for the first where the others differ from it in different things.
    """
    if not experiments:
        return []
    first, *others = experiments
    back = [differences(one, first) for one in others]
    common = [one for one in (back[0] if back else ()) if all(str(one) in map(str, some) for some in back)]
    return [in_few_words(common, most), *(in_few_words(differences(first, one), most) for one in others)]


def settings_in_words(experiment: Experiment) -> dict[str, str]:
    """The dataset, what is asked of it and the training settings by their names, as people read them.

    What few trainings have is there only where it is set.
    """
    settings = {"dataset": experiment.dataset}
    for name, value in experiment.data_options.of_file.items():
        if value != getattr(AS_THEY_ARE, name):
            settings[name] = "x".join(map(str, value)) if isinstance(value, tuple) else f"{value}"
    if experiment.leave_out:
        settings["leave_out"] = image_ranges.in_words(experiment.leave_out)
    if experiment.weights is not None:
        settings["weights"] = start_weights.in_words(experiment)
    for name, value in experiment.training.told().items():
        if name == "schedule":
            settings[name] = schedule_in_words(value)
        elif name == "class_weight":
            settings[name] = class_weights.shown(value)
        elif value is not None:
            settings[name] = ", ".join(value) if isinstance(value, tuple) else f"{value}"
    for number, words in enumerate(phases_in_words(experiment), 1):
        settings[_THEN if number == 1 else f"{_THEN} {number}"] = words
    return settings


def _with_effect(experiment: Experiment) -> dict[str, str]:
    """The settings that make a difference, their values short."""
    found = {}
    for name, value in settings_in_words(experiment).items():
        if name not in experiment.training.__struct_fields__ or experiment.training.has_effect(name):
            path = name in ("dataset", "test", "validation", "weights") and "/" in value
            found[name] = quiet(Path(value).name if path else value, _LONGEST)
    return found


def _of_rules(before: Experiment, after: Experiment) -> Iterator[OneDifference]:
    old, new = (list(map(str, one.stop)) for one in (before, after))
    gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
    for was, now in itertools.zip_longest(gone, come, fillvalue=""):
        yield OneDifference("stop rule", "", was, now)


def _of_network(before: Experiment, after: Experiment) -> Iterator[OneDifference]:
    # The input shape is the data's, and is not looked at.
    old, new = (Stack((1, 1, 1), tuple(map(canonical, one.layers))) for one in (before, after))
    changes = layer_changes(old, new)
    yield from _of_arguments(changes)
    yield from _of_layers(changes)


def _of_arguments(changes: Sequence[LayerChange]) -> Iterator[OneDifference]:
    """The arguments that were changed; the same change of several layers is one difference."""
    found: dict[tuple[str, str, str], list[int]] = {}
    before: Counter[tuple[str, str]] = Counter()  # how many layers had an argument of this value
    for was, now, at in changes:
        if was is not None and now is not None:
            before.update((field.name, field.format(getattr(was, field.name))) for field in fields_of(type(was)))
            for field, a, b in changed_fields(was, now):
                found.setdefault((field.name, field.format(a), field.format(b)), []).append(at + 1)
    for (name, a, b), layers in found.items():
        everywhere = before[name, a] == len(layers)
        yield OneDifference("argument", name, a, quiet(b, _LONGEST), () if everywhere else tuple(layers))


def _of_layers(changes: Sequence[LayerChange]) -> Iterator[OneDifference]:
    """The layers that were added, removed, replaced or moved; equal ones are one difference."""
    found: dict[tuple[str, str], list[int]] = {}
    for gone, come in _stretches(changes):
        for was, now in itertools.zip_longest(gone, come):
            pair = (_named(was.before, whole=now is None) if was else "", _named(now.after) if now else "")
            found.setdefault(pair, []).append((now or was).at + 1)
    for word in [after for before, after in found if not before and (after, "") in found]:
        count = min(len(found["", word]), len(found[word, ""]))
        moved = found["", word][:count]
        for pair in (("", word), (word, "")):
            del found[pair][:count]
        found[word, word] = moved
    for (before, after), layers in found.items():
        if layers:
            yield OneDifference("layer", "", before, after, tuple(layers))


def _stretches(changes: Sequence[LayerChange]) -> Iterator[tuple[list[LayerChange], list[LayerChange]]]:
    """What went and what came between two layers that stayed."""
    for stays, some in itertools.groupby(changes, lambda one: one.before is not None and one.after is not None):
        if not stays:
            stretch = list(some)
            yield [one for one in stretch if one.after is None], [one for one in stretch if one.before is None]


def _named(layer: AnyLayer | None, *, whole: bool = True) -> str:
    """A layer by its kind and by the argument that matters most, unless that is as usual: `Dropout 0.5`, `Flatten`.

    One that another takes the place of is not named as a `whole`: its kind is enough.
    """
    if layer is None:
        return ""
    fields = fields_of(type(layer))
    value = getattr(layer, fields[0].name) if fields else None
    usual = (
        not fields
        or value in (None, fields[0].default)
        or (fields[0].kind in ("pair", "borders") and value == fields[0].start)
    )
    if usual or not whole:
        return layer.type
    return f"{layer.type} {quiet(fields[0].format(value), _LONGEST)}"


def diff_experiments(before: Experiment, after: Experiment) -> tuple[DiffLine, ...]:
    """First the training settings that differ, then all layers. Empty when settings and layers are the same.

    The layers are looked at alone: the images may lie on another machine, or be gone.
    """
    lines = [*_diff_settings(before, after)]
    layers = diff_stacks(Stack(_ANY_INPUT, before.layers), Stack(_ANY_INPUT, after.layers))
    changed = lines or any(line.sign != " " for line in layers)
    return (*lines, *layers) if changed else ()


def _diff_settings(before: Experiment, after: Experiment) -> list[DiffLine]:
    old, new = settings_told(before), settings_told(after)
    lines = []
    for name in (*old, *(name for name in new if name not in old)):
        if old.get(name) == new.get(name):
            continue
        if name not in new:
            lines.append(DiffLine("-", f"{name}  {old[name]}"))
        elif name not in old:
            lines.append(DiffLine("+", f"{name}  {new[name]}"))
        else:
            lines.append(DiffLine("~", f"{name}  {old[name]} → {new[name]}"))
    return lines


def settings_told(experiment: Experiment) -> dict[str, str]:
    """The settings of an experiment in words, by their names: those of its data, of the training, its stop rules."""
    return settings_in_words(experiment) | {f"stop rule {rule}": "stops training" for rule in experiment.stop}
