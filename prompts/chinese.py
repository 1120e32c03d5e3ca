"""The Chinese for every description that the action classes and schemas hold, keyed by the English text itself.

A description that changes without its translation fails a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CHINESE: Mapping[str, str] = MappingProxyType(
    {
        "Tap or click a point on the screen.": "点击屏幕上的一个点。",
        "1 once, 2 double, 3 triple": "1 单击，2 双击，3 三击",
        "Press a point and hold it.": "长按屏幕上的一个点。",
        "Move the mouse pointer to a point without pressing a button.": "把鼠标指针移动到一个点，不按任何键。",
        "Press at `start`, move to `end`, let go.": "在 `start` 处按下，移动到 `end`，然后松开。",
        "null: from where the pointer is": "null：从指针当前位置开始",
        "Show what lies further in a direction, at a point.": "在某一点处滚动，显示某个方向上更远的内容。",
        "share of the screen's side, at most 1": "占屏幕边长的比例，最大为 1",
        "Type text into the focused field.": "在当前获得焦点的输入框中输入文字。",
        "Press Enter afterwards.": "输入后按回车键。",
        "Empty the field first.": "先清空输入框。",
        "Press keys together, modifiers first.": "同时按下几个键，修饰键在前。",
        'such as ["ctrl", "a"], ["delete"], ["volumeup"], ["power"]': (
            '例如 ["ctrl", "a"]、["delete"]、["volumeup"]、["power"]'
        ),
        "Open an app by the name that its icon shows, or by its package.": "按图标上显示的名称或包名打开一个应用。",
        "Do nothing for a while, because the screen is still working.": "屏幕仍在加载时，等待一段时间。",
        "Ask the person something that only they can know or decide.": "向用户询问只有用户才知道或才能决定的事情。",
        "Give the answer that the task asked for. Ends nothing by itself.": (
            "给出任务所要求的答案。这本身不会结束任务。"
        ),
        "Say that the task is over, achieved or not.": "声明任务已结束，无论是否完成。",
        "Go back to the screen before.": "返回上一个屏幕。",
        "Go to the phone's home screen.": "回到手机主屏幕。",
        "Show the apps used last.": "显示最近使用的应用。",
        "Press Enter.": "按回车键。",
        "Press the phone's menu button.": "按下手机的菜单键。",
        "Press the phone's power button.": "按下手机的电源键。",
        "Press the phone's volume up button.": "按下手机的音量加键。",
        "Press the phone's volume down button.": "按下手机的音量减键。",
        "(x, y) from the top left corner, each from 0 to 1000": "从左上角起的 (x, y)，均为 0 到 1000",
        "(x, y) from the top left corner, each from 0 to 999": "从左上角起的 (x, y)，均为 0 到 999",
        "(x, y) from the top left corner, each from 0 to 1": "从左上角起的 (x, y)，均为 0 到 1",
        "(x, y) in pixels from the top left corner": "从左上角起的 (x, y)，单位为像素",
        "the element in words that fit nothing else on this screen: what it is, what it says, where it is": (
            "用文字描述该元素，使其在本屏幕上唯一：它是什么、写着什么、在哪里"
        ),
        "what to do it on, in words; by default the middle of the screen": "用文字描述操作对象；默认为屏幕中央",
    }
)


def to_chinese(text: str) -> str:
    """The translation, or the text itself where there is none (a user's tool)."""
    return CHINESE.get(text, text)
