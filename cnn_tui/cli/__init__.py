"""The command line: a module for each matter, with what is declared and what is done in one function.

Standard output is data, standard error is words. Exit status: 0 done; 1 it ran and failed, or the stack has problems;
2 the input or the call is wrong; 3 interrupted.

A command's module is loaded when the command is called, so its imports stand at its top. What the help lists is in
COMMANDS for that reason: `cnn-tui --help` loads no command, and the lab opens without typer.
"""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

from cnn_tui.cli import streams


class Command(NamedTuple):
    """A command: the module of this room that it is in, what its help says, and settings of its own for typer."""

    module: str
    help: str
    settings: dict[str, Any] = {}  # noqa: RUF012  nobody changes it


COMMANDS = {
    "summary": Command("summary", "Print what each stack becomes: shapes, parameters, problems. Takes no TensorFlow."),
    "run": Command(
        "running.run", "Train experiments and follow them. ctrl+c stops them; what was learned is kept and evaluated."
    ),
    "tune": Command(
        "search.tune",
        "Search for better settings, judge the best again on fresh seeds, and say how much luck there was.",
    ),
    "queue": Command(
        "running.queue", "List what is trained and what waits, in order, and how long it takes. stop RUN takes one out."
    ),
    "attach": Command("running.follow", "Follow a run that is training. ctrl+c only leaves it."),
    "stop": Command("running.queue", "Ask runs to stop; what they have learned is kept and evaluated."),
    "resume": Command(
        "running.queue", "Let runs that ended early go on after their last checkpoint. ctrl+c only leaves them."
    ),
    "history": Command("history.listing", "List the runs, the newest first."),
    "show": Command("history.show", "Print everything about a run."),
    "compare": Command("history.show", "Print runs side by side: what differs, and what came of it."),
    "report": Command(
        "history.show", "Write a lab report in Markdown: runs, verdicts, exercises, conclusions, curves as text."
    ),
    "note": Command("history.notebook", "Write a note on a run."),
    "tag": Command(
        "history.notebook",
        "Put tags on runs with +TAG and take them off with -TAG.",
        {"ignore_unknown_options": True, "help_option_names": ["--help"]},
    ),
    "rename": Command("history.notebook", "Give a run another name."),
    "archive": Command("history.notebook", "Put runs away: they are kept, but no table shows them."),
    "baseline": Command("history.notebook", "Pin the run that others are compared with."),
    "evaluate": Command(
        "images.predict", "Print how well a run does on the test images: per class, and what it takes for what."
    ),
    "predict": Command(
        "images.predict",
        "Print what a run's network says of a test image or of a picture: the image, bars, the raw vector.",
    ),
    "why": Command(
        "images.why",
        "Print where in an image a run's network looked for a class: Grad-CAM, occlusion, integrated gradients.",
    ),
    "suspects": Command(
        "images.suspects",
        "List the images whose labels are probably wrong (confident learning), and mark those that are.",
    ),
    "map": Command(
        "images.map", "Print a map of a run's training images by their features, and which are worth a look."
    ),
    "export": Command(
        "exchange", "Write the Keras script that an experiment is; that of a run repeats it, seed and all."
    ),
    "import": Command(
        "exchange",
        "Write the experiment that a Keras model is: its layers and how it is trained, without its weights.",
    ),
    "presets": Command("summary", "List the experiments that come with the app."),
    "exercises": Command(
        "classroom.exercises",
        "List the exercises, show one with its result, run them, and keep what you expect and conclude.",
    ),
    "submit": Command("classroom.packs", "Write what was answered and run for a pack into one file."),
    "check": Command(
        "classroom.packs", "Read submissions: whether they are whole, keep to the pack, and what they say."
    ),
    "merge": Command("classroom.merge", "Read the submissions and histories of a class as one experiment."),
    "doctor": Command("doctor", "Look at everything that the app depends on."),
    "keys": Command("keys", "List the keys of the lab that are in force."),
    "data": Command("data", "Where the datasets are, and how to get one."),
}
_NOT_THE_LABS = ("--version", "--help", "-h")  # every other option before a command is the lab's


def main() -> None:
    """The command `cnn-tui`."""
    sys.exit(status_of(sys.argv[1:]))


def status_of(arguments: list[str]) -> int:
    """Run a command line; gives its exit status. What a user did wrong ends here as one sentence."""
    streams.prepare()
    for_the_lab = not arguments or arguments[0] not in (*COMMANDS, *_NOT_THE_LABS)
    from cnn_tui.home import settle

    try:
        settle()
        if for_the_lab and len(arguments) < 2 and not "".join(arguments).startswith("-"):
            # There is nothing to parse, and what typer parses with takes time to load.
            from cnn_tui.cli.lab import open_lab

            return open_lab(next(iter(arguments), None))
        from cnn_tui.cli.parser import parse

        return parse(arguments, for_the_lab)
    except KeyboardInterrupt:
        return streams.INTERRUPTED
    except streams.ReaderGoneError:
        streams.silence()
        return streams.FINISHED
    except Exception as error:
        return _mistake(error)


def _mistake(error: Exception) -> int:
    from cnn_tui.cli.mistakes import explain

    explained = explain(error)
    if explained is None:
        raise error
    message, status = explained
    if isinstance(error, OSError):
        streams.silence()
    try:
        streams.complain(message)
    except (streams.ReaderGoneError, OSError):
        streams.silence()
    return status
