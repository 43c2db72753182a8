"""The stack pane: the layers from input to output, and the fields of the one under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.events import Resize
from textual.message import Message

from cnn_tui.exercises.locks import LockedError
from cnn_tui.experiment.document import Document
from cnn_tui.network.fields import Field, Value, fields_of
from cnn_tui.network.layers import LAYERS, AnyLayer, new_layer
from cnn_tui.network.problems.fixes import Fix, Problem
from cnn_tui.network.stack import Stack
from cnn_tui.text import cells, sentence
from cnn_tui.ui import dialogs
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.dialogs.dialog import PickItem, PickScreen
from cnn_tui.ui.dialogs.glance import Glance
from cnn_tui.ui.forecast import Forecast
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.panes.pane import Pane
from cnn_tui.ui.panes.parameters import Totals
from cnn_tui.ui.panes.stack.layers import FieldForm, LayersTable
from cnn_tui.ui.panes.stack.pages import diff_page, layer_page
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.widgets.lines import inert

_BOX, _FRAME = 76, 4
"""Columns of a box, and what its frame takes of them."""
_BESIDE_A_FIX = 4
"""Columns that the row of a fix has beside its words."""


class StackPane(Pane):
    """Edits the document's layers. Every edit is made at once and told by `Edited`."""

    scope: ClassVar[str] = "stack"
    title: ClassVar[str] = "Stack"
    number: ClassVar[int] = 1
    BINDINGS = bindings_of("stack", "pane")

    class Edited(Message):
        """The document's stack was changed here."""

    def __init__(self, document: Document, forecast: Forecast, device: Callable[[], str]) -> None:
        """`device` says which one runs are trained on, "" for the freest."""
        super().__init__()
        self.document = document
        self._device = device
        self._field = ""
        """The field under the cursor by its name; none is the first."""
        self.rows = LayersTable(document, id="layers")
        self._totals = Totals(document, forecast, id="stack-totals")
        self._is_single = False

    def compose(self) -> ComposeResult:
        yield self.rows
        yield self._totals
        yield FieldForm(id="fields")

    def take_place(self, shown: Collection[str], columns: int, rows: int) -> None:
        """Where no summary stands beside it, it says what that does."""
        super().take_place(shown, columns, rows)
        self._is_single = len(shown) == 1
        if self.rows.beside_summary != ("summary" in shown):
            self.rows.beside_summary = "summary" in shown
            self.rows.redraw()
        joined = len(shown) > 1 and "summary" not in shown
        self._totals.display = joined
        self.border_title = f"{self.number} {self.title}{' and summary' if joined else ''}"

    def refresh_view(self) -> None:
        self._say_what_it_is()
        self.rows.set_count(len(self.stack))
        self._totals.redraw()
        self._show_fields()

    def show_forecast(self) -> None:
        """Show what is foretold now."""
        self._totals.redraw()

    def on_resize(self, _: Resize) -> None:
        self._say_what_it_is()

    def _say_what_it_is(self) -> None:
        width = self.content_size.width
        # Beside others, the line above the panes has the data; the totals have the total.
        self.say(self.rows.said(width, data=self._is_single, total=self._is_single))

    @property
    def stack(self) -> Stack:
        return self.document.view.stack

    def on_movement_keys_moved(self) -> None:
        """Another layer has other fields; + and - begin with the one that matters."""
        self._field = ""
        self._show_fields()

    # Drawing

    def _show_fields(self) -> None:
        layer = self._layer()
        fields = fields_of(type(layer)) if layer else ()
        index = self.rows.cursor + 1 if layer else 0
        problem = self._problem()
        tone = "warn" if problem in self.document.view.warnings else "bad"
        self.query_one(FieldForm).show(layer, index, fields, self._field_at(fields), problem, tone)

    # Moving

    def action_move_field(self, by: int) -> None:
        layer = self._layer()
        if layer:
            fields = fields_of(type(layer))
            if fields:
                self._field = fields[(self._field_at(fields) + by) % len(fields)].name
            self._show_fields()

    # Editing

    def action_step_field(self, direction: int) -> None:
        chosen = self._chosen()
        if chosen:
            layer, field = chosen
            self._set(layer, field, field.step(getattr(layer, field.name), direction))

    @work(group=DIALOG)
    async def action_edit_field(self) -> None:
        """Type a value for the field, or choose it from its list."""
        chosen = self._chosen()
        if not chosen:
            self.notify(
                "This layer has no fields."
                if self._layer()
                else f"The stack is empty: {key_of('stack.add_below')} adds a layer."
            )
            return
        layer, field = chosen
        now = getattr(layer, field.name)
        if field.kind in ("choice", "flag"):
            words = field.choices or ("yes", "no")
            items = [PickItem(word, word) for word in words]
            word = await self.app.push_screen_wait(PickScreen(field.name, items, at=field.format(now), hint=field.help))
            value: Value = field.parse(word) if word is not None else now
        else:
            hint = f"{field.help}\n{field.allowed()}"
            screen = dialogs.ask.AskScreen(f"{layer.type} {field.name}", field.format(now), field.parse, hint)
            answer = await self.app.push_screen_wait(screen)
            value = now if answer is None else cast(Value, answer[0])
        self._set(layer, field, value)

    @work(group=DIALOG)
    async def action_add_layer(self, below: int) -> None:
        """Add a layer below (1) or above (0) the cursor."""
        items = [PickItem(name, name, kind.about) for name, kind in LAYERS.items()]
        name = await self.app.push_screen_wait(PickScreen("Add a layer", items, preview=_about))
        if name is not None:
            at = min(self.rows.cursor + below, len(self.stack)) if len(self.stack) else 0
            self._field = ""
            self._edit(f"add {name}", self.stack.insert(at, new_layer(name)), at)

    def action_delete_layer(self) -> None:
        layer, at = self._layer(), self.rows.cursor
        if layer:
            self._edit(f"delete {layer.type}", self.stack.delete(at), min(at, len(self.stack) - 2))

    def action_duplicate_layer(self) -> None:
        layer, at = self._layer(), self.rows.cursor
        if layer:
            self._edit(f"duplicate {layer.type}", self.stack.duplicate(at), at + 1)

    def action_move_layer(self, by: int) -> None:
        """Move the layer down (1) or up (-1)."""
        layer, at = self._layer(), self.rows.cursor
        if layer and 0 <= at + by < len(self.stack):
            word = "down" if by > 0 else "up"
            self._edit(f"move {layer.type} {word}", self.stack.move(at, at + by), at + by)

    def action_toggle_layer(self) -> None:
        layer, at = self._layer(), self.rows.cursor
        if layer:
            word = "off" if layer.enabled else "on"
            self._edit(f"switch {layer.type} {word}", self.stack.toggle(at), at)

    def action_apply_fix(self) -> None:
        problem = self._problem()
        if problem is None:
            self.notify("There is no problem to fix.")
        elif not problem.fixes:
            self.notify(f"No ready fix: {problem.message}.", markup=False)
        else:
            self._apply(problem.fixes[0], problem.layer)

    @work(group=DIALOG)
    async def action_list_fixes(self) -> None:
        problem = self._problem()
        if problem is None or not problem.fixes:
            self.action_apply_fix()
            return
        items = [PickItem(str(at), fix.label) for at, fix in enumerate(problem.fixes)]
        glances = {item.key: Glance((item.label,), row_width=cells(item.label) + _BESIDE_A_FIX) for item in items}
        room = min(_BOX, self.app.size.width * 95 // 100) - _FRAME
        is_cut = any(glance.row_width > room for glance in glances.values())
        preview = glances.__getitem__ if is_cut else None  # the fix under the cursor, wrapped
        chosen = await self.app.push_screen_wait(PickScreen("Fixes", items, hint=problem.message, preview=preview))
        if chosen is not None:
            self._apply(problem.fixes[int(chosen)], problem.layer)

    # Around the stack

    @work(group=DIALOG)
    async def action_edit_settings(self) -> None:
        await self.app.push_screen_wait(dialogs.settings.SettingsScreen(self.document, self._changed, self._device))

    def action_explain_layer(self) -> None:
        layer = self._layer()
        if layer:
            row = self.document.view.summary.rows[self.rows.cursor]
            self.app.push_screen(dialogs.ask.PageScreen(f"What {layer.type} does", layer_page(layer, row)))

    def action_show_difference(self) -> None:
        page = diff_page(self.document.baseline, self.document.experiment)
        self.app.push_screen(dialogs.ask.PageScreen("Difference to the baseline", page))

    def action_set_baseline(self) -> None:
        self.document.set_baseline()
        self.notify(f"This is the baseline now; {key_of('stack.difference')} shows what differs from it.")

    def _changed(self) -> None:
        # The lab shows this pane together with the others: one repaint, not two.
        self.post_message(self.Edited())

    # Inside

    def _layer(self) -> AnyLayer | None:
        return self.stack.layers[self.rows.cursor] if len(self.stack) else None

    def _chosen(self) -> tuple[AnyLayer, Field] | None:
        layer = self._layer()
        fields = fields_of(type(layer)) if layer else ()
        return (layer, fields[self._field_at(fields)]) if layer and fields else None

    def _field_at(self, fields: Sequence[Field]) -> int:
        return next((at for at, field in enumerate(fields) if field.name == self._field), 0)

    def _problem(self) -> Problem | None:
        view = self.document.view
        return view.problem_at(self.rows.cursor + 1) or (view.problems[0] if view.problems else None)

    def _set(self, layer: AnyLayer, field: Field, value: Value) -> None:
        at = self.rows.cursor
        before = getattr(layer, field.name)
        if value == before:
            return
        label = f"{field.name} {field.format(before)} → {field.format(value)}"
        self._edit(label, self.stack.change(at, **{field.name: value}), at)

    def _apply(self, fix: Fix, layer: int) -> None:
        """Make the edit that a fix of the layer (from 1) is."""
        self._make(lambda: self.document.apply(fix), layer - 1)

    def _edit(self, label: str, stack: Stack, cursor: int) -> None:
        self._make(lambda: self.document.edit_stack(label, stack), cursor)

    def _make(self, edit: Callable[[], None], cursor: int) -> None:
        try:
            edit()
        except LockedError as error:
            self.notify(sentence(inert(str(error))), severity="warning", markup=False)
            return
        self.rows.cursor = max(0, cursor)
        self._changed()


def _about(kind: str) -> Glance:
    return Glance((f"{kind} {LAYERS[kind].about}.",))
