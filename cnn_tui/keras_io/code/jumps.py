"""How Python leaves a block before its end, while a script is read: a return, a break, a continue."""

from __future__ import annotations

from cnn_tui.keras_io.code.values import Value


class Returned(Exception):  # noqa: N818  no error: it carries what a function gives
    def __init__(self, value: Value) -> None:
        self.value = value


class LeftLoop(Exception):  # noqa: N818
    pass


class NextTurn(Exception):  # noqa: N818
    pass
