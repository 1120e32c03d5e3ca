"""Where in a reply the calls stand that are made, for the families that write them as code-like text.

A family puts a label before its calls (`Action:`, `<action>`, `<answer>`). The last label decides, and what follows it
must be read whole: a call that is begun and broken off is never replaced by an earlier one. What stands before the end
of a thought, in quotes, or inside another call's text is talked about and not made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from actions.errors import ParseError
from prompts.calls import Call, CallReader
from prompts.reading import THOUGHT_TAG, Notes, check_length, joined, open_thought, quoted_at

_BEFORE = re.compile(r"(?:\s|```(?:python)?|[`*\"'“\[])*")
_BETWEEN = re.compile(r"[\s;,]*")
_AFTER = re.compile(r"<\|[a-z_]{1,20}\|>|</[a-z_:]{1,20}>|[\s`*\"'”\].;。]", re.IGNORECASE)


@dataclass(frozen=True)
class Form:
    """`label`: a regular expression of what stands before the calls. `end`: the tag after them, where there is one.
    `anywhere`: whether a call without a label counts at the end of a line of prose too, if it ends the reply."""

    label: str
    end: str = ""
    anywhere: bool = False

    @cached_property
    def mark(self) -> re.Pattern[str]:
        return re.compile(
            rf"(?P<label>{self.label})|(?P<thought>{THOUGHT_TAG.pattern})|(?P<conclusion><conclusion>)|<\|im_start\|>",
            re.IGNORECASE | re.MULTILINE,
        )


class Said(NamedTuple):
    """The calls of a reply, and what was thought."""

    thought: str
    calls: Sequence[Call]


def read_said(text: str, form: Form, known: Callable[[str], bool], notes: Notes) -> Said:
    """The last calls of a reply, at least one. Raises `ParseError`; linear time."""
    check_length(text)
    reader = CallReader(text, known)
    start = position = begin = 0
    calls: list[Call] = []
    problem: ParseError | None = None
    conclusions: list[str] = []
    while mark := form.mark.search(text, position):
        position = mark.end()
        if mark["label"] is not None:
            if quoted_at(text, mark.start()):
                continue
            if calls:
                notes.add("several blocks of actions, the last one taken")
            else:
                start = mark.start()
            conclusions.clear()
            block = _block(text, position, form, reader, notes)
            calls, problem = ([], block) if isinstance(block, ParseError) else (block, None)
            position = calls[-1].end if calls else max(position, reader.i)
        elif mark["conclusion"] is not None:
            end = text.find("</conclusion>", position)
            end = len(text) if end < 0 else end
            conclusions.append(text[position:end])
            position = end
        elif mark["thought"] is None:
            if calls:
                notes.add("invented turn left out")
                break
        elif (thought := open_thought(text, mark.start())) is not None:
            position = begin = thought.end
        else:
            calls, problem, begin = [], None, position
            conclusions.clear()
    if problem is not None:
        raise problem
    if not calls:
        start, calls = _unlabelled(text, begin, form, reader)
        notes.add("actions without their label")
    following = form.mark.search(text, calls[-1].end)
    if _AFTER.sub("", text[calls[-1].end : following.start() if following else None]):
        notes.add("text after the actions left out")
    return Said(joined(THOUGHT_TAG.sub("\n", text[:start]), *conclusions), calls)


def _block(text: str, start: int, form: Form, reader: CallReader, notes: Notes) -> list[Call] | ParseError:
    """Calls one after another, from the first after a label; or why there are none. Raises it where one is begun."""
    call = reader.at(_past(_BEFORE, text, start))
    if call is None:
        following = form.mark.search(text, start)
        call = reader.next(start, following.start() if following else None)
        if call is None:
            return ParseError("its label is followed by no action")
        notes.add("text before the actions left out")
    if not reader.known(call.name) and call.problem is None:
        return ParseError(f"no action is called {call.name[:40]!r}")
    calls: list[Call] = []
    while call is not None:
        if not reader.known(call.name):
            raise ParseError(f"no action is called {call.name[:40]!r}")
        call = _whole(text, call, form)
        calls.append(call)
        call = reader.at(_past(_BETWEEN, text, call.end))
    return calls


def _past(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _whole(text: str, call: Call, form: Form) -> Call:
    """The call, its last bracket added where the reply says that it is over."""
    if call.problem is None:
        return call
    end = text.find(form.end, call.start) if form.end else -1
    if end >= 0:
        again = CallReader(text[:end], call.name.__eq__, closed=True).at(call.start)
        if again is not None and again.problem is None:
            return again
    raise ParseError(f"the action can't be read: {call.problem.message}") from call.problem


def _unlabelled(text: str, start: int, form: Form, reader: CallReader) -> tuple[int, list[Call]]:
    """The last calls of a reply that has no label, and where the first of them begins."""
    calls: list[Call] = []
    first = position = start
    while call := reader.next(position):
        line = text[max(position, text.rfind("\n", 0, call.start) + 1) : call.start]
        ends = form.anywhere and not _AFTER.sub("", text[call.end :])
        if ends or not line.strip("`*-> \t") or (calls and not _BETWEEN.sub("", line)):
            if not calls or _BETWEEN.sub("", text[position : call.start]):
                first, calls = call.start, []
            calls.append(_whole(text, call, form))
        position = max(call.end, position + 1)
    if not calls:
        raise ParseError("it holds no action: words alone do nothing and end nothing")
    return first, calls
