"""A log read in pieces gives the rows that reading it whole would give."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnn_tui.artifacts import log_file
from cnn_tui.artifacts.log_file import BLOCK, LogFile, LogRow
from tests.properties import examples

ALL = 1_000_000


def alive() -> bool:
    return True


def log(path: Path, data: bytes) -> LogFile:
    path.write_bytes(data)
    return LogFile(path)


def starts(file: LogFile) -> list[int]:
    return [row.start for row in file.rows(0, ALL)]


def test_rows_end_with_a_line_end_of_any_kind(tmp_path: Path) -> None:
    file = log(tmp_path / "log.txt", b"one\ntwo\r\n\n1/2\r2/2\nlast")
    assert [row.data for row in file.rows(0, ALL)] == [b"one", b"two", b"", b"1/2", b"2/2", b"last"]
    assert file.rows(4, 1) == [LogRow(4, 9, b"two")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(300), deadline=None)
@given(st.lists(st.sampled_from([b"a", b"bc" * 9, b"\n", b"\r", b"\r\n", b"d" * 40]), max_size=60))
def test_going_back_meets_the_rows_of_going_forward(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: list[bytes]
) -> None:
    monkeypatch.setattr(log_file, "BLOCK", 16)  # so that lines without an end are met often
    data = b"".join(parts)
    file = log(tmp_path / "log.txt", data)
    rows = file.rows(0, ALL)
    assert b"".join(data[row.start : row.next] for row in rows) == data
    assert all(len(row.data) < 32 for row in rows)
    where = [row.start for row in rows]
    for at, start in enumerate(where):
        assert [row.start for row in file.rows(start, 3)] == where[at : at + 3]
        assert file.back(start, 1) == (where[at - 1] if at else 0)
        assert file.back(start, 5) == (where[at - 5] if at >= 5 else 0)
    assert file.back(len(data), 2) == (where[-2] if len(where) > 1 else 0)
    for offset in range(len(data)):
        assert file.row_at(offset) == max(start for start in where if start <= offset)


def test_a_line_of_half_a_gigabyte_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    with path.open("wb") as file:
        file.truncate(500_000_000)  # zeros without a line end; the file system stores none of them
        file.seek(499_999_000)
        file.write(b"\nthe last but one\nthe last\n")
        file.truncate()
    big = LogFile(path)
    tracemalloc.start()
    assert [row.data for row in big.rows(big.back(big.size(), 2), 9)] == [b"the last but one", b"the last"]
    middle = big.row_at(250_000_000)
    assert 250_000_000 - middle < BLOCK and len(big.rows(middle, 40)) == 40
    assert big.back(middle, 40) == middle - 40 * BLOCK
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


def test_search_finds_what_lies_across_two_pieces_in_both_directions(tmp_path: Path) -> None:
    piece = log_file._PIECE
    data = bytearray(b"x" * 79 + b"\n") * (3 * piece // 80)
    places = [5, piece - 3, piece + 10, 2 * piece - 1]
    for place in places:
        data[place : place + 5] = b"ErRor"
    file = log(tmp_path / "log.txt", bytes(data))

    def errors(piece: bytes) -> list[int]:
        return [hit.start() for hit in re.finditer(b"error", piece, re.IGNORECASE)]

    assert list(file.find(errors, 0, len(data), alive)) == places
    assert list(file.find(errors, 6, piece, alive)) == [piece - 3]
    assert list(file.find_back(errors, 0, len(data), alive)) == places[::-1]
    assert list(file.find_back(errors, 6, piece, alive)) == [piece - 3]
    assert list(file.find(errors, 0, len(data), lambda: False)) == []


def test_a_file_that_is_gone_or_shorter_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    file = log(tmp_path / "log.txt", b"one\ntwo\n" * 1000)
    before = file.stamp()
    file.path.write_bytes(b"new\n")
    assert file.stamp() != before
    assert file.rows(4000, 5) == []
    assert file.row_at(4000) == 0 and file.back(4000, 9) == 0
    file.path.unlink()
    assert (file.stamp(), file.size(), file.rows(0, 5), file.row_at(7)) == (None, 0, [], 0)


def test_what_is_no_file_is_an_empty_log(tmp_path: Path) -> None:
    assert LogFile(tmp_path).rows(0, 5) == []
    assert starts(LogFile(tmp_path / "missing" / "log.txt")) == []
