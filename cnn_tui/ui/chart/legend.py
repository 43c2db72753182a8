"""What the signs of the training chart mean, and the values under its crosshair, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.text import Text

from cnn_tui.analysis.lost_number import blind_rules
from cnn_tui.history.run import Run
from cnn_tui.reports.chart.canvas import PATTERNS, Kind, sample
from cnn_tui.reports.chart.choice import ChartChoice, Recorded, epochs_of
from cnn_tui.reports.chart.compose import overlay_style, overlay_which, shown_lost
from cnn_tui.reports.chart.curves import DETAIL, SECONDS, Best, Curve, mean_at, value_at, word
from cnn_tui.reports.chart.picture import GLYPHS
from cnn_tui.reports.chart.rules import phase_starts, rule_best, rule_deadlines, rule_levels, shown_best
from cnn_tui.text import run_numbers
from cnn_tui.ui.widgets.layout import Part, fits, part
from cnn_tui.ui.widgets.lines import Styles


def legend(shown: Recorded, choice: ChartChoice, baseline: Recorded | None, style: Styles) -> list[Part]:
    """The signs of one run's chart."""
    run, one = shown.run, choice.curve_of(shown)
    parts = []
    if choice.sees("train"):
        label = "train" if choice.metric != SECONDS else "training steps"
        parts.append(part(0, f"{GLYPHS.line} {label}", style("train")))
    if choice.sees("validation"):
        parts.append(_validation(run, style))
    if baseline:
        signs = [sign for which, sign in (("train", "b"), ("validation", GLYPHS.baseline)) if choice.sees(which)]
        parts.append(part(1, f"{' '.join(signs)} baseline, run {baseline.run.id}", style("dim")))
    if _is_by_steps(shown, choice):
        parts.append(Part(4, Text("train: the mean of the last steps", style("dim")), Text()))
    parts += _lost(shown, choice, style)
    parts += _best(run, choice, style)
    parts += _rules(run, choice, style)
    if choice.smoothing > 1:
        unit = "epochs" if one.epochs or one.validation else "readings"
        words = Text(f"mean of {choice.smoothing} {unit}, fewer at the ends; as recorded behind", style("dim"))
        parts.append(Part(3, words, Text(f"mean of {choice.smoothing}", style("dim"))))
    if choice.log and any(value <= 0 for points in one for _, value in points):
        parts.append(Part(1, Text("values of 0 or less are left out", style("warn")), Text("≤ 0 left out")))
    return _led(_head(run, choice, style), parts)


def readings(shown: Recorded, choice: ChartChoice, baseline: Recorded | None, style: Styles) -> list[Part]:
    """The exact values of all curves at the crosshair."""
    at = choice.crosshair or 0.0
    one = choice.curve_of(shown)
    head = Text(place(at), style("accent"))
    parts = []
    for which, values in _values(one, at).items():
        words = f"{which} {exact(values, choice.metric)}"
        parts.append(Part(0, Text(words, style(which if which in ("train", "validation") else "train"))))
    if choice.smoothing > 1:
        means = _means(one, at, choice)
        if means:
            parts.append(part(2, means, style("dim")))
    if baseline:
        found = _values(choice.curve_of(baseline), at)
        said = "  ".join(f"{which} {exact(value, choice.metric)}" for which, value in found.items())
        parts.append(part(1, f"baseline: {said or 'none here'}", style("dim")))
    return _led(head, parts or [part(0, "no value here", style("dim"))])


def overlay_legend(
    runs: Sequence[tuple[Recorded, int]],
    choice: ChartChoice,
    style: Styles,
    width: int,
    lines: int,
    names: Sequence[str],
    kind: Kind = "braille",
    which_key: str = "",
) -> list[Part]:
    """The lines and names of overlaid runs, as many as fit on so many lines; at the crosshair with their values.

    `which_key` is the key that shows training in place of validation, where there is one.
    """
    first = runs[0][0].run
    head = _head(first, choice, style)
    if choice.crosshair is not None:
        head = Text(place(choice.crosshair), style("accent"))
    entries = [_entry(one, at, choice, style, name, kind) for (one, at), name in zip(runs, names, strict=True)]
    hint = part(1, _overlay_hint(runs, choice, which_key), style("dim"))
    for count in range(len(entries), 0, -1):
        left = len(entries) - count
        more = [part(0, f"and {left} more", style("dim"))] if left else []
        parts = [*_led(head, entries[:count]), *more]
        if fits([*parts, hint], width, lines) or fits([_shortened(one) for one in parts], width, lines):
            return [*parts, hint]
    return _led(head, entries[:1])


def _shortened(one: Part) -> Part:
    return one._replace(text=one.short) if one.short else one


def place(at: float) -> str:
    """Where the crosshair is: an epoch, or within one."""
    if at == int(at):
        return f"epoch {int(at)}:"
    return f"epoch {int(at) + 1} at {at % 1:.0%}:"


def exact(value: float, metric: str = "") -> str:
    """A value with as many digits as were recorded to any purpose."""
    if not math.isfinite(value):
        return "not a number"
    return f"{value:.2f} s" if metric == SECONDS else f"{value:.6g}"


def _head(run: Run, choice: ChartChoice, style: Styles) -> Text:
    log = " (log)" if choice.log else ""
    return Text(f"{word(choice.metric_of(run))}{log}:", style("dim"))


def _led(head: Text, parts: Sequence[Part]) -> list[Part]:
    """The parts, the first of them after a head."""
    first = parts[0]
    led = [Text.assemble(head, " ", text) for text in (first.text, first.short) if text]
    return [Part(first.rank, *led), *parts[1:]]


def _is_by_steps(shown: Recorded, choice: ChartChoice) -> bool:
    """Whether the line of training shows what happened within epochs."""
    one = choice.curve_of(shown)
    left, right = choice.zoom.window(epochs_of(shown.run), one.end)
    return bool(one.readings) and right - left <= DETAIL and choice.smoothing == 1


def _validation(run: Run, style: Styles) -> Part:
    if not (images := run.experiment.training.watched):
        return part(0, "no validation", style("dim"))
    sign = f"{GLYPHS.validation} validation"
    return part(0, f"{sign} ({images})", style("validation"), sign)


def _lost(shown: Recorded, choice: ChartChoice, style: Styles) -> list[Part]:
    found = shown_lost(shown, choice)
    return [
        part(0, f"{GLYPHS.lost} {one}", style("bad"), f"{GLYPHS.lost} {one.metric} nan: epoch {one.since}")
        for one in found
    ]


def _best(run: Run, choice: ChartChoice, style: Styles) -> list[Part]:
    parts = []
    for found, glyph, what in (
        (shown_best(run, choice), GLYPHS.best, "best"),
        (rule_best(run, choice), GLYPHS.rule_best, "best for the rule"),
    ):
        if found:
            long = f"{glyph} {what} {_keras_name(found)} {found.value:.4f} after epoch {found.epoch}"
            short = f"{glyph} {what}: epoch {found.epoch}"
            parts.append(part(1, long, style("good"), short))
    return parts


def _keras_name(found: Best) -> str:
    prefix = "val_" if found.name.startswith("val_") else ""
    return prefix + word(found.name.removeprefix("val_"))


def _rules(run: Run, choice: ChartChoice, style: Styles) -> list[Part]:
    names = choice.names(run)
    parts = [part(2, f"{GLYPHS.level} {level.label}") for level in rule_levels(run, names)]
    parts += [part(1, f"'{rule}' cannot fire", style("warn")) for rule in blind_rules(run) if rule.metric in names]
    for number, epoch in enumerate(phase_starts(run), 2):
        words, short = f"phase {number} begins after epoch {epoch}", f"phase {number}: epoch {epoch}"
        parts.append(part(2, f"{GLYPHS.deadline} {words}", style("dim"), f"{GLYPHS.deadline} {short}"))
    for one in rule_deadlines(run, names):
        words = f"{GLYPHS.deadline} stops after epoch {one.epoch} unless {one.rule.metric} improves"
        parts.append(part(2, words, style("warn"), f"{GLYPHS.deadline} stops: epoch {one.epoch}"))
    if fired := run.fired:
        words, short = f"{GLYPHS.fired} a stop rule fired {fired}", f"{GLYPHS.fired} rule fired: epoch {fired.epoch}"
        parts.append(part(1, words, style("warn"), short))
    return parts


def _means(one: Curve, at: float, choice: ChartChoice) -> str:
    """The smoothed values in the order of `_values`, and of how many each is the mean: `mean of 2: 0.1, 0.2`."""
    last = one.epochs[-1][0] if one.epochs else 0.0
    going = [reading for reading in one.readings if reading[0] > last]
    curves = [one.epochs, one.validation] if at == int(at) else [going]
    found = [mean for points in curves if (mean := mean_at(points, at, choice.smoothing)) is not None]
    words = []
    for place, (value, count) in enumerate(found):
        said = place > 0 and found[place - 1][1] == count
        words.append(exact(value, choice.metric) if said else f"mean of {count}: {exact(value, choice.metric)}")
    return ", ".join(words)


def _values(one: Curve, at: float) -> dict[str, float]:
    found = {"train": value_at(one.epochs, at), "validation": value_at(one.validation, at)}
    if at != int(at):
        found = {"train so far": value_at(one.readings, at)}
    return {which: value for which, value in found.items() if value is not None}


def _entry(one: Recorded, at: int, choice: ChartChoice, style: Styles, name: str, kind: Kind) -> Part:
    """`━━━ Dropout 0.5 (run 4)`; at the crosshair its values in place of its number."""
    look, number = style(overlay_style(at)), run_numbers([run.id for run in one.runs])
    line, short_line = (sample(PATTERNS[at % len(PATTERNS)], kind, columns) for columns in (5, 3))
    if choice.crosshair is not None:
        values = _values(choice.curve_of(one), choice.crosshair).values()
        told = " / ".join(exact(value, choice.metric) for value in values) or "none here"
        return Part(0, Text(f"{line} {name} {told}", look), Text(f"{short_line} {name} {told}", look))
    long = f"{line} {name}" + (f" ({number})" if number != name else "")
    return Part(0, Text(long, look), Text(f"{short_line} {name}", look))


def _overlay_hint(runs: Sequence[tuple[Recorded, int]], choice: ChartChoice, which_key: str) -> str:
    around = "; the mean of several, dots: ± the standard deviation" if any(one.mean for one, _ in runs) else ""
    return f"{_overlay_signs(runs, choice, which_key)}{around}".removeprefix("; ")


def _overlay_signs(runs: Sequence[tuple[Recorded, int]], choice: ChartChoice, which_key: str) -> str:
    if choice.metric == SECONDS or choice.which == "train":
        return "on the training images" if choice.metric != SECONDS else ""
    held = any(one.run.experiment.training.validation != "none" for one, _ in runs)
    if choice.which == "validation":
        return "on the validation images" if held else "none has validation"
    if choice.crosshair is not None:
        return "train / validation" if held else "train"
    if len(overlay_which(runs, choice)) > 1:
        return "thick: validation, thin: train"
    shows = f"; {which_key} shows train" if which_key else ""
    return f"validation{shows}" if held else "train"
