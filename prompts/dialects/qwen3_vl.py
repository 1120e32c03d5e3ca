"""Qwen3-VL: `<tool_call>` with `mobile_use` or `computer_use`, points in thousandths, a thought and a sentence before.

Source: QwenLM/Qwen3-VL, cookbooks/mobile_agent.ipynb in its version for Qwen3-VL (also at Firefly-llm/Qwen3-VL,
9548388): the response format, the resolution 999x999 in the tool's description, "The user query: ….", and the past as
"Step 1: …; " with the model's own sentence, its quotes left out, and no call, ended by a full stop. The notebook
divides what the model writes by 999 where this dialect divides by 1000, as the grounding cookbooks do: a difference of
a thousandth of the screen at its far edge.

A decision's thought is the `Thought:`, and on its last line, where there is more than one, the `Action:` sentence.
"""

from __future__ import annotations

from typing import ClassVar

from actions.geometry import Space
from environments.episode import Step
from prompts.dialects.tool_call import ToolCallDialect
from prompts.reading import action_line, joined

_FORMAT = """# Response format

Response format for every step:
1) Thought: one concise sentence explaining the next move (no multi-step reasoning).
2) Action: a short imperative describing what to do.
3) A single <tool_call>...</tool_call> block containing only the JSON: {"name": <function-name>, "arguments": \
<args-json-object>}.

Rules:
- Output exactly in the order: Thought, Action, <tool_call>.
- Be brief: one sentence for Thought, one for Action.
- Do not output anything else outside those three parts.
- If finishing, use action=terminate in the tool call."""


class Qwen3VL(ToolCallDialect):
    """The dialect of Qwen3-VL, dense and mixture of experts."""

    name: ClassVar[str] = "qwen3_vl"
    model_types: ClassVar[frozenset[str]] = frozenset({"qwen3_vl", "qwen3_vl_moe"})
    space: Space = "thousand"
    progress_end: ClassVar[str] = ".\n"

    def system(self, tools: str) -> str:
        return f"{tools}\n\n{_FORMAT}"

    def query(self, task: str) -> str:
        return f"The user query: {task}."

    def write_thought(self, thought: str) -> str:
        why, line, what = thought.rpartition("\n")
        return f'Thought: {why}\nAction: "{what}"\n' if line else f"Thought: {what}\n"

    def read_thought(self, text: str) -> str:
        at, length = action_line(text)
        why = text if at < 0 else text[:at]
        what = "" if at < 0 else text[at + length :].strip()
        why = why.strip()
        for label in ("Thought:", "Thought："):
            why = why.removeprefix(label)
        if len(what) > 1 and what[0] in '"“' and what[-1] in '"”':
            what = what[1:-1]
        return joined(why, what)

    def summary(self, step: Step) -> str:
        return step.thought.rpartition("\n")[2].replace('"', "") if "\n" in step.thought else ""
