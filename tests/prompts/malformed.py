"""What models write where it isn't quite their form, and what must come out: the action and the repairs, or an error.

Seen in public issues and in the tests of the families' repositories, or one family's fault in another's form. The
families that write a call in JSON share theirs: malformed_calls.py. Those that write code: malformed_code.py.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from actions.errors import ParseError
from actions.geometry import Point, Size
from actions.types import Action, Button, Click, LongPress, Scroll, TypeText, Wait
from environments.base import Platform
from prompts.dialects import BUILT_IN
from tests.prompts.malformed_calls import CALL, HERE, IN_JSON, MIDDLE, ON_A_DESKTOP, Read, read, refused
from tests.prompts.malformed_code import IN_CODE
from tests.prompts.moments import same

SIZE = Size(1000, 1000)
"""The picture that was seen: pixels and thousandths are the same here."""


@dataclass(frozen=True, slots=True)
class Case:
    """`actions`: none where the text must be refused. `repairs`: the names of all of them."""

    dialect: str
    what: str
    text: str
    actions: tuple[Action, ...] = ()
    repairs: tuple[str, ...] = ()
    platform: Platform = "mobile"


def outcome(case: Case) -> str | None:
    """What is wrong in how the family reads it; None where all is as it must be."""
    dialect = BUILT_IN[case.dialect](case.platform)
    try:
        decision = dialect.parse(case.text, SIZE)
    except ParseError as e:
        return f"refused: {e.message}" if case.actions else None
    pairs = [*zip(decision.actions, case.actions, strict=False)]
    if len(decision.actions) != len(case.actions) or not all(same(a, b, dialect, SIZE) for a, b in pairs):
        return f"read as {decision.actions}"
    return None if decision.repairs == case.repairs else f"mended by {decision.repairs}"


TAP = '✿FUNCTION✿: Tap\n✿ARGS✿: {"point": (500,500)}'
ELSEWHERE = TAP.replace("500,500", "9,9")
TAGS = (
    "<tool_call>\n<function=mobile_use>\n<parameter=action>\nclick\n</parameter>\n<parameter=coordinate>\n[500, 500]\n"
    "</parameter>\n</function>\n</tool_call>"
)
ANSWER = "<answer>[{'action': 'click', 'point': [500, 500], 'input_text': 'no input text'}]</answer>"
FIELDS = "explain:点击\taction:CLICK\tpoint:500,500\tsummary:点了按钮"
HOLO = json.dumps(
    {"thought": "There.", "notes": "", "action": {"action": "click_element", "element": "it", "x": 500, "y": 500}}
)
ATLAS = "thoughts:\nIt is there.\nactions:\nCLICK <point>[[500,500]]</point>"
DICT = "{'action': 'TAP', 'value': None, 'position': [0.5, 0.5]}"

OTHERS: dict[str, dict[str, Read]] = {
    "qwen2_vl": {
        "full-width": read('✿FUNCTION✿：Tap\n✿ARGS✿：{"point"：（５００，５００）}', "full-width punctuation"),
        "a box in tokens": read(
            TAP.replace("(500,500)", "<|box_start|>(400,450),(600,550)<|box_end|>"), "box for a point"
        ),
        "a box without tokens": read(TAP.replace("(500,500)", "(400,450),(600,550)"), "box for a point"),
        "a box in a string": read(
            TAP.replace("(500,500)", '"<|box_start|>(400,450),(600,550)<|box_end|>"'),
            "point in a string",
            "box for a point",
        ),
        "a box without commas": read(TAP.replace("(500,500)", "[400 450 600 550]"), "missing comma", "box for a point"),
        "single quotes and a trailing comma": read(
            TAP.replace('"', "'").replace("}", ",}"), "python literal", "trailing comma"
        ),
        "a fenced block": read(TAP.replace("{", "```json\n{").replace("}", "}\n```"), "fenced block"),
        "another name of the point": read(TAP.replace("point", "coordinate"), "'coordinate' read as 'point'"),
        "something after the object": read(f"{TAP} <!-- the middle -->", "text after the call left out"),
        "another spelling": read(TAP.replace("Tap", "tap"), "'tap' read as 'Tap'"),
        "a name in two words": read(
            TAP.replace("Tap", "long press"), "'long press' read as 'LongPress'", action=LongPress(point=HERE)
        ),
        "several calls": read(f"{ELSEWHERE}\n{TAP}", "several calls, the last one taken"),
        "a thought after the call": read(f"{TAP}\n<think>or {ELSEWHERE}</think>", "text after the call left out"),
        "a thought in a thought": read(
            f"<think>a <think>b</think> {ELSEWHERE}</think>{TAP}", "thought closed but not opened"
        ),
        "an invented result": read(f"{TAP}\n✿RESULT✿: done\n✿RETURN✿: Now\n{ELSEWHERE}", "invented result left out"),
        "unescaped quotes": read(
            '✿FUNCTION✿: Type\n✿ARGS✿: {"text": "显示"按单号""}',
            "unescaped quote in a string",
            action=TypeText(text='显示"按单号"'),
        ),
        "a little past the edge": read(TAP.replace("500,500", "1004,-3"), action=Click(point=Point(1, 0))),
        "no call, as at the end of a task": refused("I have found the pizza restaurant nearby in Map."),
        "cut off": refused(TAP[:-4]),
        "cut off after the name": refused(TAP[: TAP.index("✿ARGS")]),
    },
    "qwen3_5": {
        "a call in JSON": read(CALL, "call in JSON"),
        "a call in JSON that is mended": read(CALL.replace("\n</tool_call>", ""), "call in JSON", "call not closed"),
        "not closed": read(TAGS.replace("\n</tool_call>", ""), "call not closed"),
        "closed by another sign": read(TAGS.replace("</tool_call>", "⚗"), "call not closed"),
        "the function not closed": read(TAGS.replace("\n</function>", ""), "function not closed"),
        "a parameter not closed": read(
            TAGS.replace("\n</parameter>\n</function>", "\n</function>"), "parameter not closed"
        ),
        "no opening tag": read(TAGS.removeprefix("<tool_call>\n"), "call without its tags"),
        "on one line": read(TAGS.replace("\n", "")),
        "a tuple": read(TAGS.replace("[500, 500]", "(500, 500)"), "point in a string"),
        "a box for a point": read(TAGS.replace("[500, 500]", "[400, 450, 600, 550]"), "box for a point"),
        "another name": read(TAGS.replace("mobile_use", "mobile"), "'mobile' read as 'mobile_use'"),
        "full-width digits": read(
            TAGS.replace("[500, 500]", "［５００，５００］"), "point in a string", "full-width punctuation"
        ),
        "a fenced block": read(f"```xml\n{TAGS}\n```"),
        "several calls": read(f"{TAGS.replace('500', '9')}\n{TAGS}", "several calls, the last one taken"),
        "a thought that was opened in the prompt": read(f"I could {TAGS.replace('500', '9')}\n</think>\n{TAGS}"),
        "a little past the edge": read(TAGS.replace("[500, 500]", "[1004, -3]"), action=Click(point=Point(1, 0))),
        "cut off": refused(TAGS[: TAGS.index("00]")]),
        "cut off before the end of the function": refused(TAGS[: TAGS.index("</function>")]),
        "prose": refused("Done."),
    },
    "gui_r1": {
        "JSON": read(ANSWER.replace("'", '"')),
        "no list": read(
            ANSWER.replace("[{", "{").replace("}]", "}"),
        ),
        "not closed": read(ANSWER.removesuffix("</answer>"), "answer not closed"),
        "a list not closed": read(
            ANSWER.replace("}]", "}"),
        ),
        "no tags": read(f"<think>Hm.</think>{ANSWER[8:-9]}", "answer without its tags"),
        "a fenced block": read(ANSWER.replace("[{", "```json\n[{").replace("}]", "}]\n```"), "fenced block"),
        "a box for a point": read(ANSWER.replace("[500, 500]", "[400, 450, 600, 550]"), "box for a point"),
        "a point in a string": read(ANSWER.replace("[500, 500]", "'[500, 500]'"), "point in a string"),
        "full-width digits": read(ANSWER.replace("[500, 500]", "［５００，５００］"), "full-width punctuation"),
        "another name of the point": read(ANSWER.replace("'point'", "'coordinate'"), "'coordinate' read as 'point'"),
        "another name of the action": read(ANSWER.replace("click", "Tap"), "action 'Tap' read as 'click'"),
        "a trailing comma": read(ANSWER.replace("}]", ",}]"), "trailing comma"),
        "a thought that was opened in the prompt": read(f"{ANSWER.replace('500', '9')}</think>{ANSWER}"),
        "several answers": read(f"{ANSWER.replace('500', '9')}\n{ANSWER}", "several answers, the last one taken"),
        "several actions": read(
            ANSWER.replace("}]", "}, {'action': 'wait'}]"), "several actions, the last one taken", action=Wait()
        ),
        "a little past the edge": read(ANSWER.replace("[500, 500]", "[1004, -3]"), action=Click(point=Point(1, 0))),
        "cut off": refused(ANSWER[: ANSWER.index("00]")]),
        "cut off in the thought": refused(f"<think>{ANSWER}"),
        "prose": refused("<answer>complete</answer>"),
    },
    "ui_r1": {
        "the names of GUI-R1": read(ANSWER, "'point' read as 'coordinate'"),
        "a list not closed": read("<answer>[{'action': 'click', 'coordinate': [500, 500]}</answer>"),
        "cut off": refused("<answer>[{'action': 'click', 'coordinate': [500, "),
    },
    "gelab_zero": {
        "a misspelt tag": read(f"<TINK>想</TINK>{FIELDS}", "misspelt tag"),
        "a thought that was opened in the prompt": read(f"想</THINK>{FIELDS}"),
        "an action in the thought": read(f"<THINK>{FIELDS.replace('500', '9')}</THINK>{FIELDS}"),
        "full-width": read(FIELDS.replace(":", "：").replace("500,500", "５００，５００"), "full-width punctuation"),
        "tabs written out": read(FIELDS.replace("\t", "\\t"), "tabs written out"),
        "fields on lines": read(FIELDS.replace("\t", "\n"), "fields on lines"),
        "a field in pieces": read(FIELDS.replace("点击", "点\t击"), "field in pieces"),
        "a box for a point": read(FIELDS.replace("500,500", "400,450,600,550"), "box for a point"),
        "a fenced block": read(f"```\n{FIELDS}\n```"),
        "another name of the action": read(FIELDS.replace("CLICK", "Tap"), "action 'Tap' read as 'CLICK'"),
        "several actions": read(f"{FIELDS.replace('500', '9')}\n{FIELDS}", "several actions, the last one taken"),
        "a little past the edge": read(FIELDS.replace("500,500", "1004,-3"), action=Click(point=Point(1, 0))),
        "cut off": refused(FIELDS[: FIELDS.index("\tsummary")]),
        "prose": refused("任务完成了。"),
    },
    "holo": {
        "a fenced block": read(f"```json\n{HOLO}\n```", "fenced block"),
        "single quotes": read(HOLO.replace('"', "'"), "python literal"),
        "a trailing comma": read(HOLO.replace("500}", "500,}"), "trailing comma"),
        "no frame": read(
            '{"action": "click_element", "element": "it", "x": 500, "y": 500}', "action without its frame"
        ),
        "the words of the single step": read(HOLO.replace("notes", "note").replace("click_element", "click_absolute")),
        "no element": read(HOLO.replace('"element": "it", ', "")),
        "numbers in strings": read(HOLO.replace("500", '"500"'), "number in a string"),
        "a point": read(HOLO.replace('"x": 500, "y": 500', '"point": [500, 500]'), "'point' read as x and y"),
        "full-width": read(HOLO.replace("500", "５００").replace(",", "，"), "full-width punctuation"),
        "prose before it": read(f"I click it.\n{HOLO}"),
        "a thought that was opened in the prompt": read(f"{HOLO.replace('500', '9')}</think>{HOLO}"),
        "several objects": read(f"{HOLO.replace('500', '9')}\n{HOLO}", "several objects, the last one taken"),
        "writing, which is several actions": (
            HOLO.replace("click_element", "write_element").replace('"x"', '"content": "cats", "x"'),
            (MIDDLE, TypeText(text="cats", submit=True, replace=True)),
            (),
        ),
        "a little past the edge": read(HOLO.replace('500, "y": 500', '1004, "y": -3'), action=Click(point=Point(1, 0))),
        "cut off": refused(HOLO[: HOLO.index("00}")]),
        "cut off before the last bracket": refused(HOLO[:-1]),
        "fractions": refused(HOLO.replace("500", "0.5")),
        "an action that nothing stands for": refused(HOLO.replace("click_element", "restart")),
        "the localizer's form": refused("Click(500, 500)"),
        "prose": refused("The task is complete."),
    },
    "os_atlas_pro": {
        "a full-width colon": read(ATLAS.replace("actions:", "Actions：")),
        "no label": read("CLICK <point>[[500,500]]</point>", "no label before the action"),
        "one bracket": read(ATLAS.replace("[[500,500]]", "[500,500]"), "point in a string"),
        "a box": read(ATLAS.replace("[[500,500]]", "[[400,450,600,550]]"), "point in a string", "box for a point"),
        "full-width digits": read(
            ATLAS.replace("500,500", "５００，５００"), "point in a string", "full-width punctuation"
        ),
        "a fenced block": read(ATLAS.replace("CLICK", "```\nCLICK") + "\n```"),
        "small letters": read(ATLAS.replace("CLICK", "Click"), "'Click' read as 'CLICK'"),
        "words after it": read(f"{ATLAS}\nThat opens it.", "text after the action left out"),
        "a point in the thoughts": read(ATLAS.replace("there", "at <point>[[9,9]]</point>")),
        "several actions, one after another": (f"{ATLAS}\nSCROLL [DOWN]", (MIDDLE, Scroll(direction="down")), ()),
        "a little past the edge": read(ATLAS.replace("500,500", "1004,-3"), action=Click(point=Point(1, 0))),
        "cut off": refused(ATLAS[: ATLAS.index("00]]")]),
        "cut off after the word": refused(ATLAS[: ATLAS.index(" <point>")]),
        "prose": refused("thoughts:\nThe task is complete."),
    },
    "showui": {
        "JSON": read(json.dumps({"action": "TAP", "value": None, "position": [0.5, 0.5]})),
        "a tuple": read(DICT.replace("[0.5, 0.5]", "(0.5, 0.5)")),
        "a box": read(DICT.replace("[0.5, 0.5]", "[0.4, 0.4, 0.6, 0.6]"), "box for a point"),
        "a trailing comma": read(DICT.replace("}", ",}"), "trailing comma"),
        "full-width": read(DICT.replace("[0.5, 0.5]", "［０．５，０．５］"), "full-width punctuation"),
        "a list in a fenced block": read(f"```json\n[{DICT}]\n```"),
        "several actions, one after another": (
            f"{DICT}, {{'action': 'ENTER', 'value': None, 'position': None}}",
            (MIDDLE, Button(name="enter")),
            (),
        ),
        "words after it": read(f"{DICT} opens it", "text after the action left out"),
        "a little past the edge": read(DICT.replace("[0.5, 0.5]", "[1.004, -0.003]"), action=Click(point=Point(1, 0))),
        "thousandths": refused(DICT.replace("0.5", "500")),
        "cut off": refused(DICT[: DICT.index("0.5]")]),
        "prose": refused("Tap the button."),
    },
}


def _cases() -> Iterator[Case]:
    in_json = ("qwen2_5_vl", "qwen3_vl", "gui_owl", "gui_owl_1_5", "infigui_r1")
    for name in (*in_json, "mai_ui"):
        yield from (Case(name, what, *it) for what, it in IN_JSON.items())
    for name in in_json:
        yield from (Case(name, what, *it, platform="desktop") for what, it in ON_A_DESKTOP.items())
    for name, family in {**OTHERS, **IN_CODE}.items():
        yield from (Case(name, what, *it) for what, it in family.items())


CASES = tuple(_cases())
