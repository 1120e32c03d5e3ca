"""Pictures of data sets: read when asked for and not kept. A set is larger than any memory."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import IO

import numpy as np

from actions.errors import CaptureError
from actions.geometry import Size
from agent.run_folder import MAX_PICTURE_BYTES, MAX_PIXELS
from environments.picture import Array, Picture, decode_png, encode_png

_PNG = b"\x89PNG\r\n\x1a\n"


class LazyPicture(Picture):
    """A PNG or JPEG that `load` reads anew each time. Only its header is looked at before; raises `CaptureError`."""

    def __init__(self, load: Callable[[], bytes], size: Size) -> None:  # not super: that one decodes at once
        self.size = size
        self._load = load

    @property
    def data(self) -> bytes:
        """The PNG or JPEG as it is."""
        return self._load()

    @property
    def array(self) -> Array:
        data = self._load()
        array = decode_png(data) if data.startswith(_PNG) else _decode_jpeg(data)
        if array.shape[:2] != (self.size.height, self.size.width):
            raise CaptureError(f"a picture of {self.size} has become one of {array.shape[1]}x{array.shape[0]}")
        return array

    @property
    def png(self) -> bytes:
        data = self._load()
        return data if data.startswith(_PNG) else encode_png(_decode_jpeg(data))

    def encode_soon(self) -> None:
        """Nothing is kept."""

    def compact(self) -> None:
        """Nothing is kept."""


def picture_file(path: Path) -> LazyPicture:
    """The picture in a file. `CaptureError` where there is none, or its header tells no sensible size."""

    def load() -> bytes:
        try:
            if path.stat().st_size > MAX_PICTURE_BYTES:
                raise CaptureError(f"the picture {path.name} is larger than {MAX_PICTURE_BYTES} bytes")
            return path.read_bytes()
        except OSError as e:
            raise CaptureError(f"the picture {path.name} can't be read: {e.strerror or e}") from e

    try:
        with path.open("rb") as file:
            return LazyPicture(load, _size(file, path.name))
    except OSError as e:
        raise CaptureError(f"the picture {path.name} can't be read: {e.strerror or e}") from e


def picture_bytes(data: bytes, name: str = "of this step") -> LazyPicture:
    return LazyPicture(lambda: data, _size(io.BytesIO(data), name))


def raw_picture(data: bytes, height: int, width: int, channels: int) -> Picture:
    """Rows of pixels, as AITW keeps them."""
    if channels != 3 or min(height, width) < 1 or len(data) != 3 * np.prod((height, width), dtype=object):
        raise CaptureError(f"{len(data)} bytes are no picture of {width}x{height} with {channels} channels")
    return Picture(np.frombuffer(data, np.uint8).reshape(height, width, 3))


def _size(file: IO[bytes], name: str) -> Size:
    from PIL import Image

    try:
        with Image.open(file, formats=["PNG", "JPEG"]) as image:
            size = Size(*image.size)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as e:
        raise CaptureError(f"the picture {name} is no PNG or JPEG: {e}") from e
    if size.area > MAX_PIXELS:
        raise CaptureError(f"the picture {name} has {size} pixels, more than {MAX_PIXELS}")
    return size


def _decode_jpeg(data: bytes) -> Array:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
            image.load()
            return np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError) as e:
        raise CaptureError(f"these {len(data)} bytes are no whole JPEG: {e}") from e
