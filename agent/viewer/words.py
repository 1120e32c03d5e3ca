"""What happened, in the words that people read."""

from __future__ import annotations

import unicodedata

from environments.episode import End

ENDS: dict[End, tuple[str, str]] = {
    "done": ("Done", "The model says that the task is done."),
    "not_done": ("Not done", "The model says that the task can't be done."),
    "model": ("Model failed", "The model could not be used any further."),
    "device": ("Device failed", "The device could not be used any further."),
    "error": ("Broke off", "Something other than the model or the device failed."),
    "unreadable": ("Unreadable", "The model's output held no readable action."),
    "limit": ("Limit reached", "Steps, time, tokens or repetitions were used up."),
    "interrupted": ("Interrupted", "Somebody interrupted the run."),
    "terminated": ("Terminated", "The system ended the run."),
}
"""A short name and a sentence for each way in which an episode ends."""

BY_HAND: dict[End, tuple[str, str]] = {
    "done": ("Done", "The person who did it says that the task is done."),
    "not_done": ("Not done", "The person who tried says that the task can't be done."),
}
"""The same of what a person did."""

_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def shown(text: str, *, limit: int = 20_000) -> str:
    """Text from a screen or a model, with nothing in it that acts on what surrounds it.

    Control characters become their pictures (␛ for escape), characters that turn the writing direction become
    ⟨U+202E⟩, and what is longer than `limit` characters is cut and says so. Line ends and tabs stay.
    """
    if len(text) > limit:
        text = f"{text[:limit]}… [{len(text) - limit} more characters in the run folder]"
    return "".join(map(_shown, text.replace("\r\n", "\n")))


def _shown(c: str) -> str:
    code = ord(c)
    if code >= 0xA0:
        return f"⟨U+{code:04X}⟩" if c in _OVERRIDES or unicodedata.category(c) == "Cs" else c
    if code < 0x20 and c not in "\n\t":
        return chr(0x2400 + code)
    if code >= 0x7F:
        return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"
    return c


def duration(seconds: float) -> str:
    """ "85 ms", "2.4 s", "3 min 05 s"."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s"


def number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")
