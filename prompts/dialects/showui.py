"""ShowUI-2B on Qwen2-VL: actions as Python dictionaries, places as shares of the screen with two decimals.

    {'action': 'CLICK', 'value': None, 'position': [0.49, 0.42]},
    {'action': 'INPUT', 'value': 'weather', 'position': [0.49, 0.42]}

Sources: showlab/ShowUI, data/template/shared_navigation.py at 155d2be (both action spaces, their names, "Task: …", the
past before the screenshot), data/dset_shared_navigation.py (read in Han1018/ShowUI at 19553cf: the past as the
dictionaries themselves, one after the other; several in one reply, parted by commas, are done in order),
prepare/hf_guiact.ipynb at 421f01f (a scroll "down" shows what is further down the page) and QUICK_START.md at 29a89bc
(the reply, the prompt for grounding, 256 to 1344 visual tokens a picture).

The smartphone's ANSWER is its end: its value is 'task complete' or 'task impossible'. Neither space has a word for
waiting, and the phone's has none for its buttons: the latter and the website's end are named as in the family's other
template (AITW: PRESS BACK, PRESS HOME, STATUS TASK COMPLETE), WAIT is of this project. What an action can say beyond
the words stands as a dictionary in the value: {'action': 'CLICK', 'value': {'point': …, 'count': 2}, 'position': None}.

INPUT names the field: with a position it is a click there and then the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, assert_never

from actions.errors import ParseError
from actions.geometry import Box, Point, Size, Space, to_model
from actions.types import (
    KINDS,
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
from environments.picture import Picture
from prompts import telling
from prompts.calls import write_value
from prompts.dialect import ALWAYS, Decision, Dialect, Moment
from prompts.dialects.code_grammar import Code
from prompts.dialects.device_use import Device
from prompts.dialects.showui_grammar import dictionaries
from prompts.dialects.showui_words import APP, FORM, GROUNDING, NAVIGATION, SPACES, STATUS
from prompts.foreign import LONGEST_TASK, neutral
from prompts.grammar import Grammar
from prompts.grounding import GroundingDialect, one_line
from prompts.literal import read_object
from prompts.messages import ImagePart, Message
from prompts.reading import THOUGHT_TAG, Notes, check_length, joined, open_thought, plain_name, quoted_at, read_point
from prompts.schema import arguments_of, as_text, read_action, validated

_KINDS: Mapping[str, Kind] = MappingProxyType({plain_name(k): k for k in KINDS if k != "call_tool"})
MOST_ACTIONS = 16
"""More actions than this in one reply are a model that runs on."""
_DICT = re.compile(r"\{\s{0,8}['\"‘“]")
_BETWEEN = re.compile(r"[\s,;\[\]`]*")
_BRACES = str.maketrans("{}", "()")


class ShowUI(Dialect):
    """The dialect of ShowUI-2B. One screenshot and the past as text, whatever `history` asks for in pictures."""

    name: ClassVar[str] = "showui"
    space: Space = "unit"

    def kinds(self) -> frozenset[Kind]:
        """A phone's swipe is a drag where it is no scroll; its end is an answer."""
        more: tuple[Kind, ...] = ("drag", "finish")
        return frozenset([*more, *(kind for _, kind, _ in SPACES[self.platform])])

    # ------------------------------------------------------------ render

    def render(self, moment: Moment) -> list[Message]:
        offered = moment.supports | ALWAYS
        words = [(word, said) for word, kind, said in SPACES[self.platform] if kind in offered]
        told = "\n".join(f"{i}. `{word}`: {said}" for i, (word, said) in enumerate(words, 1))
        past = "".join(self._told(step) for step in self.history.past(moment.steps))
        note = telling.screen(moment.now, self.language)
        corrections = telling.corrections(moment.attempts, FORM[self.platform], self.language)
        return [
            Message.of(
                "user",
                NAVIGATION.format(app=APP[self.platform], actions=told),
                f"Task: {neutral(moment.task, limit=LONGEST_TASK)}\n",
                *([past] if past else []),
                *([f"\n{note}\n"] if note else []),
                ImagePart(moment.now.picture),
                *([f"\n{corrections}"] if corrections else []),
            )
        ]

    def _told(self, step: Step) -> str:
        """A past step: its dictionary, and what there is to say of it."""
        if step.action is None:
            said = telling.words(self.language)["none"]
        else:
            try:
                said = self._dict(step.action, step.seen or step.observation.size)
            except ValueError:  # of another family's run
                said = step.action.kind
        outcome = telling.outcome(step, self.language)
        return f"{said} ({outcome})" if outcome else said

    # ------------------------------------------------------------ write

    def write(self, decision: Decision, seen: Size) -> str:
        """A thought is none of the family's habits; it stands before the dictionaries, without braces."""
        thought = neutral(decision.thought.strip()).translate(_BRACES)
        dicts = ",\n".join(self._dict(action, seen) for action in decision.actions)
        return f"{thought}\n{dicts}" if thought else dicts

    def _dict(self, action: Action, seen: Size) -> str:
        word, value, position = self._entries(action, seen)
        return _dictionary({"action": word, "value": value, "position": position})

    def _entries(self, action: Action, seen: Size) -> tuple[str, Any, Any]:
        if action.kind not in self.kinds():
            raise ValueError(f"ShowUI has no word for {action.kind} on a {self.platform} platform")
        phone = self.platform == "mobile"
        match action:
            case Click(point=point) if action == Click(point=point):
                return "TAP" if phone else "CLICK", None, self._xy(point, seen)
            case Move(point=point):
                return "HOVER", None, self._xy(point, seen)
            case Scroll() | Drag() if phone and (ends := Device("mobile", self.space, seen).swipe(action)):
                return "SWIPE", None, [self._xy(end, seen) for end in ends]
            case Scroll(direction=direction) if not phone and action == Scroll(direction=direction):
                return "SCROLL", direction, None
            case Drag(start=Point() as start, end=end, seconds=0.5) if not phone:
                return "SELECT_TEXT", None, [self._xy(start, seen), self._xy(end, seen)]
            case TypeText(text=text) if not action.submit and not action.replace:
                return "INPUT", text, None
            case PressKeys(keys=("enter",)) | Button(name="enter"):
                return "ENTER", None, None
            case PressKeys(keys=keys):
                return "PRESS", list(keys), None
            case Button(name=name):
                return f"PRESS {name.upper().replace('_', ' ')}", None, None
            case Wait(seconds=seconds):
                return "WAIT", seconds, None
            case Answer(text=text):
                if phone and text in STATUS:
                    raise ValueError(f"{text!r} is how ShowUI says that the task is over")
                return "ANSWER", text, None
            case Finish(success=success, message=""):
                if phone:
                    return "ANSWER", next(s for s, done in STATUS.items() if done == success), None
                return f"STATUS TASK {'COMPLETE' if success else 'IMPOSSIBLE'}", None, None
            case Click() | Scroll() | Drag() | TypeText() | Finish():
                return action.kind.upper(), arguments_of(action, space=self.space, seen=seen), None
            case LongPress() | OpenApp() | AskUser() | CallTool():
                raise AssertionError("not among the kinds")
            case _:
                assert_never(action)

    def _xy(self, point: Point, seen: Size) -> list[float]:
        return list(to_model(point, space=self.space, seen=seen))

    # ------------------------------------------------------------ grammar

    def grammar(self, moment: Moment) -> Grammar:
        code = Code(self.space, moment.seen, self.platform == "desktop")
        offered = self.kinds() & (moment.supports | ALWAYS)
        return dictionaries(code, offered, self.platform)

    # ------------------------------------------------------------ parse

    def parse(self, text: str, seen: Size) -> Decision:
        """The dictionaries of the last block, in order; each must be readable. What stands before is the thought."""
        check_length(text)
        notes = Notes()
        start = 0
        thoughts: list[str] = []
        while found := open_thought(text, start):
            thoughts.append(found.text)
            start = found.end
        blocks = _blocks(text, start, notes)
        if not blocks:
            raise ParseError(f"it holds no action: expected {FORM[self.platform]}")
        first, dicts = blocks[-1]
        if len(blocks) > 1:
            notes.add("several blocks of actions, the last one taken")
        actions: list[Action] = []
        for entries in dicts:
            actions += self._read(entries, actions, seen, notes)
        return Decision(joined(*thoughts, THOUGHT_TAG.sub("\n", text[start:first])), tuple(actions), notes.all)

    def _read(self, entries: dict[str, Any], before: list[Action], seen: Size, notes: Notes) -> list[Action]:
        """The actions of one dictionary, after those of the dictionaries before it."""
        if unknown := set(entries) - {"action", "value", "position"}:
            raise ParseError(f"no key is called {min(unknown)[:40]!r}: expected action, value and position")
        said, value, position = (entries.get(key) for key in ("action", "value", "position"))
        if not isinstance(said, str):
            raise ParseError("the dictionary names no action")
        plain = plain_name(said)
        if isinstance(entries.get("value"), dict) and plain in _KINDS:
            return [read_action(_KINDS[plain], entries["value"], space=self.space, seen=seen, notes=notes)]
        if plain in ("swipe", "selecttext"):
            return [self._stroke(position, seen, notes, scrolls=plain == "swipe")]
        point = None if position is None else read_point(position, space=self.space, seen=seen, notes=notes)
        match plain:
            case "click" | "tap" | "select" if point is not None:
                if plain == "select":
                    notes.add("'SELECT' read as 'CLICK'")
                return [Click(point=point)]
            case "hover" if point is not None:
                return [Move(point=point)]
            case "input":
                typed = validated({"kind": "type_text", "text": as_text(value, notes)})
                clicked = point is None or before[-1:] == [Click(point=point)]
                return [typed] if clicked or point is None else [Click(point=point), typed]
            case "scroll":
                at = {} if point is None else {"point": point}
                direction = value.lower() if isinstance(value, str) else value
                return [validated({"kind": "scroll", "direction": direction, **at})]
            case "answer":
                if self.platform == "mobile" and isinstance(value, str) and value.strip().lower() in STATUS:
                    return [Finish(success=STATUS[value.strip().lower()])]
                return [validated({"kind": "answer", "text": as_text(value, notes)})]
            case "wait":
                return [validated({"kind": "wait", **({} if value is None else {"seconds": value})})]
            case "copy":
                return [PressKeys(keys=("ctrl", "c"))]
            case "statustaskcomplete" | "statustaskimpossible":
                return [Finish(success=plain.endswith("complete"))]
            case "press":
                return [validated({"kind": "press_keys", "keys": value})]
            case "enter":
                return [Button(name="enter") if self.platform == "mobile" else PressKeys(keys=("enter",))]
            case _ if plain.startswith("press"):
                name = "_".join(said.split()[1:]).lower()
                if self.platform == "mobile":
                    return [validated({"kind": "button", "name": name})]
                return [validated({"kind": "press_keys", "keys": [name]})]
            case "click" | "tap" | "select" | "hover":
                raise ParseError(f"{said} needs a position")
            case _:
                known = ", ".join(word for word, _, _ in SPACES[self.platform])
                raise ParseError(f"no action is called {said[:40]!r}; there are {known}")

    def _stroke(self, position: Any, seen: Size, notes: Notes, *, scrolls: bool) -> Action:
        if not isinstance(position, list) or len(position) != 2:  # pyright: ignore[reportUnknownArgumentType]
            raise ParseError("two positions are needed: [[x1,y1], [x2,y2]]")
        ends: list[Any] = [*position]  # pyright: ignore[reportUnknownArgumentType]
        start, end = (read_point(p, space=self.space, seen=seen, notes=notes) for p in ends)
        if scrolls:
            return Device("mobile", self.space, seen).swiped(start, end)
        return Drag(start=start, end=end)


def _dictionary(entries: Mapping[str, Any]) -> str:
    pairs = ((k, _dictionary(v) if isinstance(v, dict) else write_value(v)) for k, v in entries.items())  # pyright: ignore[reportUnknownArgumentType]
    return f"{{{', '.join(f'{write_value(k)}: {v}' for k, v in pairs)}}}"


def _blocks(text: str, start: int, notes: Notes) -> list[tuple[int, list[dict[str, Any]]]]:
    """Dictionaries that follow each other, and where each row of them begins; those in quotes are talked about.

    One that can't be read is a `ParseError`: what follows it may be the inside of its text.
    """
    blocks: list[tuple[int, list[dict[str, Any]]]] = []
    count, end = 0, -1
    while match := _DICT.search(text, start):
        if quoted_at(text, match.start()):
            start = match.end()
            continue
        count += 1
        if count > MOST_ACTIONS:
            raise ParseError(f"the reply holds more than {MOST_ACTIONS} actions")
        found = read_object(text, match.start())
        notes.add(*(r for r in found.repairs if r not in ("python literal", "tuple")))
        if end < 0 or match.start() > end:
            blocks.append((match.start(), []))
        blocks[-1][1].append(found.value)
        between = _BETWEEN.match(text, found.end)
        start = end = found.end if between is None else between.end()
    if blocks and text[start:].strip():
        notes.add("text after the action left out")
    return blocks


class ShowUIGrounding(GroundingDialect):
    """ShowUI-2B as a grounder: `[0.73, 0.21]`."""

    name: ClassVar[str] = "showui"
    space: Space = "unit"

    def render(self, picture: Picture, description: str) -> list[Message]:
        return [Message.of("user", GROUNDING, ImagePart(picture), one_line(description))]

    def write(self, box: Box, seen: Size) -> str:
        return str(list(self._numbers(box.center, seen)))
