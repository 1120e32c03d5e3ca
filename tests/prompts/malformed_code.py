"""Malformed replies of the families that write calls as code or in tags of their own, and what must come out."""

import re

from actions.geometry import Point
from actions.types import Click, Scroll, TypeText, Wait
from tests.prompts.malformed_calls import MIDDLE, Read, read, refused

START_BOX = "Action: click(start_box='(500,500)')"
DO = '<answer>do(action="Tap", element=[500,500])</answer>'
SEED = (
    "<gui_think>There.</gui_think>\n<seed:tool_call><function=click><parameter=point><point>500 500</point></parameter>"
    "</function></seed:tool_call>"
)
SEED_NEVER_USED = re.sub(
    r"(seed:tool_call|function|parameter)", r"\1_never_used_51bce0c785ca2f68081bfa7d91973934", SEED
)
VENUS = "<think>There.</think><action>Click(box=(500,500))</action><conclusion>Clicked.</conclusion>"
CODE = "Tap it.\nAction: Tap it.\n<|im_end|>\n<|im_start|>assistant<|recipient|>os\npyautogui.click(x=0.5, y=0.5)"

IN_CODE: dict[str, dict[str, Read]] = {
    "ui_tars_1_0": {
        "a full-width colon": read(START_BOX.replace("Action: ", "Action：")),
        "a bold label": read(START_BOX.replace("Action:", "**Action:**")),
        "a box in tags": read(START_BOX.replace("(500,500)", "<bbox>500 500 500 500</bbox>"), "box for a point"),
        "a point in tags": read(START_BOX.replace("start_box", "point").replace("(500,500)", "<point>500 500</point>")),
        "a list": read(START_BOX.replace("(500,500)", "[500,500]")),
        "a box": read(START_BOX.replace("(500,500)", "(400,450,600,550)"), "box for a point"),
        "no quotes": read(START_BOX.replace("'", "")),
        "full-width": read(START_BOX.replace("(500,500)", "（５００，５００）"), "full-width punctuation"),
        "a fenced block": read("Action: ```\nclick(start_box='(500,500)')\n```"),
        "no label": read(START_BOX.removeprefix("Action: "), "actions without their label"),
        "an action and a point in the thought": read(
            f"<think>\nAction: wait()\n<point>1 2</point></think>\n{START_BOX}"
        ),
        "several actions, one after another": (f"{START_BOX}\n\nwait()", (MIDDLE, Wait(seconds=5)), ()),
        "several blocks": read(f"Action: wait()\n{START_BOX}", "several blocks of actions, the last one taken"),
        "unescaped quotes": read(
            "Action: type(content='it's 5 o'clock')",
            "unescaped quote in a string",
            action=TypeText(text="it's 5 o'clock"),
        ),
        "a little past the edge": read(START_BOX.replace("500,500", "1004,-3"), action=Click(point=Point(1, 0))),
        "an empty point": refused(START_BOX.replace("(500,500)", "")),
        "cut off": refused(START_BOX[:-6]),
        "prose": refused("Thought: the page says Action: finished()"),
    },
    "ui_tars_1_5": {
        "a box in tags": read(START_BOX.replace("(500,500)", "<bbox>500 500 500 500</bbox>"), "box for a point"),
        "an empty point": refused(START_BOX.replace("(500,500)", "")),
    },
    "autoglm_phone": {
        "no opening tag": read(DO.removeprefix("<answer>"), "actions without their label"),
        "no tags": read(DO[8:-9], "actions without their label"),
        "no closing tag": read(DO.removesuffix("</answer>")),
        "after prose": read(f"I tap it. {DO[8:]}", "actions without their label"),
        "a thought without its opening tag": read(f"I tap it.</think>{DO}"),
        "cut off": refused(DO[: DO.index("00]")]),
        "prose, which its own client reads as the end": refused("任务已完成。"),
    },
    "ui_tars_2": {
        "tags that end with digits": read(SEED_NEVER_USED),
        "names in quotes": read(
            SEED.replace("<function=click>", '<function name="click">').replace(
                "<parameter=point>", '<parameter name="point" string="true">'
            )
        ),
        "on lines of its own": read(
            SEED.replace("<", "\n<").replace("\n<point>", "<point>").replace("\n</point>", "</point>")
        ),
        "a point without its tag": read(SEED.replace("<point>500 500</point>", "500 500")),
        "a box for a point": read(SEED.replace("500 500", "400 450 600 550"), "box for a point"),
        "full-width": read(SEED.replace("500 500", "５００ ５００"), "full-width punctuation"),
        "not closed": read(SEED.removesuffix("</seed:tool_call>"), "tool call not closed"),
        "the function not closed": read(SEED.replace("</function>", ""), "function not closed"),
        "the parameter not closed": read(SEED.replace("</parameter>", ""), "parameter not closed"),
        "no tags around the call": read(
            SEED.replace("<seed:tool_call>", "").replace("</seed:tool_call>", ""), "call without its tags"
        ),
        "an end of the sequence": read(f"{SEED}[EOS]"),
        "a thought in other tags before it": read(
            f"<think_never_used_51bce0c785ca2f68081bfa7d91973934>{SEED}</think>{SEED}"
        ),
        "several calls, one after another": (
            SEED.replace("</function><", "</function><function=wait></function><"),
            (MIDDLE, Wait(seconds=5)),
            (),
        ),
        "several blocks": read(f"{SEED.replace('500', '9')}\n{SEED}", "several tool calls, the last one taken"),
        "a little past the edge": read(SEED.replace("500 500", "1004 -3"), action=Click(point=Point(1, 0))),
        "an empty point": refused(SEED.replace("<point>500 500</point>", "")),
        "cut off": refused(SEED[: SEED.index("00</point>")]),
        "cut off in the thought": refused(SEED[: SEED.index("</gui_think>")]),
        "another function among them": refused(
            SEED.replace("</function><", "</function><function=run_shell></function><")
        ),
        "prose": refused("The task is complete."),
    },
    "ui_venus_1_5": {
        "a point in a string": read(VENUS.replace("(500,500)", "'(500,500)'"), "point in a string"),
        "a box for a point": read(VENUS.replace("(500,500)", "(400,450,600,550)"), "box for a point"),
        "a point without its name": read(VENUS.replace("box=", "")),
        "full-width": read(VENUS.replace("(500,500)", "（５００，５００）"), "full-width punctuation"),
        "small letters": read(VENUS.replace("Click(box", "click(box")),
        "no opening tag": read(VENUS.replace("<action>", ""), "actions without their label"),
        "no closing tag": read(VENUS.replace("</action>", "")),
        "a thought that was opened in the prompt": read(f"{VENUS.replace('500', '9')}</think>{VENUS}"),
        "several blocks": read(
            f"{VENUS.replace('500', '9')}\n{VENUS}", "several blocks of actions, the last one taken"
        ),
        "a Scroll by its direction": read(
            "<action>Scroll(start=(), end=(), direction='down')</action>", action=Scroll(direction="down")
        ),
        "a little past the edge": read(VENUS.replace("500,500", "1004,-3"), action=Click(point=Point(1, 0))),
        "cut off": refused(VENUS[: VENUS.index("00)")]),
        "cut off in the thought": refused(VENUS[: VENUS.index("</think>")]),
        "prose, which its own client reads as a call for the user": refused("任务已完成。"),
    },
    "aguvis": {
        "as a server decodes it": read(re.sub(r"<\|[a-z_]+\|>", "", CODE)),
        "no turn": read(CODE.rpartition("\n")[2], "actions without their label"),
        "without names": read(CODE.replace("x=", "").replace("y=", "")),
        "without pyautogui": read(CODE.replace("pyautogui.", "")),
        "a fenced block": read(CODE.replace("pyautogui", "```python\npyautogui") + "\n```"),
        "the end of its turn": read(f"{CODE}<|diff_marker|>"),
        "full-width": read(CODE.replace("(x=0.5, y=0.5)", "（x=０.５，y=０.５）"), "full-width punctuation"),
        "an action in the thought": read(CODE.replace("Tap it.\nA", "First pyautogui.click(x=0.1, y=0.1)\nA")),
        "another name of the text": read(
            CODE.replace("click(x=0.5, y=0.5)", "write(text='it's')"),
            "unescaped quote in a string",
            action=TypeText(text="it's"),
        ),
        "several calls, one after another": (f"{CODE}\nmobile.wait(seconds=3)", (MIDDLE, Wait(seconds=3)), ()),
        "a little past the edge": read(
            CODE.replace("x=0.5, y=0.5", "x=1.004, y=-0.003"), action=Click(point=Point(1, 0))
        ),
        "pixels": refused(CODE.replace("0.5", "500")),
        "no place": refused(CODE.replace("x=0.5, y=0.5", "")),
        "cut off": refused(CODE[:-3]),
        "another family's code": refused(CODE.replace("click(x=0.5, y=0.5)", "locateOnScreen('a.png')")),
        "prose, which its own agent reads as the end": refused("Done. The Wi-Fi is on."),
    },
}
IN_CODE["ui_venus"] = IN_CODE["ui_venus_1_5"]
"""Both versions write alike."""
