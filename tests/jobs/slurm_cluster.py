"""A real SLURM cluster of two nodes on this machine, of the test's own: its configuration, key, ports and folders."""

from __future__ import annotations

import contextlib
import getpass
import os
import platform
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from tests.waiting import wait_for

DAEMONS = ("munged", "slurmctld", "slurmd", "sbatch", "srun")
NODES = ("n1", "n2")
_STEP = "slurmstepd"
_PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
_CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/controller.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/controller.log
SlurmdLogFile={folder}/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SchedulerType=sched/builtin
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
KillWait=2
SlurmdTimeout=10
MessageTimeout=5
MpiDefault=none
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={first} CPUs=1
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={second} CPUs=1
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
PartitionName=one Nodes=n1 MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """What of SLURM is not installed; "" when all is."""
    return ", ".join(name for name in DAEMONS if shutil.which(name, path=_PLACES) is None)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _kill(processes: Sequence[psutil.Process]) -> None:
    for one in processes:
        with contextlib.suppress(psutil.Error):
            one.kill()


class Cluster:
    """The cluster's daemons, each a child of the test."""

    def __init__(self, folder: Path) -> None:
        for name in ("state", "munge", "home"):
            (folder / name).mkdir(parents=True, mode=0o700)
        self.folder, self.configuration = folder, folder / "slurm.conf"
        (folder / "munge" / "key").write_bytes(os.urandom(1024))
        (folder / "munge" / "key").chmod(0o600)
        names = {"host": platform.node(), "user": getpass.getuser(), "folder": folder}
        ports = {name: _free_port() for name in ("controller", "first", "second")}
        self.configuration.write_text(_CONFIGURATION.format(**names, **ports))
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        munge = self.folder / "munge"
        files = {"socket": "socket", "key-file": "key", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
        self._start("munged", "--foreground", "--force", *(f"--{name}={munge / file}" for name, file in files.items()))
        wait_for((munge / "socket").exists, "munge")
        self.start_controller()
        for node in NODES:
            self.start_node(node)
        wait_for(lambda: self.ask("sinfo", "-h", "-N", "-p", "main", "-o", "%t").split() == ["idle"] * 2, "two nodes")

    def start_controller(self) -> None:
        self._start("slurmctld", "-D")

    def end_controller(self) -> None:
        """As whoever keeps the cluster does: it writes down what it knows, and ends."""
        controller = self._daemons.pop("slurmctld")
        controller.terminate()
        controller.wait(30)

    @contextlib.contextmanager
    def forgetting(self) -> Iterator[None]:
        """The controller is killed, and one begins that knows nothing of what came to it inside this.

        It writes its state every five seconds: when it is killed, what came since is lost, and its job numbers are
        given out again.
        """
        state = self.folder / "state"
        self.end_controller()  # all is written down
        was = shutil.copytree(state, self.folder / "state-before")
        self.start_controller()
        yield
        self._end("slurmctld")
        shutil.rmtree(state)
        was.rename(state)
        self.start_controller()

    def start_node(self, node: str) -> None:
        self._start("slurmd", "-D", "-N", node, name=node)

    def kill_node(self, node: str) -> None:
        """As if its power had failed: the daemon and all that runs on it are gone at once."""
        self._end(node)
        on_it = [one for one, variables in self._processes() if variables.get("SLURMD_NODENAME") == node]
        steps = []
        for one in on_it:
            with contextlib.suppress(psutil.Error):
                steps += [parent for parent in one.parents() if parent.name() == _STEP]
        _kill([*steps, *on_it])  # in this order: a step tells the controller how what it runs has ended

    def ask(self, *command: str) -> str:
        """What a command of SLURM's prints; "" when it fails."""
        done = subprocess.run(command, env=self._environment(), capture_output=True, text=True, timeout=60, check=False)
        return done.stdout if done.returncode == 0 else ""

    @contextlib.contextmanager
    def ordered(self, *command: str) -> Iterator[None]:
        """A command has begun; inside this, wait for what it does.

        Where a part of an array is just beginning or ending, scancel sends its signal at once, and then goes on asking
        for a minute and a half whether it came: long enough to send it once more, to whatever runs by then.
        """
        process = subprocess.Popen(
            command, env=self._environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield
        finally:
            process.kill()
            process.wait()

    def warned(self, job: str) -> contextlib.AbstractContextManager[None]:
        """A job has been told that its end is near, as SLURM does before the end of its time."""
        number = self.ask("squeue", "-h", "-j", job, "-o", "%A").strip()
        return self.ordered("scancel", "--signal=USR2", f"{number}.0")

    def state(self, job: str) -> str:
        """What SLURM says of a job, as PENDING; "" for one that it does not know."""
        return self.ask("squeue", "-h", "--array", "--states=all", "-j", job, "-o", "%T").strip()

    def hurry(self) -> None:
        """Have jobs that were queued again begin now: SLURM would leave them two minutes."""
        for line in self.ask("squeue", "-h", "--array", "-o", "%i %r").splitlines():
            job, _, why = line.partition(" ")
            if why.strip() == "BeginTime":
                self.ask("scontrol", "update", f"JobId={job}", "StartTime=now")

    def end(self) -> None:
        for node in NODES:
            if node in self._daemons:
                self.kill_node(node)
        for name in reversed(list(self._daemons)):
            self._end(name)
        _kill([one for one, _ in self._processes()])

    def _processes(self) -> Iterator[tuple[psutil.Process, dict[str, str]]]:
        """All processes of the cluster, with their environments."""
        for one in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                variables = one.environ()
                if variables.get("SLURM_CONF") == str(self.configuration) and one.pid != os.getpid():
                    yield one, variables

    def _environment(self) -> dict[str, str]:
        # A home in its folder: what is left of it is swept up with the other processes of the tests.
        return {
            **os.environ,
            "PATH": _PLACES,
            "SLURM_CONF": str(self.configuration),
            "CNN_TUI_HOME": str(self.folder / "home"),
        }

    def _start(self, program: str, *arguments: str, name: str = "") -> None:
        with (self.folder / f"{name or program}.out").open("ab") as out:
            self._daemons[name or program] = subprocess.Popen(
                [str(shutil.which(program, path=_PLACES)), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=self._environment(),
            )

    def _end(self, name: str) -> None:
        daemon = self._daemons.pop(name)
        daemon.kill()
        daemon.wait()
