"""Sessions of UI-TARS-desktop and its SDK: a JSON file for each, or the HTML report that the program exports.

Source: bytedance/UI-TARS-desktop, packages/ui-tars: shared/src/types (GUIAgentData, PredictionParsed), sdk/src/
GUIAgent.ts at 2236cb5 (what stands in `conversations`, and when), action-parser/src/actionParser.ts at 16ed233 (boxes
as JSON texts in shares of the sides), operators/nut-js/src/index.ts at 2ffa545 (what each action does). The report
holds the same object in a script tag `ui_tars_web_dump`. The trajectories that the models were trained on are not
public; this is the form in which the authors' own programs store a session.

`conversations` has the task, then by turns a screen (`screenshotBase64`) and a reply with `predictionParsed`: what was
seen and what was done on it. A reply without a screen of its own before it, or without parsed actions, is `Unread`.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import Field, TypeAdapter

from actions.errors import UsageError
from actions.geometry import Point
from actions.types import (
    Action,
    AskUser,
    Button,
    ButtonName,
    Click,
    Drag,
    Finish,
    LongPress,
    Move,
    OpenApp,
    PressKeys,
    TypeText,
    Wait,
    action_adapter,
)
from agent.evaluation.datasets.reading import (
    MAX_JSON_BYTES,
    Damaged,
    Found,
    Raw,
    attempt,
    beside,
    load_json,
    observed,
    on_screen,
    reason,
)
from agent.evaluation.pictures import picture_bytes
from agent.evaluation.step import MOST_STEPS, Place, Recorded, RecordedStep, Truth, Unread
from environments.base import Platform
from prompts.dialects.ui_tars import PAUSE


class Message(Raw):
    from_: str = Field(alias="from")
    value: str = ""
    screen: str | None = Field(default=None, alias="screenshotBase64")
    predictions: list[Any] | None = Field(default=None, alias="predictionParsed")


class Inputs(Raw):
    content: str = ""
    start_box: str | None = None
    end_box: str | None = None
    key: str | None = None
    hotkey: str | None = None
    direction: str = ""
    app_name: str = ""


class Prediction(Raw):
    action_type: str
    action_inputs: Inputs = Inputs()
    thought: str | None = None


class Session(Raw):
    instruction: str
    conversations: list[Any]
    prompt: str = Field(default="", alias="systemPrompt")
    model: str = Field(default="", alias="modelName")
    status: str = ""


_predictions = TypeAdapter(list[Prediction])
_box: TypeAdapter[list[float]] = TypeAdapter(list[float])
_DUMP = re.compile(r'<script[^>]{0,200}\btype="ui_tars_web_dump"[^>]{0,200}>(.*?)</script>', re.DOTALL)
_ON_PHONES = ("press_back(", "press_home(", "long_press(", "open_app(")
_BUTTONS: Mapping[str, ButtonName] = MappingProxyType(
    {"press_home": "home", "press_back": "back", "press_enter": "enter"}
)


def read_ui_tars(root: Path) -> Iterator[Found]:
    paths = [root] if root.is_file() else sorted(p for p in root.rglob("*") if p.suffix in (".json", ".html"))
    paths = [p for p in paths if p.is_file()]
    if not paths:
        raise UsageError(f"{root} holds no sessions of UI-TARS: expected *.json or *.html in it")
    for path in paths:
        name = beside(root, path)
        try:
            sessions = list(_sessions(path))
        except ValueError as e:
            yield Unread(Place("ui_tars", name, path.stem, 0), reason(e))
            continue
        for number, raw in enumerate(sessions):
            yield from _read(raw, name, path.stem if len(sessions) == 1 else f"{path.stem} {number}")


def _sessions(path: Path) -> Iterator[object]:
    if path.suffix != ".html":
        content = load_json(path)
        yield from content if isinstance(content, list) else [content]  # pyright: ignore[reportUnknownVariableType]
        return
    try:
        if path.stat().st_size > MAX_JSON_BYTES:
            raise Damaged(f"{path.name} is larger than {MAX_JSON_BYTES} bytes")
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as e:
        raise Damaged(f"{path.name} can't be read: {e.strerror or e}") from e
    dumps = [found for dump in _DUMP.finditer(text) if (found := dump.group(1)).strip()]
    if not dumps:
        raise Damaged(f"{path.name} holds no session: no script ui_tars_web_dump, or it is cut off")
    for dump in dumps:
        try:
            yield json.loads(dump)
        except (ValueError, RecursionError) as e:
            raise Damaged(f"the session in {path.name} is no JSON: {e}") from e


def _read(raw: object, name: str, episode: str) -> Iterator[Found]:
    try:
        session = Session.model_validate(raw)
    except ValueError as e:
        yield Unread(Place("ui_tars", name, episode, 0), reason(e))
        return
    replies = [i for i, message in enumerate(session.conversations) if not _is_human(message)]
    for index, at in enumerate(replies):
        if index == MOST_STEPS:
            return
        yield attempt(Place("ui_tars", name, episode, index, min(len(replies), MOST_STEPS)), _step, session, at)


def _is_human(message: Any) -> bool:
    return isinstance(message, dict) and message.get("from") == "human"  # pyright: ignore


def _step(place: Place, session: Session, at: int) -> RecordedStep:
    reply = Message.model_validate(session.conversations[at])
    if not reply.predictions:
        raise Damaged("its reply has no predictionParsed")
    before = Message.model_validate(session.conversations[at - 1]) if at else None
    if before is None or not before.screen:
        raise Damaged("no screen stands before its reply")
    picture = picture_bytes(_decoded(before.screen))
    predictions = _predictions.validate_python(reply.predictions)
    option = tuple(Recorded(_action(p)) for p in predictions)
    tags = {k: v for k, v in (("model", session.model), ("end", session.status)) if v}
    truth = Truth(picture.size, (option,), tags=tags)
    platform: Platform = "mobile" if any(word in session.prompt for word in _ON_PHONES) else "desktop"
    return RecordedStep(place, session.instruction, predictions[0].thought or None, observed(picture), truth, platform)


def _decoded(text: str) -> bytes:
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError as e:
        raise Damaged(f"its picture is no base64: {e}") from e


def _action(said: Prediction) -> Action:
    given = said.action_inputs
    match said.action_type:
        case "click" | "left_click" | "left_single":
            return Click(point=_point(given.start_box))
        case "left_double" | "double_click":
            return Click(point=_point(given.start_box), count=2)
        case "right_single" | "right_click":
            return Click(point=_point(given.start_box), button="right")
        case "middle_click":
            return Click(point=_point(given.start_box), button="middle")
        case "hover" | "mouse_move":
            return Move(point=_point(given.start_box))
        case "long_press":
            return LongPress(point=_point(given.start_box))
        case "drag" | "select" | "left_click_drag" | "swipe":
            return Drag(start=_point(given.start_box), end=_point(given.end_box))
        case "scroll":
            where = {} if given.start_box is None else {"point": _point(given.start_box)}
            return action_adapter.validate_python(
                {"kind": "scroll", "direction": given.direction.strip().lower(), **where}
            )
        case "type":
            return _typed(given.content)
        case "hotkey" | "press":
            return PressKeys(keys=tuple(re.split(r"[\s+]+", (given.key or given.hotkey or "").strip())))
        case "open_app":
            return OpenApp(name=given.app_name or given.content)
        case "wait":
            return Wait(seconds=PAUSE)
        case "finished":
            return Finish(message=given.content)
        case "call_user":
            return AskUser(question=given.content or said.thought or "")
        case kind if kind in _BUTTONS:
            return Button(name=_BUTTONS[kind])
        case kind:
            raise Damaged(f"no action that is read is called {kind[:40]!r}")


def _typed(content: str) -> TypeText | PressKeys:
    """Its authors' parser leaves a line end as a backslash and an n; one at the end presses Enter."""
    for end in ("\n", "\\n"):
        if content.endswith(end):
            text = content.removesuffix(end)
            return TypeText(text=text, submit=True) if text else PressKeys(keys=("enter",))
    if not content:
        raise Damaged("it types no text")
    return TypeText(text=content)


def _point(box: str | None) -> Point:
    """The centre of a box or point, `[0.1,0.2,0.1,0.2]`."""
    if box is None:
        raise Damaged("its action has no place")
    numbers = _box.validate_json(box)
    if len(numbers) not in (2, 4):
        raise Damaged(f"a place of {len(numbers)} numbers is neither a point nor a box")
    return on_screen((numbers[0] + numbers[-2]) / 2, (numbers[1] + numbers[-1]) / 2)
