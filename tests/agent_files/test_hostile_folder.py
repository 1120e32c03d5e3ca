"""A run folder from a stranger: refused or read within bounds, and nothing outside it is touched."""

import json
import os
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actions.errors import CaptureError, HandeyeError, UsageError
from agent.journal import Journal
from agent.records import MAX_LINE_BYTES, SCHEMA
from agent.run_folder import JOURNAL, read_run
from tests.agent_files.runs import step, write_run


def line(value: object) -> bytes:
    """A line with a right checksum, as an attacker writes it too."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


def changed(folder: Path, number: int, change: Callable[[dict[str, Any]], None]) -> None:
    """Rewrite one line of a journal, with a right checksum."""
    path = folder / JOURNAL
    lines = path.read_bytes().splitlines(keepends=True)
    value = json.loads(lines[number][9:])
    change(value)
    lines[number] = line(value)
    path.write_bytes(b"".join(lines))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb(side: int) -> bytes:
    """A small PNG that says it has side x side pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_run(tmp_path / "runs", [step(0), step(1)])


def test_what_is_no_run_folder_is_named(tmp_path: Path):
    empty = tmp_path / "empty"
    empty.mkdir()
    file = tmp_path / "file"
    file.write_bytes(b"x")
    for place in (empty, file, tmp_path / "missing", tmp_path / "a\0b", tmp_path / ("x" * 5000)):
        with pytest.raises(UsageError, match=r"is no run folder: expected a folder with a journal\.jsonl"):
            read_run(place)
        with pytest.raises(UsageError, match="is no run folder"):
            Journal.reopen(place)


FIRST_LINES: dict[str, bytes] = {
    "empty": b"",
    "binary": bytes(range(256)) * 10,
    "json without a checksum": b'{"record":"header"}\n',
    "wrong checksum": b'00000000 {"record":"header"}\n',
    "a list": line([]),
    "a number": line(1),
    "no header": line({"record": "end", "time": 1, "end": "done", "message": "", "answer": None}),
    "missing fields": line({"record": "header", "schema": 1}),
    "unknown field": line({"record": "header", "schema": 1, "task": "", "about": {}, "time": 1, "x": 1}),
    "unknown record": line({"record": "__class__"}),
    "deep": line(b"[" * 100_000),
    "not a number": line(b'{"record":"header","schema":1,"task":"","about":{},"time":NaN}'),
    "bad utf-8": line(b'{"record":"header","task":"\xff"}'),
    "a great number": line(b'{"record":"header","schema":' + b"9" * 5000 + b"}"),
}


@pytest.mark.parametrize("content", FIRST_LINES.values(), ids=FIRST_LINES.keys())
def test_a_bad_first_line(folder: Path, content: bytes):
    (folder / JOURNAL).write_bytes(content)
    with pytest.raises(UsageError, match="is no run folder: line 1 of"):
        read_run(folder)


def test_a_newer_version_is_named(folder: Path):
    def newer(header: dict[str, Any]) -> None:
        header.update(schema=SCHEMA + 1, something_new=True)

    changed(folder, 0, newer)
    words = rf"written by a newer handeye \(schema {SCHEMA + 1}, this one reads up to {SCHEMA}\)"
    with pytest.raises(UsageError, match=words) as caught:
        read_run(folder)
    assert caught.value.remedy is not None


@pytest.mark.parametrize("size", [1 << 30, MAX_LINE_BYTES + 2])
def test_an_endless_line_takes_no_memory(folder: Path, size: int):
    path = folder / JOURNAL
    good = path.stat().st_size
    os.truncate(path, good + size)  # sparse: a gigabyte of zeros that no disk holds
    tracemalloc.start()
    started = time.monotonic()
    try:
        run = read_run(folder)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * MAX_LINE_BYTES
    assert time.monotonic() - started < 10
    assert len(run.episode.steps) == 2
    assert run.dropped is not None
    assert not run.dropped.torn
    assert "longer than" in run.dropped.reason
    with pytest.raises(UsageError, match="damaged"):
        Journal.reopen(folder)


NAMES = (
    "../0000.png",
    "/etc/passwd",
    "..",
    "0000.png\n",
    "0000.png/../../x",
    "a.png",
    "0000.PNG",
    "C:0000.png",
    "000.png",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_name_never_leads_elsewhere(folder: Path, name: str):
    def elsewhere(record: dict[str, Any]) -> None:
        record["observation"]["picture"]["file"] = name

    changed(folder, 4, elsewhere)
    run = read_run(folder)
    assert run.dropped is not None
    assert "observation.picture.file" in run.dropped.reason
    assert [s.index for s in run.episode.steps if s.attempts] == [0]


@pytest.mark.parametrize("name", ["0000.png", JOURNAL])
def test_a_link_is_not_followed(folder: Path, tmp_path: Path, name: str):
    outside = tmp_path / "outside"
    (folder / name).rename(outside)
    (folder / name).symlink_to(outside)
    with pytest.raises(HandeyeError, match=r"is a link"):
        _ = read_run(folder).episode.steps[0].observation.picture.png


@pytest.mark.parametrize("name", ["0000.png", JOURNAL])
def test_a_pipe_does_not_block(folder: Path, name: str):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(HandeyeError, match="no ordinary file"):
        _ = read_run(folder).episode.steps[0].observation.picture.png


def test_a_picture_bomb_is_not_decoded(folder: Path):
    data = bomb(60_000)

    def whole(record: dict[str, Any]) -> None:
        size = {"width": 60_000, "height": 60_000}
        record["observation"]["picture"] = {
            "file": "0000.png",
            "size": size,
            "bytes": len(data),
            "crc": zlib.crc32(data),
        }

    (folder / "0000.png").write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(CaptureError, match="not the one that was written"):
            _ = read_run(folder).episode.steps[0].observation.picture.array
        changed(folder, 2, whole)
        with pytest.raises(CaptureError, match="60000x60000 pixels, more than"):
            _ = read_run(folder).episode.steps[0].observation.picture.array
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 << 20


LIES: dict[str, bytes] = {
    "another size": bomb(300),
    "no png": b"GIF89a" + bytes(100),
    "half a png": bomb(300)[:40],
    "empty": b"",
}


@pytest.mark.parametrize("data", LIES.values(), ids=LIES.keys())
def test_a_picture_that_is_something_else(folder: Path, data: bytes):
    def believed(record: dict[str, Any]) -> None:
        record["observation"]["picture"].update(bytes=len(data), crc=zlib.crc32(data))

    (folder / "0000.png").write_bytes(data)
    changed(folder, 2, believed)
    with pytest.raises(CaptureError, match=r"0000\.png"):
        _ = read_run(folder).episode.steps[0].observation.picture.array


BAD_STEPS: dict[str, Callable[[dict[str, Any]], None]] = {
    "unknown action": lambda r: r["action"].update(kind="eval"),
    "a point outside": lambda r: r["action"]["point"].update(x=7),
    "a negative index": lambda r: r.update(index=-1),
    "an earlier index": lambda r: r.update(index=0),
    "an unknown status": lambda r: r["outcome"].update(status="fine"),
    "a size of nothing": lambda r: r["observation"]["picture"]["size"].update(width=0),
    "a huge size": lambda r: r["observation"]["picture"]["size"].update(width=10**9),
    "one field more": lambda r: r.update(extra=1),
    "text for a flag": lambda r: r["observation"].update(secure="perhaps"),
    "a second header": lambda r: (r.clear(), r.update(record="header", schema=1, task="", about={}, time=1))[0],
}


@pytest.mark.parametrize("change", BAD_STEPS.values(), ids=BAD_STEPS.keys())
def test_a_bad_step_ends_what_is_read(folder: Path, change: Callable[[dict[str, Any]], None]):
    changed(folder, 4, change)
    run = read_run(folder)
    assert run.dropped is not None
    assert run.dropped.line == 5
    assert [s.index for s in run.episode.steps if s.attempts] == [0]
    assert run.episode.end is None
