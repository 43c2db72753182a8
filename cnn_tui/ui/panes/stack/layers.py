"""What the stack pane shows: the layers, with what comes out of each where there is room, and the fields of one."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from cnn_tui.experiment.document import Document, View
from cnn_tui.network.diff import arguments
from cnn_tui.network.fields import Field
from cnn_tui.network.layers import AnyLayer
from cnn_tui.network.problems.fixes import Problem
from cnn_tui.network.shapes import show
from cnn_tui.text import cells
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.panes.parameters import SHARE, share
from cnn_tui.ui.widgets.layout import fit, part
from cnn_tui.ui.widgets.lines import Lines
from cnn_tui.ui.widgets.table import Cell, Table, TableColumn

WIDE = 56
"""From so many cells on, which is what a lab of 60 columns has, a row says what comes out of its layer."""
_OUTCOME = ("Output shape", "Param #")
_NAME, _ARGUMENTS = 16, 14
_SHORTEST_NAME = 12
_ALL = 5


class LayersTable(Table):
    """The layers with their arguments and, unless a summary beside them says it, what comes out of each."""

    def __init__(self, document: Document, *, id: str | None = None) -> None:
        super().__init__((), self._rows, id=id)
        self.document = document
        self.beside_summary = False
        self._total = 0
        """Of all parameters."""
        self._fitted: tuple[int, bool, View] | None = None
        """What the columns were fitted to. The view itself: another one may come to have its `id`."""

    def draw(self, width: int, height: int) -> list[Text]:
        """The columns that this width has room for, and the rows."""
        view = self.document.view
        if self._fitted is None or self._fitted[:2] != (width, self.beside_summary) or self._fitted[2] is not view:
            self._fitted = (width, self.beside_summary, view)
            self.columns = self._fit(width)
        return super().draw(width, height)

    def says_outcomes(self, width: int) -> bool:
        """Whether a row of that width says what comes out of its layer."""
        return width >= WIDE and not self.beside_summary

    def said(self, width: int, *, data: bool, total: bool) -> str:
        """What the pane's frame says: the shapes; where rows say theirs, the `data` and the `total` as well."""
        view = self.document.view
        output = view.summary.output_shape
        parts = [part(0, f"{show(view.stack.input_shape)} → {show(output) if output else '?'}")]
        if self.says_outcomes(width) and data:
            parts.insert(0, part(2, f"{view.dataset.name}, {view.dataset.classes} classes", short=view.dataset.name))
        if self.says_outcomes(width) and total:
            floor = "at least " if view.summary.stuck_at is not None else ""
            parts.append(part(1, f"{floor}{view.summary.total_params:,} params"))
        return fit(parts, width - 2).plain

    def _fit(self, width: int) -> tuple[TableColumn, ...]:
        number = TableColumn("#", 2, right=True)
        if not self.says_outcomes(width):
            return (number, TableColumn("Layer", _NAME), TableColumn("Arguments", _ARGUMENTS, stretch=True))
        outcomes = [self._outcome(at) for at in range(len(self.document.view.stack))]
        shape, params = (
            max(cells(title), *(cells(one[at]) for one in outcomes), 0) for at, title in enumerate(_OUTCOME)
        )
        layers = self.document.view.stack.layers
        names = max((cells(layer.type) + 2 for layer in layers), default=_NAME)  # two for the sign of a problem
        words = max((cells(arguments(layer)) + 5 * (not layer.enabled) for layer in layers), default=_ARGUMENTS)
        room = width - number.width - shape - params - 4 * self.GAP
        last = []
        if room - SHARE - self.GAP >= names + words:
            room -= SHARE + self.GAP
            last.append(TableColumn("Share", SHARE))
        name = max(_SHORTEST_NAME, min(names, room - words))
        return (
            number,
            TableColumn("Layer", name),
            TableColumn("Arguments", max(1, room - name), stretch=True),
            TableColumn(_OUTCOME[0], shape, right=True),
            TableColumn(_OUTCOME[1], params, right=True),
            *last,
        )

    def _show_place(self, heading: Text, width: int, room: int) -> None:
        if len(self.columns) < _ALL:
            super()._show_place(heading, width, room)
            return
        # On the right stand figures, which need their headings more than the arguments need theirs.
        number, name, words, *_ = (column.width for column in self.columns)
        begin = number + name + 2 * self.GAP
        place = Text(f"{self._top + 1}-{min(self._top + room, self.count)} of {self.count}", self.style("dim"))
        kept = len("Arguments") + 1 if len("Arguments") + 1 + len(place) <= words else 0
        place.pad_right(words - kept - len(place))
        after = heading[begin + words :]
        heading.right_crop(len(heading) - begin - kept)
        heading.append_text(place).append_text(after)

    def _rows(self, offset: int, limit: int) -> Sequence[Sequence[Cell]]:
        self._total = self.document.view.summary.total_params
        return [self._row(at) for at in range(offset, min(offset + limit, len(self.document.view.stack)))]

    def _row(self, at: int) -> Sequence[Cell]:
        view = self.document.view
        layer, dim = view.stack.layers[at], self.style("dim")
        tone = "" if layer.enabled else dim
        name = Text(layer.type, tone)
        problem = view.problem_at(at + 1)
        if problem is not None:
            name = Text("! ", self.style("warn" if problem in view.warnings else "bad")) + name
        words = Text(arguments(layer) if layer.enabled else f"off  {arguments(layer)}", tone)
        stuck = self.style("bad") if view.summary.stuck_at == view.summary.rows[at].index else tone
        shape, params = self._outcome(at)
        part = share(view.summary.rows[at].params, self._total)
        bar = self.style("bar")
        return Text(str(at + 1), dim), name, words, Text(shape, stuck or dim), Text(params, tone), Text(part, bar)

    def _outcome(self, at: int) -> tuple[str, str]:
        row = self.document.view.summary.rows[at]
        if row.index == self.document.view.summary.stuck_at:
            return "does not fit", "?"
        if not row.enabled:
            return "-", "0"
        return (show(row.output_shape), f"{row.params:,}") if row.output_shape is not None else ("?", "?")


_LEAST_FIELDS = 2
"""So many lines of fields are shown, however long what is said below them."""


class FieldForm(Lines):
    """The fields of the chosen layer, and a problem or help. Its height is fixed, so that nothing jumps."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._layer: AnyLayer | None = None
        self._fields: tuple[Field, ...] = ()
        self._at = 0
        self._problem: Problem | None = None
        self._tone = "bad"
        self._index = 0

    def show(
        self,
        layer: AnyLayer | None,
        index: int,
        fields: tuple[Field, ...],
        at: int,
        problem: Problem | None,
        tone: str = "bad",
    ) -> None:
        """Show the fields of the layer `index` (from 1), the one at `at` marked, and a problem of it or of another.

        `tone` is the style of the problem: "warn" for one that does not keep the network from being trained.
        """
        self._layer, self._fields, self._at, self._problem, self._index = layer, fields, at, problem, index
        self._tone = tone
        self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        """Fields; below them the problem, or the help of the chosen field, whole where two lines of fields stay."""
        fields, chosen = self._field_lines(width - 2)  # what is left has the signs that others lie above and below
        wrapped = self._words(width, height - 1 - min(_LEAST_FIELDS, len(fields)))
        most = max(1, min(height - 3, max(_LEAST_FIELDS, height - 1 - len(wrapped))))  # of the lines with fields
        first = max(0, min(chosen - most // 2, len(fields) - most))
        shown = fields[first : first + most]
        if first + most < len(fields):
            shown[-1] = self._with_sign(shown[-1], "↓", width)
        if first:
            shown[0] = self._with_sign(shown[0], "↑", width)
        lines = [Text("─" * width, self.style("dim")), *shown]
        room = max(1, height - len(lines))
        if len(wrapped) > room:
            wrapped = wrapped[:room]
            wrapped[-1].truncate(width - 2)
            wrapped[-1].append(" …")
        return [*lines, *wrapped]

    def _with_sign(self, line: Text, sign: str, width: int) -> Text:
        """A line of fields that others lie above or below."""
        line.pad_right(width - 1 - line.cell_len)
        return line.append(sign, self.style("dim"))

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

    def _words(self, width: int, room: int) -> list[Text]:
        """What stands below the fields; of a problem's fixes as many as so many lines have room for, but the first."""
        if self._problem is None:
            return list(self._help_words().wrap(self.app.console, width))
        counts = range(len(self._problem.fixes), 1, -1)
        all_of_them = (list(self._problem_words(count).wrap(self.app.console, width)) for count in (*counts, 1))
        lines = next(all_of_them)
        while len(lines) > room and (fewer := next(all_of_them, None)) is not None:
            lines = fewer
        return lines

    def _problem_words(self, most: int) -> Text:
        """The problem and its first fixes, so many of them."""
        assert self._problem
        where = f"Layer {self._problem.layer}: " if self._problem.layer not in (0, self._index) else ""
        words = Text.assemble(
            ("! ", self.style(self._tone)), (f"{where}{self._problem.message}.", self.style(self._tone))
        )
        fix_key = f"{key_of('stack.fix')}:"
        fixes = self._problem.fixes
        for at, fix in enumerate(fixes[:most]):
            words.append(f" {fix_key if at == 0 else f'{at + 1})'} {fix.label}.")
        if len(fixes) > 1:
            words.append(f" {key_of('stack.fixes')} lists {'them' if most >= len(fixes) else f'all {len(fixes)}'}.")
        return words

    def _help_words(self) -> Text:
        if self._layer is None:
            return Text()
        if not self._fields:
            return Text(f"It {self._layer.about}.", self.style("dim"))
        field = self._fields[self._at]
        return Text.assemble(field.help, (f" Allowed: {field.allowed()}.", self.style("dim")))
