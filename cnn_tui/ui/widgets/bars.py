"""The line above the panes and the line of keys below them."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from cnn_tui.experiment.document import Document
from cnn_tui.history.run import PLACES
from cnn_tui.text import counted
from cnn_tui.ui.history_writer import HistoryWriter
from cnn_tui.ui.keys import keys_of, name_of
from cnn_tui.ui.watcher import Live
from cnn_tui.ui.widgets.lines import Lines, keyed

PANES = (
    ("stack", "1 Stack"),
    ("summary", "2 Summary"),
    ("training", "3 Training"),
    ("history", "4 History"),
    ("explain", "5 Explain"),
    ("log", "6 Log"),
)
"""The panes in the order of Tab, by their scopes, with what the header calls them."""
_ALWAYS = ("exercises.open", "pane.explain", "run.start", "lab.help", "lab.quit")
"""The keys that the key bar names at every size, last and in this order: who knows them finds all others."""

_WAYS = (
    (True, "edited", False),
    (True, "edited", True),
    (True, "*", True),
    (False, "edited", False),
    (False, "*", True),
)
"""From many words to few: whether all tabs have names, how it is said that the network is edited, a run in brief."""
_IN_BRIEF = {
    **dict.fromkeys(("starting", "loading data", "building"), "begins"),
    **dict.fromkeys(("saving", "evaluating"), "ends"),
}
"""The phases of a run in brief, where the epochs have not begun or have ended: so short that the tabs keep names."""


class LabHeader(Lines):
    """What is open and what goes on. Where only one pane fits, it lists the panes as well."""

    def __init__(self, document: Document, live: Live, writer: HistoryWriter) -> None:
        super().__init__(id="header")
        self.document = document
        self.live = live
        self._writer = writer
        self.tabs = False
        self.shown = "stack"

    def draw(self, width: int, height: int) -> list[Text]:
        """Beside tabs, what has no room is said in fewer words: the run, then that it is edited, and last the panes."""
        before = self._unwritten() + self._place()
        for names, edited, brief in _WAYS if self.tabs else _WAYS[:1]:
            right = before + self._run(brief=brief)
            left = self._tabs(names=names, edited=edited) if self.tabs else self._document()
            room = max(0, width - right.cell_len - 1)
            if left.cell_len <= room:
                break
        left.truncate(room, overflow="ellipsis")
        return [left + Text(" " * max(1, width - left.cell_len - right.cell_len)) + right]

    def _document(self) -> Text:
        view = self.document.view
        words = Text(" ")
        words.append(self.document.experiment.name, self.style("strong"))
        if self.document.dirty:
            words.append(" (edited)", self.style("warn"))
        words.append(f"  {view.dataset.name}, {view.dataset.classes} classes", self.style("dim"))
        if view.problems:
            count = len(view.problems)
            words.append(f"  ! {counted(count, 'problem')}", self.style("bad"))
        return words

    def _tabs(self, *, names: bool, edited: str) -> Text:
        """All panes, without `names` those not shown by their numbers; `edited` says that the network is edited."""
        words = Text(" ")
        for name, label in PANES:
            shown = name == self.shown
            title = label.split()[0] if not (names or shown) else label
            words.append(f" {title} ", self.style("cursor" if shown else "dim") + keyed(label.split()[0]))
        if self.document.dirty:
            words.append(f" {edited}", self.style("warn"))
        if self.document.view.problems:
            words.append(" !", self.style("bad"))
        return words

    def _unwritten(self) -> Text:
        """How much the history could not take yet."""
        count = sum(one.told for one in self._writer.waiting)
        return Text(f"{count} not written ", self.style("bad")) if count else Text()

    def _place(self) -> Text:
        """Where runs that are started are trained, unless that is this machine."""
        place = self.live.history.place
        return Text() if place == "here" else Text(f"runs on {PLACES[place]}  ", self.style("accent"))

    def _run(self, *, brief: bool) -> Text:
        run = self.live.going
        if run is None:
            return Text(f"{self.live.waiting} waiting " if self.live.waiting else "")
        now = self.live.progress
        words = Text(f"run {run.id} ", self.style("accent"))
        if run.status == "paused":
            return words.append("paused ")
        if brief and now.phase in _IN_BRIEF:
            return words.append(f"{_IN_BRIEF[now.phase]} ")
        if now.phase != "training" and not (brief and now.phase == "validating"):
            return words.append(f"{now.phase} ")
        if now.step and now.loss is None:
            words.append("loss is nan, ", self.style("bad"))
        return words.append(f"{'' if brief else 'epoch '}{now.epoch}/{run.experiment.epochs} ")


class KeyBar(Lines):
    """The keys that matter here, as many as fit, never one cut in two."""

    def __init__(self) -> None:
        super().__init__(id="keybar")
        self.scope = "stack"
        self.first: tuple[str, ...] = ()
        """The ids of the pane's keys that are named, in this order; without any, all that have a label."""
        self.words: Mapping[str, str] = {}
        """What is said of some of them in place of their labels."""

    def draw(self, width: int, height: int) -> list[Text]:
        """The pane's keys, then those that work everywhere; those that are always named come last."""
        general = {key.id: key for key in keys_of("lab") if key.label}
        always = [general.pop(name) for name in _ALWAYS if name != f"pane.{self.scope}"]
        line = Text(" ", no_wrap=True)
        end = Text().join(self._token(key.keys.split()[0], key.label) for key in always)
        rows = [key for key in keys_of(self.scope) if key.label and (key.id in self.first or not self.first)]
        if self.first:
            rows.sort(key=lambda key: self.first.index(key.id))
        for key in (*rows, *general.values()):
            if key.id == f"pane.{self.scope}":
                continue
            named, label = key.shown
            token = self._token(named, self.words.get(key.id, label))
            if line.cell_len + token.cell_len + end.cell_len > width:
                continue
            line.append_text(token)
        return [line + end]

    def _token(self, key: str, label: str) -> Text:
        """A key, or two with a stroke between them, and what it does; a click on the word presses the last."""
        words, keys = Text(), key.split("/") if len(key) > 1 else [key]
        for at, one in enumerate(keys):
            words.append("/" if at else "", self.style("accent"))
            words.append(one, self.style("accent") + keyed(name_of(one)))
        return words.append(f" {label}  ", self.style("dim") + keyed(name_of(keys[-1])))
