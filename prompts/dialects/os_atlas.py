"""OS-Atlas on Qwen2-VL-7B: Base finds what is described, Pro writes lines such as `CLICK <point>[[101,872]]</point>`.

Sources: OS-Copilot/OS-Atlas at 49ba04b, README.md (Base: the question, a box in the reply); the prompts and replies
that Pro is trained and scored on, in the same repository's eval/data (read in averychen35/OS-Atlas at eca4bb2):
ac_test.jsonl (phone, history as "Step 1: …" in the words of the thoughts), gui_odyssey_test.jsonl (phone, a reply
without thoughts, IMPOSSIBLE) and omniact_test.jsonl (desktop, several actions in one reply, in order, as
eval_scripts/omniact scores them). The phone's list of custom actions is the model card's. Table 6 of the paper (arXiv
2410.23218) says that custom actions vary and may be the user's own: what the loop needs besides (WAIT and COMPLETE on a
desktop, IMPOSSIBLE, ANSWER, ASK) is told in their form. The format of RIGHTCLICK stands in the source as DOUBLECLICK's;
its own is told here.

SCROLL [DOWN] shows what is further down, as in the AndroidControl and GUIAct data that Pro was trained on; its authors
have not said so themselves (issue 58 of their repository asks).

What an action can say beyond the family's words stands as a JSON object in the brackets: `SCROLL [{"direction": …}]`.
"""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar, assert_never

from actions.errors import ParseError
from actions.geometry import Point, Size, Space, to_model
from actions.keys import NAMED
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
from environments.picture import Picture
from prompts import telling
from prompts.dialect import ALWAYS, Decision, Dialect, Moment
from prompts.dialects.code_grammar import Code
from prompts.dialects.os_atlas_grammar import lines
from prompts.dialects.os_atlas_words import (
    BASIC,
    BUTTON_BY_WORD,
    BUTTONS,
    CLICKS,
    CUSTOM,
    DETAILED,
    FRAME,
    KEYS,
    KIND_OF,
    WORDS,
)
from prompts.dialects.qwen_grounding import BoxGrounding
from prompts.foreign import LONGEST_TASK, dumps, neutral
from prompts.grammar import Grammar
from prompts.grounding import one_line
from prompts.literal import check, read_object
from prompts.messages import ImagePart, Message
from prompts.reading import THOUGHT_TAG, Notes, check_length, joined, open_thought, plain_name, read_point
from prompts.schema import arguments_of, read_action, validated


class OSAtlasBase(BoxGrounding):
    """The dialect of OS-Atlas-Base-7B."""

    name: ClassVar[str] = "os_atlas_base"

    def render(self, picture: Picture, description: str) -> list[Message]:
        question = (
            "In this UI screenshot, what is the position of the element corresponding to the command "
            f'"{one_line(description)}" (with bbox)?'
        )
        return [Message.of("user", ImagePart(picture), question)]


MOST_ACTIONS = 16
"""More actions than this in one reply are a model that runs on."""

_FORM = "thoughts:\nclick the search box\nactions:\nCLICK <point>[[500,500]]</point>"
_SPACE = re.compile(r"\s*")
_LABEL = re.compile(r"^[ \t*#]{0,8}actions?[ \t*]{0,8}[:：][ \t*]{0,8}", re.IGNORECASE | re.MULTILINE)
_THOUGHTS = re.compile(r"[\s*#]{0,8}thoughts?[ \t*]{0,8}[:：]", re.IGNORECASE)
_START = re.compile(r"^[ \t`]{0,8}([A-Za-z][A-Za-z0-9_]{1,31})[ \t]{0,8}(?=[<\[]|[ \t`]{0,8}\r?$)", re.MULTILINE)
_BRACKET_END = re.compile(r"\][ \t`]*(?=\r?\n|\r?\Z)")
_EXACT_POINT = re.compile(r"<point>\[\[-?\d{1,9},\s?-?\d{1,9}\]\]</point>", re.ASCII)
_PAIRS = (("[", "]"), ("(", ")"), ("<point>", "</point>"), ("<|box_start|>", "<|box_end|>"))
_LINE_END = re.compile(r"\r?$", re.MULTILINE)


class OSAtlasPro(Dialect):
    """The dialect of OS-Atlas-Pro-7B. One screenshot and the past as text, whatever `history` asks for in pictures."""

    name: ClassVar[str] = "os_atlas_pro"
    space: Space = "thousand"

    def kinds(self) -> frozenset[Kind]:
        """No word drags, and a phone has none for other keys than its buttons."""
        return frozenset(w.kind for w in (*BASIC, *CUSTOM[self.platform]))

    # ------------------------------------------------------------ render

    def render(self, moment: Moment) -> list[Message]:
        offered = moment.supports | ALWAYS
        basic = [w for w in BASIC if w.kind in offered]
        custom = [w for w in CUSTOM[self.platform] if w.kind in offered]
        frame = FRAME.format(
            basic="".join(f"{w.told(f'Basic Action {i}')}\n{w.blank}" for i, w in enumerate(basic, 1)).rstrip("\n"),
            custom="\n\n".join(w.told(f"Custom Action {i}") for i, w in enumerate(custom, 1)),
        )
        past = "".join(f"Step {s.index + 1}: {self._told(s)}\n" for s in self.history.past(moment.steps)) or "None"
        said = [
            f"\nTask: {neutral(moment.task, limit=LONGEST_TASK)}\nHistory: \n{past}\n",
            *(f"{note}\n" for note in (telling.screen(moment.now, self.language),) if note),
            *(f"{note}\n" for note in (telling.corrections(moment.attempts, _FORM, self.language),) if note),
        ]
        return [Message.of("user", frame, ImagePart(moment.now.picture), "".join(said))]

    def _told(self, step: Step) -> str:
        """A past step on one line: what the model thought, as in its training, or else what it did."""
        said = telling.line(step.thought, limit=200)
        if step.action is None:
            said = telling.words(self.language)["none"]
        elif not said:
            try:
                said = self._line(step.action, step.seen or step.observation.size)
            except ValueError:  # of another family's run
                said = step.action.kind
        outcome = telling.outcome(step, self.language)
        return f"{said} ({outcome})" if outcome else said

    # ------------------------------------------------------------ write

    def write(self, decision: Decision, seen: Size) -> str:
        thought = neutral(decision.thought.strip())
        lines = [self._line(action, seen) for action in decision.actions]
        return "\n".join([*(["thoughts:", thought] if thought else []), "actions:", *lines])

    def _line(self, action: Action, seen: Size) -> str:
        if action.kind not in self.kinds():
            raise ValueError(f"OS-Atlas has no word for {action.kind} on a {self.platform} platform")
        match action:
            case Click(point=point) if (action.button, action.count) in CLICKS:
                return f"{CLICKS[action.button, action.count]} {self._point(point, seen)}"
            case LongPress(point=point) if action == LongPress(point=point):
                return f"LONG_PRESS {self._point(point, seen)}"
            case Move(point=point):
                return f"MOVETO {self._point(point, seen)}"
            case Scroll(direction=direction) if action == Scroll(direction=direction):
                return f"SCROLL [{direction.upper()}]"
            case TypeText(text=text) if not action.submit and not action.replace:
                return f"TYPE [{_bracketed(text)}]"
            case PressKeys(keys=(key,)) if key in NAMED:
                return f"PRESS_{KEYS.get(key, key.upper())}"
            case PressKeys(keys=keys) if all(k.isascii() and k.isalnum() for k in keys):
                return f"HOTKEY [{'_'.join(k.upper() for k in keys)}]"
            case Button(name=name):
                return BUTTONS[name]
            case OpenApp(name=name):
                return f"OPEN_APP [{_bracketed(name)}]"
            case Wait() if action == Wait():
                return "WAIT"
            case Answer(text=text):
                return f"ANSWER [{_bracketed(text)}]"
            case AskUser(question=question):
                return f"ASK [{_bracketed(question)}]"
            case Finish(message=message):
                word = "COMPLETE" if action.success else "IMPOSSIBLE"
                return f"{word} [{_bracketed(message)}]" if message else word
            case Click() | LongPress() | Scroll() | TypeText() | PressKeys() | Wait():
                return f"{DETAILED[action.kind]} [{dumps(arguments_of(action, space=self.space, seen=seen))}]"
            case Drag() | CallTool():
                raise AssertionError("not among the kinds")
            case _:
                assert_never(action)

    def _point(self, point: Point, seen: Size) -> str:
        x, y = to_model(point, space=self.space, seen=seen)
        return f"<point>[[{x},{y}]]</point>"

    def grammar(self, moment: Moment) -> Grammar:
        code = Code(self.space, moment.seen, self.platform == "desktop", json=True)
        return lines(code, self.kinds() & (moment.supports | ALWAYS))

    # ------------------------------------------------------------ parse

    def parse(self, text: str, seen: Size) -> Decision:
        """The lines after the last "actions:", in order; each must be readable, and the last one complete."""
        check_length(text)
        notes = Notes()
        thoughts: list[str] = []
        start = _past_space(text, 0)
        while found := open_thought(text, start):
            thoughts.append(found.text)
            start = _past_space(text, found.end)
        labels = [*_LABEL.finditer(text, start)]
        if labels:
            said = text[start : labels[-1].start()]
            heading = _THOUGHTS.match(said)
            thoughts.append(THOUGHT_TAG.sub("\n", said[heading.end() :] if heading else said))
            start = labels[-1].end()
        else:
            notes.add("no label before the action")
        actions = self._actions(text[start:], seen, notes)
        return Decision(joined(*thoughts), actions, notes.all)

    def _actions(self, text: str, seen: Size, notes: Notes) -> tuple[Action, ...]:
        actions: list[Action] = []
        end = 0
        while match := _START.search(text, end):
            if text[end : match.start()].strip(" \t\r\n`"):
                if not actions:
                    break
                notes.add("text between the actions left out")
            if len(actions) == MOST_ACTIONS:
                raise ParseError(f"the reply holds more than {MOST_ACTIONS} actions")
            action, end = self._action(text, match, seen, notes)
            actions.append(action)
        if not actions:
            raise ParseError(f"it holds no action after its thoughts: expected\n{_FORM}")
        if text[end:].strip(" \t\r\n`"):
            notes.add("text after the action left out")
        return tuple(actions)

    def _action(self, text: str, start: re.Match[str], seen: Size, notes: Notes) -> tuple[Action, int]:
        """The action whose word is `start`, and where it ends."""
        said, at = start.group(1), start.end()
        plain = plain_name(said)
        word = WORDS.get(plain, said.upper())
        if word != said and not said.isupper():
            notes.add(f"{said!r} read as {word!r}")
        pointed = word in (*CLICKS.values(), "LONG_PRESS", "MOVETO") and not text.startswith("[{", at)
        if text.startswith("[", at) and not pointed:
            if (closing := _BRACKET_END.search(text, at)) is None:
                raise ParseError(f"{word} [… is not closed: it is cut off")
            return self._with_text(word, text[at + 1 : closing.start()], seen, notes), closing.end()
        if text.startswith(("<", "["), at):
            exact = _EXACT_POINT.match(text, at)
            end = exact.end() if exact else _line_end(text, at)
            place = text[at:end].rstrip(" \t\r`.")
            if any(place.count(opening) != place.count(closing) for opening, closing in _PAIRS):
                raise ParseError(f"the point of {word} is not closed: it is cut off")
            point = read_point(place, space=self.space, seen=seen, notes=notes)
            if exact:
                notes.drop("point in a string")
            return self._at_point(word, point), end
        return self._bare(word, plain), at

    def _at_point(self, word: str, point: Point) -> Action:
        match word:
            case "CLICK":
                return Click(point=point)
            case "DOUBLECLICK":
                return Click(point=point, count=2)
            case "RIGHTCLICK":
                return Click(point=point, button="right")
            case "LONG_PRESS":
                return LongPress(point=point)
            case "MOVETO":
                return Move(point=point)
            case _:
                raise ParseError(f"no action at a point is called {word}; there are {self._known()}")

    def _with_text(self, word: str, inside: str, seen: Size, notes: Notes) -> Action:
        if inside.startswith("{") and word in KIND_OF:
            found = read_object(inside, 0)
            notes.add(*found.repairs)
            if inside[found.end :].strip():
                raise ParseError(f"after the object of {word} stands {inside[found.end :][:20]!r}")
            return read_action(KIND_OF[word], found.value, space=self.space, seen=seen, notes=notes)
        text = _unbracketed(inside)
        match word:
            case "TYPE":
                return validated({"kind": "type_text", "text": text})
            case "OPEN_APP":
                return validated({"kind": "open_app", "name": text})
            case "ANSWER":
                return validated({"kind": "answer", "text": text})
            case "ASK":
                return validated({"kind": "ask_user", "question": text})
            case "COMPLETE" | "IMPOSSIBLE":
                return validated({"kind": "finish", "success": word == "COMPLETE", "message": text})
            case "SCROLL":
                return validated({"kind": "scroll", "direction": text.strip().lower()})
            case "HOTKEY":
                return validated({"kind": "press_keys", "keys": re.split(r"[_+ ]+", text.strip())})
            case _:
                raise ParseError(f"no action with a text is called {word}; there are {self._known()}")

    def _bare(self, word: str, plain: str) -> Action:
        match word:
            case "WAIT":
                return Wait()
            case "COMPLETE" | "IMPOSSIBLE":
                return Finish(success=word == "COMPLETE")
            case _ if self.platform == "mobile" and plain in BUTTON_BY_WORD:
                return validated({"kind": "button", "name": BUTTON_BY_WORD[plain]})
            case _ if self.platform == "desktop" and (plain.startswith("press") or plain == "enter"):
                return validated({"kind": "press_keys", "keys": [plain.removeprefix("press")]})
            case _ if plain in WORDS:
                raise ParseError(f"{word} stands without what it is to be done to or with: it is cut off")
            case _:
                raise ParseError(f"no action is called {word}; there are {self._known()}")

    def _known(self) -> str:
        return ", ".join(w.word for w in (*BASIC, *CUSTOM[self.platform]))


def _bracketed(text: str) -> str:
    """A text as it stands in brackets: as it is, or where it could be misread there, as a JSON string."""
    if "\n" not in text and not text.startswith(('"', "{")) and neutral(text) == text:
        return text
    return dumps(text)


def _unbracketed(inside: str) -> Any:
    """The text that stands in brackets."""
    if len(inside) > 1 and inside.startswith('"') and inside.endswith('"'):
        try:
            text = json.loads(inside)
        except ValueError:
            return inside
        check(text)
        return text
    return inside


def _line_end(text: str, at: int) -> int:
    found = _LINE_END.search(text, at)
    return len(text) if found is None else found.start()


def _past_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()
