"""What makes a page self-contained: pictures inside it, and a policy that lets it load nothing else."""

from __future__ import annotations

import base64
import hashlib
import io

from PIL import Image

from actions.errors import CaptureError
from agent.viewer.words import shown
from environments.picture import Picture

PICTURE_BYTES = 3_400_000
"""For all pictures of a page together, before base64 makes them a third larger."""
_ATTEMPTS = ((1200, 80), (1200, 60), (900, 50), (640, 40))
"""Longest side in pixels and WebP quality, tried in this order until a picture fits its share."""


def embedded(picture: Picture, share: int) -> tuple[str, str]:
    """The picture as a data: URL of about `share` bytes, or why there is none."""
    try:
        image = Image.fromarray(picture.array)
    except CaptureError as e:
        return "", shown(e.message, limit=300)
    data = b""
    for side, quality in _ATTEMPTS:
        image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=3)
        data = out.getvalue()
        if len(data) <= share:
            break
    return f"data:image/webp;base64,{base64.b64encode(data).decode()}", ""


def policy(style: str, script: str | None = None) -> str:
    """The content security policy of a page with exactly this style and script, and embedded pictures."""
    scripts = "" if script is None else f"script-src '{_digest(script)}'; "
    return (
        f"default-src 'none'; img-src data:; style-src '{_digest(style)}'; {scripts}base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
