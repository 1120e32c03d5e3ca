"""Pictures for models: found by path, URL or data: URL, made RGB, and resized, with Pillow alone.

An endpoint's client resizes here (`resized`), since a server may do it otherwise; a local model resizes in its own
processor. Neither sees a difference between a picture given as an array and the same one given as a path.
"""

from __future__ import annotations

import base64
import binascii
import io
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException
from pathlib import Path

import numpy as np
from PIL import Image

from actions.errors import UsageError
from actions.geometry import Size
from environments.picture import Array, Picture, encode_png

LARGEST = 64 * 2**20
"""No picture file larger than this many bytes is read; a lossless 8K screenshot has about half."""


def open_image(source: str, *, timeout_seconds: float = 20.0) -> Image.Image:
    """The picture at a path, a file:, http: or https: URL, or in a base64 data: URL, wholly decoded.

    `UsageError` where there is none, it can't be fetched in time, is no picture, or is cut off.
    """
    shown = source if len(source) <= 100 else f"{source[:60]}... ({len(source)} characters)"
    data = _read(source, shown, timeout_seconds)
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            return image.copy()
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as e:
        raise UsageError(f"{shown} is no whole picture: expected PNG, JPEG or another format that Pillow reads") from e


def rgb(image: Image.Image) -> Image.Image:
    """As RGB, transparency on white: what qwen-vl-utils does (`to_rgb` in vision_process.py), for every mode that
    can be transparent."""
    if image.mode == "RGB":
        return image
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGB", layer.size, (255, 255, 255))
        white.paste(layer, mask=layer.getchannel("A"))
        return white
    return image.convert("RGB")


def pixels(picture: Picture | str, *, timeout_seconds: float = 20.0) -> Array:
    """The pixels of a picture however it was given: (height, width, 3), uint8, not yet resized."""
    if isinstance(picture, Picture):
        return picture.array
    return np.asarray(rgb(open_image(picture, timeout_seconds=timeout_seconds)))


def resized(array: Array, size: Size) -> Array:
    """The same picture at `size`, bicubic as in the processors."""
    if array.shape[:2] == (size.height, size.width):
        return array
    image = Image.fromarray(array).resize((size.width, size.height), Image.Resampling.BICUBIC)
    return np.asarray(image)


def data_url(array: Array) -> str:
    """As a PNG in a data: URL."""
    return "data:image/png;base64," + base64.b64encode(encode_png(array)).decode("ascii")


def local_path(source: str) -> Path:
    """A path from a path or a file: URL."""
    if source.startswith("file:"):
        return Path(urllib.request.url2pathname(urllib.parse.urlsplit(source).path))
    return Path(source).expanduser()


def _read(source: str, shown: str, timeout_seconds: float) -> bytes:
    if source.startswith("data:"):
        head, comma, body = source.partition(",")
        if not comma or not head.endswith(";base64"):
            raise UsageError(f"{shown} is no picture: expected data:image/...;base64,...")
        try:
            return base64.b64decode("".join(body.split()), validate=True)
        except binascii.Error as e:
            raise UsageError(f"{shown} is no base64: {e}") from e
    if source.startswith(("http://", "https://")):
        return _fetch(source, shown, timeout_seconds)
    path = local_path(source)
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{shown} is larger than the {LARGEST >> 20} MiB that a picture may have")
        return path.read_bytes()
    except (OSError, ValueError) as e:
        why = "no such file" if isinstance(e, FileNotFoundError) else str(getattr(e, "strerror", None) or e)
        raise UsageError(f"no picture at {shown}: {why}") from e


def _fetch(source: str, shown: str, timeout_seconds: float) -> bytes:
    """qwen-vl-utils would fetch it too, but without any timeout or limit."""
    try:
        with urllib.request.urlopen(source, timeout=timeout_seconds) as answer:  # noqa: S310  (http and https only)
            data: bytes = answer.read(LARGEST + 1)
    except (OSError, HTTPException, ValueError) as e:
        reason: object = e
        if isinstance(e, urllib.error.HTTPError):
            e.close()
        elif isinstance(e, urllib.error.URLError):
            reason = e.reason
        raise UsageError(f"no picture came from {shown} within {timeout_seconds:g} s: {reason}") from e
    if len(data) > LARGEST:
        raise UsageError(f"{shown} is larger than the {LARGEST >> 20} MiB that a picture may have")
    return data
