"""Holo1 and Holo1.5: JSON with a thought, notes and one action, places in pixels of the resized picture.

    {"thought": "…", "notes": "…", "action": {"action": "click_element", "element": "the sign", "x": 352, "y": 348}}

Source: hcompai/surfer-h-cli, src/surfer_h_cli: skills/navigation_step.py at 304ec9c (one system message of guidelines
and schemas, one user's message of the state as JSON and the last screenshots), surferh.py at 021813b (three of them;
past replies as Python dictionaries; to write is to click, empty the field, type and press Enter; a scroll "down" shows
what is further down; two seconds after each action). The words and prompts: holo_words.py. hcompai/hai-cookbook,
utils/navigation.py at 40d4b0e, words it otherwise for a single step (`note`, `write_element_abs`, seconds of a wait):
that is read as well. As a grounder it is asked as Holo1.5 is; Holo1's `Click(352, 348)`, which utils/localization.py at
bab64ee asks for, is read too.

The family knows web pages, and is asked in the same words on a desktop and a phone. Its only end is `answer`, which is
an answer and the end; what the words leave out is a function that is named after its kind. What it noted stays in the
thought, and so among the past.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from actions.describe import in_words
from actions.errors import ParseError
from actions.geometry import Box, Point, Size, Space, to_model
from actions.types import KINDS, Action, Answer, Button, Click, Finish, Kind, PressKeys, Scroll, TypeText, Wait
from environments.episode import Step
from environments.picture import Picture
from prompts import telling
from prompts.dialect import ALWAYS, Decision, Dialect, Moment
from prompts.dialects.code_grammar import TEXT, Code, Entry, one_of
from prompts.dialects.holo_words import DATE, GROUNDING, GUIDELINES, STATE, WORDS, answer_format
from prompts.foreign import LONGEST_TASK, dumps, escaped, neutral
from prompts.grammar import Grammar
from prompts.grounding import GroundingDialect, one_line
from prompts.history import History
from prompts.literal import read_object
from prompts.messages import ImagePart, Message
from prompts.reading import THOUGHT_TAG, Notes, check_length, joined, open_thought, plain_name, quoted_at, read_point
from prompts.schema import POINT_NAMES, arguments_of, as_text, read_action, validated

MOST_OBJECTS = 16
PAUSE = 2.0
"""Seconds that a wait takes."""
_OBJECT = re.compile(r"\{\s{0,8}['\"‘“]")
_LEFT_OVER = re.compile(r"[\s`\]}]|<\|[a-z_]{1,20}\|>", re.IGNORECASE)
_BACK, _REFRESH = ("alt", "left"), ("f5",)
_PLACED: frozenset[Kind] = frozenset({"click", "long_press", "move"})
_FRAME = frozenset({"thought", "thoughts", "note", "notes", "action"})


class Holo(Dialect):
    """Holo1 3B and 7B, Holo1.5 3B to 72B."""

    name: ClassVar[str] = "holo"
    space: Space = "absolute"
    history: History = History(screenshots=3)

    def kinds(self) -> frozenset[Kind]:
        no = {"call_tool", *(("move", "press_keys") if self.platform == "mobile" else ("long_press", "button"))}
        return frozenset(kind for kind in KINDS if kind not in no)

    # ------------------------------------------------------------ render

    def render(self, moment: Moment) -> list[Message]:
        shown = self.history.with_picture(moment.steps)
        past = self.history.past(moment.steps)
        state = {
            "task": neutral(moment.task, limit=LONGEST_TASK),
            "previous_actions": ", ".join(self._told(step) for step in past),
            "step": "",
            "notes": "",
        }
        said = escaped(json.dumps(state, ensure_ascii=False, separators=(",", ":")))
        note = telling.screen(moment.now, self.language)
        example = self.write(Decision("...", (Click(point=Point(0.5, 0.5)),)), moment.seen)
        corrections = telling.corrections(moment.attempts, example, self.language)
        return [
            Message.of("system", self._system(moment)),
            Message.of(
                "user",
                said,
                *([f"\n{note}\n"] if note else []),
                *(ImagePart(step.observation.picture) for step in past if step.index in shown),
                ImagePart(moment.now.picture),
                *([f"\n{corrections}"] if corrections else []),
            ),
        ]

    def _system(self, moment: Moment) -> str:
        """The date, where the screen has one, ends the guidelines."""
        day = time.strftime("%A, %B %d, %Y", time.localtime(moment.now.time)) if moment.now.time else ""
        schema = answer_format(self.platform, moment.supports | ALWAYS, space=self.space, seen=moment.seen)
        guidelines = GUIDELINES + (DATE.format(day) if day else "")
        return dumps({"guidelines": guidelines, "state_format": dict(STATE), "answer_format": schema})

    def _told(self, step: Step) -> str:
        """A past reply, and what became of it."""
        if step.action is None:
            said = telling.words(self.language)["none"]
        elif step.action.kind in self.kinds():
            said = self._reply(
                neutral(step.thought.strip()), self._say(step.action, step.seen or step.observation.size)
            )
        else:  # a resumed run of another dialect
            said = telling.line(in_words(step.action), limit=300)
        outcome = telling.outcome(step, self.language)
        return f"{said} ({outcome})" if outcome else str(said)

    # ------------------------------------------------------------ write

    def write(self, decision: Decision, seen: Size) -> str:
        """`ValueError` for several actions, but for those that the family has one word for."""
        match decision.actions:
            case (Click(point=point, button="left", count=1), TypeText(text=text, submit=True, replace=True)):
                said = {"action": "write_element", "content": text, "element": "", **self._xy(point, seen)}
            case (Answer(text=text), Finish(success=True, message="")):
                said = {"action": "answer", "content": text}
            case (action,):
                said = self._say(action, seen)
            case _:
                raise ValueError(f"the dialect {self.name} says one action at a time")
        return dumps(self._reply(decision.thought.strip(), said))

    def _reply(self, thought: str, action: Mapping[str, Any]) -> dict[str, Any]:
        return {"thought": thought, "notes": "", "action": action}

    def _say(self, action: Action, seen: Size) -> dict[str, Any]:
        if action.kind not in self.kinds():
            raise ValueError(f"the dialect {self.name} has no word for {action.kind}")
        match action:
            case Click(point=point, button="left", count=1):
                return {"action": "click_element", "element": "", **self._xy(point, seen)}
            case Scroll(direction=direction) if action == Scroll(direction=direction):
                return {"action": "scroll", "direction": direction}
            case Button(name="back") | PressKeys(keys=("alt", "left")):
                return {"action": "go_back"}
            case PressKeys(keys=("f5",)):
                return {"action": "refresh"}
            case Wait(seconds=seconds):
                return {"action": "wait"} if seconds == PAUSE else {"action": "wait", "seconds": seconds}
            case _:
                fields = arguments_of(action, space=self.space, seen=seen)
                return {"action": action.kind, **{k: list(v) if isinstance(v, tuple) else v for k, v in fields.items()}}  # pyright: ignore[reportUnknownArgumentType]

    def _xy(self, point: Point, seen: Size) -> dict[str, float]:
        x, y = to_model(point, space=self.space, seen=seen)
        return {"x": x, "y": y}

    # ------------------------------------------------------------ grammar

    def grammar(self, moment: Moment) -> Grammar:
        """All of a reply is JSON, and the thought one of its texts."""
        code = Code(self.space, moment.seen, self.platform == "desktop", json=True, never=THOUGHT_TAG.pattern)
        offered = self.kinds() & (moment.supports | ALWAYS)
        x, y = (Entry(key, axis) for key, axis in zip("xy", code.axes(), strict=True))
        content, element = Entry("content", TEXT), Entry("element", TEXT)
        words: Mapping[str, tuple[set[Kind], Sequence[Entry]]] = {
            "click_element": ({"click"}, (element, x, y)),
            "write_element": ({"click", "type_text"}, (content, element, x, y)),
            "go_back": ({"button" if self.platform == "mobile" else "press_keys"}, ()),
            "refresh": ({"press_keys"}, ()),
            "answer": ({"answer"}, (content,)),
            **{kind: ({kind}, code.fields(kind)) for kind in offered},
        }
        actions = (
            code.dictionary(Entry("action", code.said(name)), *entries)
            for name, (kinds, entries) in words.items()
            if kinds <= offered
        )
        frame = code.dictionary(Entry("thought", TEXT), Entry("notes", TEXT), Entry("action", "action"))
        lark = f"""%llguidance {{"no_forcing": true}}
start: {frame}
action: {one_of(actions)}
{code.texts}"""
        return Grammar(lark, ('{"thought": "", "notes": "", "action": ', '"', "}", "]"))

    # ------------------------------------------------------------ parse

    def parse(self, text: str, seen: Size) -> Decision:
        notes = Notes()
        before, entries = _last_object(text, notes)
        thoughts = [entries[key] for key in ("thought", "thoughts", "note", "notes") if key in entries]
        if not all(isinstance(t, str) for t in thoughts):
            raise ParseError("the thought and the notes must be texts")
        said = entries.get("action")
        if isinstance(said, dict) and entries.keys() <= _FRAME:
            action: dict[str, Any] = said  # pyright: ignore[reportUnknownVariableType]
        elif isinstance(said, str):
            notes.add("action without its frame")
            action = {k: v for k, v in entries.items() if k == "action" or k not in _FRAME}
        else:
            raise ParseError('the object holds no action: expected {"thought": …, "notes": …, "action": {"action": …}}')
        return Decision(joined(before, *thoughts), self._meant(action, seen, notes), notes.all)

    def _meant(self, said: dict[str, Any], seen: Size, notes: Notes) -> tuple[Action, ...]:
        called = said.get("action")
        if not isinstance(called, str):
            raise ParseError("the action has no name")
        fields = {k: v for k, v in said.items() if k not in ("action", "element")}
        mobile = self.platform == "mobile"
        match plain_name(called):
            case "clickelement" | "clickabsolute" | "clickelementabs":
                return (validated({"kind": "click", "point": _place(fields, self.space, seen, notes)}),)
            case "writeelement" | "writeelementabs" if "content" in fields:
                content = as_text(fields.pop("content"), notes)
                clicked = Click(point=_place(fields, self.space, seen, notes))
                return clicked, validated({"kind": "type_text", "text": content, "submit": True, "replace": True})
            case "goback" if not fields:
                return (Button(name="back") if mobile else PressKeys(keys=_BACK),)
            case "refresh" if not fields and not mobile:
                return (PressKeys(keys=_REFRESH),)
            case "wait":
                return (validated({"kind": "wait", "seconds": PAUSE, **fields}),)
            case "answer" if [*fields] == ["content"]:
                return validated({"kind": "answer", "text": as_text(fields["content"], notes)}), Finish()
            case plain:
                kind: Kind | None = next((k for k in self.kinds() if plain_name(k) == plain), None)
                if kind is None:
                    raise ParseError(f"{called[:40]!r} is nothing that can be done here; there are {', '.join(WORDS)}")
                if kind in _PLACED and {"x", "y"} <= fields.keys():
                    fields["point"] = [fields.pop("x"), fields.pop("y")]
                return (read_action(kind, fields, space=self.space, seen=seen, notes=notes),)


def _place(fields: dict[str, Any], space: Space, seen: Size, notes: Notes) -> Point:
    """The place of an element, and nothing else beside it."""
    names = {*fields}
    if names == {"x", "y"}:
        return read_point([fields["x"], fields["y"]], space=space, seen=seen, notes=notes)
    if len(names) == 1 and names <= {"point", *POINT_NAMES}:
        notes.add(f"{min(names)!r} read as x and y")
        return read_point(fields[min(names)], space=space, seen=seen, notes=notes)
    raise ParseError(f"expected x and y for the place of the element, not {', '.join(sorted(names))[:60] or 'nothing'}")


def _last_object(text: str, notes: Notes) -> tuple[str, dict[str, Any]]:
    """What stands before the last object after the thought, and the object. Raises `ParseError`; linear time."""
    check_length(text)
    start = 0
    while tag := THOUGHT_TAG.search(text, start):
        thought = open_thought(text, tag.start())
        start = tag.end() if thought is None else thought.end
    first, found, count = start, None, 0
    position = start
    while match := _OBJECT.search(text, position):
        position = match.end()
        if quoted_at(text, match.start()):
            continue
        count += 1
        if count > MOST_OBJECTS:
            raise ParseError(f"the reply holds more than {MOST_OBJECTS} objects")
        first = match.start() if found is None else first
        found = read_object(text, match.start())
        position = found.end
    if found is None:
        raise ParseError("it holds no object: words alone do nothing and end nothing")
    notes.add(*found.repairs)
    if count > 1:
        notes.add("several objects, the last one taken")
    if _LEFT_OVER.sub("", text[found.end :]):
        notes.add("text after the object left out")
    before = text[:first].rstrip().removesuffix("```json").removesuffix("```")
    if before != text[:first].rstrip():
        notes.add("fenced block")
    return joined(THOUGHT_TAG.sub("\n", before)), found.value


_N = r"\s{0,8}([+-]?\d{1,9}(?:\.\d{1,17})?)\s{0,8}"
_AT = re.compile(rf"['\"]x['\"]\s{{0,8}}:{_N},\s{{0,8}}['\"]y['\"]\s{{0,8}}:{_N}", re.ASCII)


class HoloGrounding(GroundingDialect):
    """Holo1.5 as a grounder, and Holo1."""

    name: ClassVar[str] = "holo"
    space: Space = "absolute"

    def render(self, picture: Picture, description: str) -> list[Message]:
        return [Message.of("user", ImagePart(picture), GROUNDING + one_line(description))]

    def write(self, box: Box, seen: Size) -> str:
        x, y = self._numbers(box.center, seen)
        return dumps({"action": "click_absolute", "x": x, "y": y})

    def _places(self, text: str, seen: Size) -> Sequence[Point | Box]:
        named = [[float(n) for n in match.groups()] for match in _AT.finditer(text)]
        if [-1.0, -1.0] in named:
            raise ParseError("it says that there is no such thing on the screen")
        places = [read_point(xy, space=self.space, seen=seen, notes=Notes()) for xy in named]
        return places or super()._places(text, seen)
