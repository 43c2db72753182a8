"""`cnn-tui doctor`: looks at everything the app depends on, and says how to mend what is wrong. It never hangs.

TensorFlow and the GPUs are looked at by children that have a deadline.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from importlib import metadata
from typing import Any, NamedTuple

from cnn_tui.cli import machine
from cnn_tui.cli.machine import Finding
from cnn_tui.cli.parser import AsJson
from cnn_tui.cli.printing import bold, put_json, table
from cnn_tui.cli.streams import FAILED, FINISHED, put
from cnn_tui.history.run import ALL_GPUS
from cnn_tui.jobs.child import Child
from cnn_tui.jobs.devices import VISIBLE, cores, visible
from cnn_tui.jobs.gpu_client import read_gpus
from cnn_tui.jobs.gpus import Gpu, Gpus
from cnn_tui.jobs.launch import python
from cnn_tui.text import quiet

TENSORFLOW_SECONDS = 60.0
"""The first import on a machine takes 11 s where a later one takes 2."""
_GIGABYTE = 1_000_000_000
_INSTALL = "pip install 'cnn-tui[gpu]' gives TensorFlow the CUDA libraries"


def doctor(as_json: AsJson = False) -> int:
    """Print every finding; gives 1 when one of them is a problem."""
    findings = list(_findings())
    if as_json:
        for finding in findings:
            put_json(finding._asdict())
    else:
        put(*_lines(findings))
    return FAILED if any(finding.state == "problem" for finding in findings) else FINISHED


def _findings() -> Iterator[Finding]:
    absent = missing()
    seen = read_gpus()  # which has a deadline of its own
    # It takes seconds: the other checks are made meanwhile. A driver that hangs would keep it for ever.
    probe = None if absent else Probe(look_for_devices=seen.state != "silent")
    try:
        others = [machine.memory(), *machine.data(), *machine.terminal(), machine.history(), machine.disk()]
        others += machine.cluster()
        loaded = probe.wait(TENSORFLOW_SECONDS) if probe else None
    finally:
        if probe:
            probe.end()
    yield machine.python()
    if absent:
        yield absent
    elif loaded:
        yield tensorflow(loaded)
    yield gpus(seen, loaded)
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


class Loaded(NamedTuple):
    """TensorFlow as a process that loaded it saw it, or why it could not be loaded."""

    found: dict[str, Any] | None
    seconds: float
    error: str = ""


class Probe:
    """Loads TensorFlow in a child that starts now; `wait` gives what it saw."""

    def __init__(self, *, look_for_devices: bool) -> None:
        self._began = time.monotonic()
        arguments = [] if look_for_devices else ["--no-devices"]
        self._child = Child(python("cnn_tui.training.runtime", *arguments), errors=subprocess.PIPE)

    def wait(self, seconds: float) -> Loaded:
        """What the child saw, within `seconds` of its start."""
        try:
            ended = self._child.finish(self._began + seconds - time.monotonic())
        except TimeoutError:
            return Loaded(None, seconds, f"it does not load within {seconds:.0f} s")
        took = time.monotonic() - self._began
        if ended.status:
            why = f"it ends with {_status(ended.status)}"
            return Loaded(None, took, f"{why}: {ended.errors[-1]}" if ended.errors else why)
        return Loaded(json.loads(ended.out[-1]), took)

    def end(self) -> None:
        self._child.end()


def missing() -> Finding | None:
    """What to say when TensorFlow or Keras 3 is not installed; None when loading them is worth a try."""
    versions = {name: _version(name) for name in ("tensorflow", "tensorflow-cpu", "keras")}
    found = versions["tensorflow"] or versions["tensorflow-cpu"]
    if found is None:
        return Finding("TensorFlow", "problem", "not installed", "pip install 'tensorflow>=2.20,<3'")
    keras = versions["keras"]
    if keras is None or not keras.startswith("3."):
        return Finding("TensorFlow", "problem", f"{found} with Keras {keras or 'missing'}", "pip install 'keras>=3'")
    return None


def tensorflow(loaded: Loaded) -> Finding:
    """Whether TensorFlow loads, and how fast."""
    if loaded.found is None:
        fix = "pip install --force-reinstall 'tensorflow>=2.20,<3'; python -c 'import tensorflow' shows all it says"
        return Finding("TensorFlow", "problem", f"{_version('tensorflow') or ''} {loaded.error}".strip(), fix)
    versions = f"{loaded.found['tensorflow']} with Keras {loaded.found['keras']}"
    return Finding("TensorFlow", "ok", f"{versions}, loads in {loaded.seconds:.1f} s")


def gpus(seen: Gpus, loaded: Loaded | None) -> Finding:
    """The GPUs that NVIDIA's driver names, and whether TensorFlow uses them."""
    count = cores()
    cpu = f"training uses {count} CPU {'core' if count == 1 else 'cores'}"
    if seen.state == "absent":
        return Finding("GPU", "ok", f"none: {seen.reason}; {cpu}")
    if not seen.devices:
        return Finding("GPU", "warning", f"{seen.reason}; {cpu}", seen.fix)
    names = "; ".join(_describe(gpu) for gpu in seen.devices)
    if lost := [gpu for gpu in seen.devices if gpu.trouble]:
        fix = f"see what nvidia-smi says of GPU {lost[0].index}; the machine may have to be started again"
        return Finding("GPU", "warning", names, fix)
    if not visible(seen):
        found = f"{names}; {VISIBLE}={os.environ.get(VISIBLE, '')} hides them, {cpu}"
        return Finding("GPU", "warning", found, f"unset {VISIBLE}, or set it to a number that nvidia-smi shows")
    if loaded is not None and loaded.found is not None and not loaded.found["gpus"]:
        fix = _INSTALL
        if not loaded.found["cuda"]:
            fix = "pip install --force-reinstall 'tensorflow[and-cuda]': this TensorFlow was built without CUDA"
        return Finding("GPU", "warning", f"{names}; TensorFlow sees none of them, {cpu}", fix)
    several = 0 if "MIG-" in os.environ.get(VISIBLE, "") else len(visible(seen))
    used = len(loaded.found["gpus"]) if loaded is not None and loaded.found is not None else several
    if used < several:
        fix = f"{VISIBLE}=0 cnn-tui doctor, then 1 and so on, shows which one it does not see"
        return Finding("GPU", "warning", f"{names}; TensorFlow sees {used} of {several}: no {ALL_GPUS}", fix)
    together = f"; --device {ALL_GPUS} trains one network on all" if several > 1 else ""
    return Finding("GPU", "ok", f"{names} (driver {seen.driver}){together}")


def _describe(gpu: Gpu) -> str:
    if gpu.trouble:
        return f"gpu:{gpu.index} cannot be used: {gpu.trouble}"
    total = (gpu.memory_total or 0) / _GIGABYTE
    memory = f", {gpu.memory_free / _GIGABYTE:.1f} of {total:.1f} GB free" if total else ""
    users = {process.user or "somebody" for process in gpu.processes if not process.mine}
    by = f", used by {', '.join(sorted(users))}" if users else ""
    return f"gpu:{gpu.index} {gpu.name}{memory}{by}"


def _status(code: int) -> str:
    if code > 0:
        return f"exit status {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
