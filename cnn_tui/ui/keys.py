"""The keymap: one table that makes the bindings, the key bar, the help, the palette and `cnn-tui keys`."""

from __future__ import annotations

from typing import NamedTuple

from textual.binding import Binding, BindingType

# Characters that Textual knows by a name.
_NAMES = {
    "?": "question_mark",
    ":": "colon",
    "+": "plus",
    "-": "minus",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    "<": "less_than_sign",
    ">": "greater_than_sign",
    "{": "left_curly_bracket",
    "}": "right_curly_bracket",
    "(": "left_parenthesis",
    ")": "right_parenthesis",
    "/": "slash",
    "=": "equals_sign",
    ",": "comma",
    "Enter": "enter",
    "Esc": "escape",
    "Space": "space",
    "Tab": "tab",
    "shift+Tab": "shift+tab",
}


class Key(NamedTuple):
    """One row of the table. `id` is stable: settings and the palette name it."""

    scope: str
    id: str
    keys: str  # as shown, separated by spaces; the first is the one that help names first
    action: str
    label: str  # a word or two, for the key bar; empty keeps it off the bar
    help: str

    def codes(self) -> list[str]:
        """The keys as Textual names them."""
        return [_NAMES.get(key, key) for key in self.keys.split()]


SCOPES = {
    "lab": "Everywhere",
    "pane": "In every pane",
    "stack": "Stack",
    "summary": "Summary",
    "training": "Training",
    "history": "History",
}

KEYS: tuple[Key, ...] = (
    Key("lab", "lab.help", "?", "show_help", "help", "help for this pane; type to filter, Enter runs it"),
    Key("lab", "lab.palette", ": ctrl+p", "open_palette", "", "command palette"),
    Key("lab", "pane.stack", "1", "focus_pane('stack')", "", "the stack"),
    Key("lab", "pane.summary", "2", "focus_pane('summary')", "", "the summary"),
    Key("lab", "pane.training", "3", "focus_pane('training')", "", "the training"),
    Key("lab", "pane.history", "4", "focus_pane('history')", "", "the history"),
    Key("lab", "pane.next", "Tab", "cycle_pane(1)", "", "next pane"),
    Key("lab", "pane.previous", "shift+Tab", "cycle_pane(-1)", "", "previous pane"),
    Key("lab", "pane.zoom", "z", "toggle_zoom", "zoom", "this pane alone, and back"),
    Key("lab", "run.start", "r", "start_run", "run", "run this experiment"),
    Key("lab", "run.stop", "s", "stop_run", "", "stop the run after this batch; it is kept and evaluated"),
    Key("lab", "run.pause", "P", "pause_run", "", "pause the run, resume it"),
    Key("lab", "edit.undo", "u ctrl+z", "undo_edit", "undo", "undo the last edit"),
    Key("lab", "edit.redo", "U ctrl+r", "redo_edit", "", "redo"),
    Key("lab", "file.open", "p", "open_preset", "presets", "open a preset, a file of this folder, or an empty stack"),
    Key("lab", "file.save", "w", "save_experiment", "", "save the experiment"),
    Key("lab", "file.save_as", "W", "save_experiment_as", "", "save it to another file"),
    Key("lab", "file.copy", "y", "open_copy_menu", "", "copy menu: y row, c Keras code, t the experiment, s summary"),
    Key("lab", "file.export", "e", "open_export_menu", "", "export menu: k Keras script, t the experiment"),
    Key("lab", "lab.repaint", "ctrl+l", "app.repaint_screen", "", "send the whole screen again"),
    Key("lab", "lab.back", "Esc", "go_back", "", "back"),
    Key("lab", "lab.quit", "q", "quit_lab", "quit", "back; at the root quit (training goes on)"),
    Key("pane", "move.down", "j down", "move_cursor(1)", "", "down"),
    Key("pane", "move.up", "k up", "move_cursor(-1)", "", "up"),
    Key("pane", "move.first", "g home", "move_first", "", "first"),
    Key("pane", "move.last", "G end", "move_last", "", "last"),
    Key("pane", "move.page_down", "ctrl+d pagedown", "move_page(1)", "", "half a page down"),
    Key("pane", "move.page_up", "ctrl+u pageup", "move_page(-1)", "", "half a page up"),
    Key("stack", "stack.edit", "Enter", "edit_field", "edit", "edit the field"),
    Key("stack", "stack.step_up", "+ =", "step_field(1)", "+/- step", "step the field up its ladder"),
    Key("stack", "stack.step_down", "-", "step_field(-1)", "", "step the field down its ladder"),
    Key("stack", "stack.previous_field", "h left", "move_field(-1)", "", "previous field of the layer"),
    Key("stack", "stack.next_field", "l right", "move_field(1)", "h/l field", "next field of the layer"),
    Key("stack", "stack.add_below", "a", "add_layer(1)", "add", "add a layer below: type to find it"),
    Key("stack", "stack.add_above", "A", "add_layer(0)", "", "add a layer above"),
    Key("stack", "stack.delete", "d", "delete_layer", "delete", "delete the layer"),
    Key("stack", "stack.duplicate", "c", "duplicate_layer", "copy", "duplicate the layer"),
    Key("stack", "stack.move_down", "J", "move_layer(1)", "J/K move", "move the layer down"),
    Key("stack", "stack.move_up", "K", "move_layer(-1)", "", "move the layer up"),
    Key("stack", "stack.toggle", "Space", "toggle_layer", "on/off", "switch the layer off, on"),
    Key("stack", "stack.fix", "f", "apply_fix", "fix", "apply the first fix of the problem"),
    Key("stack", "stack.fixes", "F", "list_fixes", "", "list the fixes"),
    Key("stack", "stack.settings", "t", "edit_settings", "settings", "training settings and stop rules"),
    Key("stack", "stack.explain", "D", "explain_layer", "", "what this layer does"),
    Key("stack", "stack.difference", "b", "show_difference", "", "difference to the baseline"),
    Key("stack", "stack.set_baseline", "B", "set_baseline", "", "make this the baseline"),
    Key("summary", "summary.left", "h left", "scroll_columns(-1)", "", "scroll the columns left"),
    Key("summary", "summary.right", "l right", "scroll_columns(1)", "", "scroll the columns right"),
    Key("summary", "summary.formula", "v", "toggle_formula", "formula", "parameter formula and share"),
    Key("summary", "summary.cost", "m", "toggle_cost", "cost", "MACs, memory of a batch, receptive field"),
    Key("training", "training.metric", "m", "next_metric", "metric", "next metric: loss, accuracy, seconds an epoch"),
    Key("training", "training.series", "v", "next_series", "series", "train, validation, both"),
    Key("history", "history.open", "Enter", "open_run", "open", "the run's page"),
    Key(
        "history",
        "history.load",
        "L",
        "load_run",
        "load",
        "load its experiment into the editor (undo brings yours back)",
    ),
    Key("history", "history.left", "h left", "scroll_columns(-1)", "", "scroll the columns left"),
    Key("history", "history.right", "l right", "scroll_columns(1)", "", "scroll the columns right"),
)


def keys_of(*scopes: str) -> tuple[Key, ...]:
    """The rows of those scopes, in the table's order."""
    return tuple(key for key in KEYS if key.scope in scopes)


def keys_text() -> str:
    """The whole table as plain text."""
    lines = []
    for scope, title in SCOPES.items():
        lines.append(title)
        lines += [f"  {key.keys:14}  {key.help}" for key in keys_of(scope)]
        lines.append("")
    return "\n".join(lines).rstrip()


def keys_markdown() -> str:
    """The table as the README has it."""
    lines = []
    for scope, title in SCOPES.items():
        lines += [f"| {title} | |", "| --- | --- |"]
        lines += [f"| {' '.join(f'`{one}`' for one in key.keys.split())} | {key.help} |" for key in keys_of(scope)]
        lines.append("")
    return "\n".join(lines).rstrip()


def bindings_of(*scopes: str) -> list[BindingType]:
    """The rows of those scopes as Textual's bindings."""
    return [
        Binding(",".join(key.codes()), key.action, key.label or key.help, show=False, id=key.id, tooltip=key.help)
        for key in keys_of(*scopes)
    ]
