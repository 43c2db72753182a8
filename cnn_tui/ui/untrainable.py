"""Why the experiment under edit cannot be trained, and the key that helps."""

from __future__ import annotations

from cnn_tui.experiment.check import dataset_to_set
from cnn_tui.experiment.document import Document
from cnn_tui.text import sentence
from cnn_tui.ui.keys import key_of


def why_untrainable(document: Document) -> str:
    """In sentences; "" where it can be trained."""
    if unset := dataset_to_set(document.experiment):
        return f"{sentence(unset)} {key_of('stack.settings')} sets one."
    if not document.view.problems:
        return ""
    problem = document.view.problems[0]
    where = f"Layer {problem.layer}: " if problem.layer else ""
    fix = f" {key_of('stack.fix')} fixes it." if problem.fixes else ""
    return f"{sentence(f'{where}{problem.message}')}{fix}"
