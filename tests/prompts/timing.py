"""Whether a text is read in time linear in its length, told on a busy machine too."""

import contextlib
import time
from collections.abc import Callable

from actions.errors import ParseError

PARTS = 8
SLACK = 3.0
"""Between linear time, where the whole takes 8 times as long as an eighth, and quadratic time, where it takes 64."""
SHORT = 0.02
"""Seconds in which a text may be read whatever an eighth of it takes."""


def assert_linear(read: Callable[[str], object], text: str) -> None:
    """Compares the text with its first eighth, by processor time and up to five times over."""
    whole = part = 0.0
    for _ in range(5):
        whole = _seconds(read, text)
        part = _seconds(read, text[: len(text) // PARTS])
        if whole <= SHORT or whole <= SLACK * PARTS * part:
            return
    raise AssertionError(f"{whole:.3f} s for {len(text)} characters, {part:.3f} s for the first eighth of them")


def _seconds(read: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    with contextlib.suppress(ParseError):
        read(text)
    return time.process_time() - start
