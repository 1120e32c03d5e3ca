"""Aguvis 7B and 72B on Qwen2-VL: a thought for `all`, then code for `os`, places as shares of the screen.

    <|im_start|>assistant<|recipient|>all
    Thought: … <newline> Action: Click on "Wi-Fi".<|im_end|>
    <|im_start|>assistant<|recipient|>os
    pyautogui.click(x=0.123, y=0.456)<|diff_marker|>

Sources: xlang-ai/aguvis at c711282, src/aguvis: constants.py (the template of replies) and serve/cli.py (`force-plan`,
which opens the reply with "Thought: "; "None" or "Step 1: …" as the past). The authors' agent in xlang-ai/OSWorld,
mm_agents/aguvis_agent.py, in its copy at mrwwk/DeskCraft, ba3cee3: the past as the sentences after "Action:", the reply
as a server decodes it ("assistantos" on a line), other spellings of arguments. For the words, which the code does not
list, the data (xlangai/aguvis-stage1 and -stage2) as public converters describe it: the picture first, `scroll(page=…)`
up as positive, `hscroll` right, `answer('…')`, `terminate(status=…)`; on a phone (AndroidControl) a page is always 0.1
and means a scroll of whatever length.

A chat template puts a line end between "assistant" and what opens the reply, the family's own has none there; how its
checkpoints take that could not be tried. No weights were at hand. On a desktop, dragging begins where the pointer is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Literal, assert_never

from actions.errors import ParseError
from actions.geometry import Point, Size, Space, to_model
from actions.types import (
    Action,
    Answer,
    AskUser,
    Button,
    CallTool,
    Click,
    Drag,
    Finish,
    Kind,
    LongPress,
    Move,
    OpenApp,
    PressKeys,
    Scroll,
    TypeText,
    Wait,
)
from environments.episode import Step
from prompts import telling
from prompts.calls import Call, write_call
from prompts.dialect import ALWAYS, Moment
from prompts.dialects.aguvis_words import FUNCTIONS, LISTED, SYSTEM, USER
from prompts.dialects.call_dialect import CallDialect, Reply, action, arguments, lines
from prompts.dialects.call_reading import Form
from prompts.dialects.device_words import BUTTON_BY_NAME
from prompts.foreign import LONGEST_TASK, neutral
from prompts.messages import ImagePart, Message
from prompts.reading import action_line, joined, plain_name
from prompts.schema import as_text

_CLICKS: Mapping[tuple[str, int], str] = MappingProxyType(
    {
        ("left", 1): "click",
        ("left", 2): "doubleClick",
        ("left", 3): "tripleClick",
        ("right", 1): "rightClick",
        ("middle", 1): "middleClick",
    }
)
_MOUSE = (*_CLICKS.values(), "moveTo", "dragTo", "scroll", "hscroll", "write", "press", "hotkey")
_MOBILE = ("swipe", "home", "back", "wait", "long_press", "open_app", "terminate")
_TURN = "<|im_end|>\n<|im_start|>assistant<|recipient|>os\n"


class Aguvis(CallDialect):
    """The dialect of Aguvis."""

    name: ClassVar[str] = "aguvis"
    space: Space = "unit"
    stop: ClassVar[tuple[str, ...]] = ("<|diff_marker|>",)
    form: ClassVar[Form] = Form(
        r"(?:<\|im_end\|>\s{0,4})?(?:<\|im_start\|>)?(?:assistant)?<\|recipient\|>os\b|^assistantos[ \t]*$"
    )
    sequence: ClassVar[bool] = True
    words: ClassVar[frozenset[str]] = frozenset(
        {*(f"pyautogui.{w}" for w in _MOUSE), *(f"mobile.{w}" for w in _MOBILE), *_MOUSE, *_MOBILE, "answer"}
    )

    def kinds(self) -> frozenset[Kind]:
        both: set[Kind] = {"click", "drag", "scroll", "type_text", "ask_user", *ALWAYS}
        mobile: set[Kind] = {"long_press", "button", "open_app"}
        desktop: set[Kind] = {"press_keys", "move"}
        return frozenset(both | (mobile if self.platform == "mobile" else desktop))

    # ------------------------------------------------------------ render

    def render(self, moment: Moment) -> list[Message]:
        listed = lines(((f"- {f}", kinds) for f, kinds in FUNCTIONS[self.platform]), moment.supports)
        past = "\n".join(self._told(step) for step in self.history.past(moment.steps))
        note = telling.screen(moment.now, self.language)
        corrections = telling.corrections(moment.attempts, "pyautogui.click(x=0.5, y=0.5)", self.language)
        return [
            Message.of("system", SYSTEM + LISTED.format(listed)),
            Message.of(
                "user",
                ImagePart(moment.now.picture),
                USER.format(task=neutral(moment.task, limit=LONGEST_TASK), past=past or "None"),
                *(f"\n{said}" for said in (note, corrections) if said),
            ),
            Message.of("assistant", "<|recipient|>all\nThought: "),
        ]

    def _told(self, step: Step) -> str:
        """A past step by the sentence that the model gave for it; without one by its call."""
        sentence = telling.line(step.thought.strip().rpartition("\n")[2], limit=300)
        outcome = telling.outcome(step, self.language)
        return f"Step {step.index + 1}: {sentence or self.said(step)}{f' ({outcome})' if outcome else ''}"

    # ------------------------------------------------------------ write

    def write_thought(self, thought: str) -> str:
        why, line, what = re.sub(self.form.label, "assistant os", thought, flags=re.I | re.M).rpartition("\n")
        return f"{why}{line}Action: {what}\n"

    def write_calls(self, calls: str) -> str:
        return f"{_TURN}{calls}"

    def say(self, action: Action, seen: Size) -> str | None:
        mobile = self.platform == "mobile"
        match action:
            case Click(point=point, button=button, count=count) if (button, count) in _CLICKS:
                return write_call(f"pyautogui.{_CLICKS[button, count]}", (), self._xy(point, seen))
            case LongPress(point=point, seconds=0.8):
                return write_call("mobile.long_press", (), self._xy(point, seen))
            case Move(point=point):
                return write_call("pyautogui.moveTo", (), self._xy(point, seen))
            case Drag(start=None, end=end, seconds=0.5) if not mobile:
                return write_call("pyautogui.dragTo", (), self._xy(end, seen))
            case Scroll(direction=direction, amount=amount) if action == Scroll(
                direction=direction, amount=0.5 if mobile else amount
            ):
                page = (0.1 if mobile else amount) * (1 if direction in ("up", "right") else -1)
                word = "scroll" if direction in ("up", "down") else "hscroll"
                return write_call(f"pyautogui.{word}", (), {"page": page})
            case Drag() | Scroll() if mobile and (ends := self.device(seen).swipe(action)):
                start, end = ([*self._xy(p, seen).values()] for p in ends)
                return write_call("mobile.swipe", (), {"from_coord": start, "to_coord": end})
            case TypeText(text=text, submit=False, replace=False):
                return write_call("pyautogui.write", (), {"message": text})
            case PressKeys(keys=keys):
                return write_call(f"pyautogui.{'press' if len(keys) == 1 else 'hotkey'}", (), {"keys": [*keys]})
            case Button(name="enter"):
                return "pyautogui.press(keys=['enter'])"
            case Button(name="home" | "back" as name):
                return f"mobile.{name}()"
            case OpenApp(name=name):
                return write_call("mobile.open_app", (), {"app_name": name})
            case Wait(seconds=seconds):
                return write_call("mobile.wait", (), {"seconds": seconds})
            case Answer(text=text):
                return write_call("answer", (text,))
            case Finish(success=success, message=message):
                status = {"status": "success" if success else "failure"}
                word = "mobile.terminate" if mobile else "terminate"
                return write_call(word, (), {**status, "reason": message} if message else status)
            case Click() | LongPress() | Drag() | Scroll() | TypeText() | Button() | AskUser() | CallTool():
                return None
            case _:
                assert_never(action)

    def _xy(self, point: Point, seen: Size) -> dict[str, float]:
        x, y = to_model(point, space=self.space, seen=seen)
        return {"x": x, "y": y}

    # ------------------------------------------------------------ parse

    def read_thought(self, text: str) -> str:
        text = text.removeprefix("all\n").removeprefix("Thought:")
        at, length = action_line(text)
        return text.strip() if at < 0 else joined(text[:at], text[at + length :])

    def hear(self, call: Call, reply: Reply) -> Action:
        mobile = self.platform == "mobile"
        plain = plain_name(call.name.rpartition(".")[2])
        for (button, count), word in _CLICKS.items():
            if plain == word.lower():
                return self._click(call, reply, button, count)
        match plain:
            case "moveto" if not mobile:
                return Move(point=self._at(call, reply))
            case "dragto" if not mobile:
                return Drag(start=None, end=self._at(call, reply, "duration", "button"))
            case "longpress" if mobile:
                return LongPress(point=self._at(call, reply))
            case "swipe":
                given = arguments(call, "from_coord", "to_coord")
                ends = (self.point(given[k], reply) for k in ("from_coord", "to_coord"))
                return self.device(reply.seen).swiped(*ends)
            case "scroll" | "hscroll":
                return self._scroll(call, "up" if plain == "scroll" else "right")
            case "write":
                return action("type_text", text=as_text(arguments(call, "message|text")["message"], reply.notes))
            case "press" | "hotkey":
                return self._press(call, together=plain == "hotkey")
            case "home" | "back" if mobile:
                arguments(call)
                return action("button", name=plain)
            case "openapp" if mobile:
                return action("open_app", name=arguments(call, "app_name|name")["app_name"])
            case "wait":
                return action("wait", **arguments(call, "seconds", needed=0))
            case "answer":
                return action("answer", text=as_text(arguments(call, "text")["text"], reply.notes))
            case "terminate":
                given = arguments(call, "status", "reason|message", needed=1)
                if given["status"] not in ("success", "failure", "fail"):
                    raise ParseError("terminate needs a status: 'success' or 'failure'")
                return action("finish", success=given["status"] == "success", message=given.get("reason", ""))
            case _:
                raise ParseError(f"{call.name} is nothing that can be done here")

    def _click(self, call: Call, reply: Reply, button: str, count: int) -> Action:
        given = arguments(call, "x", "y", "clicks", "button", needed=2)
        said = {"button": given.get("button", button), "count": given.get("clicks", count)}
        return action("click", point=self.point([given["x"], given["y"]], reply), **said)

    def _at(self, call: Call, reply: Reply, *ignored: str) -> Point:
        given = arguments(call, "x", "y", *ignored, needed=2)
        return self.point([given["x"], given["y"]], reply)

    def _scroll(self, call: Call, positive: Literal["up", "right"]) -> Action:
        page: Any = arguments(call, "page|clicks")["page"]
        if isinstance(page, bool) or not isinstance(page, int | float) or page == 0:
            raise ParseError("scroll needs a page: a share of the screen, negative for down")
        direction = positive if page > 0 else {"up": "down", "right": "left"}[positive]
        return action("scroll", direction=direction, **({} if self.platform == "mobile" else {"amount": abs(page)}))

    def _press(self, call: Call, *, together: bool) -> Action:
        if call.positional and together and not call.named:
            keys: list[Any] = [*call.positional]
        else:
            said = arguments(call, "keys|key")["keys"]
            keys = said if isinstance(said, list) else [said]  # pyright: ignore[reportUnknownVariableType]
        if len(keys) > 1 and not together:
            raise ParseError("one key at a time, or hotkey for several together")
        if self.platform == "desktop":
            return action("press_keys", keys=keys)
        name = BUTTON_BY_NAME.get(plain_name(keys[0])) if len(keys) == 1 and isinstance(keys[0], str) else None
        if name is None:
            raise ParseError(f"a phone has no such key: {keys!r:.40}")
        return Button(name=name)
