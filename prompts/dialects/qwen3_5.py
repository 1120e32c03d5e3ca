"""Qwen3.5 and later: calls in tags, `<tool_call>` with `<function=computer_use>`, points in thousandths.

Source: the chat template of Qwen3.5, as public inference engines quote it, for the frame around the functions, the call
and `<think>` (it could not be read in the original); mm_agents/qwen35vl_agent.py of OSWorld, in its copy at
mrwwk/DeskCraft, 4db5e46, for the first sentence, the response format and the user's turn (next_move.py). That agent
shows the screenshot before the text; here it stands after it, as in the cookbooks of Qwen3-VL, so that the past stays
in the model's cache. No prompt for phones was found: `mobile_use` is Qwen3-VL's.

The template opens `<think>` itself, so a reply may begin within the thought, and a server may take the thought out into
a field of its own: both are read. Coordinates go a little past 1000 at times, which is taken for the edge. Calls as
JSON are read as well (a repair), and written where a value has no exact form in tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from prompts.dialects.device_grammar import GrammarCall, in_tags
from prompts.dialects.function_tags import write_function
from prompts.dialects.next_move import RULES, NextMoveDialect
from prompts.dialects.tool_call_reading import CLOSE, IN_TAGS, OPEN
from prompts.grammar import Grammar

_FRAME = """# Tools

You have access to the following functions:

<tools>
{}
</tools>

If you choose to call a function ONLY reply in the following format with NO suffix:

<tool_call>
<function=example_function_name>
<parameter=example_parameter_1>
value_1
</parameter>
<parameter=example_parameter_2>
This is the value for the second parameter
that can span
multiple lines
</parameter>
</function>
</tool_call>

<IMPORTANT>
Reminder:
- Function calls MUST follow the specified format: an inner <function=...></function> block must be nested within \
<tool_call></tool_call> XML tags
- Required parameters MUST be specified
- You may provide optional reasoning for your function call in natural language BEFORE the function call, but NOT after
- If there is no function call available, answer the question like normal with your current knowledge and do not tell \
the user about function calls
</IMPORTANT>"""
_FORMAT = f"""# Response format

Response format for every step:
1) Action: a short imperative describing what to do in the UI.
2) A single <tool_call>...</tool_call> block.

{RULES.format(" sentence", "")}"""


class Qwen35(NextMoveDialect):
    """The dialect of Qwen3.5 and Qwen3.6, dense and mixture of experts."""

    name: ClassVar[str] = "qwen3_5"
    model_types: ClassVar[frozenset[str]] = frozenset({"qwen3_5", "qwen3_5_moe"})
    form: ClassVar[str] = IN_TAGS
    frame: ClassVar[str] = _FRAME

    def system(self, tools: str) -> str:
        return (
            "You are a multi-purpose intelligent assistant. Based on my requests, you can use tools to help me "
            f"complete various tasks.\n\n{tools}\n\n{_FORMAT}"
        )

    def tagged(self, name: str, arguments: dict[str, Any]) -> str:
        tags = write_function(name, arguments)
        return super().tagged(name, arguments) if tags is None else f"{OPEN}\n{tags}\n{CLOSE}"

    def one_of(self, calls: Sequence[GrammarCall]) -> Grammar:
        return in_tags(calls)
