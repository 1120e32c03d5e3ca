"""Recorded steps as JSON lines, for data of one's own: a line for each step, pictures in files beside it.

A line: {"place": {…}, "goal": "…", "instruction": null, "picture": "screens/1.png", "truth": {"options": [[{"action":
{"kind": "click", "point": {"x": 0.5, "y": 0.5}}}]], …}}, with the fields of `agent.evaluation.step`; `size` may be left
out. An episode's lines stand in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from agent.evaluation.datasets.reading import Found, attempt, beside, files, find_picture, observed
from agent.evaluation.pictures import picture_file
from agent.evaluation.step import Place, RecordedStep, Truth, Unread
from environments.base import Platform

MAX_LINE_BYTES = 16 << 20


class Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    place: Place
    goal: str
    instruction: str | None = None
    picture: str
    platform: Platform = "mobile"
    truth: dict[str, object]


class _Where(BaseModel):
    place: Place


_truth = TypeAdapter(Truth)


def read_lines(root: Path) -> Iterator[Found]:
    for path in files(root, "*.jsonl", "recorded steps as lines"):
        name = beside(root, path)
        with path.open("rb") as file:
            number = 0
            while line := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                if not line.isspace():
                    yield attempt(_place(line, name, number), _step, line, path.parent)
                if len(line) > MAX_LINE_BYTES:
                    yield Unread(Place("lines", name, f"line {number}", 0), f"it is longer than {MAX_LINE_BYTES} bytes")
                    break


def _place(line: bytes, name: str, number: int) -> Place:
    """As the line says, or where the line is."""
    try:
        return _Where.model_validate_json(line).place
    except ValidationError:
        return Place("lines", name, f"line {number}", 0)


def _step(place: Place, data: bytes, folder: Path) -> RecordedStep:
    line = Line.model_validate_json(data)
    picture = picture_file(find_picture(line.picture, [folder]))
    size: dict[str, object] = {"width": picture.size.width, "height": picture.size.height}
    truth = _truth.validate_python({"size": size, **line.truth})
    return RecordedStep(place, line.goal, line.instruction, observed(picture), truth, line.platform)


def write_line(step: RecordedStep, picture: str) -> bytes:
    """The line of a step whose picture stands in the file `picture`, relative to the lines' own folder."""
    truth = cast("dict[str, Any]", _truth.dump_python(step.truth, mode="json"))
    line = Line(
        place=step.place,
        goal=step.goal,
        instruction=step.instruction,
        picture=picture,
        platform=step.platform,
        truth=truth,
    )
    return line.model_dump_json().encode() + b"\n"
