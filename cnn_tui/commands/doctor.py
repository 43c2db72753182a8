"""`cnn-tui doctor`: looks at everything the app depends on, and says how to mend what is wrong. It never hangs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from cnn_tui.commands import machine, machine_gpu, machine_terminal
from cnn_tui.commands.machine import Finding
from cnn_tui.commands.streams import FAILED, FINISHED, bold, put, table
from cnn_tui.text import quiet


def examine(as_json: bool) -> int:
    """Print every finding; gives 1 when one of them is a problem."""
    findings = list(_findings())
    if as_json:
        put("\n".join(json.dumps(finding._asdict(), ensure_ascii=False) for finding in findings))
    else:
        put("\n".join(_lines(findings)))
    return FAILED if any(finding.state == "problem" for finding in findings) else FINISHED


def _findings() -> Iterator[Finding]:
    missing = machine_gpu.missing()
    seen = machine_gpu.driver()
    # It takes seconds: the other checks are made meanwhile. A driver that hangs would keep it for ever.
    probe = None if missing else machine_gpu.Probe(look_for_devices=seen.state != "silent")
    try:
        others = [machine.memory(), *machine.data(), *machine_terminal.terminal(), machine.history(), machine.disk()]
        loaded = probe.wait(machine_gpu.TENSORFLOW_SECONDS) if probe else None
    finally:
        if probe:
            probe.end()
    yield machine.python()
    if missing:
        yield missing
    elif loaded:
        yield machine_gpu.tensorflow(loaded)
    yield machine_gpu.gpus(seen, loaded)
    yield from others


def _lines(findings: list[Finding]) -> list[str]:
    lines = table([(finding.state, finding.check, quiet(finding.found, 1000)) for finding in findings])
    shown = []
    for finding, line in zip(findings, lines, strict=True):
        shown.append(line if finding.state == "ok" else bold(line))
        if finding.fix:
            shown.append(f"    fix: {quiet(finding.fix, 1000)}")
    bad = [finding for finding in findings if finding.state != "ok"]
    return [*shown, "", f"{len(bad)} to look at" if bad else "all is well"]
