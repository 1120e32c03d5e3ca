"""True pictures of a phone's screen: `screencap`, raw or as PNG, and nothing that only looks like one.

Raw is a header and the rows; PNG is 50 times smaller and takes the phone's processor 0.1 to 0.8 s. Which is faster
depends on the cable, so the first capture tries both. Whatever is cut off, empty or an error message is a
`CaptureError`, never a picture.

Format: frameworks/base/cmds/screencap/screencap.cpp writes width, height, pixel format and, since Android 9, a colour
space, 4 bytes each in the phone's (little-endian) order, then rows without padding. Pixel formats:
hardware/interfaces/graphics/common PixelFormat.
"""

from __future__ import annotations

import math
import struct
import time
from typing import Literal

import numpy as np

from actions.errors import CaptureError
from actions.geometry import Size
from environments.android.adb import clean
from environments.android.shell import Buffer, Reply
from environments.android.transport import Transport
from environments.picture import Array, decode_png, owned

Method = Literal["raw", "png"]
METHODS: tuple[Method, ...] = ("raw", "png")
"""In the order in which they are tried; the first one waits for the phone to draw as well."""
COMMANDS: dict[Method, str] = {"raw": "screencap", "png": "screencap -p"}

CHANNELS = {1: ("RGBA_8888", 4), 2: ("RGBX_8888", 4), 3: ("RGB_888", 3)}
"""The pixel formats that hold red, green and blue as the first three bytes."""

HEADERS = (16, 12)
BANNER = 64 * 1024
"""How much of what is printed before a picture is looked through for its beginning."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"
SIDE = 16384
"""No screen has a longer side; a larger number is text read as a header."""


class Camera:
    """Takes pictures of one phone. Reads are repeated as `Transport.read` does, an unreadable picture once."""

    def __init__(
        self,
        transport: Transport,
        *,
        method: Method | None = None,
        panel: str | None = None,
        seconds: float = 10.0,
    ) -> None:
        """`method`: None to find out which is faster; `panel`: None for the first display; `seconds`: the deadline of
        one capture."""
        self._of = "" if panel is None else f" -d {panel}"
        self.method: Method | None = method
        self._transport = transport
        self._seconds = seconds
        self._buffer = Buffer()

    def grab(self) -> Array:
        """The screen now, (height, width, 3) uint8. The array may be a view that the next grab overwrites.

        Raises `CaptureError`, or `DeviceLost` and `DeviceTimeout` when the phone is gone for good.
        """
        if self.method is None:
            self.method = self._faster()
        try:
            return self._take(self.method)
        except CaptureError as first:
            # A capture that was cut off comes whole the next time; one of an unknown format comes as PNG.
            try:
                other: Method = "png" if self.method == "raw" else "raw"
                return self._take(other)
            except CaptureError:
                raise first from None

    def keep(self) -> Array:
        """`grab`, as an array of its own."""
        return owned(self.grab())

    def _take(self, method: Method) -> Array:
        self._buffer.size = 0
        reply = self._transport.read(COMMANDS[method] + self._of, seconds=self._seconds, out=self._buffer)
        return read_picture(reply, method)

    def _faster(self) -> Method:
        """Raw unless PNG is faster: a picture takes 10 MB of cable, or time to compress.

        Raw has a second try, since the very first picture also pays for whatever wakes up first.
        """
        spent: dict[Method, float] = {}
        problem: CaptureError | None = None
        for method in (*METHODS, METHODS[0]):
            start = time.monotonic()
            try:
                self._take(method)
            except CaptureError as e:
                problem = problem or e
                continue
            spent[method] = min(spent.get(method, math.inf), time.monotonic() - start)
        if not spent:
            raise problem or CaptureError("the phone gave no picture")
        return min(spent, key=lambda m: spent[m])


def read_picture(reply: Reply, method: Method) -> Array:
    """The picture in what `screencap` printed; `CaptureError` where there is none."""
    if reply.code != 0:
        raise CaptureError(f"the phone could not take a screenshot: {reply.complaint}", remedy="handeye doctor")
    return parse_raw(reply.out) if method == "raw" else parse_png(reply.out)


def parse_png(data: bytes | memoryview) -> Array:
    """The PNG in `data`, behind whatever was printed before it."""
    start = bytes(data[: BANNER + len(SIGNATURE)]).find(SIGNATURE)
    if start < 0:
        raise _none(data)
    return decode_png(bytes(data[start:]))


def parse_raw(data: bytes | memoryview) -> Array:
    """The raw picture in `data`, behind whatever was printed before it, as a view of `data` without alpha.

    A raw picture has no signature: it begins where a header fits the number of bytes that follow.
    """
    view = memoryview(data)
    starts = (0, *_plausible(view)) if not _fits(view, 0) else (0,)
    for start in starts:
        found = _fits(view, start)
        if found is not None:
            size, channels, offset = found
            flat = np.frombuffer(view, np.uint8, offset=offset)
            return flat.reshape(size.height, size.width, channels)[..., :3]
    header = _header(view, 0)
    if header is None:
        raise _none(view)
    size, code = header
    if code not in CHANNELS:
        raise CaptureError(f"the phone's raw screenshot has pixel format {code}; known are {sorted(CHANNELS)}")
    raise CaptureError(f"the screenshot was cut off: {len(view)} bytes are no picture of {size}")


def _header(view: memoryview, start: int) -> tuple[Size, int] | None:
    if len(view) < start + 12:
        return None
    width, height, code = struct.unpack_from("<III", view, start)
    if not (1 <= width <= SIDE and 1 <= height <= SIDE and code < 64):
        return None
    return Size(width, height), code


def _fits(view: memoryview, start: int) -> tuple[Size, int, int] | None:
    """Size, channels, and where the rows begin, if what begins at `start` is exactly one picture."""
    header = _header(view, start)
    if header is None or header[1] not in CHANNELS:
        return None
    size, code = header
    channels = CHANNELS[code][1]
    for length in HEADERS:
        if start + length + size.area * channels == len(view):
            return size, channels, start + length
    return None


def _plausible(view: memoryview) -> list[int]:
    """Where a header could begin within a banner: the upper bytes of its three small numbers are zero."""
    head = bytes(view[:BANNER])
    zeros = (i for i in range(len(head) - 12) if head[i + 2] == 0 and head[i + 3] == 0 and head[i + 8] in CHANNELS)
    return list(zeros)


def _none(data: bytes | memoryview) -> CaptureError:
    if len(data) == 0:
        return CaptureError("the phone's screenshot is empty", remedy="handeye doctor")
    text = clean(str(bytes(data[:200]), "utf-8", "replace"), limit=80)
    return CaptureError(f"the phone gave no screenshot but: {text}", remedy="handeye doctor")


def black(frame: Array) -> bool:
    """Whether every pixel is black, as in pictures of screens that forbid pictures."""
    return not frame[::16, ::16].any() and not frame.any()
