"""Pages that the stack pane opens: what a layer does, and what differs from the baseline."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text
from textual.content import Content

from cnn_tui.experiment.difference import diff_experiments
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.network.diff import describe
from cnn_tui.network.fields import fields_of
from cnn_tui.network.layers import AnyLayer
from cnn_tui.network.summary import LayerSummary
from cnn_tui.ui.widgets.lines import inert

_SIGNS = {" ": "$dim", "+": "$success", "-": "$error", "~": "$warning"}


def diff_page(baseline: Experiment, now: Experiment) -> Content:
    """What changed against the baseline, like a small diff. Raises DatasetError."""
    lines = diff_experiments(baseline, now)
    names = (("baseline  ", "$dim"), inert(baseline.name), "\n", ("now       ", "$dim"), inert(now.name), "\n\n")
    if not lines:
        return Content.assemble(*names, "No difference: the same data, layers and training settings.")
    return Content.assemble(*names, *((inert(f"{line.sign} {line.text}") + "\n", _SIGNS[line.sign]) for line in lines))


def layer_page(layer: AnyLayer, row: LayerSummary) -> RenderableType:
    """What a layer does, and what each of its arguments means."""
    parts: list[RenderableType] = [Text(describe(layer), "bold"), Text()]
    parts.append(Text(layer.explanation or f"It {layer.about}."))
    if row.params:
        parts += [Text(), Text(f"Here it learns {row.formula} = {row.params:,} parameters.")]
    for field in fields_of(type(layer)):
        value = field.format(getattr(layer, field.name))
        parts += [
            Text(),
            Text.assemble((field.name, "bold"), f" {value}"),
            Text(f"{field.help} Allowed: {field.allowed()}."),
        ]
    return Group(*parts)
