"""Wait by a video of the screen until it is quiet, and then take a true picture of it.

A video is cheap to watch and not to be trusted with what is on the screen: it comes late by what encoding and sending
take, it stops without a word where nothing moves and where it has broken down, and its colours are blurred (on the
simulated phone's screens 1 to 4 % of the pixels are off by more than 12 of 255, where 0.2 % count as movement). So no
frame of it ever stands for the screen. The video says when to look; `screencap` looks, after everything that was done
before; and only if the newest frame shows the same screen has the video been right about it. If not, it is waited for
once more, and a video that goes on showing something else is used no longer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from actions.errors import DeviceError
from environments.android.scrcpy import Mirror, VideoEnded, find
from environments.android.transport import Transport
from environments.picture import Array
from environments.settle import Settle, Settled, left_trace, settle, thin

log = logging.getLogger("handeye.android")

THRESHOLD = 24
"""A pixel of a frame moves when a channel differs by more than this: a frame that is sent once more differs from the
one before by the encoder's noise."""
STRIDE = 4
"""A frame has half of the screen's width, or less."""
BLOCK = 8
"""The sides of what is compared with a true picture, in pixels of the frame."""
TONE = 48
"""How much lighter or darker a block may be. The same screens differ by at most 9 where both sides agree on what the
colours mean, which phones and decoders don't always; another screen differs by more in at least 1 % of the blocks."""
ROUNDS = 3
"""So often the screen may have moved on while it was being looked at."""


class Lookout:
    """The video of one phone, for as long as it can be trusted."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror: Mirror | None = mirror
        self._before: tuple[Array, Array] | None = None

    @classmethod
    def open(cls, transport: Transport, *, display: int | None) -> Lookout | None:
        """None, and a line that says why, where there is no video to be had."""
        try:
            return cls(Mirror(transport, find(), display=display))
        except DeviceError as e:
            log.warning("screens are waited for by screenshots: %s", e)
            return None

    def remember(self, before: Array) -> None:
        """Something is about to be done to the screen, which is this picture."""
        self._before = None
        if self._mirror is None:
            return
        try:
            frame = self._mirror.video.frame()
        except VideoEnded as e:
            self._give_up(e)
            return
        if same_screen(before, frame):  # else what it has yet to show would be put down to the action
            self._before = (before, frame)

    def settle(
        self,
        capture: Callable[[], Array],
        before: Array | None,
        patience: Settle,
        *,
        noticed: Callable[[Array, Settle], Array],
    ) -> Settled | None:
        """`settle` by the video; None where it can't be: then it has to be done by pictures. `noticed` is given each
        frame that is looked at."""
        mirror, remembered, self._before = self._mirror, self._before, None
        seen = remembered[1] if remembered is not None and remembered[0] is before else None
        if mirror is None or (before is not None and seen is None):
            return None

        def frame() -> Array:
            return noticed(mirror.video.frame(), eyes(patience))

        try:
            settled = wait(frame, capture, seen=seen, before=before, patience=patience)
        except VideoEnded as e:
            self._give_up(e)
            return None
        if settled is None:
            self._give_up("the video shows another screen than the screenshots")
        return settled

    def _give_up(self, reason: object) -> None:
        log.warning("from now on screens are waited for by screenshots: %s", reason)
        self.close()

    def close(self) -> None:
        """May be called twice."""
        mirror, self._mirror = self._mirror, None
        if mirror is not None:
            mirror.close()


def wait(
    frame: Callable[[], Array],
    capture: Callable[[], Array],
    *,
    seen: Array | None,
    before: Array | None,
    patience: Settle,
) -> Settled | None:
    """`settle` with a video. None where it is not to be trusted.

    `frame`: the newest of the video; `capture`: a true picture; `seen` and `before`: both as they were before something
    was done, None where nothing was.
    """
    start = time.monotonic()
    changed, polls = False, 0
    for _ in range(ROUNDS):
        left = max(patience.cap_seconds - (time.monotonic() - start), patience.quiet_seconds)
        quiet = settle(frame, seen, replace(eyes(patience), cap_seconds=left))
        polls += quiet.polls
        changed = changed or quiet.changed
        picture = capture()
        # A screen that never rests differs from each of its pictures, and black ones, of a screen that is off or
        # forbids pictures, tell nothing.
        if not quiet.stable or not picture.any() or same_screen(picture, frame(), patience):
            changed = changed or (
                before is not None and left_trace(thin(picture, patience), thin(before, patience), patience)
            )
            return Settled(picture, time.monotonic() - start, changed, quiet.stable, polls)
        seen = None  # it has moved since, or the video is late
        changed = changed or before is not None
    return None


def eyes(patience: Settle) -> Settle:
    """The same patience with frames of a video."""
    return replace(patience, threshold=THRESHOLD, stride=STRIDE)


def same_screen(picture: Array, frame: Array, patience: Settle = Settle()) -> bool:
    """Whether a frame of a video shows what a true picture shows, as far as its blur allows to tell."""
    from PIL import Image

    (height, width), (tall, wide) = picture.shape[:2], frame.shape[:2]
    if (width > height) != (wide > tall):
        return False
    size = (max(wide // BLOCK, 1), max(tall // BLOCK, 1))
    one, other = (
        np.asarray(Image.fromarray(np.ascontiguousarray(a)).resize(size, Image.Resampling.BOX).convert("L"), np.int16)
        for a in (picture, frame)
    )
    return float((np.abs(one - other) > TONE).mean()) <= patience.area
