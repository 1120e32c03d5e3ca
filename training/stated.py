"""What a thought says to be so or not, and where on the screen that is to be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from actions.geometry import Size
from environments.phone.nodes import Node
from environments.phone.tasks.clock import HOUR, LENGTH, MINUTE, TIMER
from environments.phone.tasks.eyes import SOUGHT, STATED, SUMMARY
from environments.phone.tasks.shop import QUANTITY
from training.view import Unit, unit

MOST_STATED = 12
"""In one thought: more of them teach nothing."""
SHOWN = re.compile(r"(?P<name>.+?),? (?:on|off)", re.IGNORECASE)
"""What a button or a tile is described as that shows whether it is on."""
WORD = re.compile(r"\w+")
READ_OFF = {HOUR: "alarm_hour", MINUTE: "alarm_minute", TIMER: LENGTH, QUANTITY: "quantity"}
"""The id of what says it, by what a thought calls it."""
CAMERA = re.compile(r"the \w+ one")
"""Which camera it is can be told by what lies before it only."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What is said of one thing, as ranges of the thought's letters. name: what it is called, if it is. state: how it
    is said to be. box: of the thing, None where it is not on the screen. is_read: whether `state` is written there."""

    name: tuple[int, int]
    state: tuple[int, int]
    box: Unit | None
    is_read: bool = False


NOTHING = (0, 0)


def stated(thought: str, nodes: Sequence[Node], size: Size) -> Sequence[Stated]:
    """All of it, as far as it is clear which node is meant."""
    return tuple(one for said in STATED.finditer(thought) for one in _of(said, thought, nodes, size))[:MOST_STATED]


def _of(said: re.Match[str], thought: str, nodes: Sequence[Node], size: Size) -> Iterator[Stated]:
    name, state, now = said["name"], said.span("state"), said["now"] or ""
    called = said.span("name")
    if name in READ_OFF and now:
        written = _by(READ_OFF[name], nodes)
        yield from (Stated(NOTHING, said.span("now"), unit(n.rect, size), is_read=True) for n in written)
    elif said["how"] == "ring":
        yield from _days(said, nodes, size)
    elif CAMERA.fullmatch(now):
        yield from (Stated(NOTHING, state, unit(n.rect, size)) for n in _by("viewfinder", nodes))
    else:
        sought = SOUGHT.search(thought) if name == "It" else None
        name = name if sought is None else sought["name"]
        meant, written = [n for n in nodes if shows(n, name)], _beneath(name, now, nodes)
        if len(written) == 1:
            yield Stated(NOTHING if sought else called, said.span("now"), unit(written[0].rect, size), is_read=True)
        elif len(meant) == 1 and now:
            yield Stated(NOTHING if sought else called, state, unit(meant[0].rect, size))
        elif not meant and not now:
            yield Stated(called, state, None)


def _days(said: re.Match[str], nodes: Sequence[Node], size: Size) -> Iterator[Stated]:
    """Each day's chip where the day is said."""
    for word in WORD.finditer(said["now"] or ""):
        for node in _by(f"day_{word[0].lower()}", nodes):
            yield Stated(NOTHING, _within(said, word), unit(node.rect, size))


def shows(node: Node, name: str) -> bool:
    """Whether it shows if what is called so is on."""
    state = SHOWN.fullmatch(node.description)
    if state is not None and state["name"] == name:
        return True
    return node.checkable and (node.text == name or node.description.startswith(f"{name}, "))


def _beneath(name: str, now: str, nodes: Sequence[Node]) -> Sequence[Node]:
    """What says so in the second line of the row that is called so: its id is the row's and more."""
    rows = {n.resource_id for n in nodes if n.text == name and n.resource_id}
    return [n for n in nodes if n.text == now and n.resource_id.removesuffix(SUMMARY) in rows - {n.resource_id}]


def _by(resource_id: str, nodes: Sequence[Node]) -> Sequence[Node]:
    return [n for n in nodes if n.resource_id == resource_id]


def _within(said: re.Match[str], part: re.Match[str]) -> tuple[int, int]:
    """Where in the thought a part of what is said to be now stands."""
    start = said.start("now")
    return start + part.start(), start + part.end()
