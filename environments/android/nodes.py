"""What the accessibility tree says of the screen, where the phone tells it in time: a check, never needed to see.

`uiautomator dump` waits until the screen is idle, takes 1 to 3 s and on some screens never ends, so it is bounded, and
given up for a phone that has failed twice in a row. Form: AccessibilityNodeInfoDumper of the Android Open Source
Project: nested <node> elements, control and supplementary characters replaced by dots.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from actions.errors import DeviceError
from actions.geometry import Pixel, Rect
from environments.android.transport import Transport, Unsent

FILE = "/data/local/tmp/handeye-ui.xml"
# A file of the shell's own, removed before and after, so that an old one never stands for the screen now.
COMMAND = f"rm -f {FILE}; uiautomator dump {FILE} >/dev/null 2>&1 && cat {FILE}; rm -f {FILE}"
LONGEST = 4 << 20
MOST_NODES = 5000
FAILURES = 2
BOUNDS = re.compile(r"\[(-?\d{1,6}),(-?\d{1,6})\]\[(-?\d{1,6}),(-?\d{1,6})\]")


@dataclass(frozen=True, slots=True)
class Node:
    """An element of the screen. `rect` in the pixels that `input` counts in; a password's `text` is dots."""

    rect: Rect
    role: str
    """The class without its package: "EditText"."""
    text: str
    description: str
    package: str
    focused: bool
    password: bool

    @property
    def label(self) -> str:
        return self.text or self.description


class Tree:
    """The accessibility tree of one phone."""

    def __init__(self, transport: Transport, *, seconds: float = 3.0) -> None:
        """`seconds`: the deadline of one dump."""
        self._transport = transport
        self._seconds = seconds
        self._failures = 0

    def nodes(self) -> tuple[Node, ...] | None:
        """From the outermost to the innermost of each branch; None where they can't be had. Asked once, never again."""
        if self._failures >= FAILURES:
            return None
        try:
            text = self._transport.run(COMMAND, seconds=self._seconds).text
        except (Unsent, DeviceError):
            found = None
        else:
            found = parse(text)
        self._failures = self._failures + 1 if found is None else 0
        return found

    def focused(self) -> Node | None:
        """The text field that has the focus; None also where that can't be told."""
        return next((n for n in self.nodes() or () if n.focused and n.role.endswith("EditText")), None)

    def at(self, pixel: Pixel) -> Node | None:
        """The innermost element at a pixel, the one with a label before those without."""
        found = [n for n in self.nodes() or () if pixel in n.rect]
        return next((n for n in reversed(found) if n.label), found[-1] if found else None)


def parse(text: str) -> tuple[Node, ...] | None:
    """The nodes of a dump; None where it is none. Linear in its length, never raises."""
    if not text.lstrip().startswith("<") or len(text) > LONGEST:
        return None
    nodes: list[Node] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "node" and len(nodes) < MOST_NODES:
            node = _node(attributes)
            if node is not None:
                nodes.append(node)

    def refuse(*_: object) -> None:
        raise ValueError("a document type is none of uiautomator's")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse  # with it entities, which could grow without end
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, ValueError):
        return None
    return tuple(nodes)


def _node(attributes: Mapping[str, str]) -> Node | None:
    bounds = BOUNDS.fullmatch(attributes.get("bounds", ""))
    if bounds is None:
        return None
    return Node(
        rect=Rect(*map(int, bounds.groups())),
        role=attributes.get("class", "").rpartition(".")[2],
        text=attributes.get("text", ""),
        description=attributes.get("content-desc", ""),
        package=attributes.get("package", ""),
        focused=attributes.get("focused") == "true",
        password=attributes.get("password") == "true",
    )
