"""The words of GELab-Zero, and what the model is told of them.

Source: stepfun-ai/gelab-zero, copilot_tools/parser_0920_summary.py at 682f448. ANSWER, SCROLL and DRAG are ours
(gelab_zero.py); of these only ANSWER is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from actions.types import Kind
from prompts.reading import plain_name


class Word(NamedTuple):
    """A word of the action space: what the model is told of it, its kind, and its names for the class's fields."""

    text: str
    kind: Kind
    names: Mapping[str, str]


TOLD: Mapping[str, Word] = MappingProxyType(
    {
        "CLICK": Word(
            "点击手机屏幕坐标，需包含点击的坐标位置 point。\n例如：action:CLICK\tpoint:x,y", "click", {"point": "point"}
        ),
        "TYPE": Word(
            "在手机输入框中输入文字，需包含输入内容 value、输入框的位置 point。\n"
            "例如：action:TYPE\tvalue:输入内容\tpoint:x,y",
            "type_text",
            {"text": "value"},
        ),
        "COMPLETE": Word(
            "任务完成后向用户报告结果，需包含报告的内容 value。\n"
            "例如：action:COMPLETE\treturn:完成任务后向用户报告的内容",
            "finish",
            {"message": "return"},
        ),
        "WAIT": Word(
            "等待指定时长，需包含等待时间 value（秒）。\n例如：action:WAIT\tvalue:等待时间",
            "wait",
            {"seconds": "value"},
        ),
        "AWAKE": Word(
            "唤醒指定应用，需包含唤醒的应用名称 value。\n例如：action:AWAKE\tvalue:应用名称",
            "open_app",
            {"name": "value"},
        ),
        "INFO": Word(
            "询问用户问题或详细信息，需包含提问内容 value。\n例如：action:INFO\tvalue:提问内容",
            "ask_user",
            {"question": "value"},
        ),
        "ABORT": Word(
            "终止当前任务，仅在当前任务无法继续执行时使用，需包含 value 说明原因。\n"
            "例如：action:ABORT\tvalue:终止任务的原因",
            "finish",
            {"message": "value"},
        ),
        "SLIDE": Word(
            "在手机屏幕上滑动，滑动的方向不限，需包含起点 point1 和终点 point2。\n"
            "例如：action:SLIDE\tpoint1:x1,y1\tpoint2:x2,y2",
            "drag",
            {"start": "point1", "end": "point2"},
        ),
        "LONGPRESS": Word(
            "长按手机屏幕坐标，需包含长按的坐标位置 point。\n例如：action:LONGPRESS\tpoint:x,y",
            "long_press",
            {"point": "point"},
        ),
        "ANSWER": Word(
            "向用户给出任务所要求的答案，不结束任务，需包含答案 value。\n例如：action:ANSWER\tvalue:答案",
            "answer",
            {"text": "value"},
        ),
    }
)
UNTOLD: Mapping[str, Word] = MappingProxyType({"SCROLL": Word("", "scroll", {}), "DRAG": Word("", "drag", {})})
WORDS: Mapping[str, Word] = MappingProxyType({**TOLD, **UNTOLD})
BY_KIND: Mapping[Kind, str] = MappingProxyType({w.kind: n for n, w in WORDS.items() if n not in ("ABORT", "SLIDE")})
SPELLINGS = MappingProxyType(
    {
        **{plain_name(name): name for name in WORDS},
        **dict.fromkeys(("tap", "touch"), "CLICK"),
        **dict.fromkeys(("input", "typetext"), "TYPE"),
        **dict.fromkeys(("swipe",), "SLIDE"),
        **dict.fromkeys(("open", "openapp", "launch"), "AWAKE"),
        **dict.fromkeys(("finish", "finished"), "COMPLETE"),
    }
)
