"""Words of a script that speak for a Keras before 2.4: its Adadelta and Adagrad began at other rates, and it had other
names for how many batches, or images, a fit takes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.values import Value

_OF_THAT_TIME = {"nb_epoch", "samples_per_epoch", "nb_val_samples", "nb_worker"}
"""Arguments that later versions refuse, in whichever of Keras's two packages."""
_OF_ITS_PACKAGE = {"np_utils", "predict_classes", "predict_proba", "Convolution2D"}
"""Names that keras has left behind since; that of TensorFlow had them too, with the rates of today."""
_RENAMED = {"samples_per_epoch": "steps_per_epoch", "nb_val_samples": "validation_steps"}
"""Numbers of images in Keras 1, by the numbers of batches that Keras 2 takes them for: it gives the names alone."""
_OF_KERAS_2 = {"steps_per_epoch", "epochs", "validation_steps", "workers", "use_multiprocessing", "max_queue_size"}
"""Arguments of a fit that Keras 1 refused."""


def name_steps(fitted: dict[str, Value], call: Call) -> None:
    """Give how many batches, or images, a fit takes the names that say which, in place: old names are of images."""
    if _OF_KERAS_2 & call.given.keys():
        for old, name in _RENAMED.items():
            if old in fitted:
                fitted[name] = fitted.pop(old)
    elif {"nb_epoch", "nb_val_samples"} & call.given.keys() and "steps_per_epoch" in fitted:
        fitted["samples_per_epoch"] = fitted.pop("steps_per_epoch")  # the second argument, which has no name


def word_of_old_keras(cells: Sequence[CodeCell]) -> str:
    """A word of a script that speaks for a Keras before 2.4, with its place, as in words; "" where none does."""
    parts = [(part, cell) for cell in cells for part in ast.walk(cell.tree)]
    modules = {module for part, _ in parts for module in _imported(part)}
    is_of_tensorflow = any(module.startswith(("tensorflow.keras", "tensorflow.python")) for module in modules)
    is_of_keras = not is_of_tensorflow and any(module.split(".")[0] == "keras" for module in modules)
    wanted = _OF_THAT_TIME | (_OF_ITS_PACKAGE if is_of_keras else set())
    found = (f"{name} ({cell.place(line)})" for part, cell in parts for name, line in _names(part) if name in wanted)
    return next(found, "")


def _imported(part: ast.AST) -> list[str]:
    match part:
        case ast.Import(names=names):
            return [one.name for one in names]
        case ast.ImportFrom(module=str() as module, names=names):
            return [f"{module}.{one.name}" for one in names]
    return []


def _names(part: ast.AST) -> Iterator[tuple[str, int]]:
    """The names of what is imported, called and given by its name in a part of a script, with their lines."""
    match part:
        case ast.ImportFrom(names=names, lineno=line):
            yield from ((one.name, line) for one in names)
        case ast.Attribute(attr=name, lineno=line):
            yield name, line
        case ast.keyword(arg=str() as name, lineno=line):
            yield name, line
