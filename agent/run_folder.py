"""Reading a run folder: the episode as far as it was written, and what could not be read.

A folder may come from anyone, so reading is bounded: lines, files and pictures have size limits, links and names that
lead elsewhere are refused, and pictures are decoded only when asked for. Writing is `agent.journal`'s.
"""

from __future__ import annotations

import json
import os
import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from actions.errors import CaptureError, UsageError
from actions.geometry import Size
from agent import durable
from agent.records import (
    MAX_LINE_BYTES,
    MAX_PIXELS,
    SCHEMA,
    EndRecord,
    Header,
    Intent,
    ObservationRecord,
    PictureFile,
    Record,
    StepRecord,
    Unreadable,
    read_line,
)
from environments.episode import Episode
from environments.picture import Array, Picture, decode_png

JOURNAL = "journal.jsonl"
"""The file that makes a folder a run folder."""

MAX_JOURNAL_BYTES = 256 << 20
MAX_PICTURE_BYTES = 256 << 20

_FOLDER_NAME = re.compile(r"\d{8}T\d{6}\.\d{3}Z-[a-z0-9-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Dropped:
    """The end of a journal that could not be read, and why."""

    line: int
    bytes: int
    reason: str
    torn: bool
    """It is only the last line, cut off as it was written; nothing else is lost."""

    def __str__(self) -> str:
        return f"line {self.line} could not be read ({self.reason}); {self.bytes} bytes from there on are left out"


@dataclass(frozen=True, slots=True)
class Run:
    """One run folder. `episode` holds whole steps only, their pictures are read when asked for.

    A step whose action was begun and never reported on is there with the outcome unknown. `ended` is None where the
    run has not ended: then it is `running` (a process holds its lock) or was `cut_off`. Times are seconds since 1970.
    """

    folder: Path
    about: Mapping[str, str]
    started: float
    ended: float | None
    episode: Episode
    running: bool
    dropped: Dropped | None

    @property
    def cut_off(self) -> bool:
        return self.ended is None and not self.running


def read_run(folder: Path) -> Run:
    """The run in `folder`. `UsageError` where it is none, or was written by a newer version.

    May be called while the run is being written.
    """
    fd = open_journal(folder)
    try:
        running = not durable.lock(fd, shared=True)
        scan = scan_journal(fd, folder)
    finally:
        os.close(fd)
    episode = Episode(scan.header.task)
    ended: float | None = None
    pending: Intent | None = None
    for record in scan.records:
        if pending is not None and (isinstance(record, EndRecord) or record.index != pending.index):
            episode.steps.append(pending.step(_picture(folder, pending.observation)))
        pending = None
        match record:
            case Intent():
                pending, ended, episode.end = record, None, None
            case StepRecord():
                episode.steps.append(record.step(_picture(folder, record.observation)))
                ended, episode.end = None, None
            case EndRecord():
                ended = record.time
                episode.end, episode.message, episode.answer = record.end, record.message, record.answer
    if pending is not None and not running:
        episode.steps.append(pending.step(_picture(folder, pending.observation)))
    return Run(folder, scan.header.about, scan.header.time, ended, episode, running, scan.dropped)


def list_runs(root: Path) -> list[Path]:
    """The run folders in `root`, oldest first, by their names; empty where there is no `root`."""
    if not root.is_dir():
        return []
    return sorted(
        (f for f in root.iterdir() if _FOLDER_NAME.fullmatch(f.name) and (f / JOURNAL).is_file()), key=lambda f: f.name
    )


# ---------------------------------------------------------------- the journal's lines


@dataclass(frozen=True, slots=True)
class Scan:
    """The readable beginning of a journal: its records and how many bytes they take."""

    header: Header
    records: list[Intent | StepRecord | EndRecord]
    good: int
    dropped: Dropped | None

    @property
    def last_index(self) -> int:
        """Of the last step or intent; -1 where there is none."""
        return max((r.index for r in self.records if not isinstance(r, EndRecord)), default=-1)


def open_journal(folder: Path, *, write: bool = False) -> int:
    try:
        there = (folder / JOURNAL).exists()
    except (OSError, ValueError):  # a name that can't be one: too long, with a NUL
        there = False
    if not there:
        raise UsageError(f"{folder} is no run folder: expected a folder with a {JOURNAL} in it")
    return durable.open_regular(folder / JOURNAL, write=write)


def scan_journal(fd: int, folder: Path) -> Scan:
    """Read the records up to the first line that is damaged. `UsageError` where not even the header is readable."""
    header: Header | None = None
    records: list[Intent | StepRecord | EndRecord] = []
    last = -1
    good = 0
    size = os.fstat(fd).st_size
    number = 0
    reason = ""
    with open(fd, "rb", closefd=False) as file:
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            try:
                record = _whole(line, good)
                match record:
                    case Header():
                        if header is not None:
                            raise Unreadable("it is a second header")
                        header = record
                    case Intent() | StepRecord() if record.index < last:
                        raise Unreadable(f"it is about step {record.index}, after step {last}")
                    case Intent() | StepRecord():
                        last = record.index
                        records.append(record)
                    case EndRecord():
                        records.append(record)
                if header is None:
                    raise Unreadable("it comes before the header")
            except Unreadable as e:
                reason = str(e)
                break
            good += len(line)
        else:
            line = b""
    if header is None:
        raise UsageError(f"{folder} is no run folder: line 1 of {JOURNAL} is no header ({reason or 'it is empty'})")
    torn = not line.endswith(b"\n") and good + len(line) >= size
    return Scan(header, records, good, Dropped(number, size - good, reason, torn) if line else None)


def _whole(line: bytes, before: int) -> Record:
    if not line.endswith(b"\n"):
        raise Unreadable(
            "it was cut off" if len(line) <= MAX_LINE_BYTES else f"it is longer than {MAX_LINE_BYTES} bytes"
        )
    if before + len(line) > MAX_JOURNAL_BYTES:
        raise Unreadable(f"the journal is longer than {MAX_JOURNAL_BYTES} bytes")
    if before == 0:
        _check_schema(line)
    return read_line(line[:-1])


def _check_schema(line: bytes) -> None:
    """A newer version may have fields that this one doesn't know, so this is asked before the rest is read."""
    try:
        header: Any = json.loads(line[9:])
    except (ValueError, RecursionError):
        return
    if not isinstance(header, dict):
        return
    schema = cast("dict[str, object]", header).get("schema")
    if isinstance(schema, int) and schema > SCHEMA:
        raise UsageError(
            f"this run folder was written by a newer handeye (schema {schema}, this one reads up to {SCHEMA})",
            remedy="uv pip install --upgrade handeye",
        )


# ---------------------------------------------------------------- pictures


def _picture(folder: Path, observation: ObservationRecord) -> Picture:
    return StoredPicture(folder, observation.picture)


class StoredPicture(Picture):
    """A picture that stays on the disk until it is asked for, and is not kept then. Raises `CaptureError`."""

    def __init__(self, folder: Path, record: PictureFile) -> None:  # not super: that one decodes at once
        self.size: Size = record.size.size
        self.path = folder / record.file
        self._record = record

    @property
    def png(self) -> bytes:
        try:
            fd = durable.open_regular(self.path)
        except UsageError as e:
            raise CaptureError(f"the picture {self.path} can't be read: {e.message}") from e
        with open(fd, "rb") as file:
            if os.fstat(fd).st_size > MAX_PICTURE_BYTES:
                raise CaptureError(f"the picture {self.path} is larger than {MAX_PICTURE_BYTES} bytes")
            data = file.read()
        record = self._record
        if record.bytes and (len(data), zlib.crc32(data)) != (record.bytes, record.crc):
            raise CaptureError(f"the picture {self.path} is not the one that was written")
        if self.size.area > MAX_PIXELS:
            raise CaptureError(f"the picture {self.path} is said to have {self.size} pixels, more than {MAX_PIXELS}")
        # The size in the PNG's own header, before anything is decoded: PNG specification, 11.2.1 IHDR.
        if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR" or len(data) < 24:
            raise CaptureError(f"{self.path} is no PNG")
        if struct.unpack(">II", data[16:24]) != (self.size.width, self.size.height):
            raise CaptureError(f"the picture {self.path} has another size than the journal says")
        return data

    @property
    def array(self) -> Array:
        return decode_png(self.png)

    def encode_soon(self) -> None:
        """It is a PNG already."""

    def compact(self) -> None:
        """Nothing is kept."""
