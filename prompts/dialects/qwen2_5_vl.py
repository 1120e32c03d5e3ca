"""Qwen2.5-VL: `<tool_call>` with `mobile_use` or `computer_use`, points in pixels of the picture as it was resized.

Source: QwenLM/Qwen3-VL at 8cdcb85 (the repository was Qwen2.5-VL's), cookbooks/mobile_agent.ipynb and
cookbooks/utils/agent_function_call.py: "You are a helpful assistant.", signatures with `name_for_human` and
`args_format`, the resized resolution in the tool's description, "The user query:  …". The model answers with a call
alone, or with a thought in `<thinking>` before it and a `<conclusion>` after it.
"""

from __future__ import annotations

from typing import ClassVar

from actions.geometry import Space
from environments.base import Platform
from prompts.dialects.tool_call import ToolCallDialect


class Qwen25VL(ToolCallDialect):
    """The dialect of Qwen2.5-VL 3B to 72B."""

    name: ClassVar[str] = "qwen2_5_vl"
    model_types: ClassVar[frozenset[str]] = frozenset({"qwen2_5_vl"})
    space: Space = "absolute"
    named_for_people: ClassVar[frozenset[Platform]] = frozenset({"mobile", "desktop"})

    def system(self, tools: str) -> str:
        return f"You are a helpful assistant.\n\n{tools}"

    def query(self, task: str) -> str:
        return f"The user query:  {task}"

    def write_thought(self, thought: str) -> str:
        return f"<thinking>\n{thought}\n</thinking>\n"
