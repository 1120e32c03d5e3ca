"""UI-Venus 1.0 and 1.5: `<think>…</think><action>Click(box=(868,487))</action><conclusion>…</conclusion>`.

Source: inclusionAI/UI-Venus at c6ce41f, models/navigation/ui_venus_navi_agent.py (the past as "Step 0: <think>…</think>
<action>…</action>"; 1.0 counts the pixels of the resized picture) and scripts/run_navi.sh (the last five steps);
Venus_framework/processor/uivenus_processor.py (1.5 is told of all steps) and policy/ui_venus_policy.py (1.5 counts to
1000, the text before the picture, a wait of a second, a Scroll as a swipe between its ends);
models/grounding/ui_venus1_5_gd.py (1.5 as a grounder). The prompts: ui_venus_words.py.

`CallUser` is how the family answers ("to reply to user explicitly before finishing"); it asks in the same word, which
can't be told apart, so that a question of one's own is `ask_user(question='…')` here. Of a Scroll the two ends decide,
as in the source; the `direction` alone is taken to name what comes into view, which no source says (its browser prompt
scrolls a page by it; a public harness saw 1.5 name the finger's way on a prompt for phones). Where 1.0 has the picture
could not be read: it stands behind the text, as in 1.5.

1.0 knows phones only, a desktop is asked in the same words. The prompt of 1.5 for the desktop is its browser's: `Type`
presses Enter there, and `PressBack` is alt and left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, assert_never

from actions.errors import ParseError
from actions.geometry import Box, Point, Size, Space
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
from environments.episode import Step
from environments.picture import Picture
from prompts import telling
from prompts.calls import Call, write_call
from prompts.dialect import ALWAYS, Decision, Moment
from prompts.dialects import ui_venus_words as words
from prompts.dialects.call_dialect import CallDialect, Reply, action, arguments, lines
from prompts.dialects.call_reading import Form
from prompts.dialects.code_grammar import CLOSERS, LONGER_TEXT, TEXT, Code, Entry, call, calls
from prompts.foreign import LONGEST_TASK, neutral
from prompts.grammar import Grammar, call_after_thought, without
from prompts.grounding import GroundingDialect, one_line
from prompts.history import History
from prompts.messages import ImagePart, Message
from prompts.reading import plain_name
from prompts.schema import as_text

_BUTTONS: Mapping[ButtonName, str] = MappingProxyType(
    {"back": "PressBack", "home": "PressHome", "enter": "PressEnter", "recents": "PressRecent"}
)
_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType({"PressBack": ("alt", "left"), "PressEnter": ("enter",)})
"""What two of these are where there is a keyboard."""
_NOWHERE = re.compile(r"[(\[]\s{0,8}-1\s{0,8},\s{0,8}-1\s{0,8}[)\]]")


class UIVenus(CallDialect):
    """UI-Venus-Navi 7B and 72B."""

    name: ClassVar[str] = "ui_venus"
    space: Space = "absolute"
    history: History = History(steps=5)
    form: ClassVar[Form] = Form("<action>", "</action>")
    words: ClassVar[frozenset[str]] = frozenset(
        {
            *("Click", "DoubleClick", "LongPress", "Hover", "Drag", "Scroll", "Type", "Hotkey", "Launch", "Wait"),
            *("Finished", "CallUser", *_BUTTONS.values()),
        }
    )

    @property
    def phone(self) -> bool:
        """Whether it is asked in the words for phones."""
        return True

    def kinds(self) -> frozenset[Kind]:
        space = words.MOBILE_SPACE if self.phone else words.WEB_SPACE
        return frozenset(kind for _, kinds in space for kind in kinds)

    # ------------------------------------------------------------ render

    def prompt(self) -> tuple[str, words.ActionSpace]:
        """The frame, and the lines of the action space."""
        return words.MOBILE, words.MOBILE_SPACE

    def render(self, moment: Moment) -> list[Message]:
        frame, space = self.prompt()
        past = self.history.past(moment.steps)
        prompt = frame.format(
            task=neutral(moment.task, limit=LONGEST_TASK),
            past="\n".join(f"Step {i}: {self._told(step)}" for i, step in enumerate(past)),
            space=lines(space, moment.supports),
        )
        note = telling.screen(moment.now, self.language)
        corrections = telling.corrections(moment.attempts, self._example(moment.seen), self.language)
        after = [f"\n{corrections}"] if corrections else []
        screen = [f"\n{note}\n"] if note else []
        return [Message.of("user", prompt, *screen, ImagePart(moment.now.picture), *after)]

    def _told(self, step: Step) -> str:
        outcome = telling.outcome(step, self.language)
        done = f"<think>{neutral(step.thought.strip())}</think><action>{self.said(step)}</action>"
        return f"{done} ({outcome})" if outcome else done

    def _example(self, seen: Size) -> str:
        click = self.call(Click(point=Point(0.5, 0.5)), seen)
        return f"<think>...</think><action>{click}</action><conclusion>...</conclusion>"

    # ------------------------------------------------------------ write

    def write(self, decision: Decision, seen: Size) -> str:
        """The conclusion is the last line of the thought, where there is more than one."""
        why, line, what = neutral(decision.thought.strip()).rpartition("\n")
        calls = self.write_calls("\n".join(self.call(action, seen) for action in decision.actions))
        if line:
            return f"{self.write_thought(why)}{calls}<conclusion>{what}</conclusion>"
        return f"{self.write_thought(what) if what else ''}{calls}"

    def write_thought(self, thought: str) -> str:
        return f"<think>{thought}</think>"

    def write_calls(self, calls: str) -> str:
        return f"<action>{calls}</action>"

    def say(self, action: Action, seen: Size) -> str | None:
        phone = self.phone
        match action:
            case Click(point=point, button="left", count=1):
                return write_call("Click", (), {"box": self.place(point, seen)})
            case Click(point=point, button="left", count=2) if not phone:
                return write_call("DoubleClick", (), {"box": self.place(point, seen)})
            case LongPress(point=point, seconds=0.8):
                return write_call("LongPress", (), {"box": self.place(point, seen)})
            case Move(point=point):
                return write_call("Hover", (), {"box": self.place(point, seen)})
            case Drag(start=Point() as start, end=end, seconds=0.5):
                return write_call("Drag", (), {"start": self.place(start, seen), "end": self.place(end, seen)})
            case Scroll() if phone and (ends := self.device(seen).swipe(action)):
                start, end = (self.place(p, seen) for p in ends)
                return write_call("Scroll", (), {"start": start, "end": end})
            case Scroll(direction=direction) if not phone and action == Scroll(direction=direction):
                return write_call("Scroll", (), {"direction": direction})
            case TypeText(text=text, submit=submit, replace=False) if submit != phone:
                return write_call("Type", (), {"content": text})
            case PressKeys(keys=keys):
                word = next((word for word, pressed in _KEYS.items() if pressed == keys), None)
                return f"{word}()" if word else write_call("Hotkey", (), {"keys": list(keys)})
            case Button(name=name):
                return f"{_BUTTONS[name]}()" if name in _BUTTONS else None
            case OpenApp(name=name):
                return write_call("Launch", (), {"app": name})
            case Wait():
                return "Wait()" if action == Wait() else None
            case Answer(text=text):
                return write_call("CallUser", (), {"content": text})
            case Finish(success=True, message=message):
                return write_call("Finished", (), {"content": message})
            case Click() | LongPress() | Drag() | Scroll() | TypeText() | AskUser() | Finish() | CallTool():
                return None
            case _:
                assert_never(action)

    # ------------------------------------------------------------ grammar

    def grammar(self, moment: Moment) -> Grammar:
        code = Code(self.space, moment.seen, self.platform == "desktop")
        phone, place = self.phone, code.point("(")
        box, start, end = (Entry(key, place) for key in ("box", "start", "end"))
        content, direction = Entry("content", TEXT), Entry("direction", code.direction)
        stroke = call("Scroll", start, end, direction._replace(needed=False))
        keys = Entry("keys", code.keys)
        own: Mapping[Kind, Sequence[str]] = {
            "click": [call(word, box) for word in ("Click", *(() if phone else ("DoubleClick",)))],
            "long_press": [call("LongPress", box)],
            "move": [call("Hover", box)],
            "drag": [call("Drag", start, end), *([stroke] if phone else [])],
            "scroll": [stroke if phone else call("Scroll", direction)],
            "type_text": [call("Type", content)],
            "press_keys": [call("Hotkey", keys), *map(call, _KEYS)],
            "button": [*map(call, _BUTTONS.values())],
            "open_app": [call("Launch", Entry("app", LONGER_TEXT))],
            "wait": [call("Wait")],
            "answer": [call("CallUser", content)],
            "finish": [call("Finished", content._replace(needed=False))],
        }
        rules = calls(code, self.kinds() & (moment.supports | ALWAYS), own)
        return call_after_thought(
            self.form.label,
            f"""call "{self.form.end}" CONCLUSION?
CONCLUSION: /\\n?<conclusion>/ SAID "</conclusion>"
SAID: {without(f"</conclusion>|{self.form.label}")}
{rules}""",
            never=rf"{self.form.label}|<conclusion>|<\|im_start\|>",
            closers=("\n</conclusion>", *CLOSERS),
        )

    # ------------------------------------------------------------ parse

    def hear(self, call: Call, reply: Reply) -> Action:
        match plain_name(call.name):
            case "click":
                return Click(point=self._box(call, reply))
            case "doubleclick":
                return Click(point=self._box(call, reply), count=2)
            case "longpress":
                return LongPress(point=self._box(call, reply))
            case "hover" if not self.phone:
                return Move(point=self._box(call, reply))
            case "drag":
                given = arguments(call, "start", "end")
                return Drag(start=self.point(given["start"], reply), end=self.point(given["end"], reply))
            case "scroll":
                return self._scroll(call, reply)
            case "type":
                text = as_text(arguments(call, "content|text")["content"], reply.notes)
                return action("type_text", text=text, submit=not self.phone)
            case "hotkey" if not self.phone:
                return action("press_keys", keys=arguments(call, "keys|key")["keys"])
            case "launch":
                return action("open_app", name=arguments(call, "app|app_name")["app"])
            case "wait":
                arguments(call)
                return Wait()
            case "calluser":
                return action("answer", text=as_text(arguments(call, "content")["content"], reply.notes))
            case "finished":
                content = arguments(call, "content", needed=0).get("content", "")
                return action("finish", message=as_text(content, reply.notes))
            case plain:
                return self._press(plain, call)

    def _press(self, plain: str, call: Call) -> Action:
        for name, word in _BUTTONS.items():
            if plain_name(word) == plain and (self.phone or word in _KEYS):
                arguments(call)
                return Button(name=name) if self.phone else PressKeys(keys=_KEYS[word])
        raise ParseError(f"{call.name} is nothing that can be done here, or has other arguments")

    def _box(self, call: Call, reply: Reply) -> Point:
        return self.point(arguments(call, "box|point|coordinate")["box"], reply)

    def _scroll(self, call: Call, reply: Reply) -> Action:
        given = arguments(call, "start", "end", "direction", needed=0)
        ends = [self.point(given[k], reply) for k in ("start", "end") if given.get(k) not in (None, "", [])]
        if len(ends) == 2:
            return self.device(reply.seen).swiped(*ends)
        if given.get("direction") in (None, ""):
            raise ParseError("Scroll needs a start and an end, or a direction: down, up, right or left")
        return action("scroll", direction=given["direction"], **({"point": ends[0]} if ends else {}))


class UIVenus15(UIVenus):
    """UI-Venus-1.5 2B, 8B and 30B-A3B."""

    name: ClassVar[str] = "ui_venus_1_5"
    space: Space = "thousand"
    history: History = History()

    @property
    def phone(self) -> bool:
        return self.platform == "mobile"

    def prompt(self) -> tuple[str, words.ActionSpace]:
        if not self.phone:
            return words.WEB, words.WEB_SPACE
        return (words.MOBILE_ZH, words.MOBILE_SPACE_ZH) if self.language == "zh" else super().prompt()


class UIVenus15Grounding(GroundingDialect):
    """UI-Venus-1.5 as a grounder: `[512, 340]`, or `[-1,-1]` where it sees no such thing."""

    name: ClassVar[str] = "ui_venus_1_5"

    def render(self, picture: Picture, description: str) -> list[Message]:
        question = words.GROUNDING.format(one_line(description).removesuffix("."))
        return [Message.of("user", ImagePart(picture), question)]

    def write(self, box: Box, seen: Size) -> str:
        return str([*self._numbers(box.center, seen)])

    def _places(self, text: str, seen: Size) -> Sequence[Point | Box]:
        if _NOWHERE.search(text):
            raise ParseError("it says that there is no such thing on the screen")
        return super()._places(text, seen)
