"""A script read from top to bottom, as Python would go through it: what it binds, and the models that it makes.

Loops over literal ranges are followed, functions are entered where they are called. What only running could tell
(a condition on a file, a loop over data) leaves the names that it sets unknown, and a model that it builds refused.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Sequence

from cnn_tui.keras_io.code.arithmetic import as_condition, is_plain, items
from cnn_tui.keras_io.code.bindings import Bindings, augmented, done_in_place, take_import
from cnn_tui.keras_io.code.branches import (
    FITS,
    as_branches,
    changed,
    loaded_or_built,
    parts_of,
    stored,
    test_by_batches,
    trains,
)
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.calls import Calls
from cnn_tui.keras_io.code.cells import CodeCell, CodeSource
from cnn_tui.keras_io.code.data.arrays.idx_files import OPENED
from cnn_tui.keras_io.code.data.arrays.own_one_hot import one_hots
from cnn_tui.keras_io.code.data.data_values import OfName
from cnn_tui.keras_io.code.data.files.classes_asked import ClassesAsked
from cnn_tui.keras_io.code.data.files.file_loops import counts_along, is_of_row, note_of_names, reads_all, turns_of
from cnn_tui.keras_io.code.data.pipelines.pipelines import batches
from cnn_tui.keras_io.code.data.saved import OpenedFile
from cnn_tui.keras_io.code.devices import GpuAsked
from cnn_tui.keras_io.code.doubts import Doubts
from cnn_tui.keras_io.code.expressions import Expressions
from cnn_tui.keras_io.code.functions import LeftLoop, NextTurn, Returned
from cnn_tui.keras_io.code.images_made import turned_once
from cnn_tui.keras_io.code.printed import note_printed
from cnn_tui.keras_io.code.scope import Scope
from cnn_tui.keras_io.code.training.given_weights import copies
from cnn_tui.keras_io.code.values import Class, CodeModel, Function, Names, Unknown, Value

MOST_TURNS = 1_000
"""Of a loop whose end is asked for."""


class Program:
    """The models of a script, in the order in which it makes them. Raises ImportProblem for one without an end."""

    def __init__(self, layers: Sequence[str], classes: ClassesAsked) -> None:
        self.models: list[CodeModel] = []
        self.notes: list[str] = []
        self.to_know: list[str] = []
        self.left_out: dict[str, Value] = {}  # notes on files that it leaves out as it goes through folders, with those
        self.not_followed = ""
        """Why no training of a model is known in a script that has one, in words; "" for a script that has none."""
        self.names = Names()
        self._is_exact = False
        """Whether a function is asked for what it gives: then it counts which of its ends is come to."""
        self.calls = Calls(self._block, self._value, self.models, self.notes)
        self.machine = GpuAsked()
        self._expressions = Expressions(self.calls.call, layers, self.models, self.machine)
        self._expressions.classes = classes
        self._bindings = Bindings(self._expressions.kept, self.notes, self.to_know)
        self.doubts = Doubts(self._bindings, self.calls, self.notes)

    def value(self, node: ast.expr, cell: CodeCell) -> Value:
        """An expression of it, behind all else."""
        return self._expressions.value(node, Scope(self.everywhere(), cell, self._value))

    def everywhere(self) -> Names:
        """What all its names stand for in the end, also those inside of functions."""
        return self.calls.everywhere(self.names)

    def read(self, source: CodeSource) -> None:
        """Go through all the cells of a script."""
        self.notes += source.notes
        self.not_followed = "no training of the model stands in what is read" if source.notes else ""
        self.machine.look_at(source)
        self.calls.script += [node for cell in source.cells for node in cell.tree.body]
        for cell in source.cells:
            before = {id(model): model.summaries for model in self.models}
            with contextlib.suppress(Returned, LeftLoop, NextTurn):  # at the top, where they end a cell
                self._block(cell.tree.body, Scope(self.names, cell, self._value))
            note_printed(cell, self.models, before)

    def ask(self, function: Value, arguments: tuple[Value, ...]) -> Value:
        """What a function of the script gives for these arguments; Unknown where it goes by what is not known."""
        self._is_exact = True
        try:
            return self.calls.call(Call(function, "", arguments))
        finally:
            self._is_exact = False

    def has_entered(self, function: ast.FunctionDef) -> bool:
        """Whether the reading came to what a function of the script does."""
        return id(function) in self.calls.entered

    def _block(self, nodes: Sequence[ast.stmt], scope: Scope) -> None:
        for at, node in enumerate(nodes):
            self._expressions.count()
            if (either := as_branches(node, nodes[at + 1 :])) is not None:
                self._statement(either, scope)
                if isinstance(node, ast.If):
                    break
            else:
                self._statement(node, scope)

    def _statement(self, node: ast.stmt, scope: Scope) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                given = scope.value(value)
                for target in targets:
                    self._bindings.bind(target, given, scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bindings.bind(target, scope.value(value), scope)
            case ast.AugAssign(target=target):
                in_loop = bool(self.calls.file_loops)
                self._bindings.bind(target, augmented(node, scope, is_in_loop=in_loop), scope)
            case ast.Expr(value=ast.Yield(value=ast.expr() as value)):
                raise Returned(batches(scope.value(value), scope.place(node)))
            case ast.Expr(value=value):
                done_in_place(value, scope.value(value), scope.names)
            case ast.Import() | ast.ImportFrom():
                take_import(node, scope.names)
            case ast.FunctionDef(name=name):
                scope.names[name] = Function(node, scope.names.seen_by_functions(), scope.cell)
            case ast.ClassDef(name=name, body=body):
                inside = scope.inner(is_class=True)
                self._block(body, inside)
                scope.names[name] = Class(node, scope.names, scope.cell, inside.names)
            case ast.Return(value=value):
                raise Returned(None if value is None else scope.value(value))
            case ast.Break():
                raise LeftLoop
            case ast.Continue():
                raise NextTurn
            case _:
                self._compound(node, scope)

    def _compound(self, node: ast.stmt, scope: Scope) -> None:
        match node:
            case ast.If(test=test, body=body, orelse=other):
                chosen = self._condition(test, scope)
                if is_plain(chosen) and self.machine.asks(test):
                    self._by_machine(body if chosen else other, other if chosen else body, scope)
                elif is_plain(chosen):
                    self._block(body if chosen else other, scope)
                elif isinstance(chosen, OfName) or is_of_row(chosen, self.calls.file_loops):
                    self._branches_by_name(chosen, (body, other), scope)
                else:
                    self._doubt_branches(body, other, scope)
            case ast.For() if copies(node, scope.names, self.calls.script, scope.place(node)):
                pass
            case ast.For(target=target, iter=over, body=body):
                labels = one_hots(node, scope)
                self._loop(target, scope.value(over), body, scope)
                scope.names.own().update(labels)
            case ast.With(items=contexts, body=body):
                for context in contexts:
                    if context.optional_vars is not None:
                        opened = context.context_expr
                        given = scope.value(opened)
                        known = given if isinstance(given, (*OPENED, OpenedFile)) else scope.unknown(opened)
                        self._bindings.bind(context.optional_vars, known, scope)
                self._block(body, scope)
            case ast.Try(body=body, handlers=[handler], finalbody=final) if not trains(
                handler.body, scope.names
            ) and self._builds(body, handler.body, scope):
                self._block(final, scope)
            case ast.Try(body=body, handlers=handlers, orelse=other, finalbody=final):
                before = trains(body, scope.names)
                self._block(body, scope)
                doubtful = [] if before else [one.body for one in handlers if trains(one.body, scope.names)]
                if doubtful and trains(other, scope.names):
                    doubtful, other = [other], []
                for nodes in doubtful:
                    self._train(nodes, scope)
                self._block([*other, *final], scope)
            case ast.While(test=ast.Constant(value=True | 1), body=body):
                with contextlib.suppress(LeftLoop, NextTurn):
                    self._block(body, scope)
                self._doubt(body, scope)
            case ast.While(test=test, body=body):
                if not (self._is_exact and self._turned(test, body, scope)):
                    self._doubt(body, scope)
            case ast.Match():
                self._doubt([node], scope)

    def _turned(self, test: ast.expr, body: list[ast.stmt], scope: Scope) -> bool:
        """Go through a loop to its end; whether that is known."""
        for _ in range(MOST_TURNS):
            goes_on = self._condition(test, scope)
            if not is_plain(goes_on) or not goes_on:
                return is_plain(goes_on)
            try:
                self._block(body, scope)
            except NextTurn:
                continue
            except LeftLoop:
                return True
        return False

    def _by_machine(self, taken: list[ast.stmt], other: list[ast.stmt], scope: Scope) -> None:
        before = (dict(scope.names.own()), self.calls.policy)
        try:
            self._block(taken, scope)
        finally:
            self.machine.decided(taken, other, before, self.calls.policy, scope)

    def _condition(self, test: ast.expr, scope: Scope) -> Value:
        if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__":
            return True
        return as_condition(scope.value(test))

    def _loop(self, target: ast.expr, over: Value, body: list[ast.stmt], scope: Scope) -> None:
        files = turns_of(over, body, scope.names)
        if files is not None and reads_all(body) and not trains(body, scope.names):
            test_by_batches(over, body, scope.names, scope.place(target))
            scope.names.own().update(counts_along(files, body, scope))
            for one in files:
                self._over_files(target, one, body, scope)
            return
        try:
            turns = items(over)
        except (TypeError, ValueError):
            if self._is_exact:
                self._doubt(body, scope)
            filled = turned_once(target, body, scope, self._bindings.bind, self._block, self.notes)
            if filled is not None:
                test_by_batches(over, body, scope.names, scope.place(target))
                self._doubt(body, scope)
                scope.names.own().update(filled)
            return
        for value in turns:
            self._bindings.bind_turn(target, value, scope)
            try:
                self._block(body, scope)
            except NextTurn:
                continue
            except LeftLoop:
                break

    def _over_files(self, target: ast.expr, one: Value, body: list[ast.stmt], scope: Scope) -> None:
        """Go through a loop over what lies in a folder once, for any of it; what the loop sets is unknown behind it."""
        self._bindings.bind(target, one, scope)
        self.calls.file_loops.append(one)
        try:
            self._block(body, scope)
        except (NextTurn, LeftLoop):
            self._doubt(body, scope)
        finally:
            self.calls.file_loops.pop()
        scope.names.own().update({part.id: scope.unknown(part) for part in stored(body)})

    def _branches_by_name(self, asked: OfName | Unknown, branches: tuple[list[ast.stmt], ...], scope: Scope) -> None:
        """Go through all branches of a condition on the name of any file: what they set goes by the name."""
        self.left_out |= note_of_names(asked, branches, scope.cell)
        is_returned = False
        for branch in branches:
            try:
                with contextlib.suppress(NextTurn):
                    self._block(branch, scope)
            except Returned:
                is_returned = True
        scope.names.own().update({part.id: asked for branch in branches for part in stored(branch)})
        if is_returned:
            raise Returned(asked)

    def _doubt_branches(self, body: list[ast.stmt], other: list[ast.stmt], scope: Scope) -> None:
        """Go past what is done or not; where one of the branches trains, and adds no layers, it is done."""
        training = [branch for branch in (body, other) if trains(branch, scope.names)]
        leaves = any(isinstance(part, ast.Continue) for part in parts_of((*body, *other)))
        if self.calls.file_loops and leaves:
            raise NextTurn  # of which files, only running tells
        if len(training) == 1 and not changed([*body, *other], scope.names) - {*FITS, "compile"}:
            self._train(training[0], scope)
        elif not self._builds(body, other, scope):
            self._doubt([*body, *other], scope)

    def _builds(self, body: list[ast.stmt], other: list[ast.stmt], scope: Scope) -> bool:
        """Go through what builds a model which a script loads where it has kept it before; whether there is such."""
        way = None if self._is_exact else loaded_or_built(body, other, scope.names)
        if way is not None:
            self.doubts.note_loaded("the model", way[0], scope)
            self._block(way[1], scope)
        return way is not None

    def _train(self, nodes: list[ast.stmt], scope: Scope) -> None:
        what = f"what is done or not at {scope.place(nodes[0])}, which only running tells"
        self.to_know.append(f"{what}, trains the model: here it is done")
        self._block(nodes, scope)

    def _doubt(self, nodes: Sequence[ast.stmt], scope: Scope) -> None:
        self.doubts.go_past(nodes, scope, to_end=self._is_exact)

    def _value(self, node: ast.expr, scope: Scope) -> Value:
        return self._expressions.value(node, scope)
