"""AgentNetBench: a JSON file for each desktop episode, and a folder `images` beside it.

Source: xlang-ai/OpenCUA, evaluation/agentnetbench/README.md and eval.py. Numbers are shares of the sides, boxes x, y,
width, height. A step's `ground_truth_actions` are pyautogui's calls; `alternative_options` are other sequences that
count as right as well. A notch of the wheel is taken for the share of the screen that it scrolls in our own dialects.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from actions.geometry import Area, Point
from actions.types import Action, Click, Drag, Finish, Move, PressKeys, Scroll, TypeText, Wait
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
from agent.evaluation.pictures import picture_file
from agent.evaluation.step import Place, Recorded, RecordedStep, Truth, Unread
from prompts.dialects.device_use import NOTCH_SHARE


class Position(Raw):
    x: float
    y: float


class Parameters(Raw):
    position: Position | None = None
    text: str | None = None
    content: str | None = None
    keys: str | tuple[str, ...] = ()
    amount: float | None = None
    pixels: float | None = None
    status: Literal["success", "failure"] = "success"
    seconds: float = 1.0


class TargetBox(Raw):
    rel_bbox: tuple[float, float, float, float]


class Metadata(Raw):
    bboxes: tuple[TargetBox, ...] = ()


class RawAction(Raw):
    type: str
    params: Parameters = Parameters()
    metadata: Metadata = Metadata()


class Monologue(Raw):
    low_level_instruction: str | None = None


class RawStep(Raw):
    image: str
    ground_truth_actions: list[RawAction] = Field(min_length=1)
    alternative_options: list[list[RawAction]] | None = None
    inner_monologue: Monologue = Monologue()


class RawEpisode(Raw):
    task_id: str
    high_level_task_description: str
    steps: list[Any]


def read_agentnet(root: Path) -> Iterator[Found]:
    for path in files(root, "*.json", "AgentNet episodes"):
        name = beside(root, path)
        try:
            episode = RawEpisode.model_validate(load_json(path))
        except ValueError as e:
            yield Unread(Place("agentnet", name, path.stem, 0), reason(e))
            continue
        for index, raw in enumerate(episode.steps):
            place = Place("agentnet", name, episode.task_id, index, len(episode.steps))
            yield attempt(place, _step, raw, episode, path.parent)


def _step(place: Place, raw: object, episode: RawEpisode, folder: Path) -> RecordedStep:
    step = RawStep.model_validate(raw)
    picture = picture_file(find_picture(step.image, [folder / "images", folder]))
    options = (step.ground_truth_actions, *(step.alternative_options or ()))
    truth = Truth(picture.size, tuple(tuple(_recorded(a) for a in option) for option in options if option))
    said = step.inner_monologue.low_level_instruction
    return RecordedStep(place, episode.high_level_task_description, said, observed(picture), truth, "desktop")


def _recorded(raw: RawAction) -> Recorded:
    return Recorded(_action(raw.type.lower(), raw.params), tuple(_area(b.rel_bbox) for b in raw.metadata.bboxes))


def _area(box: tuple[float, float, float, float]) -> Area:
    return box[0], box[1], box[0] + box[2], box[1] + box[3]


def _action(kind: str, params: Parameters) -> Action:
    match kind:
        case "click" | "doubleclick" | "tripleclick":
            return Click(point=_point(params), count={"click": 1, "doubleclick": 2, "tripleclick": 3}[kind])
        case "rightclick":
            return Click(point=_point(params), button="right")
        case "middleclick":
            return Click(point=_point(params), button="middle")
        case "moveto":
            return Move(point=_point(params))
        case "dragto":
            return Drag(start=None, end=_point(params))
        case "write":
            return TypeText(text=params.content or params.text or "")
        case "press" | "hotkey":
            return PressKeys(keys=(params.keys,) if isinstance(params.keys, str) else params.keys)
        case "scroll" | "hscroll":
            return _scroll(kind, params)
        case "wait":
            return Wait(seconds=params.seconds)
        case "terminate":
            return Finish(success=params.status == "success")
        case _:
            raise Damaged(f"no action of pyautogui's is called {kind!r} here")


def _point(params: Parameters) -> Point:
    if params.position is None:
        raise Damaged("its action has no position")
    return on_screen(params.position.x, params.position.y)


def _scroll(kind: str, params: Parameters) -> Scroll:
    notches = params.pixels if params.amount is None else params.amount
    if not notches:
        raise Damaged("its scroll has no amount")
    direction = ("right" if notches > 0 else "left") if kind == "hscroll" else ("up" if notches > 0 else "down")
    amount = min(1.0, abs(notches) * NOTCH_SHARE)
    if params.position is None:
        return Scroll(direction=direction, amount=amount)
    return Scroll(direction=direction, amount=amount, point=_point(params))
