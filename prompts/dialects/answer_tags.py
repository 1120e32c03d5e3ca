"""Where the answer of an R1-like model stands, and the objects in it: `<think> … </think> <answer>[{…}]</answer>`.

The last answer after the thought counts. One in a thought or in quotes is talked about; one that is begun and broken
off is never replaced by an earlier one. Objects are what prompts/literal.py reads: Python dicts or JSON.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from actions.errors import ParseError
from prompts.literal import read_object
from prompts.reading import THOUGHT_TAG, Notes, joined, open_thought, quoted_at

MOST_OBJECTS = 64
_CLOSE = "</answer>"
_MARK = re.compile(rf"{THOUGHT_TAG.pattern}|<answer>|<\|im_(?:start|end)\|>", re.IGNORECASE)
_FENCE = re.compile(r"\s*```(?:json|python)?")
_SPACE = re.compile(r"[\s,]*")
_LEFT_OVER = re.compile(r"[\s\]}`,]|<\|[a-z_]{1,20}\|>", re.IGNORECASE)


class Answer(NamedTuple):
    """The thought, and where the answer's text stands. `closed`: the model said that it ends at `stop`."""

    thought: str
    start: int
    stop: int
    closed: bool


def find_answer(text: str, notes: Notes) -> Answer:
    """Raises `ParseError` where there is none."""
    found: list[tuple[int, Answer]] = []
    position = after = 0
    while mark := _MARK.search(text, position):
        said = mark.group().lower()
        position = mark.end()
        if said == "<answer>":
            if quoted_at(text, mark.start()):
                continue
            close, again = (text.find(tag, position) for tag in (_CLOSE, "<answer>"))
            stop = min((i for i in (close, again) if i >= 0), default=len(text))
            found.append((mark.start(), Answer("", position, stop, closed=close == stop)))
            if len(found) > MOST_OBJECTS:
                raise ParseError(f"the reply holds more than {MOST_OBJECTS} answers")
            position = stop
        elif said.startswith("<|"):
            if found:
                break
        elif said.startswith("</"):
            found.clear()
            after = position
        elif (thought := open_thought(text, mark.start())) is not None:
            position = after = thought.end
    if found:
        first, (_, last) = found[0][0], found[-1]
        if len(found) > 1:
            notes.add("several answers, the last one taken")
        if not last.closed:
            notes.add("answer not closed")
    else:
        first, last = after, Answer("", after, len(text), closed=False)
        fence = _FENCE.match(text, after)
        at = _past(text, after if fence is None else fence.end(), len(text))
        if not text.startswith(("[", "{"), at):
            raise ParseError("it holds no answer: expected <answer>[{'action': …}]</answer>")
        notes.add("answer without its tags")
    return last._replace(thought=joined(THOUGHT_TAG.sub("\n", text[:first])))


def read_answer(text: str, answer: Answer, notes: Notes) -> dict[str, Any]:
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
