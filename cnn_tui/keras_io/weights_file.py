"""The weights in a file of Keras, layer by layer from the image to the answer. h5py reads them, as data.

    .keras         a zip: config.json says which layers there are, model.weights.h5 has layers/conv2d_1/vars/0
    .weights.h5    the same HDF5 by itself; its layers are counted by their classes, as in the network that wants them
    .h5            of Keras 1 and 2: the attributes layer_names and weight_names say the order

No array is read here: of each it is known how large it is, and whoever takes it compares that first. What would lead
out of the file, as links to other files do, is refused.
"""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cnn_tui.data.npz_file import BROKEN
from cnn_tui.keras_io.imported.chain import Plain, config_of, name_of
from cnn_tui.keras_io.imported.file import MAX_CONFIG_BYTES, ImportProblem, read_config
from cnn_tui.keras_io.imported.hdf5 import read_hdf5
from cnn_tui.network.summary import snake_case
from cnn_tui.text import quiet, reason

_MEMBER = "model.weights.h5"
_MOST_TIMES = 50
"""How much smaller than itself Keras's file may be in its zip: weights are hardly packed at all."""
_MOST_DEPTH = 8
_CONTAINERS = ("layers", "_layer_checkpoint_dependencies")
"""What Keras 3 calls the list of a model's layers in its file; the second is of its first versions."""


class WeightsFileError(ValueError):
    """A file whose weights cannot be read; the message says why."""


class StoredLayer(NamedTuple):
    """The arrays of one layer, in the order in which Keras has them, as h5py's datasets."""

    name: str
    arrays: tuple[Any, ...]

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(array.shape) for array in self.arrays)


class LayerKind(NamedTuple):
    """A layer of a model: Keras's class, its name and, where it is a model itself, the layers inside."""

    kind: str
    name: str = ""
    inside: tuple[LayerKind, ...] | None = None


@contextlib.contextmanager
def stored_layers(path: Path, wanted: Sequence[LayerKind]) -> Iterator[list[StoredLayer]]:
    """The layers in the file that have weights, as long as it is open. Raises WeightsFileError.

    `wanted` are the layers of the network that is to have them, which tell the order in a file that does not.
    """
    import h5py  # it loads NumPy

    shown = quiet(str(path))
    with contextlib.ExitStack() as stack:
        try:
            content, layers = _hdf5(path, shown)
            file = stack.enter_context(h5py.File(content, "r"))
            found = _found(file, layers, wanted)
        except WeightsFileError:
            raise
        except ImportProblem as problem:
            raise WeightsFileError(str(problem)) from None
        except RecursionError:
            raise WeightsFileError(f"{shown} is nested too deeply to be a model") from None
        except (*BROKEN, OSError, KeyError, TypeError, AttributeError, RuntimeError) as error:  # all that h5py says
            raise WeightsFileError(f"{shown} cannot be read as weights of Keras ({reason(error)})") from None
        if not found:
            raise WeightsFileError(f"{shown} holds no weights of Keras")
        yield found


def _hdf5(path: Path, shown: str) -> tuple[Any, tuple[LayerKind, ...] | None]:
    """What h5py can open, and the layers of the model where the file describes it."""
    if not zipfile.is_zipfile(path):
        described = read_hdf5(path, MAX_CONFIG_BYTES)
        return path, None if described is None else _kinds(described)
    described = read_config(path)
    with zipfile.ZipFile(path) as archive:
        if _MEMBER not in archive.namelist():
            raise WeightsFileError(f"{shown} has no {_MEMBER} in it: it holds a model without its weights")
        member = archive.getinfo(_MEMBER)
        if member.file_size > _MOST_TIMES * member.compress_size + 1_000_000:
            raise WeightsFileError(f"{shown} claims more than it can hold: save the model again")
        return io.BytesIO(archive.read(member)), _kinds(described)


def _kinds(model: Plain, depth: int = 0) -> tuple[LayerKind, ...]:
    """The layers of a model as its file describes it."""
    inside = config_of(model).get("layers")
    if not isinstance(inside, list) or depth > _MOST_DEPTH:
        return ()
    layers = [layer for layer in inside if isinstance(layer, dict)]
    return tuple(
        LayerKind(
            str(layer.get("class_name")),
            name_of(layer),
            _kinds(layer, depth + 1) if isinstance(config_of(layer).get("layers"), list) else None,
        )
        for layer in layers
    )


def _found(file: Any, layers: tuple[LayerKind, ...] | None, wanted: Sequence[LayerKind]) -> list[StoredLayer]:
    old = _child(file, "model_weights") or file
    if "layer_names" in old.attrs or "layer_names0" in old.attrs:
        return list(_of_names(old, layers or ()))
    if layers is None:
        _check_order(file, wanted)
    return list(_of_classes(file, wanted if layers is None else layers))


def _check_order(file: Any, wanted: Sequence[LayerKind]) -> None:
    """Raise WeightsFileError for models inside a model that the network has not: the file does not tell their order."""
    group = next((found for name in _CONTAINERS if (found := _child(file, name)) is not None), None)
    names = list(group) if group is not None else []
    inside = [name for name in names if any(len(_child(group, f"{name}/{one}") or ()) for one in _CONTAINERS)]
    if len(inside) > sum(layer.inside is not None for layer in wanted):
        raise WeightsFileError(
            "the file of weights is of a model with another inside, and does not tell in which order their layers "
            "stand: build the model there, load the weights into it, and save the whole with model.save('model.keras')"
        )


def _of_classes(model: Any, layers: Sequence[LayerKind]) -> Iterator[StoredLayer]:
    """Of a model as Keras 3 writes it: each layer is called by its class, and counted."""
    group = next((found for name in _CONTAINERS if (found := _child(model, name)) is not None), None)
    seen: Counter[str] = Counter()
    for layer in layers if group is not None else ():
        base = snake_case(layer.kind)
        number, seen[base] = seen[base], seen[base] + 1
        own = _child(group, f"{base}_{number}" if number else base)
        if own is None:
            continue
        if layer.inside is not None:
            yield from _of_classes(own, layer.inside)
            continue
        variables = _child(own, "vars")
        names = sorted(variables, key=lambda name: int(name)) if variables is not None else []
        if names:
            yield StoredLayer(layer.name or base, tuple(_array(variables, name) for name in names))


def _of_names(model: Any, layers: Sequence[LayerKind]) -> Iterator[StoredLayer]:
    """Of a model as Keras 1 and 2 wrote it. The layers of a model inside lie together, and are told by their names."""
    places = {name: place for place, name in enumerate(_leaf_names(layers))}
    for name in _listed(model, "layer_names"):
        group = _child(model, name)
        apart: dict[str, list[Any]] = {}
        for weight in _listed(group, "weight_names"):
            of_layer = weight.rpartition("/")[0]
            apart.setdefault(of_layer, []).append(_array(group, weight))
        inner = {of_layer: places.get(of_layer.rpartition("/")[2]) for of_layer in apart}
        if len(apart) > 1 and None not in inner.values():  # frozen layers stand behind the others
            apart = dict(sorted(apart.items(), key=lambda pair: inner[pair[0]] or 0))
        for of_layer, arrays in apart.items():
            yield StoredLayer(of_layer.rpartition("/")[2] if len(apart) > 1 else name, tuple(arrays))


def _leaf_names(layers: Sequence[LayerKind]) -> Iterator[str]:
    for layer in layers:
        if layer.inside is None:
            yield layer.name
        else:
            yield from _leaf_names(layer.inside)


def _listed(group: Any, name: str) -> list[str]:
    """A list of names in an attribute, which Keras writes in several where it is too long for one."""
    attributes = group.attrs
    names = [name] if name in attributes else []
    while f"{name}{len(names)}" in attributes:
        names.append(f"{name}{len(names)}")
    found = [one for part in names for one in attributes[part]]
    return [one.decode("utf-8") if isinstance(one, bytes) else str(one) for one in found]


def _child(group: Any, path: str) -> Any:
    """What is in the group under a path of names; None where there is nothing."""
    import h5py

    for part in path.split("/"):
        if not isinstance(group, h5py.Group) or part not in group:
            return None
        if not isinstance(group.get(part, getlink=True), h5py.HardLink):
            raise WeightsFileError(f"the weights {quiet(path, 100)} lead to another place: save the model again")
        group = group[part]
    return group


def _array(group: Any, path: str) -> Any:
    import h5py

    found = _child(group, path)
    if not isinstance(found, h5py.Dataset) or found.dtype.kind not in "fiu":
        raise WeightsFileError(f"the weights {quiet(path, 100)} are no numbers")
    if found.external or found.is_virtual:
        raise WeightsFileError(f"the weights {quiet(path, 100)} lie in another file: save the model again")
    return found
