"""Where a run is trained: the freest GPU, or what was asked for, within what CUDA_VISIBLE_DEVICES allows.

`gpu:all` is all of them together, for one run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, MutableMapping, Sequence
from typing import NamedTuple

from cnn_tui.history.run import ALL_GPUS
from cnn_tui.jobs.gpu_client import read_gpus
from cnn_tui.jobs.gpus import Gpu, Gpus

VISIBLE = "CUDA_VISIBLE_DEVICES"
_WISH = re.compile(r"cpu|gpu(:(\d{1,4}|all))?")
_GIGABYTE = 1_000_000_000


class DeviceError(Exception):
    """The device that was asked for is not to be had; the message says why and what to do."""


class ChosenDevice(NamedTuple):
    """The card to train on, None for the processor or where it is left to TensorFlow, and what there is to say."""

    gpu: Gpu | None = None
    warning: str = ""
    cuda: str | None = None
    """What CUDA_VISIBLE_DEVICES has to be; None leaves it."""
    gpus: tuple[Gpu, ...] = ()
    """The cards that train one network together; none where one does, or the processor."""


def cores() -> int:
    """How many cores of the processor this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def parse(text: str) -> str:
    """A wish as it is stored: "cpu", "gpu", "gpu:1" or "gpu:all". Raises DeviceError for anything else."""
    wish = text.strip().lower()
    if not _WISH.fullmatch(wish):
        raise DeviceError(
            f"a device is cpu, gpu (the freest), gpu:N with nvidia-smi's number or gpu:all (all together), not {text}"
        )
    return wish


def choose(wish: str, gpus: Gpus, environ: Mapping[str, str] = os.environ) -> ChosenDevice:
    """The card for a run: the one asked for, else the one with the most free memory, then the least used.

    Raises DeviceError when the wish cannot be met.
    """
    if wish == "cpu":
        return ChosenDevice(cuda="-1")
    if "MIG-" in environ.get(VISIBLE, ""):  # a part of a card, which is left to CUDA
        if ":" in wish:
            raise DeviceError(
                f"{VISIBLE} names a part of a card (MIG), which {wish} would override: unset it, or use gpu"
            )
        return ChosenDevice()
    allowed = [gpu for gpu in visible(gpus, environ) if not gpu.trouble]
    if not allowed:
        return _without(wish, gpus)
    if wish == ALL_GPUS:
        return _together(allowed, environ)
    if wish.startswith("gpu:"):
        index = int(wish.partition(":")[2])
        chosen = next((gpu for gpu in allowed if gpu.index == index), None)
        if chosen is None:
            listed = ", ".join(f"gpu:{gpu.index}" for gpu in allowed)
            limit = f" that {VISIBLE} allows" if VISIBLE in environ else ""
            raise DeviceError(f"there is no {wish} here{limit}; there is {listed}")
    else:
        chosen = max(allowed, key=lambda gpu: (gpu.memory_free, -(gpu.use or 0), -gpu.index))
    if len(allowed) == 1 and VISIBLE in environ:
        return ChosenDevice(chosen, busy(chosen))
    # By its UUID: CUDA may number the cards in another order than nvidia-smi does.
    return ChosenDevice(chosen, busy(chosen), chosen.uuid or str(chosen.index))


def _together(allowed: Sequence[Gpu], environ: Mapping[str, str]) -> ChosenDevice:
    """All cards for one run. Raises DeviceError where there is one."""
    if len(allowed) == 1:
        limit = f" that {VISIBLE} allows" if VISIBLE in environ else ""
        raise DeviceError(f"{ALL_GPUS} trains on several GPUs at once, and there is one here{limit}: gpu trains on it")
    warnings = [words for gpu in allowed if (words := busy(gpu))]
    if len(names := {gpu.name for gpu in allowed}) > 1:
        warnings.append(f"the GPUs differ ({', '.join(sorted(names))}), and each step waits for the slowest")
    seen = VISIBLE in environ and len(allowed) == len(environ[VISIBLE].split(","))
    cuda = None if seen else ",".join(gpu.uuid or str(gpu.index) for gpu in allowed)
    return ChosenDevice(None, "; ".join(warnings), cuda, tuple(allowed))


def busy(gpu: Gpu) -> str:
    """In a sentence, who else uses a card; "" when nobody does."""
    others = [process for process in gpu.processes if not process.mine]
    used, total = gpu.memory_used or 0, gpu.memory_total or 0
    if not others and used * 2 <= total:
        return ""
    memory = f"{used / _GIGABYTE:.1f} of {total / _GIGABYTE:.1f} GB used" if total else "memory not known"
    users = sorted({process.user or "somebody" for process in others})
    by = f", by {', '.join(users)} too" if users else ""
    return f"GPU {gpu.index} is busy ({memory}{by}): the run may be slow or run out of memory"


def visible(gpus: Gpus, environ: Mapping[str, str] = os.environ) -> tuple[Gpu, ...]:
    """The cards that CUDA_VISIBLE_DEVICES lets a program see: all, where it is not set or names parts of them."""
    if "MIG-" in environ.get(VISIBLE, "MIG-"):
        return gpus.devices
    found: list[Gpu] = []
    for word in environ[VISIBLE].split(","):
        gpu = next((one for one in gpus.devices if _names(word.strip(), one)), None)
        if gpu is None or gpu in found:  # CUDA stops at the first name that it does not know
            break
        found.append(gpu)
    return tuple(found)


def settle(wish: str, environ: MutableMapping[str, str] = os.environ) -> ChosenDevice:
    """Choose, and let this process see the chosen device only. It must come before TensorFlow looks for devices.

    Raises DeviceError.
    """
    choice = choose(wish, Gpus() if wish == "cpu" else read_gpus(), environ)
    if choice.cuda is not None:
        environ[VISIBLE] = choice.cuda
    return choice


def _without(wish: str, gpus: Gpus) -> ChosenDevice:
    """No card may be used: an error where one was asked for."""
    hidden = f"{VISIBLE} hides every GPU" if gpus.devices else ""
    reason = next(filter(None, (*(gpu.trouble for gpu in gpus.devices), hidden, gpus.reason)), "there is no GPU")
    if wish:
        fix = f": {gpus.fix}" if gpus.fix else ""
        raise DeviceError(f"{wish} cannot be used, because {reason}{fix}; cpu can")
    # TensorFlow would wait for a silent driver for ever.
    if gpus.state == "silent":
        return ChosenDevice(warning=f"{gpus.reason}: trained on the CPU", cuda="-1")
    return ChosenDevice()


def _names(word: str, gpu: Gpu) -> bool:
    """Whether a word of CUDA_VISIBLE_DEVICES names the card: its number, or the beginning of its UUID."""
    if word.isdecimal():
        return int(word) == gpu.index
    return word.startswith("GPU-") and gpu.uuid.startswith(word)
