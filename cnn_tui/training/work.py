"""The process that works for one question: asked on its input, it answers on its output, line by line (`jobs/work.py`).

What it and TensorFlow print goes to a log.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

import msgspec

from cnn_tui.data.dataset import DatasetError
from cnn_tui.history.errors import HistoryError
from cnn_tui.jobs.devices import DeviceError
from cnn_tui.jobs.work import Line, Request, WorkError, WorkProcess
from cnn_tui.training.log import say, send_output_to
from cnn_tui.training.model.build import BuildError
from cnn_tui.training.runtime import describe_error


def answer(
    kind: type[WorkProcess[Request, Line]],
    request: type[Request],
    work: Callable[[Request, Callable[[Line], None]], None],
) -> NoReturn:
    """Do the `work` of this process, which is given its one question and what tells a line; ends the process.

    What hinders it is told as a sentence.
    """
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    send_output_to(kind.log())

    def tell(line: Line) -> None:
        answers.write(msgspec.json.encode(line) + b"\n")

    try:
        work(msgspec.json.decode(sys.stdin.buffer.readline(), type=request), tell)
    except (BuildError, DatasetError, DeviceError, HistoryError, WorkError) as error:
        tell(kind.line(error=str(error)))
    except Exception as error:
        say(traceback.format_exc())
        tell(kind.line(error=describe_error(error)))
    else:
        tell(kind.line(end=True))
    os._exit(0)  # all is told and kept, and to take TensorFlow down would keep the user waiting
