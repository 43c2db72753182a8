"""Arrays that a script brings into an order that chance decides, where they stand: `np.random.shuffle(x_train)`."""

from __future__ import annotations

import ast

from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.values import Names


def mix_in_place(node: ast.expr, names: Names) -> None:
    """After a statement that is a call: the arrays that it is given stand in another order where it shuffles them."""
    match node:
        case ast.Call(func=ast.Attribute(attr="shuffle") | ast.Name(id="shuffle"), args=arguments):
            for one in arguments:
                if isinstance(one, ast.Name) and one.id in names:
                    held = names[one.id]
                    names[one.id] = held.mixed() if isinstance(held, DatasetArrays) else held
