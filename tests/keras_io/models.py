"""Keras models for the tests of how they are imported, and what comes of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cnn_tui.keras_io.imported.model import Imported, ImportProblem, import_model

Model = dict[str, Any]
DENSE: Model = {"class_name": "Dense", "config": {"name": "dense", "units": 10, "activation": "softmax"}}
FLATTEN: Model = {"class_name": "Flatten", "config": {"name": "flatten"}}


def sequential(*layers: Model, shape: Any = (28, 28, 1), **more: Any) -> Model:
    """A model as Keras writes it, with less in it."""
    first = {"class_name": "InputLayer", "config": {"batch_shape": [None, *shape], "name": "input_layer"}}
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": [first, *layers]}, **more}


def read(path: Path, model: Any) -> Imported:
    """Import what `json.dumps` makes of a model."""
    path.write_text(model if isinstance(model, str) else json.dumps(model))
    return import_model(path)


def refusal(path: Path) -> tuple[str, ...]:
    """The problems that a file is refused with: each one line that can be shown."""
    with pytest.raises(ImportProblem) as caught:
        import_model(path)
    assert caught.value.problems
    assert all(problem.isprintable() for problem in caught.value.problems)
    assert str(caught.value) == "; ".join(caught.value.problems)
    return caught.value.problems
