"""What the machine is doing, in a few lines whose places stay: one GPU, the processor, our own processes."""

from __future__ import annotations

from typing import Protocol

from rich.text import Text

from cnn_tui.history.run import Run
from cnn_tui.jobs.devices import VISIBLE, visible
from cnn_tui.jobs.gpus import Gpu, GpuProcess
from cnn_tui.jobs.sensors import MachineReading, OwnProcess
from cnn_tui.text import cells
from cnn_tui.ui.widgets.lines import Lines, bar, inert

_GIGABYTE = 1_000_000_000
_MEGABYTE = 1_000_000
_MOST_LINES = 3
_BARS = (3, 30)  # cells, at least and at most
INSTALL = "pip install 'cnn-tui[gpu]'"


class SensorsLike(Protocol):
    """Reads the machine. `cnn_tui.jobs.sensors.Sensors` is the real one."""

    def read(self) -> MachineReading:
        """The machine as it is now; may take seconds, so ask in a thread."""

    def warning(self, wish: str = "") -> str:
        """Who else uses the card that a run would be given now; "" when nobody does. May take seconds too."""

    def close(self) -> None:
        """Nobody looks for the time being."""


class MachineView(Lines):
    """Shows the last reading, one GPU at a time."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.reading: MachineReading | None = None
        self.run: Run | None = None
        self._at = 0

    @property
    def rows(self) -> int:
        return len(self.draw(self.size.width or 80, 0))

    def show(self, reading: MachineReading | None, run: Run | None) -> None:
        """Show a reading; `run` is the one on show, whose processes are named."""
        self.reading, self.run = reading, run
        self.redraw()

    def move_device(self, by: int) -> None:
        if self.reading and self.reading.gpus.devices:
            self._at = (self._at + by) % len(self.reading.gpus.devices)
            self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        if self.reading is None:
            return [self._rule("The machine", "", width), Text("It is being looked at.", self.style("dim"))]
        return [*self._gpu_lines(self.reading, width), *self._processor_lines(self.reading, width)]

    def _gpu_lines(self, reading: MachineReading, width: int) -> list[Text]:
        devices = reading.gpus.devices
        if not devices:
            words = Text(inert(f"{reading.gpus.reason}; the CPU trains."), self.style("dim"))
            if reading.gpus.fix:
                words = Text(inert(f"{reading.gpus.reason}: {reading.gpus.fix}."), self.style("warn"))
            return [self._rule("GPU: none", "", width), *self._wrapped(words, width)]
        gpu = devices[min(self._at, len(devices) - 1)]
        many = f"{len(devices)} GPUs, [ ] another" if len(devices) > 1 else ""
        hidden = "" if gpu in visible(reading.gpus) else f", hidden by {VISIBLE}"
        lines = [self._rule(f"GPU {gpu.index}: {inert(gpu.name) or 'no name'}{hidden}", many, width)]
        if gpu.trouble:
            lines.append(Text(f"It cannot be used: {inert(gpu.trouble)}.", self.style("bad")))
        else:
            lines.append(self._gpu_figures(gpu, width))
        if note := unused(reading, self.run):
            lines += self._wrapped(Text(note, self.style("warn")), width)
        return [*lines, *self._wrapped(self._gpu_users(gpu), width)]

    def _wrapped(self, text: Text, width: int) -> list[Text]:
        """On as many lines as it takes, up to three."""
        return list(text.wrap(self.app.console, width))[:_MOST_LINES]

    def _gpu_figures(self, gpu: Gpu, width: int) -> Text:
        use = f"{gpu.use:3d} %" if gpu.use is not None else "  ? %"
        warm = f"{gpu.temperature} °C" if gpu.temperature is not None else ""
        return self._figures(
            gpu.use, use, _share(gpu.memory_used, gpu.memory_total), _of(gpu.memory_used, gpu.memory_total), warm, width
        )

    def _gpu_users(self, gpu: Gpu) -> Text:
        if not gpu.processes:
            return Text("used by nobody", self.style("dim"))
        others = any(not process.mine for process in gpu.processes)
        words = ", ".join(self._user(process) for process in gpu.processes)
        return Text.assemble(("used by ", self.style("dim")), (inert(words), self.style("warn") if others else ""))

    def _user(self, process: GpuProcess) -> str:
        memory = f" {process.memory / _GIGABYTE:.1f} GB" if process.memory is not None else ""
        if self.run is not None and process.pid == self.run.pid:
            return f"run {self.run.id}{memory}"
        who = "you" if process.mine else process.user or "somebody"
        return f"{who} ({process.name or 'process'} {process.pid}){memory}"

    def _processor_lines(self, reading: MachineReading, width: int) -> list[Text]:
        processor = reading.processor
        memory = processor.memory_used, processor.memory_total
        load = f"load {processor.load:.1f}"
        figures = self._figures(processor.use, f"{processor.use:3.0f} %", _share(*memory), _of(*memory), load, width)
        own = "  ".join(self._own(process) for process in sorted(reading.own))
        return [self._rule(f"CPU: {processor.cores} cores", "", width), figures, Text(own, self.style("dim"))]

    def _own(self, process: OwnProcess) -> str:
        role = f"run {self.run.id}" if self.run is not None and process.pid == self.run.pid else process.role
        use = f" {process.use / 100:.1f} cores" if process.use is not None and process.use >= 5 else ""
        return f"{role}{use} {process.memory / _MEGABYTE:,.0f} MB"

    def _figures(
        self, use: float | None, percent: str, share: float | None, memory: str, rest: str, width: int
    ) -> Text:
        """Use and memory as bars with their numbers, and one more number."""
        room = width - cells(f"use  {percent}   memory  {memory}   {rest}")
        each = max(_BARS[0], min(_BARS[1], room // 2))
        full, empty = self.style("bar"), self.style("dim")
        return Text.assemble(
            ("use ", empty),
            bar((use or 0) / 100, each, full, empty),
            f" {percent}   ",
            ("memory ", empty),
            bar(share or 0, each, full, empty),
            f" {memory}   {rest}",
        )

    def _rule(self, title: str, right: str, width: int) -> Text:
        end = f" {right}" if right else ""
        room = width - cells(title) - cells(end) - 3
        return Text.assemble(
            ("─ ", self.style("dim")), (title, self.style("strong")), (f" {'─' * max(0, room)}{end}", self.style("dim"))
        )


def unused(reading: MachineReading, run: Run | None) -> str:
    """Why a GPU that the driver sees is not trained on, in a sentence with what to do; "" when it is."""
    if not visible(reading.gpus):
        return f"{VISIBLE} hides every GPU: training uses the CPU."
    device = str(run.environment.get("device", "")) if run is not None else ""
    if run is None or not device.startswith("CPU") or run.device == "cpu":
        return ""
    return f"TensorFlow saw no GPU in run {run.id}, the driver does: {INSTALL}"


def _share(used: int | None, total: int | None) -> float | None:
    return used / total if used is not None and total else None


def _of(used: int | None, total: int | None) -> str:
    if used is None or not total:
        return "not known"
    return f"{used / _GIGABYTE:5.1f}/{total / _GIGABYTE:.1f} GB"
