"""What a ledger says of a run, one struct for each thing that training records, and how it gets into the history."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from cnn_tui.history.alive import Machine
from cnn_tui.history.ending import Status
from cnn_tui.history.epoch import Epoch, Point
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import EventKind, Progress, Run


class Claimed(msgspec.Struct, frozen=True, tag=True):
    """A process took the run, on a machine, at a moment in seconds since 1970."""

    pid: int
    seed: int
    machine: Machine
    at: float


class Started(msgspec.Struct, frozen=True, tag=True):
    """What is known once the data is loaded."""

    dataset: str
    train_images: int
    test_images: int
    environment: dict[str, Any]
    validation_images: int | None = None
    """None from a version that did not tell it."""


class Progressed(msgspec.Struct, frozen=True, tag=True):
    """Where the run is."""

    progress: Progress
    point: Point | None
    at: float


class EpochEnded(msgspec.Struct, frozen=True, tag=True):
    """A whole epoch, and the seconds of training so far."""

    epoch: Epoch
    seconds: float
    at: float


class Happened(msgspec.Struct, frozen=True, tag=True):
    """Something that happened to the run."""

    text: str
    kind: EventKind
    at: float


class WentOn(msgspec.Struct, frozen=True, tag=True):
    """The run goes on after an epoch, or with 0 from the start."""

    epoch: int
    text: str
    at: float


class Forgot(msgspec.Struct, frozen=True, tag=True):
    """What was recorded past the end of this epoch is recorded again."""

    epoch: int


class StatusChanged(msgspec.Struct, frozen=True, tag="Changed"):
    """The status of a live run."""

    status: Status


class Requeued(msgspec.Struct, frozen=True, tag=True):
    """The job waits again, or has begun again."""

    text: str
    at: float


class RunEnded(msgspec.Struct, frozen=True, tag=True):
    """How the run ended."""

    result: Result


Record: TypeAlias = (
    Claimed | Started | Progressed | EpochEnded | Happened | WentOn | Forgot | StatusChanged | Requeued | RunEnded
)
_encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)


def encoded(record: Record) -> bytes:
    return _encode(record)


def decoded(data: bytes) -> Record:
    """Raises msgspec.MsgspecError for what another version wrote."""
    return _decoder.decode(data)


def apply(history: History, run_id: int, record: Record) -> None:
    """Write a record into the history, as training would have. Raises sqlite3.Error."""
    match record:
        case Claimed(pid, seed, machine, at):
            history.claim(run_id, pid, seed, Machine(*machine), at)
        case Started():
            history.record_start(run_id, **msgspec.structs.asdict(record))
        case Progressed(progress, point, at):
            history.record_progress(run_id, progress, point, at)
        case EpochEnded(epoch, seconds, at):
            history.record_epoch(run_id, epoch, seconds, at)
        case Happened(text, kind, at):
            history.record_event(run_id, text, kind, at)
        case WentOn(epoch, text, at):
            history.record_resumption(run_id, epoch, text, at)
        case Forgot(epoch):
            history.forget_after(run_id, epoch)
        case StatusChanged(status):
            history.record_status(run_id, status)
        case Requeued(text, at):
            history.record_requeue(run_id, text, at)
        case RunEnded(result):
            history.record_end(run_id, result)


def followed(run: Run, record: Record) -> Run:
    """What a run is after a record, as far as training that goes on has to know."""
    change = msgspec.structs.replace
    match record:
        case Claimed(_, seed):
            return change(run, seed=seed)
        case Started():
            return change(run, **msgspec.structs.asdict(record))
        case EpochEnded(epoch):
            return change(run, epochs=(*(one for one in run.epochs if one.epoch < epoch.epoch), epoch))
        case Forgot(last):
            return change(run, epochs=tuple(one for one in run.epochs if one.epoch <= last))
        case WentOn():
            return change(run, resumed_after=None)  # where it was asked to go on: a job that begins again does not
        case RunEnded(result):
            return change(run, status=result.status)
    return run
