"""Text for terminals and pipes: cleaned, coloured where wanted, JSON that any stream takes. Imports nothing heavy."""

from __future__ import annotations

import json
import os
import sys
from typing import TextIO

COLORS = {"dim": "2", "red": "31", "green": "32", "yellow": "33", "bold": "1"}


def clean(text: str) -> str:
    """One line without control characters: what devices, screens and models say must not steer the terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def as_json(value: object) -> str:
    """One line of JSON that any terminal and any pipe can take: letters as they are where the stream is UTF-8."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return json.dumps(value, ensure_ascii=not utf8)


def paint(text: str, color: str, stream: TextIO) -> str:
    if not stream.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{COLORS[color]}m{text}\x1b[0m"
