"""Grounding: from a description of something on a picture to the point where it is.

Models that only do this (UGround, OS-Atlas-Base) and models that do it besides (Qwen2-VL's boxes, ShowUI) have a form
of their own for it, a `GroundingDialect` in the file of their family. agent/grounder.py sets one beside a planner.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from actions.errors import ParseError
from actions.geometry import Box, Point, Size, Space, to_model
from environments.picture import Picture
from prompts.foreign import neutral
from prompts.messages import Message
from prompts.reading import Notes, box_of, check_length, read_point

LONGEST_DESCRIPTION = 600
WHOLE = 0.95
"""A box as wide and as high as this share of the screen means nothing on it."""

_N = r"\s{0,8}([+-]?\d{1,9}(?:\.\d{1,17})?)\s{0,8}"
_PAIR = rf"[(\[]{_N},{_N}[)\]]"
_PLACE = re.compile(rf"{_PAIR}(?:\s{{0,8}},\s{{0,8}}{_PAIR})?|[(\[]{_N},{_N},{_N},{_N}[)\]]", re.ASCII)


class GroundingDialect(ABC):
    """One model family's way to ask where something is, and to say it. Stateless.

    `parse(write(box)) == box.center`, to within a unit of the space.
    """

    name: ClassVar[str]
    space: Space = "thousand"

    def __init__(self, *, space: Space | None = None) -> None:
        if space is not None:
            self.space = space

    @abstractmethod
    def render(self, picture: Picture, description: str) -> list[Message]:
        """The prompt. What a planner wrote of a screen is foreign text: it goes through `one_line`."""

    @abstractmethod
    def write(self, box: Box, seen: Size) -> str:
        """What a model of the family writes for something that is there."""

    def parse(self, text: str, seen: Size) -> Point:
        """The one place that a reply names; a box means its centre.

        `ParseError` where it names none, several, one outside the picture, or the whole of it. Linear time.
        """
        check_length(text)
        places = list(dict.fromkeys(self._places(text, seen)))
        places = [p for p in places if isinstance(p, Box)] or places  # a pair beside a box is part of the description
        if len(places) != 1:
            found = f"{len(places)} different places" if places else "no place"
            raise ParseError(f"it names {found} where one was asked for")
        (place,) = places
        if isinstance(place, Point):
            return place
        if place.right - place.left >= WHOLE and place.bottom - place.top >= WHOLE:
            raise ParseError("it names the whole screen where one thing on it was asked for")
        return place.center

    def _places(self, text: str, seen: Size) -> Sequence[Point | Box]:
        places: list[Point | Box] = []
        for match in _PLACE.finditer(text):
            x, y, *far = (float(n) for n in match.groups() if n is not None)
            near = read_point([x, y], space=self.space, seen=seen, notes=Notes())
            places.append(box_of(near, read_point(far, space=self.space, seen=seen, notes=Notes())) if far else near)
        return places

    def _numbers(self, point: Point, seen: Size) -> tuple[float, float]:
        return to_model(point, space=self.space, seen=seen)


def one_line(description: str) -> str:
    """A description as it may stand in a prompt."""
    return " ".join(neutral(description, limit=LONGEST_DESCRIPTION).split())
