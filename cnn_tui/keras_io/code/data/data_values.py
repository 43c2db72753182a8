"""What else a script has its images in: folders of pictures and their names, and what it counts of them."""

from __future__ import annotations

import msgspec

from cnn_tui.keras_io.code.numbers import Numbers
from cnn_tui.keras_io.code.picture_form import PictureForm
from cnn_tui.keras_io.code.values import Instance, Unknown, Value


class ClassWeights(msgspec.Struct, frozen=True, eq=False):
    """How much the images of each class count: as in a table, or, where that is None, so that all classes are equal.

    It stands for the weights of all classes, for that of one, and for those of images.
    """

    table: dict[Value, Value] | None = None


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
    passed: tuple[str, ...] = ()
    """The methods that it sends them through which are not known, each with its line."""
    added: tuple[str, ...] = ()
    """Where it puts pictures of other folders to them."""

    @property
    def is_part(self) -> bool:
        """Whether these are not all that the folder has."""
        return self.part != (0.0, 1.0)

    @property
    def named_classes(self) -> list[str] | None:
        """The classes that a script names for a reader of pictures; None where it names none that are known."""
        names = self.arguments.get("classes" if self.generator is not None else "class_names")
        listed = list(names) if isinstance(names, list | tuple) else []
        return listed if listed and all(isinstance(name, str) for name in listed) else None

    def given(self, arguments: dict[str, Value]) -> Folder:
        """The same, given these arguments too."""
        return msgspec.structs.replace(self, arguments={**self.arguments, **arguments})

    def without(self, name: str) -> Folder:
        """The same without an argument."""
        arguments = {key: value for key, value in self.arguments.items() if key != name}
        return msgspec.structs.replace(self, arguments=arguments)

    def noted(self, *notes: str) -> Folder:
        """The same with more notes."""
        return msgspec.structs.replace(self, notes=(*self.notes, *notes))


def images_in(data: Value) -> Value:
    """The images of what goes into a model: those that go in by batches, or what it is given as it is."""
    return data.path if isinstance(data, Folder) else data


def generator_of(data: Value) -> Instance | None:
    """The ImageDataGenerator that varies pictures on their way in; None where none does."""
    return data.generator if isinstance(data, Folder) else None


class Listed(msgspec.Struct, frozen=True):
    """Pictures in a folder whose classes stand elsewhere: in a table, or in their names."""

    folder: str
    classes_from: str = "a table"
    table: str = ""
    """The file of that table, where the script reads it from one."""
    changed_at: str = ""
    """Where something is done to the table that is not followed."""
    some_at: str = ""
    """Where only some of its rows are taken."""
    is_unknown: bool = False
    """Whether only running tells the folder."""
    is_class: bool = False
    """Whether nothing says that it has several classes, so that it may be the folder of one."""


BY_HAND = "read by hand"
"""Among the arguments of a Folder: whether the script reads its pictures file by file."""
YIELDED = "yielded"
"""Among them: whether a generator of the script gives them, in whichever numbers."""
BLUE_FIRST = "blue first"
"""Among them: whether OpenCV gives the colours of such pictures, blue before green and red."""

REPEATED = "repeated"
"""Among them: how often a pipeline gives all of them in a row, where a script says so."""
MIXED_ONCE = "mixed once"
"""Among them: whether a pipeline gives its pictures in the same order each time, though it mixes them."""
STORED = "stored"
"""Among them: the dataset of TensorFlow Datasets that it is, which is not here; such are mixed when they are stored."""
PARTED_ANEW = "parted anew"
"""Among them: where a pipeline takes or leaves some of its pictures, behind an order that is another each time."""
TAKEN = "taken"
"""Among them: how many images a pipeline takes, others in each epoch, and of which part of the whole."""
BY_NAME = "by name"
"""Among them: whether each element of the pipeline has its picture and label by their names, `image` and `label`."""


class Below(msgspec.Struct, frozen=True):
    """A path below a folder, by the names on the way, of which None is any that lies there."""

    root: Value
    names: tuple[str | None, ...]


class AnyEntry(msgspec.Struct, frozen=True):
    """Any of the names in a folder, of which a loop goes through all."""

    folder: Value


class AnyPlace(msgspec.Struct, frozen=True):
    """The number of any of the entries of a folder, among all of them."""

    folder: Value


class OfName(msgspec.Struct, frozen=True):
    """A part of the name of any entry of a folder, or what is asked about it."""

    entry: AnyEntry


class OfEach(msgspec.Struct, frozen=True):
    """A label, or whatever else a list has once for each file of a folder."""

    value: Value
    is_all_of_folder: bool = False
    """Whether it is the name of any entry, once for each of that folder's."""


class ReadPicture(msgspec.Struct, frozen=True):
    """Any picture of a class that a script reads by hand, of a folder of classes; `class_name` None is of all."""

    root: Value
    class_name: str | None
    place: str
    form: PictureForm = PictureForm()
    numbers: Numbers = Numbers()
    touched: tuple[str, ...] = ()
    """What else is done to it, each with its line."""
    is_batch: bool = False
    """Whether it stands for all pictures of a batch, one below the other."""


class PictureCount(msgspec.Struct, frozen=True):
    """How many pictures the folders of the classes in a folder have together, divided by `per`."""

    folder: Value
    per: float = 1.0

    def __str__(self) -> str:
        return f"how many pictures {self.folder} has"


class Share(msgspec.Struct, frozen=True):
    """How many pictures or batches a folder has, which only running tells, as a share of all: `int(0.8 * len(ds))`."""

    part: float
    counted: str = ""
    """What is counted where all are those of a whole folder: `pictures` or `batches`; "" where they are a reader's."""

    def __str__(self) -> str:
        return f"{self.part:.3g} of how many pictures there are"


class ClassNames(msgspec.Struct, frozen=True):
    """The names of the classes in a folder, as `train.class_names`, or with `is_number` how many they are."""

    path: Value
    is_number: bool
    what: Unknown
    """As the script has it, for where the folder is not there."""
    each: str = "name"
    """What a loop over them gets of each entry: its `name`, its `path`, or what os.`walk` gives of a folder."""
    named: int | None = None
    """How many the script names for the reader, which has no others; None where it names none."""

    def __str__(self) -> str:
        return str(self.what)
