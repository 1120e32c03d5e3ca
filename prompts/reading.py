"""What all dialects share in reading a reply: where the thought ends, what a point is, how a name is spelled.

Everything here scans once from left to right, so a reply takes time linear in its length, and a reply longer than
`LONGEST` is refused unread. Nothing is ever evaluated.
"""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

from actions.errors import ParseError
from actions.geometry import Box, Point, Size, Space, from_model
from prompts.foreign import THOUGHT_TAGS

LONGEST = 100_000
"""Characters of a reply; a model's own limit of tokens is far below."""
LONGEST_NAME = 64

_OPEN = re.compile(rf"<(?:{'|'.join(THOUGHT_TAGS)})>", re.IGNORECASE)
_CLOSE = re.compile(rf"</(?:{'|'.join(THOUGHT_TAGS)})>", re.IGNORECASE)
THOUGHT_TAG = re.compile(rf"</?(?:{'|'.join(THOUGHT_TAGS)})>", re.IGNORECASE)
"""The beginning or the end of a thought."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(?:\.[0-9]{1,17})?")
_AROUND = (
    *("<|box_start|>", "<|box_end|>", "<|point_start|>", "<|point_end|>"),
    *("<point>", "</point>", "<bbox>", "</bbox>"),
)
_WIDE = str.maketrans("０１２３４５６７８９，．－（）［］", "0123456789,.-()[]")


class Notes:
    """What had to be mended to read a reply, each once and in order."""

    def __init__(self) -> None:
        self._notes: dict[str, None] = {}

    def add(self, *repairs: str) -> None:
        self._notes.update(dict.fromkeys(repairs))

    def drop(self, repair: str) -> None:
        """Not a repair in this dialect after all."""
        self._notes.pop(repair, None)

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(self._notes)


def check_length(text: str) -> None:
    if len(text) > LONGEST:
        raise ParseError(f"the reply has {len(text)} characters: expected a thought and one action")
    if not text.strip():
        raise ParseError("the reply is empty")


class Thought(NamedTuple):
    """`end`: where the text after the thought begins."""

    text: str
    end: int


def open_thought(text: str, at: int) -> Thought | None:
    """The tagged thought that begins at `at`, if one does. One that is never closed was cut off: `ParseError`."""
    if (opening := _OPEN.match(text, at)) is None:
        return None
    if (closing := _CLOSE.search(text, opening.end())) is None:
        raise ParseError(f"the thought that begins with {opening.group()} is not closed, so no action follows it")
    return Thought(text[opening.end() : closing.start()].strip(), closing.end())


def joined(*parts: str) -> str:
    """Parts of a thought, one to a line."""
    return "\n".join(p for part in parts if (p := part.strip()))


def action_line(text: str) -> tuple[int, int]:
    """Where the last line that begins with "Action:" begins, and how long the label is; -1 where there is none."""
    best = (-1, 0)
    for label in ("Action:", "Action："):
        at = 0 if text.startswith(label) else -1
        later = text.rfind(f"\n{label}")
        at = later + 1 if later >= 0 else at
        if at > best[0]:
            best = (at, len(label))
    return best


_QUOTE_BEFORE = re.compile(r"(?:[“‘「『«]|(?:^|[\s(\[{:=,：，。])[\"'`])\Z")


def quoted_at(text: str, at: int) -> bool:
    """Whether what begins at `at` stands right after an opening quote: a call that is talked about, not made.

    A straight quote opens where nothing is quoted before it: in `Action: "Tap it"<tool_call>` it closes.
    """
    return _QUOTE_BEFORE.search(text[max(0, at - 2) : at]) is not None


def is_name(name: str) -> bool:
    """Whether a function may be called so."""
    return name.isidentifier() and len(name) <= LONGEST_NAME


def plain_name(name: str) -> str:
    """A function's name without case, spaces, dashes and underscores, to compare by."""
    return "".join(c for c in name.lower() if c.isalnum())


# ---------------------------------------------------------------- points


def read_point(value: Any, *, space: Space, seen: Size, notes: Notes) -> Point:
    """A point as models write it: [x, y], or a box whose centre is meant, as numbers or in a string.

    Raises `ParseError` for anything else, for places outside the picture, and for fractions where the space counts
    in units or pixels: [0.5, 0.5] there is a centre in the wrong unit and not the top left corner. A `Point`, which a
    grounder has found, is one already.
    """
    if isinstance(value, Point):
        return value
    corners = _corners(value, notes)
    if space != "unit" and all(0 <= n <= 1 for n in corners) and any(n != int(n) for n in corners):
        reach = {"thousand": "1000", "999": "999"}.get(space, f"{seen}")
        raise ParseError(f"{_shown(value)} looks like fractions of the screen: expected numbers from 0 to {reach}")
    points = [from_model(x, y, space=space, seen=seen) for x, y in zip(corners[::2], corners[1::2], strict=True)]
    if len(points) == 1:
        return points[0]
    notes.add("box for a point")
    return box_of(*points).center


def box_of(a: Point, b: Point) -> Box:
    """The box with these opposite corners, in whatever order."""
    return Box(min(a.x, b.x), min(a.y, b.y), max(a.x, b.x), max(a.y, b.y))


def _corners(value: Any, notes: Notes) -> list[float]:
    """2 or 4 finite numbers."""
    if isinstance(value, str):
        notes.add("point in a string")
        return _in_text(value, notes)
    if isinstance(value, dict):
        if set(value) == {"x", "y"}:  # pyright: ignore[reportUnknownArgumentType]
            notes.add("point as an object")
            return [_number(value["x"]), _number(value["y"])]
    elif isinstance(value, list):
        items: list[Any] = list(value)  # pyright: ignore[reportUnknownArgumentType]
        if len(items) == 1 and isinstance(items[0], list | str):
            notes.add("point in a list")
            return _corners(items[0], notes)
        if len(items) == 2 and all(isinstance(i, list) and len(i) == 2 for i in items):  # pyright: ignore[reportUnknownArgumentType]
            return [_number(n) for corner in items for n in corner]
        if len(items) in (2, 4):
            if any(isinstance(i, str) for i in items):
                notes.add("number in a string")
            return [_number(i) for i in items]
    raise ParseError(f"{_shown(value)} is no point: expected [x, y]")


def _number(value: Any) -> float:
    if isinstance(value, str):
        text = value.translate(_WIDE).strip()
        if not _NUMBER.fullmatch(text):
            raise ParseError(f"{_shown(value)} is no number: expected [x, y]")
        return float(text)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > 1e9:
        raise ParseError(f"{_shown(value)} is no coordinate: expected [x, y]")
    return float(value)


def _in_text(text: str, notes: Notes) -> list[float]:
    """Numbers parted by commas, spaces and brackets, and nothing else besides point and box tokens."""
    if len(text) > 200:
        raise ParseError(f"{_shown(text)} is no point: expected [x, y]")
    rest = text.translate(_WIDE)
    if rest != text:
        notes.add("full-width punctuation")
    for token in _AROUND:
        rest = rest.replace(token, " ")
    pieces = rest.translate(str.maketrans("[](),", "     ")).split()
    if len(pieces) not in (2, 4):
        raise ParseError(f"{_shown(text)} is no point: expected [x, y]")
    return [_number(piece) for piece in pieces]


def _shown(value: Any) -> str:
    """For a message: short, on one line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
