"""AndroidControl: gzipped TFRecord files, a record for each episode.

Source: google-research/google-research, android_control/README.md. Points are pixels of the screenshot; a scroll's
direction is that in which content is shown. There is one screenshot more than there are actions, and no action that
says the end. The screens' elements are those of the accessibility trees. A click's areas are all that can be touched
and hold its point, from small ones to containers, as in the prepared set at huggingface.co/datasets/InfiX-ai/
android_control_train; those of opening an app bear its name, where the prepared set's choice is not published.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, TypeAdapter

from actions.geometry import Area, Direction, Size, to_area
from actions.types import Action, Button, Click, LongPress, OpenApp, Scroll, TypeText, Wait
from agent.evaluation.areas import contains
from agent.evaluation.datasets.accessibility import Node, nodes
from agent.evaluation.datasets.reading import Damaged, Found, Raw, attempt, beside, files, observed, on_screen, reason
from agent.evaluation.datasets.tfrecord import Example, example, records
from agent.evaluation.pictures import picture_bytes
from agent.evaluation.step import Place, Recorded, RecordedStep, Truth, Unread


class RawTouch(Raw):
    action_type: Literal["click", "long_press"]
    x: float
    y: float


class RawScroll(Raw):
    action_type: Literal["scroll"]
    direction: Direction


class RawOpen(Raw):
    action_type: Literal["open_app"]
    app_name: str


class RawText(Raw):
    action_type: Literal["input_text", "type"]
    text: str


class RawPlain(Raw):
    action_type: Literal["navigate_home", "navigate_back", "wait"]


RawAction = Annotated[RawTouch | RawScroll | RawOpen | RawText | RawPlain, Field(discriminator="action_type")]
_Value = TypeVar("_Value")
_raw_action: TypeAdapter[RawAction] = TypeAdapter(RawAction)


def read_android_control(root: Path) -> Iterator[Found]:
    for path in files(root, "android_control-*-of-*", "AndroidControl's TFRecord files"):
        name = beside(root, path)
        number = 0
        try:
            for number, record in enumerate(records(path), 1):
                yield from _episode(record, name, number)
        except (Damaged, OSError) as e:
            yield Unread(Place("android_control", name, f"record {number + 1}", 0), reason(e))


def _episode(record: bytes, name: str, number: int) -> Iterator[Found]:
    try:
        features = example(record)
        episode = str(features.integer("episode_id"))
        length = len(features.blobs("actions"))
        if length == 0:
            raise Damaged("the episode has no actions")
    except Damaged as e:
        yield Unread(Place("android_control", name, f"record {number}", 0), reason(e))
        return
    for index in range(length):
        yield attempt(Place("android_control", name, episode, index, length), _step, features)


def _step(place: Place, features: Example) -> RecordedStep:
    index = place.index
    picture = picture_bytes(_nth(features.blobs("screenshots"), index, "screenshot"))
    raw = _raw_action.validate_json(features.blobs("actions")[index])
    found = list(nodes(_nth(features.blobs("accessibility_trees"), index, "accessibility tree"), picture.size))
    action = _action(raw, picture.size)
    truth = Truth(picture.size, ((Recorded(action, _targets(action, found)),),), tuple(n.area for n in found))
    instruction = _nth(features.texts("step_instructions"), index, "step instruction")
    return RecordedStep(place, features.text("goal"), instruction, observed(picture), truth)


def _nth(values: list[_Value], index: int, what: str) -> _Value:
    if index >= len(values):
        raise Damaged(f"it has no {what}: there are {len(values)}")
    return values[index]


def _action(raw: RawAction, size: Size) -> Action:
    match raw:
        case RawTouch():
            left, top, right, bottom = to_area(raw.x, raw.y, raw.x + 1, raw.y + 1, size)
            point = on_screen((left + right) / 2, (top + bottom) / 2)
            return Click(point=point) if raw.action_type == "click" else LongPress(point=point)
        case RawScroll():
            return Scroll(direction=raw.direction)
        case RawOpen():
            return OpenApp(name=raw.app_name)
        case RawText():
            return TypeText(text=raw.text, submit=raw.action_type == "type")
        case RawPlain(action_type="wait"):
            return Wait()
        case RawPlain():
            return Button(name="home" if raw.action_type == "navigate_home" else "back")


def _targets(action: Action, found: list[Node]) -> tuple[Area, ...]:
    match action:
        case Click() | LongPress():
            return tuple(n.area for n in found if n.touchable and contains(n.area, action.point))
        case OpenApp():
            name = action.name.casefold().strip()
            return tuple(n.area for n in found if any(w.casefold().strip() == name for w in n.words))
        case _:
            return ()
