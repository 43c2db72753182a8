"""`cnn-tui presets`: the experiments that come with the app."""

from __future__ import annotations

import json

from cnn_tui.commands.streams import FINISHED, bold, put, table
from cnn_tui.experiment.presets import about_preset, load_preset, preset_names
from cnn_tui.network.summary import summarize


def list_presets(as_json: bool) -> int:
    """Print every preset: its name for the command line, its title and its parameters."""
    found = [(name, load_preset(name)) for name in preset_names()]
    facts = [
        {
            "name": name,
            "title": experiment.name,
            "about": about_preset(name),
            "dataset": experiment.dataset,
            "layers": len(experiment.layers),
            "params": summarize(experiment.stack).total_params,
            "epochs": experiment.training.epochs,
        }
        for name, experiment in found
    ]
    if as_json:
        put("\n".join(json.dumps(fact, ensure_ascii=False) for fact in facts))
        return FINISHED
    rows = [("name", "title", "params")]
    rows += [(str(fact["name"]), str(fact["title"]), f"{fact['params']:,}") for fact in facts]
    heading, *lines = table(rows, right=[2])
    put("\n".join([bold(heading), *lines]))
    return FINISHED
