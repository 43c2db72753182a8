"""What a call in a script comes to: of its own functions and classes, of objects of Keras, of libraries."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from cnn_tui.keras_io.code.branches import OF_FIT, TESTING, tested
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.code_table import CodeTable
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.arrays.done_to_images import by_scaler
from cnn_tui.keras_io.code.data.arrays.drawn_anew import drawn_anew
from cnn_tui.keras_io.code.data.arrays.folds import Folds, folds_of
from cnn_tui.keras_io.code.data.arrays.idx_files import opened_idx
from cnn_tui.keras_io.code.data.data_values import BY_HAND, Folder
from cnn_tui.keras_io.code.data.files.by_hand import by_names, listed_below
from cnn_tui.keras_io.code.data.files.each_picture import any_of_read, as_each
from cnn_tui.keras_io.code.data.files.file_loops import each_of, is_of_files, names_in, of_each
from cnn_tui.keras_io.code.data.lab_data import lab_pictures, lab_table
from cnn_tui.keras_io.code.data.pictures.preparation import (
    FUNCTION,
    PREPARATION,
    is_preparation,
    preparation,
    with_own_function,
)
from cnn_tui.keras_io.code.data.pipelines.pipelines import element, mapped
from cnn_tui.keras_io.code.data.saved import SavedFiles
from cnn_tui.keras_io.code.devices import SET_POLICY
from cnn_tui.keras_io.code.functions import LeftLoop, NextTurn, Returned, bound, read_from
from cnn_tui.keras_io.code.library import call_named
from cnn_tui.keras_io.code.methods import call_method, saved_model
from cnn_tui.keras_io.code.network.applications import THREEFOLD
from cnn_tui.keras_io.code.network.channels import FIRST, LAST
from cnn_tui.keras_io.code.network.listing import layer_named
from cnn_tui.keras_io.code.network.models_made import apply, called_so, layers_of_lambda
from cnn_tui.keras_io.code.no_arguments import notes_of_names
from cnn_tui.keras_io.code.objects import CALL, CLASS, OwnObjects, is_own, method_of
from cnn_tui.keras_io.code.scope import Scope, ValueOf
from cnn_tui.keras_io.code.training.given_weights import SETS, note_of_set
from cnn_tui.keras_io.code.training.own_losses import is_loss
from cnn_tui.keras_io.code.training.searched import TUNER
from cnn_tui.keras_io.code.training.tuner import Searches
from cnn_tui.keras_io.code.values import (
    Class,
    CodeModel,
    Function,
    Instance,
    Method,
    Named,
    Names,
    Partial,
    Tensor,
    Unknown,
    Value,
)
from cnn_tui.text import quiet

Block = Callable[[Sequence[ast.stmt], Scope], None]
OF_UNKNOWN = "is left out: it is not known what that is"
"""What is said of a training of something that is not known."""
MAX_DEPTH = 30
"""Functions that call one another."""
_AT_ALL_TIMES = ("Rescaling", "Resizing", "Activation", "Flatten", PREPARATION, THREEFOLD)
"""Layers that do the same in training as after it, as a Lambda does."""


class Calls:
    """Gives calls their values, and adds the models that they make, and notes, to those of the script.

    It is given what goes through the statements of a function, and what gives an expression its value.
    """

    def __init__(self, block: Block, value_of: ValueOf, models: list[CodeModel], notes: list[str]) -> None:
        self.seed: int | None = None
        self.policy: Value = None
        """The numbers that a script has all layers compute with; None where it says nothing."""
        self.script: list[ast.stmt] = []
        """All statements of the script, outside of its functions and classes."""
        self.data_format = LAST
        """Where the channels of a map are in layers that are not told."""
        self.file_loops: list[Value] = []
        """What the loops over the files of folders go over that are around what is read, the innermost last."""
        self.entered: dict[int, Names] = {}
        """The functions that were gone through, by their nodes, with what their names stood for in the end."""
        self._block = block
        self._value = value_of
        self._models = models
        self._notes = notes
        self._depth = 0
        self._saved = SavedFiles()
        self._objects = OwnObjects(self.run)
        self._searches = Searches(self.call, self._objects.sent)
        self.chosen = self._searches.chosen
        """The settings that a search chooses in the script, by their names, with their first values."""
        self._labelled: list[Value] = []
        """The folders whose files have labels that go by their names."""

    def call(self, call: Call) -> Value:
        """What a call gives. Unknown with no words where it is not known."""
        called = self._called(call)
        if isinstance(called, CodeModel) and not any(called is model for model in self._models):
            self._models.append(called)
        return called

    def note_set(self, place: str) -> None:
        """Note that weights are set, unless it is behind a training."""
        if not any(model.is_trained for model in self._models) and note_of_set(place) not in self._notes:
            self._notes.append(note_of_set(place))

    def everywhere(self, names: Names) -> Names:
        """What all names of the script stand for, of those inside of functions and, before those, outside."""
        every = Names()
        for inner in (*self.entered.values(), names):
            every.own().update(inner.own())
        return every

    def _called(self, call: Call) -> Value:
        callee, given, place = call.callee, call.given, call.place
        notes = (
            callee.owner.notes if isinstance(callee, Method) and isinstance(callee.owner, CodeModel) else self._notes
        )
        notes += [note for note in notes_of_names(call) if note not in notes]
        match callee, call.unnamed:
            case Named(name="set_random_seed" | "set_seed"), [seed, *_] if type(seed) is int:
                self.seed = seed
            case Named(name=name), _ if name in SET_POLICY:
                self.policy = next(iter(call.values), None)
            case Named(name="enable_mixed_precision_graph_rewrite"), [optimizer, *_]:
                self.policy = "mixed_float16"
                return optimizer
            case Named(name="Policy" | "DTypePolicy"), _ if call.is_keras:
                return call.get(0, "name")
            case Named(name="set_image_data_format" | "set_image_dim_ordering"), [order, *_]:
                self.data_format = FIRST if order in (FIRST, "th") else LAST
            case Named(name="image_data_format"), _:
                return self.data_format
            case Named(name="image_dim_ordering"), _:
                return "th" if self.data_format == FIRST else "tf"
            case Named(name="partial"), [function, *more] if not call.is_keras:
                return Partial(function, tuple(more), dict(given))
            case Partial(), unnamed:
                return self._called(Call(callee.of, place, (*callee.unnamed, *unnamed), {**callee.given, **given}))
            case Named(name="Lambda"), [function, *_] if call.is_keras and is_preparation(function):
                return layers_of_lambda([preparation(function, {}, place)], given, place)
            case Named(name="Lambda"), _ if call.is_keras and isinstance(
                function := call.get(0, "function"), Function | Named
            ):
                named = given.get("arguments")
                layers = self._arithmetic(function, named if isinstance(named, dict) else {}, place)
                return call_named(call) if layers is None else layers_of_lambda(layers, given, place)
            case Named(name="minimize"), _ if isinstance(given.get("data"), Function):
                return self._searched(given["data"], given.get("model"), place)
            case Named(), _ if (search := self._searches.made(call)) is not None:
                return search
            case Method(owner=Instance(kind=kind)), _ if kind == TUNER:
                return self._searches.sent(call)
            case Named(path="builtins.map"), [function, DatasetArrays() as arrays]:
                return [of_each(self.call(Call(function, place, each_of(arrays) or ())), None)]
            case Named(path="builtins.map"), [function, files] if is_of_files(files):
                return [of_each(self.call(Call(function, place, (one,))), None) for one in each_of(files) or []]
            case Named(path="builtins.map"), [function, Folder() as read]:
                one = any_of_read(read)
                made = None if one is None else self.call(Call(function, place, (one,)))
                return as_each(read, made, place) or Unknown("", place)
            case Named(path="numpy.apply_along_axis"), [function, _, Unknown(table=CodeTable()) as rows, *more]:
                return self.call(Call(function, place, (rows, *more)))
            case Named(path="imutils.paths.list_images"), [str() | Unknown() as folder, *_]:
                return listed_below(folder, self.script) or Unknown("", place)
            case Named(path="builtins.list"), [Folder() as read]:
                return read
            case Named(name="ImageDataGenerator"), _ if isinstance(function := given.get(FUNCTION), Function):
                done = self.run(Call(function, place, (Tensor(None),)))
                return call_named(call.but(given=with_own_function(given, done, function.node.name, place)))
            case Named(), _ if (loaded := self._saved.called(call)) is not None:
                return self.call(Call(Named("numpy.array"), place, (loaded,))) if is_of_files(loaded) else loaded
            case Named(name="load_model"), [path, *_] if (saved := saved_model(self._models, path, place)) is not None:
                return saved
            case Named(name="save_model"), [CodeModel() as model, path, *_]:
                model.saved.append(path)
            case Named(), _ if (folds := folds_of(call)) is not None:
                return folds
            case Method(owner=Folds() as folds, name="split"), [images, *_] if turns := folds.last(images):
                self._notes += [note for note in [folds.note(place)] if note and note not in self._notes]
                return turns
            case Named(), _ if (opened := opened_idx(call)) is not None:
                return opened
            case Named(), _:
                made = call_named(call)
                is_by_hand = isinstance(made, Folder) and BY_HAND in made.arguments
                return by_names(made, self._labelled) if is_by_hand else made
            case Method(owner=CodeModel() as owner, name="get_layer"), _ if (
                layer := layer_named(owner, self._models, call)
            ) is not None:
                return layer
            case Method(owner=owner), _ if isinstance(owner, Class) or is_own(owner):
                return self._objects.sent(call)
            case Method(owner=Folder() as owner, name="map"), _ if isinstance(
                function := call.get(0, "map_func"), Function
            ):
                return mapped(owner, self.run(Call(function, place, element(owner, place))), place)
            case Method(owner=list(), name="append"), [one] if self.file_loops:
                self._labelled += [name.entry.folder for name in names_in(one)]
                return call_method(call.but(unnamed=[of_each(one, self.file_loops[-1])]))
            case Method(owner=Instance(), name=name), _ if name == SETS:
                self.note_set(place)
            case Method(owner=CodeModel(), name="compile"), _:
                return call_method(self._with_loss(call))
            case Method(), _:
                return call_method(call)
            case Function(), unnamed:
                written: Value = lab_pictures(callee, unnamed[0], self.script) if len(unnamed) == 1 else None
                return written or lab_table(callee, self.script, unnamed) or self.run(call)
            case Instance(), _ if is_own(callee) and method_of(callee.arguments[CLASS], CALL) is not None:
                return self._objects.flowing(call)
            case Instance() | CodeModel(), _:
                self._notes += [note for note in called_so(call) if note not in self._notes]
                return apply(call)
            case Class(), _:
                return self._objects.made(call)
            case Unknown(), _ if (first := self._searches.first(call)) is not None:
                return first
            case Unknown(table=CodeTable(), what=what), [Function() as function, *_] if what.endswith(
                (".apply", ".map")
            ):  # of each row
                found = self.run(Call(function, place, (callee,)))
                return found if isinstance(found, Unknown) and found.table is not None else Unknown("", place)
            case Unknown(what=what), [images, *_] if (scaled := by_scaler(what, images, place)) is not None:
                return scaled
            case Unknown(), _ if (drawn := drawn_anew(call)) is not None:
                return drawn
            case Unknown(what=what), _ if what.endswith((".fit", ".fit_generator")) and OF_FIT & given.keys():
                name = quiet(what.rpartition(".")[0], 40)
                self._notes.append(f"the training of {name} ({place}) {OF_UNKNOWN}")
            case Unknown(what=what), [images, *_] if (method := what.rpartition(".")[2]) in TESTING and isinstance(
                images, Folder if method.startswith("predict") else (DatasetArrays, Folder, Unknown)
            ):  # of a model that is loaded: it is what the script has trained, at its best
                for model in self._models:
                    model.evaluated += [tested(method, images, place)] if model.fitted else []
            case Unknown(what=what), _ if what.endswith(".compile") and {"loss", "optimizer"} & given.keys():
                name = what.removesuffix(".compile")
                problem = f"the model that is compiled at {place}, {name}, is not known"
                return CodeModel(place, name=name, compiled={}, problems=[problem])
        if isinstance(tensor := call.first, Tensor):
            what = callee.what if isinstance(callee, Unknown) else "a call"
            return tensor.without(f"what {what} does to the tensor ({place}) is not known")
        return Unknown("", place)

    def _with_loss(self, call: Call) -> Call:
        """What compile is given, with Keras's loss in place of a function of the script's that only calls that."""
        loss, place = call.get(1, "loss"), call.place
        if not isinstance(loss, Function):
            return call
        found = self.run(Call(loss, place, (Unknown("y_true", place), Unknown("y_pred", place))))
        return call.but(given={**call.given, "loss": found}) if is_loss(found) else call

    def _searched(self, data: Function, model: Value, place: str) -> Value:
        """What Hyperas finds: options, and the model that a function makes and trains on what another one loads."""
        loaded = self.run(Call(data, place))
        images = tuple(loaded) if isinstance(loaded, tuple | list) else (loaded,)
        found = self.run(Call(model, place, images)) if isinstance(model, Function) else None
        best = found.get("model") if isinstance(found, dict) else None
        return (Unknown("the best options", place), best or Unknown("the best model", place))

    def _arithmetic(
        self, function: Function | Named, more: Mapping[str, Value], place: str
    ) -> tuple[Instance, ...] | None:
        """The layers that do what a function does to a tensor; None where there are none that do it at all times."""
        found = self.call(Call(function, place, (Tensor(None),), more))
        is_known = isinstance(found, Tensor) and not found.problem
        return found.layers if is_known and all(one.kind in _AT_ALL_TIMES for one in found.layers) else None

    def run(self, call: Call) -> Value:
        """What a call of a function of the script gives."""
        if self._depth >= MAX_DEPTH:
            return Unknown("", call.place)
        function: Function = call.callee
        scope = bound(call, self._value)
        self._depth += 1
        self.entered[id(function.node)] = scope.names
        try:
            self._block(function.node.body, scope)
        except Returned as returned:
            return read_from(returned.value, call)
        except (LeftLoop, NextTurn):
            return Unknown("", call.place)
        finally:
            self._depth -= 1
        return None
