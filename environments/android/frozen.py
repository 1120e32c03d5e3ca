"""Tells a picture that has stopped from a screen on which nothing happens: the system says that something else is in
front, and the picture stays the same to the last pixel."""

from __future__ import annotations

import numpy as np

from environments.android.state import State
from environments.picture import Array

LOOKS = 3
"""So often in a row it is no coincidence, such as two screens that look alike."""
NOTE = f"the picture has not changed for {LOOKS} looks though another screen is in front: the capture seems frozen"


class Standstill:
    """Counts, from one look to the next."""

    def __init__(self) -> None:
        self._frame: Array | None = None
        self._first: tuple[object, ...] = ()
        self._looks = 0

    def frozen(self, frame: Array, state: State) -> bool:
        """Whether the picture has stopped, after this look. Keeps `frame`, which must not be written to."""
        now = (state.app, state.activity, state.focus, state.size, state.rotation, state.keyboard, state.awake)
        if self._frame is None or not np.array_equal(frame, self._frame):
            self._frame, self._first, self._looks = frame, now, 0
        elif now != self._first:
            self._looks += 1
        return self._looks >= LOOKS
