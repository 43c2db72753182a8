"""What the names of a script stand for while it is read: numbers and lists as they are, and these for all else."""

from __future__ import annotations

import ast
from typing import Any, TypeAlias

import msgspec

from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.code_table import CodeTable
from cnn_tui.keras_io.code.numbers import Numbers
from cnn_tui.keras_io.code.picture_form import PictureForm

Value: TypeAlias = Any
"""A number, text, list, tuple or dict of the script, or one of the classes below."""


_KERAS = ("keras", "tf_keras", "keras_preprocessing")
_OF_TENSORFLOW = ("optimizers", "losses", "metrics", "initializers")
"""Modules of Keras's that TensorFlow has under its own name too, as `tf.optimizers`."""

PARSER = "ArgumentParser"
"""What an object that reads the command line is, among instances."""
DEFAULTS = "options with a default"
"""Among the arguments of such an object: the names of those that a script gives a default, which may be None."""
OPTIONS = "the command line"
"""What such an object has read, where the script is called without options."""
UPDATES = ("update", "setdefaults")
"""Methods that set several of them, by a table."""

HISTORY = "History"
"""What a fit gives."""

TOGETHER = "fits in a row"
"""Among what a fit is given: how many of them, one after the other, are one training."""
FIT_AT = "where the fit is"
"""Among it: the line of the last of them."""
FROM_HISTORY = "epochs of the fit before"
"""Among it, where it goes on from as many epochs as the fit before was trained for, which may have stopped early."""
NOT_FROZEN_ANEW = "what is frozen as in the fit before"
"""Among it, where others were frozen since the fit before, which counts for nothing without a compile: its line."""
NOT_COMPILED = "the optimizer of the fit before"
"""Among it, where the model was not compiled since the fit before: that one's optimizer goes on."""


class Unknown(msgspec.Struct, frozen=True):
    """What is not understood: `what` stands at `place` and is never guessed."""

    what: str
    place: str
    table: CodeTable | None = None
    """What it was read from, where that is a table."""
    sizes: tuple[int, ...] | None = None
    """The shape of one image, where it is an array of images whose shape is known."""
    is_free: bool = False
    """Whether it is a name that the script binds nowhere, as in a snippet."""
    is_argument: bool = False
    """Whether it is what the script is called with, which has no default."""
    numbers: Numbers | None = None
    """What is done to its numbers, where it is read from no table."""
    picture: PictureForm | None = None
    """What is known of it where it is one picture."""

    def __str__(self) -> str:
        return f"{self.what} ({self.place})"

    def of_rows(self, rows: Unknown) -> Unknown:
        """The same, read from the table that some rows are read from."""
        return msgspec.structs.replace(
            self, table=rows.table, sizes=rows.sizes, numbers=rows.numbers, picture=rows.picture
        )

    def of_share(self, share: float, *, is_rest: bool = False, is_cut: bool = False) -> Unknown:
        """So much of it, as `is_rest` of what another part of it leaves; `is_cut` off in the order of all."""
        table = self.table or CodeTable((), numbers=self.numbers or Numbers(), split_of=str(self))
        is_rest = table.is_rest or is_rest
        table = msgspec.structs.replace(table, share=table.share * share, is_rest=is_rest, is_cut=is_cut)
        return msgspec.structs.replace(self, table=table)

    def with_some_rows(self, place: str, *, is_chosen: bool = False) -> Unknown:
        """The same, of which only some rows are taken at a place, as `is_chosen` by what they are."""
        numbers = (self.numbers or Numbers()) if self.table is None else self.table.numbers
        numbers = numbers.some_of(place, is_chosen=is_chosen)
        if self.table is None:
            return msgspec.structs.replace(self, numbers=numbers)
        return msgspec.structs.replace(self, table=msgspec.structs.replace(self.table, numbers=numbers))

    def of_file(self, whole: Value) -> Unknown:
        """The same, as one of several arrays that are read from the file that `whole` is read from."""
        numbers = whole.numbers if isinstance(whole, Unknown) else None
        is_told = numbers is not None and (numbers.file or numbers.drawn_by)
        return msgspec.structs.replace(self, numbers=numbers) if is_told else self

    def of_table(self, table: CodeTable | None) -> Unknown:
        """The same, read from a table unless it is known to be from another."""
        return self if self.table is not None or table is None else msgspec.structs.replace(self, table=table)


class NotGivenError(AttributeError):
    """Raised for an option that a script is called with, and that has no default."""


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


class NotedInstance(Instance):
    """A layer of a script of which something is to be known."""

    note: str


class InnerLayers(msgspec.Struct, frozen=True, eq=False):
    """The layers inside a network that is one layer here: all of them together can be followed, single ones cannot."""

    whole: tuple[Value, ...]


class Tensor(msgspec.Struct, frozen=True, eq=False):
    """What flows from an input through layers. `problem` says why it cannot be followed; "" where it can."""

    shape: Value
    layers: tuple[Instance, ...] = ()
    problem: str = ""

    def behind(self, *layers: Value) -> Tensor:
        """What flows out of layers that it flows into."""
        return Tensor(self.shape, (*self.layers, *layers), self.problem)

    def without(self, problem: str) -> Tensor:
        """What comes of it where that cannot be followed, for a reason that counts where there is none yet."""
        return Tensor(self.shape, self.layers, self.problem or problem)


class BaseLayer(msgspec.Struct, frozen=True, eq=False):
    """One of the layers of a network that is one layer here, by its number from 0 in Keras's order."""

    base: Instance
    at: int


class InnerLayer(msgspec.Struct, frozen=True, eq=False):
    """A layer at the end of a network that is one layer here: what comes out of it, what it is, and Keras's name."""

    output: Tensor
    layer: Instance | None = None
    name: str = ""


class Tested(msgspec.Struct, frozen=True, eq=False):
    """What a model is tested on at a place."""

    images: Value
    place: str
    is_measured: bool
    """Whether how well it does is counted, and not only what it says of each."""
    has_labels: bool
    """Whether their labels may count, so that these are no images to be predicted alone."""


class NumberedName(msgspec.Struct, frozen=True):
    """The name of such a layer that Keras has numbered, as `conv2d_93`, after all those that were made before it."""


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
    evaluated: list[Tested] = []
    """What it is tested on."""
    summaries: int = 0
    """How often its summary is printed."""
    printed_total: int | None = None
    """The parameters that the notebook kept from printing its summary."""
    layers_printed: int = 0
    """How many layers it had then."""
    starts_from: tuple[str, str, bool] | None = None
    """The file whose weights it has before it is trained, where it loads them, and whether all have to fit."""
    saved: list[Value] = []
    """Where its weights are saved as its last training left them."""
    is_inside: bool = False
    """Whether it is a part of another model."""
    is_called: bool = False
    """Whether it is one layer of another model."""
    has_input: bool = False
    """Whether Keras lists its input among its layers."""
    problems: list[str] = []
    notes: list[str] = []


class Method(msgspec.Struct, frozen=True, eq=False):
    """A method of an object of the script, not yet called; or something else of it that is not known."""

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

    def __contains__(self, name: str) -> bool:
        return name in self._values or (self._around is not None and name in self._around)

    def functions(self) -> list[Function]:
        """The functions that are defined here."""
        return [value for value in self._values.values() if isinstance(value, Function)]

    def classes(self) -> list[Class]:
        """The classes that are defined here."""
        return [value for value in self._values.values() if isinstance(value, Class)]

    def __setitem__(self, name: str, value: Value) -> None:
        self._values[name] = value
