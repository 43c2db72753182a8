"""The import statements of a script: what its names stand for in libraries."""

from __future__ import annotations

import ast

from cnn_tui.keras_io.code.values import Named, Names


def take_import(node: ast.Import | ast.ImportFrom, names: Names) -> None:
    """Bind the names that an import statement gives."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            root = alias.name.partition(".")[0]
            names[alias.asname or root] = Named(alias.name if alias.asname else root)
        return
    for alias in node.names:
        if alias.name == "*":
            if Named(f"{node.module}.*").is_keras:
                names["*"] = node.module
        else:
            names[alias.asname or alias.name] = Named(f"{node.module}.{alias.name}")
