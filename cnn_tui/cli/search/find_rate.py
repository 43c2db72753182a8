"""`cnn-tui tune --lr-find`: which learning rate to begin with."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from cnn_tui.analysis.rate_test import RateAdvice, RateReading, advice
from cnn_tui.cli.printing import encoded, lines_of_charts, styled
from cnn_tui.cli.progress import Reporter
from cnn_tui.cli.streams import FAILED, FINISHED, UserError, columns_of, is_terminal, put, rows_of, say
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.run import finite
from cnn_tui.jobs.rate_test import STEPS, RateTest, RateTestRequest, stand_in
from cnn_tui.jobs.work import WorkError
from cnn_tui.reports.chart.rate_chart import rate_chart
from cnn_tui.text import quiet


def find_rate(name: str, experiment: Experiment, seed: int, device: str, as_json: bool) -> int:
    """Test learning rates, draw the loss against them, and suggest one; gives the exit status."""
    out = Reporter(sys.stderr, is_terminal(sys.stderr))
    out.line(f"learning rates of {quiet(experiment.name)}: {STEPS} steps, each with a larger one; nothing is kept")
    readings: list[RateReading] = []
    work = RateTest(RateTestRequest(experiment, device, seed))
    try:
        for told in work.lines():
            if (reading := told.reading) is not None:
                readings.append(reading)
                step = (0, f"step {len(readings)} of {STEPS}")
                out.bar([step, (1, f"rate {reading.rate:.2g}"), (0, f"loss {reading.loss:.4f}")])
            elif words := stand_in(told, experiment):
                out.line(quiet(words, 300))
    except WorkError as error:
        raise UserError(quiet(str(error), 1_000), FAILED) from None
    finally:
        work.end()
        out.clear()
    found = advice(readings)
    if as_json:
        put(encoded(_to_json(found, readings)))
    else:
        wide, high = (columns_of(sys.stdout), rows_of(sys.stdout)) if is_terminal(sys.stdout) else (80, 24)
        for line in rate_chart(found, wide, max(9, high // 2), lines_of_charts(sys.stdout)):
            put("".join(styled(words, style) for words, style in line).rstrip())
        put(*found.sentences())
    if found.suggested is None:
        return FAILED
    say(f"cnn-tui run {quiet(name)} --set learning_rate={found.suggested:g} trains with it")
    return FINISHED


def _to_json(found: RateAdvice, readings: Sequence[RateReading]) -> dict[str, Any]:
    return {
        "suggested": found.suggested,
        "lowest": found.lowest,
        "readings": [{"rate": one.rate, "loss": finite(one.loss)} for one in readings],
        "sentences": found.sentences(),
    }
