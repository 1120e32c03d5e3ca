"""UI-TARS 1.0 and 1.5: `Thought: …` and `Action: click(start_box='(495,30)')`, the last five screenshots as turns.

Sources: bytedance/UI-TARS, codes/ui_tars/action_parser.py at 058f4b8 for what is read: several actions one after
another, text that ends with a line end is submitted, names in several spellings. The authors' agent in
xlang-ai/OSWorld, mm_agents (read in copies), for the turns: the instruction, then each screenshot as a user's turn and
each reply as the assistant's. The prompts: ui_tars_words.py.

1.0 stands on Qwen2-VL and counts to 1000; 1.5-7B stands on Qwen2.5-VL and counts the pixels of the resized picture. The
`direction` of a scroll is the side that is shown; on a phone 1.0 scrolls from a box to a box, as a finger does.
`call_user()` asks what the thought says. Neither says how long it waits ("Sleep for 5s") or asks in words of its own:
that is `wait(seconds=…)` and `call_user(question='…')` here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, assert_never

from actions.errors import ParseError
from actions.geometry import Point, Size, Space, to_model
from actions.types import (
    Action,
    Answer,
    AskUser,
    Button,
    ButtonName,
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
from environments.base import Observation, Platform
from environments.episode import Step
from prompts import telling
from prompts.calls import Call, Verbatim, write_call
from prompts.dialect import ALWAYS, Decision, Moment
from prompts.dialects.call_dialect import CallDialect, Reply, action, arguments, lines
from prompts.dialects.call_reading import Form
from prompts.dialects.code_grammar import CLOSERS, LONGER_TEXT, MOST_IN_A_ROW, TEXT, Code, Entry, call, calls
from prompts.dialects.ui_tars_words import FRAMES_10, FRAMES_15, SPACES_10, SPACES_15, ActionSpace
from prompts.foreign import LONGEST_TASK, neutral
from prompts.grammar import Grammar, call_after_thought
from prompts.history import History
from prompts.messages import ImagePart, Message, Part
from prompts.reading import plain_name
from prompts.schema import as_text

PAUSE = 5.0
"""Seconds that `wait()` means."""

_BUTTONS: Mapping[str, ButtonName] = MappingProxyType(
    {"press_home": "home", "press_back": "back", "press_enter": "enter"}
)


class UITars10(CallDialect):
    """UI-TARS 2B, 7B and 72B of January 2025. Source: README_v1.md of bytedance/UI-TARS."""

    name: ClassVar[str] = "ui_tars_1_0"
    space: Space = "thousand"
    history: History = History(screenshots=5)
    form: ClassVar[Form] = Form(r"^[ \t]*(?:\*\*)?Action(?:\*\*)?[ \t]*[:：]")
    sequence: ClassVar[bool] = True
    quoted_points: ClassVar[bool] = True
    words: ClassVar[frozenset[str]] = frozenset(
        {
            *("click", "left_single", "left_double", "right_single", "long_press", "hover", "drag", "select", "scroll"),
            *("type", "hotkey", "press", "open_app", "wait", "finished", "call_user", *_BUTTONS),
        }
    )
    frames: ClassVar[Mapping[Platform, str]] = FRAMES_10
    spaces: ClassVar[Mapping[Platform, ActionSpace]] = SPACES_10
    swipes: ClassVar[bool] = True
    """Whether a phone is scrolled from a box to a box."""

    def kinds(self) -> frozenset[Kind]:
        both: set[Kind] = {"click", "drag", "scroll", "type_text", "ask_user", *ALWAYS}
        mobile: set[Kind] = {"long_press", "button", "open_app"}
        desktop: set[Kind] = {"press_keys", "move"}
        return frozenset(both | (mobile if self.platform == "mobile" else desktop))

    # ------------------------------------------------------------ render

    def render(self, moment: Moment) -> list[Message]:
        past = self.history.past(moment.steps)
        shown = self.history.with_picture(moment.steps)
        messages = self.opening(moment)
        outcome: list[str] = []
        for step in past:
            screen = self._screen(step.observation) if step.index in shown else []
            if outcome or screen:
                messages.append(Message.of("user", *outcome, *screen))
            messages.append(Message.of("assistant", self._turn(step)))
            outcome = [f"{said}\n"] if (said := telling.outcome(step, self.language)) else []
        corrections = telling.corrections(moment.attempts, self._example(moment.seen), self.language)
        told = [f"\n{corrections}"] if corrections else []
        return [*messages, Message.of("user", *outcome, *self._screen(moment.now), *told)]

    def opening(self, moment: Moment) -> list[Message]:
        """What stands before the first screenshot."""
        prompt = self.frames[self.platform].format(
            space=lines(self.spaces[self.platform], moment.supports),
            language="Chinese" if self.language == "zh" else "English",
            task=neutral(moment.task, limit=LONGEST_TASK),
        )
        return [Message.of("system", "You are a helpful assistant."), Message.of("user", prompt)]

    def _screen(self, now: Observation) -> list[Part | str]:
        note = telling.screen(now, self.language)
        return [*([f"{note}\n"] if note else []), ImagePart(now.picture)]

    def _turn(self, step: Step) -> str:
        """A past step as the assistant's turn."""
        thought = neutral(step.thought.strip())
        return f"{self.write_thought(thought) if thought else ''}{self.write_calls(self.said(step))}"

    def _example(self, seen: Size) -> str:
        return self.write(Decision("...", (Click(point=Point(0.5, 0.5)),)), seen)

    # ------------------------------------------------------------ write

    def write_thought(self, thought: str) -> str:
        return f"Thought: {re.sub(self.form.label, 'Action -', thought, flags=re.IGNORECASE | re.MULTILINE)}\n"

    def write_calls(self, calls: str) -> str:
        return "Action: " + calls.replace("\n", "\n\n")

    def place(self, point: Point, seen: Size) -> Verbatim:
        x, y = to_model(point, space=self.space, seen=seen)
        return Verbatim(f"'<|box_start|>({x},{y})<|box_end|>'")

    def say(self, action: Action, seen: Size) -> str | None:
        mobile = self.platform == "mobile"
        match action:
            case Click(point=point, button="left", count=1):
                return self._at("click", point, seen)
            case Click(point=point, button="left", count=2) if not mobile:
                return self._at("left_double", point, seen)
            case Click(point=point, button="right", count=1) if not mobile:
                return self._at("right_single", point, seen)
            case LongPress(point=point, seconds=0.8):
                return self._at("long_press", point, seen)
            case Move(point=point):
                return self._at("hover", point, seen)
            case Drag() | Scroll() if mobile and self.swipes:
                ends = self.device(seen).swipe(action)
                return ends and self._from_to("scroll", *ends, seen)
            case Drag(start=Point() as start, end=end, seconds=0.5):
                return self._from_to("drag", start, end, seen)
            case Scroll(point=point, direction=direction, amount=0.5):
                return write_call("scroll", (), {"start_box": self.place(point, seen), "direction": direction})
            case TypeText(text=text, submit=submit, replace=False) if submit or not text.endswith(("\n", "\\n")):
                return write_call("type", (), {"content": f"{text}\n" if submit else text})
            case PressKeys(keys=keys):
                return write_call("hotkey", (), {"key": " ".join(keys)})
            case Button(name=name):
                return next((f"{word}()" for word, button in _BUTTONS.items() if button == name), None)
            case OpenApp(name=name):
                return write_call("open_app", (), {"app_name": name})
            case Wait(seconds=seconds):
                return "wait()" if seconds == PAUSE else write_call("wait", (), {"seconds": seconds})
            case AskUser(question=question):
                return write_call("call_user", (), {"question": question})
            case Finish(success=True, message=message):
                return write_call("finished", (), {"content": message})
            case Click() | LongPress() | Drag() | Scroll() | TypeText() | Finish() | Answer() | CallTool():
                return None
            case _:
                assert_never(action)

    def _at(self, word: str, point: Point, seen: Size) -> str:
        return write_call(word, (), {"start_box": self.place(point, seen)})

    def _from_to(self, word: str, start: Point, end: Point, seen: Size) -> str:
        return write_call(word, (), {"start_box": self.place(start, seen), "end_box": self.place(end, seen)})

    # ------------------------------------------------------------ grammar

    def grammar(self, moment: Moment) -> Grammar | None:
        code = Code(self.space, moment.seen, self.platform == "desktop")
        mobile = self.platform == "mobile"
        x, y = code.axes()
        place = f"""/'(<\\|box_start\\|>)?\\(/ {x} "," {y} /\\)(<\\|box_end\\|>)?'/"""
        start, end, content = Entry("start_box", place), Entry("end_box", place), Entry("content", TEXT, needed=False)
        swipe = call("scroll", start, end)
        own: Mapping[Kind, Sequence[str]] = {
            "click": [call(w, start) for w in ("click", *(() if mobile else ("left_double", "right_single")))],
            "long_press": [call("long_press", start)],
            "move": [call("hover", start)],
            "drag": [swipe if mobile and self.swipes else call("drag", start, end)],
            "scroll": [swipe if mobile and self.swipes else call("scroll", start, Entry("direction", code.direction))],
            "type_text": [call("type", content._replace(needed=True))],
            "press_keys": [call("hotkey", Entry("key", code.hotkey))],
            "button": [call(word) for word in _BUTTONS],
            "open_app": [call("open_app", Entry("app_name", LONGER_TEXT))],
            "wait": [call("wait")],
            "ask_user": [call("call_user", content._replace(key="question"))],
            "finish": [call("finished", content)],
        }
        rules = calls(code, self.kinds() & (moment.supports | ALWAYS), own)
        return call_after_thought(
            "Action: ",
            f'call ("\\n\\n" call){{0,{MOST_IN_A_ROW - 1}}}\n{rules}',
            never=r"<conclusion>|<\|im_start\|>",
            never_first=self.form.label.removeprefix("^"),
            closers=CLOSERS,
        )

    # ------------------------------------------------------------ parse

    def read_thought(self, text: str) -> str:
        for label in ("Thought:", "Thought："):
            text = text.removeprefix(label)
        return text.strip()

    def hear(self, call: Call, reply: Reply) -> Action:
        start = "start_box|point|start_point"
        match plain_name(call.name):
            case "click" | "leftsingle":
                return Click(point=self._place(call, reply))
            case "leftdouble":
                return Click(point=self._place(call, reply), count=2)
            case "rightsingle":
                return Click(point=self._place(call, reply), button="right")
            case "hover":
                return Move(point=self._place(call, reply))
            case "longpress":
                given = arguments(call, start, "time", needed=1)
                seconds = {"seconds": given["time"]} if given.get("time") not in (None, "") else {}
                return action("long_press", point=self.point(given["start_box"], reply), **seconds)
            case "drag" | "select":
                given = arguments(call, start, "end_box|end_point")
                ends = self.point(given["start_box"], reply), self.point(given["end_box"], reply)
                return Drag(start=ends[0], end=ends[1])
            case "scroll":
                return self._scroll(call, reply)
            case "type":
                content = as_text(arguments(call, "content|text")["content"], reply.notes)
                if not isinstance(content, str):
                    raise ParseError("type needs a content in quotes")
                for end in ("\n", "\\n"):
                    if content.endswith(end):
                        return TypeText(text=content.removesuffix(end), submit=True)
                return TypeText(text=content)
            case "hotkey" | "press":
                key = arguments(call, "key|hotkey|press")["key"]
                names = key.split() if isinstance(key, str) and key.strip() else [key]
                return action("press_keys", keys=names)
            case "openapp":
                return action("open_app", name=arguments(call, "app_name|name|content")["app_name"])
            case "wait":
                arguments(call)
                return Wait(seconds=PAUSE)
            case "finished":
                return action("finish", message=arguments(call, "content", needed=0).get("content", ""))
            case "calluser":
                question = arguments(call, "question|content", needed=0).get("question", reply.thought)
                return action("ask_user", question=question)
            case plain:
                for word, button in _BUTTONS.items():
                    if plain_name(word) == plain:
                        arguments(call)
                        return Button(name=button)
                raise ParseError(f"{call.name} doesn't take these arguments")

    def _place(self, call: Call, reply: Reply) -> Point:
        return self.point(arguments(call, "start_box|point|start_point")["start_box"], reply)

    def _scroll(self, call: Call, reply: Reply) -> Action:
        given = arguments(call, "start_box|point|start_point", "end_box|end_point", "direction", needed=0)
        where = {k: self.point(given[k], reply) for k in ("start_box", "end_box") if given.get(k) not in (None, "")}
        if "end_box" in where and "start_box" in where:
            return self.device(reply.seen).swiped(where["start_box"], where["end_box"])
        if "direction" not in given:
            raise ParseError("scroll needs a direction: down, up, right or left")
        return action("scroll", direction=given["direction"], **({"point": p} if (p := where.get("start_box")) else {}))


class UITars15(UITars10):
    """UI-TARS-1.5-7B. Its prompt shows points, the model writes boxes of pixels.

    Source: codes/ui_tars of bytedance/UI-TARS.
    """

    name: ClassVar[str] = "ui_tars_1_5"
    space: Space = "absolute"
    swipes: ClassVar[bool] = False
    frames: ClassVar[Mapping[Platform, str]] = FRAMES_15
    spaces: ClassVar[Mapping[Platform, ActionSpace]] = SPACES_15

    def place(self, point: Point, seen: Size) -> Verbatim:
        x, y = to_model(point, space=self.space, seen=seen)
        return Verbatim(f"'({x},{y})'")
