"""Writes an experiment as a Jupyter notebook: the parts of the Keras script as cells, to run from top to bottom."""

from __future__ import annotations

import json
from typing import Any

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.keras_io.script.write import keras_parts


def keras_notebook(experiment: Experiment, *, seed: int | None = None, about: str = "") -> str:
    """The text of a notebook in format 4.5 that trains and evaluates `experiment`.

    `about` is Markdown that stands before the code, as what a run of the lab came to. Raises DatasetError.
    """
    # The first part says how a script is run, which is not how a notebook is.
    _, *code = [part for part in keras_parts(experiment, seed=seed) if part]
    cells = [_cell(0, "markdown", about or f"# {_inert(experiment.name)}")]
    cells += [_cell(number, "code", "\n".join(part)) for number, part in enumerate(code, 1)]
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _cell(number: int, kind: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return {**cell, "source": source.splitlines(keepends=True)}


def _inert(name: str) -> str:
    """A name that has no meaning in Markdown or HTML."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#+-.!|&~" else char for char in name if char.isprintable())
