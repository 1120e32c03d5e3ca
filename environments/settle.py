"""Wait until a screen has settled, by its pixels, instead of sleeping for a fixed time.

The frame just before the action is the reference. Where nothing changes within `react_seconds`, the action had no
visible effect and the wait is over; where something changed, it is over after `quiet_seconds` without a further change.
A screen that always moves is given up on after `cap_seconds` and said to be unstable. Changes of less than
`area` of the screen (a caret, a clock, a small spinner) count as quiet.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from environments.picture import Array


@dataclass(frozen=True, slots=True)
class Settle:
    """The patience of a wait. The defaults were measured on 40 random transitions: mean wait 0.46 s, 3 premature,
    where a fixed wait of 0.5 s was premature 7 times."""

    react_seconds: float = 0.4
    quiet_seconds: float = 0.15
    cap_seconds: float = 3.0
    poll_seconds: float = 0.03
    threshold: int = 12
    """A pixel has changed when a channel differs by more than this (of 255)."""
    area: float = 0.002
    """The screen has changed when more than this share of its pixels has."""
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

    `grab` returns (height, width, 3) uint8; a change of shape (a rotation) counts as a change. The clock is monotonic:
    setting the machine's time changes nothing.
    """
    start = clock()
    reference = None if before is None else thin(before, patience)
    previous = reference
    changed = False
    quiet_since = start
    polls = 0
    while True:
        polled = clock()
        frame = grab()
        polls += 1
        small = thin(frame, patience)
        now = clock()
        if previous is not None and differs(small, previous, patience):
            quiet_since = now
            changed = True
        previous = small
        if changed or reference is None:
            over = now - quiet_since >= patience.quiet_seconds and polls > 1
        else:
            over = now - start >= patience.react_seconds
        if over or now - start >= patience.cap_seconds:
            moved = changed if reference is None else differs(small, reference, patience) or changed
            return Settled(frame, now - start, moved, over, polls)
        sleep(max(0.0, patience.poll_seconds - (clock() - polled)))


def differs(a: Array, b: Array, patience: Settle = Settle()) -> bool:
    """Whether two pictures differ visibly, by the thresholds of `patience`."""
    return share_changed(a, b, patience.threshold) > patience.area


def share_changed(a: Array, b: Array, threshold: int) -> float:
    """The share of pixels that differ by more than `threshold` in a channel; 1.0 for other shapes."""
    if a.shape != b.shape:
        return 1.0
    return float(((np.maximum(a, b) - np.minimum(a, b)).max(axis=-1) > threshold).mean())


def thin(frame: Array, patience: Settle = Settle()) -> Array:
    """Every `stride`-th row and column, as a copy: enough to compare screens by."""
    return frame[:: patience.stride, :: patience.stride].copy()
