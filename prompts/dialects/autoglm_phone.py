"""AutoGLM-Phone 9B: `<think>…</think><answer>do(action="Tap", element=[500,500])</answer>`, 0 to 999 on each side.

Source: zai-org/Open-AutoGLM, phone_agent: model/client.py at 3b05388 (where the answer stands when tags are missing),
agent.py at 0a92008 (turns: task and screen, then `** Screen Info **`; pictures of past turns are left out, replies
stay) and actions/handler.py at 0d33823 (what the actions mean). The prompts: autoglm_phone_words.py.

It runs through an endpoint only (its architecture is not one that is loaded here), and knows phones only: a desktop is
asked with the same words. The repository takes a reply that it can't read for `finish`, here it is an error. `Type`
empties the field first. `message=` of a Tap says that the model itself thinks it sensitive; the repository asks the
person then, here the run's own rules do. `Note` and `Call_API`, which the repository doesn't carry out either, are not
offered. There is no word for giving up or for an answer: call_dialect.py.
"""

from __future__ import annotations

import re
import time
from typing import ClassVar, assert_never

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
from environments.base import Observation
from environments.episode import Step
from prompts import telling
from prompts.calls import Call, Verbatim, write_call
from prompts.dialect import ALWAYS, Moment
from prompts.dialects.autoglm_phone_words import AFTER, BEFORE, DATES, WORDS
from prompts.dialects.call_dialect import CallDialect, Reply, action, arguments, lines
from prompts.dialects.call_reading import Form
from prompts.foreign import LONGEST_TASK, dumps, neutral
from prompts.messages import ImagePart, Message
from prompts.reading import plain_name
from prompts.schema import as_text

_SCREEN = "** Screen Info **\n\n"
_WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
_SECONDS = re.compile(r"\s*(\d{1,3}(?:\.\d{1,3})?)\s*(?:s|sec|seconds?|秒)?\s*", re.IGNORECASE)


class AutoGLMPhone(CallDialect):
    """AutoGLM-Phone-9B and its multilingual sister."""

    name: ClassVar[str] = "autoglm_phone"
    space: Space = "999"
    form: ClassVar[Form] = Form("<answer>", "</answer>", anywhere=True)
    words: ClassVar[frozenset[str]] = frozenset({"do", "finish"})
    quote: ClassVar[str] = '"'

    def kinds(self) -> frozenset[Kind]:
        own: set[Kind] = {"click", "long_press", "drag", "scroll", "type_text", "button", "open_app", "ask_user"}
        return frozenset(own | ALWAYS)

    # ------------------------------------------------------------ render

    def render(self, moment: Moment) -> list[Message]:
        shown = self.history.with_picture(moment.steps)
        messages = [Message.of("system", self._system(moment))]
        opening = f"{neutral(moment.task, limit=LONGEST_TASK)}\n\n"
        for step in self.history.past(moment.steps):
            picture = [ImagePart(step.observation.picture)] if step.index in shown else []
            messages.append(Message.of("user", *picture, f"{opening}{self._info(step.observation)}"))
            messages.append(Message.of("assistant", self._turn(step)))
            outcome = telling.outcome(step, self.language)
            opening = f"{outcome}\n{_SCREEN}" if outcome else _SCREEN
        corrections = telling.corrections(moment.attempts, self._example(moment.seen), self.language)
        told = f"\n{corrections}" if corrections else ""
        now = f"{opening}{self._info(moment.now)}{told}"
        return [*messages, Message.of("user", ImagePart(moment.now.picture), now)]

    def _system(self, moment: Moment) -> str:
        """Its first line is the date, where the screen has one: nothing is made up."""
        day = time.localtime(moment.now.time)
        form = "%Y-%m-%d, %A" if self.language == "en" else f"%Y年%m月%d日 {_WEEKDAYS[day.tm_wday]}"
        date = DATES[self.language].format(time.strftime(form, day)) if moment.now.time else ""
        words = lines(WORDS[self.language], moment.supports)
        return f"{date}{BEFORE[self.language]}{words}{AFTER[self.language]}"

    def _info(self, now: Observation) -> str:
        info = dumps({} if now.app is None else {"current_app": neutral(now.app, limit=200)})
        note = telling.screen(now, self.language)
        return f"{info}\n{note}" if note else info

    def _turn(self, step: Step) -> str:
        return f"<think>{neutral(step.thought.strip())}</think>{self.write_calls(self.said(step))}"

    def _example(self, seen: Size) -> str:
        return f"<think>...</think>\n{self.write_calls(self.call(Click(point=Point(0.5, 0.5)), seen))}"

    # ------------------------------------------------------------ write

    def write_thought(self, thought: str) -> str:
        return f"<think>{thought}</think>\n"

    def write_calls(self, calls: str) -> str:
        return f"<answer>{calls}</answer>"

    def place(self, point: Point, seen: Size) -> Verbatim:
        x, y = to_model(point, space=self.space, seen=seen)
        return Verbatim(f"[{x},{y}]")

    def say(self, action: Action, seen: Size) -> str | None:
        match action:
            case Click(point=point, button="left", count=1):
                return self._do("Tap", element=self.place(point, seen))
            case Click(point=point, button="left", count=2):
                return self._do("Double Tap", element=self.place(point, seen))
            case LongPress(point=point, seconds=0.8):
                return self._do("Long Press", element=self.place(point, seen))
            case Drag() | Scroll():
                ends = self.device(seen).swipe(action)
                return ends and self._do("Swipe", start=self.place(ends[0], seen), end=self.place(ends[1], seen))
            case TypeText(text=text, submit=False, replace=True):
                return self._do("Type", text=text)
            case Button(name="back" | "home" as name):
                return self._do(name.capitalize())
            case OpenApp(name=name):
                return self._do("Launch", app=name)
            case Wait(seconds=seconds):
                return self._do("Wait", duration=f"{seconds:g} seconds") if seconds == round(seconds, 3) else None
            case AskUser(question=question):
                return self._do("Take_over", message=question)
            case Finish(success=True, message=message):
                return write_call("finish", (), {"message": message}, quote=self.quote)
            case (
                Click() | LongPress() | Move() | TypeText() | PressKeys() | Button() | Answer() | Finish() | CallTool()
            ):
                return None
            case _:
                assert_never(action)

    def _do(self, word: str, **given: object) -> str:
        return write_call("do", (), {"action": word, **given}, quote=self.quote)

    # ------------------------------------------------------------ parse

    def hear(self, call: Call, reply: Reply) -> Action:
        if plain_name(call.name) == "finish":
            return action("finish", message=arguments(call, "message", needed=0).get("message", ""))
        said = call.positional[0] if call.positional else call.named.get("action")
        if not isinstance(said, str):
            raise ParseError('do needs an action: do(action="Tap", element=[x,y])')
        match plain_name(said):
            case "tap" | "click":
                return Click(point=self._element(call, reply))
            case "doubletap":
                return Click(point=self._element(call, reply), count=2)
            case "longpress":
                return LongPress(point=self._element(call, reply))
            case "swipe":
                given = arguments(call, "action", "start", "end")
                return self.device(reply.seen).swiped(*(self.point(given[k], reply) for k in ("start", "end")))
            case "type" | "typename":
                return action("type_text", text=as_text(arguments(call, "action", "text")["text"], reply.notes),
                              replace=True)  # fmt: skip
            case "back" | "home" as name:
                arguments(call, "action")
                return Button(name=name)
            case "launch":
                return action("open_app", name=arguments(call, "action", "app")["app"])
            case "wait":
                given = arguments(call, "action", "duration", needed=1)
                return action("wait", seconds=_seconds(given["duration"])) if "duration" in given else Wait()
            case "takeover" | "interact":
                given = arguments(call, "action", "message", needed=1)
                return action("ask_user", question=given.get("message", reply.thought))
            case _:
                raise ParseError(f"{said[:40]!r} is nothing that can be done here")

    def _element(self, call: Call, reply: Reply) -> Point:
        return self.point(arguments(call, "action", "element", "message", needed=2)["element"], reply)


def _seconds(duration: object) -> float:
    """From "3 seconds", or a bare number."""
    if isinstance(duration, str) and (match := _SECONDS.fullmatch(duration)):
        return float(match.group(1))
    if isinstance(duration, int | float) and not isinstance(duration, bool):
        return float(duration)
    raise ParseError(f'{str(duration)[:40]!r} is no duration: expected "3 seconds"')
