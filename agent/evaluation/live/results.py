"""A file of live results: a JSON line for each episode, written when it has ended.

Lines are only ever appended, each in one write, so that a killed run loses at most the line that it was writing. Where
an episode stands there more than once (it was done again after a crash), the last counts.

    {"record": "header", "schema": 1, "about": {"model": "…", "dialect": "qwen2_vl", "faults": "plain", …}}
    {"record": "episode", "template": "send_message", "seed": 7, "done": true, "end": "done", "steps": 8, …}
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from actions.errors import UsageError
from actions.types import Action
from agent import durable
from agent.evaluation.live.suite import Case
from agent.records import Count, Seconds, Text, UsageRecord
from environments.episode import End

SCHEMA = 1
MAX_LINE_BYTES = 16 << 20

CRASHES: frozenset[End] = frozenset({"model", "device", "error"})
"""Ends that are nobody's decision: the model or the phone failed, or something beside them did."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ResultsHeader(_Record):
    """`about` tells apart runs that must not be mixed in one file: model, dialect, limits, faults, …"""

    record: Literal["header"] = "header"
    schema_: Annotated[int, Field(alias="schema", ge=1, le=SCHEMA)] = SCHEMA
    about: dict[Text, Text]


class EpisodeResult(_Record):
    """How one episode went. `done` is the phone's word, `end` and `message` are the agent's.

    `possible`: whether the right end is another than to give up. `actions`: what was asked of the phone and of the
    loop, in order. `seconds`: of each stage of the loop, summed over the steps; `wall_seconds` from the first look to
    the end, with the waits for episodes beside it. `run`: the run folder, where one was kept.
    """

    record: Literal["episode"] = "episode"
    template: Text
    seed: Count
    task: Text
    possible: bool
    done: bool
    end: End
    message: Text
    answer: Text | None
    steps: Count
    oracle_steps: Count
    most_steps: Count
    actions: tuple[Action, ...]
    seconds: dict[Text, Seconds]
    wall_seconds: Seconds
    usage: UsageRecord
    run: Text | None = None

    @property
    def case(self) -> Case:
        return Case(self.template, self.seed)

    @property
    def crashed(self) -> bool:
        return self.end in CRASHES


Line = Annotated[ResultsHeader | EpisodeResult, Field(discriminator="record")]
_line: TypeAdapter[ResultsHeader | EpisodeResult] = TypeAdapter(Line)


@dataclass(frozen=True, slots=True)
class Results:
    """What a file holds: each case's last episode, in the order of the file. `damaged`: lines that are left out."""

    about: Mapping[str, str]
    episodes: Mapping[Case, EpisodeResult]
    damaged: int


def read_results(path: Path) -> Results:
    """`UsageError` where it is no file of live results."""
    fd = durable.open_regular(path)
    try:
        scan = _scan(fd, path)
    finally:
        os.close(fd)
    if scan.header is None:
        raise UsageError(f"{path} is no file of live results: it is empty")
    damaged = len(scan.damaged) + (scan.torn is not None)
    return Results(scan.header.about, scan.episodes, damaged)


class ResultsFile:
    """The writer of one file, and what it holds already. One process at a time; used from one thread at a time.

    Raises `UsageError` where the file is another run's or in use, `StorageError` where it can't be written.
    """

    def __init__(self, path: Path, fd: int, about: Mapping[str, str]) -> None:
        """Use `open`."""
        self.path = path
        self.about = about
        self.episodes: dict[Case, EpisodeResult] = {}
        self._fd: int | None = fd

    @classmethod
    def open(cls, path: Path, about: Mapping[str, str]) -> Self:
        """A new file, or one that goes on: then it must be about the same, and a line that was cut off is removed."""
        with durable.storing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                fd = durable.open_new(path)
            except FileExistsError:
                fd = durable.open_regular(path, write=True)
        file = cls(path, fd, about)
        try:
            if not durable.lock(fd):
                raise UsageError(f"another process is writing {path}")
            file._take_up(ResultsHeader(about=dict(about)))
        except BaseException:
            file.close()
            raise
        return file

    def _take_up(self, header: ResultsHeader) -> None:
        fd = self._open
        scan = _scan(fd, self.path)
        if scan.damaged:
            raise UsageError(f"{self.path} is damaged: {scan.damaged[0]}", remedy="begin a new file")
        if scan.header is not None:
            _same_run(self.path, scan.header.about, header.about)
        elif not _bytes(header).startswith(os.pread(fd, MAX_LINE_BYTES, 0)):
            raise UsageError(f"{self.path} is no file of live results: its first line is no header")
        self.episodes = dict(scan.episodes)
        with durable.storing(self.path):
            os.ftruncate(fd, scan.good)
            os.lseek(fd, 0, os.SEEK_END)
            if scan.header is None:
                durable.write_all(fd, _bytes(header))

    def write(self, result: EpisodeResult) -> None:
        """Append an episode. A disk that is full leaves no half of it."""
        fd = self._open
        end = os.lseek(fd, 0, os.SEEK_END)
        with durable.storing(self.path):
            try:
                durable.write_all(fd, _bytes(result))
            except OSError:
                os.ftruncate(fd, end)
                raise
        self.episodes[result.case] = result

    def close(self) -> None:
        """May be called twice."""
        fd, self._fd = self._fd, None
        if fd is not None:
            try:
                with durable.storing(self.path):
                    durable.sync(fd)
            finally:
                os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _open(self) -> int:
        if self._fd is None:
            raise ValueError(f"{self.path} is closed")
        return self._fd


@dataclass(slots=True)
class _Scan:
    header: ResultsHeader | None
    episodes: dict[Case, EpisodeResult]
    damaged: list[str]
    torn: str | None
    good: int
    """Bytes up to the last whole line."""


def _scan(fd: int, path: Path) -> _Scan:
    scan = _Scan(None, {}, [], None, 0)
    for number, line in _lines(fd):
        if not line.endswith(b"\n") and len(line) <= MAX_LINE_BYTES:
            scan.torn = f"line {number}: it was cut off"
            break
        found = _read(line)
        match found:
            case ResultsHeader() if number == 1:
                scan.header = found
            case EpisodeResult() if number > 1:
                scan.episodes.pop(found.case, None)
                scan.episodes[found.case] = found
            case _ if number == 1:
                why = found if isinstance(found, str) else f"it is an {found.record}"
                raise UsageError(f"{path} is no file of live results: its first line is no header ({why})")
            case str():
                scan.damaged.append(f"line {number}: {found}")
            case _:
                scan.damaged.append(f"line {number}: it is a second header")
        scan.good += len(line)
    return scan


def _lines(fd: int) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each line; one that is too long comes in pieces, of which none can be read."""
    with open(fd, "rb", closefd=False) as file:
        file.seek(0)
        number = 0
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            yield number, line


def _read(line: bytes) -> ResultsHeader | EpisodeResult | str:
    """The record of a line, or why there is none."""
    if len(line) > MAX_LINE_BYTES:
        return f"it is longer than {MAX_LINE_BYTES} bytes"
    try:
        return _line.validate_json(line)
    except ValidationError as e:
        first = e.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc'])) or 'the line'}: {first['msg']}"


def _bytes(record: ResultsHeader | EpisodeResult) -> bytes:
    return record.model_dump_json(by_alias=True).encode() + b"\n"


def _same_run(path: Path, there: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    for name in sorted({*there, *wanted}):
        if there.get(name) != wanted.get(name):
            raise UsageError(
                f"{path} was begun with {name} {there.get(name)!r}, not {wanted.get(name)!r}",
                remedy="begin a new file",
            )
