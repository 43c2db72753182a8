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
        return [name_of(key) for key in self.keys.split()]

    @property
    def shown(self) -> tuple[str, str]:
        """The key and the word for the key bar. A label that begins with a pair of keys names those."""
        first, _, more = self.label.partition(" ")
        if not more or "/" not in first:
            return self.keys.split()[0], self.label
        now = {_USUAL_KEYS[key.id].split()[0]: key.keys.split()[0] for key in keys_of(self.scope)}
        return "/".join(now.get(key, key) for key in first.split("/")), more


def name_of(key: str) -> str:
    """A key as Textual names it."""
    return _NAMES.get(key, key)


def shown_name(code: str) -> str:
    """A key that Textual names, as people write it."""
    return next((key for key, name in _NAMES.items() if name == code), code)


SCOPES = {
    "lab": "Everywhere",
    "pane": "In every pane",
    "stack": "Stack",
    "summary": "Summary",
    "training": "Training",
    "history": "History",
    "page": "A run's page",
    "compare": "Comparison",
    "explain": "Explain",
    "log": "Log and GPU",
    "queue": "The queue",
    "exercises": "Exercises",
}

KEYS: tuple[Key, ...] = (
    Key("lab", "lab.help", "?", "show_help", "help", "help for this pane; type to filter, Enter runs it"),
    Key("lab", "lab.palette", ": ctrl+p", "open_palette", "", "command palette"),
    Key("lab", "pane.stack", "1", "focus_pane('stack')", "", "the stack"),
    Key("lab", "pane.summary", "2", "focus_pane('summary')", "", "the summary"),
    Key("lab", "pane.training", "3", "focus_pane('training')", "", "the training"),
    Key("lab", "pane.history", "4", "focus_pane('history')", "", "the history"),
    Key("lab", "pane.explain", "5", "focus_pane('explain')", "", "what the network sees; convolution by hand"),
    Key("lab", "pane.log", "6", "focus_pane('log')", "", "the log, the GPUs and the processor"),
    Key("lab", "pane.next", "Tab", "cycle_pane(1)", "", "next pane"),
    Key("lab", "pane.previous", "shift+Tab", "cycle_pane(-1)", "", "previous pane"),
    Key("lab", "pane.zoom", "z", "toggle_zoom", "zoom", "this pane alone, and back"),
    Key("lab", "run.start", "r", "start_run", "run", "run this experiment"),
    Key("lab", "run.repeat", "R", "repeat_run", "", "run it over several seeds"),
    Key("lab", "queue.open", "Q", "open_queue", "", "the queue: what is trained, what waits, when it is done"),
    Key("lab", "run.stop", "s", "stop_run", "", "stop the run after this batch; again: now"),
    Key("lab", "run.pause", "P", "pause_run", "", "pause the run, resume it"),
    Key("lab", "edit.undo", "u ctrl+z", "undo_edit", "undo", "undo the last edit"),
    Key("lab", "edit.redo", "U ctrl+r", "redo_edit", "", "redo"),
    Key("lab", "file.open", "p", "open_preset", "presets", "open a preset, a file of this folder, or an empty stack"),
    Key("lab", "file.save", "w", "save_experiment", "", "save the experiment"),
    Key("lab", "file.save_as", "W", "save_experiment_as", "", "save it to another file"),
    Key("lab", "file.copy", "y", "open_copy_menu", "", "copy menu: y row, c Keras code, t the experiment, s summary"),
    Key("lab", "file.export", "e", "open_export_menu", "", "export menu: k Keras script, t experiment, m lab report"),
    Key("lab", "exercises.open", "x", "open_exercises", "exercises", "the exercises: expect, run, compare, conclude"),
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
    Key("training", "training.left", "h left", "move_crosshair(-1)", "", "crosshair: exact values of the epoch before"),
    Key("training", "training.right", "l right", "move_crosshair(1)", "h/l values", "crosshair: the epoch after"),
    Key("training", "training.previous_run", "[ <", "show_run(-1)", "[/] runs", "previous run, or of the overlay"),
    Key("training", "training.next_run", "] >", "show_run(1)", "", "next run; past the last, the live one again"),
    Key("training", "training.zoom_in", "+ =", "zoom_epochs(1)", "+/- zoom", "zoom in: fewer epochs"),
    Key("training", "training.zoom_out", "-", "zoom_epochs(-1)", "", "zoom out: more epochs"),
    Key("training", "training.zoom_all", "0", "zoom_epochs(0)", "", "all epochs"),
    Key("training", "training.log", "L", "toggle_log", "log", "log scale"),
    Key("training", "training.smoothing", "S", "next_smoothing", "smooth", "smoothing off, over 3, over 5"),
    Key("training", "training.baseline", "b", "toggle_baseline", "baseline", "baseline's curve behind"),
    Key("history", "history.open", "Enter", "open_run", "open", "the run's page"),
    Key("history", "history.mark", "Space", "toggle_mark", "mark", "mark the run, or take its mark away"),
    Key("history", "history.mark_all", "M", "mark_all", "", "mark all runs that the filter leaves; again: none"),
    Key("history", "history.compare", "c", "compare_runs(False)", "compare", "compare the marked: what differs"),
    Key("history", "history.compare_all", "C", "compare_runs(True)", "", "compare the marked: all rows"),
    Key(
        "history",
        "history.filter",
        "/",
        "start_filter",
        "filter",
        "filter: acc>0.9 tag:lab1 !failed, or words of names and notes",
    ),
    Key("history", "history.sort", "o", "sort_next", "o/O sort", "sort by the next column"),
    Key("history", "history.reverse", "O", "sort_reverse", "", "sort the other way round"),
    Key("history", "history.baseline", "b", "toggle_baseline", "baseline", "make this run the baseline; again: none"),
    Key(
        "history",
        "history.load",
        "L",
        "load_run",
        "load",
        "load its experiment into the editor (undo brings yours back)",
    ),
    Key("history", "history.overlay", "v", "overlay_runs", "overlay", "overlay the marked on the chart"),
    Key("history", "history.explain", "E", "explain_run", "explain", "look into the run: predictions, layers, filters"),
    Key("history", "history.note", "i", "edit_note", "note", "note and conclusion"),
    Key("history", "history.tags", "t", "edit_tags", "tags", "tags; on a marked run: of all the marked"),
    Key("history", "history.rename", ",", "rename_run", "", "rename the run"),
    Key("history", "history.archive", "d", "archive_runs", "archive", "archive it, or all the marked (u undoes)"),
    Key("history", "history.resume", "a", "resume_run", "", "again from its checkpoint: resume a run cut short"),
    Key("history", "history.columns", "V", "choose_columns", "columns", "choose the columns; show archived runs"),
    Key("history", "history.next_mark", "n", "next_mark(1)", "", "next marked run"),
    Key("history", "history.previous_mark", "N", "next_mark(-1)", "", "previous marked run"),
    Key("history", "history.left", "h left", "scroll_columns(-1)", "", "scroll the columns left"),
    Key("history", "history.right", "l right", "scroll_columns(1)", "", "scroll the columns right"),
    Key("page", "page.leave", "Esc q Enter", "leave", "back", "back to where it was opened"),
    Key("page", "page.help", "?", "show_help", "help", "the keys of this page"),
    Key("page", "page.metric", "m", "next_metric", "metric", "next metric of its curves"),
    Key("page", "page.next_experiment", "f", "take_suggestion", "try", "put the next experiment into the editor"),
    Key("page", "page.load", "L", "load_run", "load", "load its experiment into the editor"),
    Key("page", "page.explain", "E", "explain_run", "explain", "look into the run: predictions, layers, filters"),
    Key("page", "page.note", "i", "edit_note", "note", "note and conclusion"),
    Key("page", "page.tags", "t", "edit_tags", "tags", "tags"),
    Key("page", "page.rename", ",", "rename_run", "", "rename the run"),
    Key("page", "page.baseline", "b", "toggle_baseline", "baseline", "make this run the baseline; again: none"),
    Key("page", "page.compare", "c", "compare_run", "compare", "compare it with the baseline"),
    Key("page", "page.resume", "a", "resume_run", "", "again from its checkpoint: resume a run cut short"),
    Key("page", "page.previous", "[ <", "show_neighbour(-1)", "[/] runs", "the run above it in the table"),
    Key("page", "page.next", "] >", "show_neighbour(1)", "", "the run below it"),
    Key("page", "page.undo", "u ctrl+z", "undo_edit", "", "undo what was written about runs"),
    Key("compare", "compare.leave", "Esc q Enter", "leave", "back", "back to the history"),
    Key("compare", "compare.help", "?", "show_help", "help", "the keys of the comparison"),
    Key("compare", "compare.everything", "C c", "toggle_everything", "all rows", "all rows, or what differs"),
    Key("compare", "compare.metric", "m", "next_metric", "metric", "next metric of the curves"),
    Key("compare", "compare.left", "h left", "scroll_columns(-1)", "", "the runs before"),
    Key("compare", "compare.right", "l right", "scroll_columns(1)", "h/l runs", "the runs after"),
    Key("compare", "compare.baseline", "b", "next_baseline", "baseline", "compare with the next of the runs"),
    Key("explain", "explain.view", "m", "next_view(1)", "view", "next view: predictions, confusion, activations …"),
    Key("explain", "explain.view_back", "M", "next_view(-1)", "", "the view before"),
    Key("explain", "explain.previous_image", "h", "move_image(-1)", "", "previous image; of filters: previous channel"),
    Key("explain", "explain.next_image", "l", "move_image(1)", "h/l image", "next image; of filters: next channel"),
    Key("explain", "explain.left", "left", "move_across(-1)", "", "by hand: the window to the left; else as h"),
    Key("explain", "explain.right", "right", "move_across(1)", "", "by hand: the window to the right; else as l"),
    Key("explain", "explain.open", "Enter", "open_chosen", "open", "open: images of a confusion, one filter, kernels"),
    Key("explain", "explain.order", "o", "next_order", "order", "only the wrong ones, least certain first, all"),
    Key("explain", "explain.class", "c", "choose_class", "class", "images of one class"),
    Key("explain", "explain.previous_layer", "[ <", "move_layer(-1)", "[/] layer", "previous layer"),
    Key("explain", "explain.next_layer", "] >", "move_layer(1)", "", "next layer"),
    Key("explain", "explain.previous_filter", "{ (", "move_filter(-1)", "{/} filter", "previous filter, or channel"),
    Key("explain", "explain.next_filter", "} )", "move_filter(1)", "", "next filter, or channel"),
    Key("explain", "explain.numbers", "v", "toggle_numbers", "numbers", "numbers or shades; of confusion: next part"),
    Key("explain", "explain.mark", "Space", "toggle_mark", "mark", "mark the image: up to 3 beside each other"),
    Key("explain", "explain.picture", "i", "ask_picture", "picture", "show the network a PNG or JPEG of your own"),
    Key("explain", "explain.field", "Tab", "next_field", "field", "by hand: the next setting; else the next pane"),
    Key(
        "explain",
        "explain.step_up",
        "+ =",
        "step_field(1)",
        "+/- step",
        "by hand: step kernel, size, stride, padding",
    ),
    Key("explain", "explain.step_down", "-", "step_field(-1)", "", "by hand: step it down"),
    Key("explain", "explain.next_question", "n", "next_question(1)", "n/N LAB 2", "LAB 2: the next question, by hand"),
    Key("explain", "explain.previous_question", "N", "next_question(-1)", "", "LAB 2: the question before"),
    Key("explain", "explain.answer", "a", "answer_question", "answer", "LAB 2: the question whole, and your answer"),
    Key("explain", "explain.run", "O", "choose_run", "other run", "look into another run"),
    Key("log", "log.follow", "f", "toggle_follow", "follow", "follow what is added, or stay"),
    Key("log", "log.search", "/", "start_search", "search", "search, in capitals or not"),
    Key("log", "log.next_hit", "n", "next_hit(1)", "n/N next", "next line with the word"),
    Key("log", "log.previous_hit", "N", "next_hit(-1)", "", "previous line with the word"),
    Key("log", "log.left", "h left", "scroll_columns(-1)", "", "back from the end of long lines"),
    Key("log", "log.right", "l right", "scroll_columns(1)", "h/l sideways", "the rest of long lines"),
    Key("log", "log.previous_device", "[ <", "move_device(-1)", "[/] GPU", "previous GPU"),
    Key("log", "log.next_device", "] >", "move_device(1)", "", "next GPU"),
    Key("queue", "queue.later", "J", "move_run(1)", "J/K move", "move the run later"),
    Key("queue", "queue.earlier", "K", "move_run(-1)", "", "move the run earlier"),
    Key("queue", "queue.remove", "d", "remove_run", "take out", "take the run out of the queue"),
    Key("queue", "queue.show", "Enter", "show_run", "open", "the run's page"),
    Key("queue", "queue.help", "?", "show_help", "help", "the keys of the queue"),
    Key("queue", "queue.back", "Esc q Q", "leave", "back", "back to the lab"),
    Key("exercises", "exercises.predict", "p", "predict", "predict", "say what you expect, before the run"),
    Key("exercises", "exercises.run", "r", "run", "run", "run it; the baseline too, if that has no run yet"),
    Key("exercises", "exercises.repeat", "R", "repeat", "seeds", "run it over several seeds, the baseline as often"),
    Key("exercises", "exercises.all", "A", "queue_set", "all", "queue the whole set, over some seeds"),
    Key("exercises", "exercises.conclude", "i", "conclude", "conclude", "write your conclusion, or your answer"),
    Key("exercises", "exercises.done", "Space", "toggle_done", "done", "done, or open again"),
    Key("exercises", "exercises.experiment", "Enter", "open_experiment", "open", "open its experiment in the editor"),
    Key("exercises", "exercises.notes", "n", "reveal_notes", "notes", "what the notes found, before your conclusion"),
    Key("exercises", "exercises.compare", "c", "compare", "compare", "compare its runs with the baseline's"),
    Key("exercises", "exercises.zoom", "z", "toggle_zoom", "zoom", "the exercise alone, and back"),
    Key("exercises", "exercises.help", "?", "show_help", "help", "the keys of the exercises"),
    Key("exercises", "exercises.leave", "Esc q x", "leave", "back", "back to the lab"),
)


_USUAL_KEYS = {key.id: key.keys for key in KEYS}
_in_force = KEYS


def use(rows: tuple[Key, ...]) -> None:
    """Show these rows from now on; the app tells Textual of them."""
    global _in_force
    _in_force = rows


def changed_keys() -> dict[str, str]:
    """The keys that differ from the table's, by action id, as Textual's keymap wants them."""
    return {key.id: ",".join(key.codes()) for key in _in_force if key.keys != _USUAL_KEYS[key.id]}


def keys_of(*scopes: str) -> tuple[Key, ...]:
    """The rows of those scopes that are in force, in the table's order."""
    return tuple(key for key in _in_force if key.scope in scopes)


def keys_text(*, ids: bool = False) -> str:
    """The keys that are in force as plain text, with the action ids that settings name if asked for."""
    lines = []
    for scope, title in SCOPES.items():
        lines.append(title)
        lines += [f"  {key.keys:14}  {f'{key.id:24}  ' if ids else ''}{key.help}" for key in keys_of(scope)]
        lines.append("")
    return "\n".join(lines).rstrip()


def keys_markdown() -> str:
    """The usual keys as the README has them."""
    lines = []
    for scope, title in SCOPES.items():
        lines += [f"| {title} | |", "| --- | --- |"]
        rows = [key for key in KEYS if key.scope == scope]
        lines += [f"| {' '.join(f'`{one}`' for one in key.keys.split())} | {key.help} |" for key in rows]
        lines.append("")
    return "\n".join(lines).rstrip()


def bindings_of(*scopes: str) -> list[BindingType]:
    """The rows of those scopes as Textual's bindings."""
    return [
        Binding(",".join(key.codes()), key.action, key.label or key.help, show=False, id=key.id, tooltip=key.help)
        for key in KEYS
        if key.scope in scopes
    ]
