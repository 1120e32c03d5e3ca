"""One picture of a screen: an array, and its PNG on demand.

Encoding a 1080x2400 PNG takes about 0.1 s, so it happens at most once, may be started early in the background
(`encode_soon`), and the array can be let go afterwards (`compact`): a run of a hundred steps then holds megabytes and
not gigabytes. Both forms are lossless.
"""

from __future__ import annotations

import hashlib
import io
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from actions.errors import CaptureError
from actions.geometry import Size

Array = NDArray[np.uint8]

PNG_END = b"IEND\xaeB`\x82"
"""The closing chunk's name and checksum (PNG specification, section 11.2.5)."""

_encoder = ThreadPoolExecutor(max_workers=1, thread_name_prefix="png")


class Picture:
    """RGB pixels of shape (height, width, 3), uint8. Treat the array as read-only."""

    def __init__(self, array: Array | None = None, *, png: bytes | None = None) -> None:
        if array is None:
            if png is None:
                raise ValueError("a picture needs an array or a PNG")
            array = decode_png(png)
        if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3:
            raise ValueError(f"a picture needs shape (height, width, 3) of uint8, not {array.shape} of {array.dtype}")
        self.size = Size(array.shape[1], array.shape[0])
        self._array: Array | None = array
        self._png = png
        self._lock = threading.Lock()
        self._encoding: Future[bytes] | None = None

    @property
    def array(self) -> Array:
        array = self._array
        if array is None:
            assert self._png is not None
            array = decode_png(self._png)
        return array

    @property
    def png(self) -> bytes:
        with self._lock:
            encoding = self._encoding
            if encoding is None and self._png is None:
                self._png = encode_png(self.array)
        if encoding is not None:
            self._png = encoding.result()
        assert self._png is not None
        return self._png

    @cached_property
    def digest(self) -> str:
        """Hash of size and pixels: the same for the same picture, whatever it came from."""
        array = np.ascontiguousarray(self.array)
        return hashlib.blake2b(array.data, digest_size=16, key=str(self.size).encode()).hexdigest()

    def encode_soon(self) -> None:
        """Start the PNG in the background; `png` then waits for it."""
        with self._lock:
            if self._png is None and self._encoding is None:
                self._encoding = _encoder.submit(encode_png, self.array)

    def compact(self) -> None:
        """Keep only the PNG; `array` decodes it again when asked."""
        self._png = self.png
        self._array = None


def owned(frame: Array) -> Array:
    """A copy of (height, width, 3) uint8 without gaps, and in order; `frame` may be a view of pixels of four bytes, in
    either order."""
    if frame.flags.c_contiguous:
        return frame.copy()
    copy = np.empty(frame.shape, np.uint8)
    if frame.strides != (4 * frame.shape[1], 4, 1):
        for channel in range(3):  # three times faster than numpy's copy of a view in the other order
            copy[..., channel] = frame[..., channel]
        return copy
    # Whole pixels of four bytes, in order: each one's red takes the place of the alpha before it. Twice as fast as
    # channel by channel.
    words = frame.size // 3 - 1  # what would follow the last one is not ours
    pixels = np.lib.stride_tricks.as_strided(frame, (words, 4), (4, 1), writeable=False).view(np.uint32)[:, 0]
    np.ndarray(words, np.uint32, copy, 0, (3,))[...] = pixels
    copy[-1, -1] = frame[-1, -1]
    return copy


def encode_png(array: Array) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(array).save(out, "PNG", compress_level=1)
    return out.getvalue()


def decode_png(data: bytes) -> Array:
    """(height, width, 3) from a whole PNG.

    Pillow's `open` accepts pictures that are cut off, and its `load` still those of which only the last bytes are
    missing; so every row is decoded and the closing chunk must be there.
    """
    from PIL import Image

    if not data.endswith(PNG_END):
        raise CaptureError(f"these {len(data)} bytes are no whole PNG: the end is missing")
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            image.load()
            return np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as e:
        raise CaptureError(f"these {len(data)} bytes are no whole PNG: {e}") from e
