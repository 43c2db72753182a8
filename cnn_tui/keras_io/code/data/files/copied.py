"""Pictures that a script copies into folders of its own before it trains on those: from where, and how many of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import msgspec

from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.data.files.places_read import begun_in, calls_above, set_in_loops
from cnn_tui.keras_io.code.data.passes import part_of_all
from cnn_tui.keras_io.code.effects import called_name
from cnn_tui.keras_io.code.values import Names

_COPIES = ("copy", "copy2", "copyfile", "move", "rename", "replace", "symlink")
_SPLITS = re.compile(r"split_?folders\.ratio")
_MOST_DEEP = 5


class Copied(msgspec.Struct, frozen=True):
    """Pictures in a folder that a script copies to another at a place: `share` of all, None where that is not told."""

    source: str
    to: str
    share: float | None
    place: str


def pictures_copied(cells: Sequence[CodeCell], names: Names, fit_at: str) -> tuple[Copied, ...]:
    """What a script copies above its fit, in its order, each once."""
    found: dict[tuple[str, str], Copied] = {}
    for call, cell in calls_above(cells, fit_at):
        place, first = cell.place(call.lineno), call.args[0] if call.args else None
        if _SPLITS.fullmatch(ast.unparse(call.func)) and first is not None:
            given = {one.arg: one.value for one in call.keywords}
            source, output = (begun_in(part, names, {})[0] for part in (first, given.get("output", first)))
            share = _first(given.get("ratio"))
            one = Copied(source, f"{output}/train", share, place)
        elif called_name(call) in _COPIES and first is not None and len(call.args) == 2:
            loops = _loops_around(call, cell.tree)
            turns = {name: value for loop in loops for name, value in set_in_loops(loop)}
            (source, is_one), (to, _) = (begun_in(part, names, turns) for part in call.args)
            if is_one:
                continue
            one = Copied(source, to, _share_of(loops[-1].iter if loops else None, names, _assigned(cell.tree)), place)
        else:
            continue
        if one.source and one.to:
            found.setdefault((one.source, one.to), one)
    return tuple(found.values())


def copied_to(folder: str, copied: Sequence[Copied]) -> Copied | None:
    """What is copied to a folder of classes, or to those of its classes, from the folder of theirs.

    None where nothing is, or from several. Of a folder of mixed classes it is not told how many.
    """
    into, found = PurePosixPath(folder.replace("\\", "/")), dict[str, Copied]()
    parts = [one for one in copied if into in (PurePosixPath(one.to), PurePosixPath(one.to).parent)]
    for one in parts:
        is_mixed = len([other for other in parts if other.source == one.source and other.to != one.to]) > 0
        is_of_class = PurePosixPath(one.to) != into and not is_mixed
        root = str(PurePosixPath(one.source).parent) if is_of_class else one.source
        found.setdefault(root, Copied(root, one.to, None if is_mixed else one.share, one.place))
    return next(iter(found.values())) if len(found) == 1 and "." not in found else None


def _first(ratio: ast.expr | None) -> float | None:
    match ratio:
        case (
            ast.Tuple(elts=[ast.Constant(value=float(share)), *_])
            | ast.List(elts=[ast.Constant(value=float(share)), *_])
        ) if 0 < share < 1:
            return share
    return 0.8 if ratio is None else None  # what it takes itself


def _loops_around(call: ast.Call, tree: ast.AST) -> list[ast.For]:
    """The loops that a call stands in, the innermost last."""
    return [one for one in ast.walk(tree) if isinstance(one, ast.For) and any(part is call for part in ast.walk(one))]


def _assigned(tree: ast.AST) -> dict[str, ast.expr]:
    """What names are set to; of the parts of one thing, a subscript of it by their number."""
    found: dict[str, ast.expr] = {}
    for part in ast.walk(tree):
        match part:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = value
            case ast.Assign(targets=[ast.Tuple(elts=parts)], value=value):
                values = value.elts if isinstance(value, ast.Tuple) else _parts_of(value, len(parts))
                found |= {one.id: made for one, made in zip(parts, values, strict=False) if isinstance(one, ast.Name)}
    return found


def _parts_of(value: ast.expr, count: int) -> list[ast.expr]:
    return [ast.Subscript(value, ast.Constant(at)) for at in range(count)]


def _share_of(over: ast.expr | None, names: Names, assigned: Mapping[str, ast.expr], deep: int = 0) -> float | None:
    """Which share of all files a loop goes over; None where that is not told."""
    match over:
        case ast.Name(id=name) if name in assigned and deep < _MOST_DEEP:
            return _share_of(assigned[name], names, assigned, deep + 1)
        case ast.Subscript(slice=ast.Slice(lower=None | ast.Constant(value=0), upper=ast.expr() as end, step=None)):
            return _part(end, names, assigned)
        case ast.Subscript(slice=ast.Slice(lower=ast.expr() as first, upper=None, step=None)):
            left = _part(first, names, assigned)
            return None if left is None else round(1 - left, 6)
        case ast.Call(func=ast.Name(id="range"), args=[end] | [ast.Constant(value=0), end]):
            return _part(end, names, assigned)
        case ast.Call(args=[_, count]) if called_name(over) == "sample":
            return _part(count, names, assigned)
        case ast.Subscript(value=ast.Call(keywords=given) as call, slice=ast.Constant(value=0 | 1 as at)) if (
            called_name(call) == "train_test_split"
        ):
            shares = {one.arg: one.value.value for one in given if isinstance(one.value, ast.Constant)}
            test = shares.get("test_size", 0.25)
            return (round(1 - test, 6) if at == 0 else test) if isinstance(test, float) and 0 < test < 1 else None
    return None


def _part(count: ast.expr, names: Names, assigned: Mapping[str, ast.expr]) -> float | None:
    """Which share of all a number of files is, as `int(len(files) * SHARE)`."""
    return part_of_all(ast.unparse(_WithNumbers(names, assigned).visit(_copy(count))))


class _WithNumbers(ast.NodeTransformer):
    """Puts numbers, and the arithmetic that gives them, in the place of the names that stand for them."""

    def __init__(self, names: Names, assigned: Mapping[str, ast.expr], deep: int = 0) -> None:
        self._names, self._assigned, self._deep = names, assigned, deep

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return node if called_name(node) == "len" else self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        number = self._names.get(node.id)
        if type(number) in (int, float):
            return ast.Constant(number)
        made = self._assigned.get(node.id)
        if made is None or self._deep >= _MOST_DEEP:
            return node
        inner: ast.AST = _WithNumbers(self._names, self._assigned, self._deep + 1).visit(_copy(made))
        return inner


def _copy(node: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(node), mode="eval").body
