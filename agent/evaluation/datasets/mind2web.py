"""Multimodal-Mind2Web: Parquet files, a row for each step, with a screenshot of the whole page.

Source: huggingface.co/datasets/osunlp/Multimodal-Mind2Web, README.md (fields). `operation` is JSON; `pos_candidates`
are JSON whose `attributes` are JSON again, where `bounding_box_rect` is "x,y,width,height" in pixels of the screenshot.
The target is what was clicked itself (`is_original_target`) where the row says so, else the first candidate. Of a row
only what is needed is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, Json, TypeAdapter

from actions.geometry import Area, Size, to_area
from actions.types import Click, TypeText
from agent.evaluation.areas import center
from agent.evaluation.datasets.parquet import rows
from agent.evaluation.datasets.reading import Damaged, Found, Raw, attempt, beside, files, observed, reason
from agent.evaluation.pictures import picture_bytes
from agent.evaluation.step import MOST_STEPS, Place, Recorded, RecordedStep, Truth, Unread

COLUMNS = (
    "annotation_id",
    "confirmed_task",
    "operation",
    "pos_candidates",
    "screenshot",
    "action_reprs",
    "target_action_index",
    "target_action_reprs",
    "website",
    "domain",
)


class Operation(Raw):
    op: str
    original_op: str | None = None
    value: str = ""


class Attributes(Raw):
    bounding_box_rect: str


class Candidate(Raw):
    attributes: Json[Attributes]
    is_original_target: bool = False


class Screenshot(Raw):
    bytes: bytes


class Row(Raw):
    annotation_id: str
    confirmed_task: str
    operation: Json[Operation]
    pos_candidates: list[Json[Candidate]]
    screenshot: Screenshot
    target_action_reprs: str | None = None
    website: str = ""
    domain: str = ""


class Where(Raw):
    annotation_id: str
    target_action_index: Annotated[int, Field(ge=0, lt=MOST_STEPS)]
    action_reprs: Annotated[list[str], Field(min_length=1, max_length=MOST_STEPS)]


def read_mind2web(root: Path) -> Iterator[Found]:
    for path in files(root, "*.parquet", "Parquet files of Multimodal-Mind2Web"):
        name = beside(root, path)
        number = 0
        try:
            for number, row in enumerate(rows(path, COLUMNS), 1):
                yield attempt(_place(row, name, number), _step, row)
        except Damaged as e:
            yield Unread(Place("mind2web", name, f"row {number + 1}", 0), reason(e))


def _place(row: Mapping[str, Any], name: str, number: int) -> Place:
    try:
        where = Where.model_validate(row)
    except ValueError:
        return Place("mind2web", name, f"row {number}", 0)
    return Place("mind2web", name, where.annotation_id, where.target_action_index, len(where.action_reprs))


def _step(place: Place, data: Mapping[str, Any]) -> RecordedStep:
    row = Row.model_validate(data)
    picture = picture_bytes(row.screenshot.bytes)
    area = _target(row, picture.size)
    actions = [Recorded(Click(point=center(area)), (area,))]
    if row.operation.op == "TYPE":
        actions.append(Recorded(TypeText(text=row.operation.value)))
    operation = row.operation.original_op or row.operation.op
    tags = {"operation": operation, "value": row.operation.value, "website": row.website, "domain": row.domain}
    truth = Truth(picture.size, (tuple(actions),), tags=tags)
    return RecordedStep(place, row.confirmed_task, row.target_action_reprs, observed(picture), truth, "desktop")


_numbers = TypeAdapter(tuple[float, float, float, float])


def _target(row: Row, size: Size) -> Area:
    if not row.pos_candidates:
        raise Damaged("it names no element: pos_candidates is empty")
    candidate = next((c for c in row.pos_candidates if c.is_original_target), row.pos_candidates[0])
    x, y, across, down = _numbers.validate_python(candidate.attributes.bounding_box_rect.split(","))
    if across < 0 or down < 0:
        raise Damaged(f"its element is nowhere on the page: {candidate.attributes.bounding_box_rect}")
    return to_area(x, y, x + across, y + down, size)
