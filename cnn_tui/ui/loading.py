"""Modules that are loaded when they are first named: what the lab's first picture does not need."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType


def when_named(package: str) -> Callable[[str], ModuleType]:
    """The `__getattr__` of a package: `dialogs.ask` loads the module when a key first asks for one of its boxes."""

    def load(name: str) -> ModuleType:
        whole = f"{package}.{name}"
        try:
            return importlib.import_module(whole)
        except ModuleNotFoundError as error:
            if error.name != whole:
                raise
            raise AttributeError(f"module {package!r} has no attribute {name!r}") from None

    return load
