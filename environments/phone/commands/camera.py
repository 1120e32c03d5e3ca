"""The pictures that screencap takes: what is to be seen now, in the forms that it writes."""

from __future__ import annotations

import struct
import time
from collections import deque

import numpy as np

from environments.phone.faults import Faults
from environments.phone.phone import Phone
from environments.picture import Array, encode_png

RAW_HEADER = struct.Struct("<4I")
"""Width, height, pixel format, colour space; the last since Android 9.
Source: frameworks/base/cmds/screencap/screencap.cpp of the Android Open Source Project."""
RGBA_8888, SRGB = 1, 1


class Camera:
    """Takes pictures under the phone's lock, and converts each at most once while the screen stays the same."""

    def __init__(self) -> None:
        self._past: deque[tuple[float, Array]] = deque()
        self._frozen: Array | None = None
        self._raw: tuple[Array, bytearray] | None = None
        self._png: tuple[Array, bytes] | None = None

    def remember(self, frame: Array) -> None:
        """An input is about to change the screen, and with the fault `lag` this frame is seen for a while."""
        self._past.append((time.monotonic(), frame))

    def take(self, phone: Phone, faults: Faults) -> Array:
        """What a picture shows now, (height, width, 3) uint8 RGB. Hold the phone's lock."""
        frame = phone.screen()
        while self._past and time.monotonic() - self._past[0][0] >= faults.lag:
            self._past.popleft()
        if self._past:
            frame = self._past[0][1]
        if faults.black_screencap:
            frame = np.zeros_like(frame)
        if not faults.frozen_screencap:
            self._frozen = None
        elif self._frozen is None:
            self._frozen = frame
        return frame if self._frozen is None else self._frozen

    def raw(self, frame: Array) -> bytearray:
        """As `screencap` writes it: the header, then RGBA from the top left."""
        if self._raw is None or self._raw[0] is not frame:
            height, width = frame.shape[:2]
            data = bytearray(RAW_HEADER.size + 4 * frame[:, :, 0].size)
            RAW_HEADER.pack_into(data, 0, width, height, RGBA_8888, SRGB)
            pixels = np.frombuffer(data, np.uint8, offset=RAW_HEADER.size).reshape(height, width, 4)
            for channel in range(3):  # four times faster than all at once
                pixels[..., channel] = frame[..., channel]
            pixels[..., 3] = 255
            self._raw = (frame, data)
        return self._raw[1]

    def png(self, frame: Array) -> bytes:
        """As `screencap -p` writes it."""
        if self._png is None or self._png[0] is not frame:
            self._png = (frame, encode_png(frame))
        return self._png[1]
