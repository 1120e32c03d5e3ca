"""Android in the Zoo: a folder for each episode, with a JSON list of steps and a PNG for each.

Source: IMNearth/CoAT, README.md (layout) and coat/action_utils.py (`extract_gt_action`: what counts as a tap, and a
scroll as vertical where its height is at least 0.9 of its width). Numbers are y before x; positions in pixels of the
picture as JSON in a string, touches in shares of its sides. The low-level instruction is `coat_action_desc`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field, Json, TypeAdapter

from actions.geometry import Area, Point, Size, to_area
from actions.types import Action, Button, Click, Finish, Scroll, TypeText
from agent.evaluation.datasets.reading import (
    Damaged,
    Found,
    Raw,
    attempt,
    beside,
    files,
    load_json,
    observed,
    on_screen,
    reason,
)
from agent.evaluation.gestures import OPPOSITE, TAP_REACH
from agent.evaluation.pictures import picture_file
from agent.evaluation.step import MOST_STEPS, Place, Recorded, RecordedStep, Truth, Unread

YX = tuple[float, float]
YXHW = tuple[float, float, float, float]


class RawStep(Raw):
    instruction: str
    result_action_type: int
    result_action_text: str
    result_touch_yx: Json[YX]
    result_lift_yx: Json[YX]
    ui_positions: Json[list[YXHW]]
    image_path: str
    coat_action_desc: str = ""


class Head(Raw):
    episode_id: str
    episode_length: Annotated[int, Field(ge=1, le=MOST_STEPS)]


_list = TypeAdapter(Annotated[list[object], Field(min_length=1)])


def read_aitz(root: Path) -> Iterator[Found]:
    for path in files(root, "*.json", "AITZ episodes"):
        name = beside(root, path)
        try:
            steps = _list.validate_python(load_json(path))
            head = Head.model_validate(steps[0])
        except ValueError as e:
            yield Unread(Place("aitz", name, path.stem, 0), reason(e))
            continue
        for index in range(max(len(steps), head.episode_length)):
            place = Place("aitz", name, head.episode_id, index, head.episode_length)
            yield attempt(place, _step, steps, path)


def _step(place: Place, steps: list[object], path: Path) -> RecordedStep:
    if place.index >= len(steps):
        raise Damaged(f"the episode's file has {len(steps)} of {place.length} steps")
    raw = RawStep.model_validate(steps[place.index])
    picture = picture_file(path.parent / Path(raw.image_path).name)
    recorded = recorded_touch(raw.result_action_type, raw.result_action_text, raw.result_touch_yx, raw.result_lift_yx)
    elements = tuple(_area(box, picture.size) for box in raw.ui_positions)
    truth = Truth(picture.size, ((recorded,),), elements, {"subset": raw.image_path.split("/")[0]})
    return RecordedStep(place, raw.instruction, raw.coat_action_desc or None, observed(picture), truth)


def recorded_touch(kind: int, text: str, touch: YX, lift: YX) -> Recorded:
    """An action of AITW, whose types AITZ shares (android_in_the_wild/action_type.py)."""
    if kind == 4:
        start, end = on_screen(touch[1], touch[0]), on_screen(lift[1], lift[0])
        return Recorded(_gesture(start, end), finger=(start, end))
    return Recorded(_other(kind, text))


def _gesture(start: Point, end: Point) -> Action:
    across, down = end.x - start.x, end.y - start.y
    if across**2 + down**2 <= TAP_REACH**2:
        return Click(point=start)
    if abs(down) >= 0.9 * abs(across):
        return Scroll(direction=OPPOSITE["up" if down < 0 else "down"], point=start, amount=abs(down))
    return Scroll(direction=OPPOSITE["left" if across < 0 else "right"], point=start, amount=abs(across))


def _other(kind: int, text: str) -> Action:
    match kind:
        case 3:
            return TypeText(text=text)
        case 5:
            return Button(name="back")
        case 6:
            return Button(name="home")
        case 7:
            return Button(name="enter")
        case 10:
            return Finish()
        case 11:
            return Finish(success=False)
        case _:
            raise Damaged(f"its action type {kind} is none of 3 to 7, 10, 11")


def _area(box: YXHW, size: Size) -> Area:
    y, x, h, w = box
    return to_area(x, y, x + w, y + h, size)
