"""What became of past steps, in the few words that a model gets to read: outcomes, results, problems.

Everything that comes from elsewhere goes through `neutral` and has a limit of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from environments.base import Observation
from environments.episode import Attempt, Step
from prompts.dialect import Language
from prompts.foreign import neutral

_EN: Mapping[str, str] = MappingProxyType(
    {
        "failed": "failed: {}",
        "failed plainly": "failed",
        "unknown": "it is not known whether this happened: {}",
        "unknown plainly": "it is not known whether this happened",
        "unchanged": "nothing visible changed",
        "result": "result: {}",
        "answered": "the person answered: {}",
        "none": "no readable action",
        "secure": "This app forbids pictures of its screen: the screenshot is black and shows nothing that is there.",
        "locked": "The screen is locked.",
        "moving": "The screen was still moving when this picture was taken.",
        "note": "Note: {}",
        "unread": "Your reply {} was not carried out: {}.",
        "again": "Nothing was done. Reply again for the same screen, in this form:",
    }
)
_ZH: Mapping[str, str] = MappingProxyType(
    {
        "failed": "失败：{}",
        "failed plainly": "失败",
        "unknown": "不确定是否已执行：{}",
        "unknown plainly": "不确定是否已执行",
        "unchanged": "屏幕没有可见变化",
        "result": "结果：{}",
        "answered": "用户回答：{}",
        "none": "没有可读的操作",
        "secure": "此应用禁止截屏：截图是黑色的，看不到实际内容。",
        "locked": "屏幕已锁定。",
        "moving": "截图时屏幕仍在变化。",
        "note": "提示：{}",
        "unread": "你的回复{}没有被执行：{}。",
        "again": "没有执行任何操作。请针对同一屏幕按以下格式重新回复：",
    }
)


_INVISIBLE = frozenset({"ask_user", "call_tool", "answer", "finish"})
"""Kinds that are not expected to change the screen."""


def words(language: Language) -> Mapping[str, str]:
    return _ZH if language == "zh" else _EN


def outcome(step: Step, language: Language) -> str:
    """What there is to say of a step beyond "it was done"; empty where there is nothing. One line."""
    say = words(language)
    said: list[str] = []
    if step.outcome is not None and step.outcome.status != "done":
        status = step.outcome.status
        detail = line(step.outcome.detail, limit=300)
        said.append(say[status].format(detail) if detail else say[f"{status} plainly"])
    if step.result:
        asked = step.action is not None and step.action.kind == "ask_user"
        said.append(say["answered" if asked else "result"].format(quoted(step.result)))
    elif step.changed is False and not said and (step.action is None or step.action.kind not in _INVISIBLE):
        said.append(say["unchanged"])
    return "; ".join(said)


def screen(now: Observation, language: Language) -> str:
    """What there is to say of the current screen, one sentence to a line; empty where there is nothing."""
    say = words(language)
    said: list[str] = []
    if now.secure:
        said.append(say["secure"])
    if now.locked:
        said.append(say["locked"])
    if not now.stable:
        said.append(say["moving"])
    said += (say["note"].format(line(note, limit=300)) for note in now.notes)
    return "\n".join(said)


def corrections(attempts: Sequence[Attempt], form: str, language: Language) -> str:
    """What was wrong with the replies to this screen, and the form that is expected; empty where there were none.

    The replies are quoted in the user's turn and not given back as the assistant's own, where their broken form would
    be an example to follow.
    """
    if not attempts:
        return ""
    say = words(language)
    said = [
        say["unread"].format(quoted(a.text, limit=600), line(a.problem or "", limit=400).rstrip(".")) for a in attempts
    ]
    return "\n".join([*said, say["again"], form])


def line(text: str, *, limit: int) -> str:
    """Foreign text on one line."""
    return " ".join(neutral(text, limit=limit).split())


def quoted(text: str, *, limit: int = 2000) -> str:
    """Foreign text in quotes, so that a line of it can't be taken for one of the prompt's own."""
    return json.dumps(neutral(text, limit=limit), ensure_ascii=False)
