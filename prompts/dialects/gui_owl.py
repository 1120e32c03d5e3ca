"""GUI-Owl, the models of Mobile-Agent: `<tool_call>` with `mobile_use` or `computer_use`.

Sources: X-PLUG/MobileAgent.

- GUI-Owl 7B and 32B (on Qwen2.5-VL, pixels of the resized picture): Mobile-Agent-v3, android_world_v3/android_world/
  agents/mobile_agent_utils_new.py and function_call_mobile_answer.py at 8ae93fd (the tool as Qwen2.5-VL has it), and
  os_world_v3/mm_agents/owl_agent.py at 7994819, whose `computer_use` has words of its own.
- GUI-Owl-1.5 2B to 32B (on Qwen3-VL, thousandths): Mobile-Agent-v3.5, mobile_use/utils.py at 2ebed74 and
  computer_use/utils.py at 04f5e08 (system prompt, `interact`, four past screenshots and the current one).

GUI-Owl-1.5's `answer` also ends the task in the source. Here it gives the answer; the model is asked again, and ends.
A swipe is the finger's, as in all of `mobile_use`; a positive `scroll` goes up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar

from actions.geometry import Size
from environments.base import Platform
from environments.episode import Step
from prompts.dialects.device_use import Device
from prompts.dialects.device_words import COMPUTER, MOBILE, DeviceTool, Word
from prompts.dialects.gui_owl_desktop import MOST_NOTCHES, OWL_COMPUTER, OwlDesktop
from prompts.dialects.next_move import RULES, NextMoveDialect, next_move
from prompts.dialects.qwen2_5_vl import Qwen25VL
from prompts.history import History

_INTERACT = Word("Resolve the blocking window by interacting with the user.", ("text",), ("ask_user",))
_ANSWER = MOBILE.words["answer"]._replace(text="Terminate the current task and output the answer.")


def _words(tool: DeviceTool, *last: str, **changed: Word) -> Mapping[str, Word]:
    """The tool's words with those changed, and those named moved to the end."""
    words = {**tool.words, **changed}
    return MappingProxyType({k: words[k] for k in (*(w for w in words if w not in last), *last)})


_FORMAT = f"""# Response format

Response format for every step:
1) Action: a short imperative describing what to do in the UI.
2) A single <tool_call>...</tool_call> block containing only the JSON: {{"name": <function-name>, "arguments": \
<args-json-object>}}.

{RULES.format("", "two ")}"""
_ORDER = (
    "Before answering, explain your reasoning step-by-step in <thinking></thinking> tags, and insert them before the "
    "<tool_call></tool_call> XML tags.\nAfter answering, summarize your action in <conclusion></conclusion> tags, and "
    "insert them after the <tool_call></tool_call> XML tags."
)


class GUIOwl(Qwen25VL):
    """GUI-Owl 7B and 32B: reasons in `<thinking>`, and sums the step up in `<conclusion>`, which is its history.

    The conclusion is the last line of a decision's thought, where there is more than one. Source: Mobile-Agent-v3 of
    X-PLUG/MobileAgent.
    """

    name: ClassVar[str] = "gui_owl"
    model_types: ClassVar[frozenset[str]] = frozenset()
    tools: ClassVar[Mapping[Platform, DeviceTool]] = MappingProxyType({"mobile": MOBILE, "desktop": OWL_COMPUTER})
    named_for_people: ClassVar[frozenset[Platform]] = frozenset({"mobile"})
    most_pixels: ClassVar[int] = MOST_NOTCHES
    progress_end: ClassVar[str] = ".\n\n" + _ORDER

    def query(self, task: str) -> str:
        return f"The user query: {task}"

    def opening(self, task: str, told: Sequence[str]) -> str:
        if self.platform == "mobile":
            return super().opening(task, told)
        return f"{next_move(task, told)}\n{_ORDER}"

    def device(self, seen: Size) -> Device:
        return super().device(seen) if self.platform == "mobile" else OwlDesktop(self.platform, self.space, seen)

    def reply(self, thought: str, calls: str) -> str:
        why, line, what = thought.rpartition("\n")
        if not line:
            return super().reply(thought, calls)
        return f"{self.write_thought(why)}{calls}\n<conclusion>\n{what}\n</conclusion>"

    def summary(self, step: Step) -> str:
        return step.thought.rpartition("\n")[2].replace('"', "") if "\n" in step.thought else ""


class GUIOwl15(NextMoveDialect):
    """GUI-Owl-1.5, instruct and thinking: an `Action:` sentence before the call, which is its history.

    Source: Mobile-Agent-v3.5 of X-PLUG/MobileAgent.
    """

    name: ClassVar[str] = "gui_owl_1_5"
    tools: ClassVar[Mapping[Platform, DeviceTool]] = MappingProxyType(
        {
            "mobile": replace(
                MOBILE,
                words=_words(MOBILE, "wait", "answer", "interact", "terminate", answer=_ANSWER, interact=_INTERACT),
            ),
            "desktop": replace(COMPUTER, words=_words(COMPUTER, "interact", interact=_INTERACT)),
        }
    )
    named_for_people: ClassVar[frozenset[Platform]] = frozenset({"mobile"})
    history: History = History(screenshots=5)

    def system(self, tools: str) -> str:
        return f"{tools}\n\n{_FORMAT}"

    def reasoned(self, reasoning: str) -> str:
        return f"<thinking>\n{reasoning}\n</thinking>\n"

    def device(self, seen: Size) -> Device:
        return Device(self.platform, self.space, seen, ask="interact")
