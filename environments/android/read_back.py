"""Whether a text arrived, from what the focused field holds afterwards."""

from __future__ import annotations

from difflib import SequenceMatcher

LONGEST = 1000
"""Longer texts are not compared: a field shows only a part of them, and likeness takes the square of the length."""


def can_be_read(text: str) -> bool:
    """Whether a field would still hold it: Enter may send a text off, and Tab goes on to the next field."""
    return bool(text.strip()) and len(text) <= LONGEST and "\n" not in text and "\t" not in text


def arrived(text: str, held: str) -> bool:
    """Whether the field holds the text, among what it held before. A field may set apart what is written together:
    the digits of a telephone number."""
    wanted, found = _shown(text), _shown(held)
    return wanted in found or (wanted.isalnum() and wanted in "".join(filter(str.isalnum, found)))


def is_damaged(text: str, held: str, *, replaced: bool) -> bool:
    """Whether what the field holds is this text, damaged, and nothing else, so that it can be typed anew.

    Anything less alike may be another field: some go on to the next by themselves.
    """
    wanted, found = _shown(text), _shown(held[: 2 * LONGEST])
    if SequenceMatcher(None, wanted, found, autojunk=False).ratio() < 0.5:
        return False
    rest = iter(wanted)
    return replaced or all(c in rest for c in found)


def _shown(text: str) -> str:
    """As a dump shows it: supplementary characters as two dots, and other spaces as one."""
    return " ".join("".join(".." if c > "\uffff" else c for c in text).split())
