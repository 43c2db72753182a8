"""What the names of a script stand for while it is read: numbers and lists as they are, and these for all else."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import msgspec

from cnn_tui.data.dataset import AS_THEY_ARE, DataOptions
from cnn_tui.keras_io.code.cells import CodeCell

Value: TypeAlias = Any
"""A number, text, list, tuple or dict of the script, or one of the classes below."""


_KERAS = ("keras", "tf_keras", "keras_preprocessing")
_OF_TENSORFLOW = ("optimizers", "losses", "metrics", "initializers")
"""Modules of Keras's that TensorFlow has under its own name too, as `tf.optimizers`."""


PARSER = "ArgumentParser"
"""What an object that reads the command line is, among instances."""
OPTIONS = "the command line"
"""What such an object has read, where the script is called without options."""


HISTORY = "History"
"""What a fit gives."""


TOGETHER = "fits in a row"
"""Among what a fit is given: how many of them, one after the other, are one training."""
FIT_AT = "where the fit is"
"""Among it: the line of the last of them."""


class Unknown(msgspec.Struct, frozen=True):
    """What is not understood: `what` stands at `place` and is never guessed."""

    what: str
    place: str
    table: str = ""
    """The path of a table (CSV) that it was read from, where the script names one."""
    share: float = 1.0
    """How much of the table it is."""

    def __str__(self) -> str:
        return f"{self.what} ({self.place})"

    def of_table(self, table: str) -> Unknown:
        """The same, read from a table unless it is known to be from another."""
        return self if self.table or not table else msgspec.structs.replace(self, table=table)


class Named(msgspec.Struct, frozen=True):
    """Something of a library, by the path that it is imported from: `tensorflow.keras.layers.Dense`."""

    path: str

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def is_keras(self) -> bool:
        """Whether it is Keras's, by whichever of the names that Keras has had."""
        root, _, rest = self.path.partition(".")
        parts = rest.split(".")
        return root in _KERAS or (root == "tensorflow" and ("keras" in parts or parts[0] in _OF_TENSORFLOW))


class Instance(msgspec.Struct, eq=False):
    """An object that a call of a class of Keras makes: a layer, an optimizer, a regularizer. Arguments by name."""

    kind: str
    arguments: dict[str, Value]
    place: str


class InnerLayers(msgspec.Struct, frozen=True, eq=False):
    """The layers inside a network that is one layer here: all of them together can be followed, single ones cannot."""

    whole: tuple[Value, ...]


class Tensor(msgspec.Struct, frozen=True, eq=False):
    """What flows from an input through layers. `problem` says why it cannot be followed; "" where it can."""

    shape: Value
    layers: tuple[Instance, ...] = ()
    problem: str = ""


class DatasetArrays(msgspec.Struct, frozen=True):
    """The arrays of a dataset: of the `train` or the `test` half, the `images` or the `labels`.

    `whole` is how many there are in that half, and `count` how many of them these are; None where it is not known.
    """

    dataset: str
    half: str
    what: str
    sizes: tuple[int, ...]
    """The shape of one image."""
    whole: int
    count: int | None
    taken_from: int | None = None
    """Of how many these were taken."""
    scale: float = 1.0
    """What the bytes are multiplied by on the way into the model."""
    offset: float = 0.0
    """What is added to them then."""
    centered: tuple[int, ...] | None = None
    """The axes over which their mean was counted, where it is taken away from them."""
    is_evened: bool = False
    """Whether they are divided by their spread then."""
    options: DataOptions = AS_THEY_ARE
    """How the pictures of a folder are wanted."""
    to_length_1: str = ""
    """Where each of them, or of its rows, is divided by its length; "" where none is."""
    left_out: tuple[int, ...] = ()
    """The numbers of those of the half that are not among them, nor counted in `whole`."""

    @property
    def shape(self) -> tuple[int, ...]:
        """As of the array. Raises AttributeError where the number of images is not known."""
        if self.count is None:
            raise AttributeError("how many images there are is not known")
        return (self.count, *self.sizes)

    def scaled(self, factor: float) -> DatasetArrays:
        """The images with every number multiplied."""
        return msgspec.structs.replace(self, scale=self.scale * factor, offset=self.offset * factor)

    def shifted(self, by: float) -> DatasetArrays:
        """The images with something added to every number."""
        return msgspec.structs.replace(self, offset=self.offset + by)

    def some(self, count: int | None) -> DatasetArrays:
        """So many of the images."""
        return msgspec.structs.replace(self, count=count, taken_from=self.count)

    def without(self, numbers: Sequence[int]) -> DatasetArrays | None:
        """The images without those of the numbers; None where the numbers are not those that the dataset has."""
        if self.left_out or self.taken_from is not None or not all(0 <= one < self.whole for one in numbers):
            return None
        left_out = tuple(sorted(set(numbers)))
        count = self.whole - len(left_out)
        return msgspec.structs.replace(self, whole=count, count=count, left_out=left_out) if count else None

    def reshaped(self, sizes: tuple[int, ...]) -> DatasetArrays:
        """The images, each of another shape."""
        return msgspec.structs.replace(self, sizes=sizes)

    def arranged(self, shape: Sequence[Value]) -> DatasetArrays:
        """The images as an array of another shape, of which one size may be -1; as they are where it is not known."""
        sizes = [size for size in shape[1:] if type(size) is int]
        if len(sizes) + 1 != len(shape):
            return self.reshaped((math.prod(self.sizes),)) if len(shape) == 2 else self
        if -1 in sizes:
            others = -math.prod(sizes)
            if others <= 0:
                return self
            sizes[sizes.index(-1)] = math.prod(self.sizes) // others
        return self.reshaped(tuple(sizes))

    def with_channel(self) -> DatasetArrays:
        """The images with an axis of one channel at the end."""
        return self.reshaped((*self.sizes, 1)) if len(self.sizes) == 2 else self


class Statistic(msgspec.Struct, frozen=True):
    """The `mean` or the `std` of images, over some of the axes of their array."""

    kind: str
    axes: tuple[int, ...]


class NpzFile(msgspec.Struct, frozen=True):
    """The arrays of a `.npz` file, by their names."""

    path: str


class ClassCounts(msgspec.Struct, frozen=True):
    """How many images each class has, times a factor; `total` is how many there are in all, of so many `classes`."""

    total: int
    classes: int
    factor: float = 1.0


class ClassWeights(msgspec.Struct, frozen=True, eq=False):
    """How much the images of each class count: as in a table, or, where that is None, so that all classes are equal.

    It stands for the weights of all classes, for that of one, and for those of images.
    """

    table: dict[Value, Value] | None = None


class BaseLayer(msgspec.Struct, frozen=True, eq=False):
    """One of the layers of a network that is one layer here, by its number from 0 in Keras's order."""

    base: Instance
    at: int


class InnerLayer(msgspec.Struct, frozen=True, eq=False):
    """The last layer of a network that is one layer here, of which only what comes out of it can be followed."""

    output: Tensor


class Folder(msgspec.Struct, frozen=True):
    """Pictures read from a folder of folders, or arrays that go in by batches, and how."""

    path: Value
    arguments: dict[str, Value]
    generator: Instance | None
    place: str
    part: tuple[float, float] | None = (0.0, 1.0)
    """From where to where in the whole these are, as shares of it; None where only running tells."""
    layers: tuple[Instance, ...] = ()
    """What a script does to them on the way, as the layers that do the same."""
    notes: tuple[str, ...] = ()
    """What it does to them that is not known."""

    @property
    def is_part(self) -> bool:
        """Whether these are not all that the folder has."""
        return self.part != (0.0, 1.0)


class Listed(msgspec.Struct, frozen=True):
    """Pictures in a folder whose classes stand in a table."""

    folder: str


BY_HAND = "read by hand"
"""Among the arguments of a Folder: whether the script reads its pictures file by file."""
BLUE_FIRST = "blue first"
"""Among them: whether OpenCV gives the colours of such pictures, blue before green and red."""


class Below(msgspec.Struct, frozen=True):
    """A path below a folder, by the names on the way, of which None is any that lies there."""

    root: Value
    names: tuple[str | None, ...]


class AnyEntry(msgspec.Struct, frozen=True):
    """Any of the names in a folder, of which a loop goes through all."""

    folder: Value


class OfEach(msgspec.Struct, frozen=True):
    """A label, or whatever else a list has once for each file of a folder."""

    value: Value


class ReadPicture(msgspec.Struct, frozen=True):
    """Any picture of a class that a script reads by hand, of a folder of classes; `class_name` None is of all."""

    root: Value
    class_name: str | None
    place: str
    size: tuple[Value, ...] | None = None
    is_grey: bool = False
    is_blue_first: bool = False
    scale: float = 1.0


class Share(msgspec.Struct, frozen=True):
    """How many pictures or batches a folder has, which only running tells, as a share of all: `int(0.8 * len(ds))`."""

    part: float


class ClassNames(msgspec.Struct, frozen=True):
    """The names of the classes in a folder, as `train.class_names`, or with `is_number` how many they are."""

    path: Value
    is_number: bool
    what: Unknown
    """As the script has it, for where the folder is not there."""

    def __str__(self) -> str:
        return str(self.what)


class CodeModel(msgspec.Struct, eq=False):
    """A model of the script: its layers, how it is compiled and trained, and what could not be understood of it."""

    place: str
    name: str = ""
    layers: list[Value] = []
    shape: Value = None
    compiled: dict[str, Value] | None = None
    fitted: dict[str, Value] | None = None
    fits: int = 0
    """How often it is trained, where a training that only goes on with the one before counts with it."""
    is_trained: bool = False
    """Whether it has been trained since it was compiled."""
    earlier: list[CodeModel] = []
    """As it was trained before its last training, from the first."""
    as_trained: CodeModel | None = None
    """As it was trained last: what is frozen, or compiled, afterwards changes nothing of that."""
    summaries: int = 0
    """How often its summary is printed."""
    printed_total: int | None = None
    """The parameters that the notebook kept from printing its summary."""
    is_inside: bool = False
    """Whether it is a part of another model."""
    problems: list[str] = []
    notes: list[str] = []


class Method(msgspec.Struct, frozen=True, eq=False):
    """A method of an object of the script, not yet called."""

    owner: Value
    name: str


class Function(msgspec.Struct, frozen=True, eq=False):
    """A function of the script, with the names that it sees and the cell that it stands in."""

    node: ast.FunctionDef
    names: Names
    cell: CodeCell


class Partial(msgspec.Struct, frozen=True, eq=False):
    """Something to be called, with some of its arguments: what `functools.partial` gives."""

    of: Value
    unnamed: tuple[Value, ...]
    given: dict[str, Value]


class Class(msgspec.Struct, frozen=True, eq=False):
    """A class of the script, with what its body binds."""

    node: ast.ClassDef
    names: Names
    cell: CodeCell
    held: Names


class Names:
    """The names of a script or of a function in it; a function sees those around it too."""

    def __init__(self, around: Names | None = None, *, is_class: bool = False) -> None:
        self._values: dict[str, Value] = {}
        self._around = around
        self._is_class = is_class

    def seen_by_functions(self) -> Names:
        """What a function that is defined here sees around it: not what the body of a class binds."""
        return self._around if self._is_class and self._around is not None else self

    def own(self) -> dict[str, Value]:
        """What stands here itself, and not around."""
        return self._values

    def __getitem__(self, name: str) -> Value:
        """Raises KeyError for a name that stands for nothing."""
        if name in self._values or self._around is None:
            return self._values[name]
        return self._around[name]

    def get(self, name: str) -> Value:
        """What a name stands for; None where it stands for nothing."""
        try:
            return self[name]
        except KeyError:
            return None

    def functions(self) -> list[Function]:
        """The functions that are defined here."""
        return [value for value in self._values.values() if isinstance(value, Function)]

    def __setitem__(self, name: str, value: Value) -> None:
        self._values[name] = value
