"""What the jobs of a SLURM cluster are asked for: a table of the settings, and words of the command line."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Sequence

import msgspec

from cnn_tui.jobs.job_options import JobOptionsError, with_words

HOURS_4 = 240


class SlurmOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The names are sbatch's. What is empty is left to the cluster."""

    partition: str = ""
    account: str = ""
    qos: str = ""
    gres: str = ""
    """As "gpu:1"."""
    time: int = HOURS_4
    """Minutes until SLURM ends the job; it then goes on in another, from its last checkpoint."""
    cpus: int | None = None
    sbatch: tuple[str, ...] = ()
    """More lines of `#SBATCH`, each as "--constraint=a100"."""

    def __post_init__(self) -> None:
        for name, value, most in (("time", self.time, 525_600), ("cpus", self.cpus, 10_000)):
            if value is not None and not 1 <= value <= most:
                raise ValueError(f"{name}: found {value}; allowed: a whole number from 1 to {most:,}")
        for line in self.sbatch:
            if line.lstrip("-").replace("_", "-").startswith(("job-name", "J")):
                raise ValueError(f"sbatch: found {line}; cnn-tui names its jobs itself, to know them by their names")


def changed(options: SlurmOptions, words: Sequence[str]) -> SlurmOptions:
    """The options with what words as `partition=gpu` and `--constraint=a100` say. Raises JobOptionsError."""
    names = [name for name in SlurmOptions.__struct_fields__ if name != "sbatch"]
    named = [word for word in words if not word.startswith("--")]
    made = with_words(options, named, "--slurm", names, ", or a line of #SBATCH as --constraint=a100")
    lines = (*options.sbatch, *(word for word in words if word.startswith("--")))
    try:
        return msgspec.structs.replace(made, sbatch=lines)
    except ValueError as error:
        raise JobOptionsError(f"--slurm: {error}") from None


def obstacle() -> str:
    """Why no run can be given to SLURM from this machine, and what to do; "" when one can."""
    if shutil.which("sbatch") is None or shutil.which("srun") is None:
        return "there is no sbatch here: log in to the cluster's login node, and start cnn-tui there"
    if importlib.util.find_spec("submitit") is None:
        return "SLURM needs the package submitit, which is not installed: pip install 'cnn-tui[slurm]'"
    return ""
