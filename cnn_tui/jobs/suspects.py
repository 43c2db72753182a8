"""Has the suspects of a run looked for by a process of its own. Loads neither TensorFlow nor NumPy."""

from __future__ import annotations

import msgspec

from cnn_tui.home import suspects_log_path
from cnn_tui.jobs.work import WorkLine, WorkProcess

FOLDS = 3
MOST_FOLDS = 20


class SuspectsRequest(msgspec.Struct, frozen=True):
    """What is asked of the process, on a line of its input: the run, and in how many parts its images are divided."""

    run: int
    folds: int = FOLDS
    device: str = ""


class SuspectsLine(WorkLine, frozen=True):
    """How far it is, counted from 1; `share` of all the work is done."""

    fold: int = 0
    epoch: int = 0
    share: float = 0.0


class SuspectsWork(WorkProcess[SuspectsRequest, SuspectsLine]):
    """The process that trains without each part of the images, and keeps what it finds beside the run."""

    module = "cnn_tui.training.suspects"
    log = staticmethod(suspects_log_path)
    line = SuspectsLine
    trouble = "the suspects could not be looked for"
