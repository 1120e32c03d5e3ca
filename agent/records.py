"""The lines of a run folder's journal: their JSON form, versioned, and its way to and from our own values.

A line is `CRC32 of the rest, 8 hex digits`, a space, one JSON object told apart by `record`. The first is the header.
An *intent* is written before an action is done and a *step* after it, so an intent without a step is an action whose
outcome nobody knows.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from actions.geometry import Point, Size
from actions.types import Action, action_adapter
from environments.base import Observation, Outcome, Status
from environments.episode import Attempt, End, Episode, Grounding, Step, Usage
from environments.picture import Picture

SCHEMA = 2
"""Raised by one whenever an older reader could not read what this version writes."""

MAX_LINE_BYTES = 16 << 20
MAX_TEXT = 1 << 20
"""Characters of one text; what is longer is cut and says so. Tools may return anything."""
MAX_PIXELS = 64_000_000
"""Nearly two 8K screens; more is no screenshot but an attack on the reader's memory."""

_MAX_DEPTH = 32


def _readable(value: object) -> object:
    """Half surrogate pairs have no place in UTF-8: whole pairs are joined, halves become U+FFFD."""
    if not isinstance(value, str):
        return value
    if len(value) > MAX_TEXT:
        value = f"{value[:MAX_TEXT]}… [{len(value) - MAX_TEXT} more characters]"
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def _plain(value: Any, depth: int = 0) -> Any:
    """Plain JSON of bounded depth: a tool's arguments come from the model or from the user's own code."""
    if depth > _MAX_DEPTH:
        return "…"
    match value:
        case str():
            return _readable(value)
        case None | bool() | int() | float():
            return value
        case Mapping():
            return {str(_readable(str(k))): _plain(v, depth + 1) for k, v in value.items()}  # pyright: ignore
        case list() | tuple():
            return [_plain(v, depth + 1) for v in value]  # pyright: ignore
        case _:
            return _readable(str(value))


Text = Annotated[str, BeforeValidator(_readable)]
Seconds = Annotated[float, Field(allow_inf_nan=False)]
Index = Annotated[int, Field(ge=0, lt=1_000_000)]
Side = Annotated[int, Field(ge=1, le=100_000)]
Count = Annotated[int, Field(ge=0)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SizeRecord(_Record):
    width: Side
    height: Side

    @classmethod
    def of(cls, size: Size) -> SizeRecord:
        return cls(width=size.width, height=size.height)

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)


class PictureFile(_Record):
    """A PNG beside the journal. `bytes` and `crc` of the whole file; 0 where it was not yet written for sure."""

    file: Annotated[str, Field(pattern=r"^[0-9]{4,6}\.png$")]
    size: SizeRecord
    bytes: Count = 0
    crc: Count = 0

    @classmethod
    def name(cls, index: int) -> str:
        return f"{index:04}.png"


class ObservationRecord(_Record):
    picture: PictureFile
    time: Seconds
    app: Text | None
    window: Text | None
    rotation: Literal[0, 90, 180, 270]
    secure: bool
    locked: bool
    terminal: bool
    stable: bool
    changed: bool | None
    notes: tuple[Text, ...]
    seconds: dict[Text, Seconds]

    @classmethod
    def of(cls, seen: Observation, picture: PictureFile) -> ObservationRecord:
        return cls(
            picture=picture,
            time=seen.time,
            app=seen.app,
            window=seen.window,
            rotation=seen.rotation,
            secure=seen.secure,
            locked=seen.locked,
            terminal=seen.terminal,
            stable=seen.stable,
            changed=seen.changed,
            notes=seen.notes,
            seconds=dict(seen.seconds),
        )

    def observation(self, picture: Picture) -> Observation:
        return Observation(
            picture=picture,
            time=self.time,
            app=self.app,
            window=self.window,
            rotation=self.rotation,
            secure=self.secure,
            locked=self.locked,
            terminal=self.terminal,
            stable=self.stable,
            changed=self.changed,
            notes=self.notes,
            seconds=self.seconds,
        )


class UsageRecord(_Record):
    prompt_tokens: Count
    completion_tokens: Count
    calls: Count

    @classmethod
    def of(cls, usage: Usage) -> UsageRecord:
        return cls(prompt_tokens=usage.prompt_tokens, completion_tokens=usage.completion_tokens, calls=usage.calls)

    @property
    def usage(self) -> Usage:
        return Usage(self.prompt_tokens, self.completion_tokens, self.calls)


class GroundingRecord(_Record):
    description: Text
    text: Text
    point: Point | None
    problem: Text | None
    seconds: Seconds
    usage: UsageRecord

    @classmethod
    def of(cls, grounding: Grounding) -> GroundingRecord:
        return cls(
            description=grounding.description,
            text=grounding.text,
            point=grounding.point,
            problem=grounding.problem,
            seconds=grounding.seconds,
            usage=UsageRecord.of(grounding.usage),
        )

    @property
    def grounding(self) -> Grounding:
        return Grounding(self.description, self.text, self.point, self.problem, self.seconds, self.usage.usage)


class AttemptRecord(_Record):
    text: Text
    problem: Text | None
    repairs: tuple[Text, ...]
    groundings: tuple[GroundingRecord, ...] = ()

    @classmethod
    def of(cls, attempt: Attempt) -> AttemptRecord:
        return cls(
            text=attempt.text,
            problem=attempt.problem,
            repairs=attempt.repairs,
            groundings=tuple(GroundingRecord.of(g) for g in attempt.groundings),
        )

    @property
    def attempt(self) -> Attempt:
        return Attempt(self.text, self.problem, self.repairs, tuple(g.grounding for g in self.groundings))


class OutcomeRecord(_Record):
    status: Status
    detail: Text


class Header(_Record):
    record: Literal["header"] = "header"
    schema_: Annotated[int, Field(alias="schema")] = SCHEMA
    task: Text
    about: dict[Text, Text]
    time: Seconds


class Intent(_Record):
    """Written before the action is done."""

    record: Literal["intent"] = "intent"
    index: Index
    time: Seconds
    observation: ObservationRecord
    thought: Text
    action: Action

    def step(self, picture: Picture) -> Step:
        """The step that this became, as far as anyone knows."""
        return Step(
            index=self.index,
            observation=self.observation.observation(picture),
            attempts=(),
            thought=self.thought,
            action=self.action,
            outcome=Outcome("unknown", "the run ended before its outcome was recorded"),
        )


class StepRecord(_Record):
    record: Literal["step"] = "step"
    index: Index
    time: Seconds
    observation: ObservationRecord
    attempts: tuple[AttemptRecord, ...]
    thought: Text
    action: Action | None
    outcome: OutcomeRecord | None
    seen: SizeRecord | None
    changed: bool | None
    result: Text
    seconds: dict[Text, Seconds]
    usage: UsageRecord

    @classmethod
    def of(cls, step: Step, picture: PictureFile, *, time: float) -> StepRecord:
        outcome, seen = step.outcome, step.seen
        return cls(
            index=step.index,
            time=time,
            observation=ObservationRecord.of(step.observation, picture),
            attempts=tuple(AttemptRecord.of(a) for a in step.attempts),
            thought=step.thought,
            action=None if step.action is None else recordable(step.action),
            outcome=None if outcome is None else OutcomeRecord(status=outcome.status, detail=outcome.detail),
            seen=None if seen is None else SizeRecord.of(seen),
            changed=step.changed,
            result=step.result,
            seconds=dict(step.seconds),
            usage=UsageRecord.of(step.usage),
        )

    def step(self, picture: Picture) -> Step:
        return Step(
            index=self.index,
            observation=self.observation.observation(picture),
            attempts=tuple(a.attempt for a in self.attempts),
            thought=self.thought,
            action=self.action,
            outcome=None if self.outcome is None else Outcome(self.outcome.status, self.outcome.detail),
            seen=None if self.seen is None else self.seen.size,
            changed=self.changed,
            result=self.result,
            seconds=self.seconds,
            usage=self.usage.usage,
        )


class EndRecord(_Record):
    record: Literal["end"] = "end"
    time: Seconds
    end: End | None
    message: Text
    answer: Text | None

    @classmethod
    def of(cls, episode: Episode, *, time: float) -> EndRecord:
        return cls(time=time, end=episode.end, message=episode.message, answer=episode.answer)


Record = Annotated[Header | Intent | StepRecord | EndRecord, Field(discriminator="record")]
_adapter: TypeAdapter[Record] = TypeAdapter(Record)


def recordable(action: Action) -> Action:
    """The action with its texts and a tool's arguments as JSON that can be read back."""
    return action_adapter.validate_python(_plain(action.model_dump()))


def write_line(record: Record) -> bytes:
    body = record.model_dump_json(by_alias=True).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


class Unreadable(ValueError):
    """A line that is no record; says why."""


def read_line(line: bytes) -> Record:
    """The record of a line without its line end. `Unreadable` for anything else."""
    head, separator, body = line.partition(b" ")
    if len(head) != 8 or not separator:
        raise Unreadable("it does not begin with a checksum")
    if head != b"%08x" % zlib.crc32(body):
        raise Unreadable("its checksum is wrong")
    try:
        return _adapter.validate_json(body)
    except ValidationError as e:
        first = e.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise Unreadable(f"it is no record of schema {SCHEMA}: {place}: {first['msg']}") from e
