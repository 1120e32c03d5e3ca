"""GELab-Zero and Step-GUI (on Qwen3-VL): a thought, then fields between tabs, points in thousandths; in Chinese.

Source: stepfun-ai/gelab-zero, copilot_tools/parser_0920_summary.py at 682f448 (both prompts, the fields, how a reply is
read) and copilot_front_end/pu_frontend_executor.py at d952f29 (thousandths; a SLIDE is the finger's). Phones only; the
prompt is Chinese in both languages, as trained, and what became of steps is told in the dialect's.

The model's memory is its own summary, which it writes anew at each step: the last line of a decision's thought, after
the thought itself and the `explain:`. Questions to the person (INFO) and the answers stand in the task.

The family has no word for a button, a key or a tool. ANSWER, SCROLL and DRAG are ours: the answer without ending the
task (COMPLETE ends it), and strokes that SLIDE can't say. What an action can say beyond a word (a double tap, Enter
after a text) stands in further fields named as those of the action's class. A text that a field can't hold as it is (a
tab, a line end, a mark) is a JSON string with a backslash in it. TYPE's point is not written, and passed over: the
source's executor types into the field that has the focus.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, ClassVar

from actions.errors import ParseError
from actions.geometry import Size, Space
from actions.types import Action, AskUser, Drag, Finish, Kind, Scroll
from environments.episode import Step
from prompts import telling
from prompts.dialect import ALWAYS, Decision, Dialect, Moment
from prompts.dialects.code_grammar import Code
from prompts.dialects.device_use import Device
from prompts.dialects.gelab_zero_grammar import TAG, fields
from prompts.dialects.gelab_zero_words import BY_KIND, SPELLINGS, TOLD, WORDS
from prompts.foreign import LONGEST_TASK, escaped, neutral
from prompts.grammar import Grammar
from prompts.literal import read_object
from prompts.messages import ImagePart, Message
from prompts.reading import LONGEST, THOUGHT_TAG, Notes, check_length, joined, plain_name, read_point
from prompts.schema import arguments_of, read_action

_TASK = """你是一个手机 GUI-Agent 操作专家，你需要根据用户下发的任务、手机屏幕截图和交互操作的历史记录，\
借助既定的动作空间与手机进行交互，从而完成用户的任务。
请牢记，手机屏幕坐标系以左上角为原点，x轴向右，y轴向下，取值范围均为 0-1000。

# 行动原则：

1. 你需要明确记录自己上一次的action，如果是滑动，不能超过5次。
2. 你需要严格遵循用户的指令，如果你和用户进行过对话，需要更遵守最后一轮的指令

# Action Space:

在 Android 手机的场景下，你的动作空间包含以下{}类操作，所有输出都必须遵守对应的参数要求：
{}
"""
_STATUS = "\n已知用户指令为：{}{}指令结束\n\n\n已知已经执行过的历史动作如下：{}\n当前手机屏幕截图如下：\n"
_ORDER = """

在执行操作之前，请务必回顾你的历史操作记录和限定的动作空间，先进行思考和解释然后输出动作空间和对应的参数：
1. 思考（THINK）：在 <THINK> 和 </THINK> 标签之间。
2. 解释（explain）：在动作格式中，使用 explain: 开头，简要说明当前动作的目的和执行方式。
在执行完操作后，请输出执行完当前步骤后的新历史总结。
输出格式示例：
<THINK> 思考的内容 </THINK>
explain:解释的内容\taction:动作空间和对应的参数\tsummary:执行完当前步骤后的新历史总结
"""
_NO_PAST = "暂无历史操作"
_TALK = "这是你和用户的对话历史： \n{}\n\n 你需要更加注意用户最后的指示。 "
_TURN = "你曾经提出的问题：{}\n\n用户对你的指示：{}"
_PASSED_OVER = frozenset({"action", "explain", "summary", "is_keyboard", "keyboard_exists"})
_FIELD = re.compile(r"\s*([A-Za-z_]\w{0,20})[ ]{0,4}([:：])(.*)\Z", re.ASCII | re.DOTALL)
_BLOCK = re.compile(r"^[ ]{0,4}explain[ ]{0,4}[:：]", re.MULTILINE | re.IGNORECASE)
_LITERAL_TAB = re.compile(r"\\t(?=[a-z]\w{0,20}[:：])", re.ASCII)
_MISSPELT = re.compile(r"<(/?)TINK>")
_NUMERALS = "零一二三四五六七八九十"
MOST_FIELDS = 16


class GELabZero(Dialect):
    """The dialect of GELab-Zero 4B and Step-GUI."""

    name: ClassVar[str] = "gelab_zero"
    space: Space = "thousand"

    def kinds(self) -> frozenset[Kind]:
        return frozenset(BY_KIND)

    # ------------------------------------------------------------ render

    def render(self, moment: Moment) -> list[Message]:
        offered = moment.supports | ALWAYS
        words = [
            (name, word)
            for name, word in TOLD.items()
            if word.kind in offered or (name == "SLIDE" and "scroll" in offered)
        ]
        listed = "\n".join(f"{i}. {name}：{word.text}" for i, (name, word) in enumerate(words, 1))
        task, talk = neutral(moment.task, limit=LONGEST_TASK), _talk(moment.steps)
        status = _STATUS.format(task, talk, self._past(self.history.past(moment.steps), moment.seen))
        note = telling.screen(moment.now, self.language)
        corrections = telling.corrections(moment.attempts, self._form(), self.language)
        return [
            Message.of(
                "user",
                f"{_TASK.format(_NUMERALS[len(words)], listed)}{status}",
                *([f"{note}\n"] if note else []),
                ImagePart(moment.now.picture),
                _ORDER,
                *([f"\n{corrections}"] if corrections else []),
            )
        ]

    def _past(self, steps: Sequence[Step], seen: Size) -> str:
        """The model's own summary, and what became of the last step; where it wrote none, the steps themselves."""
        if not steps:
            return _NO_PAST
        said, outcome = _summary(steps[-1]), telling.outcome(steps[-1], self.language)
        if said:
            return f"{said} ({outcome})" if outcome else said
        return "".join(f"\n{self._told(step, seen)}" for step in steps)

    def _told(self, step: Step, seen: Size) -> str:
        outcome = telling.outcome(step, self.language)
        if step.action is None:
            done = telling.words(self.language)["none"]
        elif step.action.kind in BY_KIND:
            done = " ".join(self._fields(step.action, step.seen or seen))
        else:  # done by another dialect
            done = step.action.kind
        return f"{step.index + 1}. {done}{f' ({outcome})' if outcome else ''}"

    def _form(self) -> str:
        return f"explain:…\taction:CLICK\tpoint:{'0.5,0.5' if self.space == 'unit' else '500,500'}\tsummary:…"

    # ------------------------------------------------------------ write

    def write(self, decision: Decision, seen: Size) -> str:
        lines = [line for part in neutral(decision.thought).split("\n") if (line := part.replace("\t", " ").strip())]
        summary = lines.pop() if len(lines) > 1 else ""
        explain = lines.pop() if len(lines) > 1 else ""
        written = (
            "\t".join([f"explain:{explain}", *self._fields(action, seen), f"summary:{summary}"])
            for action in decision.actions
        )
        thought = "\n".join(lines)
        return "\n".join([f"<THINK> {thought} </THINK>", *written])

    def _fields(self, action: Action, seen: Size) -> list[str]:
        if action.kind not in BY_KIND:
            raise ValueError(f"the dialect {self.name} has no word for {action.kind}")
        name, said = BY_KIND[action.kind], arguments_of(action, space=self.space, seen=seen)
        if isinstance(action, Finish):
            name, said = ("COMPLETE" if action.success else "ABORT"), {"message": action.message}
        elif isinstance(action, Drag | Scroll) and (ends := Device("mobile", self.space, seen).swipe(action)):
            name = "SLIDE"
            said = arguments_of(Drag(start=ends[0], end=ends[1]), space=self.space, seen=seen)
        elif action.kind == "wait":
            said = {"seconds": action.seconds}
        names = WORDS[name].names
        return [f"action:{name}", *(f"{names.get(field, field)}:{_written(value)}" for field, value in said.items())]

    def grammar(self, moment: Moment) -> Grammar:
        code = Code(self.space, moment.seen, pointer=False, json=True, never=TAG)
        return fields(code, self.kinds() & (moment.supports | ALWAYS))

    # ------------------------------------------------------------ parse

    def parse(self, text: str, seen: Size) -> Decision:
        """The last action of a reply, and the thought before it. A reply without a summary was cut off."""
        check_length(text)
        notes = Notes()
        if _MISSPELT.search(text):
            notes.add("misspelt tag")
            text = _MISSPELT.sub(r"<\1THINK>", text)
        thought, start = _thought(text)
        blocks = [m.start() for m in _BLOCK.finditer(text, start)]
        if len(blocks) > 1:
            notes.add("several actions, the last one taken")
        fields = _split(text[blocks[-1] if blocks else start :], notes)
        if "action" not in fields:
            raise ParseError("it holds no action: expected explain:…, action:…, summary:… between tabs")
        if "summary" not in fields:
            raise ParseError("it is cut off: expected summary:… after the action")
        action = self._action(fields, seen, notes)
        notes.drop("point in a string")
        return Decision(joined(thought, fields.get("explain", ""), fields["summary"]), (action,), notes.all)

    def _action(self, fields: dict[str, str], seen: Size, notes: Notes) -> Action:
        said = fields["action"]
        name = SPELLINGS.get(plain_name(said))
        if name is None:
            raise ParseError(f"no action is called {said[:40]!r}; there are {', '.join(TOLD)}")
        if name != said:
            notes.add(f"action {said[:40]!r} read as {name!r}")
        passed = {*_PASSED_OVER, *(["point"] if name == "TYPE" else [])}
        own = {said: field for field, said in WORDS[name].names.items()}
        values: dict[str, Any] = {own.get(k, k): _read(v) for k, v in fields.items() if k not in passed}
        if name == "SLIDE":
            if set(values) != {"start", "end"}:
                raise ParseError("SLIDE needs point1 and point2, and nothing else")
            ends = (read_point(values[k], space=self.space, seen=seen, notes=notes) for k in ("start", "end"))
            return Device("mobile", self.space, seen).swiped(*ends)
        if WORDS[name].kind == "finish":
            values = {"message": values.pop("value", ""), **values, "success": name == "COMPLETE"}
        if name == "DRAG" and values.get("start") == "null":  # from where the pointer is
            values["start"] = None
        return read_action(WORDS[name].kind, values, space=self.space, seen=seen, notes=notes)


def _summary(step: Step) -> str:
    return telling.line(step.thought.rpartition("\n")[2], limit=2000) if "\n" in step.thought else ""


def _talk(steps: Sequence[Step]) -> str:
    """What the person was asked, and what they answered."""
    turns = [
        _TURN.format(telling.line(s.action.question, limit=500), telling.line(s.result, limit=2000))
        for s in steps
        if isinstance(s.action, AskUser) and s.result
    ]
    talk = "\n".join(turns)
    return f"\n\n{_TALK.format(talk)}\n\n" if turns else ""


def _thought(text: str) -> tuple[str, int]:
    """The thought, and where the fields begin: after the last end of a thought."""
    end = opened = 0
    for tag in THOUGHT_TAG.finditer(text):
        if tag.group().startswith("</"):
            end = tag.end()
        else:
            opened = tag.end()
    if opened > end:
        raise ParseError("the thought is not closed, so no action follows it")
    return THOUGHT_TAG.sub("\n", text[:end]), end


def _split(text: str, notes: Notes) -> dict[str, str]:
    """The fields by name."""
    if "\t" in text:
        parts = text.split("\t")
    elif _LITERAL_TAB.search(text):
        notes.add("tabs written out")
        parts = _LITERAL_TAB.split(text)
    else:
        notes.add("fields on lines")
        parts = text.split("\n")
    fields: dict[str, str] = {}
    last = ""
    for part in parts:
        if (field := _FIELD.match(part)) is not None:
            last = field.group(1).lower()
            if last in fields or len(fields) == MOST_FIELDS:
                raise ParseError(f"the field {last!r} is one too many")
            if field.group(2) != ":":
                notes.add("full-width punctuation")
            fields[last] = field.group(3).strip()
        elif last and part.strip():
            notes.add("field in pieces")
            fields[last] += f"\t{part.strip()}"
    return fields


def _written(value: Any) -> str:
    """A value as its field holds it."""
    if isinstance(value, str):
        plain = value == value.strip() and not value.startswith('"') and not {"\t", "\n"} & {*value}
        if plain and neutral(value, limit=LONGEST) == value:
            return value
        text = escaped(json.dumps(value))
        return text if "\\" in text else f'"\\u{ord(value[0]):04x}{text[2:]}'
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return json.dumps(value)


def _read(value: str) -> str:
    """A field's text: as it stands, or from the JSON that `_written` made of it."""
    if not (value.startswith('"') and value.endswith('"') and "\\" in value):
        return value
    found = read_object(f'{{"": {value}}}')
    return value if found.repairs else found.value[""]
