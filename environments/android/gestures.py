"""From a finger's path to one of our actions, by the times and distances that Android tells gestures apart by.

Source: ViewConfiguration (frameworks/base): a touch that stays within 8 dp has not moved, a long one lasts as long as
the setting `long_press_timeout` says, two taps within 300 ms and 100 dp are a double one. A straight stroke clear of
the edges is a `Scroll`, where ours would be the same stroke; any other is a `Drag`, and so is one that begins with a
long touch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from actions.geometry import Direction, Point, Size, apart, near, scroll_gesture, turned
from actions.types import Action, Click, Drag, LongPress, Scroll
from environments.android.getevent import Stroke

DOUBLE_SECONDS = 0.3
SAME_STROKE = 0.04
"""How far, as a share of the sides, the ends of a stroke may lie from those of our own scroll."""
LONGEST, SHORTEST = 10.0, 0.01


@dataclass(frozen=True, slots=True)
class Feel:
    """What a phone takes for a movement, in pixels of its screen, and for a long touch."""

    slop_pixels: float = 21.0
    double_pixels: float = 262.0
    hold_seconds: float = 0.4

    @classmethod
    def of(cls, density: int, hold_seconds: float) -> Feel:
        return cls(8 * density / 160, 100 * density / 160, hold_seconds)


def read(stroke: Stroke, quarters: int, size: Size, feel: Feel) -> Action:
    """What one finger did. `quarters`: how the screen is turned; `size`: in the pixels that `input` counts in."""
    start = turned(stroke.path[0].point, quarters)
    path = [(at.time, turned(at.point, quarters)) for at in stroke.path]
    left = next((time for time, point in path if _pixels(start, point, size) > feel.slop_pixels), None)
    if left is None:
        if stroke.seconds >= feel.hold_seconds:
            return LongPress(point=start, seconds=min(stroke.seconds, LONGEST))
        return Click(point=start)
    end = path[-1][1]
    drag = Drag(start=start, end=end, seconds=min(max(stroke.seconds, SHORTEST), LONGEST))
    if left - stroke.began >= feel.hold_seconds:
        return drag
    return _scroll(start, end) or drag


def doubled(first: Click, second: Action, size: Size, feel: Feel) -> Click | None:
    """Both as one, where they are on the same place."""
    if isinstance(second, Click) and first.count < 3 and _pixels(first.point, second.point, size) <= feel.double_pixels:
        return Click(point=first.point, count=first.count + 1)
    return None


def _scroll(start: Point, end: Point) -> Scroll | None:
    """The scroll whose stroke this is; the content follows the finger, so what lies the other way is shown."""
    across, down = end.x - start.x, end.y - start.y
    direction: Direction
    if abs(down) >= abs(across):
        direction, amount = ("down" if down < 0 else "up"), abs(down)
    else:
        direction, amount = ("right" if across < 0 else "left"), abs(across)
    if amount <= 0:
        return None
    scroll = Scroll(direction=direction, amount=min(amount, 1.0), point=_middle((start, end)))
    ours = scroll_gesture(scroll.point, direction, scroll.amount)
    same = all(near(a, b, within=SAME_STROKE) for a, b in zip(ours, (start, end), strict=True))
    return scroll if same else None


def _middle(points: Sequence[Point]) -> Point:
    return Point(sum(p.x for p in points) / len(points), sum(p.y for p in points) / len(points))


def _pixels(a: Point, b: Point, size: Size) -> float:
    return math.hypot(*apart(b.x, b.y, a, size))
