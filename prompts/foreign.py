"""Text of others in a prompt: what tools, people, apps and the model itself wrote, made harmless.

Tokenizers read `<|im_end|>`, `<tool_call>` and their like in any text as the token itself, so a sentence on a screen
could end the user's turn or begin a call. `neutral` breaks such marks in a way that people and models still read;
`dumps` hides them in JSON strings without loss.
"""

from __future__ import annotations

import json
import re
from typing import Any

THOUGHT_TAGS = ("think", "thinking", "gui_think", "thought")
"""What models put around a thought."""
TAGS = (
    *THOUGHT_TAGS,
    *("tool_call", "seed:tool_call", "tool_response", "tools", "conclusion", "answer", "action"),
    *("code", "function", "parameter", "image", "video"),
)
"""Tags that mean something to a family; those of UI-TARS-2 may end with `_never_used_` and digits."""
LONGEST_TASK = 20_000
_MARK = re.compile(rf"<\||\|>|✿|<(?=/?(?:{'|'.join(TAGS)})(?:\b|_never_used_))", re.IGNORECASE)
_BROKEN = {"<|": "‹|", "|>": "|›", "✿": "❀", "<": "‹"}
_ESCAPED = {"<|": "\\u003c|", "|>": "|\\u003e", "✿": "\\u273f", "<": "\\u003c"}
_CONTROL = {c: " " for c in (*range(32), 127) if chr(c) not in "\n\t"}


def neutral(text: str, *, limit: int = 4000) -> str:
    """`text` without marks that mean something to a tokenizer or a dialect, its middle left out beyond `limit`
    characters."""
    if len(text) > limit:
        half = limit // 2
        text = f"{text[:half]} … {text[-half:]}"
    text = text.encode("utf-8", "replace").decode().translate(_CONTROL)
    return _MARK.sub(lambda m: _BROKEN[m.group()], text)


def dumps(value: Any) -> str:
    """JSON in which no string holds such a mark; `json.loads` gives back exactly `value`.

    `ValueError` for what JSON can't say: NaN, infinity.
    """
    return escaped(json.dumps(value, ensure_ascii=False, allow_nan=False))


def escaped(text: str) -> str:
    """JSON text whose strings are escaped so; the marks occur nowhere else in JSON."""
    return _MARK.sub(lambda m: _ESCAPED[m.group()], text)
