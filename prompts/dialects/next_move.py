"""The prompt that Qwen's later GUI models share: "Please generate the next move …", an `Action:` line before the call.

Sources: X-PLUG/MobileAgent, Mobile-Agent-v3.5/mobile_use/utils.py at 2ebed74 and computer_use/utils.py at 04f5e08
(GUI-Owl-1.5); mm_agents/qwen35vl_agent.py of OSWorld in its copy at mrwwk/DeskCraft, 4db5e46 (Qwen3.5): the response
format, "Instruction: …", "Previous actions:" with the model's own sentences or "None", the resolution 1000x1000. Some
of these prompts hold the date; it is left out.

The last line of a decision's thought is the `Action:` sentence; what stands before it is the reasoning, in tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from actions.geometry import Size, Space
from environments.episode import Step
from prompts.dialects.tool_call import ToolCallDialect
from prompts.reading import action_line, joined

RULES = """Rules:
- Output exactly in the order: Action, <tool_call>.
- Be brief: one{} for Action.
- Do not output anything else outside those {}parts.
- If finishing, use action=terminate in the tool call."""


def next_move(task: str, told: Sequence[str]) -> str:
    """The user's first turn."""
    past = "\n".join(told) or "None"
    return (
        "Please generate the next move according to the UI screenshot, instruction and previous actions.\n\n"
        f"Instruction: {task}\n\nPrevious actions:\n{past}"
    )


class NextMoveDialect(ToolCallDialect):
    """What Qwen3.5 and GUI-Owl-1.5 differ in is in their own files."""

    space: Space = "thousand"
    progress_end: ClassVar[str] = ""

    def query(self, task: str) -> str:
        return f"Instruction: {task}"

    def opening(self, task: str, told: Sequence[str]) -> str:
        return next_move(task, told)

    def resolution(self, seen: Size) -> str:
        return {"absolute": str(seen), "unit": "1x1"}.get(self.space, "1000x1000")

    def reasoned(self, reasoning: str) -> str:
        """The reasoning in the family's own tags, with its line end."""
        return f"<think>\n{reasoning}\n</think>\n\n"

    def write_thought(self, thought: str) -> str:
        why, line, what = thought.rpartition("\n")
        return f"{self.reasoned(why) if line else ''}Action: {what}\n"

    def read_thought(self, text: str) -> str:
        at, length = action_line(text)
        return text if at < 0 else joined(text[:at], text[at + length :])

    def summary(self, step: Step) -> str:
        return step.thought.rpartition("\n")[2]
