"""What stands beneath, above and beside what on a screen, by the lines that are drawn there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from actions.geometry import Rect, Size
from environments.phone.tasks.eyes import Where
from training.glyphs import Line

ALIGNED = 0.02
"""Of the screen's width, by which the edges or the middles of lines that belong together may differ: the middles of
large letters and small ones lie apart where the letters begin together."""
NEAR = 0.055
"""Of the screen's height, between the middles of a line and of the next."""
LEVEL = 0.02
"""Of the screen's height, between the middles of lines side by side: a line may stand beside two."""


class Pair(NamedTuple):
    """In `where` the line `anchor` has the line `said`."""

    where: Where
    anchor: Line
    said: Line


def pairs(lines: Sequence[Line], size: Size) -> list[Pair]:
    """Above and beneath are the nearest line that is aligned, if each is the other's nearest; beside is the next one to
    the right."""
    found: list[Pair] = []
    below = {i: _nearest(i, lines, size, 1) for i in range(len(lines))}
    above = {i: _nearest(i, lines, size, -1) for i in range(len(lines))}
    for i, line in enumerate(lines):
        under = below[i]
        if under is not None and above[under] == i:
            found += [Pair("beneath", line, lines[under]), Pair("above", lines[under], line)]
        right = [
            other
            for other in lines
            if abs(_height(other) - _height(line)) <= LEVEL * size.height and _edges(other)[0] > _edges(line)[1]
        ]
        if right:
            found.append(Pair("beside", line, min(right, key=lambda other: _edges(other)[0])))
    return found


def place(line: Line) -> Rect:
    """From the middle of its first character to that of its last."""
    left, right = _edges(line)
    return Rect(left, _height(line), right + 1, _height(line) + 1)


def _nearest(i: int, lines: Sequence[Line], size: Size, direction: int) -> int | None:
    """Which of the lines in a direction (1 down, -1 up) is the next one."""

    def away(j: int) -> int:
        return direction * (_height(lines[j]) - _height(lines[i]))

    near = [j for j in range(len(lines)) if 0 < away(j) <= NEAR * size.height and _aligned(lines[i], lines[j], size)]
    return min(near, key=away, default=None)


def _aligned(one: Line, other: Line, size: Size) -> bool:
    (left, right), (other_left, other_right) = _edges(one), _edges(other)
    apart = (abs(left - other_left), abs(right - other_right), abs(left + right - other_left - other_right) / 2)
    return min(apart) <= ALIGNED * size.width


def _edges(line: Line) -> tuple[int, int]:
    return line.places[0].x, line.places[-1].x


def _height(line: Line) -> int:
    return line.places[0].y
