"""How much a script takes of a table's rows, or of images that are not known: draws, cuts, and what those leave.

Of rows that it takes by their places, as `table.iloc[:5000]` and `nrows=5000` do, it is only known that it takes some.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Sequence

import msgspec

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.code_table import CodeTable
from cnn_tui.keras_io.code.data.passes import part_of_all
from cnn_tui.keras_io.code.values import Named, Unknown, Value

_DRAWS = re.compile(r"(np|numpy)\.random\.(rand|random|random_sample|uniform)\(.*\)")
"""Numbers between 0 and 1, one for each row."""
_ORDERS = re.compile(r"\b(permutation|arange|range)\(")
"""What is in words for the places of all rows, in some order."""
_LEAST = 1e-6
_BY_PLACE = ("iloc", "loc")
_ASKS = ("isin", "between", "eq", "ne", "gt", "lt", "ge", "le", "startswith", "endswith", "contains")
"""Methods of a column that ask something of each row."""
_TABLE = re.compile(
    r"(.*\.)?(read_csv|read_parquet|dropna|drop_duplicates|reset_index|sample|shuffle|sort_values)\(([^()]|\([^()]*\))*\)"
)
"""The words for a whole table, and for no row of it."""
_IS_READ = re.compile(r"(\w+\.)?read_(csv|parquet)\(.*…")
"""The words for one, where they are too long and cut off."""
_CHOOSE = ("boolean_mask", "compress", "delete", "extract", "take")
"""Functions that give some rows, which they are told."""
LEAVE_OUT = ("drop", "drop_duplicates", "dropna")
"""Methods of a table that leave out rows of it."""


class RowMask(msgspec.Struct, frozen=True):
    """A choice of rows, which takes this share of all; `is_rest` is what another choice leaves."""

    share: float
    is_rest: bool = False
    is_cut: bool = False
    """Whether they are beside one another in the order of all."""

    def inverted(self) -> RowMask:
        """The other rows."""
        return RowMask(1 - self.share, not self.is_rest)


def mask_called(call: Call) -> RowMask | None:
    """`rows.index.isin(some.index)`, `rows.index.difference(some.index)`; None for any other call."""
    if call.name not in ("isin", "difference") or not call.unnamed or (share := _part(call.callee, call.first)) is None:
        return None
    return RowMask(share) if call.name == "isin" else RowMask(share).inverted()


def mask_drawn(op: ast.cmpop, left: Value, right: Value) -> RowMask | None:
    """`np.random.rand(len(rows)) < 0.8`; None for any other comparison."""
    if not isinstance(left, Unknown) or not isinstance(right, float) or not 0 < right < 1:
        return None
    if not _DRAWS.fullmatch(left.what):
        return None
    return RowMask(right) if isinstance(op, ast.Lt | ast.LtE) else RowMask(right).inverted()


def taken(index: Value) -> RowMask | None:
    """The rows that an index takes: a mask, or a slice with shares of how many there are; None for others."""
    if isinstance(index, RowMask):
        return index
    if isinstance(index, Unknown) and (order := index.table) is not None and _ORDERS.search(order.split_of):
        return RowMask(order.share, order.is_rest) if not order.paths and order.share < 1 else None
    if not isinstance(index, slice) or index.step is not None:
        return None
    first, end = _end(index.start, 0.0), _end(index.stop, 1.0)
    if first is None or end is None or not _LEAST < end - first < 1 - _LEAST:
        return None
    return RowMask(end - first, is_rest=first > 0, is_cut=True)


def behind(call: Call) -> CodeTable | None:
    """The table that a method gives which leaves some rows of one, and it is known how many; None for any other."""
    table = call.callee.table if isinstance(call.callee, Unknown) else None
    if table is None:
        return None
    part: float | None = None
    is_rest = table.is_rest
    if call.name == "sample":
        share = call.get(1, "frac")
        part = share if isinstance(share, float) and 0 < share < 1 else _count(call.get(0, "n"))
    elif call.name in ("head", "tail"):
        part, is_rest = _count(call.get(0, "n")), is_rest or call.name == "tail"
    elif call.name == "drop":
        left = _part(call.callee, call.get(0, "index", "labels"))
        part, is_rest = (None if left is None else 1 - left), True
    elif call.name == "drop_duplicates" and call.get(0, "keep") is False and table.put_together:
        shares = table.put_together
        part, is_rest = abs(shares[0] - shares[1]) / table.share, True
        table = msgspec.structs.replace(table, joined_at="", put_together=())
    return None if part is None else msgspec.structs.replace(table, share=table.share * part, is_rest=is_rest)


def pieces(call: Call) -> list[Value] | None:
    """What NumPy's `split` makes of rows at shares of how many there are; None where it is not known."""
    rows, at = call.first, call.get(1)
    if not isinstance(call.callee, Named) or call.name not in ("split", "array_split") or len(call.unnamed) != 2:
        return None
    if not isinstance(rows, Unknown) or not isinstance(at, list | tuple):
        return None
    ends = [0.0, *(_end(one, None) for one in at), 1.0]
    known = [end for end in ends if end is not None]
    if len(known) < len(ends) or sorted(set(known)) != known:
        return None
    return [rows.of_share(end - first, is_rest=first > 0) for first, end in itertools.pairwise(known)]


def together(tables: Sequence[CodeTable]) -> CodeTable | None:
    """Parts of one table, apart from one another, as one; None for others, and where they may be the same rows."""
    first = tables[0]
    share = sum(table.share for table in tables)
    is_one = len({table.origin for table in tables}) == 1 and all(table.share < 1 for table in tables)
    return msgspec.structs.replace(first, share=share) if is_one and share <= 1 + _LEAST else None


def _part(rows: Value, some: Value) -> float | None:
    """Which share of rows some of them are, by their index, of the same table; None for anything else."""
    if not isinstance(rows, Unknown) or not isinstance(some, Unknown) or rows.table is None or some.table is None:
        return None
    is_part = rows.table.origin == some.table.origin and some.table.share < rows.table.share - _LEAST
    return some.table.share / rows.table.share if is_part else None


def _end(end: Value, usual: float | None) -> float | None:
    """Where a slice begins or ends, as a share of all; None where that is not told."""
    if end is None:
        return usual
    if not isinstance(end, Unknown):
        return None
    is_from_end = end.what.startswith("-")
    part = part_of_all(end.what.removeprefix("-"))
    return None if part is None else 1 - part if is_from_end else part


def _count(many: Value) -> float | None:
    return part_of_all(many.what) if isinstance(many, Unknown) else None


def with_question(node: ast.expr, found: Unknown, table: CodeTable) -> Unknown:
    """The value of an expression, which is of a table, with what it asks of each of its rows, if it does."""
    is_listed = isinstance(node, ast.ListComp | ast.GeneratorExp) and _chooses(node)
    if "columns" in ast.unparse(node) or not (is_listed or _is_condition(node)):
        return found
    if is_listed:
        table = msgspec.structs.replace(table, numbers=table.numbers.some_of(found.place, is_chosen=True))
    return msgspec.structs.replace(found, table=msgspec.structs.replace(table, is_asked=True))


def _chooses(node: ast.ListComp | ast.GeneratorExp) -> bool:
    """Whether a comprehension chooses among rows, or goes over groups of them; the names of columns are texts."""
    part = node.generators[0]
    if not part.ifs:
        return "groupby(" in ast.unparse(part.iter)
    of_text = any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in ast.walk(part.ifs[0]))
    return not of_text or ast.unparse(node.elt) != ast.unparse(part.target)


def with_rows_taken(owner: ast.expr, rows: Unknown, index: ast.expr, asked: Value, place: str) -> Unknown:
    """What `owner[index]` leaves of rows, of which the first part of the index comes to `asked`."""
    first = index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index
    table = asked.table if isinstance(asked, Unknown) else None
    if "columns" in ast.unparse(first):
        return rows
    if table is not None and not table.is_asked and table.numbers.some_at:  # the places of some
        return rows.with_some_rows(table.numbers.some_at, is_chosen=table.numbers.is_chosen)
    if (table is not None and table.is_asked) or (_is_condition(first) and (rows.table is not None or _is_array(rows))):
        return rows.with_some_rows(place, is_chosen=True)
    return rows.with_some_rows(place) if takes_rows(owner, rows, first) else rows


def _is_array(rows: Unknown) -> bool:
    return rows.sizes is not None or (rows.numbers is not None and bool(rows.numbers.file))


def takes_rows(owner: ast.expr, rows: Unknown, first: ast.expr) -> bool:
    """Whether `owner[first]` takes some of a table's rows by their places; a part of a single row it does not."""
    is_from_first = isinstance(first, ast.Slice) and (first.lower is None or ast.unparse(first.lower) == "0")
    if not isinstance(first, ast.Slice) or (is_from_first and first.upper is None):
        return False
    if rows.table is None:
        return _is_array(rows)
    # Of anything else it is not known whether it is one row, whose pixels are taken.
    is_table = (isinstance(owner, ast.Attribute) and owner.attr in _BY_PLACE) or _TABLE.fullmatch(rows.what)
    is_table = is_table or _IS_READ.fullmatch(rows.what) or _ORDERS.search(rows.what)
    return bool(is_table) or rows.sizes is not None


def _is_condition(index: ast.expr) -> bool:
    """Whether an index asks something of each row: `rows.age > 3`, `rows["kind"].isin(wanted) & ~rows.is_old`."""
    match index:
        case ast.Compare() | ast.UnaryOp(op=ast.Invert()) | ast.Lambda():
            return True
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _ASKS
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr(), right=right):
            return _is_condition(left) or _is_condition(right)
    return False


def with_rows_left(table: CodeTable, call: Call) -> CodeTable:
    """A table behind a call which may give some of its rows: how many, nobody knows."""
    numbers = table.numbers
    if call.name in LEAVE_OUT and _leaves_out(call):
        numbers = msgspec.structs.replace(numbers, left_by=f"{call.name}, {call.place}")
    elif takes_some(call):
        numbers = numbers.some_of(call.place)
    elif call.name == "query" or call.name in _CHOOSE:
        of = [one.table for one in call.values if isinstance(one, Unknown) and one.table is not None]
        if call.name == "query" or any(one.is_asked for one in of):
            numbers = numbers.some_of(call.place, is_chosen=True)
    return msgspec.structs.replace(table, numbers=numbers)


def _leaves_out(call: Call) -> bool:
    """Whether such a method leaves out rows, and not columns."""
    if call.name != "drop":
        return call.get(0 if call.name == "dropna" else 9, "axis") in (None, 0, "index", "rows")
    left = call.get(0, "index", "labels")
    is_names = isinstance(left, str) or (isinstance(left, list | tuple) and any(isinstance(one, str) for one in left))
    return left is not None and not is_names and call.get(1, "axis") in (None, 0, "index", "rows")


def takes_some(call: Call) -> bool:
    """Whether a function or a method gives some of a table's rows."""
    given = call.given
    match call.name:
        case "read_csv" | "loadtxt" | "genfromtxt":
            return given.get("nrows", given.get("max_rows")) is not None
        case "get_group" | "head" | "tail" | "nlargest" | "nsmallest":
            return True
        case "resample":  # scikit-learn's
            return "n_samples" in given or given.get("replace") is not False
        case "choice" | "sample":
            share, many = given.get("frac"), call.get(len(call.unnamed) - 1, "n", "size", "k")
            is_all = isinstance(many, Unknown) and many.what.startswith("len(")
            return not is_all and (many is not None or (isinstance(share, float) and share < 1))
    return False
