"""What an accessibility tree of AndroidControl says is on the screen.

Source: google-deepmind/android_env, android_env/proto/a11y/*.proto: a forest's windows are 1, a window's tree 11, a
tree's nodes 1; of a node the bounds are 2 (left 1, top 2, right 3, bottom 4, in pixels), description 4, text 7,
checkable 12, clickable 14, editable 15, long clickable 19, visible 23.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from actions.geometry import Area, Size, to_area
from agent.evaluation.datasets.protobuf import fields, message, number, text

_TOUCHABLE = frozenset({12, 14, 15, 19})


@dataclass(frozen=True, slots=True)
class Node:
    """A visible part of the screen that can be touched or says something. `words`: its text and its description."""

    area: Area
    words: tuple[str, ...]
    touchable: bool


def nodes(forest: bytes, size: Size) -> Iterator[Node]:
    """`Damaged` where the bytes are no such forest."""
    for tree in _inner(_inner([memoryview(forest)], 1), 11):
        for data in _inner([tree], 1):
            if (node := _node(data, size)) is not None:
                yield node


def _inner(messages: Iterator[memoryview] | list[memoryview], wanted: int) -> Iterator[memoryview]:
    for data in messages:
        for field, _, value in fields(data):
            if field == wanted:
                yield message(value)


def _node(data: memoryview, size: Size) -> Node | None:
    bounds = memoryview(b"")
    words: list[str] = []
    flags: set[int] = set()
    for field, _, value in fields(data):
        if field == 2:
            bounds = message(value)
        elif field in (4, 7):
            words.append(text(value))
        elif field in _TOUCHABLE or field == 23:
            flags |= {field} if value else set()
    sides = {field: number(value) for field, _, value in fields(bounds)}
    left, top, right, bottom = (sides.get(i, 0) for i in (1, 2, 3, 4))
    if 23 not in flags or not (words or flags & _TOUCHABLE) or left >= right or top >= bottom:
        return None
    return Node(to_area(left, top, right, bottom, size), tuple(words), bool(flags & _TOUCHABLE))
