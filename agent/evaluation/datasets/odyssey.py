"""GUI-Odyssey: folders `annotations` (a JSON file for each episode) and `screenshots`.

Source: OpenGVLab/GUI-Odyssey, introduction.md (fields) and data/format_converter.py (`decode_action`: the words that
the files hold, TEXT and INCOMPLETE, where the page says TYPE and IMPOSSIBLE; key presses are clicks on KEY_…). Places
are thousandths of the sides. `sam2_bbox` is left, top, right, bottom of what a click meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from actions.geometry import Area, Point, Size, to_area
from actions.types import Action, Button, ButtonName, Click, Finish, LongPress, Scroll, TypeText
from agent.evaluation.datasets.reading import (
    Damaged,
    Found,
    Raw,
    attempt,
    beside,
    files,
    find_picture,
    load_json,
    observed,
    on_screen,
    reason,
)
from agent.evaluation.gestures import OPPOSITE, heading
from agent.evaluation.pictures import picture_file
from agent.evaluation.step import MOST_STEPS, Place, Recorded, RecordedStep, Truth, Unread

KEYS: dict[str, ButtonName] = {"KEY_HOME": "home", "KEY_BACK": "back", "KEY_APPSELECT": "recents"}
BUTTONS: dict[str, ButtonName] = {"HOME": "home", "BACK": "back", "RECENT": "recents"}
THOUSAND = Size(1000, 1000)


class RawStep(Raw):
    screenshot: str
    action: str
    info: str | list[tuple[float, float]] = ""
    sam2_bbox: tuple[float, float, float, float] | tuple[()] | None = None
    low_level_instruction: str | None = None


class TaskInfo(Raw):
    instruction: str
    category: str = ""


class DeviceInfo(Raw):
    device_name: str = ""


class RawEpisode(Raw):
    episode_id: str
    task_info: TaskInfo
    device_info: DeviceInfo = DeviceInfo()
    step_length: Annotated[int, Field(ge=1, le=MOST_STEPS)]
    steps: list[Any]


def read_odyssey(root: Path) -> Iterator[Found]:
    for path in files(root, "*.json", "GUI-Odyssey's annotations"):
        if path.parent.name == "splits":
            continue
        name = beside(root, path)
        try:
            episode = RawEpisode.model_validate(load_json(path))
        except ValueError as e:
            yield Unread(Place("odyssey", name, path.stem, 0), reason(e))
            continue
        length = max(len(episode.steps), episode.step_length)
        for index in range(length):
            yield attempt(Place("odyssey", name, episode.episode_id, index, length), _step, episode, path.parent)


def _step(place: Place, episode: RawEpisode, folder: Path) -> RecordedStep:
    if place.index >= len(episode.steps):
        raise Damaged(f"the episode's file has {len(episode.steps)} of {place.length} steps")
    raw = RawStep.model_validate(episode.steps[place.index])
    picture = picture_file(find_picture(raw.screenshot, [folder.parent / "screenshots", folder]))
    tags = {"category": episode.task_info.category, "device": episode.device_info.device_name}
    truth = Truth(picture.size, ((_recorded(raw),),), tags=tags)
    return RecordedStep(place, episode.task_info.instruction, raw.low_level_instruction, observed(picture), truth)


def _recorded(raw: RawStep) -> Recorded:
    area: tuple[Area, ...] = (to_area(*raw.sam2_bbox, THOUSAND),) if raw.sam2_bbox else ()
    match raw.action, raw.info:
        case "CLICK" | "LONG_PRESS", str(key):
            if key not in KEYS:
                raise Damaged(f"a click on {key!r}, which is none of {', '.join(KEYS)}")
            return Recorded(Button(name=KEYS[key]))
        case "CLICK" | "LONG_PRESS", [place, *_]:
            point = _point(place)
            touch: Action = Click(point=point) if raw.action == "CLICK" else LongPress(point=point)
            return Recorded(touch, area, finger=(point, point))
        case "SCROLL", [first, last]:
            start, end = _point(first), _point(last)
            return Recorded(_scroll(start, end), finger=(start, end))
        case "TEXT" | "TYPE", str(said):
            return Recorded(TypeText(text=said))
        case (("COMPLETE" | "INCOMPLETE" | "IMPOSSIBLE"), _):
            return Recorded(Finish(success=raw.action == "COMPLETE"))
        case (("HOME" | "BACK" | "RECENT"), _):
            return Recorded(Button(name=BUTTONS[raw.action]))
        case _:
            raise Damaged(f"its action {raw.action} of {raw.info!r} can't be read")


def _scroll(start: Point, end: Point) -> Scroll:
    way = heading(start, end)
    if way is None:
        raise Damaged("its scroll ends where it began")
    amount = max(abs(end.x - start.x), abs(end.y - start.y))
    return Scroll(direction=OPPOSITE[way], point=start, amount=amount)


def _point(place: tuple[float, float]) -> Point:
    left, top, _, _ = to_area(*place, *place, THOUSAND)
    return on_screen(left, top)
