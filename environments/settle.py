"""Wait until a screen has settled, by its pixels, instead of sleeping for a fixed time.

The frame just before the action is the reference. Where nothing moves within `react_seconds` the wait is over; where
something moved, it is over after `quiet_seconds` without a further change.
A screen that always moves is given up on after `cap_seconds` and said to be unstable. Changes of less than
`area` of the screen (a caret, a clock, a small spinner) count as quiet; a slow fade does not, since each picture is
compared with the one from which quiet is counted and not with the one just before it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actions.geometry import Point, Size, to_pixel
from environments.picture import Array

NEAR = 0.15
"""How far from where something was done a small change still has to do with it, as a share of the screen's shorter
side: the number between a plus and a minus changes beside them."""
SLENDER = 4
"""A caret is at least so many times as tall as it is wide."""


@dataclass(frozen=True, slots=True)
class Settle:
    """The patience of a wait. The defaults were measured on 40 random transitions: mean wait 0.46 s, 3 premature,
    where a fixed wait of 0.5 s was premature 7 times."""

    react_seconds: float = 0.4
    quiet_seconds: float = 0.15
    cap_seconds: float = 2.7
    poll_seconds: float = 0.03
    threshold: int = 12
    """A pixel has changed when a channel differs by more than this (of 255)."""
    area: float = 0.002
    """The screen is moving when more than this share of its pixels differs from the frame before."""
    trace: float = 0.0003
    """The screen has visibly changed when, once it is quiet, more than this share differs from the frame before the
    action: a tick in a box or a typed word does, a caret doesn't (780 and some 250 pixels of 1080x2400)."""
    stride: int = 8
    """Only each so many-th row and column is compared."""


@dataclass(frozen=True, slots=True)
class Settled:
    frame: Array
    seconds: float
    changed: bool
    stable: bool
    polls: int


def settle(
    grab: Callable[[], Array],
    before: Array | None,
    patience: Settle = Settle(),
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Settled:
    """Poll `grab` until the screen is quiet. Without `before` (nothing was done) only quiet is waited for.

    `grab` returns (height, width, 3) uint8; a change of shape (a rotation) counts as a change. A picture may show the
    screen as it was when `grab` was called, so the time to react is counted up to there: a slow capture, however long
    it takes, never stands for a screen that had its time. The clock is monotonic: setting the machine's time changes
    nothing.
    """
    start = clock()
    still = None if before is None else thin(before, patience)
    changed = False
    quiet_since = start
    polls = 0
    while True:
        polled = clock()
        frame = grab()
        polls += 1
        small = thin(frame, patience)
        now = clock()
        if still is None:
            still = small
        elif differs(small, still, patience):
            still, quiet_since, changed = small, now, True
        if changed or before is None:
            over = now - quiet_since >= patience.quiet_seconds and polls > 1
        else:
            over = polled - start >= patience.react_seconds
        if over or (now - start >= patience.cap_seconds and polls > 1):
            left = changed or (before is not None and left_trace(small, still, patience))
            return Settled(frame, now - start, left, over, polls)
        sleep(max(0.0, patience.poll_seconds - (now - polled)))


def differs(a: Array, b: Array, patience: Settle = Settle()) -> bool:
    """Whether the screen moved between two pictures: more than a caret, a clock or a small spinner does."""
    return share_changed(a, b, patience.threshold) > patience.area


def left_trace(a: Array, b: Array, patience: Settle = Settle()) -> bool:
    """Whether two quiet screens differ visibly, be it by a few letters."""
    return share_changed(a, b, patience.threshold) > patience.trace


def left_mark(a: Array, b: Array, patience: Settle = Settle()) -> bool:
    """Whether two quiet screens differ visibly in what is `close_to` a place, be it by one digit or a star that is
    filled: on the whole screen that is lost among carets, clocks and spinners. A caret that comes or goes isn't."""
    if a.shape != b.shape:
        return True
    moved = _moved(a, b, patience.threshold)
    if moved.mean() <= patience.trace:
        return False
    rows, columns = moved.nonzero()
    return bool(np.ptp(rows) + 1 < SLENDER * (np.ptp(columns) + 1))


def close_to(frame: Array, point: Point) -> Array:
    """What surrounds a place on a whole screen, as it is."""
    size = Size(frame.shape[1], frame.shape[0])
    x, y = to_pixel(point, size)
    reach = round(NEAR * min(size.width, size.height))
    return frame[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]


def share_changed(a: Array, b: Array, threshold: int) -> float:
    """The share of pixels that differ by more than `threshold` in a channel; 1.0 for other shapes."""
    return 1.0 if a.shape != b.shape else float(_moved(a, b, threshold).mean())


def _moved(a: Array, b: Array, threshold: int) -> NDArray[np.bool_]:
    return (np.maximum(a, b) - np.minimum(a, b)).max(axis=-1) > threshold


def thin(frame: Array, patience: Settle = Settle()) -> Array:
    """Every `stride`-th row and column, as a copy: enough to compare screens by."""
    return frame[:: patience.stride, :: patience.stride].copy()
