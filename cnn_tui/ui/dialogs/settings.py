"""The training settings and stop rules: a form whose every change is an edit that undo takes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from cnn_tui.experiment.document import Document
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.form.rules_typed import parse_rule, rule_text, set_rule
from cnn_tui.experiment.form.setting import Setting
from cnn_tui.experiment.form.settings import change, settings_of, step
from cnn_tui.jobs.rate_test import RateTestRequest
from cnn_tui.text import cells
from cnn_tui.ui import dialogs
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.dialogs.ask import AskScreen
from cnn_tui.ui.dialogs.dialog import Dialog, PickItem, PickScreen
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.untrainable import why_untrainable
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.table import Cell, Table, TableColumn

_LABELS = 16
"""Cells for the names of settings, at least."""
_BESIDE = 6
"""Rows of the box that are not the table's: its frame, and three lines of help with a blank one above."""


class SettingsScreen(Dialog[None]):
    """Edits the document's training settings; `changed` is called after each edit.

    `device` says on which one a learning rate is looked for, "" for the freest.
    """

    scope: ClassVar[str] = "settings"
    BINDINGS = bindings_of("settings", "pane")

    def __init__(self, document: Document, changed: Callable[[], None], device: Callable[[], str] = str) -> None:
        super().__init__()
        self.document = document
        self._changed, self._device = changed, device

    def compose(self) -> ComposeResult:
        with self.frame("Training settings and stop rules"):
            yield Table((), self._rows)
            yield Static(id="hint")

    def on_mount(self) -> None:
        self.query_one(Table).active = True
        self._show()

    def on_movement_keys_moved(self) -> None:
        self._show()

    def action_step(self, direction: int) -> None:
        setting = self._setting()
        if setting is not None:
            self._try(setting.name, lambda experiment: step(experiment, setting.name, direction))

    @work(group=DIALOG)
    async def action_edit(self) -> None:
        setting = self._setting()
        if setting is None:
            self._ask_rule(self._rule_at())
        elif setting.choices and not setting.free:
            items = [PickItem(choice, choice) for choice in setting.choices]
            word = await self.app.push_screen_wait(PickScreen(setting.name, items, at=setting.value, hint=setting.help))
            if word is not None:
                self._try(setting.name, lambda experiment: change(experiment, setting.name, word))
        else:
            hint = f"{setting.help} Allowed: {setting.allowed}."
            if setting.choices:
                hint += f" Choices: {', '.join(setting.choices)}."
            self._ask(setting.name, setting.value, lambda text: change(self._now, setting.name, text), hint)

    def action_add_rule(self) -> None:
        self._ask_rule(len(self._now.stop))

    def action_delete_rule(self) -> None:
        at = self._rule_at()
        if 0 <= at < len(self._now.stop):
            self._try("stop rule", lambda experiment: set_rule(experiment, at, None))

    @work(group=DIALOG)
    async def action_find_rate(self) -> None:
        """Look for a learning rate, and take the one that is found."""
        if why := self._why_no_rate():
            self.notify(f"No rate is looked for. {why}", severity="error", markup=False)
            return
        request = RateTestRequest(self.document.named, self._device(), self._now.training.seed or 1)
        rate = await self.app.push_screen_wait(dialogs.rate_finder.RateFinder(request))
        if rate is not None:
            self._try("learning_rate", lambda experiment: change(experiment, "learning_rate", f"{rate:g}"))

    def action_undo(self) -> None:
        self.notify(f"undo: {inert(self.document.undo() or 'nothing')}", markup=False, timeout=2)
        self._show()

    def action_redo(self) -> None:
        self.notify(f"redo: {inert(self.document.redo() or 'nothing')}", markup=False, timeout=2)
        self._show()

    # Inside

    @property
    def _now(self) -> Experiment:
        return self.document.experiment

    def _why_no_rate(self) -> str:
        if not self._now.training.has_effect("learning_rate"):
            return "The schedule says every rate, and a learning_rate would change nothing."
        return why_untrainable(self.document)

    def _ask_rule(self, at: int) -> None:
        rules = self._now.stop
        text = rule_text(rules[at]) if 0 <= at < len(rules) else "loss below 0.3"
        hint = (
            "Training stops at the end of an epoch: loss below 0.3, accuracy above 0.9, val_loss patience 3 (no better "
            "for 3 epochs; with best behind it, back to the best of them), loss nan (no number any more). "
            f"Metrics: {', '.join(self._now.emitted_metrics())}."
        )
        self._ask("stop rule", text, lambda typed: set_rule(self._now, at, parse_rule(self._now, typed)), hint)

    @work(group=DIALOG)
    async def _ask(self, name: str, text: str, accept: Callable[[str], Experiment], hint: str) -> None:
        def checked(typed: str) -> Experiment:
            made = accept(typed)
            Document(made)  # a dataset that cannot be described is refused where it is typed
            return made

        answer = await self.app.push_screen_wait(AskScreen(name, text, checked, hint))
        if answer is not None:
            made = answer[0]
            assert isinstance(made, Experiment)
            self._try(name, lambda _: made)

    def _try(self, name: str, make: Callable[[Experiment], Experiment]) -> None:
        try:
            after = make(self._now)
            self.document.edit(_label(name, self._now, after), after)
        except ValueError as error:
            self.notify(inert(str(error)), severity="error", markup=False)
        self._show()

    def _show(self) -> None:
        table = self.query_one(Table)
        settings = settings_of(self._now)
        labels = max(_LABELS, *(cells(one.label) for one in settings))
        table.columns = (TableColumn("", labels), TableColumn("", 20, stretch=True))
        count = len(settings) + max(1, len(self._now.stop))
        table.styles.height = min(count, max(4, self.app.size.height * 95 // 100 - _BESIDE))
        table.set_count(count)
        setting = self._setting()
        if setting is None:
            words = (
                "Training is cancelled at the end of the first epoch in which a rule holds. "
                f"{key_of('settings.add_rule')} adds one, {key_of('settings.delete_rule')} deletes it."
            )
        else:
            words = f"{setting.help} Allowed: {setting.allowed}."
        self.query_one("#hint", Static).update(Text(words))
        self._changed()

    def _setting(self) -> Setting | None:
        settings = settings_of(self._now)
        at = self.query_one(Table).cursor
        return settings[at] if at < len(settings) else None

    def _rule_at(self) -> int:
        return self.query_one(Table).cursor - len(settings_of(self._now))

    def _rows(self, offset: int, limit: int) -> Sequence[Sequence[Cell]]:
        dim = self.query_one(Table).style("dim")
        rows: list[Sequence[Cell]] = [(Text(one.label, dim), one.value) for one in settings_of(self._now)]
        rows += [(Text(f"stop rule {at}", dim), str(rule)) for at, rule in enumerate(self._now.stop, 1)]
        if not self._now.stop:
            rows.append((Text("stop rule", dim), Text(f"none: {key_of('settings.add_rule')} adds one", dim)))
        return rows[offset : offset + limit]


def _label(name: str, before: Experiment, after: Experiment) -> str:
    values = [next((one.value for one in settings_of(each) if one.name == name), "") for each in (before, after)]
    return f"{name} {values[0]} → {values[1]}" if any(values) else name
