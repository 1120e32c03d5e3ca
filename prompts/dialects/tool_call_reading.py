"""Calls in a reply of the `<tool_call>` form: where they stand, and what they hold (JSON, or function_tags.py).

The last call of a reply counts, and it must be complete. Calls before the end of a thought (`</think>`, a line that
begins with "Action:") and calls in quotes are talked about and not made; what follows an invented `<tool_response>` or
turn is as invented. A call that is begun and broken off is never replaced by an earlier one: what stands there first
may be something the model quoted from the screen.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from actions.errors import ParseError
from prompts.dialects.function_tags import START, read_function
from prompts.literal import read_object
from prompts.reading import THOUGHT_TAG, Notes, open_thought, quoted_at

OPEN, CLOSE, RESPONSE = "<tool_call>", "</tool_call>", "<tool_response>"
IN_TAGS, IN_JSON = "call in tags", "call in JSON"
"""Which form a call has: one of these is a repair, the other is dropped, as the family has it."""
MOST_CALLS = 64
"""More calls than this in one reply are a model that runs on."""

_MARK = re.compile(
    rf"{THOUGHT_TAG.pattern}|{OPEN}|<conclusion>|{RESPONSE}|<\|im_(?:start|end)\|>|^[ \t]*Action[ \t]*[:：]",
    re.IGNORECASE | re.MULTILINE,
)
_LEFT_OVER = re.compile(r"<\|[a-z_]{1,20}\|>|</tool_call>|⚗|[\s}\]`]", re.IGNORECASE)


class Call(NamedTuple):
    """One call in a reply, from `start` to `end`; `problem` where it can't be read."""

    start: int
    end: int
    value: dict[str, Any]
    repairs: tuple[str, ...] = ()
    problem: ParseError | None = None


def find_calls(text: str, notes: Notes) -> tuple[list[Call], list[str]]:
    """The calls after the thought, and the conclusions, in one pass."""
    calls: list[Call] = []
    conclusions: list[str] = []
    position = 0
    count = 0
    while mark := _MARK.search(text, position):
        said = mark.group().strip().lower()
        position = mark.end()
        if said == OPEN:
            if quoted_at(text, mark.start()):
                continue
            count += 1
            if count > MOST_CALLS:
                raise ParseError(f"the reply holds more than {MOST_CALLS} calls")
            call = _call(text, mark.start(), mark.end())
            calls.append(call)
            position = call.end
        elif said == "<conclusion>":
            end = text.find("</conclusion>", position)
            end = len(text) if end < 0 else end
            conclusions.append(text[position:end])
            position = end
        elif said == RESPONSE or said.startswith("<|"):
            if calls:
                notes.add("invented result left out")
                break
        elif said.startswith(("</", "action")):
            calls.clear()
            conclusions.clear()
        elif (thought := open_thought(text, mark.start())) is not None:
            position = thought.end
    return calls, conclusions


def _call(text: str, start: int, after: int) -> Call:
    """The call whose tag ends at `after`."""
    repairs: list[str] = []
    at = _past_space(text, after)
    for fence in ("```json", "```"):
        if text.startswith(fence, at):
            repairs.append("fenced block")
            at = _past_space(text, at + len(fence))
            break
    close = text.find(CLOSE, at)
    again = text.find(OPEN, at)
    ends = [i for i in (close, again) if i >= 0]
    stop = min(ends, default=len(text))
    closed = close >= 0 and close == stop
    try:
        if text.startswith(START, at):
            call = read_function(text, at, stop, closed=closed)
            value, end = {"name": call.name, "arguments": call.arguments}, call.end
            repairs += (IN_TAGS, *call.repairs)
        else:
            found = read_object(text, at, stop, closed=closed)
            value, end = found.value, found.end
            repairs += (IN_JSON, *found.repairs)
    except ParseError as e:
        return Call(start, stop, {}, problem=e)
    rest = text[end : max(end, stop)]
    if not closed or end > stop:
        close = text.find(CLOSE, end)
        if close < 0 or text[end:close].strip():
            repairs.append("call not closed")
    if extra := _LEFT_OVER.sub("", rest):
        if closed:
            return Call(start, stop, {}, problem=ParseError(f"after the object stands {extra[:20]!r}"))
        repairs.append("text after the call left out")
    elif any(c in rest for c in "}]"):
        repairs.append("extra bracket")
    return Call(start, end, value, tuple(repairs))


def bare_call(text: str) -> Call | None:
    """A call without its tags: an object that is all there is after the thought, fenced or not."""
    start = 0
    for mark in _MARK.finditer(text):
        start = mark.end()
    if text[:start].lower().endswith(OPEN):
        return None  # it has its tag and was not taken: it is quoted
    at = _past_space(text, start)
    if not text.startswith(("{", "```", START), at):
        line = text.find("\n{", start)
        found = [i for i in (line + 1 if line >= 0 else -1, text.find("```", start), text.find(START, start)) if i >= 0]
        if not found:
            return None
        at = min(found)
    call = _call(text, at, at)
    if call.problem is None and not {"name", "action"} & set(call.value):
        return None
    rest = _LEFT_OVER.sub("", text[call.end :])
    return None if rest.strip() and call.problem is None else call


def _past_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def unpacked(call: dict[str, Any], tool: str, notes: Notes) -> tuple[str, dict[str, Any]]:
    """Name and arguments of a call, from the shapes in which models give them."""
    name = call.get("name")
    if name is None and "action" in call:
        notes.add("call without a name")
        return tool, call
    if not isinstance(name, str):
        raise ParseError('the call has no name: expected {"name": …, "arguments": {…}}')
    keys = set(call) - {"name"}
    if "arguments" in keys:
        arguments = call["arguments"]
    elif "parameters" in keys:
        notes.add("'parameters' read as 'arguments'")
        arguments = call["parameters"]
    elif keys:
        notes.add("arguments beside the name")
        arguments = {k: v for k, v in call.items() if k != "name"}
    else:
        raise ParseError("the call has no arguments")
    if isinstance(arguments, str):
        notes.add("arguments in a string")
        found = read_object(arguments, _past_space(arguments, 0))
        if arguments[found.end :].strip():
            raise ParseError("the arguments are followed by something else")
        notes.add(*found.repairs)
        arguments = found.value
    if not isinstance(arguments, dict):
        raise ParseError("the arguments are no object")
    return name, arguments  # pyright: ignore[reportUnknownVariableType]
