"""A file of predictions: a JSON line for each step, with what was recorded beside what was predicted.

Since both stand there, scoring needs neither model nor data set, under any protocol and as often as one likes. Lines
are only ever appended, each in one write, so that a killed run loses at most the line that it was writing:

    {"record": "header", "schema": 1, "about": {"model": "…", "dataset": "aitz", "level": "high", …}}
    {"record": "step", "place": {…}, "truth": {…}, "prediction": {…}, "thought": "", "reply": "…", "seconds": 1.2}
    {"record": "unread", "place": {…}, "reason": "…"}
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from actions.errors import UsageError
from agent import durable
from agent.evaluation.step import Place, Prediction, Truth, Unread
from agent.records import Seconds, Text, recordable

SCHEMA = 1
MAX_LINE_BYTES = 16 << 20


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", revalidate_instances="always")


class Header(_Record):
    """`about` tells apart runs that must not be mixed in one file: model, dialect, data set, level, history, …"""

    record: Literal["header"] = "header"
    schema_: Annotated[int, Field(alias="schema", ge=1, le=SCHEMA)] = SCHEMA
    about: dict[Text, Text]


class Predicted(_Record):
    """`reply` is the model's own text, `seconds` what the step took, where that is known."""

    record: Literal["step"] = "step"
    place: Place
    truth: Truth
    prediction: Prediction
    thought: Text = ""
    reply: Text = ""
    seconds: Seconds = 0.0


class UnreadStep(_Record):
    record: Literal["unread"] = "unread"
    place: Place
    reason: Text

    @classmethod
    def of(cls, unread: Unread) -> UnreadStep:
        return cls(place=unread.place, reason=unread.reason)


Line = Annotated[Header | Predicted | UnreadStep, Field(discriminator="record")]
_line: TypeAdapter[Header | Predicted | UnreadStep] = TypeAdapter(Line)
_text: TypeAdapter[str | None] = TypeAdapter(Text | None)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be read. `torn`: it is the last and was cut off as it was written."""

    number: int
    reason: str
    torn: bool = False

    def __str__(self) -> str:
        return f"line {self.number}: {self.reason}"


def read_predictions(path: Path) -> Iterator[Header | Predicted | UnreadStep | BadLine]:
    """The lines of a file, one at a time. `UsageError` where the first is no header of a version that is known."""
    with open(durable.open_regular(path), "rb") as file:
        for number, _, line in _lines(file.fileno()):
            yield _header(path, line) if number == 1 else _read(line, number)


def read_header(path: Path) -> Header:
    """What a file is about. `UsageError` where it is none of predictions."""
    first = next(read_predictions(path), None)
    if not isinstance(first, Header):
        raise UsageError(f"{path} is no file of predictions: it is empty")
    return first


def _lines(fd: int) -> Iterator[tuple[int, int, bytes]]:
    """Number, place of the first byte, and bytes of each line; of one that is too long only the beginning."""
    with open(fd, "rb", closefd=False) as file:
        number, place = 0, 0
        while line := file.readline(MAX_LINE_BYTES):
            number += 1
            start, place = place, place + len(line)
            rest = line
            while not rest.endswith(b"\n") and (rest := file.readline(MAX_LINE_BYTES)):
                place += len(rest)
                line = line[:MAX_LINE_BYTES]
                if rest.endswith(b"\n"):
                    line += b"\0\n"  # so that what was too long is neither whole nor torn
            yield number, start, line


def _read(line: bytes, number: int) -> Header | Predicted | UnreadStep | BadLine:
    if not line.endswith(b"\n"):
        return BadLine(number, "it was cut off", torn=True)
    if len(line) > MAX_LINE_BYTES:
        return BadLine(number, f"it is longer than {MAX_LINE_BYTES} bytes")
    try:
        return _line.validate_json(line)
    except ValidationError as e:
        first = e.errors(include_url=False, include_input=False)[0]
        return BadLine(number, f"{'.'.join(map(str, first['loc'])) or 'the line'}: {first['msg']}")


def _header(path: Path, line: bytes) -> Header:
    found = _read(line, 1)
    if isinstance(found, Header):
        return found
    why = found.reason if isinstance(found, BadLine) else f"it is a {found.record}"
    raise UsageError(f"{path} is no file of predictions: its first line is no header of schema {SCHEMA} ({why})")


class PredictionsFile:
    """The writer of one file, and what it holds already. One process at a time; used from one thread at a time.

    Raises `UsageError` where the file is another run's or in use, `StorageError` where it can't be written.
    """

    def __init__(self, path: Path, fd: int, header: Header) -> None:
        """Use `open`."""
        self.path = path
        self.about: Mapping[str, str] = header.about
        self._fd: int | None = fd
        self._places: dict[tuple[str, str, int], int] = {}

    @classmethod
    def open(cls, path: Path, about: Mapping[str, str]) -> Self:
        """A new file, or one that goes on: then it must be about the same, and a line that was cut off is removed."""
        header = Header(about=dict(about))
        path.parent.mkdir(parents=True, exist_ok=True)
        with durable.storing(path):
            try:
                fd = durable.open_new(path)
            except FileExistsError:
                fd = durable.open_regular(path, write=True)
        file = cls(path, fd, header)
        try:
            if not durable.lock(fd):
                raise UsageError(f"another process is writing {path}")
            file._take_up(header)
        except BaseException:
            file.close()
            raise
        return file

    def _take_up(self, header: Header) -> None:
        fd, good = self._open, 0
        for number, start, line in _lines(fd):
            if not line.endswith(b"\n"):
                break
            good = start + len(line)
            found = _header(self.path, line) if number == 1 else _read(line, number)
            match found:
                case Header() if number == 1:
                    _same_run(self.path, found.about, header.about)
                case Predicted() | UnreadStep():
                    self._places.setdefault(_key(found.place), start)
                case _:
                    raise UsageError(f"{self.path} is damaged: {found}", remedy="predict into a new file")
        with durable.storing(self.path):
            os.ftruncate(fd, good)
            os.lseek(fd, 0, os.SEEK_END)
            if good == 0:
                durable.write_all(fd, _bytes(header))

    def __contains__(self, place: Place) -> bool:
        return _key(place) in self._places

    def __len__(self) -> int:
        return len(self._places)

    def earlier(self, place: Place) -> Predicted | None:
        """What was predicted on a step before; None where nothing was, or the step could not be read."""
        start = self._places.get(_key(place))
        if start is None:
            return None
        with open(self._open, "rb", closefd=False) as file:
            file.seek(start)
            found = _read(file.readline(MAX_LINE_BYTES + 1), 0)
        os.lseek(self._open, 0, os.SEEK_END)
        return found if isinstance(found, Predicted) else None

    def write(self, record: Predicted | UnreadStep) -> None:
        """Append a step. A step that is there already is a `ValueError`."""
        key = _key(record.place)
        if key in self._places:
            raise ValueError(f"{record.place} stands in {self.path} already")
        with durable.storing(self.path):
            start = os.lseek(self._open, 0, os.SEEK_END)
            durable.write_all(self._open, _bytes(record))
        self._places[key] = start

    def close(self) -> None:
        if self._fd is not None:
            try:
                with durable.storing(self.path):
                    durable.sync(self._fd)
            finally:
                os.close(self._fd)
                self._fd = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _open(self) -> int:
        if self._fd is None:
            raise ValueError(f"{self.path} is closed")
        return self._fd


def _key(place: Place) -> tuple[str, str, int]:
    return place.file, place.episode, place.index


def _bytes(record: Header | Predicted | UnreadStep) -> bytes:
    if isinstance(record, Predicted):
        said = record.prediction
        said = replace(
            said, actions=tuple(recordable(a) for a in said.actions), problem=_text.validate_python(said.problem)
        )
        record = record.model_copy(update={"prediction": said})
    return record.model_dump_json(by_alias=True).encode() + b"\n"


def _same_run(path: Path, there: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    for name in sorted({*there, *wanted}):
        if there.get(name) != wanted.get(name):
            raise UsageError(
                f"{path} was begun with {name} {there.get(name)!r}, not {wanted.get(name)!r}",
                remedy="predict into a new file",
            )
