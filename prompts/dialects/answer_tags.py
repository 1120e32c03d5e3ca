"""Blocks in tags after a thought, and the objects in an R1-like model's: `<think> … </think> <answer>[{…}]</answer>`.

The last block after the thought counts. One in a thought or in quotes is talked about; one that is begun and broken
off is never replaced by an earlier one. Objects are what prompts/literal.py reads: Python dicts or JSON.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from actions.errors import ParseError
from prompts.literal import read_object
from prompts.reading import THOUGHT_TAG, Notes, joined, open_thought, quoted_at

MOST_OBJECTS = 64
_FENCE = re.compile(r"\s*```(?:json|python)?")
_SPACE = re.compile(r"[\s,]*")
_LEFT_OVER = re.compile(r"[\s\]}`,]|<\|[a-z_]{1,20}\|>", re.IGNORECASE)


class Block(NamedTuple):
    """What stands between tags: the thought before it, and where its text is. `closed`: the model said that it ends at
    `stop`. `tagged`: whether there are tags at all; without any it is all that stands after the thought."""

    thought: str
    start: int
    stop: int
    closed: bool
    tagged: bool


def find_block(text: str, tag: str, notes: Notes) -> Block:
    """The last block in this tag after the thought. Raises `ParseError`."""
    opening, closing = f"<{tag}>", f"</{tag}>"
    found: list[tuple[int, Block]] = []
    position = after = 0
    mark = re.compile(rf"{THOUGHT_TAG.pattern}|{opening}|<\|im_(?:start|end)\|>", re.IGNORECASE)
    while match := mark.search(text, position):
        said = match.group().lower()
        position = match.end()
        if said == opening:
            if quoted_at(text, match.start()):
                continue
            close, again = (text.find(t, position) for t in (closing, opening))
            stop = min((i for i in (close, again) if i >= 0), default=len(text))
            found.append((match.start(), Block("", position, stop, close == stop, tagged=True)))
            if len(found) > MOST_OBJECTS:
                raise ParseError(f"the reply holds more than {MOST_OBJECTS} blocks in {opening}")
            position = stop
        elif said.startswith("<|"):
            if found:
                break
        elif said.startswith("</"):
            found.clear()
            after = position
        elif (thought := open_thought(text, match.start())) is not None:
            position = after = thought.end
    first, last = (found[0][0], found[-1][1]) if found else (after, Block("", after, len(text), False, tagged=False))
    what = opening.strip("<>").rpartition(":")[2].replace("_", " ")
    if len(found) > 1:
        notes.add(f"several {what}s, the last one taken")
    if found and not last.closed:
        notes.add(f"{what} not closed")
    return last._replace(thought=joined(THOUGHT_TAG.sub("\n", text[:first])))


def find_answer(text: str, notes: Notes) -> Block:
    """Raises `ParseError` where there is none."""
    block = find_block(text, "answer", notes)
    if not block.tagged:
        fence = _FENCE.match(text, block.start)
        at = _past(text, block.start if fence is None else fence.end(), len(text))
        if not text.startswith(("[", "{"), at):
            raise ParseError("it holds no answer: expected <answer>[{'action': …}]</answer>")
        notes.add("answer without its tags")
    return block


def read_answer(text: str, answer: Block, notes: Notes) -> dict[str, Any]:
    """The last object of an answer. Raises `ParseError`."""
    at = answer.start
    if fence := _FENCE.match(text, at, answer.stop):
        notes.add("fenced block")
        at = fence.end()
    at = _past(text, at, answer.stop)
    if text.startswith("[", at):
        at = _past(text, at + 1, answer.stop)
    objects: list[dict[str, Any]] = []
    while text.startswith("{", at) and at < answer.stop:
        found = read_object(text, at, answer.stop, closed=answer.closed)
        objects.append(found.value)
        notes.add(*found.repairs)
        at = _past(text, found.end, answer.stop)
        if len(objects) > MOST_OBJECTS:
            raise ParseError(f"the answer holds more than {MOST_OBJECTS} actions")
    if not objects:
        raise ParseError("the answer holds no object: expected [{'action': …}]")
    if _LEFT_OVER.sub("", text[at : answer.stop]):
        if answer.closed:
            raise ParseError(f"after the object stands {text[at : answer.stop].strip()[:20]!r}")
        notes.add("text after the answer left out")
    if len(objects) > 1:
        notes.add("several actions, the last one taken")
    return objects[-1]


def _past(text: str, at: int, stop: int) -> int:
    space = _SPACE.match(text, at, stop)
    return space.end() if space is not None else at
