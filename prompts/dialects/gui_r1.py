"""The models that grew from Qwen2.5-VL by R1's recipe: a thought in `<think>`, points in pixels of the resized picture.

GUI-R1 3B and 7B: `<answer>[{'action': 'click', 'point': [123, 300], 'input_text': 'no input text'}]</answer>`. Source:
ritzz-ai/GUI-R1, in copies, as the original could not be read: verl/utils/dataset.py (the training prompt) at
YangRui2015/GUI-R1 and, for a desktop, guir1/inference/inference_vllm_omniact_web.py at icey-zhang/GUI-R1, 0ec02be; the
Android words as quoted from guir1/inference/inference_vllm_android.py. The words of training and of Android are offered
together, but for close/delete and select, which no action stands for.

UI-R1 3B: `<answer>[{'action': 'click', 'coordinate': [123, 300]}]</answer>`. Source: lll6gg/UI-R1, of which the README
alone could be read; the training prompt (src/ui_r1, grpo) as public copies have it, with its missing quotes put in. It
is trained on single steps and has no place for a text or for the past: `input_text` and "with the action history" are
GUI-R1's.

InfiGUI-R1 3B: the `<tool_call>` of Qwen2.5-VL after `<think>`. Source: Reallm-Labs/InfiGUI-R1,
eval/android_control/android_control.py at 2c842d3.

Ours, in the syntax of GUI-R1: 'answer', 'impossible' (giving up), `press_` with any button or key, 'hotkey' with the
keys in its text, and further fields named as those of the action's class (a count, Enter after a text). A scroll is
taken to name what comes into view, as in AndroidControl, on which both were trained; neither repository carries one
out. No dragging, no asking, no tools.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, get_args

from actions.errors import ParseError
from actions.geometry import Size, Space
from actions.types import Action, Answer, Button, ButtonName, Finish, Kind, OpenApp, PressKeys, Scroll, TypeText
from environments.base import Platform
from environments.episode import Step
from prompts import telling
from prompts.calls import write_value
from prompts.dialect import ALWAYS, Decision, Dialect, Moment
from prompts.dialects.answer_tags import find_answer, read_answer
from prompts.dialects.code_grammar import CLOSERS, Code, Entry, one_of
from prompts.dialects.device_words import BUTTON_BY_NAME
from prompts.dialects.gui_r1_words import NO_POINT, NO_TEXT, POINTS, SPELLINGS, TEXT_FIELD, TEXTS, WORDS, Word, examples
from prompts.dialects.qwen2_5_vl import Qwen25VL
from prompts.foreign import LONGEST_TASK, neutral
from prompts.grammar import Grammar, call_after_thought, quoted, regex, without
from prompts.messages import ImagePart, Message, Part
from prompts.reading import Notes, check_length, plain_name
from prompts.schema import arguments_of, read_action


class Said(NamedTuple):
    """An action in the family's words; `more`: the fields of its class that none of the others says."""

    word: str
    point: tuple[float, float] | None = None
    text: str | None = None
    more: Mapping[str, Any] = MappingProxyType({})


class GuiR1(Dialect):
    """The dialect of GUI-R1."""

    name: ClassVar[str] = "gui_r1"
    space: Space = "absolute"
    point_name: ClassVar[str] = "point"
    fills_in: ClassVar[bool] = True
    """Whether a point and a text are written even where there is none."""
    renamed: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Words that this version has instead of GUI-R1's."""

    def kinds(self) -> frozenset[Kind]:
        return frozenset(word.kind for word in WORDS[self.platform].values())

    # ------------------------------------------------------------ render

    def render(self, moment: Moment) -> list[Message]:
        task = neutral(moment.task, limit=LONGEST_TASK)
        past = "; ".join(self._told(step, moment.seen) for step in self.history.past(moment.steps))
        note = telling.screen(moment.now, self.language)
        example = self._object(Said("click", (0.5, 0.5) if self.space == "unit" else (500, 500)))
        form = f"<think> ... </think> <answer>[{example}]</answer>"
        corrections = telling.corrections(moment.attempts, form, self.language)
        after = [*([f"\n{note}"] if note else []), *([f"\n{corrections}"] if corrections else [])]
        return [
            Message.of(
                "user", *self.prompt(task, past, moment.supports | ALWAYS, ImagePart(moment.now.picture)), *after
            )
        ]

    def prompt(self, task: str, past: str, offered: Set[Kind], picture: ImagePart) -> list[Part | str]:
        """The family's own prompt; `past` is empty at the first step."""
        words = {self._named(n): w for n, w in WORDS[self.platform].items() if w.kind in offered}
        names = str([*words])
        rules = (
            f"Please provide the action to perform (enumerate from {names}), the point where the cursor is moved to "
            "(integer) if a click is performed, and any input text required to complete the action.\n"
            "Output the thinking process in <think> </think> tags, and the final answer in <answer> </answer> tags as "
            f"follows:\n<think> ... </think> <answer>[{{'action': enum{names}, 'point': [x, y], 'input_text': "
            "'no input text [default]'}]</answer>\nNote:\n specific input text (no default) is necessary for actions "
            f"enum{[n for n, w in words.items() if w.takes not in ('nothing', 'point')]} \n Example:\n"
        )
        return [
            "You are GUI-R1, a reasoning GUI Agent Assistant. In this UI screenshot ",
            picture,
            f", I want you to continue executing the command '{task}', with the action history being "
            f"'{past or 'None'}'.\n{rules}{chr(10).join(examples(words))}",
        ]

    def _told(self, step: Step, seen: Size) -> str:
        outcome = telling.outcome(step, self.language)
        done = telling.words(self.language)["none"]
        if step.action is not None:
            seen = step.seen or seen
            known = step.action.kind in self.kinds()
            said = self._say(step.action, seen) if known else Said(step.action.kind)
            point = [str([*said.point])] if said.point else []
            text = [telling.quoted(said.text, limit=200)] if said.text else []
            done = " ".join([said.word, *point, *text])
        return f"Step {step.index + 1}: {done}{f' ({outcome})' if outcome else ''}"

    def _named(self, word: str) -> str:
        return self.renamed.get(word, word)

    # ------------------------------------------------------------ write

    def write(self, decision: Decision, seen: Size) -> str:
        thought = neutral(decision.thought.strip())
        objects = ", ".join(self._object(self._say(action, seen)) for action in decision.actions)
        return f"{f'<think> {thought} </think> ' if thought else ''}<answer>[{objects}]</answer>"

    def _object(self, said: Said) -> str:
        fields: dict[str, Any] = {"action": said.word}
        if said.point is not None or self.fills_in:
            fields[self.point_name] = NO_POINT if said.point is None else [*said.point]
        if said.text == NO_TEXT:  # typed, not left out: under a name that is never filled in
            fields["text"] = said.text
        if said.text not in (None, NO_TEXT) or self.fills_in:
            fields["input_text"] = said.text if said.text is not None else NO_TEXT
        written = (f"'{key}': {write_value(value)}" for key, value in {**fields, **said.more}.items())
        return f"{{{', '.join(written)}}}"

    def _say(self, action: Action, seen: Size) -> Said:
        if action.kind not in self.kinds():
            raise ValueError(f"the dialect {self.name} has no word for {action.kind}")
        fields = arguments_of(action, space=self.space, seen=seen)
        point: tuple[float, float] | None = fields.pop("point", None)
        text: str | None = None
        match action:
            case TypeText() | Answer():
                text = fields.pop("text")
            case OpenApp():
                text = fields.pop("name")
            case Scroll():
                text = fields.pop("direction")
            case PressKeys(keys=(key,)):
                return Said(f"press_{key}")
            case PressKeys(keys=keys):
                return Said("hotkey", text=" ".join("plus" if key == "+" else key for key in keys))
            case Button(name=button) if button not in ("back", "home", "enter"):
                return Said(f"press_{button}")
            case Finish():
                fields["success"] = action.success
            case _:
                pass
        words = ((n, w.fields) for n, w in WORDS[self.platform].items() if w.kind == action.kind)
        word, told = max((w for w in words if w[1].items() <= fields.items()), key=lambda w: len(w[1]))
        return Said(self._named(word), point, text, {k: v for k, v in fields.items() if k not in told})

    # ------------------------------------------------------------ grammar

    def grammar(self, moment: Moment) -> Grammar:
        code = Code(self.space, moment.seen, self.platform == "desktop", never="</?answer>")
        offered = moment.supports | ALWAYS
        pressed = [f"press_{b}" for b in get_args(ButtonName) if b not in ("back", "home", "enter")]
        words = [
            *((code.said(self._named(n)), w) for n, w in WORDS[self.platform].items() if w.kind != "press_keys"),
            (code.said(*pressed), Word("nothing", "button", {"name": ""})),
            (regex(f"'press_({code.key})'"), Word("nothing", "press_keys", {"keys": []})),
            (code.said("hotkey"), Word("keys", "press_keys")),
        ]
        objects = (self._lark(code, n, w) for n, w in words if w.kind in offered & self.kinds())
        return call_after_thought(
            "<answer>[",
            f"""object "]</answer>"
object: {one_of(objects)}
{code.texts}
TYPED: TEXT & ~/['"]{NO_TEXT}['"]/
NAMED: LONGER_TEXT & ~/['"]{NO_TEXT}['"]/
HOTKEY: {code.hotkey} & {without("[+]")}""",
            never="<answer>",
            after=" \\n",
            closers=CLOSERS,
        )

    def _lark(self, code: Code, name: str, word: Word) -> str:
        """An object with an action of this name."""
        blank, point = quoted(str(NO_POINT)), code.point()
        entries = [Entry("action", name)]
        if self.fills_in or word.takes in ("point", "direction"):
            place = {"point": point, "direction": f"({point} | {blank})"}.get(word.takes, blank)
            entries.append(Entry(self.point_name, place, self.fills_in or word.takes == "point"))
        if self.fills_in or word.takes not in ("nothing", "point"):
            texts = {"text": "TYPED", "app": "NAMED", "keys": "HOTKEY", "direction": code.direction}
            entries.append(Entry("input_text", texts.get(word.takes, code.said(NO_TEXT))))
        told = {"point", TEXT_FIELD.get(word.kind, "text"), *word.fields}
        return code.dictionary(*entries, *(e._replace(needed=False) for e in code.fields(word.kind, without=told)))

    # ------------------------------------------------------------ parse

    def parse(self, text: str, seen: Size) -> Decision:
        """The last action of the last answer, and the thought before it."""
        check_length(text)
        notes = Notes()
        answer = find_answer(text, notes)
        said = read_answer(text, answer, notes)
        notes.drop("python literal")
        return Decision(answer.thought, (self._action(said, seen, notes),), notes.all)

    def _action(self, said: dict[str, Any], seen: Size, notes: Notes) -> Action:
        called = said.get("action")
        if not isinstance(called, str):
            raise ParseError("the answer has no action: expected [{'action': …}]")
        name, word = self._heard(called, notes)
        fields = dict(said)
        del fields["action"]
        points = [(key, p) for key in POINTS if (p := fields.pop(key, None)) not in (NO_POINT, None, [])]
        texts = [(key, t) for key in TEXTS if (t := fields.pop(key, None)) is not None]
        texts = [said for said in texts if said != ("input_text", NO_TEXT)]
        if len(points) > 1 or len(texts) > 1:
            raise ParseError(f"{called[:40]} has two points or two texts")
        if any(fields.get(key, value) != value for key, value in word.fields.items()):
            raise ParseError(f"{called[:40]} can't have {fields!r:.60}")
        values: dict[str, Any] = {**fields, **word.fields}
        if points and word.takes in ("point", "direction"):
            key, values["point"] = points[0]
            if key != self.point_name:
                notes.add(f"{key!r} read as {self.point_name!r}")
        elif points:
            notes.add(f"point of {name} left out")
        if word.takes not in ("nothing", "point"):
            if not texts:
                raise ParseError(f"{called[:40]} needs an input_text")
            values[TEXT_FIELD.get(word.kind, "text")] = _text(word, texts[0][1])
        elif texts:
            notes.add(f"text of {name} left out")
        return read_action(word.kind, values, space=self.space, seen=seen, notes=notes)

    def _heard(self, said: str, notes: Notes) -> tuple[str, Word]:
        words = WORDS[self.platform]
        name = SPELLINGS.get(plain_name(said), "")
        if name in words:
            if said != self._named(name):
                notes.add(f"action {said[:40]!r} read as {self._named(name)!r}")
            return name, words[name]
        pressed = said.removeprefix("press_")
        if pressed != said and self.platform == "desktop":
            return said, Word("nothing", "press_keys", {"keys": [pressed]})
        if pressed != said and (button := BUTTON_BY_NAME.get(plain_name(pressed))) is not None:
            return said, Word("nothing", "button", {"name": button})
        known = ", ".join(self._named(word) for word in words)
        raise ParseError(f"no action is called {said[:40]!r}; there are {known}")


def _text(word: Word, text: Any) -> Any:
    if word.takes == "direction" and isinstance(text, str):
        return text.strip().lower()
    if word.kind == "press_keys" and isinstance(text, str):
        return text.replace("+", " ").split()
    return text


class UiR1(GuiR1):
    """The dialect of UI-R1, with or without a thought (UI-R1-E). Source: lll6gg/UI-R1."""

    name: ClassVar[str] = "ui_r1"
    point_name: ClassVar[str] = "coordinate"
    fills_in: ClassVar[bool] = False
    renamed: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"press_back": "navigate_back", "press_home": "navigate_home", "type": "input_text"}
    )

    def prompt(self, task: str, past: str, offered: Set[Kind], picture: ImagePart) -> list[Part | str]:
        words = {self._named(n): w for n, w in WORDS[self.platform].items() if w.kind in offered}
        names = str([*words])
        texts = [name for name, word in words.items() if word.takes not in ("nothing", "point")]
        history = f" with the action history '{past}'" if past else ""
        return [
            picture,
            f"In this UI screenshot, I want to perform the command '{task}'{history}.\n"
            f"Please provide the action to perform (enumerate in {names}) and the coordinate where the cursor is moved "
            "to(integer) if click is performed.\n"
            "Output the thinking process in <think> </think> and final answer in <answer> </answer> tags."
            "The output answer format should be as follows:\n"
            f"<think> ... </think> <answer>[{{'action': enum{names}, 'coordinate': [x, y]}}]</answer>\n"
            f"Please strictly follow the format. A specific 'input_text' is necessary for actions enum{texts}.",
        ]


class InfiGuiR1(Qwen25VL):
    """The dialect of InfiGUI-R1. Source: Reallm-Labs/InfiGUI-R1."""

    name: ClassVar[str] = "infigui_r1"
    model_types: ClassVar[frozenset[str]] = frozenset()
    named_for_people: ClassVar[frozenset[Platform]] = frozenset()

    def system(self, tools: str) -> str:
        return (
            "You FIRST think about the reasoning process as an internal monologue and then provide the final answer.\n"
            "The reasoning process MUST BE enclosed within <think> </think> tags.\n"
            "During the reasoning process, identify and state the sub-goal of the current step by enclosing it within "
            f"<step> </step> tags.\n\n{tools}"
        )

    def write_thought(self, thought: str) -> str:
        return f"<think>\n{thought}\n</think>\n"
