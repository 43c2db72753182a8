"""The part of a Keras script that gives the model the weights of a file, as `training` itself does it."""

from __future__ import annotations

import zipfile
from pathlib import Path

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.keras_io.imported.file import MAX_CONFIG_BYTES
from cnn_tui.keras_io.imported.hdf5 import read_hdf5
from cnn_tui.keras_io.source import CodeLines, call, literal
from cnn_tui.network.layers import Normalization

WITH_WEIGHTS, EARLIER = "layers_with_weights", "earlier"
WEIGHTED = (
    f"def {WITH_WEIGHTS}(model):",
    "    for layer in model.layers:",
    '        if hasattr(layer, "layers"):',
    f"            yield from {WITH_WEIGHTS}(layer)",
    "        elif layer.weights:",
    "            yield layer",
)
COPIES = (
    f"for layer, other in zip({WITH_WEIGHTS}(model), {WITH_WEIGHTS}({EARLIER})):",
    "    if [array.shape for array in layer.get_weights()] != [array.shape for array in other.get_weights()]:",
    "        break",
    "    layer.set_weights(other.get_weights())",
)


def start_weights_code(experiment: Experiment) -> CodeLines:
    """The lines that give the layers of `model` their weights; none where they begin at random."""
    if experiment.weights is None:
        return ()
    path = literal(experiment.weights)
    if not _holds_a_model(Path(experiment.weights)):
        return ["# Start from the weights of a file", f"model.load_weights({path})"]
    fitted = []
    if any(isinstance(layer, Normalization) for layer in experiment.layers):
        fitted = [
            "    if isinstance(layer, tf.keras.layers.Normalization):",
            "        layer.finalize_state()",
        ]
    return [
        "# Start from the weights of another model, layer by layer, as long as they have the same shapes",
        *WEIGHTED,
        "",
        "",
        *call("tf.keras.models.load_model", [path, "compile=False"], before=f"{EARLIER} = "),
        *COPIES,
        *fitted,
    ]


def _holds_a_model(path: Path) -> bool:
    """Whether a file has the layers beside their weights; so it seems of one that is not there."""
    return not path.is_file() or zipfile.is_zipfile(path) or read_hdf5(path, MAX_CONFIG_BYTES) is not None
