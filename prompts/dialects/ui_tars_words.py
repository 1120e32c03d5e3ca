"""The prompts of UI-TARS 1.0 and 1.5: their frames and action spaces.

Sources: bytedance/UI-TARS, codes/ui_tars/prompt.py (`COMPUTER_USE_DOUBAO`, `MOBILE_USE_DOUBAO`: 1.5) and README_v1.md
(1.0), and the frame of 1.0 as the authors' agent in xlang-ai/OSWorld, mm_agents, has it. All three were read in copies
that agree, since the files themselves were not at hand. Added are `wait` and `call_user` where a prompt leaves them
out, in the words of the one that has them, and the two calls of call_dialect.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from types import MappingProxyType

from actions.types import Kind
from environments.base import Platform
from prompts.dialects.call_dialect import ANSWER, GIVE_UP

_TASK = (
    "You are a GUI agent. You are given a task and your action history, with screenshots. "
    "You need to perform the next action to complete the task."
)
_FORMAT = "## Output Format\n```\nThought: ...\nAction: ...\n```\n"
_NOTE = """## Note
- Use {language} in `Thought` part.
- Write a small plan and finally summarize your next action (with its target element) in one sentence in `Thought` part.

## User Instruction
{task}
"""
_WAIT = "wait() #Sleep for 5s and take a screenshot to check for any changes."
_CALL_USER = (
    "call_user() # Submit the task and call the user when the task is unsolvable, or when you need the user's help."
)
_ESCAPE = (
    r"""# Use escape characters \', \", and \n in content part to ensure we can parse the content in normal python """
    "string format."
)

ActionSpace = tuple[tuple[str, Set[Kind]], ...]
_COMMON: ActionSpace = (
    (_WAIT, {"wait"}),
    (_CALL_USER, {"ask_user"}),
    (ANSWER, {"answer"}),
    (GIVE_UP, {"finish"}),
)
_BOX, _BOX_3 = "'<|box_start|>(x1,y1)<|box_end|>'", "'<|box_start|>(x3,y3)<|box_end|>'"
_POINT, _POINT_2 = "'<point>x1 y1</point>'", "'<point>x2 y2</point>'"

FRAMES_10: Mapping[Platform, str] = MappingProxyType(
    dict.fromkeys(("mobile", "desktop"), f"{_TASK} \n\n{_FORMAT}\n## Action Space\n{{space}}\n\n{_NOTE}")
)
SPACES_10: Mapping[Platform, ActionSpace] = MappingProxyType(
    {
        "mobile": (
            (f"click(start_box={_BOX})", {"click"}),
            (f"long_press(start_box={_BOX}, time='')", {"long_press"}),
            ("type(content='')", {"type_text"}),
            (f"scroll(start_box={_BOX}, end_box={_BOX_3})", {"scroll", "drag"}),
            ("press_home()", {"button"}),
            ("press_back()", {"button"}),
            ("finished(content='') # Submit the task regardless of whether it succeeds or fails.", {"finish"}),
            *_COMMON,
        ),
        "desktop": (
            (f"click(start_box={_BOX})", {"click"}),
            (f"left_double(start_box={_BOX})", {"click"}),
            (f"right_single(start_box={_BOX})", {"click"}),
            (f"drag(start_box={_BOX}, end_box={_BOX_3})", {"drag"}),
            ("hotkey(key='')", {"press_keys"}),
            (
                "type(content='') #If you want to submit your input, use \"\\n\" at the end of `content`.",
                {"type_text"},
            ),
            (f"scroll(start_box={_BOX}, direction='down or up or right or left')", {"scroll"}),
            ("finished()", {"finish"}),
            *_COMMON,
        ),
    }
)

FRAMES_15: Mapping[Platform, str] = MappingProxyType(
    {
        "mobile": f"{_TASK} \n{_FORMAT}## Action Space\n\n{{space}}\n\n\n{_NOTE}",
        "desktop": f"{_TASK}\n\n{_FORMAT}\n## Action Space\n\n{{space}}\n\n\n{_NOTE}",
    }
)
SPACES_15: Mapping[Platform, ActionSpace] = MappingProxyType(
    {
        "mobile": (
            (f"click(point={_POINT})", {"click"}),
            (f"long_press(point={_POINT})", {"long_press"}),
            (
                "type(content='') #If you want to submit your input, use \"\\n\" at the end of `content`.",
                {"type_text"},
            ),
            (f"scroll(point={_POINT}, direction='down or up or right or left')", {"scroll"}),
            ("open_app(app_name='')", {"open_app"}),
            (f"drag(start_point={_POINT}, end_point={_POINT_2})", {"drag"}),
            ("press_home()", {"button"}),
            ("press_back()", {"button"}),
            (f"finished(content='xxx') {_ESCAPE}", {"finish"}),
            *_COMMON,
        ),
        "desktop": (
            (f"click(point={_POINT})", {"click"}),
            (f"left_double(point={_POINT})", {"click"}),
            (f"right_single(point={_POINT})", {"click"}),
            (f"drag(start_point={_POINT}, end_point={_POINT_2})", {"drag"}),
            (
                "hotkey(key='ctrl c') # Split keys with a space and use lowercase. Also, do not use more than 3 "
                "keys in one hotkey action.",
                {"press_keys"},
            ),
            (
                f"type(content='xxx') {_ESCAPE} If you want to submit your input, use \\n at the end of content. ",
                {"type_text"},
            ),
            (
                f"scroll(point={_POINT}, direction='down or up or right or left') "
                "# Show more information on the `direction` side.",
                {"scroll"},
            ),
            (_WAIT, {"wait"}),
            (f"finished(content='xxx') {_ESCAPE}", {"finish"}),
            *_COMMON[1:],
        ),
    }
)
