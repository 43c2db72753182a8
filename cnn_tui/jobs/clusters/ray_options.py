"""What runs ask of a Ray cluster: a table of the settings, and words of the command line."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence

import msgspec

from cnn_tui.experiment.file_errors import found
from cnn_tui.jobs.job_options import JobOptionsError, with_words

LOCAL = "local"
"""The address of a Ray of one's own on this machine, which begins with the first run and ends with the last."""
_ADDRESS = re.compile(r"(?P<host>[\w.-]+|\[[0-9a-fA-F:.]+\]):(?P<port>\d{1,5})", re.ASCII)
_MOST = 10_000
INSTALL = "Ray needs the package ray, which is not installed: pip install 'cnn-tui[ray]'"


class RayOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which cluster, and what each run has there for itself."""

    address: str = ""
    """HOST:PORT of the cluster's head, or LOCAL; no cluster is joined that is not named."""
    cpus: int = 1
    gpus: float = 0
    """Half a GPU is 0.5: two runs share it."""
    resources: dict[str, float] = {}
    """What else nodes were started with, as `--resources '{"a100": 1}'` names it."""

    def __post_init__(self) -> None:
        if self.address not in ("", LOCAL) and port_of(self.address) is None:
            raise ValueError(
                f"address: found {found(self.address)}; allowed: HOST:PORT of a cluster's head, as 10.0.0.1:6379, or "
                f"{LOCAL} for a Ray of its own on this machine"
            )
        if not 1 <= self.cpus <= _MOST:
            raise ValueError(f"cpus: found {self.cpus}; allowed: a whole number from 1 to {_MOST:,}")
        for name, value in (("gpus", self.gpus), *self.resources.items()):
            if not 0 <= value <= _MOST or (value > 1 and not float(value).is_integer()):
                raise ValueError(f"{name}: found {value}; allowed: a part of one, or a whole number to {_MOST:,}")

    def in_words(self) -> str:
        """What a run asks for: `2 CPUs and 1 GPU`."""
        asked = [f"{self.cpus} {'CPU' if self.cpus == 1 else 'CPUs'}"]
        asked += [f"{self.gpus:g} {'GPU' if self.gpus <= 1 else 'GPUs'}"] if self.gpus else []
        asked += [f"{value:g} {name}" for name, value in self.resources.items()]
        return " and ".join(asked)


def port_of(address: str) -> tuple[str, int] | None:
    """Host and port of an address; None where it is none."""
    match = _ADDRESS.fullmatch(address)
    if match is None or not 0 < int(match["port"]) < 65_536:
        return None
    return match["host"].strip("[]"), int(match["port"])


def changed(options: RayOptions, words: Sequence[str]) -> RayOptions:
    """The options with what words as `address=10.0.0.1:6379` and `gpus=1` say. Raises JobOptionsError."""
    made = with_words(options, words, "--ray", ("address", "cpus", "gpus"))
    if not made.address:
        raise JobOptionsError(
            'no cluster is named: --ray address=HOST:6379, or address = "HOST:6379" under [ray] in settings.toml; '
            f"address={LOCAL} is a Ray of its own on this machine"
        )
    return made


def obstacle() -> str:
    """Why no run can be given to Ray from here, and what to do; "" when one can."""
    return "" if importlib.util.find_spec("ray") is not None else INSTALL
