"""The fields of one layer on a few lines, with the help of the field that the keys act on, or the layer's problem."""

from __future__ import annotations

from rich.text import Text

from cnn_tui.network.fields import Field
from cnn_tui.network.layers import AnyLayer
from cnn_tui.network.problems import Problem
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.lines import Lines


class FieldForm(Lines):
    """Its height is fixed, so that nothing jumps while the cursor moves."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._layer: AnyLayer | None = None
        self._fields: tuple[Field, ...] = ()
        self._at = 0
        self._problem: Problem | None = None
        self._index = 0

    def show(
        self, layer: AnyLayer | None, index: int, fields: tuple[Field, ...], at: int, problem: Problem | None
    ) -> None:
        """Show the fields of the layer `index` (from 1), the one at `at` marked, and a problem of it or of another."""
        self._layer, self._fields, self._at, self._problem, self._index = layer, fields, at, problem, index
        self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        """Fields first; below them the problem, or the help of the chosen field."""
        fields, chosen = self._field_lines(width)
        most = max(1, height - 3)  # of the lines with fields, so that there is room for words
        first = max(0, min(chosen - most // 2, len(fields) - most))
        lines = [Text("─" * width, self.style("dim")), *fields[first : first + most]]
        below = self._problem_words() if self._problem else self._help_words()
        room = max(1, height - len(lines))
        wrapped = list(below.wrap(self.app.console, width))
        if len(wrapped) > room:
            wrapped = wrapped[:room]
            wrapped[-1].truncate(width - 2)
            wrapped[-1].append(" …")
        return [*lines, *wrapped]

    def _field_lines(self, width: int) -> tuple[list[Text], int]:
        """All lines, and which of them has the field that the keys act on."""
        if self._layer is None:
            return [
                Text(
                    f"Empty: {key_of('stack.add_below')} adds a layer, {key_of('file.open')} opens a preset.",
                    self.style("dim"),
                )
            ], 0
        if not self._fields:
            return [Text(f"{self._layer.type} has no arguments.", self.style("dim"))], 0
        lines, row = [Text(no_wrap=True)], 0
        for at, field in enumerate(self._fields):
            value = field.format(getattr(self._layer, field.name))
            chosen = at == self._at
            token = Text.assemble(
                (f" {field.name} ", self.style("cursor" if chosen else "dim")),
                (f"{value} ", self.style("cursor" if chosen else "strong")),
            )
            if lines[-1].cell_len + token.cell_len > width:
                lines.append(Text(no_wrap=True))
            lines[-1].append_text(token)
            row = len(lines) - 1 if chosen else row
        return lines, row

    def _problem_words(self) -> Text:
        assert self._problem
        where = f"Layer {self._problem.layer}: " if self._problem.layer not in (0, self._index) else ""
        words = Text.assemble(("! ", self.style("bad")), (f"{where}{self._problem.message}.", self.style("bad")))
        fix_key = f"{key_of('stack.fix')}:"
        for at, fix in enumerate(self._problem.fixes):
            words.append(f" {fix_key if at == 0 else f'{at + 1})'} {fix.label}.")
        if len(self._problem.fixes) > 1:
            words.append(f" {key_of('stack.fixes')} lists them.")
        return words

    def _help_words(self) -> Text:
        if self._layer is None:
            return Text()
        if not self._fields:
            return Text(f"It {self._layer.about}.", self.style("dim"))
        field = self._fields[self._at]
        return Text.assemble(field.help, (f" Allowed: {field.allowed()}.", self.style("dim")))
